/**
 * Sealing in steps beside commits: whatever is committed, asked, broken or ended between two steps, the store answers as one that
 * keeps everything in an array, and the blocks are those that sealing at once makes.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DayFile } from '../../src/store/day-file.ts';
import { listDays } from '../../src/store/folder.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { refusal } from '../contract/reading.ts';
import { continuationOf, diceOf, makeRecords } from '../contract/records.ts';
import { Scene, withLimits } from './scene.ts';

const LIMITS = { blockRecordsMax: 64 };

/** Sealing later; committed in batches that are too small to be sealed by themselves. */
function sceneOf(count: number): Scene {
  const scene = new Scene();
  scene.sealLater();
  for (let left = count; left > 0; left -= 10) scene.append(Math.min(10, left));
  return scene;
}

function blocksOf(scene: Scene): object[] {
  const file = new DayFile(join(scene.folder, listDays(scene.folder).at(-1)!.file), 'read');
  const blocks = file.blocks();
  file.close();
  return blocks;
}

function breakTable(scene: Scene, table: string): () => void {
  const database = openSqlite(join(scene.folder, listDays(scene.folder).at(-1)!.file), 'write');
  database.exec(`CREATE TRIGGER broken BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'the disk fails'); END`);
  return () => {
    database.exec('DROP TRIGGER broken');
    database.close();
  };
}

test('the blocks are those of sealing at once', () => {
  withLimits(LIMITS, () => {
    const [later, atOnce] = [sceneOf(120), new Scene()];
    later.seal();
    atOnce.append(later.rows);
    expect(blocksOf(later)).toEqual(blocksOf(atOnce));
    expect(blocksOf(later)).toHaveLength(2);
    later.store.close();
    atOnce.store.close();
  });
});

test('it goes in many steps, and what is committed between them waits for the next one', () => {
  withLimits(LIMITS, () => {
    const scene = sceneOf(64);
    let steps = 0;
    for (; blocksOf(scene).length === 0; steps++) {
      if (steps < 30) scene.append(1);
      expect(scene.store.writer.isSealDue).toBe(true);
      scene.store.writer.seal(0);
    }
    expect(steps).toBeGreaterThan(30);
    // The first was committed before it began.
    expect(blocksOf(scene)).toMatchObject([{ count: 64 }, { count: 1 }]);
    expect(scene.store.writer.fresh).toHaveLength(29);
    scene.agrees();
    scene.store.close();
  });
});

describe('whatever comes between two steps', () => {
  test.each([1, 2, 3, 4, 5, 6])('at random, seed %i', (seed) => {
    const dice = diceOf(seed);
    withLimits(LIMITS, () => {
      const scene = sceneOf(10);
      const acts: readonly (() => unknown)[] = [
        () => scene.append(1 + dice.below(12)),
        () => scene.append(1 + dice.below(12)),
        () => scene.append([continuationOf(dice.pick(scene.rows), 'and more')]),
        () => scene.append(40 + dice.below(60)),
        () => scene.seal(1 + dice.below(30)),
        () => scene.seal(1 + dice.below(30)),
        () => scene.seal(),
        () => dice.below(4) > 0 || scene.store.flush(),
        () => dice.below(4) > 0 || scene.reopen(),
      ];
      for (let act = 0; act < 80; act++) {
        dice.pick(acts)();
        if (act % 10 === 9) scene.agrees();
      }
      scene.seal();
      scene.reopen();
      scene.agrees();
      expect(blocksOf(scene).length).toBeGreaterThan(5);
      scene.store.close();
    });
  });

  test('the next day: what was on its way is sealed into the day before', () => {
    withLimits(LIMITS, () => {
      const scene = sceneOf(70);
      scene.seal(12);
      scene.nowUs += 86_400_000_000;
      scene.append(3);
      expect(scene.store.status().days).toMatchObject([
        { blocks: 2, fresh: 0 },
        { blocks: 0, fresh: 3 },
      ]);
      scene.agrees();
      scene.store.close();
    });
  });
});

test('a crash between two steps leaves all of it fresh, and the next start seals it', () => {
  withLimits(LIMITS, () => {
    const scene = sceneOf(100);
    scene.seal(20);
    // Nothing of a sealing is in the file before its end: closing is as good as a crash.
    scene.reopen();
    expect(scene.store.status().days[0]).toMatchObject({ blocks: 0, fresh: 100 });
    expect(scene.store.writer.isSealDue).toBe(true);
    scene.seal();
    expect(scene.store.status().days[0]).toMatchObject({ blocks: 2, fresh: 0 });
    scene.agrees();
    scene.store.close();
  });
});

test('a batch that fills half of a block is sealed by the commit that brings it, one that does not is left', () => {
  withLimits(LIMITS, () => {
    const scene = sceneOf(40);
    scene.append(31);
    expect(blocksOf(scene)).toHaveLength(0);
    scene.append(32);
    expect(scene.rows).toHaveLength(103);
    expect(scene.store.status().days[0]).toMatchObject({ blocks: 2, fresh: 0 });
    scene.agrees();
    scene.store.close();
  });
});

describe('when the file refuses a block', () => {
  test.each(['block', 'part', 'shape'])('in %s: nothing changes, and senders hear of it before memory is full', (table) => {
    withLimits(LIMITS, () => {
      const scene = sceneOf(70);
      const mend = breakTable(scene, table);
      expect(refusal(() => scene.seal())).toMatch(/the disk fails/);
      scene.agrees();
      expect(scene.store.writer.isSealDue).toBe(false);
      while (scene.rows.length < 120) scene.append(10);
      expect(refusal(() => scene.store.append(makeRecords({ seed: 5, count: 10 })))).toMatch(/the disk fails/);
      scene.agrees();
      mend();
      scene.append(10);
      expect(scene.store.status().days[0]!.fresh).toBeLessThan(64);
      scene.append(64);
      scene.agrees();
      scene.store.close();
    });
  });
});

test('where all is held back for what may still join it, it is tried again only with more', () => {
  withLimits(LIMITS, () => {
    const scene = new Scene();
    scene.sealLater();
    const errors = makeRecords({ seed: 3, count: 80 }).map((record) => ({ ...record, level: 'ERROR' as const, received: scene.nowUs }));
    for (let from = 0; from < 64; from += 16) scene.append(errors.slice(from, from + 16));
    expect(scene.store.writer.isSealDue).toBe(true);
    scene.seal();
    expect(blocksOf(scene)).toHaveLength(0);
    expect(scene.store.writer.isSealDue).toBe(false);
    scene.append(errors.slice(64, 67));
    expect(scene.store.writer.isSealDue).toBe(false);
    scene.append(errors.slice(67, 68));
    expect(scene.store.writer.isSealDue).toBe(true);
    scene.nowUs += 60_000_000;
    scene.seal();
    expect(scene.store.status().days[0]).toMatchObject({ blocks: 2, fresh: 0 });
    scene.agrees();
    scene.store.close();
  });
});
