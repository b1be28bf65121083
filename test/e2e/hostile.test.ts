/**
 * What no sender should send, to the real service: every message is kept as text with what is certain extracted from
 * it, what is wrong is flagged and counted, and the next message of the same sender arrives intact. Nothing of it
 * reaches a terminal as it came. Broken streams are in streams.test.ts, framing cut anywhere in test/receive.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../src/base/public.ts';
import { openTcp, openUdp } from '../receive/senders.ts';
import { arrived, NEXT } from './next.ts';
import { type RunningService, startService } from './service.ts';

interface Case {
  readonly name: string;
  /** Latin-1: one character is one byte. */
  readonly bytes: string;
  /** One record with these values; nothing: no record, and an `empty` loss. */
  readonly want?: Partial<PublicRecord>;
}

const NOW = expect.stringMatching(/^20(2[6-9]|[3-9]\d)-/);

/** Each as one datagram, one line and one counted frame. */
const MESSAGES: Case[] = [
  { name: 'nothing at all', bytes: '' },
  { name: 'nothing but NULs', bytes: '\0'.repeat(1000) },
  { name: 'NULs at the end', bytes: '<134>app: text\0\0\0', want: { program: 'app', message: 'text' } },
  { name: 'NULs in the middle', bytes: '<134>app: a\0\0b', want: { program: 'app', message: 'a\0\0b' } },
  { name: 'no UTF-8', bytes: '<134>app: caf\xe9 \xff\xfe\x80', want: { program: 'app', message: 'café ÿþ\x80', flags: 'latin1' } },
  { name: 'half a UTF-8 character', bytes: '<134>app: caf\xc3', want: { message: 'cafÃ', flags: 'latin1' } },
  { name: 'PRI 192', bytes: '<192>Nov 22 10:00:00 h app: text', want: bad('<192>Nov 22 10:00:00 h app: text') },
  { name: 'PRI 999999999999', bytes: '<999999999999>app: text', want: bad('<999999999999>app: text') },
  { name: 'PRI -1', bytes: '<-1>app: text', want: bad('<-1>app: text') },
  { name: 'no PRI between the brackets', bytes: '<>app: text', want: bad('<>app: text') },
  { name: 'PRI without its end', bytes: '<13', want: bad('<13') },
  { name: 'only a PRI', bytes: '<131>', want: { level: 'ERROR', message: '', facility: 16 } },
  { name: 'a header cut off', bytes: '<131>Nov 22 10:0', want: { level: 'ERROR', message: 'Nov 22 10:0', time: NOW } },
  {
    name: 'RFC 5424 cut off',
    bytes: '<131>1 2026-11-2',
    want: { level: 'ERROR', message: expect.stringContaining('2026-11-2'), time: NOW },
  },
  {
    name: 'an oslo line cut off in its bracket',
    bytes: '<134>2014-05-01 10:00:00.123 2211 ERROR nova.compute.manager [req-5c0a0d43-1e49',
    want: { time: '2014-05-01T10:00:00.123000Z', pid: 2211, level: 'ERROR', logger: 'nova.compute.manager', service: 'nova' },
  },
  {
    name: 'structured data without an end',
    bytes: '<134>1 2026-11-22T10:00:00Z h app - - [a@1 x="1 text',
    want: { host: 'h', program: 'app', time: '2026-11-22T10:00:00.000000Z', message: '[a@1 x="1 text', flags: 'bad-sd' },
  },
  {
    name: 'a day that is not there',
    bytes: '<134>Feb 30 10:00:00 h app: text',
    want: noTime({ host: 'h', program: 'app', message: 'text' }),
  },
  {
    name: 'an hour that is not there',
    bytes: '<134>Nov 22 25:61:61 h app: text',
    want: noTime({ host: 'h', program: 'app', message: 'text' }),
  },
  {
    name: 'a month that is not there',
    bytes: '<134>Foo 22 10:00:00 h app: text',
    want: { message: expect.stringContaining('text'), time: NOW },
  },
  {
    name: 'a 13th month',
    bytes: '<134>1 2026-13-22T10:00:00Z h app - - - text',
    want: noTime({ host: 'h', program: 'app', message: 'text' }),
  },
  {
    name: '29 February of a common year',
    bytes: '<134>2026-02-29 10:00:00.123 2211 INFO nova.compute.manager [-] text',
    want: noTime({ service: 'nova', level: 'INFO', pid: 2211, logger: 'nova.compute.manager', message: 'text' }),
  },
  {
    name: 'the year 0',
    bytes: '<134>0000-01-01 00:00:00.000 2211 INFO nova.compute.manager [-] text',
    want: { level: 'INFO', pid: 2211, logger: 'nova.compute.manager', message: 'text', flags: expect.stringMatching(/^(bad|odd)-time$/) },
  },
  {
    name: 'the year 9999',
    bytes: '<134>9999-12-31 23:59:59.999 2211 INFO nova.compute.manager [-] text',
    // Microseconds are exact until 2255 (model.ts).
    want: { time: expect.stringMatching(/^9999-12-31T23:59:59\.999/), level: 'INFO', message: 'text', flags: 'odd-time' },
  },
  {
    name: 'a zone that is not there',
    bytes: '<134>1 2026-11-22T10:00:00+99:99 h app - - - text',
    want: { level: 'INFO', message: expect.stringContaining('text'), time: NOW },
  },
  {
    name: 'what a terminal obeys',
    bytes: '<134>app: \x1b]0;title\x07\x1b[2J\x1b[1;1H\x9b31m\x08\x0b\x0c\x7f\rover \u00e2\u0080\u00ae',
    want: { program: 'app', flags: 'latin1' },
  },
  {
    name: 'what a terminal obeys, in UTF-8 and in every field',
    bytes: latin1('<134>Nov 22 10:00:00 h\x1b[31mx a\x1b[2Jpp[12]: \u009b31m \u202e \u2028 \u200b text'),
    want: { message: expect.stringContaining('text') },
  },
  { name: 'what a browser obeys', bytes: '<134>app: <script>alert(1)</script>', want: { message: '<script>alert(1)</script>' } },
  { name: 'what SQL obeys', bytes: "<134>app: '); DROP TABLE fresh; --", want: { message: "'); DROP TABLE fresh; --" } },
  { name: 'the names of a prototype', bytes: '<134>__proto__: constructor', want: { program: '__proto__', message: 'constructor' } },
  { name: 'a thousand brackets', bytes: `<134>app: ${'['.repeat(1000)}`, want: { message: '['.repeat(1000) } },
  { name: 'the largest datagram', bytes: `<134>app: ${'x'.repeat(65_507 - 10)}`, want: { message: 'x'.repeat(65_507 - 10) } },
];

