/** A block gives back the records that went in, every property, however odd they are. Damage: block-damage.test.ts. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRecord } from '../../src/base/record.ts';
import type { LogRecord } from '../../src/model.ts';
import {
  decodeDelta,
  decodeDictionary,
  decodeHeaderTimes,
  decodeSparse,
  decodeTexts,
  encodeDelta,
  encodeDictionary,
  encodeHeaderTimes,
  encodeSparse,
  encodeTexts,
  headerTimeAt,
} from '../../src/store/codecs.ts';
import { pack, unpack } from '../../src/store/compress.ts';
import { decodeIdColumn, encodeIdColumn, idValue } from '../../src/store/id-column.ts';
import { IdTable } from '../../src/store/ids.ts';
import { Terms } from '../../src/store/terms.ts';
import { number, text, uuid } from '../base/texts.ts';
import { makeRecords, START_US } from '../contract/records.ts';
import { anyRecords, numbered, Shapes } from './sealed.ts';

/** Through one book, as a writer does it. */
function sealed(records: readonly LogRecord[], shapes = new Shapes()): LogRecord[] {
  const block = shapes.open(shapes.encode(records));
  return records.map((_, index) => block.record(index));
}

describe('records come back with every property', () => {
  test.each([1, 2, 255, 256, 257, 3000, 8192])('%d records of a cloud', (count) => {
    const records = numbered(makeRecords({ seed: count, count, bigChars: 50_000 }));
    expect(sealed(records)).toEqual(records);
  });

  test('random texts in every place', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        expect(sealed(records)).toEqual(records);
      }),
      { numRuns: 300 },
    );
  });

  test('block after block with the shapes of those before', () => {
    const shapes = new Shapes();
    for (let round = 0; round < 5; round++) {
      const records = numbered(makeRecords({ seed: round, count: 400 }), 1 + round * 400);
      expect(sealed(records, shapes)).toEqual(records);
    }
  });

  test('more shapes than a block or a file may have', () => {
    const word = (index: number): string => index.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
    const records = numbered(
      Array.from({ length: 6000 }, (_, index) => ({
        ...emptyRecord(START_US, 'udp', 'p'),
        message: `about ${word(index >> 1)} now ${index}`,
      })),
    );
    expect(sealed(records)).toEqual(records);
    expect(sealed(records, new Shapes(10))).toEqual(records);
    expect(new Shapes(10).encode(records).shapesAdded).toHaveLength(10);
  });

  test('continuations, merged records, exact texts', () => {
    const records = numbered(makeRecords({ seed: 5, count: 20 })).map((record, index) =>
      index % 3 === 0 ? { ...record, of: 1 } : { ...record, more: [100 + index, 3, 200 + index, 9], raw: `<13>\x00 ${record.message}\n"` },
    );
    expect(sealed(records)).toEqual(records);
    expect(new Shapes().encode(records)).toMatchObject({ firstSeq: 1, lastSeq: 219, count: 20 });
  });

  test.each<[name: string, some: Partial<LogRecord>]>([
    ['the year 9999', { time: 253_402_300_799_123_460, headerTime: 253_402_300_799_123_460 }],
    ['the year 9999 in the header alone', { headerTime: 253_402_300_799_123_460 }],
    ['the year 1', { time: -62_135_596_800_000_000, headerTime: -62_135_596_799_999_990 }],
    ['before 1970', { time: -1, headerTime: -1_000_001 }],
    ['a zone', { zone: -720, headerTime: START_US - 720 * 60_000_000 + 999_999 }],
  ])('a time of %s harms no other record', (_name, odd) => {
    const records = numbered(makeRecords({ seed: 6, count: 50, stepUs: 12_345 })).map((record, index) => ({
      ...record,
      time: record.time + index,
      ...(index === 20 ? odd : {}),
    }));
    expect(sealed(records)).toEqual(records);
  });

  test('a book that was opened again knows its shapes', () => {
    const first = new Shapes();
    const records = numbered(makeRecords({ seed: 8, count: 500 }));
    const { shapesAdded } = first.encode(records);
    expect(shapesAdded.length).toBeGreaterThan(5);
    const second = new Shapes();
    for (const { number: own, text: shape } of shapesAdded) second.book.load(own, shape);
    expect(second.book.size).toBe(shapesAdded.length);
    const again = second.encode(records);
    expect(again.shapesAdded).toEqual([]);
    expect(again.parts).toEqual(first.encode(records).parts);
  });

  test('numbers that were not committed are given again', () => {
    const shapes = new Shapes();
    const records = numbered(makeRecords({ seed: 9, count: 200 }));
    const { book } = shapes;
    for (const [index, record] of records.entries()) book.take(record.message, index, new IdTable());
    expect(book.settle(1024).added.length).toBeGreaterThan(3);
    book.clear();
    book.revert();
    expect(book.size).toBe(0);
    expect(sealed(records, shapes)).toEqual(records);
  });
});

