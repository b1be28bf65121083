/**
 * What is left when files were dropped: it answers, also to whoever was in the middle of a search; followers hear how much is
 * lost, cursors into it are gone, families stay in reach, and no query worker keeps a file open.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { QueryPool } from '../../src/store/pool.ts';
import { DaysReader } from '../../src/store/read.ts';
import { ALL, query, refusal } from '../contract/reading.ts';
import { continuationOf, makeRecords } from '../contract/records.ts';
import { DAY_US, HOUR_US, KEEP_ALL, Kept } from './kept.ts';

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
