/** Packing of columns: many in one call say what each alone says, and what is damaged is heard. */
import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pack, unpack, unpackAll } from '../../src/store/compress.ts';
import { diceOf } from '../contract/records.ts';

const dice = diceOf(5);
/** Empty, too small to pack, of which nothing can be saved, and such as columns are, up to sizes that are written in 1, 2 and 4 bytes. */
const COLUMNS = [0, 1, 95, 96, 200, 255, 256, 257, 8192, 65_535, 65_792, 300_000].flatMap((size) => [
  Buffer.alloc(size, 7),
  Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at >> 3) % 11)),
  Buffer.from(Uint8Array.from({ length: size }, () => dice.below(256))),
]);
const packed = COLUMNS.map(pack);

test('together as one by one, in any number', () => {
  expect(packed.map(unpack)).toEqual(COLUMNS);
  expect(unpackAll(packed)).toEqual(COLUMNS);
  expect(unpackAll([])).toEqual([]);
  for (const [index, one] of packed.entries()) expect(unpackAll([one])).toEqual([COLUMNS[index]]);
});

test('frames that do not say how long they are', () => {
  const text = Buffer.from('nova '.repeat(4000));
  const silent = Buffer.concat([Buffer.from([1]), zstdCompressSync(text)]);
  expect(unpackAll([packed[24]!, silent, packed[25]!])).toEqual([COLUMNS[24], text, COLUMNS[25]]);
});

test('damage of one is heard', () => {
  const frames = packed.filter((data) => data[0] === 1);
  expect(frames.length).toBeGreaterThan(10);
  const cut = frames.map((data, index) => (index === 3 ? data.subarray(0, data.length - 4) : data));
  expect(() => unpackAll(cut)).toThrow();
  const strange = frames.map((data, index) => (index === 3 ? Buffer.concat([data, Buffer.from('junk')]) : data));
  expect(() => unpackAll(strange)).toThrow();
  expect(() => unpackAll([...frames, Buffer.from([2, 3, 4])])).toThrow('unknown packing');
});
