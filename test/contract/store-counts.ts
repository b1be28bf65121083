/**
 * Counts of every store: a few that say what is meant, and random ones against the plainest way to count: filter the input, sort what
 * is found into a table. Percentiles have their 1 %.
 */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { marks } from '../../parsers/index.ts';
import type { CountAnswer, CountList, CountQuery, FieldName, LogRecord, Measured } from '../../src/model.ts';
import { compile } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { ALL, refusal } from './reading.ts';
import { continuationOf, makeRecords, START_US } from './records.ts';
import type { Bench, ContractTest } from './store.ts';
import { fillMixed, queriesAbout, whole } from './store-oracle.ts';

const MINUTE_US = 60_000_000;
const SEED = 815;

const asked = (some: Partial<CountQuery>): CountQuery => ({ filter: ALL, by: [[]], rowsMax: 1000, ...some });

/** What stands in a record, as plainly as can be: the fields of model.ts by their names. */
const PLAIN: Partial<Record<FieldName, (record: LogRecord) => readonly (string | number | undefined)[]>> = {
  global: (record) => [record.globalRequest],
  flags: (record) => record.flags?.split(' ') ?? [],
  status: (record) => [marks(record).http?.status],
  method: (record) => [marks(record).http?.method],
  path: (record) => [marks(record).http?.path],
  duration: (record) => [marks(record).http?.duration],
  bytes: (record) => [marks(record).http?.bytes],
  exception: (record) => [marks(record).exception?.class],
};

function valuesIn(record: LogRecord, field: FieldName): (string | undefined)[] {
  const values = PLAIN[field]?.(record) ?? [record[field as keyof LogRecord] as string | number | undefined];
  const there = values.filter((value) => value !== undefined).map(String);
  return there.length === 0 ? [undefined] : there;
}

/** Records and numbers of each combination and bucket. */
type Table = Map<string, { count: number; numbers: number[] }>;

function tableOf(records: readonly LogRecord[], fields: readonly FieldName[], { stepUs, measure }: CountQuery): Table {
  const table: Table = new Map();
  for (const record of records) {
    const number = measure === undefined ? undefined : marks(record).http?.[measure];
    if (measure !== undefined && number === undefined) continue;
    const time = stepUs === undefined ? undefined : Math.floor(record.time / stepUs) * stepUs;
    let combinations: (string | undefined)[][] = [[]];
    for (const field of fields) combinations = combinations.flatMap((one) => valuesIn(record, field).map((value) => [...one, value]));
    for (const values of combinations) {
      const key = JSON.stringify([time ?? null, values.map((value) => value ?? null)]);
      const cell = table.get(key) ?? { count: 0, numbers: [] };
      table.set(key, cell);
      cell.count++;
      if (number !== undefined) cell.numbers.push(number);
    }
  }
  return table;
}

function expectList(list: CountList, table: Table, said: string): void {
  const rows = new Map(list.rows.map((row) => [JSON.stringify([row.time ?? null, row.values.map((value) => value ?? null)]), row]));
  expect(rows.size, said).toBe(list.rows.length);
  expect(Object.fromEntries([...rows].map(([key, { count }]) => [key, count])), said).toEqual(
    Object.fromEntries([...table].map(([key, { count }]) => [key, count])),
  );
  for (const [key, { numbers }] of table) if (numbers.length > 0) expectMeasured(rows.get(key)!.measured!, numbers, said);
  expect(list.others, said).toBe(0);
}

function expectMeasured(measured: Measured, numbers: readonly number[], said: string): void {
  const sorted = numbers.toSorted((a, b) => a - b);
  expect(measured.count, said).toBe(sorted.length);
  expect(measured.max, said).toBe(sorted.at(-1));
  for (const percent of [50, 95, 99] as const) {
    const want = sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1]!;
    expect(Math.abs(measured[`p${percent}`] - want), said).toBeLessThanOrEqual(want * 0.01 + 1e-9);
  }
}

function naive(records: readonly LogRecord[], { filter, start, end }: CountQuery): LogRecord[] {
  const matches = compile(filter, marks);
  return records.filter(
    (record) => (start === undefined || record.time >= start) && (end === undefined || record.time < end) && matches(record),
  );
}

