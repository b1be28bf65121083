/** Who hears what when the disk gets low: clients that wait for an answer are refused, and what they sent is left out of what is stored later. */
import { expect, test, vi } from 'vitest';
import { addRun, extentOf, type Filling, makeBatch } from '../../src/ingest/batch.ts';
import { diskIsLow, Patience } from '../../src/ingest/low-disk.ts';
import type { KeepingStatus, MessageRun, Transport } from '../../src/model.ts';

const LOW = diskIsLow({ disk: 'low', diskSinceUs: 0, freeBytes: 1, reserveBytes: 2, setAside: [] } as unknown as KeepingStatus);

function runOf(transport: Transport, ...texts: string[]): MessageRun {
  const bytes = Buffer.from(texts.join(''));
  let at = 0;
  const spans = texts.flatMap((text) => {
    const from = at;
    at += text.length;
    return [from, at];
  });
  return { source: { transport, peer: '10.0.0.9' }, received: 0, bytes, spans };
}

function add(batch: Filling, run: MessageRun): { said: string } {
  const heard = { said: 'waits' };
  addRun(batch, run, extentOf(run)).then(
    () => Object.assign(heard, { said: 'on disk' }),
    (error: Error & { code: string }) => Object.assign(heard, { said: `${error.code}: ${error.message}` }),
  );
  return heard;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what the worker does not have: HTTP is refused at once and left out, all others wait and are stored', async () => {
  const batch = makeBatch(100, undefined);
  const heard = (['tcp', 'http', 'udp', 'http', 'relp'] as const).map((transport) => add(batch, runOf(transport, 'one', 'two')));
  const patience = new Patience(() => []);
  patience.begin(LOW, [batch]);
  await turn();
  expect(heard.map(({ said }) => said.split(':')[0])).toEqual(['waits', 'disk-full', 'waits', 'disk-full', 'waits']);
  expect(batch.runs.map(({ isRefused }) => isRefused === true)).toEqual([false, true, false, true, false]);
  batch.resolve();
  await turn();
  expect(heard.map(({ said }) => said.split(':')[0])).toEqual(['on disk', 'disk-full', 'on disk', 'disk-full', 'on disk']);
  patience.end();
});

test('what the worker has: HTTP is answered after a while and told what is not known; with room before that, nobody is refused', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const batch = makeBatch(100, undefined);
  const http = add(batch, runOf('http', 'one'));
  const tcp = add(batch, runOf('tcp', 'two'));
  const patience = new Patience(() => [batch]);
  patience.begin(LOW, []);
  patience.end();
  vi.advanceTimersByTime(60_000);
  await turn();
  expect(http.said).toBe('waits');
  patience.begin(LOW, []);
  vi.advanceTimersByTime(4000);
  patience.begin(LOW, []);
  await turn();
  expect(http.said).toBe('waits');
  vi.advanceTimersByTime(1000);
  await turn();
  expect([http.said, tcp.said]).toEqual([expect.stringMatching(/^disk-full: .*may be there twice/), 'waits']);
  expect(batch.runs.some(({ isRefused }) => isRefused)).toBe(false);
  vi.useRealTimers();
});
