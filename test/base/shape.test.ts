/** Shapes: a message is its constant text and its variables, exactly; constant text holds no digit and no lower-case UUID. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MARKERS, SHAPE_CHARS_MAX, SHAPE_SLOTS_MAX, SLOT, shapeKey, split } from '../../src/base/shape.ts';
import { shapeHash, shapeKinds, shapePieces, shapeText } from '../../src/base/shape-text.ts';
import { text as anyText } from './texts.ts';

interface Shape {
  readonly text: string;
  readonly hash: number;
  readonly variables: readonly string[];
  readonly kinds: readonly number[];
  readonly values: readonly number[];
}

/** A copy: the next split reuses its result. */
function shapeOf(message: string): Shape | undefined {
  const parts = split(message);
  if (parts === undefined) return undefined;
  const slots = Array.from({ length: parts.count }, (_, slot) => slot);
  return {
    text: shapeText(message, parts),
    hash: parts.hash,
    variables: slots.map((slot) => message.slice(parts.start[slot], parts.end[slot])),
    kinds: slots.map((slot) => parts.kind[slot]!),
    values: slots.map((slot) => parts.value[slot]!),
  };
}

/** The shape as a person reads it: `{integer}` for a variable. */
function readable(message: string): string | undefined {
  const names = Object.keys(SLOT);
  return shapeOf(message)?.text.replace(/[\x01-\x06]/g, (marker) => `{${names[marker.charCodeAt(0) - 1]}}`);
}

const UUID = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
const LETTERS = 'abadcafe-beef-dead-feed-abcdefabcdef';

describe('a message and its shape', () => {
  test.each<[message: string, shape: string]>([
    ['', ''],
    ['No valid host was found.', 'No valid host was found.'],
    ['Took 19.84 seconds to build instance.', 'Took {decimal} seconds to build instance.'],
    ['attempt 3 of 10.', 'attempt {integer} of {integer}.'],
    ['0 00 007 x1 1x', '{integer} {text} {text} {text} {text}'],
    ['999999999999999 1000000000000000', '{integer} {text}'],
    ['1.5 01.5 1.50 0.0', '{decimal} {text}.{integer} {decimal} {decimal}'],
    ['10.0.0.1 1.2.3 v1.5', '{integer}.{integer}.{integer}.{integer} {integer}.{integer}.{integer} {text}.{integer}'],
    ['it was 1.5. And 2.', 'it was {decimal}. And {integer}.'],
    ['1.5s 1.5_ 1.5é', '{integer}.{text} {integer}.{text} {integer}.{text}'],
    ['-1 +1 1e5 1%', '-{integer} +{integer} {text} {integer}%'],
    [`instance ${UUID} is gone`, 'instance {uuid} is gone'],
    [`instance ${LETTERS} is gone`, 'instance {uuid} is gone'],
    [`volume_${UUID} ${UUID}_disk`, 'volume_{uuid} {uuid}_disk'],
    [`volume_${LETTERS}_disk`, 'volume_{uuid}_disk'],
    [`v2_${UUID}`, '{text}{uuid}'],
    [`${UUID}${UUID}`, '{uuid}{uuid}'],
    [`${UUID}7`, '{uuid}{integer}'],
    [`req-${UUID}`, 'req-{uuid}'],
    [UUID.toUpperCase(), '{text}-{text}-{text}-{text}-{text}'],
    [LETTERS.toUpperCase(), LETTERS.toUpperCase()],
    [UUID.slice(0, -1), '{hex}-{text}-{text}-{text}-{text}'],
    [UUID.replaceAll('-', ''), '{hex32}'],
    [UUID.replaceAll('-', '').toUpperCase(), '{text}'],
    [LETTERS.replaceAll('-', ''), LETTERS.replaceAll('-', '')],
    [`AUTH_${UUID.replaceAll('-', '')}`, '{text}'],
    ['a1b2c3d4 a1b2c3d4e abcdefab', '{hex} {text} abcdefab'],
    ['fa:16:3e:aa:bb:cc up', '{text} up'],
    ['AA:BB:CC:DD:EE:FF.', '{text}.'],
    ['fa:16:3e:aa:bb:ccc', 'fa:{integer}:{text}:aa:bb:ccc'],
    ['tapbaba8ae3-bd qvobaba8ae3-bdx', '{text} {text}-bdx'],
    ['größe7 größe ٣ 🙂1', '{text} größe ٣ {text}'],
  ])('%j', (message, want) => {
    expect(readable(message)).toBe(want);
  });
});

