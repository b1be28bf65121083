/** Long stories on their way to clients that read slowly: whole, in pieces, within a bound of memory, and gone when the client is. */
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { roomOf } from '../../src/api/story-room.ts';
import { limits } from '../../src/base/limits.ts';
import type { Story } from '../../src/model.ts';
import { recordOf, START, testApi } from './parts.ts';

const before = { ...limits };
const sockets: Socket[] = [];
afterEach(() => {
  Object.assign(limits, before);
  for (const socket of sockets.splice(0)) socket.destroy();
});

const INSTANCE = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c';
/** Longer than what two kernels and Node keep between a server and a client that reads nothing. */
const RECORDS = 5000;
/** Different texts, so that packing has something to do. */
const filler = (index: number): string =>
  Array.from({ length: 160 }, (_, word) => `word${(index * 7919 + word * 104_729) % 99_991}`).join(' ');

const parts = await testApi();
const { port } = await parts.api.listen('127.0.0.1', 0);
parts.ingest.commit(
  Array.from({ length: RECORDS }, (_, index) =>
    recordOf(`step${index}. password=hunter2secret ${filler(index)}`, { instance: INSTANCE, time: START + index * 1e3 }),
  ),
);
afterAll(() => parts.api.close());
const room = roomOf(parts.reader);
// Found once: here the way to the client is what counts.
const told = await parts.reader.trace({ id: INSTANCE, recordsMax: RECORDS });
parts.reader.trace = async () => told;

/** A client that reads nothing until it is told to. */
function client(words = '', accept = 'application/x-ndjson'): Socket {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.pause();
  const path = `/api/v1/trace/${INSTANCE}?limit=${RECORDS}${words}`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`);
  return socket;
}

const waiting = (): Promise<void> => vi.waitFor(() => expect(room.heldBytes).toBeGreaterThan(0), { timeout: 20_000 });
const letGo = (): Promise<void> => vi.waitFor(() => expect(room.heldBytes).toBe(0));

/** Body of the answer, when all of it is read. */
async function whole(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const body: Buffer[] = [];
  // Chunked: length, bytes, length, bytes … 0.
  for (let at = bytes.indexOf('\r\n\r\n') + 4; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (length === 0) return Buffer.concat(body).toString();
    body.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

const steps = (text: string): number[] => [...text.matchAll(/step(\d+)\./g)].map(([, step]) => Number(step));
const every = Array.from({ length: RECORDS }, (_, index) => index);

describe('a story that is longer than a client reads', () => {
  test('waits packed, comes whole, and holds nothing afterwards', async () => {
    const socket = client();
    await waiting();
    const held = room.heldBytes;
    const text = await whole(socket);
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    const [head, ...records] = lines.map((line) => JSON.parse(line));
    expect(head).toMatchObject({ kind: 'instance', id: INSTANCE });
    expect(records.map(({ message }) => steps(message)[0])).toEqual(every);
    // What waits is a fraction of what is sent.
    expect(held * 2).toBeLessThan(text.length);
    await letGo();
  });

  test('is one JSON text, too', async () => {
    const story = JSON.parse(await whole(client('&tree=true', 'application/json'))) as Story;
    expect(story.records.map(({ message }) => steps(String(message))[0])).toEqual(every);
    expect(story.tree!.rows.length).toBeGreaterThan(0);
  });

  test.each(['html', 'text'])('is one %s', async (form) => {
    const text = await whole(client(`&download=${form}`));
    expect(new Set(steps(text))).toEqual(new Set(every));
    await letGo();
  });

  test.each<[words: string, isMasked: boolean]>([
    ['', false],
    ['&mask=true', true],
    ['&download=ndjson', true],
    ['&download=ndjson&mask=false', false],
    ['&download=text', true],
    ['&download=text&mask=false', false],
  ])('%s: are its secrets masked? %s', async (words, isMasked) => {
    const text = await whole(client(words));
    expect(text.match(/hunter2secret/g)?.length ?? 0).toBe(isMasked ? 0 : RECORDS);
    expect(text.match(/password=\*\*\*/g)?.length ?? 0).toBe(isMasked ? RECORDS : 0);
  });

  test('is let go when its client leaves', async () => {
    const socket = client();
    await waiting();
    socket.destroy();
    await letGo();
  });

  test('is refused when too many others wait, and comes when they are gone', async () => {
    const ask = () => parts.api.inject({ method: 'GET', url: `/api/v1/trace/${INSTANCE}?limit=${RECORDS}`, headers: {} });
    const first = client();
    await waiting();
    Object.assign(limits, { storyHeldBytesMax: room.heldBytes });
    const refused = await ask();
    expect([refused.statusCode, JSON.parse(refused.body).code]).toEqual([503, 'overloaded']);
    first.destroy();
    await letGo();
    // One alone always fits.
    Object.assign(limits, { storyHeldBytesMax: 1 });
    expect((await ask()).statusCode).toBe(200);
    await letGo();
  });
});
