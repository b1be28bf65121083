/** What retention has dropped - whole day files, oldest first - is gone: for status, records and cursors, in every reader. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCursor } from '../../src/store/cursor.ts';
import { listDays } from '../../src/store/folder.ts';
import { DaysReader } from '../../src/store/read.ts';
import { DIRECTIONS, inOrder, query, refusal } from '../contract/reading.ts';
import { LATER_US, Scene } from './scene.ts';

const DAY_US = 86_400_000_000;

/** Three days of 20 records each; the first is sealed, the others as they come. */
function threeDays(): { scene: Scene; reader: DaysReader; dropOldest: () => void } {
  const scene = new Scene();
  for (let day = 0; day < 3; day++) {
    scene.nowUs = LATER_US + day * DAY_US;
    scene.append(20);
    if (day === 0) scene.store.flush();
  }
  const dropOldest = (): void => {
    const path = join(scene.folder, listDays(scene.folder)[0]!.file);
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  };
  return { scene, reader: new DaysReader(scene.folder), dropOldest };
}

test('the first seq is that of the oldest file that is left', () => {
  const { scene, reader, dropOldest } = threeDays();
  expect(listDays(scene.folder)).toHaveLength(3);
  expect([reader.status().firstSeq, reader.status().lastSeq]).toEqual([1, 60]);
  dropOldest();
  expect([reader.status().firstSeq, reader.status().lastSeq]).toEqual([21, 60]);
  expect(new DaysReader(scene.folder).status().firstSeq).toBe(21);
  expect(reader.record(7)).toBeUndefined();
  expect(reader.record(21)?.seq).toBe(21);
  dropOldest();
  expect(reader.status().firstSeq).toBe(41);
  reader.close();
  scene.store.close();
});

test('an empty folder has no first seq', () => {
  const scene = new Scene();
  expect(scene.store.status().firstSeq).toBeUndefined();
  scene.append(1);
  expect(scene.store.status().firstSeq).toBe(1);
  scene.store.close();
});

test.each(DIRECTIONS)('a cursor into what was dropped is gone, %s; one into what is kept goes on', (direction) => {
  const { scene, reader, dropOldest } = threeDays();
  const cursors = inOrder(scene.rows, direction).map((seq) => ({ seq, cursor: writeCursor({ time: scene.rows[seq - 1]!.time, seq }) }));
  const ask = (cursor: string) => reader.search(query({ direction, cursor, limit: 100 }));
  for (const { cursor } of cursors) expect(refusal(() => ask(cursor))).toBeUndefined();
  dropOldest();
  const kept = inOrder(scene.rows, direction).filter((seq) => seq > 20);
  for (const { seq, cursor } of cursors) {
    if (seq <= 20) expect(refusal(() => ask(cursor))).toBe('gone');
    else expect(ask(cursor).records.map((record) => record.seq)).toEqual(kept.slice(kept.indexOf(seq) + 1));
  }
  reader.close();
  scene.store.close();
});

test('a damaged file hides which seq is the first: nothing is called gone because of it', () => {
  const { scene, reader } = threeDays();
  scene.store.close();
  const path = join(scene.folder, listDays(scene.folder)[0]!.file);
  const cursor = writeCursor({ time: scene.rows[0]!.time, seq: 1 });
  for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
  writeFileSync(path, 'these bytes are no database');
  expect(reader.status().firstSeq).toBeUndefined();
  const page = reader.search(query({ cursor, limit: 100 }));
  expect(page.records.length).toBeGreaterThan(0);
  expect(page.stats.damaged).toEqual([expect.stringContaining('is damaged')]);
  reader.close();
});
