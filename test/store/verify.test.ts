/**
 * `verify` names every damage that can be done to a folder, with the block and the seqs, and nothing where there is none: also
 * while a writer goes on. One table: what is done to a file, what has to be said.
 */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDays } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { DaysReader } from '../../src/store/read.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { openState } from '../../src/store/state.ts';
import { type VerifyReport, verifyFolder } from '../../src/store/verify.ts';
import { refusal } from '../contract/reading.ts';
import { continuationOf, diceOf, makeRecords } from '../contract/records.ts';
import { closed, DAY_US, openTwoDays, Scene } from './scene.ts';
import { newFolder } from './sealed.ts';

const PAGE_BYTES = 4096;

/** Two days: 300 records in two blocks; then a block of 100, a family, and 12 fresh records. */
function twoDays(): Scene & { files: string[] } {
  const scene = openTwoDays();
  openState(scene.folder).close();
  return closed(scene);
}

function verify(folder: string, isQuick = false): VerifyReport {
  const steps = verifyFolder({ folder, isQuick });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function change(file: string, sql: string): void {
  const database = openSqlite(file, 'write');
  database.exec(sql);
  database.close();
}

/** `FILE [block N] [FIRST-LAST] what`, a line per damage. */
function said({ damages }: VerifyReport): string[] {
  return damages.map(({ file, block, firstSeq, lastSeq, what }) =>
    [file, ...(block === undefined ? [] : [`block ${block}`]), ...(firstSeq === undefined ? [] : [`${firstSeq}-${lastSeq}`]), what].join(
      ' ',
    ),
  );
}

test('a whole folder', () => {
  const scene = twoDays();
  expect(verify(scene.folder)).toEqual({ files: 2, blocks: 3, records: 413, damages: [], notes: [] });
  expect(verify(scene.folder, true)).toEqual({ files: 2, blocks: 3, records: 413, damages: [], notes: [] });
});

test('blocks with the same words: each is looked up in its own row of the index', () => {
  const scene = new Scene();
  for (let round = 0; round < 2; round++) {
    scene.append(makeRecords({ seed: 1, count: 60 }));
    scene.store.flush();
  }
  scene.store.close();
  expect(said(verify(scene.folder))).toEqual([]);
  change(join(scene.folder, listDays(scene.folder)[0]!.file), 'DELETE FROM word WHERE rowid = 2');
  expect(said(verify(scene.folder))).toEqual([expect.stringMatching(/^2024-11-22.db block 2 61-120 its index does not know/)]);
});

test('while it is written: between any two steps', () => {
  const scene = new Scene();
  scene.append(500);
  scene.store.flush();
  scene.append(50);
  const steps = verifyFolder({ folder: scene.folder });
  for (let round = 0; ; round++) {
    const step = steps.next();
    if (step.done) {
      expect(step.value.damages).toEqual([]);
      expect(round).toBeGreaterThan(1);
      break;
    }
    const [parent] = scene.append(20);
    scene.store.flush();
    scene.append([continuationOf(parent!, 'late')]);
    if (round === 1) scene.nowUs += DAY_US;
  }
  scene.store.close();
});

describe('damage is named', () => {
  const BLOCK_1 = '2024-11-22.db block 1 1-150';
  test.each<[name: string, day: 0 | 1, sql: string, want: (string | RegExp)[], quick?: 'quick sees it, too']>([
    [
      'a part',
      0,
      'UPDATE part SET data = zeroblob(length(data)) WHERE id = 64 + 5',
      [`${BLOCK_1} its part 5 does not match its checksum`],
      'quick sees it, too',
    ],
    ['a part that is gone', 0, 'DELETE FROM part WHERE id = 65', [`${BLOCK_1} its part 1 is missing`], 'quick sees it, too'],
    ['a head', 0, "UPDATE block SET head = x'00' WHERE id = 1", [`${BLOCK_1} its head does not match its checksum`], 'quick sees it, too'],
    ['a block', 0, 'DELETE FROM block WHERE id = 1', ['2024-11-22.db 1-150 these records are missing']],
    [
      'times that hide records',
      0,
      'UPDATE block SET maxTime = minTime WHERE id = 1',
      [/^2024-11-22.db block 1 1-150 its times are not those/],
    ],
    [
      'a word that the index lost',
      0,
      'DELETE FROM word WHERE rowid = 2',
      [/^2024-11-22.db block 2 151-300 its index does not know "\w+", .* and \d+ more/],
    ],
    ['an index that is gone', 0, 'DROP TABLE word', [/block 1 1-150 its index|SQLite|no such table/, /block 2|SQLite|no such table/]],
    ['a shape', 0, "UPDATE shape SET text = text || 'x' WHERE id = 1", [/shape 1 does not match its checksum/, /.*/], 'quick sees it, too'],
    [
      'a fresh batch',
      1,
      "UPDATE fresh SET body = x'0312345678' WHERE id = 407",
      [/^2024-11-23.db 407-413 .*fresh batch.*checksum/],
      'quick sees it, too',
    ],
    ['a fresh batch that is gone', 1, 'DELETE FROM fresh WHERE id = 402', ['2024-11-23.db 402-406 these records are missing']],
    [
      'a count',
      1,
      'UPDATE fresh SET count = 3 WHERE id = 402',
      [/^2024-11-23.db 402-406 a fresh batch holds 5 records instead of 3/],
      'quick sees it, too',
    ],
    [
      'a family that is not noted',
      1,
      'DELETE FROM family',
      ['2024-11-23.db 401-401 this line belongs to record 301, and the table of families does not say so'],
    ],
    [
      'a family without its line',
      1,
      'INSERT INTO family VALUES (302, 900)',
      ['2024-11-23.db 900-900 record 302 has a line that is not there'],
    ],
    [
      'records before a file',
      1,
      "UPDATE meta SET value = '290' WHERE key = 'baseSeq'",
      [/^2024-11-23.db 291-300 these records are missing/, /^2024-11-23.db 291-300 these seqs are in 2024-11-22.db, too/],
      'quick sees it, too',
    ],
    [
      'a position',
      1,
      "INSERT INTO position VALUES ('a file', x'00ff')",
      [/^2024-11-23.db the position of "a file" is no text/],
      'quick sees it, too',
    ],
  ])('%s', (_name, day, sql, want, quick) => {
    const scene = twoDays();
    change(scene.files[day]!, sql);
    const lines = said(verify(scene.folder));
    for (const one of want) expect(lines).toContainEqual(typeof one === 'string' ? one : expect.stringMatching(one));
    expect(lines.length).toBeGreaterThanOrEqual(want.length);
    expect(said(verify(scene.folder, true)).length > 0).toBe(quick !== undefined);
  });

  test('a file that is gone', () => {
    const scene = twoDays();
    change(scene.files[1]!, "DELETE FROM meta WHERE key = 'baseSeq'");
    scene.nowUs += DAY_US;
    const store = openDays({ folder: scene.folder, nowUs: () => scene.nowUs });
    store.append([{ ...scene.rows[0]! }]);
    store.close();
    rmSync(scene.files[1]!);
    expect(said(verify(scene.folder))).toEqual(['2024-11-24.db 301-413 records before this file are missing']);
  });

  test('what is no database, and a state.db that is none', () => {
    const scene = twoDays();
    writeFileSync(scene.files[0]!, 'x'.repeat(9000));
    writeFileSync(join(scene.folder, 'state.db'), 'x'.repeat(9000));
    const lines = said(verify(scene.folder));
    expect(lines).toEqual([expect.stringMatching(/^2024-11-22.db .*damaged/), expect.stringMatching(/^state.db .*damaged/)]);
  });

  test.each(Array.from({ length: 16 }, (_, seed) => seed))(
    'random bytes in a random page (%d): no crash, and never nothing where records are lost',
    (seed) => {
      const scene = twoDays();
      const dice = diceOf(seed);
      const [file] = scene.files;
      const pages = Math.floor(statSync(file!).size / PAGE_BYTES);
      const handle = openSync(file!, 'r+');
      const bytes = Buffer.from(Array.from({ length: 64 }, () => dice.below(256)));
      const at = (1 + dice.below(pages - 1)) * PAGE_BYTES + dice.below(PAGE_BYTES - 64);
      const before = Buffer.alloc(64);
      readFileSync(file!).copy(before, 0, at, at + 64);
      writeSync(handle, bytes, 0, bytes.length, at);
      closeSync(handle);
      const report = verify(scene.folder);
      if (report.records < 413) expect(report.damages.length).toBeGreaterThan(0);
      // Whatever a search says it cannot read, verify has named, too.
      const reader = new DaysReader(scene.folder);
      const found = reader.search({ filter: { kind: 'all' }, limit: 10_000, direction: 'forward' });
      if (found.stats.damaged !== undefined) expect(report.damages.length).toBeGreaterThan(0);
      reader.close();
    },
  );
});

test('what was set aside is noted, and is no new damage', () => {
  const scene = twoDays();
  change(scene.files[1]!, "UPDATE fresh SET body = x'ff' WHERE id = 407");
  openDays({ folder: scene.folder, nowUs: () => scene.nowUs }).close();
  const report = verify(scene.folder);
  expect(report.damages).toEqual([]);
  expect(report.notes).toEqual(['2024-11-23.db: the fresh batch of seqs 407 to 413 was damaged and set aside earlier']);
  writeFileSync(scene.files[1]!, 'no database');
  rmSync(`${scene.files[1]!}-wal`, { force: true });
  openDays({ folder: scene.folder, nowUs: () => scene.nowUs }).close();
  const after = verify(scene.folder);
  expect(after.damages).toEqual([]);
  expect(after.notes[0]).toBe('damaged-2024-11-23.db: was damaged and set aside earlier');
  expect(after.notes[1]).toMatch(/seqs 301 to 10000000300 were left out/);
});

test('folders that are none of ours', () => {
  const folder = newFolder();
  expect(refusal(() => verify(folder))).toBe('store-foreign');
  expect(refusal(() => verify(join(folder, 'nosuch')))).toBe('store-unwritable');
  const scene = twoDays();
  change(scene.files[0]!, 'PRAGMA user_version = 9');
  expect(refusal(() => verify(scene.folder))).toBe('store-format');
});
