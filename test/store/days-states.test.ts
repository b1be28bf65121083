/**
 * Every method of the engine `days` in every state that it can be in. After each call the store answers what `memory`
 * answers for the same rows, and once more after it was closed and opened again.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { listDays } from '../../src/store/folder.ts';
import { DaysReader } from '../../src/store/read.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { ALL, query, refusal } from '../contract/reading.ts';
import { continuationOf, makeRecords } from '../contract/records.ts';
import { smallDisk } from '../small-disk.ts';
import { Scene, withLimits } from './scene.ts';
import { newFolder } from './sealed.ts';

const DAY_US = 86_400_000_000;

/** Makes every insert into a table of the newest file fail, as a full disk would, until the answer is called. */
function breakTable(scene: Scene, table: string): () => void {
  const file = join(scene.folder, listDays(scene.folder).at(-1)!.file);
  const change = (sql: string): void => {
    const database = openSqlite(file, 'write');
    database.exec(sql);
    database.close();
  };
  change(`CREATE TRIGGER broken BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'the disk fails'); END`);
  return () => change('DROP TRIGGER broken');
}

const STATES: Readonly<Record<string, (scene: Scene) => void>> = {
  empty() {},
  'fresh only'(scene) {
    for (const count of [1, 3, 20]) scene.append(count);
  },
  'sealed only'(scene) {
    scene.append(40);
    scene.store.flush();
  },
  'sealed and fresh'(scene) {
    scene.append(40);
    scene.store.flush();
    scene.append(10);
  },
  'sealed by itself'(scene) {
    withLimits({ blockRecordsMax: 64 }, () => {
      for (let round = 0; round < 12; round++) scene.append(17);
    });
    expect(scene.store.status().days[0]!.blocks).toBeGreaterThan(1);
  },
  'words merged, and half merged'(scene) {
    withLimits({ blockRecordsMax: 8 }, () => {
      for (let round = 0; round < 14; round++) scene.append(17);
      for (let step = 0; step < 1000 && !scene.store.writer.merge(16); step++);
      expect(scene.store.writer.isTidy).toBe(true);
      for (let round = 0; round < 14; round++) scene.append(17);
      scene.store.writer.merge(1);
      expect(scene.store.writer.isTidy).toBe(false);
    });
    expect(scene.store.status().days[0]!.blocks).toBeGreaterThan(40);
  },
  'a sealing on its way'(scene) {
    scene.sealLater();
    withLimits({ blockRecordsMax: 64 }, () => {
      const [parent] = scene.append(30);
      for (let round = 0; round < 2; round++) scene.append(18);
      scene.seal(9);
      scene.append([continuationOf(parent!, 'ValueError: while it was sealed')]);
      expect(scene.store.writer.isSealDue).toBe(true);
      expect(scene.store.writer.waiting).toBe(1);
    });
  },
  'sealed in steps'(scene) {
    scene.sealLater();
    withLimits({ blockRecordsMax: 64 }, () => {
      const [parent] = scene.append(30);
      for (let round = 0; round < 2; round++) scene.append(18);
      scene.seal(9);
      scene.append([continuationOf(parent!, 'ValueError: while it was sealed')]);
      scene.append(5);
      scene.seal();
    });
    expect(scene.store.status().days[0]).toMatchObject({ blocks: 2, fresh: 6 });
  },
  'families across fresh and sealed'(scene) {
    const [one, two] = scene.append(5);
    scene.store.flush();
    scene.append([continuationOf(one!, 'Traceback (most recent call last):')]);
    const [three] = scene.append(3);
    scene.append([continuationOf(three!, 'ValueError: zebra'), continuationOf(two!, 'KeyError: 7')]);
    scene.store.flush();
    scene.append([continuationOf(one!, 'ValueError: late')]);
  },
  'after a failed append'(scene) {
    scene.append(10);
    const mend = breakTable(scene, 'fresh');
    expect(refusal(() => scene.store.append(makeRecords({ seed: 99, count: 3 })))).toMatch(/the disk fails/);
    mend();
  },
  'after a failed sealing'(scene) {
    scene.append(30);
    for (const table of ['block', 'part', 'shape']) {
      const mend = breakTable(scene, table);
      expect(
        refusal(() => scene.store.flush()),
        table,
      ).toMatch(/the disk fails/);
      mend();
    }
  },
  'another reader open'(scene) {
    scene.append(20);
    const reader = new DaysReader(scene.folder);
    readers.push(reader);
    expect(reader.search(query()).records).toHaveLength(scene.store.search(query()).records.length);
    scene.store.flush();
    scene.append(3);
  },
  'the next day'(scene) {
    scene.append(20);
    scene.nowUs += DAY_US;
    scene.append(7);
  },
  'the next day, nothing received yet'(scene) {
    scene.append(20);
    scene.nowUs += DAY_US;
  },
  'the clock went back'(scene) {
    scene.append(5);
    scene.nowUs += DAY_US;
    scene.append(5);
    scene.nowUs -= 3 * DAY_US;
    scene.append(5);
  },
  'opened again'(scene) {
    scene.append(30);
    scene.store.flush();
    scene.append(5);
    scene.reopen();
  },
};

