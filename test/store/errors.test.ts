/** Error groups in state.db: a tally counts once and as a whole, what is read is what was counted, and a flood stays within its bounds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ErrorTally, TallyGroup } from '../../src/model.ts';
import type { GroupRow } from '../../src/report/error-list.ts';
import { BACK_AFTER_US } from '../../src/report/error-tally.ts';
import { DistinctSet, RADIUS_SETS } from '../../src/report/radius.ts';
import { readMinutes, writeMinutes } from '../../src/store/error-minutes.ts';
import { answerErrors, ERROR_BOUNDS, ERROR_SCHEMA, type ErrorBounds, OVERFLOW_SIGNATURE } from '../../src/store/errors.ts';
import { ErrorFile } from '../../src/store/errors-read.ts';
import { openSqlite, type Sqlite } from '../../src/store/sqlite.ts';

const MINUTE_US = 60e6;
const NOON = Math.floor(Date.UTC(2026, 10, 22, 12) / 60_000);
const NOON_US = NOON * MINUTE_US;

let folder: string;
let database: Sqlite;
let file: ErrorFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stacktrail-errors-'));
  database = openSqlite(join(folder, 'state.db'), 'write');
  database.exec(ERROR_SCHEMA);
  file = new ErrorFile(folder);
});
afterEach(() => {
  file.close();
  database.close();
  rmSync(folder, { recursive: true });
});

/** One error per count: [minute after noon, host]. */
function group(
  signature: string,
  counts: readonly (readonly [minute: number, host: string])[],
  change: Partial<TallyGroup> = {},
): TallyGroup {
  const minutes = counts.map(([minute]) => (NOON + minute) * MINUTE_US);
  const hosts = new DistinctSet();
  for (const [, host] of counts) hosts.add(host);
  return {
    ...{
      signature,
      title: `title ${signature}`,
      parts: { by: 'shape', shape: signature },
      level: 'ERROR',
      backUs: 0,
      lastSeq: 1,
      text: `text ${signature}`,
    },
    ...{ firstUs: Math.min(...minutes), lastUs: Math.max(...minutes), count: counts.length, samples: [[1, 'nova', counts[0]![1]]] },
    counts: counts.map(([minute, host]) => [NOON + minute, 'nova', host, 1]),
    radius: RADIUS_SETS.map((name) => (name === 'hosts' ? hosts : new DistinctSet()).bytes()),
    ...change,
  };
}

let from = 0;
beforeEach(() => {
  from = 0;
});
function add(groups: readonly TallyGroup[], bounds: ErrorBounds = ERROR_BOUNDS): unknown {
  const tally: ErrorTally = { from, after: ++from, caughtUp: true, lost: 0, groups };
  return answerErrors(database, { do: 'errors-add', tally }, bounds);
}

function rows(startMinute = -1e6, endMinute = 1e6): GroupRow[] {
  const steps = file.rows(NOON_US + startMinute * MINUTE_US, NOON_US + endMinute * MINUTE_US);
  for (;;) {
    const step = steps.next();
    if (step.done) return [...step.value].sort((one, other) => (one.signature < other.signature ? -1 : 1));
  }
}
const countOf = (row: GroupRow | undefined): number => row?.places.reduce((sum, { count }) => sum + count, 0) ?? 0;

test('minutes of an hour, as bytes and back', () => {
  const counts = fc.uniqueArray(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 2 ** 40 })), { selector: ([minute]) => minute });
  fc.assert(
    fc.property(counts, (pairs) => {
      expect(readMinutes(writeMinutes(new Map(pairs)))).toEqual(new Map(pairs));
    }),
  );
  expect(readMinutes(Uint8Array.of(3, 130))).toEqual(new Map());
});

test('nothing written yet: nothing is read', () => {
  expect(new ErrorFile(join(folder, 'nowhere')).rows(0, 1).next()).toEqual({ done: true, value: [] });
  expect(answerErrors(database, { do: 'errors-after' })).toBe(0);
});

test('a tally counts where the last one ended, and nowhere else', () => {
  expect(add([group('a', [[0, 'c01']])])).toEqual({ isTaken: true, overflow: 0 });
  const again: ErrorTally = { from: 0, after: 1, caughtUp: true, lost: 0, groups: [group('a', [[0, 'c01']])] };
  for (const wrong of [again, { ...again, from: 7, after: 9 }])
    expect(answerErrors(database, { do: 'errors-add', tally: wrong })).toEqual({ isTaken: false, overflow: 0 });
  expect([answerErrors(database, { do: 'errors-after' }), countOf(rows()[0])]).toEqual([1, 1]);
});

test('what fails on the way changes nothing', () => {
  add([group('a', [[0, 'c01']])]);
  const broken = { ...group('b', [[0, 'c01']]), title: undefined as unknown as string };
  expect(() => add([group('a', [[1, 'c01']]), broken])).toThrow();
  expect([answerErrors(database, { do: 'errors-after' }), rows().map(countOf)]).toEqual([1, [1]]);
});

