/**
 * The oracle over the life of a store: engine `days`, engine `memory` and a naive filter over the input say the same to
 * thousands of random queries - while records are fresh, after sealing, after a restart, across the change of the day of arrival,
 * with records that are late, out of order, and continuations of records of yesterday.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { marks } from '../../parsers/index.ts';
import type { Direction, LogRecord, Store } from '../../src/model.ts';
import { compile } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { type DaysStore, openDays } from '../../src/store/days.ts';
import { openMemory } from '../../src/store/memory.ts';
import { everything, inOrder } from './reading.ts';
import { continuationOf, diceOf, makeRecords, START_US } from './records.ts';
import { queriesAbout, whole } from './store-oracle.ts';

const SEED = 99;
const DAY_US = 86_400_000_000;
/** Per phase; six phases. */
const QUERIES = 350;

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-oracle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Both engines, fed alike, and everything that they were fed. */
class Pair {
  nowUs = START_US;
  days: DaysStore;
  readonly memory: Store = openMemory();
  readonly rows: LogRecord[] = [];
  readonly #folder: string;

  constructor(inFolder: string) {
    this.#folder = inFolder;
    this.days = this.#open();
  }

  #open(): DaysStore {
    return openDays({ folder: this.#folder, nowUs: () => this.nowUs });
  }

  append(records: readonly LogRecord[], batch: number): void {
    for (let at = 0; at < records.length; at += batch) {
      const some = records.slice(at, at + batch);
      const stored = this.days.append(some.map((record) => ({ ...record }))).records;
      const same = this.memory.append(some.map((record) => ({ ...record }))).records;
      expect(stored.map(({ seq }) => seq)).toEqual(same.map(({ seq }) => seq));
      this.rows.push(...same);
    }
  }

  restart(): void {
    this.days.close();
    this.days = this.#open();
  }
}

let found = 0;

function agree(pair: Pair, phase: string): void {
  const records = whole(pair.rows);
  const times = pair.rows.map(({ time }) => time);
  const range = fc.tuple(fc.constantFrom(...times), fc.constantFrom(...times), fc.nat(3));
  const asked = fc.tuple(queriesAbout(records), fc.constantFrom<Direction>('forward', 'backward'), fc.integer({ min: 5, max: 400 }), range);
  fc.assert(
    fc.property(asked, ([text, direction, limit, [one, other, kind]]) => {
      const filter = parse(text);
      const bounds = { ...(kind & 1 ? { start: Math.min(one, other) } : {}), ...(kind & 2 ? { end: Math.max(one, other) } : {}) };
      const matches = compile(filter, marks);
      const isIn = ({ time }: LogRecord): boolean => time >= (bounds.start ?? -Infinity) && time < (bounds.end ?? Infinity);
      const want = inOrder(
        records.filter((record) => isIn(record) && matches(record)),
        direction,
      );
      if (want.length > 0) found++;
      const some = { filter, direction, limit: Math.max(limit, Math.ceil(want.length / 8)), ...bounds };
      const ours = everything(pair.days, some);
      const naive = everything(pair.memory, some);
      expect(
        ours.map(({ seq }) => seq),
        `${phase}, days: ${text}`,
      ).toEqual(want);
      expect(
        naive.map(({ seq }) => seq),
        `${phase}, memory: ${text}`,
      ).toEqual(want);
      for (const index of [0, ours.length - 1]) expect(ours[index]?.message).toBe(naive[index]?.message);
    }),
    { numRuns: QUERIES, seed: SEED },
  );
}

test('days, memory and a naive filter agree over the life of a store', { timeout: 300_000 }, () => {
  const pair = new Pair(folder);
  const dice = diceOf(SEED);
  const late = (count: number, of: number): LogRecord[] =>
    makeRecords({ seed: SEED + of, count, startUs: START_US - DAY_US }).map((record) => ({ ...record, received: pair.nowUs }));
  const continuations = (count: number): LogRecord[] =>
    Array.from({ length: count }, () => {
      const parent = dice.pick(pair.rows.filter(({ of }) => of === undefined));
      return continuationOf(
        parent,
        dice.pick(['Traceback (most recent call last):', `  File "/nova/${dice.hex(4)}.py"`, 'ValueError: zebra']),
      );
    });

  pair.append(makeRecords({ seed: SEED, count: 400, bigChars: 60_000 }), 37);
  agree(pair, 'fresh');
  pair.days.flush();
  pair.append(continuations(12), 3);
  agree(pair, 'sealed, with late continuations');
  pair.restart();
  pair.append(makeRecords({ seed: SEED + 1, count: 150, startUs: START_US + 600_000_000 }), 50);
  agree(pair, 'restarted, with fresh ones on top');
  pair.nowUs += DAY_US;
  pair.append(makeRecords({ seed: SEED + 2, count: 200, startUs: pair.nowUs }), 41);
  pair.append(continuations(8), 2);
  agree(pair, 'the next day, with continuations of yesterday');
  pair.append(late(150, 3), 29);
  pair.days.flush();
  agree(pair, 'late and out of order');
  pair.nowUs += DAY_US;
  pair.append(makeRecords({ seed: SEED + 4, count: 30, startUs: pair.nowUs }), 7);
  pair.restart();
  agree(pair, 'a third day, restarted');
  expect(pair.days.status().days.length).toBe(3);
  expect(found).toBeGreaterThan(6 * QUERIES * 0.5);
  pair.days.close();
});
