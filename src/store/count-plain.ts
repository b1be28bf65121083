/**
 * Counting as plain as it can be, over records in an array: what engine `memory` answers, and the measure of what others must. Percentiles
 * are those of all the numbers, sorted.
 */
import type { CountAnswer, CountList, CountQuery, CountRow, LogRecord, Measured } from '../model.ts';
import { compile, type ReadMarks } from '../query/match.ts';
import { measureOf, valuesOf } from '../query/values.ts';
import { compareValues, keptOf } from './count-table.ts';

type Values = (string | undefined)[];

/** `records` are folded. */
export function countPlain(records: readonly LogRecord[], query: CountQuery, readMarks: ReadMarks): Omit<CountAnswer, 'stats'> {
  const matches = compile(query.filter, readMarks);
  const measure = query.measure === undefined ? () => 0 : measureOf(query.measure, readMarks);
  const found = records.filter(
    (record) =>
      measure(record) !== undefined &&
      (query.start === undefined || record.time >= query.start) &&
      (query.end === undefined || record.time < query.end) &&
      matches(record),
  );
  return { count: found.length, lists: query.by.map((_, list) => countList(found, { query, list, readMarks })) };
}

interface Combination {
  values: Values;
  records: LogRecord[];
}

function countList(records: readonly LogRecord[], of: { query: CountQuery; list: number; readMarks: ReadMarks }): CountList {
  const { query, list, readMarks } = of;
  const readers = query.by[list]!.map((field) => valuesOf(field, readMarks));
  const combinations = new Map<string, Combination>();
  for (const record of records) {
    for (const values of product(readers.map((read) => read(record)))) {
      const key = JSON.stringify(values.map((value) => value ?? null));
      const combination = combinations.get(key) ?? { values, records: [] };
      combinations.set(key, combination);
      combination.records.push(record);
    }
  }
  const sorted = [...combinations.values()].sort((a, b) => b.records.length - a.records.length || compareValues(a.values, b.values));
  const kept = new Set(keptOf(sorted, query.rowsMax));
  const others = sorted.filter((one) => !kept.has(one)).reduce((sum, one) => sum + one.records.length, 0);
  return { rows: [...kept].flatMap((one) => rowsOf(one, query, readMarks)), others };
}

/** One value of each field, in all ways; a field without any is absent. */
function product(lists: readonly (readonly string[])[]): Values[] {
  return lists.reduce<Values[]>(
    (before, list) => before.flatMap((values) => (list.length === 0 ? [undefined] : list).map((value) => [...values, value])),
    [[]],
  );
}

function rowsOf({ values, records }: Combination, { stepUs, measure }: CountQuery, readMarks: ReadMarks): CountRow[] {
  const buckets = Map.groupBy(records, ({ time }) => (stepUs === undefined ? 0 : Math.floor(time / stepUs) * stepUs));
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([time, inside]) => {
      const row: CountRow = { values, count: inside.length };
      if (stepUs !== undefined) row.time = time;
      if (measure === undefined) return row;
      const read = measureOf(measure, readMarks);
      const numbers = inside
        .map(read)
        .filter((number) => number !== undefined)
        .sort((a, b) => a - b);
      if (numbers.length > 0) row.measured = measuredOf(numbers);
      return row;
    });
}

function measuredOf(sorted: readonly number[]): Measured {
  const at = (percent: number): number => sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1]!;
  return { count: sorted.length, p50: at(50), p95: at(95), p99: at(99), max: sorted.at(-1)! };
}
