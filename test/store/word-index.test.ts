/** Merging of the table of words: fewer pieces, the same answers, also where another stands in the way. That searches agree: days-states.test.ts. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { DayFile } from '../../src/store/day-file.ts';
import { refusal } from '../contract/reading.ts';
import { makeRecords } from '../contract/records.ts';
import { newFolder, Shapes } from './sealed.ts';

const BLOCKS = 31;
const RECORDS = 20;

/** A file with so many blocks that FTS5 has pieces of three sizes, seven in all. */
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

/** Steps until nothing is left. */
function mergeAll(file: DayFile, pages = 1000): number {
  for (let steps = 1; steps < 10_000; steps++) {
    file.words.merge(pages);
    if (file.words.isTidy) return steps;
  }
  throw new Error('merging has no end');
}

test('the pieces become one, in small steps, and every word is found where it was', () => {
  const { path, file } = fileWithBlocks();
  expect(file.words.isTidy).toBe(false);
  const before = answers(path, file);
  expect(before.length).toBeGreaterThan(100);
  expect(piecesIn(path)).toBeGreaterThan(5);
  expect(mergeAll(file, 1)).toBeGreaterThan(2);
  expect(piecesIn(path)).toBe(1);
  expect(answers(path, file)).toEqual(before);
  file.close();
});

test('a few blocks more are left as they are; many are merged again, also where they came in the midst of it', () => {
  const { path, file, shapes } = fileWithBlocks();
  mergeAll(file);
  addBlock(file, shapes, BLOCKS);
  expect(file.words.isTidy).toBe(false);
  expect(mergeAll(file)).toBe(1);
  expect(piecesIn(path)).toBe(2);
  for (let block = 1; block < BLOCKS; block++) {
    addBlock(file, shapes, BLOCKS + block);
    file.words.merge(1);
  }
  const before = answers(path, file);
  mergeAll(file);
  expect(piecesIn(path)).toBeLessThan(6);
  expect(answers(path, file)).toEqual(before);
  file.close();
});

test('a file that was closed in the midst of a merge is merged when it is opened again', () => {
  const { path, file } = fileWithBlocks();
  const before = answers(path, file);
  file.words.merge(1);
  expect(file.words.isTidy).toBe(false);
  file.close();
  const again = new DayFile(path, 'write');
  expect(answers(path, again)).toEqual(before);
  mergeAll(again);
  expect(piecesIn(path)).toBeLessThan(6);
  expect(answers(path, again)).toEqual(before);
  again.close();
});

test('a merge that has to give way in the midst leaves the file as it was, says why, and is done later', { timeout: 20_000 }, () => {
  const { path, file } = fileWithBlocks();
  const before = answers(path, file);
  file.words.merge(1);
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  expect(refusal(() => file.words.merge(1000))).toMatch(/^store-busy/);
  other.exec('ROLLBACK');
  other.close();
  expect(file.words.isTidy).toBe(false);
  expect(answers(path, file)).toEqual(before);
  mergeAll(file);
  expect(piecesIn(path)).toBe(1);
  expect(answers(path, file)).toEqual(before);
  file.close();
});