test('sums by group, minute, service and host; the samples newest first, the radius of all', () => {
  add([
    group(
      'a',
      [
        [0, 'c01'],
        [0, 'c01'],
        [61, 'c02'],
      ],
      {
        samples: [
          [3, 'nova', 'c02'],
          [2, 'nova', 'c01'],
        ],
      },
    ),
  ]);
  add([group('a', [[1, 'c03']], { level: 'CRITICAL', samples: [[9, 'nova', 'c03']], text: 'newest' }), group('b', [[5, 'c01']])]);
  const [a, b] = rows();
  expect(a).toMatchObject({
    signature: 'a',
    level: 'CRITICAL',
    total: 4,
    firstUs: NOON_US,
    lastUs: NOON_US + 61 * MINUTE_US,
    text: 'newest',
  });
  expect(a!.samples.map(([seq]) => seq)).toEqual([9, 3, 2]);
  expect(a!.places.map(({ host, count }) => [host, count]).sort()).toEqual([
    ['c01', 2],
    ['c02', 1],
    ['c03', 1],
  ]);
  expect(DistinctSet.from(a!.radius[0]).size).toBe(3);
  expect(countOf(b)).toBe(1);
  expect(rows(0, 1).map((row) => [row.signature, countOf(row)])).toEqual([['a', 2]]);
  expect(rows(61, 62).map((row) => [row.signature, countOf(row)])).toEqual([['a', 1]]);
});

test('a long pause is remembered, a short one is not', () => {
  const pause = BACK_AFTER_US / MINUTE_US;
  add([group('a', [[0, 'c01']]), group('b', [[0, 'c01']])]);
  add([group('a', [[pause, 'c01']]), group('b', [[pause - 1, 'c01']])]);
  expect(rows().map(({ backUs }) => backUs)).toEqual([NOON_US + BACK_AFTER_US, 0]);
  add([group('a', [[pause + 5, 'c01']])]);
  expect(rows()[0]!.backUs).toBe(NOON_US + BACK_AFTER_US);
});

test('retention takes hours and groups with their records, and leaves the others', () => {
  add([group('a', [[0, 'c01']], { lastSeq: 5 }), group('b', [[0, 'c02']], { lastSeq: 9 })]);
  add([group('a', [[120, 'c03']], { lastSeq: 30 })]);
  answerErrors(database, { do: 'errors-prune', firstSeq: 10 });
  expect(rows().map((row) => [row.signature, countOf(row), row.places.map(({ host }) => host)])).toEqual([['a', 1, ['c03']]]);
  expect(Number(database.prepare('SELECT count(*) FROM errorPlace').pluck().get())).toBe(1);
});

test('a flood of different signatures: no more groups than the bound, nothing uncounted, and a group that is often seen stays', () => {
  const bounds = { groupsMax: 20, placesMax: 10, rowsMax: 1e6 };
  for (let round = 0; round < 30; round++) {
    const flood = Array.from({ length: 10 }, (_, index) => group(`f${round}-${index}`, [[round, `h${round}-${index}`]]));
    const often = group('often', [
      [round, 'c01'],
      [round, 'c01'],
    ]);
    add([often, ...flood], bounds);
  }
  const all = rows();
  expect(all.length).toBeLessThanOrEqual(22);
  expect(all.reduce((sum, row) => sum + countOf(row), 0)).toBe(30 * 12);
  expect(all.reduce((sum, row) => sum + row.total, 0)).toBe(30 * 12);
  expect(countOf(all.find(({ signature }) => signature === 'often'))).toBe(60);
  expect(countOf(all.find(({ signature }) => signature === OVERFLOW_SIGNATURE))).toBeGreaterThan(200);
  expect(Number(database.prepare('SELECT count(*) FROM errorPlace').pluck().get())).toBeLessThanOrEqual(11);
});

test('a group from 1970 to the year 9000 is folded as well', () => {
  const bounds = { groupsMax: 2, placesMax: 10, rowsMax: 1e6 };
  add(
    [
      group('a', [
        [-NOON, 'c01'],
        [3e9, 'c01'],
      ]),
      group('b', [[0, 'c01']]),
    ],
    bounds,
  );
  add([group('c', [[0, 'c01']])], bounds);
  expect(rows(-NOON - 1, 4e9).map((row) => [row.signature, countOf(row)])).toEqual([
    [OVERFLOW_SIGNATURE, 3],
    ['c', 1],
  ]);
});

test('groups that are all frequent: what is new overflows and is counted as that', () => {
  const bounds = { groupsMax: 2, placesMax: 10, rowsMax: 1e6 };
  const often = Array.from({ length: 9 }, (_, minute) => [minute, 'c01'] as const);
  add([group('a', often), group('b', often)], bounds);
  expect(add([group('c', often), group('d', [[0, 'c01']])], bounds)).toEqual({ isTaken: true, overflow: 10 });
  expect(rows().map((row) => [row.signature, countOf(row)])).toEqual([
    [OVERFLOW_SIGNATURE, 10],
    ['a', 9],
    ['b', 9],
  ]);
});

test('of too many hours the oldest go', () => {
  const bounds = { groupsMax: 100, placesMax: 10, rowsMax: 10 };
  for (let hour = 0; hour < 30; hour++) add([group('a', [[hour * 60, 'c01']])], bounds);
  from = 49_999;
  database.prepare('UPDATE errorMark SET after = ?').run(from);
  add([group('a', [[30 * 60, 'c01']])], bounds);
  expect([countOf(rows()[0]), rows()[0]!.total]).toEqual([10, 31]);
  expect(countOf(rows(21 * 60)[0])).toBe(10);
});
