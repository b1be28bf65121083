/** The loss ledger of state.db: sums by reason and source, kept across openings, bounded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LossEntry } from '../../src/model.ts';
import { answerLosses, LOSS_SCHEMA } from '../../src/store/losses.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { openState, type State } from '../../src/store/state.ts';

const MINUTE_US = 60e6;
const NOON_US = Date.UTC(2026, 10, 22, 12) * 1000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stacktrail-losses-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const loss = (minute: number, amount: number, source = 'c01', reason = 'empty'): LossEntry => ({
  reason,
  source,
  amount,
  firstAt: NOON_US + minute * MINUTE_US,
  lastAt: NOON_US + (minute + 1) * MINUTE_US,
});

const lossesOf = (state: State, sinceMinute: number): unknown => state.saved({ do: 'losses', sinceUs: NOON_US + sinceMinute * MINUTE_US });

test('sums by reason and source, since when it is asked for, newest first; another process finds them', () => {
  const state = openState(folder);
  state.saved({ do: 'lose', losses: [loss(0, 5), loss(1, 2), loss(3, 1, "x'; DROP TABLE loss; --")] });
  state.saved({ do: 'lose', losses: [loss(30, 4), loss(31, 7, 'c01', 'disk-full')] });
  state.close();
  const again = openState(folder);
  expect(lossesOf(again, 0)).toEqual([
    loss(31, 7, 'c01', 'disk-full'),
    { ...loss(0, 11), lastAt: NOON_US + 31 * MINUTE_US },
    loss(3, 1, "x'; DROP TABLE loss; --"),
  ]);
  expect(lossesOf(again, 20)).toEqual([loss(31, 7, 'c01', 'disk-full'), loss(30, 4)]);
  expect(lossesOf(again, 60)).toEqual([]);
  again.close();
});

test('beyond its bound the oldest rows go, newer ones stay', () => {
  const database = openSqlite(join(folder, 'state.db'), 'write');
  database.exec(LOSS_SCHEMA);
  for (let minute = 0; minute < 100; minute += 10) {
    const losses = [loss(minute, 1, `a${minute}`), loss(minute, 1, `b${minute}`)];
    answerLosses(database, { do: 'lose', losses }, 6);
    expect(Number(database.prepare('SELECT count(*) FROM loss').pluck().get())).toBeLessThanOrEqual(6);
  }
  const left = answerLosses(database, { do: 'losses', sinceUs: NOON_US })!.map((entry) => entry.source);
  expect(left).toEqual(['a90', 'b90', 'a80', 'b80', 'a70', 'b70']);
  database.close();
});
