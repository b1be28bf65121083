/** What happens to a folder of day files over time: restarts, days, rolled files, lines that come late, families. Owners: folder.test.ts. Damage: days-damage.test.ts. */
import { describe, expect, test, vi } from 'vitest';
import type { FollowEvent, LogRecord } from '../../src/model.ts';
import { parse } from '../../src/query/parse.ts';
import { DayFile } from '../../src/store/day-file.ts';
import { DayView } from '../../src/store/day-view.ts';
import { dayFileName, listDays } from '../../src/store/folder.ts';
import { exactText } from '../../src/store/merge.ts';
import { DaysReader } from '../../src/store/read.ts';
import { ALL, everything, followed, query } from '../contract/reading.ts';
import { continuationOf, makeRecords, START_US } from '../contract/records.ts';
import { Scene, withLimits } from './scene.ts';

const DAY_US = 86_400_000_000;
/** Before any test watches it. */
const { block } = DayView.prototype;
const seqs = (records: readonly { seq: number }[]): number[] => records.map(({ seq }) => seq);

describe('seqs', () => {
  test('go on over restarts, days, files and sealing, whatever the clock does', () => {
    const scene = new Scene();
    for (const step of [0, DAY_US, -3 * DAY_US, 0, 5 * DAY_US, DAY_US / 2]) {
      scene.nowUs += step;
      scene.append(9);
      scene.reopen();
      scene.append(2);
      if (step === 0) scene.store.flush();
    }
    scene.agrees();
    expect(listDays(scene.folder).map(({ file }) => file)).toEqual(['2024-11-22.db', '2024-11-23.db', '2024-11-25.db', '2024-11-26.db']);
    scene.store.close();
  });

  test('of a line that was merged into its record are never given again', () => {
    const scene = new Scene();
    const recent = (level: 'ERROR' | 'INFO', count: number): LogRecord[] =>
      makeRecords({ seed: 3, count, stepUs: 10 }).map((record) => ({ ...record, level, message: 'short' }));
    const [parent] = scene.append(recent('ERROR', 1));
    // The parent and its line are held back together, and the line's seq is the newest of all.
    scene.nowUs = parent!.received + 1000;
    withLimits({ blockRecordsMax: 4 }, () => scene.append([...recent('INFO', 4), continuationOf(parent!, 'ValueError: 1')]));
    expect(scene.store.status().days[0]).toMatchObject({ blocks: 1, fresh: 1 });
    scene.reopen();
    expect(scene.store.status().lastSeq).toBe(6);
    expect(seqs(scene.append(1))).toEqual([7]);
    scene.agrees();
    scene.store.close();
  });

  test('start a file at its size, and go on in the next', () => {
    const scene = new Scene();
    withLimits({ dayFileBytesMax: 150_000, blockRecordsMax: 256 }, () => {
      for (let round = 0; round < 12; round++) scene.append(300);
    });
    const names = listDays(scene.folder).map(({ file }) => file);
    expect(names.length).toBeGreaterThan(2);
    expect(names).toEqual(names.map((_, index) => dayFileName('2024-11-22', index + 1)));
    scene.agrees();
    scene.reopen();
    scene.append(3);
    scene.agrees();
    scene.store.close();
  });
});

test('more files than a thread holds open answer as one', () => {
  const scene = new Scene();
  withLimits({ dayFilesOpenMax: 3 }, () => {
    for (let day = 0; day < 8; day++) {
      scene.append(6);
      scene.nowUs += DAY_US;
    }
    scene.agrees();
    expect(seqs(everything(scene.store, { limit: 2, filter: parse('seq:>40') })).sort((a, b) => a - b)).toEqual([
      41, 42, 43, 44, 45, 46, 47, 48,
    ]);
    scene.append(1);
    scene.agrees();
  });
  scene.store.close();
});

test('records that arrive in any order of their times are found in the order of time, over blocks and files', () => {
  const scene = new Scene();
  for (let round = 0; round < 6; round++) {
    const records = makeRecords({ seed: 50 + round, count: 30, startUs: START_US - round * 1e9, stepUs: round % 2 === 0 ? 5_000_000 : 0 });
    scene.append(round % 3 === 0 ? records.toReversed() : records);
    if (round % 2 === 1) scene.store.flush();
    if (round === 3) scene.nowUs += DAY_US;
  }
  scene.agrees();
  scene.store.close();
});