function expectAnswer(answer: CountAnswer, records: readonly LogRecord[], query: CountQuery): void {
  const said = JSON.stringify(query);
  const want = naive(records, query);
  const counted = tableOf(want, [], { ...query, by: [[]] });
  expect(answer.count, said).toBe(counted.values().reduce((sum, { count }) => sum + count, 0));
  for (const [list, fields] of query.by.entries()) expectList(answer.lists[list]!, tableOf(want, fields, query), said);
}

const FIELDS: readonly FieldName[] = [
  'level',
  'service',
  'host',
  'program',
  'logger',
  'format',
  'pid',
  'user',
  'project',
  'request',
  'global',
  'instance',
  'facility',
  'severity',
  'msgid',
  'flags',
  'status',
  'method',
  'path',
  'duration',
  'exception',
];

function random(bench: Bench): void {
  const records = whole(fillMixed(bench));
  let found = 0;
  const lists = fc.array(fc.uniqueArray(fc.constantFrom(...FIELDS), { maxLength: 3 }), { minLength: 1, maxLength: 3 });
  const steps = fc.option(fc.constantFrom(1_000_000, MINUTE_US, 7 * MINUTE_US, 3600 * 1e6, 86_400 * 1e6), { nil: undefined });
  const measures = fc.option(fc.constantFrom('duration' as const, 'bytes' as const, 'status' as const), { nil: undefined, freq: 3 });
  fc.assert(
    fc.property(
      fc.oneof(queriesAbout(records), fc.constant('')),
      fc.record({
        by: lists,
        stepUs: steps,
        measure: measures,
        at: fc.nat(records.length - 1),
        range: fc.nat(3),
        for: fc.integer({ min: 1, max: 90 }),
      }),
      (text, { at, range, for: minutes, ...given }) => {
        const edge = records[at]!.time;
        const bounds =
          range === 0 ? { start: edge } : range === 1 ? { end: edge } : range === 2 ? { start: edge, end: edge + minutes * MINUTE_US } : {};
        const query = asked({ ...bounds, ...(JSON.parse(JSON.stringify(given)) as typeof given), filter: parse(text), rowsMax: 10_000 });
        const answer = bench.store.aggregate(query);
        expectAnswer(answer, records, query);
        expect(answer.stats.damaged).toBeUndefined();
        if (answer.count > 0) found++;
      },
    ),
    { numRuns: 250, seed: SEED },
  );
  expect(found).toBeGreaterThan(120);
}

