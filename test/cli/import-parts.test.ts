/** Parts of a log: all of its lines, in order, however its bytes come, and wherever it is gone on with. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { type Part, Parts } from '../../src/cli/import/parts.ts';
import { type Place, TAIL_BYTES, tailOf } from '../../src/receive/fingerprint.ts';

const START = { at: 0, before: new Uint8Array(), cut: false };

function textsOf(part: Part): string[] {
  return Array.from({ length: part.spans.length / 2 }, (_, index) =>
    part.bytes.toString('latin1', part.spans[index * 2], part.spans[index * 2 + 1]),
  );
}

function partsOf(log: Buffer, sizes: readonly number[], from: { at: number; before: Uint8Array; cut: boolean } = START): Part[] {
  const parts = new Parts(from);
  const all: Part[] = [];
  for (let at = from.at, turn = 0; at < log.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    all.push(...parts.push(log.subarray(at, at + size)));
    at += size;
  }
  all.push(...parts.finish());
  return all;
}

/** As a second import would. */
function resumed(log: Buffer, { at, cut }: Place): Part[] {
  return partsOf(log, [1 << 20], { at, before: log.subarray(Math.max(0, at - TAIL_BYTES), at), cut });
}

function lines(log: Buffer): string[] {
  return log
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '');
}

test('hold every line once, whatever the chunks are, and say where they end', () => {
  const line = fc.integer({ min: 0, max: 400 }).map((length) => 'abcdefghij'.repeat(40).slice(0, length));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (texts, sizes, ends) => {
        const log = Buffer.from(texts.join('\n') + (ends ? '\n' : ''));
        const parts = partsOf(log, sizes);
        expect(parts.flatMap(textsOf)).toEqual(lines(log));
        for (const { end } of parts) expect(end.tail).toBe(tailOf(log.subarray(0, end.at)));
        expect(parts.at(-1)?.end.at ?? 0).toBe(log.length);
      },
    ),
    { numRuns: 300 },
  );
});

describe('a large log', () => {
  const log = Buffer.from(Array.from({ length: 60_000 }, (_, index) => `line ${index} ${'x'.repeat(index % 100)}\n`).join(''));

  test('is cut into parts of bounded size, and goes on behind each of them', () => {
    const parts = partsOf(log, [65_536]);
    expect(parts.length).toBeGreaterThan(3);
    expect(Math.max(...parts.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(limits.importPartBytesMax);
    for (let index = 0; index < parts.length; index++) {
      const done = parts.slice(0, index + 1).flatMap(textsOf);
      expect([...done, ...resumed(log, parts[index]!.end).flatMap(textsOf)]).toEqual(lines(log));
    }
  });

  test('of short lines is cut by their number', () => {
    const short = Buffer.from('x\n'.repeat(3 * limits.importLinesMax + 5));
    const parts = partsOf(short, [100_000]);
    expect(Math.max(...parts.map(({ spans }) => spans.length / 2))).toBe(limits.importLinesMax);
    expect(parts.reduce((sum, { spans }) => sum + spans.length / 2, 0)).toBe(3 * limits.importLinesMax + 5);
  });
});

describe('a line that is too long', () => {
  const size = limits.importPartBytesMax;
  const log = Buffer.from(`before\n${'x'.repeat(size * 3)}\nafter\n`);

  test.each([[1 << 20], [65_536], [999_983]])('is cut, and its rest left out (chunks of %d)', (chunk) => {
    const parts = new Parts(START);
    const all = [
      ...Array.from({ length: Math.ceil(log.length / chunk) }, (_, index) => [
        ...parts.push(log.subarray(index * chunk, (index + 1) * chunk)),
      ]).flat(),
      ...parts.finish(),
    ];
    const found = all.flatMap(textsOf);
    expect(found.map((text) => text.slice(0, 6))).toEqual(['before', 'xxxxxx', 'after']);
    expect(all.flatMap(({ flags }) => [...(flags?.values() ?? [])])).toEqual(['truncated']);
    expect(found[1]!.length + parts.bytesCut).toBe(size * 3);
    // Nothing of the rest comes when the import is gone on with behind the cut.
    const cut = all.find((part) => part.cut)!;
    expect(cut.end.cut).toBe(true);
    expect(resumed(log, cut.end).flatMap(textsOf)).toEqual(['after']);
  });
});

describe('a last line without its end', () => {
  test('is taken; what is written behind it later comes as the rest of a line', () => {
    const [part] = partsOf(Buffer.from('a\nhalf'), [3]);
    expect(textsOf(part!)).toEqual(['a', 'half']);
    const [rest] = resumed(Buffer.from('a\nhalf a line\nb\n'), part!.end);
    expect(textsOf(rest!)).toEqual([' a line', 'b']);
    expect([...rest!.flags!]).toEqual([[0, 'incomplete']]);
  });

  test('whose end is all that was missing is whole', () => {
    const [part] = partsOf(Buffer.from('a\nall'), [3]);
    const [rest] = resumed(Buffer.from('a\nall\nb\n'), part!.end);
    expect(textsOf(rest!)).toEqual(['b']);
    expect(rest!.flags).toBeUndefined();
  });

  test('is left where the log cannot be read on', () => {
    const parts = new Parts(START);
    expect([...parts.push(Buffer.from('a\nb\nhalf'))]).toEqual([]);
    expect([...parts.wholeLines()].flatMap(textsOf)).toEqual(['a', 'b']);
  });
});
