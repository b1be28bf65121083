/** Query workers: they answer, they are replaced when they die, they stop when nobody wants the answer or all is closed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvRow } from '../../src/base/csv.ts';
import { lineOf } from '../../src/base/line.ts';
import type { PublicRecord } from '../../src/base/public.ts';
import { formatTime } from '../../src/base/time.ts';
import type { RenderedPage } from '../../src/model.ts';
import { parse } from '../../src/query/parse.ts';
import { QueryPool } from '../../src/store/pool.ts';
import { ALL, query } from '../contract/reading.ts';
import { makeRecords } from '../contract/records.ts';
import { Scene } from './scene.ts';

const scene = new Scene();
let pool: QueryPool;

beforeAll(async () => {
  for (let round = 0; round < 8; round++) {
    scene.append(2000);
    scene.store.flush();
  }
  scene.append(20);
  pool = new QueryPool(scene.folder, 2);
  await pool.ready();
});

afterAll(async () => {
  await pool.close();
  scene.store.close();
});

async function codeOf(answer: Promise<unknown>): Promise<string | undefined> {
  try {
    await answer;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return undefined;
}

const seqsOf = ({ ndjson }: RenderedPage): number[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
/** Reads every message: seconds of work for a worker, were nothing to stop it. */
const SLOW = query({ filter: parse('/(x+)+y nosuch/'), limit: 10 });
const needle = query({ filter: parse('seq:7') });

test('answers what the reader answers', async () => {
  for (const text of ['no valid host', 'level:error -nova', 'nosuchword']) {
    const asked = query({ filter: parse(text), limit: 50, direction: 'backward' });
    const page = await pool.search(asked);
    const want = scene.store.search(asked);
    expect(seqsOf(page)).toEqual(want.records.map(({ seq }) => seq));
    expect([page.count, page.next]).toEqual([want.records.length, want.next]);
  }
  expect(JSON.parse((await pool.record(7))!)).toMatchObject({ seq: 7 });
  expect(await pool.record(1e9)).toBeUndefined();
  expect((await pool.status()).records).toBe(scene.rows.length);
  const followed = await pool.follow(10, ALL, { limit: 5 });
  expect(followed.events.map(({ seq }) => seq)).toEqual([11, 12, 13, 14, 15]);
});

test('what is committed is seen by the next question', async () => {
  const [record] = scene.append(1);
  expect(await pool.record(record!.seq)).toBeDefined();
  expect((await pool.status()).lastSeq).toBe(record!.seq);
});

test('the text as received comes where it is asked for', async () => {
  const [line] = (await pool.search({ ...needle, raw: true })).ndjson.split('\n');
  expect(JSON.parse(line!)).toHaveProperty('raw');
  expect(JSON.parse((await pool.search(needle)).ndjson)).not.toHaveProperty('raw');
});

test('a page is rendered as lines or CSV where that is asked for', async () => {
  const asked = query({ filter: parse('no valid host'), limit: 20 });
  const { ndjson, next } = await pool.search(asked);
  const records = ndjson
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as PublicRecord);
  const text = await pool.search({ ...asked, show: { form: 'text' } });
  expect(text).toMatchObject({ ndjson: '', count: 20, next });
  expect(text.shown).toBe(records.map((record) => `${lineOf(record, { color: false, time: formatTime })}\n`).join(''));
  const fields = ['seq', 'ids', 'message'] as const;
  const csv = await pool.search({ ...asked, show: { form: 'csv', fields } });
  expect(csv.shown).toBe(records.map((record) => csvRow(record, fields)).join(''));
});

test('a wrong cursor or pattern is the error of its asker, and of nobody else', async () => {
  const good = pool.search(needle);
  expect(await codeOf(pool.search(query({ cursor: 'x' })))).toBe('bad-cursor');
  expect(await codeOf(pool.search(query({ filter: { kind: 'regex', source: '(', flags: '' } })))).toBe('bad-query');
  expect(seqsOf(await good)).toEqual([7]);
  expect(pool.replaced).toBe(0);
});