const readers: DaysReader[] = [];
afterAll(() => {
  for (const reader of readers) reader.close();
});

const METHODS: Readonly<Record<string, (scene: Scene) => void>> = {
  append(scene) {
    scene.append(11);
  },
  'append nothing'(scene) {
    scene.append([]);
  },
  'append what seals'(scene) {
    withLimits({ blockRecordsMax: 32 }, () => scene.append(90));
  },
  'append a continuation of the oldest'(scene) {
    if (scene.rows.length > 0) scene.append([continuationOf(scene.rows[0]!, 'and one more')]);
    scene.append(1);
  },
  search(scene) {
    const found = scene.store.search(query({ limit: 7 }));
    scene.append(2);
    if (found.next !== undefined) scene.store.search(query({ limit: 7, cursor: found.next }));
  },
  follow(scene) {
    for (const after of [0, 3, scene.rows.length, 1e6]) expect(scene.store.follow(after, ALL, 5).events.length).toBeLessThanOrEqual(5);
  },
  record(scene) {
    expect(scene.store.record(scene.rows.length + 1)).toBeUndefined();
    expect(scene.store.record(1)?.seq).toBe(scene.rows.length > 0 ? 1 : undefined);
  },
  status(scene) {
    const { days, bytes } = scene.store.status();
    expect(bytes).toBeGreaterThanOrEqual(days.reduce((sum, day) => sum + day.bytes, 0) / 2);
  },
  flush(scene) {
    scene.store.flush();
    scene.store.flush();
    expect(scene.store.status().days.at(-1)?.fresh ?? 0).toBe(0);
  },
  seal(scene) {
    scene.seal();
    expect(scene.store.writer.isSealDue).toBe(false);
  },
  close(scene) {
    scene.reopen();
  },
};

describe.each(Object.entries(STATES))('%s', (_state, prepare) => {
  test.each(Object.entries(METHODS))('%s', (_method, run) => {
    const scene = new Scene();
    prepare(scene);
    scene.agrees();
    run(scene);
    scene.agrees();
    scene.reopen();
    scene.agrees();
    scene.append(2);
    scene.agrees();
    scene.store.close();
  });

  test('closed', () => {
    const scene = new Scene();
    prepare(scene);
    const { store } = scene;
    store.close();
    const calls = {
      append: () => store.append(makeRecords({ seed: 1, count: 1 })),
      search: () => store.search(query()),
      follow: () => store.follow(0, ALL, 1),
    };
    const others = {
      record: () => store.record(1),
      status: () => store.status(),
      flush: () => store.flush(),
      seal: () => store.writer.seal(0),
      close: () => store.close(),
    };
    for (const [name, call] of Object.entries({ ...calls, ...others })) expect(refusal(call), name).toBe('store-closed');
  });
});

describe('a failed commit leaves everything as it was', () => {
  test.each(['block', 'part', 'shape'])('in %s, while a batch seals', (table) => {
    const scene = new Scene();
    withLimits({ blockRecordsMax: 64 }, () => {
      scene.append(50);
      for (let round = 0; round < 3; round++) {
        const mend = breakTable(scene, table);
        const batch = makeRecords({ seed: 7 + round, count: 70 });
        expect(refusal(() => scene.store.append(batch))).toMatch(/the disk fails/);
        mend();
        scene.agrees();
        scene.append(20);
        scene.agrees();
      }
    });
    scene.reopen();
    scene.agrees();
    scene.store.close();
  });
});

describe('a full disk', () => {
  const disk = smallDisk(join(newFolder(), 'disk'), 2);

  test.skipIf(!disk)('refuses with disk-full, loses nothing, and goes on when there is room', () => {
    const scene = new Scene(disk!.folder);
    scene.append(500);
    // What nothing can pack: few records fill the disk, and are compared quickly.
    const noisy = (seed: number) =>
      makeRecords({ seed, count: 20 }).map((record) => ({ ...record, message: randomBytes(6000).toString('base64') }));
    let refused = 0;
    for (let round = 0; round < 200 && refused < 3; round++) {
      const code = refusal(() => scene.append(noisy(round)));
      if (code !== undefined) {
        expect(code).toBe('disk-full');
        refused++;
      }
    }
    expect(refused).toBe(3);
    scene.agrees();
    expect(refusal(() => scene.store.flush()) ?? 'disk-full').toBe('disk-full');
    scene.agrees();
    disk!.resize(64);
    scene.append(400);
    scene.store.flush();
    scene.reopen();
    scene.agrees();
    scene.store.close();
  });
});
