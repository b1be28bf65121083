/**
 * Damaged, foreign and newer files in a data folder: a coded error, or an answer from the rest that says what is missing.
 * Never a crash, never a record that is not as it was committed.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CodedError, isCoded } from '../../src/base/errors.ts';
import type { LogRecord } from '../../src/model.ts';
import { parse } from '../../src/query/parse.ts';
import { openDays } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { SEQ_JUMP } from '../../src/store/open-newest.ts';
import { DaysReader } from '../../src/store/read.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { openState } from '../../src/store/state.ts';
import { ALL, query, refusal } from '../contract/reading.ts';
import { diceOf } from '../contract/records.ts';
import { closed, openTwoDays, type Scene } from './scene.ts';
import { newFolder } from './sealed.ts';

const PAGE_BYTES = 4096;

/** Two days: the first sealed in two blocks, the second with one block and fresh rows; closed. */
function twoDays(): Scene & { files: string[] } {
  const scene = openTwoDays();
  scene.agrees();
  return closed(scene);
}

function change(file: string, ...sql: string[]): void {
  const database = openSqlite(file, 'write');
  for (const one of sql) database.exec(one);
  database.close();
}

/** Whatever is answered was committed so; gives how many records there were. */
function honest(scene: Scene, reader: DaysReader): { found: number; damaged: readonly string[] } {
  const { records, stats } = reader.search(query({ limit: 10_000 }));
  expectAllAsCommitted(scene, records);
  return { found: records.length, damaged: stats.damaged ?? [] };
}

function expectAllAsCommitted(scene: Scene, records: readonly LogRecord[]): void {
  for (const record of records) {
    const row = scene.rows[record.seq - 1]!;
    if (record.more === undefined) expect(record).toEqual(row);
    else expect(record.message.startsWith(row.message)).toBe(true);
  }
}

/** Calls everything that reads; each answers or throws a coded error. */
function readEverything(scene: Scene): { codes: Set<string>; found: number; damaged: readonly string[] } {
  const codes = new Set<string>();
  const reader = new DaysReader(scene.folder);
  const tryIt = (call: () => unknown): void => {
    try {
      call();
    } catch (error) {
      if (!isCoded(error)) throw error;
      codes.add(error.code);
    }
  };
  let answer: { found: number; damaged: readonly string[] } = { found: 0, damaged: [] };
  tryIt(() => {
    answer = honest(scene, reader);
  });
  for (const text of ['nova', '*host*', 'zebra', '"no valid host"', 'level:error', 'status:>1']) {
    for (const direction of ['forward', 'backward'] as const)
      tryIt(() => expectAllAsCommitted(scene, reader.search(query({ filter: parse(text), direction, limit: 5 })).records));
  }
  tryIt(() => reader.follow(0, ALL, 10_000));
  for (const seq of [1, 160, 301, 401, 405]) tryIt(() => reader.record(seq));
  tryIt(() => reader.status());
  reader.close();
  return { codes, ...answer };
}

/** The store opens, and gives no seq that the damaged file may have given; twice. */
function goesOnBehind(scene: Scene, seq: number): void {
  for (let round = 0; round < 2; round++) {
    const store = openDays({ folder: scene.folder, nowUs: () => scene.nowUs });
    const { firstSeq } = store.append([{ ...scene.rows[0]!, message: `after the damage ${round}` }]);
    expect(firstSeq).toBe(seq + SEQ_JUMP + 1 + round);
    expect(store.record(firstSeq)?.message).toBe(`after the damage ${round}`);
    store.close();
  }
}

