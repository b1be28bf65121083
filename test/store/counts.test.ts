/**
 * Counts of the engine `days` in its states: sealed, fresh, over days, families in several files, damage; how many records a count reads. The
 * measure is engine `memory`. Random queries: test/contract/store-counts.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CountAnswer, CountQuery, FieldName } from '../../src/model.ts';
import { parse } from '../../src/query/parse.ts';
import { listDays } from '../../src/store/folder.ts';
import { openMemory } from '../../src/store/memory.ts';
import { QueryPool } from '../../src/store/pool.ts';
import { DaysReader } from '../../src/store/read.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { ALL } from '../contract/reading.ts';
import { continuationOf, makeRecords, START_US } from '../contract/records.ts';
import { Scene, withLimits } from './scene.ts';

const DAY_US = 86_400_000_000;
const asked = (some: Partial<CountQuery>): CountQuery => ({ filter: ALL, by: [[]], rowsMax: 1000, ...some });

const QUERIES: readonly CountQuery[] = [
  asked({}),
  asked({ by: [[], ['level'], ['service', 'host']], stepUs: 60_000_000 }),
  asked({ filter: parse('no valid host'), by: [['host'], ['request']] }),
  asked({ filter: parse('level:>=warning -zebra'), by: [['exception'], ['format', 'program']] }),
  asked({ filter: parse('*alid* OR /len: \\d+/'), by: [['status', 'method']], start: START_US + 5_000_000, end: START_US + 90_000_000 }),
  asked({ filter: parse('zebra'), by: [['instance'], ['pid']], stepUs: 3_600_000_000 }),
];

function plain(answer: CountAnswer): Omit<CountAnswer, 'stats'> {
  return { count: answer.count, lists: answer.lists };
}

function agrees(scene: Scene, answers: (query: CountQuery) => CountAnswer = (query) => scene.store.aggregate(query)): void {
  const memory = openMemory();
  memory.append(scene.rows.map((row) => ({ ...row })));
  for (const query of QUERIES) expect(plain(answers(query)), JSON.stringify(query)).toEqual(plain(memory.aggregate(query)));
}

test('in every state: fresh, sealed, next day, families across files, opened again', () => {
  const scene = new Scene();
  agrees(scene);
  const [first] = scene.append(300);
  agrees(scene);
  scene.store.flush();
  agrees(scene);
  scene.append([continuationOf(first!, 'zebra crossing')]);
  agrees(scene);
  scene.nowUs += DAY_US;
  const [second] = scene.append(200);
  scene.append([continuationOf(second!, 'another zebra'), continuationOf(first!, 'zebra again')]);
  agrees(scene);
  scene.store.flush();
  agrees(scene);
  scene.append(50);
  scene.reopen();
  agrees(scene);
  scene.store.close();
});

describe('what a count reads', () => {
  const scene = new Scene();
  const [model] = makeRecords({ seed: 1, count: 1 });
  // Of one shape: what comes once is kept as text, and has to be read.
  const messages = Array.from({ length: 2000 }, (_, index) => `Took ${index}.5 seconds to build instance.`);
  scene.append(messages.map((message, index) => ({ ...model!, seq: 0, message, time: START_US + index * 100_000 })));
  scene.store.flush();
  const scanned = (some: Partial<CountQuery>): number => scene.store.aggregate(asked(some)).stats.recordsScanned;

  test.each<[string, Partial<CountQuery>]>([
    ['everything', {}],
    ['a field of the digest', { by: [['level'], ['service', 'host'], ['logger']] }],
    ['a level', { filter: parse('level:error') }],
    ['steps longer than the block', { stepUs: 100 * DAY_US, by: [['level']] }],
    ['a number that only access lines have', { measure: 'duration' }],
    ['a value that no record has', { filter: parse('service:nosuch'), by: [['request']] }],
    ['a part of words that stands nowhere', { filter: parse('*zzqx*') }],
    ['an expression whose text stands nowhere', { filter: parse('/zz(a|b)qx/') }],
  ])('%s: no record', (_name, some) => {
    expect(scanned(some)).toBe(0);
  });

  test.each<[string, Partial<CountQuery>]>([
    ['ids', { by: [['request']] }],
    ['steps within the block', { stepUs: 1_000_000 }],
    ['a part of the block', { start: START_US + 60_000_000 }],
    ['a variable', { filter: parse('*99.5*') }],
  ])('%s: the block', (_name, some) => {
    expect(scanned(some)).toBe(2000);
  });
});

function change(file: string, ...sql: string[]): void {
  const database = openSqlite(file, 'write');
  for (const one of sql) database.exec(one);
  database.close();
}

/** Two sealed blocks of 150 records, closed. */
function sealed(): Scene & { file: string } {
  const scene = new Scene();
  for (let round = 0; round < 2; round++) {
    scene.append(150);
    scene.store.flush();
  }
  scene.store.close();
  return Object.assign(scene, { file: join(scene.folder, listDays(scene.folder)[0]!.file) });
}