const WAYS = ['datagrams', 'lines', 'counted frames'] as const;

describe.each(WAYS)('as %s', (way) => {
  let service: RunningService;
  let sender: { send(bytes: string): Promise<void>; close(): Promise<void> };
  beforeAll(async () => {
    service = await startService();
    sender = await senderOf(service, way);
  });
  afterAll(async () => {
    await sender.close();
    await service.stop();
  });

  test.each(MESSAGES)('$name', async ({ bytes, want }) => {
    const before = await service.status();
    await sender.send(bytes);
    await sender.send(NEXT);
    const records = await arrived(service, before.lastSeq);
    if (want === undefined) {
      expect(records).toEqual([]);
      expect(await service.counted('messages.lost', 'empty')).toBeGreaterThan(labelled(before, 'messages.lost', 'empty'));
      return;
    }
    expect(records).toMatchObject([want]);
    for (const flag of records[0]?.flags?.split(' ') ?? [])
      expect(await service.counted('messages.flagged', flag), `counted ${flag}`).toBe(labelled(before, 'messages.flagged', flag) + 1);
  });

  test('nothing of it reaches who asks with curl', async () => {
    const response = await fetch(`${service.url}/api/v1/search?limit=1000`, { headers: { accept: 'text/plain' } });
    expectHarmless(await response.text());
  });

  // The same records whichever way they came: once is enough.
  if (way !== 'datagrams') return;
  test.each([
    { words: ['search', '-n', '0'] },
    { words: ['search', '-n', '0', '-o', 'json'] },
    { words: ['search', '-n', '0', '-o', 'jsonl'] },
    { words: ['tail', '-n', '1000', '--no-follow'] },
  ])('nothing of it reaches the terminal as it came: $words', async ({ words }) => {
    const { code, out, err } = await service.run(...words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expectHarmless(out);
  });

  test('a file or a pipe gets back the bytes that came, UTF-8 or not', async () => {
    const { code, outBytes } = await service.run('search', '-n', '0', '-o', 'raw', 'NOT host:next');
    expect(code).toBe(0);
    const want = MESSAGES.filter((one) => one.want !== undefined).map((one) => one.bytes.replace(/\0+$/, ''));
    expect(outBytes.toString('latin1').trimEnd().split('\n').sort()).toEqual(want.sort());
  });
});

/** All of it is there, and no control but newlines: nothing that a terminal obeys, or that hides what stands there. */
function expectHarmless(text: string): void {
  expect(text).toContain('alert(1)');
  expect(text.length).toBeGreaterThan(MESSAGES.length * 50);
  expect(text.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ufffd]/g)).toBe(null);
}

function bad(message: string): Partial<PublicRecord> {
  return { message, flags: 'bad-pri', time: NOW };
}

function noTime(rest: Partial<PublicRecord>): Partial<PublicRecord> {
  return { ...rest, flags: 'bad-time', time: NOW };
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

async function senderOf(service: RunningService, way: (typeof WAYS)[number]) {
  if (way === 'datagrams') {
    const udp = await openUdp(service.udp);
    return { send: (bytes: string) => udp.send(Buffer.from(bytes, 'latin1')), close: () => udp.close() };
  }
  const tcp = await openTcp(service.tcp);
  const frame = (bytes: string): string => {
    // A frame without a PRI is no counted frame to anybody: it goes as a line.
    return way === 'lines' || !bytes.startsWith('<') ? `${bytes}\n` : `${bytes.length} ${bytes}`;
  };
  return { send: (bytes: string) => tcp.write(Buffer.from(frame(bytes), 'latin1')), close: () => tcp.close() };
}

type Status = Awaited<ReturnType<RunningService['status']>>;

function labelled(status: Status, name: string, label: string): number {
  const counter = status.counters[name];
  return typeof counter === 'object' ? (counter[label] ?? 0) : 0;
}