describe('no shape', () => {
  test.each<[name: string, message: string]>([
    ...['\x00', ...MARKERS, '\x08'].map((unit): [string, string] => [`the reserved ${JSON.stringify(unit)}`, `a ${unit} b`]),
    ['more characters than a sentence has', 'a'.repeat(SHAPE_CHARS_MAX + 1)],
    ['more variables than a sentence has', '1 '.repeat(SHAPE_SLOTS_MAX)],
  ])('%s', (_name, message) => {
    expect(split(message)).toBeUndefined();
  });

  test('up to the limits there is one', () => {
    expect(split('a'.repeat(SHAPE_CHARS_MAX))?.count).toBe(0);
    expect(split('1 '.repeat(SHAPE_SLOTS_MAX - 2))?.count).toBe(SHAPE_SLOTS_MAX - 2);
    expect(shapeOf('a\tb\nc\x1b')?.text).toBe('a\tb\nc\x1b');
  });
});

/** At least this many of the random texts must have a shape, or the properties say nothing. */
const RUNS = 3000;

test('constant text and variables are the message, unit for unit', () => {
  let shapes = 0;
  fc.assert(
    fc.property(anyText, (message) => {
      const shape = shapeOf(message);
      if (shape === undefined) {
        expect(message).toMatch(/[\x00-\x08]/);
        return;
      }
      shapes++;
      const pieces = shapePieces(shape.text);
      expect(shapeKinds(shape.text)).toEqual(shape.kinds);
      expect(shapeKey(shape.text)).toBe(shape.hash);
      expect(pieces).toHaveLength(shape.variables.length + 1);
      expect(pieces.map((piece, slot) => piece + (shape.variables[slot] ?? '')).join('')).toBe(message);
      for (const variable of shape.variables) expect(variable).not.toBe('');
    }),
    { numRuns: RUNS },
  );
  expect(shapes).toBeGreaterThan(RUNS / 2);
});

test('constant text holds no digit and no lower-case UUID; integers and decimals are their value', () => {
  fc.assert(
    fc.property(anyText, (message) => {
      const shape = shapeOf(message);
      if (shape === undefined) return;
      for (const piece of shapePieces(shape.text)) {
        expect(piece).not.toMatch(/[0-9]/);
        expect(piece).not.toMatch(/[a-f]{8}-[a-f]{4}-[a-f]{4}-[a-f]{4}-[a-f]{12}/);
      }
      for (const [slot, kind] of shape.kinds.entries()) {
        const variable = shape.variables[slot]!;
        if (kind === SLOT.integer) expect(String(shape.values[slot])).toBe(variable);
        if (kind === SLOT.decimal) expect(variable.replace('.', '').replace(/^0+(?=\d)/, '')).toBe(String(shape.values[slot]));
        if (kind === SLOT.hex || kind === SLOT.hex32) expect(Buffer.from(variable, 'hex').toString('hex')).toBe(variable);
      }
    }),
    { numRuns: RUNS },
  );
});

test('messages that differ in their variables alone have one shape and one hash; others have another text', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      const a = shapeOf(one);
      const b = shapeOf(other);
      if (a === undefined || b === undefined) return;
      expect(shapeOf(one)).toMatchObject({ text: a.text, hash: a.hash, variables: a.variables });
      if (a.text === b.text) expect(a.hash).toBe(b.hash);
      expect(shapeHash(a.text) === shapeHash(b.text)).toBe(a.text === b.text);
    }),
    { numRuns: RUNS },
  );
  const long = (count: number): string => `Deleted ${count} of ${count + 7} in ${count / 8} s for ${UUID}`;
  for (let count = 1; count < 50; count += 2) expect(shapeOf(long(count))?.hash, long(count)).toBe(shapeOf(long(1))?.hash);
  expect(shapeHash(shapeOf(long(1))!.text)).toMatch(/^[0-9a-f]{16}$/);
});
