/** What only a real connection shows: events that resume exactly, streams that end with their client, ports in use. */
import { setImmediate as breathe } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { tail } from '../../src/api/tail.ts';
import { limits } from '../../src/base/limits.ts';
import { silentLog } from '../../src/base/log.ts';
import type { ServerEvent } from '../../src/cli/sse.ts';
import { eventsOf } from '../../src/cli/sse.ts';
import { recordOf, testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const one of open.splice(0)) await one.close();
});

async function listening() {
  const parts = await testApi();
  open.push(parts.api);
  const { port } = await parts.api.listen('127.0.0.1', 0);
  return { ...parts, port, url: `http://127.0.0.1:${port}` };
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Opens a tail; `next` is the next event with data. */
async function connect(url: string, lastEventId?: string) {
  const leaving = new AbortController();
  const response = await fetch(url, {
    signal: leaving.signal,
    ...(lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } }),
  });
  const events = eventsOf(linesOf(response));
  let place: string | undefined;
  const until = async (wanted: (event: ServerEvent) => boolean): Promise<ServerEvent> => {
    for (;;) {
      const { value, done } = await events.next();
      if (done) throw new Error('the stream ended');
      place = value.id;
      if (wanted(value)) return value;
    }
  };
  return {
    response,
    next: () => until((event) => event.event !== undefined),
    opened: () => until((event) => event.id !== undefined),
    place: () => place,
    leave: () => leaving.abort(),
  };
}

test('a tail opens with its place and sends what comes, with its seq as id', async () => {
  const { url, ingest } = await listening();
  ingest.commit([recordOf('before')]);
  const client = await connect(`${url}/api/v1/tail`);
  expect(client.response.headers.get('content-type')).toBe('text/event-stream');
  expect(client.response.headers.get('x-accel-buffering')).toBe('no');
  expect(await client.opened()).toMatchObject({ id: '1', event: undefined });
  ingest.commit([recordOf('two\nlines'), recordOf('more', { of: 2 })]);
  const first = await client.next();
  expect([first.id, first.event, JSON.parse(first.data).message]).toEqual(['2', 'record', 'two\nlines']);
  expect(await client.next()).toMatchObject({ id: '3', event: 'more' });
  client.leave();
});

test('a client that is cut off after any event misses nothing and gets nothing twice', async () => {
  const { url, ingest } = await listening();
  const seen: string[] = [];
  let place: string | undefined;
  let made = 0;
  ingest.commit(Array.from({ length: 10 }, () => recordOf(`line ${made++}`)));
  for (let round = 0; round < 12; round++) {
    const client = await connect(`${url}/api/v1/tail?lines=4`, place);
    for (let event = 0; event <= round % 3; event++) {
      // Some while connected, some while nobody is.
      ingest.commit([recordOf(`line ${made++}`)]);
      seen.push(JSON.parse((await client.next()).data).message);
      place = client.place();
    }
    client.leave();
    ingest.commit([recordOf(`line ${made++}`)]);
  }
  expect(seen).toEqual(seen.map((_, index) => `line ${index + 6}`));
});

test('a place without events is a place to resume from', async () => {
  const { url, ingest } = await listening();
  const client = await connect(`${url}/api/v1/tail?query=level:error`);
  const { id } = await client.opened();
  client.leave();
  ingest.commit([recordOf('no'), recordOf('yes', { level: 'ERROR' })]);
  const again = await connect(`${url}/api/v1/tail?query=level:error`, id);
  expect(JSON.parse((await again.next()).data).message).toBe('yes');
  again.leave();
});

test('the header wins over the address, as browsers need it', async () => {
  const { url, ingest } = await listening();
  ingest.commit([recordOf('a'), recordOf('b'), recordOf('c')]);
  const client = await connect(`${url}/api/v1/tail?after=0`, '2');
  expect(JSON.parse((await client.next()).data).message).toBe('c');
  client.leave();
});