describe('versions and owners of files', () => {
  test('a file of a newer format is refused, to read and to write', () => {
    const scene = twoDays();
    change(scene.files[0]!, 'PRAGMA user_version = 2');
    const reader = new DaysReader(scene.folder);
    expect(refusal(() => reader.search(query()))).toBe('store-format');
    reader.close();
    change(scene.files[1]!, 'PRAGMA user_version = 2');
    expect(refusal(() => openDays({ folder: scene.folder }))).toBe('store-format');
    // The refused one lets go of the folder.
    expect(refusal(() => openDays({ folder: scene.folder }))).toBe('store-format');
  });

  test("another program's database under the name of the newest day is refused and left as it was", () => {
    const scene = twoDays();
    const file = join(scene.folder, '2024-12-01.db');
    change(file, 'CREATE TABLE theirs(id INTEGER)', 'INSERT INTO theirs VALUES (7)');
    const before = statSync(file).size;
    expect(refusal(() => openDays({ folder: scene.folder }))).toBe('store-foreign');
    expect(statSync(file).size).toBe(before);
    expect(readEverything(scene).found).toBe(412);
  });

  test('what is no database at all is set aside by the writer and left out by the reader', () => {
    const scene = twoDays();
    const text = 'once upon a time '.repeat(999);
    writeFileSync(join(scene.folder, '2024-12-01.db'), text);
    expect(readEverything(scene)).toMatchObject({ codes: new Set(), found: 412, damaged: [expect.stringContaining('2024-12-01.db')] });
    goesOnBehind(scene, 413);
    expect(readFileSync(join(scene.folder, 'damaged-2024-12-01.db'), 'utf8')).toBe(text);
    const reader = new DaysReader(scene.folder);
    const { records, stats } = reader.search(query({ limit: 10_000 }));
    expect(records).toHaveLength(414);
    expect(stats.damaged).toEqual([expect.stringContaining('damaged-2024-12-01.db')]);
    expect(reader.status().damaged).toEqual(stats.damaged);
    const counted = reader.aggregate({ filter: ALL, by: [['level']], rowsMax: 10 });
    expect(counted).toMatchObject({ count: 414, stats: { damaged: stats.damaged } });
    reader.close();
  });

  test('LOCK and state.db that are none are a coded error', () => {
    const scene = twoDays();
    const folder = newFolder();
    writeFileSync(join(folder, 'state.db'), 'no database '.repeat(999));
    expect(refusal(() => openState(folder))).toBe('store-corrupt');
    writeFileSync(join(scene.folder, 'LOCK'), '4711\n'.repeat(999));
    expect(refusal(() => openDays({ folder: scene.folder }))).toBe('store-corrupt');
  });
});

describe('the rest answers, and the statistics say what is missing', () => {
  test.each<[name: string, sql: string, found: number, damaged: string]>([
    ['a part of a block', 'UPDATE part SET data = zeroblob(length(data)) WHERE id = 64 + 5', 262, 'block 1'],
    ['the times of a block', 'UPDATE part SET data = zeroblob(length(data)) WHERE id = 128 + 1', 262, 'block 2'],
    ['a part that is gone', 'DELETE FROM part WHERE id = 64', 262, 'block 1'],
    ['the head of a block', "UPDATE block SET head = x'00' WHERE id = 2", 262, 'block 2'],
    ['the count of a block', 'UPDATE block SET count = 2000000000 WHERE id = 1', 262, 'block 1'],
    ['shapes that are gone', 'DELETE FROM shape', 112, 'block 2'],
  ])('%s', (_name, sql, found, damaged) => {
    const scene = twoDays();
    change(scene.files[0]!, sql);
    const answer = readEverything(scene);
    expect(answer.damaged.join()).toContain(damaged);
    expect(answer.found).toBe(found);
    expect([...answer.codes].filter((code) => code !== 'store-corrupt')).toEqual([]);
    const reader = new DaysReader(scene.folder);
    // A page ends in time, also one of a slow machine.
    let [accounted, after, isOver] = [0, 0, false];
    while (!isOver) {
      const page = reader.follow(after, ALL, 10_000);
      accounted += page.events.length + page.lost;
      [after, isOver] = [page.after, page.caughtUp];
    }
    expect(accounted).toBeGreaterThanOrEqual(413);
    reader.close();
  });

  test('a fresh batch', () => {
    const scene = twoDays();
    change(scene.files[1]!, "UPDATE fresh SET body = x'017f' WHERE id = (SELECT max(id) FROM fresh)");
    expect(readEverything(scene)).toMatchObject({ codes: new Set(), found: 405, damaged: [expect.stringContaining('seq 407')] });
    for (let round = 0; round < 2; round++) {
      const store = openDays({ folder: scene.folder, nowUs: () => scene.nowUs });
      expect(store.append([{ ...scene.rows[0]! }]).firstSeq).toBe(414 + round);
      store.flush();
      expect(store.search(query()).stats.damaged).toEqual([expect.stringContaining('seqs 407 to 413')]);
      store.close();
    }
  });

  test('a byte of a fresh batch', () => {
    const scene = twoDays();
    // Another digit is still JSON: only the checksum tells.
    change(
      scene.files[1]!,
      'UPDATE fresh SET body = CAST(replace(CAST(body AS TEXT), \'"zone":0\', \'"zone":7\') AS BLOB) WHERE id = (SELECT max(id) FROM fresh)',
    );
    expect(readEverything(scene)).toMatchObject({ codes: new Set(), found: 405, damaged: [expect.stringContaining('checksum')] });
  });

  test('an index that was emptied of its tables', () => {
    const scene = twoDays();
    change(scene.files[0]!, 'DROP TABLE word');
    expect(readEverything(scene).found).toBe(412);
    const reader = new DaysReader(scene.folder);
    const { records, stats } = reader.search(query({ filter: parse('nova'), limit: 10_000 }));
    expect(records.filter(({ seq }) => seq <= 300).length).toBeGreaterThan(50);
    expect(stats.damaged?.join()).toContain('index');
    reader.close();
  });
});

