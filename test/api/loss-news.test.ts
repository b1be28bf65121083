/** What a tail is told of losses: all that was counted while it listened, bounded, once a second at most, and without a place of its own. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LossNews } from '../../src/api/loss-news.ts';
import { tail } from '../../src/api/tail.ts';
import { Counters, LOSS_REASONS } from '../../src/base/counters.ts';
import { silentLog } from '../../src/base/log.ts';
import { lossText } from '../../src/base/loss-words.ts';
import { recordOf, testApi } from './parts.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

test('summed by reason, with the source that lost most; what was before is no news', () => {
  const counters = new Counters();
  const news = new LossNews(counters);
  counters.lose('gap', '10.0.0.1', 5);
  const leaving = new AbortController();
  const listener = news.listen(leaving.signal);
  vi.advanceTimersByTime(5000);
  expect(listener.take()).toEqual([]);
  counters.lose('gap', '10.0.0.1', 2);
  counters.lose('kernel-udp', 'udp 0.0.0.0:5514', 100);
  counters.lose('gap', '10.0.0.2', 7);
  counters.lose('gap', '10.0.0.1');
  counters.lose('empty', '10.0.0.1', 1000);
  expect(listener.take()).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(listener.take()).toEqual([
    { reason: 'gap', amount: 10, source: '10.0.0.2', sources: 2 },
    { reason: 'kernel-udp', amount: 100, source: 'udp 0.0.0.0:5514', sources: 1 },
  ]);
  expect(listener.take()).toEqual([]);
  leaving.abort();
});

test('whoever asks late gets the sum; a storm of sources stays one note a reason; nobody is told after leaving', () => {
  const counters = new Counters();
  const news = new LossNews(counters);
  const [slow, quick] = [new AbortController(), new AbortController()];
  const late = news.listen(slow.signal);
  const early = news.listen(quick.signal);
  let rings = 0;
  early.onNews(() => rings++);
  let told = 0;
  for (let second = 0; second < 10; second++) {
    for (let source = 0; source < 3000; source++) counters.lose('overloaded', `10.${second}.${source >> 8}.${source & 255}`);
    vi.advanceTimersByTime(1000);
    for (const note of early.take()) told += note.amount;
  }
  expect(rings).toBe(10);
  expect(told).toBe(30_000);
  expect(late.take()).toMatchObject([{ reason: 'overloaded', amount: 30_000 }]);
  quick.abort();
  slow.abort();
  counters.lose('overloaded', 'x');
  vi.advanceTimersByTime(5000);
  expect([late.take(), early.take(), rings]).toEqual([[], [], 10]);
  expect(vi.getTimerCount()).toBe(0);
});

test('in a tail: an event without an id between records, and places that stay those of records', async () => {
  const { ingest, api, ...parts } = await testApi();
  const counters = new Counters();
  const leaving = new AbortController();
  const given = {
    arguments: { query: 'level:error' },
    params: {},
    headers: {},
    body: undefined,
    peer: '127.0.0.1',
    signal: leaving.signal,
  };
  const answer = await tail.answer({ ...parts, ingest, counters, log: silentLog, status: async () => ({}) }, given);
  const chunks = (answer.body as AsyncIterable<string | Uint8Array>)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String(Buffer.from((await chunks.next()).value as Uint8Array));
  await next();
  const coming = next();
  counters.lose('kernel-udp', 'udp 0.0.0.0:5514', 120);
  await vi.advanceTimersByTimeAsync(1000);
  const losses = [{ reason: 'kernel-udp', amount: 120, source: 'udp 0.0.0.0:5514', sources: 1 }];
  expect(await coming).toBe(`event: lost\ndata: ${JSON.stringify({ losses })}\n\n`);
  const record = next();
  ingest.commit([recordOf('no')]);
  ingest.commit([recordOf('yes', { level: 'ERROR' })]);
  await vi.advanceTimersByTimeAsync(100);
  expect(await record).toMatch(/^id: 2\nevent: record\n/);
  leaving.abort();
  await chunks.return?.();
  await api.close();
});

test('while nothing that comes matches, a heartbeat carries the place all the same', async () => {
  const { ingest, api, ...parts } = await testApi();
  const leaving = new AbortController();
  const given = {
    arguments: { query: 'level:error' },
    params: {},
    headers: {},
    body: undefined,
    peer: '127.0.0.1',
    signal: leaving.signal,
  };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const answer = await tail.answer({ ...parts, ingest, log: silentLog, status: async () => ({}) }, given);
  const chunks = (answer.body as AsyncIterable<string>)[Symbol.asyncIterator]();
  await chunks.next();
  let beat: string | undefined;
  const coming = chunks.next().then(({ value }) => {
    beat = value;
  });
  let seconds = 0;
  for (; beat === undefined && seconds < 16; seconds++) {
    ingest.commit([recordOf('no')]);
    await vi.advanceTimersByTimeAsync(1000);
  }
  await coming;
  expect(beat).toMatch(/^: still here\nid: \d+\n\n$/);
  leaving.abort();
  await chunks.return?.();
  await api.close();
});

test('each reason has words; sources are hostile', () => {
  for (const reason of Object.keys(LOSS_REASONS)) {
    const text = lossText({ reason, amount: 2, source: 'x', sources: 1 });
    expect(text).toMatch(/^lost: 2 \S+.* \S+, x$/);
    expect(text).not.toContain(reason.includes('-') ? reason : '\0');
  }
  const cases: [Parameters<typeof lossText>[0], string][] = [
    [{ reason: 'kernel-udp', amount: 120, source: '10.0.0.7', sources: 1 }, 'lost: 120 datagrams dropped by the kernel, 10.0.0.7'],
    [{ reason: 'disk-full', amount: 1, source: 'a', sources: 3 }, 'lost: 1 message not stored: the disk is full or low, a and 2 more'],
    [{ reason: 'toString', amount: 1234, source: '\x1b[2J\u202e', sources: 1 }, 'lost: 1,234 toString, \\x1b[2J\\u202e'],
  ];
  for (const [note, want] of cases) expect(lossText(note)).toBe(want);
});
