/** Merging of the table of words: fewer pieces, the same answers, whatever breaks off a merge. That searches agree: days-states.test.ts. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { DayFile } from '../../src/store/day-file.ts';
import { refusal } from '../contract/reading.ts';
import { makeRecords } from '../contract/records.ts';
import { newFolder, Shapes } from './sealed.ts';

const BLOCKS = 23;
const RECORDS = 20;

/** A file with so many blocks that FTS5 has pieces of three sizes. */
function fileWithBlocks(): { path: string; file: DayFile; shapes: Shapes } {
  const path = join(newFolder(), '2026-11-22.db');
  const file = new DayFile(path, 'write');
  const shapes = new Shapes();
  for (let block = 0; block < BLOCKS; block++) addBlock(file, shapes, block);
  return { path, file, shapes };
}

function addBlock(file: DayFile, shapes: Shapes, seed: number): void {
  const records = makeRecords({ seed, count: RECORDS }).map((record, index) => ({ ...record, seq: seed * RECORDS + index + 1 }));
  file.append({ records: [], blocks: [shapes.encode(records)], merged: [], families: [] });
}

function piecesIn(path: string): number {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare('SELECT count(DISTINCT segid) FROM word_idx').pluck().get() as number;
  } finally {
    database.close();
  }
}

/** Blocks of every word that the file knows. */
function answers(path: string, file: DayFile): [string, number[]][] {
  const database = new Database(':memory:');
  try {
    database.prepare('ATTACH ? AS day').run(path);
    database.exec("CREATE VIRTUAL TABLE temp.known USING fts5vocab('day', 'word', 'row')");
    const words = database.prepare('SELECT term FROM temp.known ORDER BY term').pluck().all() as string[];
    return words.map((word) => [word, [...file.words.blocksWith(`"${word}"`)]]);
  } finally {
    database.close();
  }
}

test('the pieces become few, in small steps, and every word is found where it was', () => {
  const { path, file } = fileWithBlocks();
  expect(file.words.isTidy).toBe(false);
  const before = answers(path, file);
  expect(before.length).toBeGreaterThan(100);
  const pieces = piecesIn(path);
  expect(pieces).toBeGreaterThan(4);
  let steps = 0;
  for (; !file.words.isTidy; steps++) file.words.merge(1);
  expect(steps).toBeGreaterThan(2);
  expect(piecesIn(path)).toBeLessThan(pieces / 2);
  expect(answers(path, file)).toEqual(before);
  file.close();
});

test('another block is something to merge again; a file that was opened anew is looked at once', () => {
  const { path, file, shapes } = fileWithBlocks();
  while (!file.words.isTidy) file.words.merge(1000);
  const pieces = piecesIn(path);
  for (let block = 0; block < 3; block++) addBlock(file, shapes, BLOCKS + block);
  expect(file.words.isTidy).toBe(false);
  while (!file.words.isTidy) file.words.merge(1000);
  expect(piecesIn(path)).toBeLessThanOrEqual(pieces + 1);
  file.close();
  const again = new DayFile(path, 'write');
  again.words.merge(1000);
  expect(again.words.isTidy).toBe(true);
  again.close();
});

test('a merge that has to give way leaves the file as it was, says why, and is done later', { timeout: 20_000 }, () => {
  const { path, file } = fileWithBlocks();
  const before = answers(path, file);
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  expect(refusal(() => file.words.merge(1000))).toMatch(/^store-busy/);
  other.exec('ROLLBACK');
  other.close();
  expect(file.words.isTidy).toBe(false);
  expect(answers(path, file)).toEqual(before);
  while (!file.words.isTidy) file.words.merge(1000);
  expect(answers(path, file)).toEqual(before);
  file.close();
});