test('records dropped by retention are an event `lost`', async () => {
  const { url, ingest, reader } = await listening();
  ingest.commit([recordOf('a'), recordOf('b')]);
  const follow = reader.follow.bind(reader);
  reader.follow = async (after, filter, limit) => ({ ...(await follow(after, filter, limit)), lost: 7 });
  const client = await connect(`${url}/api/v1/tail?after=1`);
  expect(await client.next()).toMatchObject({ event: 'lost', data: '{"count":7}' });
  expect(await client.next()).toMatchObject({ id: '2', event: 'record' });
  client.leave();
});

test('a heartbeat comes within 15 s and carries the place', async () => {
  const { ingest, ...parts } = await testApi();
  open.push(parts.api);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const leaving = new AbortController();
  const request = {
    arguments: { query: 'level:error' },
    params: {},
    headers: {},
    body: undefined,
    peer: '127.0.0.1',
    signal: leaving.signal,
  };
  const answer = await tail.answer({ ...parts, ingest, log: silentLog, status: async () => ({}) }, request);
  const chunks = (answer.body as AsyncIterable<string>)[Symbol.asyncIterator]();
  expect((await chunks.next()).value).toBe('retry: 1000\n\nid: 0\n\n');
  const beat = chunks.next();
  ingest.commit([recordOf('does not match')]);
  // The follow looks at the record before the beat is due.
  await breathe();
  await vi.advanceTimersByTimeAsync(15_000);
  expect((await beat).value).toBe(': still here\nid: 1\n\n');
  leaving.abort();
  expect((await chunks.next()).done).toBe(true);
});

test('a follower that leaves is gone', async () => {
  const { url, follow, ingest } = await listening();
  const client = await connect(`${url}/api/v1/tail`);
  await client.opened();
  expect([follow.followers, ingest.wanted]).toEqual([1, true]);
  client.leave();
  await vi.waitFor(() => expect([follow.followers, ingest.wanted]).toEqual([0, false]), { timeout: 10_000 });
});

test('NDJSON is made as fast as it is read, and no longer than somebody reads', async () => {
  const { url, reader } = await listening();
  const line = `{"seq":1,"message":"${'x'.repeat(1000)}"}\n`;
  const ndjson = line.repeat(1024);
  let pages = 0;
  let signal: AbortSignal | undefined;
  reader.search = async (_query, given) => {
    pages++;
    signal = given;
    given!.throwIfAborted();
    return { ndjson, count: 1024, next: 'more', stats: { blocksRead: 0, blocksSkipped: 0, recordsScanned: 0, tookMs: 0 } };
  };
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/search`, { headers: { accept: 'application/x-ndjson' }, signal: leaving.signal });
  let read = 0;
  for await (const chunk of response.body!) {
    read += chunk.length;
    if (read > 40 * ndjson.length) break;
  }
  // What the sockets and streams of both sides hold is far less than this.
  expect(pages).toBeLessThan(40 + 40);
  leaving.abort();
  await vi.waitFor(() => expect(signal!.aborted).toBe(true), { timeout: 10_000 });
});

test('a store that fails in the middle breaks the stream off instead of ending it well', async () => {
  const { url, ingest, reader } = await listening();
  ingest.commit(Array.from({ length: limits.searchLimitMax + 1 }, () => recordOf('line')));
  reader.beforePage = () => {
    if (reader.queries.length === 1) throw new Error('worker died');
  };
  const response = await fetch(`${url}/api/v1/search`, { headers: { accept: 'application/x-ndjson' } });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});

test('closing ends open tails', async () => {
  const { url, api, follow } = await listening();
  const client = await connect(`${url}/api/v1/tail`);
  await client.opened();
  await api.close();
  await expect(client.next()).rejects.toThrow();
  expect(follow.followers).toBe(0);
});

test('a busy port is one clear error', async () => {
  const { port } = await listening();
  const second = await testApi();
  open.push(second.api);
  await expect(second.api.listen('127.0.0.1', port)).rejects.toMatchObject({
    code: 'port-busy',
    message: expect.stringContaining(`127.0.0.1:${port} is in use`),
  });
});