test('a page whose records lie in all blocks opens each block a few times, not once a record', () => {
  const scene = new Scene();
  const BLOCKS = 10;
  for (let seed = 0; seed < BLOCKS; seed++) {
    // As after an import of one host's file after the other: each block spans the whole time.
    scene.append(makeRecords({ seed, count: 100, startUs: START_US + seed, stepUs: 1_000_000 }));
    scene.store.flush();
  }
  // A cache that holds nothing is the worst that a small one can be.
  const budget = vi.spyOn(DayView.prototype, 'block').mockImplementation(function (this: DayView, row) {
    return block.call(this, row, 0);
  });
  const opened = vi.spyOn(DayFile.prototype, 'block');
  try {
    expect(scene.store.search(query({ limit: 500 })).records).toHaveLength(500);
    // Once to decide, twice to read: the first records tell how many more fill the page.
    expect(opened.mock.calls.length).toBeLessThanOrEqual(3 * BLOCKS);
  } finally {
    opened.mockRestore();
    budget.mockRestore();
  }
  scene.agrees();
  scene.store.close();
});

describe('a line that comes after its record', () => {
  const bare = (records: readonly LogRecord[]): LogRecord[] => records.map((record) => ({ ...record, level: 'INFO' as const }));

  /** Parent, then its two lines; `settle` runs after each commit. */
  function family(settle: (scene: Scene) => void): { scene: Scene; parent: LogRecord } {
    const scene = new Scene();
    const [parent] = scene.append(bare(makeRecords({ seed: 3, count: 1 })));
    settle(scene);
    for (const line of ['Traceback (most recent call last):', 'zebra.Error: stripes']) {
      scene.append([continuationOf(parent!, line)]);
      settle(scene);
      scene.append(bare(makeRecords({ seed: line.length, count: 2 })));
    }
    return { scene, parent: parent! };
  }

  test.each<[name: string, settle: (scene: Scene) => void]>([
    ['in fresh rows', () => {}],
    ['in blocks of their own', (scene) => scene.store.flush()],
    ['in files of their own', (scene) => (scene.nowUs += DAY_US)],
    ['over restarts', (scene) => scene.reopen()],
  ])('%s: one record, to search, record and status', (_name, settle) => {
    const { scene, parent } = family(settle);
    scene.agrees();
    expect(seqs(scene.store.search(query({ filter: parse('zebra') })).records)).toEqual([1]);
    expect(seqs(scene.store.search(query({ filter: parse('-zebra') })).records).includes(2)).toBe(false);
    scene.store.flush();
    scene.agrees();
    for (const seq of [1, 2, 5]) {
      const record = scene.store.record(seq)!;
      expect(record.seq).toBe(1);
      expect(exactText(record)).toBe([parent, ...scene.rows.filter(({ of }) => of === 1)].map(exactText).join('\n'));
    }
    scene.store.close();
  });

  test('committed together with a whole block, its record in an older one', () => {
    const scene = new Scene();
    const [parent] = scene.append(bare(makeRecords({ seed: 3, count: 1 })));
    scene.store.flush();
    withLimits({ blockRecordsMax: 16 }, () =>
      scene.append([...bare(makeRecords({ seed: 4, count: 20 })), continuationOf(parent!, 'zebra')]),
    );
    expect(scene.store.status().days[0]).toMatchObject({ blocks: 3, fresh: 0 });
    scene.agrees();
    expect(scene.store.record(22)).toMatchObject({ seq: 1, more: [22, parent!.message.length + 1] });
    scene.store.close();
  });

  test('is sent once as more, whether it was merged meanwhile or not', () => {
    for (const flushAt of [0, 1, 2, 3]) {
      const scene = new Scene();
      const events: FollowEvent[] = [];
      let after = 0;
      const listen = (step: number): void => {
        if (step === flushAt) scene.store.flush();
        const page = scene.store.follow(after, ALL, 100);
        events.push(...page.events);
        ({ after } = page);
      };
      const [parent] = scene.append(2);
      listen(0);
      scene.append([continuationOf(parent!, 'one')]);
      listen(1);
      scene.append([continuationOf(parent!, 'two')]);
      listen(2);
      scene.append(1);
      listen(3);
      expect(events.map(({ seq, kind, record }) => [seq, kind, record.message])).toEqual([
        [1, 'record', parent!.message],
        [2, 'record', scene.rows[1]!.message],
        [3, 'more', 'one'],
        [4, 'more', 'two'],
        [5, 'record', scene.rows[4]!.message],
      ]);
      for (const from of [0, 1, 2, 3, 4, 5])
        expect(seqs(followed(scene.store, { after: from, limit: 2 })), `after ${from}`).toEqual([1, 2, 3, 4, 5].slice(from));
      scene.store.close();
    }
  });

  test('is read anew when the lines known before were merged away', () => {
    const scene = new Scene();
    const [parent] = scene.append(bare(makeRecords({ seed: 3, count: 1 })));
    scene.append([continuationOf(parent!, 'one')]);
    expect(scene.store.record(1)!.message).toBe(`${parent!.message}\none`);
    scene.store.flush();
    scene.append([continuationOf(parent!, 'two')]);
    expect(scene.store.record(1)!.message).toBe(`${parent!.message}\none\ntwo`);
    scene.agrees();
    scene.store.close();
  });
});

