/**
 * Broken streams to the real service: counts that are wrong, frames that are too long or never end, connections that
 * break. No text vanishes uncounted, and the next message of the same connection arrives intact. The same cut at every
 * byte boundary is in test/receive/framing.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../src/base/public.ts';
import { openTcp, type TcpSender } from '../receive/senders.ts';
import { arrived, NEXT } from './next.ts';
import { eventually, type RunningService, startService } from './service.ts';

const MIB = 1024 * 1024;

describe('streams', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  const streams: { name: string; bytes: string; want: string[]; flags?: string; cut?: number }[] = [
    { name: 'a line of a million characters', bytes: `<134>app: ${'m'.repeat(1e6)}\n`, want: ['m'.repeat(1e6)] },
    {
      name: 'a line above the limit',
      bytes: `<134>app: ${'m'.repeat(MIB + 5)}\n`,
      want: ['m'.repeat(MIB - 10)],
      flags: 'truncated',
      cut: 15,
    },
    {
      name: 'a counted frame above the limit',
      bytes: `${3 * MIB} <134>app: ${'m'.repeat(3 * MIB - 10)}`,
      want: ['m'.repeat(MIB - 10)],
      flags: 'truncated',
      cut: 2 * MIB,
    },
    { name: 'a count that is too small', bytes: '12 <134>app: text\n', want: ['te', 'xt'] },
    { name: 'a count of nothing', bytes: '0 <134>app: text\n', want: ['0 <134>app: text'] },
    { name: 'a count with too many digits', bytes: '99999999999999999999 <134>app: text\n', want: ['99999999999999999999 <134>app: text'] },
    { name: 'a count without its message', bytes: '16\n', want: ['16'] },
    { name: 'empty lines', bytes: '\n\n\r\n\0\n', want: [] },
  ];

  test.each(streams)('$name', async ({ bytes, want, flags, cut = 0 }) => {
    const before = await service.status();
    const cutBefore = await service.counted('messages.lost', 'truncated-bytes');
    const sender = await openTcp(service.tcp);
    await sender.write(Buffer.from(bytes, 'latin1'));
    await sender.send(NEXT);
    const records = await arrived(service, before.lastSeq);
    expect(records.map((record) => record.message)).toEqual(want);
    if (flags !== undefined) expect(records[0]).toMatchObject({ flags, program: 'app' });
    expect((await service.counted('messages.lost', 'truncated-bytes')) - cutBefore).toBe(cut);
    await sender.close();
  });

  test('a count that is too large takes what follows for text, loses nothing of it, and is back in step afterwards', async () => {
    const before = await service.status();
    const sender = await openTcp(service.tcp);
    await sender.write(`30 <134>app: text\n<134>app: swallowed by the count\n${NEXT}\n`);
    const records = await arrived(service, before.lastSeq);
    expect(records.map((record) => record.message).join('')).toBe('text\n<134>app: swallowed by the count');
    await sender.close();
  });

  const halves: { name: string; bytes: string; end: (sender: TcpSender) => Promise<void>; want: Partial<PublicRecord> }[] = [
    { name: 'half a counted frame at the close', bytes: '100 <134>app: half', end: close, want: { message: 'half', flags: 'incomplete' } },
    { name: 'a last line without its LF at the close', bytes: '<134>app: whole', end: close, want: { message: 'whole' } },
    {
      name: 'half a line when the connection breaks',
      bytes: '<134>app: broken',
      end: reset,
      want: { message: 'broken', flags: 'incomplete' },
    },
    { name: 'only digits at the close', bytes: '16', end: close, want: { message: '16' } },
  ];

  test.each(halves)('$name', async ({ bytes, end, want }) => {
    const before = await service.status();
    const sender = await openTcp(service.tcp);
    await sender.write(`<134>app: before\n${bytes}`);
    // What the kernel still holds when a connection is reset is gone: first it must have been read.
    await eventually(async () => expect(await service.search(`seq:>${before.lastSeq}`)).toHaveLength(1));
    await end(sender);
    const records = await eventually(async () => {
      const found = await service.search(`seq:>${before.lastSeq}`);
      expect(found).toHaveLength(2);
      return found;
    });
    const record = records.find((one) => one.message !== 'before');
    expect(record).toMatchObject(want);
    expect(record?.flags).toBe(want.flags);
  });

  test('a flood of connections that say half a word costs nobody else his message', async () => {
    const before = await service.status();
    const senders = await Promise.all(Array.from({ length: 100 }, () => openTcp(service.tcp)));
    await Promise.all(senders.map((sender, index) => sender.write(`${index + 1}`)));
    const good = await openTcp(service.tcp);
    await good.send(NEXT);
    expect(await arrived(service, before.lastSeq)).toEqual([]);
    await Promise.all([...senders, good].map((sender) => sender.close()));
    await eventually(async () => expect(await service.search(`seq:>${before.lastSeq}`)).toHaveLength(101));
  });
});

function close(sender: TcpSender): Promise<void> {
  return sender.close();
}

async function reset(sender: TcpSender): Promise<void> {
  sender.socket.resetAndDestroy();
}