describe('damage', () => {
  test.each([
    ['blocks of older versions have no digest', 'DELETE FROM part WHERE id % 64 = 6'],
    ['a digest that was written over', "UPDATE part SET data = x'0102030405' WHERE id % 64 = 6"],
    ['a digest that ends too early', 'UPDATE part SET data = substr(data, 1, 100) WHERE id % 64 = 6'],
  ])('%s: counted from the columns, nothing is missing', (_name, sql) => {
    const scene = sealed();
    change(scene.file, sql);
    const reader = new DaysReader(scene.folder);
    agrees(scene, (query) => reader.aggregate(query));
    expect(reader.aggregate(asked({})).stats).not.toHaveProperty('damaged');
    reader.close();
  });

  test('a block whose columns are damaged is named, and the others are counted', () => {
    const scene = sealed();
    change(scene.file, 'UPDATE part SET data = substr(data, 1, 20) WHERE id = 64 + 3');
    const reader = new DaysReader(scene.folder);
    const { count, lists, stats } = reader.aggregate(asked({ by: [['level'], ['request']] }));
    expect(count).toBe(150);
    for (const { rows } of lists) expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(150);
    expect(stats.damaged?.join()).toContain('block 1');
    // What does not need the damaged column is answered whole.
    expect(reader.aggregate(asked({ by: [['level']] }))).toMatchObject({ count: 300 });
    reader.close();
  });

  test('a changed byte anywhere in the file never gives another count without a word', () => {
    const scene = sealed();
    const bytes = readFileSync(scene.file);
    for (let at = 4096; at < bytes.length; at += 1999) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x55;
      writeFileSync(scene.file, changed);
      const reader = new DaysReader(scene.folder);
      try {
        const { count, stats } = reader.aggregate(asked({ by: [['level'], ['host']] }));
        if (stats.damaged === undefined) expect([at, count]).toEqual([at, 300]);
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^store-/);
      }
      reader.close();
    }
  });
});

test('more values than memory is given for: the most frequent are right, and the answer says so', () => {
  const scene = new Scene();
  const rows = Array.from({ length: 3000 }, (_, index) => (index % 3 === 0 ? 'often' : `once-${index}`));
  scene.append(1);
  const [model] = scene.rows;
  scene.append(rows.map((host) => ({ ...model!, seq: 0, host })));
  const { lists } = withLimits({ countBytesMax: 50_000 }, () => scene.store.aggregate(asked({ by: [['host']], rowsMax: 5 })));
  expect(lists[0]).toMatchObject({ approximate: true, rows: expect.arrayContaining([{ values: ['often'], count: 1000 }]) });
  expect(lists[0]!.rows.reduce((sum, { count }) => sum + count, lists[0]!.others)).toBe(3001);
  expect(() =>
    withLimits({ countBytesMax: 5000 }, () => scene.store.aggregate(asked({ stepUs: 1, by: [['host']], rowsMax: 100_000 }))),
  ).toThrow('too many buckets');
  scene.store.close();
});

describe('in query workers', () => {
  const scene = new Scene();
  scene.append(3000);
  scene.store.flush();
  scene.append(10);

  test('the same answers; a worker that dies is replaced, and the count asked again', async () => {
    const pool = new QueryPool(scene.folder, 2);
    await pool.ready();
    for (const query of QUERIES) expect(plain(await pool.aggregate(query))).toEqual(plain(scene.store.aggregate(query)));
    const answers = Array.from({ length: 6 }, () => pool.aggregate(QUERIES[4]!));
    await pool.workers[0]!.terminate();
    for (const answer of answers) expect(plain(await answer)).toEqual(plain(scene.store.aggregate(QUERIES[4]!)));
    expect(pool.replaced).toBe(1);
    await pool.close();
  });

  test('a count that nobody wants stops; a wrong one is the error of its asker', async () => {
    const pool = new QueryPool(scene.folder, 1);
    await pool.ready();
    const stop = new AbortController();
    const given = pool.aggregate(asked({ filter: parse('status:>99999 /nosuch.*thing/') }), stop.signal);
    stop.abort();
    await expect(given).rejects.toMatchObject({ code: 'timeout' });
    await expect(pool.aggregate(asked({ filter: { kind: 'regex', source: '(', flags: '' } }))).rejects.toMatchObject({ code: 'bad-query' });
    expect((await pool.aggregate(asked({}))).count).toBe(3010);
    await pool.close();
  });

  test('a pattern that hangs its worker ends in time', async () => {
    const own = new Scene();
    own.append(1);
    own.append([{ ...own.rows[0]!, seq: 0, message: `${'a'.repeat(60)}!` }]);
    const pool = new QueryPool(own.folder, 1, { stuckMs: 3000 });
    await pool.ready();
    await expect(pool.aggregate(asked({ filter: parse('/^(?=a)(a+)+$/') }))).rejects.toMatchObject({ code: 'timeout' });
    expect((await pool.aggregate(asked({}))).count).toBe(2);
    await pool.close();
    own.store.close();
  });
});

test.each<[FieldName]>([
  ['flags'],
  ['peer'],
  ['transport'],
  ['msgid'],
  ['global'],
  ['bytes'],
  ['amqp'],
  ['database'],
  ['event'],
  ['broker'],
])('by %s, as memory counts', (field) => {
  const scene = new Scene();
  scene.append(400);
  scene.store.flush();
  const memory = openMemory();
  memory.append(scene.rows.map((row) => ({ ...row })));
  const query = asked({ by: [[field]] });
  expect(plain(scene.store.aggregate(query))).toEqual(plain(memory.aggregate(query)));
  scene.store.close();
});