test('a follower gets on although every unit takes longer than a page may', () => {
  const scene = new Scene();
  // Errors that just arrived are held back when the rest is sealed: blocks and fresh rows overlap in seq.
  scene.nowUs = START_US + 60e6;
  const recent = makeRecords({ seed: 1, count: 60, startUs: scene.nowUs - 1000, stepUs: 1 }).map((record, index) => ({
    ...record,
    level: index % 3 === 0 ? ('ERROR' as const) : ('INFO' as const),
  }));
  withLimits({ blockRecordsMax: 20 }, () => {
    for (let at = 0; at < recent.length; at += 15) scene.append(recent.slice(at, at + 15));
  });
  const clock = vi.spyOn(performance, 'now');
  let ms = 0;
  clock.mockImplementation(() => {
    ms += 1000;
    return ms;
  });
  try {
    for (const filter of [ALL, parse('level:error'), parse('nosuchword')]) {
      let after = 0;
      let pages = 0;
      const found: number[] = [];
      for (let isDone = false; !isDone; ) {
        const page = scene.store.follow(after, filter, 7);
        found.push(...seqs(page.events));
        expect(page.caughtUp || page.after > after).toBe(true);
        ({ after, caughtUp: isDone } = page);
        expect(++pages).toBeLessThan(200);
      }
      expect(found).toEqual(
        seqs(scene.rows.filter(({ level }) => filter === ALL || (filter !== undefined && filter.kind === 'field' && level === 'ERROR'))),
      );
    }
  } finally {
    clock.mockRestore();
  }
  scene.store.close();
});

describe('more day files than may be open', () => {
  test('what came into one after it was closed is found, however many follow it', () => {
    const scene = new Scene();
    withLimits({ dayFilesOpenMax: 1 }, () => {
      scene.append(5);
      scene.nowUs += DAY_US;
      scene.append(5);
      // Newest first: the file that is still written is the one that gives way.
      everything(scene.store, { direction: 'backward' });
      scene.append(5);
      for (let day = 0; day < 3; day++) {
        scene.nowUs += DAY_US;
        scene.append(5);
      }
      scene.agrees();
    });
    scene.store.close();
  });

  test('stay closed also when only their indexes are asked', () => {
    const scene = new Scene();
    for (let day = 0; day < 5; day++) {
      scene.append(5);
      scene.nowUs += DAY_US;
    }
    scene.append(1);
    const reader = new DaysReader(scene.folder);
    withLimits({ dayFilesOpenMax: 2 }, () => {
      reader.search(query({ filter: parse('nosuchword') }));
      expect(reader.days().filter((view) => view.isOpen)).toHaveLength(2);
    });
    reader.close();
    scene.store.close();
  });
});
