/**
 * Retention: which files are due, when files roll, and a folder from which files were dropped: what was dropped is counted and said, and
 * no seq comes twice, not even when everything was dropped. What is left then: retention-left.test.ts.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DaysReader } from '../../src/store/read.ts';
import { type ClosedFile, dueFiles, rollLimitsOf } from '../../src/store/retention.ts';
import { ALL } from '../contract/reading.ts';
import { makeRecords } from '../contract/records.ts';
import { DAY_US, HOUR_US, KEEP_ALL, Kept } from './kept.ts';
import { withLimits } from './scene.ts';

const MIB = 1024 * 1024;

describe('which files are due', () => {
  const closed: ClosedFile[] = [1, 2, 3, 4].map((day) => ({ file: `${day}`, bytes: 10, closedUs: day * DAY_US }));
  test.each<[name: string, limits: { ageUs?: number; bytesMax?: number; bytes?: number; nowUs?: number }, due: string]>([
    ['no limit', {}, ''],
    ['nothing is old enough', { ageUs: 4 * DAY_US }, ''],
    ['one is a moment too old', { ageUs: 4 * DAY_US - 1 }, '1 age'],
    ['all are', { ageUs: HOUR_US }, '1 age,2 age,3 age,4 age'],
    ['just not too much', { bytesMax: 50 }, ''],
    ['a byte too much', { bytesMax: 49 }, '1 size'],
    ['what is written is larger than the limit', { bytesMax: 5 }, '1 size,2 size,3 size,4 size'],
    ['both', { ageUs: 3 * DAY_US - 1, bytesMax: 25 }, '1 age,2 age,3 size'],
    ['a clock that went back drops nothing', { ageUs: HOUR_US, nowUs: 0 }, ''],
  ])('%s', (_name, { ageUs, bytesMax, bytes = 50, nowUs = 5 * DAY_US }, due) => {
    const found = dueFiles(closed, { nowUs, bytes, ageUs, bytesMax });
    expect(found.map(({ file, reason }) => `${file} ${reason}`).join()).toBe(due);
  });

  test('files roll at an eighth of a limit, and hold some blocks and minutes at least', () => {
    expect(rollLimitsOf({ ageUs: undefined, bytesMax: undefined })).toEqual({ fileBytesMax: Infinity, fileSpanUs: Infinity });
    expect(rollLimitsOf({ ageUs: 8 * DAY_US, bytesMax: 800 * MIB })).toEqual({ fileBytesMax: 100 * MIB, fileSpanUs: DAY_US });
    expect(rollLimitsOf({ ageUs: 1, bytesMax: 1 })).toEqual({ fileBytesMax: 2 * MIB, fileSpanUs: 600e6 });
  });
});

test('by age: the oldest go, a day after the last record in them was old enough; counted and said', () => {
  const kept = new Kept({ ageUs: 2 * DAY_US });
  kept.days(4);
  expect(kept.files).toEqual(['2024-11-22.db', '2024-11-23.db', '2024-11-24.db', '2024-11-25.db']);
  // The first was closed when the second began, which is two days ago.
  expect(kept.keeper.look()).toBe(false);
  kept.nowUs += 1;
  expect(kept.keeper.look()).toBe(true);
  expect(kept.files).toEqual(['2024-11-23.db', '2024-11-24.db', '2024-11-25.db']);
  expect(kept.counters.value('records.dropped', 'age')).toBe(100);
  expect(kept.counters.value('bytes.dropped', 'age')).toBeGreaterThan(4096);
  expect(kept.keeper.takeNotes()).toEqual([
    expect.objectContaining({ level: 'info', text: expect.stringContaining('dropped 2024-11-22.db: older than retention.age') }),
  ]);
  expect(kept.keeper.look()).toBe(false);
  kept.owned.close();
});

test('what is written is closed when it is old enough itself, and dropped; seq goes on, also after a restart', () => {
  const kept = new Kept({ ageUs: 8 * HOUR_US });
  const last = kept.append(50);
  kept.keeper.look();
  kept.nowUs += 2 * HOUR_US;
  kept.keeper.look();
  expect(kept.files).toEqual(['2024-11-22.db', '2024-11-22.2.db']);
  kept.nowUs += 9 * HOUR_US;
  expect(kept.keeper.look()).toBe(true);
  expect(kept.files).toEqual(['2024-11-22.2.db']);
  const reader = new DaysReader(kept.folder);
  expect(reader.status()).toMatchObject({ records: 0, firstSeq: last + 1, lastSeq: last });
  // Followers behind it hear what they have missed, once, and go on behind it.
  expect(reader.follow(20, ALL, 10)).toEqual({ events: [], after: last, caughtUp: true, lost: last - 20 });
  expect(reader.follow(last, ALL, 10)).toMatchObject({ after: last, lost: 0 });
  kept.reopen();
  expect(kept.owned.writer.lastSeq).toBe(last);
  expect(kept.append(1)).toBe(last + 1);
  expect(reader.status()).toMatchObject({ records: 1, firstSeq: last + 1 });
  reader.close();
  kept.owned.close();
});

test('an idle service makes no files', () => {
  const kept = new Kept({ ageUs: DAY_US });
  kept.append(10);
  for (let hour = 0; hour < 100; hour++) {
    kept.nowUs += HOUR_US;
    kept.keeper.look();
  }
  expect(kept.files).toHaveLength(1);
  expect(kept.counters.value('records.dropped', 'age')).toBe(10);
  kept.owned.close();
});

test('by size: within one day, too, because files roll early enough', () => {
  const sizeMax = 8 * MIB;
  const kept = new Kept({ size: { bytes: sizeMax } });
  kept.keeper.look();
  let largest = 0;
  for (let round = 0; round < 30; round++) {
    // Hardly compressible, so that kilobytes of records are kilobytes on disk.
    const records = makeRecords({ seed: round, count: 40 });
    for (const record of records) record.message = randomBytes(9000).toString('base64');
    kept.owned.writer.append(records);
    kept.owned.writer.flush();
    kept.keeper.look();
    largest = Math.max(largest, bytesOf(kept.folder));
  }
  expect(kept.files.length).toBeGreaterThan(2);
  expect(kept.counters.value('bytes.dropped', 'size')).toBeGreaterThan(2 * MIB);
  // What is written, and one log, may stand above it until the next look.
  expect(largest).toBeLessThan(sizeMax + 12 * MIB);
  expect(bytesOf(kept.folder)).toBeLessThan(sizeMax + 3 * MIB);
  const reader = new DaysReader(kept.folder);
  const { records, firstSeq, lastSeq } = reader.status();
  expect(lastSeq).toBe(1200);
  expect(records).toBe(lastSeq - firstSeq! + 1);
  reader.close();
  kept.owned.close();
});

function bytesOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

test('other limits take effect at once', () => {
  const kept = new Kept();
  kept.days(5);
  expect(kept.keeper.look()).toBe(false);
  kept.keeper.configure({ ...KEEP_ALL, ageUs: HOUR_US });
  kept.keeper.look();
  expect(kept.files).toEqual(['2024-11-25.db', '2024-11-26.db']);
  kept.keeper.configure({ ...KEEP_ALL, size: { bytes: 1 } });
  kept.keeper.look();
  expect(kept.files).toEqual(['2024-11-26.db']);
  expect(kept.keeper.status()).toMatchObject({ bytesMax: 1, ageMaxHours: undefined });
  kept.owned.close();
});

test('what a drop that was interrupted has left is swept away at the next start', () => {
  const kept = new Kept();
  kept.days(1);
  writeFileSync(join(kept.folder, '2024-11-20.db-wal'), 'half a drop');
  writeFileSync(join(kept.folder, '2024-11-20.db-shm'), '');
  writeFileSync(join(kept.folder, 'notes.db-wal'), 'of somebody else');
  kept.reopen();
  expect(readdirSync(kept.folder).filter((name) => name.includes('2024-11-20'))).toEqual([]);
  expect(readdirSync(kept.folder)).toContain('notes.db-wal');
  kept.owned.close();
});

test('a damaged file is dropped like any other when it is due', () => {
  const kept = new Kept();
  kept.days(3);
  const path = join(kept.folder, kept.files[0]!);
  writeFileSync(path, 'no database any more');
  utimesSync(path, 0, 0);
  // Its own note of when it was closed is gone: the end of its day counts.
  const ageUs = kept.nowUs - Date.UTC(2024, 10, 23) * 1000;
  kept.keeper.configure({ ...KEEP_ALL, ageUs });
  kept.keeper.look();
  expect(kept.files).toHaveLength(3);
  kept.nowUs += 1;
  kept.keeper.look();
  expect(kept.files).toEqual(['2024-11-23.db', '2024-11-24.db']);
  const dropped = kept.keeper.takeNotes().find(({ text }) => text.startsWith('dropped 2024-11-22.db'));
  expect(dropped?.facts.records).toMatch(/unknown/);
  kept.owned.close();
});

test('roll limits hold for a file that is open already', () => {
  withLimits({ blockRecordsMax: 64 }, () => {
    const kept = new Kept();
    for (let round = 0; round < 40; round++) kept.append(70);
    expect(kept.files).toHaveLength(1);
    kept.owned.writer.configure({ fileBytesMax: 100_000, fileSpanUs: Infinity });
    kept.append(70);
    expect(kept.files).toHaveLength(2);
    expect(kept.append(1)).toBe(42 * 70 - 69);
    kept.owned.close();
  });
});
