/** What only streams do: huge lines, half frames, resets, waiting for the disk, too many connections. */
import { afterEach, describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { limits } from '../../src/base/limits.ts';
import { Connections, Gate } from '../../src/receive/admission.ts';
import type { Receiver, ReceiverOptions } from '../../src/receive/receiver.ts';
import { startTcp } from '../../src/receive/tcp.ts';
import { Recorder, until } from './recorder.ts';
import { openTcp, type TcpSender } from './senders.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Bed {
  receiver: Receiver;
  intake: Recorder;
  counters: Counters;
  connect(): Promise<TcpSender>;
}

async function listen(options: Partial<ReceiverOptions> = {}): Promise<Bed> {
  const intake = new Recorder();
  const counters = new Counters();
  const receiver = await startTcp({ address: { host: '127.0.0.1', port: 0 }, ...options }, intake, counters);
  cleanups.push(() => receiver.stop());
  const connect = async (): Promise<TcpSender> => {
    const sender = await openTcp(receiver.address);
    cleanups.push(() => sender.close());
    return sender;
  };
  return { receiver, intake, counters, connect };
}

test('a million characters, then three million, and the next message is intact', async () => {
  const { intake, counters, connect } = await listen();
  const sender = await connect();
  await sender.send('m'.repeat(1_000_000), 'x'.repeat(3_000_000), '<13>next');
  await until(() => intake.messages.length === 3);
  expect(intake.messages.map((message) => [message.bytes.length, message.flag])).toEqual([
    [1_000_000, undefined],
    [limits.messageBytesMax, 'truncated'],
    [8, undefined],
  ]);
  expect(counters.value('messages.lost', 'truncated-bytes')).toBe(3_000_000 - limits.messageBytesMax);
});

test.each([
  [
    'hostile escapes, wrong counts, binary',
    ['999999999 <13>x\n', '12foo\n', '\0\0\n', Buffer.from([0xff, 0xfe, 10]), '<999>pri\n', '5 <1>a\n'],
    5,
  ],
  ['both framings byte by byte', [...'4 <1>a<2>b\n6 <3>x\ny<4>c\n'], 4],
])('bad messages cost neither the next one nor the connection: %s', async (_, parts, want) => {
  const { receiver, intake, connect } = await listen();
  const sender = await connect();
  for (const part of parts) await sender.write(part);
  await sender.send('<13>still here');
  await until(() => intake.texts().at(-1) === '<13>still here');
  expect(intake.messages).toHaveLength(want + 1);
  expect(receiver.status().connections).toBe(1);
});

describe('how a stream ends', () => {
  test.each([
    ['in the middle of a line', '<1>a\n<1>b', 'end', ['<1>a', '<1>b'], undefined],
    ['in the middle of a counted frame', '4 <1>a9 <1>b', 'end', ['<1>a', '<1>b'], 'incomplete'],
    ['by a reset in the middle of a line', '<1>a\n<1>b', 'reset', ['<1>a', '<1>b'], 'incomplete'],
    ['by our stop in the middle of a line', '<1>a\n<1>b', 'stop', ['<1>a', '<1>b'], 'incomplete'],
  ] as const)('%s: what was there is delivered', async (_, bytes, how, want, flag) => {
    const { receiver, intake, connect } = await listen();
    const sender = await connect();
    await sender.write(bytes);
    await until(() => intake.messages.length === 1);
    if (how === 'end') await sender.close();
    else if (how === 'reset') sender.socket.resetAndDestroy();
    else await receiver.stop();
    await until(() => intake.messages.length === 2);
    expect(intake.texts()).toEqual(want);
    expect(intake.messages[1]!.flag).toBe(flag);
    await until(() => receiver.status().connections === 0);
  });
});

test('a connection that breaks does not hurt the others', async () => {
  const { intake, connect } = await listen();
  const [good, bad] = [await connect(), await connect()];
  await good.write('<13>first ha');
  await bad.write('<13>from the bad one\n');
  await until(() => intake.messages.length === 1);
  bad.socket.resetAndDestroy();
  await good.write('lf\n<13>second\n');
  await until(() => intake.messages.length === 3);
  expect(intake.texts()).toEqual(['<13>from the bad one', '<13>first half', '<13>second']);
});

describe('waiting for the disk', () => {
  test('a connection pauses while too much of it is not on disk; another goes on; nothing is lost', async () => {
    const { receiver, intake, connect } = await listen();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    intake.answer = () => gate;
    const busy = await connect();
    const line = 'x'.repeat(99_999);
    const count = Math.ceil((limits.connectionBytesMax * 3) / 100_000);
    const written = busy.write(`${line}\n`.repeat(count));
    await until(() => receiver.status().paused === 1);
    const before = intake.messages.length;
    expect(before).toBeLessThan(count);
    intake.answer = () => Promise.resolve();
    const other = await connect();
    await other.send('<13>other');
    await until(() => intake.texts().at(-1) === '<13>other');
    expect(intake.messages).toHaveLength(before + 1);
    release();
    await written;
    await until(() => intake.messages.length === count + 1);
    expect(receiver.status().paused).toBe(0);
  });

  test('all wait while the intake as a whole is full, and go on when it is not, whoever filled it', async () => {
    const { receiver, intake, connect } = await listen();
    const sender = await connect();
    intake.pendingBytes = limits.intakeBytesMax + 1;
    await sender.send('<13>one');
    await until(() => receiver.status().paused === 1);
    await sender.send('<13>two');
    intake.pendingBytes = 0;
    await until(() => intake.messages.length === 2);
    expect(receiver.status().paused).toBe(0);
  });

  test('a stop while connections wait ends, with what was read delivered', async () => {
    const { receiver, intake, connect } = await listen();
    const sender = await connect();
    intake.pendingBytes = limits.intakeBytesMax + 1;
    await sender.send('<13>one');
    await until(() => receiver.status().paused === 1);
    await receiver.stop();
    expect(intake.texts()).toEqual(['<13>one']);
    expect(receiver.status()).toMatchObject({ connections: 0, paused: 0 });
  });
});

test('connections above the limit are refused and counted; a freed place is given again', async () => {
  const warned: string[] = [];
  const { receiver, intake, counters, connect } = await listen({ gate: new Gate(new Connections(2)), warn: (text) => warned.push(text) });
  const first = await connect();
  await connect();
  await until(() => receiver.status().connections === 2);
  const third = await connect();
  await until(() => third.socket.destroyed || third.socket.readableEnded);
  expect(counters.value('connections.refused', 'limit')).toBe(1);
  expect(counters.losses()).toMatchObject([{ reason: 'refused', source: '127.0.0.1', amount: 1 }]);
  expect(warned).toEqual(receiver.status().warnings);
  expect(warned).toEqual([expect.stringContaining('connections above 2 (connections.max) are refused')]);
  await first.close();
  await until(() => receiver.status().connections === 1);
  const fourth = await connect();
  await fourth.send('<13>fourth');
  await until(() => intake.messages.length === 1);
  expect(counters.value('connections.opened')).toBe(3);
});