export const countTests: Readonly<Record<string, ContractTest>> = {
  'random counts are those of a naive filter over the input': random,

  'an empty store counts nothing'({ store }) {
    const answer = store.aggregate(asked({ by: [[], ['level']], stepUs: MINUTE_US }));
    expect(answer).toMatchObject({
      count: 0,
      lists: [
        { rows: [], others: 0 },
        { rows: [], others: 0 },
      ],
    });
  },

  'the plain count is one row; without a match there is none'({ store, fill }) {
    fill(makeRecords({ seed: 1, count: 300 }));
    expect(store.aggregate(asked({}))).toMatchObject({ count: 300, lists: [{ rows: [{ values: [], count: 300 }], others: 0 }] });
    expect(store.aggregate(asked({ filter: parse('nosuchword') }))).toMatchObject({ count: 0, lists: [{ rows: [], others: 0 }] });
  },

  'the most frequent values are kept, the others summed up; records without a value are a row besides'({ store, fill }) {
    const hosts = ['a', 'b', 'b', 'c', 'c', 'c', undefined, undefined];
    fill(makeRecords({ seed: 2, count: hosts.length }).map((record, index) => ({ ...record, host: hosts[index] })));
    const [list] = store.aggregate(asked({ by: [['host']], rowsMax: 2 })).lists;
    expect(list).toEqual({
      rows: [
        { values: ['c'], count: 3 },
        { values: ['b'], count: 2 },
        { values: [undefined], count: 2 },
      ],
      others: 1,
    });
  },

  'buckets begin at whole multiples of the step, also for times out of order and before 1970'({ store, fill }) {
    const times = [START_US + 59_999_999, START_US, START_US + MINUTE_US, -1, START_US - 1];
    fill(makeRecords({ seed: 3, count: times.length }).map((record, index) => ({ ...record, time: times[index]! })));
    const { lists } = store.aggregate(asked({ stepUs: MINUTE_US }));
    expect(lists[0]!.rows.map(({ time, count }) => [time, count])).toEqual([
      [-MINUTE_US, 1],
      [START_US - MINUTE_US, 1],
      [START_US, 2],
      [START_US + MINUTE_US, 1],
    ]);
  },

  'a record and its continuations are one, wherever they lie'({ store, fill }) {
    const [parent] = fill(makeRecords({ seed: 4, count: 50 }));
    fill([continuationOf(parent!, 'zebra one')]);
    fill(makeRecords({ seed: 5, count: 50 }));
    fill([continuationOf(parent!, 'zebra two')]);
    expect(store.aggregate(asked({})).count).toBe(100);
    expect(store.aggregate(asked({ filter: parse('"zebra one" "zebra two"'), by: [['host'], []] }))).toMatchObject({
      count: 1,
      lists: [{ rows: [{ values: [parent!.host], count: 1 }] }, { rows: [{ count: 1 }] }],
    });
    expect(store.aggregate(asked({ filter: parse('-zebra') })).count).toBe(99);
  },

  'each of several flags counts'({ store, fill }) {
    const flags = ['latin1', 'latin1 truncated', undefined];
    fill(makeRecords({ seed: 6, count: 3 }).map((record, index) => ({ ...record, flags: flags[index] })));
    const answer = store.aggregate(asked({ by: [['flags']] }));
    expect(answer.count).toBe(3);
    expect(answer.lists[0]!.rows.map(({ values, count }) => [values[0], count])).toEqual([
      ['latin1', 2],
      ['truncated', 1],
      [undefined, 1],
    ]);
  },

  'only records with the number count where one is measured'({ store, fill }) {
    const access = (ms: number) => `10.0.0.1 "GET /v2.1/servers HTTP/1.1" status: 200 len: ${ms} time: ${(ms / 1000).toFixed(7)}`;
    const texts = [...Array.from({ length: 100 }, (_, index) => access(index + 1)), 'no access line'];
    fill(makeRecords({ seed: 7, count: texts.length }).map((record, index) => ({ ...record, logger: 'nova.api', message: texts[index]! })));
    const { count, lists } = store.aggregate(asked({ by: [['method']], measure: 'duration' }));
    expect(count).toBe(100);
    const [{ values, measured }] = lists[0]!.rows as [CountAnswer['lists'][0]['rows'][0]];
    expect([values, measured!.count, measured!.max]).toEqual([['GET'], 100, 0.1]);
    for (const [got, want] of [
      [measured!.p50, 0.05],
      [measured!.p95, 0.095],
      [measured!.p99, 0.099],
    ] as const)
      expect(Math.abs(got - want)).toBeLessThan(want * 0.01);
  },

  'values that look like several are kept apart'({ store, fill }) {
    const pairs: [string, string][] = [
      ['a', 'b:c'],
      ['a:b', 'c'],
      ['1:a', ''],
      ['', '1:a'],
    ];
    fill(makeRecords({ seed: 8, count: 4 }).map((record, index) => ({ ...record, host: pairs[index]![0], program: pairs[index]![1] })));
    const rows = store.aggregate(asked({ by: [['host', 'program']] })).lists[0]!.rows;
    expect(rows.map(({ values, count }) => [...values, count])).toEqual(pairs.map((pair) => [...pair, 1]).sort());
  },

  'a wrong expression is an error of its asker'({ store, fill }) {
    fill(makeRecords({ seed: 9, count: 5 }));
    expect(refusal(() => store.aggregate(asked({ filter: { kind: 'regex', source: '(', flags: '' } })))).toBe('bad-query');
  },

  'a closed store counts nothing any more'({ store }) {
    store.close();
    expect(refusal(() => store.aggregate(asked({})))).toBe('store-closed');
  },
};
