/**
 * Retention: which files are due, and a folder from which files were dropped - what is left answers, followers hear how much is
 * lost, readers let go, no seq comes twice, not even when everything was dropped.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import type { KeepSettings } from '../../src/model.ts';
import { openWriter } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { Keeper } from '../../src/store/keep.ts';
import { QueryPool } from '../../src/store/pool.ts';
import { DaysReader } from '../../src/store/read.ts';
import { type ClosedFile, dueFiles, rollLimitsOf } from '../../src/store/retention.ts';
import { ALL, query, refusal } from '../contract/reading.ts';
import { continuationOf, makeRecords } from '../contract/records.ts';
import { LATER_US, withLimits } from './scene.ts';
import { newFolder } from './sealed.ts';

const MIB = 1024 * 1024;
const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;
const KEEP_ALL: KeepSettings = { ageUs: undefined, size: undefined, reserve: undefined };

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

/** A folder with its writer and keeper, on a clock of its own. */
class Kept {
  readonly folder = newFolder();
  nowUs = LATER_US;
  readonly counters = new Counters();
  owned = openWriter({ folder: this.folder, nowUs: () => this.nowUs });
  keeper: Keeper;
  #seed = 0;

  constructor(settings: Partial<KeepSettings> = {}) {
    this.keeper = this.#keep({ ...KEEP_ALL, ...settings });
  }

  #keep(settings: KeepSettings): Keeper {
    return new Keeper({
      writer: this.owned.writer,
      settings,
      counters: this.counters,
      nowUs: () => this.nowUs,
      probe: () => ({ freeBytes: 1e12, totalBytes: 1e12 }),
    });
  }

  reopen(settings: Partial<KeepSettings> = {}): void {
    this.owned.close();
    this.owned = openWriter({ folder: this.folder, nowUs: () => this.nowUs });
    this.keeper = this.#keep({ ...KEEP_ALL, ...settings });
  }

  append(count: number): number {
    return this.owned.writer.append(makeRecords({ seed: ++this.#seed, count })).lastSeq;
  }

  /** 100 records on each of so many days. */
  days(count: number): void {
    for (let day = 0; day < count; day++) {
      if (day > 0) this.nowUs += DAY_US;
      this.append(100);
    }
  }

  get files(): string[] {
    return listDays(this.folder).map(({ file }) => file);
  }
}

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
  expect(kept.keeper.status()).toMatchObject({ bytesMax: 1, ageMaxUs: undefined });
  kept.owned.close();
});

describe('what is left', () => {
  test('families whose record was dropped are still there, and counted', () => {
    const kept = new Kept();
    const [parent] = kept.owned.writer.append(makeRecords({ seed: 1, count: 30 })).records;
    kept.nowUs += DAY_US;
    const lines = ['Traceback (most recent call last):', 'ValueError: zebra'].map((text) => continuationOf(parent!, text));
    const { firstSeq } = kept.owned.writer.append(lines);
    kept.append(20);
    const reader = new DaysReader(kept.folder);
    expect(reader.status().records).toBe(50);
    expect(reader.record(firstSeq)?.seq).toBe(parent!.seq);
    kept.keeper.configure({ ...KEEP_ALL, size: { bytes: 1 } });
    kept.keeper.look();
    expect(reader.record(firstSeq)).toMatchObject({ seq: firstSeq, message: 'Traceback (most recent call last):\nValueError: zebra' });
    expect(reader.search(query()).records).toHaveLength(21);
    expect(reader.search(query()).stats.damaged).toBeUndefined();
    expect(reader.status()).toMatchObject({ records: 21, firstSeq });
    reader.close();
    kept.owned.close();
  });

  test('a cursor into dropped data is gone, one behind it is not', () => {
    const kept = new Kept();
    kept.days(2);
    const reader = new DaysReader(kept.folder);
    const old = reader.search(query({ limit: 5 })).next!;
    const all = reader.search(query({ limit: 1000, direction: 'backward' })).records;
    const limit = all.findIndex(({ seq }) => seq > 100) + 1;
    const kind = reader.search(query({ limit, direction: 'backward' })).next!;
    kept.keeper.configure({ ...KEEP_ALL, size: { bytes: 1 } });
    kept.keeper.look();
    expect(refusal(() => reader.search(query({ limit: 5, cursor: old })))).toBe('gone');
    const next = reader.search(query({ limit: 5, direction: 'backward', cursor: kind }));
    expect(next.records.map(({ seq }) => seq)).toEqual(
      all
        .slice(limit)
        .flatMap(({ seq }) => (seq > 100 ? [seq] : []))
        .slice(0, 5),
    );
    reader.close();
    kept.owned.close();
  });

  test('a follower across the gap hears how many it has lost', () => {
    const kept = new Kept();
    kept.days(3);
    const reader = new DaysReader(kept.folder);
    kept.keeper.configure({ ...KEEP_ALL, ageUs: HOUR_US });
    kept.keeper.look();
    let after = 40;
    let lost = 0;
    const seqs: number[] = [];
    for (let isThere = false; !isThere; ) {
      const page = reader.follow(after, ALL, 70);
      ({ after, caughtUp: isThere } = page);
      lost += page.lost;
      seqs.push(...page.events.map(({ seq }) => seq));
    }
    expect({ lost, after }).toEqual({ lost: 60, after: 300 });
    expect(seqs).toEqual(Array.from({ length: 200 }, (_, index) => 101 + index));
    reader.close();
    kept.owned.close();
  });

  test('a search under way goes on with the rest, and calls nothing damaged', () => {
    const kept = new Kept();
    kept.days(4);
    kept.owned.writer.flush();
    const reader = new DaysReader(kept.folder);
    const steps = reader.searchSteps(query({ limit: 1000, direction: 'backward' }));
    expect(steps.next().done).toBe(false);
    kept.keeper.configure({ ...KEEP_ALL, size: { bytes: 1 } });
    kept.keeper.look();
    // Another request of the same worker finds out.
    expect(reader.status().days).toHaveLength(1);
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value.stats.damaged).toBeUndefined();
    expect(step.value.records.length).toBeGreaterThanOrEqual(100);
    reader.close();
    kept.owned.close();
  });
});

test.skipIf(process.platform !== 'linux')('query workers let go of what was dropped', async () => {
  const kept = new Kept();
  kept.days(3);
  const pool = new QueryPool(kept.folder, 2);
  await pool.ready();
  for (let round = 0; round < 4; round++) await pool.search(query({ limit: 1000 }));
  const held = (): string[] =>
    readdirSync('/proc/self/fd').flatMap((descriptor) => {
      try {
        const path = readlinkSync(`/proc/self/fd/${descriptor}`);
        return path.startsWith(kept.folder) && path.endsWith('(deleted)') ? [path] : [];
      } catch {
        return [];
      }
    });
  kept.keeper.configure({ ...KEEP_ALL, size: { bytes: 1 } });
  expect(kept.keeper.look()).toBe(true);
  expect(held().length).toBeGreaterThan(0);
  pool.letGo();
  // Answers come in order: each worker has let go before it answers this.
  await Promise.all([pool.status(), pool.status(), pool.status(), pool.status()]);
  expect(held()).toEqual([]);
  await pool.close();
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
