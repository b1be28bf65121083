/**
 * Heads of ids that are spelled otherwise: each spelling that a search finds, but the table of ids does not hold, has its head in the block;
 * ids of the table have none. The oracle for whole stories is story.test.ts. Not here: which spellings are ids (test/query/ids.test.ts).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRecord } from '../../src/base/record.ts';
import { idFinder } from '../../src/query/ids.ts';
import { Block } from '../../src/store/block-read.ts';
import { decodeHeads, encodeHeads, hasHead } from '../../src/store/odd-heads.ts';
import { needlesOf } from '../../src/store/story-needles.ts';
import { scanBlock } from '../../src/store/story-scan.ts';
import { numbered, rowOf, Shapes } from './sealed.ts';

const ID = '2f3b4c5d-aaaa-4bbb-8ccc-0123456789ab';
const DIGITS = '12345678-1234-4234-8234-123456789012';
const LETTERS = 'abcdefab-cdef-4bcd-8abc-deabcdefabcd';
const bare = (id: string): string => id.replaceAll('-', '');

const SPELLINGS: readonly { text: string; id: string; isOdd: boolean }[] = [
  { text: `a line of ${ID} only`, id: ID, isOdd: false },
  { text: `volume_${ID} and ${ID}_disk`, id: ID, isOdd: false },
  { text: `digits ${bare(ID)} alone`, id: ID, isOdd: false },
  { text: `a line of ${ID.toUpperCase()} shouted`, id: ID, isOdd: true },
  { text: `half shouted 2f3b4c5d-AAAA-4bbb-8ccc-0123456789ab here`, id: ID, isOdd: true },
  { text: `account AUTH_${bare(ID)} of swift`, id: ID, isOdd: true },
  { text: `account key_${bare(ID).toUpperCase()} of swift`, id: ID, isOdd: true },
  { text: `shouted ${bare(ID).toUpperCase()} digits`, id: ID, isOdd: true },
  { text: `numbers ${DIGITS} only`, id: DIGITS, isOdd: false },
  { text: `numbers ${bare(DIGITS)} without dashes`, id: DIGITS, isOdd: true },
  { text: `letters ${LETTERS.toUpperCase()} shouted`, id: LETTERS, isOdd: true },
  { text: `0.12345678-ABCD-4234-8234-123456789012 behind a dot`, id: '12345678-abcd-4234-8234-123456789012', isOdd: true },
];

/** Each message twice, so that it gets a shape, among others; or once, so that it stays a text. */
function blockOf(texts: readonly string[]): Block {
  const shapes = new Shapes();
  const encoded = shapes.encode(numbered(texts.map((message) => ({ ...emptyRecord(0, 'udp', ''), message }))));
  return new Block(rowOf(encoded), encoded.head, shapes.source(encoded.parts));
}

const needle = (id: string) => needlesOf([{ key: bare(id), kind: 'instance', role: 'asked' }]);

test.each(SPELLINGS)('$text', ({ text, id, isOdd }) => {
  for (const times of [1, 2, 5]) {
    const texts = ['another line', ...Array.from({ length: times }, () => text), 'one more line', 'another line'];
    const block = blockOf(texts);
    if (isOdd || times > 1) expect(hasHead(block.oddHeads()!, bare(id).slice(0, 8)), `${times} times`).toBe(isOdd);
    const want = texts.flatMap((one, index) => (idFinder(bare(id))(one) ? [index] : []));
    expect(want, 'the search finds it').toHaveLength(times);
    expect([...scanBlock(block, needle(id), () => undefined).values()].flat()).toEqual(want);
  }
});

test('what search finds among pieces of ids put together at random, the block finds', () => {
  const part = fc.constantFrom(
    ID,
    bare(ID),
    ID.toUpperCase(),
    '2f3b4c5d',
    '-aaaa-4bbb-8ccc-0123456789ab',
    'AUTH_',
    'tap',
    '_',
    ' ',
    '-',
    'volume',
    'x1',
    ':',
    'DISK',
    '7',
  );
  const message = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), fc.boolean(), (some, isTwice) => {
      const texts = isTwice ? [...some, ...some] : some;
      const want = texts.flatMap((one, index) => (idFinder(bare(ID))(one) ? [index] : []));
      const found = [...scanBlock(blockOf(texts), needle(ID), () => undefined).values()].flat();
      expect(found).toEqual(expect.arrayContaining(want));
      // Where ids are glued to one another the table knows more of them than search does: nothing that a cloud prints.
      for (const index of found) if (!want.includes(index)) expect(texts[index]!.replaceAll('-', '')).toContain(bare(ID));
    }),
    { numRuns: 1500 },
  );
});

test('heads are what they were', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(0xffffffff)), (values) => {
      const heads = Uint32Array.from(values).sort();
      const read = decodeHeads(encodeHeads(heads));
      expect([...read]).toEqual([...heads]);
      for (const value of values) expect(hasHead(read, value.toString(16).padStart(8, '0'))).toBe(true);
      const other = 0x12345678;
      expect(hasHead(read, '12345678')).toBe(values.includes(other));
    }),
  );
  expect(() => decodeHeads(Buffer.from([200, 1, 3]))).toThrow('more heads than bytes');
});
