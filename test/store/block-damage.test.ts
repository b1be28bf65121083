/**
 * Damaged blocks: whichever byte flips, checksums notice it; and what no checksum would notice (a forged file) ends in
 * CodedError('store-corrupt') or other values, never in a hang, a crash or a wild allocation.
 */
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import { Block } from '../../src/store/block-read.ts';
import { DIGEST_PART } from '../../src/store/columns.ts';
import { pack, unpack } from '../../src/store/compress.ts';
import { diceOf, makeRecords } from '../contract/records.ts';
import { numbered, rowOf, Shapes } from './sealed.ts';

/** Bytes that a test flips in each part: all of a small one, a sample of a large one. */
const FLIPS = 400;

const shapes = new Shapes();
const encoded = shapes.encode(numbered(makeRecords({ seed: 77, count: 300, bigChars: 3000 })));
/** The digest is read beside the block, and damage of it only costs time: digest.test.ts. */
const PARTS = encoded.parts.slice(0, DIGEST_PART).map((data, part) => [part, data] as const);

/** Reads everything there is to read. */
function readAll(parts: readonly Buffer[], head: Buffer): void {
  const block = new Block(rowOf(encoded), head, shapes.source(parts));
  for (let index = 0; index < block.count; index++) block.record(index);
  block.oddHeads();
}

/** How reading ends: undefined when it gives values. */
function endOf(parts: readonly Buffer[], head: Buffer): unknown {
  try {
    readAll(parts, head);
    return undefined;
  } catch (error) {
    return isCoded(error) ? error.code : error;
  }
}

/** The head with the checksums that the parts have now: what the checksum would not notice. */
function forged(parts: readonly Buffer[]): Buffer {
  const head = Buffer.from(encoded.head);
  for (const [part, data] of parts.entries()) head.writeUInt32LE(crc32(data), 1 + part * 4);
  return head;
}

function flipped(data: Buffer, at: number, mask: number): Buffer {
  const copy = Buffer.from(data);
  copy[at] = copy[at]! ^ mask;
  return copy;
}

test('the sound block reads', () => {
  expect(forged(encoded.parts)).toEqual(encoded.head);
  expect(crc32(encoded.head)).toBe(encoded.checksum);
  expect(endOf(encoded.parts, encoded.head)).toBeUndefined();
});

describe.each(PARTS)('part %d', (part, data) => {
  test('a flipped byte is noticed', () => {
    const dice = diceOf(part);
    for (let round = 0; round < 60; round++) {
      const parts = encoded.parts.with(part, flipped(data, dice.below(data.length), 1 << dice.below(8)));
      expect(endOf(parts, encoded.head)).toBe('store-corrupt');
    }
  });

  test('what no checksum notices ends in an error or other values', () => {
    const dice = diceOf(100 + part);
    const step = Math.max(1, Math.floor(data.length / FLIPS));
    let refused = 0;
    for (let at = 0; at < data.length; at += step) {
      const parts = encoded.parts.with(part, flipped(data, at, 1 << dice.below(8)));
      const end = endOf(parts, forged(parts));
      expect([undefined, 'store-corrupt'], `byte ${at}`).toContain(end);
      refused += end === undefined ? 0 : 1;
    }
    expect(refused).toBeGreaterThan(0);
  });

  test('half of it is an error', () => {
    const parts = encoded.parts.with(part, data.subarray(0, data.length >> 1));
    expect(endOf(parts, encoded.head)).toBe('store-corrupt');
    expect(endOf(parts, forged(parts))).toBe('store-corrupt');
  });
});

test('every byte of the head, and a head that ends early', () => {
  for (let at = 0; at < encoded.head.length; at++) {
    const heads = [1, 0x80, 0xff].map((mask) => flipped(encoded.head, at, mask));
    for (const head of [...heads, encoded.head.subarray(0, at)])
      expect([undefined, 'store-corrupt'], `byte ${at}`).toContain(endOf(encoded.parts, head));
  }
});

test.each([0, -1, 65_537, 2 ** 31, Number.NaN])('a block that says it holds %d records is refused before memory is asked for', (count) => {
  const open = (): Block => new Block({ ...rowOf(encoded), count }, encoded.head, shapes.source(encoded.parts));
  expect(open).toThrow(`holds ${count} records`);
});

test('a block that says it holds more records than it does is damaged', () => {
  const block = new Block({ ...rowOf(encoded), count: encoded.count + 1 }, encoded.head, shapes.source(encoded.parts));
  expect(() => block.record(encoded.count)).toThrow('damaged');
});

test('a column that unpacks to more than a block may hold is refused', () => {
  const bomb = pack(Buffer.alloc(80 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(100_000);
  expect(() => unpack(bomb)).toThrow();
});