describe('columns', () => {
  const optional = fc.option(fc.oneof(text, number), { nil: undefined });

  test('dictionaries, of few values and of many', () => {
    fc.assert(
      fc.property(fc.array(optional, { minLength: 1 }), fc.boolean(), (some, isLong) => {
        const values = isLong ? [...some, ...Array.from({ length: 300 }, (_, index) => `value ${index}`)] : some;
        const { values: distinct, codes } = decodeDictionary(encodeDictionary(values, (value) => value).data, values.length);
        expect([...codes].map((code) => distinct[code])).toEqual(values);
      }),
    );
  });

  test('differences', () => {
    const times = fc.oneof(
      fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
      fc.constantFrom(2 ** 53, 2.5e17, -6e16),
      fc.nat(5000).map((ms) => ms * 1000),
    );
    fc.assert(
      fc.property(fc.array(times, { minLength: 1 }), (values) => {
        expect([...decodeDelta(encodeDelta(Float64Array.from(values)), values.length)]).toEqual(values);
      }),
    );
  });

  test('header times', () => {
    const time = fc.oneof(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), fc.constantFrom(2.5e17, -6.2e16));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(time, { nil: undefined }), time)), (pairs) => {
        const walls = Float64Array.from(pairs.map(([, wall]) => wall));
        const headers = pairs.map(([header]) => header);
        const times = decodeHeaderTimes(encodeHeaderTimes(headers, walls), walls.length);
        expect(Array.from(walls, (wall, index) => headerTimeAt(times, index, wall))).toEqual(headers);
      }),
    );
  });

  test('ids', () => {
    const request = uuid.map((own) => `req-${own}`);
    const anyId = fc.oneof(uuid, request, text, fc.constant(''));
    fc.assert(
      fc.property(fc.array(fc.option(anyId, { nil: undefined })), fc.array(uuid), (values, before) => {
        const table = new IdTable();
        encodeIdColumn(before, table, new Terms());
        const column = encodeIdColumn(values, table, new Terms()).data;
        const bytes = Buffer.from(table.bytes());
        const decoded = decodeIdColumn(column, values.length, bytes);
        expect(values.map((_, index) => idValue(decoded, index, bytes))).toEqual(values);
        expect(bytes.length / 16).toBe(table.size);
      }),
    );
  });

  test('sparse values, texts, packing', () => {
    fc.assert(
      fc.property(fc.array(optional), fc.uint8Array({ maxLength: 400 }), (values, bytes) => {
        const sparse = encodeSparse(values, (value) => value);
        expect(sparse === undefined).toBe(values.every((value) => value === undefined));
        const known = sparse === undefined ? new Map<number, unknown>() : decodeSparse(sparse);
        expect(values.map((_, index) => known.get(index))).toEqual(values);
        const texts = values.filter((value) => value !== undefined);
        expect(decodeTexts(encodeTexts(texts))).toEqual(texts);
        expect([...unpack(pack(bytes))]).toEqual([...bytes]);
      }),
    );
  });
});
