/** Positions of followed and imported files: in the commit of their records, over all day files, and beyond a dropped one. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { isCoded } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import type { LogRecord } from '../../src/model.ts';
import { DayFile } from '../../src/store/day-file.ts';
import { DaysWriter } from '../../src/store/write.ts';
import { newFolder as makeFolder } from './sealed.ts';

const NOON_US = Date.UTC(2026, 10, 22, 12) * 1000;
const DAY_US = 86_400_000_000;

function records(count: number): LogRecord[] {
  return Array.from({ length: count }, (_, index) =>
    parse(`2026-11-22 12:00:00.000 ${index} INFO nova.api [-] line ${index}`, {
      received: NOON_US,
      transport: 'import',
      peer: '/x',
      zone: 0,
    }),
  );
}

class Clock {
  nowUs = NOON_US;
  readonly read = (): number => this.nowUs;
}

function writerOf(folder: string, clock = new Clock()): { writer: DaysWriter; clock: Clock } {
  return { writer: new DaysWriter(folder, clock.read), clock };
}

test.each([
  ['a small batch', 1],
  ['one that is sealed at once', limits.blockRecordsMax + 1],
  ['blank lines only', 0],
])('%s commits with its position', (_name, count) => {
  const folder = makeFolder();
  const { writer } = writerOf(folder);
  writer.append(records(count), new Map([['a', '1']]));
  expect([...writer.positions]).toEqual([['a', '1']]);
  writer.append(
    records(count),
    new Map([
      ['a', '2'],
      ['b', '7'],
    ]),
  );
  expect([...writer.positions].sort()).toEqual([
    ['a', '2'],
    ['b', '7'],
  ]);
  writer.close();
  const again = writerOf(folder).writer;
  expect([...again.positions].sort()).toEqual([
    ['a', '2'],
    ['b', '7'],
  ]);
  expect(again.lastSeq).toBe(2 * count);
  again.close();
});

test('the newest day file is right, and a dropped one leaves what only it knew', () => {
  const folder = makeFolder();
  const { writer, clock } = writerOf(folder);
  writer.append(
    records(1),
    new Map([
      ['old', '1'],
      ['moved', '1'],
    ]),
  );
  clock.nowUs += DAY_US;
  writer.append(records(1), new Map([['moved', '2']]));
  clock.nowUs += DAY_US;
  writer.append(records(1));
  writer.carryPositions('2026-11-22.db');
  // Already there, and of the file that is written: nothing to do.
  writer.carryPositions('2026-11-22.db');
  writer.carryPositions('2026-11-24.db');
  rmSync(join(folder, '2026-11-22.db'));
  expect([...writer.positions].sort()).toEqual([
    ['moved', '2'],
    ['old', '1'],
  ]);
  writer.close();
  const newest = new DayFile(join(folder, '2026-11-24.db'), 'read');
  expect(newest.positions()).toEqual([['old', '1']]);
  newest.close();
  const again = writerOf(folder, clock).writer;
  expect([...again.positions].sort()).toEqual([
    ['moved', '2'],
    ['old', '1'],
  ]);
  again.close();
});

test('a file that cannot be read has nothing to carry, but is named to whoever asks for positions', () => {
  const folder = makeFolder();
  const { writer, clock } = writerOf(folder);
  writer.append(records(1), new Map([['a', '1']]));
  clock.nowUs += DAY_US;
  writer.append(records(1), new Map([['b', '1']]));
  writer.close();
  writeFileSync(join(folder, '2026-11-22.db'), 'no database at all, whatever its name says');
  const again = writerOf(folder, clock).writer;
  let trouble: unknown;
  try {
    again.positions.get('a');
  } catch (error) {
    trouble = error;
  }
  expect(isCoded(trouble) && trouble.code).toBe('store-corrupt');
  expect(String(trouble)).toContain('2026-11-22.db');
  again.close();
});