describe('a worker that dies', () => {
  test('is replaced, and what it was asked is answered', async () => {
    const before = pool.replaced;
    const answers = Array.from({ length: 8 }, () => pool.search(query({ filter: parse('*valid host*'), limit: 2000 })));
    await pool.workers[0]!.terminate();
    const want = seqsOf(await pool.search(query({ filter: parse('*valid host*'), limit: 2000 })));
    expect(want.length).toBeGreaterThan(500);
    for (const answer of answers) expect(seqsOf(await answer)).toEqual(want);
    expect(pool.replaced).toBe(before + 1);
    expect(pool.workers).toHaveLength(2);
    await pool.ready();
  });

  test('of what it was asked a second time, too, gives up with an error', async () => {
    const before = pool.replaced;
    const lonely = new QueryPool(scene.folder, 1);
    await lonely.ready();
    const answer = codeOf(lonely.search(SLOW));
    for (let death = 0; death < 2; death++) await lonely.workers[0]!.terminate();
    expect(await answer).toBe('internal');
    expect(lonely.replaced).toBe(2);
    expect(seqsOf(await lonely.search(needle))).toEqual([7]);
    await lonely.close();
    expect(pool.replaced).toBe(before);
  });

  test('all of them at once', async () => {
    const answers = [pool.search(needle), pool.record(7), pool.status(), pool.follow(0, ALL, { limit: 3 })];
    await Promise.all(pool.workers.map((worker) => worker.terminate()));
    const [page, record, status, follow] = (await Promise.all(answers)) as [
      RenderedPage,
      string,
      { records: number },
      { events: unknown[] },
    ];
    expect(seqsOf(page)).toEqual([7]);
    expect(JSON.parse(record).seq).toBe(7);
    expect(status.records).toBe(scene.rows.length);
    expect(follow.events).toHaveLength(3);
  });
});

test('a pattern that hangs its worker ends in time, and the worker comes back', async () => {
  const own = new Scene();
  own.append(makeRecords({ seed: 1, count: 3 }).map((record) => ({ ...record, message: `${'a'.repeat(60)}!` })));
  const lonely = new QueryPool(own.folder, 1, { stuckMs: 2000 });
  await lonely.ready();
  // Neither the flag nor the look-ahead is known to the linear engine: years of work.
  for (const text of ['/^(a+)+$/i', '/^(?=a)(a+)+$/']) expect(await codeOf(lonely.search(query({ filter: parse(text) })))).toBe('timeout');
  expect(seqsOf(await lonely.search(query({ filter: parse('seq:2') })))).toEqual([2]);
  expect(lonely.replaced).toBe(2);
  await lonely.close();
  own.store.close();
});

test('workers that cannot start are an error, not an endless circle', async () => {
  const lost = new QueryPool(scene.folder, 2);
  const ready = codeOf(lost.ready());
  const asked = codeOf(lost.search(needle));
  while (lost.workers.length === 2) await Promise.all(lost.workers.map((worker) => worker.terminate()));
  expect(await ready).toBe('internal');
  expect(await asked).toBe('internal');
  expect(lost.replaced).toBeLessThanOrEqual(4);
  await lost.close();
});

describe('a search that nobody wants any more', () => {
  test('ends at once for its asker, and makes room for others', async () => {
    const stop = new AbortController();
    const given = Array.from({ length: 6 }, () => codeOf(pool.search(SLOW, stop.signal)));
    stop.abort();
    expect(await Promise.all(given)).toEqual(given.map(() => 'timeout'));
    expect(seqsOf(await pool.search(needle))).toEqual([7]);
  });

  test('is not begun', async () => {
    expect(await codeOf(pool.search(SLOW, AbortSignal.abort()))).toBe('timeout');
  });

  test('a signal that comes after the answer changes nothing', async () => {
    const stop = new AbortController();
    expect(seqsOf(await pool.search(needle, stop.signal))).toEqual([7]);
    stop.abort();
    expect(seqsOf(await pool.search(needle))).toEqual([7]);
  });
});

test('a long search does not hold up a needle that was asked later', async () => {
  const order: string[] = [];
  const lonely = new QueryPool(scene.folder, 1);
  await lonely.ready();
  const slow = lonely.search(query({ filter: parse('/nosuch.*thing/ OR status:>99999'), limit: 10 })).then(() => order.push('scan'));
  const fast = lonely.search(needle).then(() => order.push('needle'));
  await Promise.all([slow, fast]);
  expect(order).toEqual(['needle', 'scan']);
  await lonely.close();
});

test('close rejects what is open, and everything after it', async () => {
  const short = new QueryPool(scene.folder, 2);
  await short.ready();
  const open = [short.search(SLOW), short.search(SLOW), short.search(needle), short.status()].map(codeOf);
  await short.close();
  expect((await Promise.all(open)).filter((code) => code !== undefined && code !== 'store-closed')).toEqual([]);
  expect((await Promise.all(open)).slice(0, 2)).toEqual(['store-closed', 'store-closed']);
  for (const answer of [short.search(needle), short.follow(0, ALL, { limit: 1 }), short.record(1), short.status()])
    expect(await codeOf(answer)).toBe('store-closed');
  expect(short.replaced).toBe(0);
});

test('a folder that is not there is an error, not an endless loop', async () => {
  const lost = new QueryPool(`${scene.folder}/nowhere`, 1);
  expect(await codeOf(lost.search(needle))).toMatch(/internal|store-/);
  expect(lost.replaced).toBe(0);
  await lost.close();
});
