/** The ingest thread, for real: when nobody writes, what the day is searched by is merged. Merging itself: store/word-index.test.ts. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { startIngest } from '../../src/ingest.ts';
import { openWriter } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { DaysReader } from '../../src/store/read.ts';

import { query } from '../contract/reading.ts';
import { makeRecords } from '../contract/records.ts';
import { withLimits } from '../store/scene.ts';
import { newFolder } from '../store/sealed.ts';

const BLOCKS = 31;

function folderWithBlocks(): string {
  const folder = newFolder();
  const { writer, close } = openWriter({ folder });
  withLimits({ blockRecordsMax: 8 }, () => {
    for (let seed = 0; seed < BLOCKS; seed++) writer.append(makeRecords({ seed, count: 8 }));
  });
  close();
  return folder;
}

function piecesIn(folder: string): number {
  const database = new Database(join(folder, listDays(folder)[0]!.file), { readonly: true });
  try {
    return database.prepare('SELECT count(DISTINCT segid) FROM word_idx').pluck().get() as number;
  } finally {
    database.close();
  }
}

function seqsIn(folder: string): number[] {
  const reader = new DaysReader(folder);
  const { records } = reader.search(query({ limit: 1000 }));
  reader.close();
  return records.map(({ seq }) => seq);
}

test('words that nobody merged are merged soon after the start', { timeout: 60_000 }, async () => {
  const folder = folderWithBlocks();
  const seqs = seqsIn(folder);
  expect(piecesIn(folder)).toBeGreaterThan(5);
  const ingest = await startIngest({ folder, zone: undefined, facilities: [], counters: new Counters() });
  await vi.waitFor(() => expect(piecesIn(folder)).toBe(1), { timeout: 20_000, interval: 100 });
  await ingest.stop();
  expect(seqsIn(folder)).toEqual(seqs);
});
