/** CSV by RFC 4180, read back by a reader of its own; and nothing in it that a spreadsheet or a terminal obeys. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CSV_FIELDS, CSV_FIELDS_DEFAULT, cellOf, csvFields, csvHeader, csvRow } from '../../src/base/csv.ts';
import { CodedError } from '../../src/base/errors.ts';
import { type PublicRecord, publicRecord } from '../../src/base/public.ts';
import { FIELD_NAMES } from '../../src/model.ts';
import { recordOf } from '../api/parts.ts';

/** RFC 4180 section 2, by its letter; anything else throws. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) throw new Error(`no CSV: ${JSON.stringify(text)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test.each([
  [undefined, ''],
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  [' blank', '" blank"'],
  [-60, '-60'],
  [0.25, '0.25'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-dry run', "'-dry run"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['＝1', "'＝1"],
  ['\t=1', '"\'\t=1"'],
  ['\r=1', "'\\r=1"],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ['red\x1b[31m', 'red\\x1b[31m'],
])('the cell of %j is %j', (value, want) => {
  expect(cellOf(value)).toBe(want);
});

const RECORD: PublicRecord = publicRecord(recordOf('one\n"two", three', { seq: 7, pid: 2461, zone: -60, raw: '=x' }), {
  ids: [
    { kind: 'mac', id: 'fa:16:3e:00:00:01' },
    { kind: 'ip', id: '10.0.0.3' },
  ],
  http: { method: 'GET', path: '/v2.1', status: 503, duration: 0.5 },
  exception: { class: 'nova.NoValidHost' },
});

test('a header row and a row of a record', () => {
  const fields = csvFields('seq, time,HOST,pid,ids,http.status,http.bytes,exception.class,zone,message');
  expect(csvHeader(fields)).toBe('seq,time,host,pid,ids,http.status,http.bytes,exception.class,zone,message\r\n');
  expect(csvRow(RECORD, fields)).toBe(
    '7,2026-11-22T08:24:11.000000Z,c01,2461,mac:fa:16:3e:00:00:01 ip:10.0.0.3,503,,nova.NoValidHost,-60,"one\n""two"", three"\r\n',
  );
});

test('every name of the JSON is a column, and the other way round', () => {
  const flat = Object.entries({
    ...publicRecord(recordOf('x', Object.fromEntries(Object.keys(recordOf('')).map((name) => [name, 1]))), {}, 'raw'),
  }).map(([name]) => name);
  const columns = new Set(CSV_FIELDS.map((field) => field.split('.')[0]));
  // `of` is internal to tails: search folds continuations into their record.
  expect(flat.filter((name) => !columns.has(name) && name !== 'of')).toEqual([]);
  expect([...columns].filter((name) => !flat.includes(name!))).toEqual(['ids', 'http', 'exception', 'amqp', 'database', 'event']);
  expect(CSV_FIELDS_DEFAULT.filter((field) => !CSV_FIELDS.includes(field))).toEqual([]);
});

test.each([
  ['time,hots', 'did you mean host', 5, 4],
  ['', 'without a name', 0, 1],
  ['time,,host', 'without a name', 5, 1],
  ['zzzzzzzzzzz', 'there are seq, time', 0, 11],
  ['constructor', 'there is no column', 0, 11],
])('the columns %j are refused', (text, message, position, length) => {
  let error: unknown;
  try {
    csvFields(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(CodedError);
  expect((error as CodedError).message).toContain(message);
  expect(error).toMatchObject({ code: 'bad-argument', place: { position, length } });
});

test('a column named twice is one', () => {
  expect(csvFields('host,time,Host')).toEqual(['host', 'time']);
  expect(csvFields('http.status,status')).toEqual(['http.status']);
});

test('every field of the query language is a column', () => {
  expect(csvFields(FIELD_NAMES.join(','))).toHaveLength(FIELD_NAMES.length);
  expect(csvFields('Status,exception,broker')).toEqual(['http.status', 'exception.class', 'amqp.broker']);
});

test('whatever a sender wrote: the cells come back one by one, none begins like a formula, none holds controls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (host, message) => {
      const row = csvRow({ ...RECORD, host, message }, ['seq', 'host', 'message', 'pid']);
      const rows = readCsv(row);
      expect(rows).toHaveLength(1);
      expect([rows[0]!.length, rows[0]![0], rows[0]![3]]).toEqual([4, '7', '2461']);
      for (const cell of rows[0]!.slice(1, 3)) {
        expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        expect(cell).not.toMatch(/[^\P{Cc}\n\t]/u);
      }
    }),
  );
});
