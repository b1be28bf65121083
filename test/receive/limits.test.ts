/**
 * Memory and places under senders that mean no good, over real sockets: thousands of idle connections beside busy ones, frames
 * that announce a gigabyte, drips. What is held is measured by the listener's own budget and by the memory of this process.
 */
import { afterEach, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { limits } from '../../src/base/limits.ts';
import { Connections, Gate } from '../../src/receive/admission.ts';
import { startRelp } from '../../src/receive/relp.ts';
import { startTcp } from '../../src/receive/tcp.ts';
import { Recorder, until } from './recorder.ts';
import { openTcp, type TcpSender } from './senders.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const MIB = 1024 * 1024;

/** Both ends of every connection are in this process: twice what a server needs. */
function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function listen(start = startTcp) {
  const intake = new Recorder();
  const counters = new Counters();
  const gate = new Gate(new Connections(5000, 5000));
  const receiver = await start({ address: { host: '127.0.0.1', port: 0 }, gate }, intake, counters);
  cleanups.push(() => receiver.stop());
  const connect = async (count: number): Promise<TcpSender[]> => {
    const senders: TcpSender[] = [];
    // In steps, because the queue of connections that wait to be accepted is short.
    while (senders.length < count) {
      const step = Math.min(100, count - senders.length);
      senders.push(...(await Promise.all(Array.from({ length: step }, () => openTcp(receiver.address)))));
    }
    cleanups.push(async () => {
      for (const { socket } of senders) socket.destroy();
    });
    return senders;
  };
  return { receiver, intake, counters, connect };
}

test('2000 idle and 50 busy connections: every line arrives, and an idle one costs little', async () => {
  const { receiver, intake, connect } = await listen();
  const before = usedBytes();
  await connect(2000);
  await until(() => receiver.status().connections === 2000);
  expect((usedBytes() - before) / 2000).toBeLessThan(64 * 1024);
  const busy = await connect(50);
  const line = `<134>${'x'.repeat(300)}\n`;
  const rounds = 40;
  for (let round = 0; round < rounds; round++) await Promise.all(busy.map((sender) => sender.write(line.repeat(10))));
  await until(() => intake.messages.length === 50 * rounds * 10);
  expect(receiver.status()).toMatchObject({ connections: 2050, paused: 0 });
  expect(intake.messages.every((message) => message.bytes.length === line.length - 1 && message.flag === undefined)).toBe(true);
}, 60_000);

test.each([
  ['TCP, 1 GiB', startTcp, '1073741824 <13>huge\n', 1],
  ['TCP, as much as a count can say', startTcp, '9999999 <13>huge\n', 0],
  ['RELP, 1 GiB', startRelp, '1 open 999999999 x', 0],
])('an announcement costs nothing but the bytes that come: %s', async (_, start, bytes, messages) => {
  const { intake, connect, counters } = await listen(start);
  const [before] = [usedBytes()];
  const senders = await connect(200);
  await Promise.all(senders.map((sender) => sender.write(bytes)));
  // RELP says no to what is no log message; TCP takes a count that is none for text.
  if (start === startRelp) await until(() => counters.value('connections.refused', 'protocol') === senders.length);
  else await until(() => intake.messages.length === messages * senders.length);
  expect(usedBytes() - before).toBeLessThan(64 * MIB);
});

test('half messages of many connections share one budget; beyond it they are cut and counted, and small ones still fit', async () => {
  const { intake, counters, connect } = await listen();
  const senders = await connect(100);
  const half = Buffer.alloc(limits.messageBytesMax - 1, 'x');
  await Promise.all(senders.map((sender) => sender.write(half)));
  // Of 100 MiB the budget holds 64; the rest was cut, delivered with its flag, and is counted.
  await until(() => intake.messages.length >= 36);
  const held = (): number => senders.length * half.length - intake.messages.reduce((sum, one) => sum + one.bytes.length, 0);
  await until(() => held() - counters.value('messages.lost', 'truncated-bytes') <= limits.partialBytesMax + senders.length * 4096);
  expect(intake.messages.every((message) => message.flag === 'truncated')).toBe(true);
  const [small] = await connect(1);
  await small!.write('<13>sm');
  await small!.write('all\n');
  await until(() => intake.texts().at(-1) === '<13>small');
});

test('half RELP frames share one budget, too: what is cut is cut at its end, and counted', async () => {
  const { intake, counters, connect } = await listen(startRelp);
  const senders = await connect(100);
  const text = Buffer.alloc(limits.messageBytesMax, 'x');
  for (let at = 0; at < text.length; at += 16) text.write(at.toString(16).padStart(16, '0'), at, 'latin1');
  const head = `1 open 0\n2 syslog ${text.length} `;
  await Promise.all(senders.map((sender) => sender.write(Buffer.concat([Buffer.from(head), text.subarray(0, -16)]))));
  await Promise.all(senders.map((sender) => sender.write(Buffer.concat([text.subarray(-16), Buffer.from('\n')]))));
  await until(() => intake.messages.length === senders.length);
  for (const { bytes, flag } of intake.messages) {
    expect(text.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(flag).toBe(bytes.length === text.length ? undefined : 'truncated');
  }
  const kept = intake.messages.reduce((sum, one) => sum + one.bytes.length, 0);
  expect(kept + counters.value('messages.lost', 'truncated-bytes')).toBe(senders.length * text.length);
});