describe('bytes of a file', () => {
  /** Overwrites or cuts, then reads everything; the writer opens, or says why not. */
  function survive(spoil: (file: string) => void): { found: number; said: number } {
    const scene = twoDays();
    spoil(scene.files[0]!);
    const { codes, found, damaged } = readEverything(scene);
    expect([...codes].filter((code) => code !== 'store-corrupt')).toEqual([]);
    // The second day is whole, whatever the first one has become.
    expect(found).toBeGreaterThanOrEqual(112);
    if (found < 412) expect(damaged.length).toBeGreaterThan(0);
    try {
      const store = openDays({ folder: scene.folder, nowUs: () => scene.nowUs });
      expect(store.append([{ ...scene.rows[0]! }]).firstSeq).toBe(414);
      store.close();
    } catch (error) {
      if (!isCoded(error)) throw error;
    }
    return { found, said: damaged.length };
  }

  const overwrite = (file: string, at: number, bytes: Buffer): void => {
    const handle = openSync(file, 'r+');
    writeSync(handle, bytes, 0, bytes.length, at);
    closeSync(handle);
  };

  test.each(Array.from({ length: 24 }, (_, seed) => seed))('a random page (%d)', (seed) => {
    const dice = diceOf(seed);
    survive((file) => {
      const pages = Math.floor(statSync(file).size / PAGE_BYTES);
      const at = (1 + dice.below(pages - 1)) * PAGE_BYTES;
      overwrite(file, at, Buffer.from(Array.from({ length: PAGE_BYTES }, () => dice.below(256))));
    });
  });

  test('single random bytes, many of them', () => {
    const dice = diceOf(7);
    for (let round = 0; round < 8; round++) {
      survive((file) => {
        const { size } = statSync(file);
        for (let count = 0; count < 1 + round * 8; count++) overwrite(file, 100 + dice.below(size - 100), Buffer.of(dice.below(256)));
      });
    }
  });

  test.each([0, 1, 50, 100, PAGE_BYTES, 3 * PAGE_BYTES, 3 * PAGE_BYTES + 17])('cut after %d bytes', (size) => {
    survive((file) => {
      const handle = openSync(file, 'r+');
      ftruncateSync(handle, size);
      closeSync(handle);
    });
  });

  test('the header of the newest file', () => {
    const scene = twoDays();
    overwrite(scene.files[1]!, 0, Buffer.alloc(100, 0xff));
    expect(readEverything(scene)).toMatchObject({ found: 300, damaged: [expect.stringContaining('2024-11-23.db')] });
    goesOnBehind(scene, 300);
    expect(readFileSync(join(scene.folder, 'damaged-2024-11-23.db')).subarray(0, 4)).toEqual(Buffer.alloc(4, 0xff));
  });
});

test('a file that is damaged under the hands of the writer: it goes on in another one, and loses no seq', () => {
  const scene = twoDays();
  const store = openDays({ folder: scene.folder, nowUs: () => scene.nowUs });
  store.flush();
  // Another connection's commit makes the writer read its pages again.
  change(scene.files[1]!, "INSERT INTO position VALUES ('somebody', 'else')", 'PRAGMA wal_checkpoint(TRUNCATE)');
  const handle = openSync(scene.files[1]!, 'r+');
  for (let at = PAGE_BYTES; at < statSync(scene.files[1]!).size; at += PAGE_BYTES)
    writeSync(handle, Buffer.alloc(PAGE_BYTES, 0xee), 0, PAGE_BYTES, at);
  closeSync(handle);
  expect(store.append([{ ...scene.rows[0]!, message: 'after the damage' }]).firstSeq).toBe(414);
  expect(store.append([{ ...scene.rows[0]!, message: 'and more' }]).firstSeq).toBe(415);
  expect(listDays(scene.folder).map(({ file }) => file)).toEqual(['2024-11-22.db', '2024-11-23.db', '2024-11-23.2.db']);
  expect([store.record(414)?.message, store.record(415)?.message]).toEqual(['after the damage', 'and more']);
  expect(store.search(query()).stats.damaged?.join()).toContain('2024-11-23.db');
  store.close();
  const again = openDays({ folder: scene.folder, nowUs: () => scene.nowUs });
  expect(again.append([{ ...scene.rows[0]! }]).firstSeq).toBe(416);
  again.close();
});

test('an error of the store names the file and is coded', () => {
  const scene = twoDays();
  change(scene.files[1]!, 'PRAGMA user_version = 9');
  expect(() => openDays({ folder: scene.folder })).toThrow(CodedError);
  expect(() => openDays({ folder: scene.folder })).toThrow(scene.files[1]!);
});
