/**
 * The contract of every receiver in the table, over real sockets on free ports: what is sent arrives exactly, with
 * peer, transport and time; what is lost is counted; stopping loses nothing that was read.
 */
import dgram from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Address, formatAddress } from '../../src/base/address.ts';
import { Counters } from '../../src/base/counters.ts';
import { CodedError, isCoded } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { RECEIVERS, type Receiver, type ReceiverName, type ReceiverOptions } from '../../src/receive/receivers.ts';
import { Recorder, until } from './recorder.ts';
import { openRelpSender } from './relp-client.ts';
import { openTcp, openTls, openUdp, type Sender, tlsFile } from './senders.ts';
import { bindUnix, openUnix } from './unix-sender.ts';

/** What a receiver cannot do, in the open. */
const SKIPS: { name: ReceiverName; test: string; reason: string }[] = [
  { name: 'syslog-server', test: 'bytes that are no UTF-8', reason: 'the package replaces them; such messages are flagged lossy instead' },
  { name: 'syslog-server', test: 'IPv6', reason: 'the package opens IPv4 sockets only' },
  { name: 'unix', test: 'IPv6', reason: 'its address is a path' },
  {
    name: 'relp',
    test: 'what the intake refuses is counted with its reason, and the next is taken',
    reason: 'it is not lost: without an acknowledgement the sender keeps it (relp.test.ts)',
  },
];

const SENDERS: Record<ReceiverName, (address: Address) => Promise<Sender>> = {
  tcp: openTcp,
  tls: (address) => openTls(address),
  relp: openRelpSender,
  unix: openUnix,
  batch: openUdp,
  dgram: openUdp,
  'syslog-server': openUdp,
};

const OPTIONS: Partial<Record<ReceiverName, Partial<ReceiverOptions>>> = {
  tls: { tls: { certificate: tlsFile('server.pem'), key: tlsFile('server.key'), clients: 'none' } },
};

/** A free place to listen at, and one that is not of this machine. */
function place(name: ReceiverName): Address {
  if (name !== 'unix') return { host: '127.0.0.1', port: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'stacktrail-unix-'));
  cleanups.push(async () => rmSync(folder, { recursive: true }));
  return { host: join(folder, 'log'), port: 0 };
}
const elsewhere = (name: ReceiverName): string => (name === 'unix' ? '/nonexistent/log' : '192.0.2.1');

/** Who sends, as a receiver there says it. */
function sourceAt(receiver: Receiver): { transport: string; peer: string; hints?: object } {
  const { transport, host } = receiver.status();
  return transport === 'unix' ? { transport, peer: host, hints: { host: hostname() } } : { transport, peer: '127.0.0.1' };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Bed {
  receiver: Receiver;
  intake: Recorder;
  counters: Counters;
  sender: Sender;
}

async function listen(name: ReceiverName, options: Partial<ReceiverOptions> = {}): Promise<Bed> {
  const intake = new Recorder();
  const counters = new Counters();
  const receiver = await RECEIVERS[name]({ address: place(name), ...OPTIONS[name], ...options }, intake, counters);
  cleanups.push(() => receiver.stop());
  const sender = await SENDERS[name](receiver.address);
  cleanups.push(() => sender.close());
  return { receiver, intake, counters, sender };
}

/** Holds the port or path that the receiver is then asked for. */
async function occupy(name: ReceiverName, transport: string): Promise<Address> {
  if (name === 'unix') {
    const address = place(name);
    const holder = bindUnix(address.host);
    cleanups.push(async () => holder.close());
    return address;
  }
  const host = '127.0.0.1';
  if (transport === 'udp') {
    const socket = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => socket.close(() => resolve())));
    return { host, port: socket.address().port };
  }
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { host, port: (server.address() as net.AddressInfo).port };
}

async function errorOf(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isCoded(error)) throw new Error(`no coded error but ${String(error)}`);
  return error;
}

describe.each(Object.keys(RECEIVERS) as ReceiverName[])('receiver %s', (name) => {
  const check = (title: string, run: () => Promise<void>): void => {
    const skip = SKIPS.find((entry) => entry.name === name && entry.test === title);
    test.skipIf(skip !== undefined)(skip ? `${title}: ${skip.reason}` : title, run);
  };

  check('delivers exactly what was sent, with peer, transport and time', async () => {
    const { receiver, intake, counters, sender } = await listen(name);
    const before = Date.now() * 1000;
    const sent = ['<13>one', '<13>zwei \u00e4\u{1f600}', ' leading and trailing ', '<13>a\0b', '\x1b[31mred', '\u202e'];
    await sender.send(...sent);
    await until(() => intake.messages.length === sent.length);
    expect(intake.messages.map((message) => message.bytes.toString('utf8'))).toEqual(sent);
    const { transport } = receiver.status();
    for (const message of intake.messages) {
      expect(message.source).toEqual(sourceAt(receiver));
      expect(message.received).toBeGreaterThanOrEqual(before);
      expect(message.received).toBeLessThanOrEqual(Date.now() * 1000);
      expect(message.flag).toBeUndefined();
    }
    expect(counters.value('messages.received', transport)).toBe(sent.length);
    expect(counters.value('bytes.received', transport)).toBe(Buffer.byteLength(sent.join('')));
    expect(receiver.name).toBe(name);
    expect(receiver.status()).toMatchObject({ receiver: name, ...receiver.address });
    if (name !== 'unix') expect(receiver.address.port).toBeGreaterThan(0);
  });

  check('bytes that are no UTF-8', async () => {
    const { intake, sender } = await listen(name);
    const sent = Buffer.from([0x3c, 0xff, 0xfe, 0xc3, 0x28, 0x80, 0x7f, 0x1b, 0x00, 0x41]);
    await sender.send(sent, 'next');
    await until(() => intake.messages.length === 2);
    expect(intake.messages[0]!.bytes).toEqual(sent);
  });

  check('IPv6', async () => {
    const { intake, sender } = await listen(name, { address: { host: '::1', port: 0 } });
    await sender.send('<13>six');
    await until(() => intake.messages.length === 1);
    expect(intake.messages[0]!.source.peer).toBe('::1');
  });

  check('empty messages are counted, not delivered', async () => {
    const { receiver, intake, counters, sender } = await listen(name);
    await sender.send('', '\0\0', 'text\0', '');
    await sender.send('last');
    await until(() => intake.messages.length === 2);
    expect(intake.texts()).toEqual(['text', 'last']);
    expect(counters.value('messages.lost', 'empty')).toBe(3);
    expect(counters.losses()).toMatchObject([{ reason: 'empty', source: sourceAt(receiver).peer, amount: 3 }]);
  });

  check('a message of 60 KB is whole, and so is the next', async () => {
    const { intake, sender } = await listen(name);
    const big = `<13>${'0123456789'.repeat(6000)}`;
    await sender.send(big, 'next');
    await until(() => intake.messages.length === 2);
    expect(intake.texts()).toEqual([big, 'next']);
  });

  check('a message over the limit is cut, flagged and counted', async () => {
    const { intake, counters, sender } = await listen(name, { messageBytesMax: 100 });
    await sender.send('x'.repeat(1000), 'next');
    await until(() => intake.messages.length === 2);
    expect(intake.texts()).toEqual(['x'.repeat(100), 'next']);
    expect(intake.messages.map((message) => message.flag)).toEqual(['truncated', undefined]);
    expect(counters.value('messages.lost', 'truncated-bytes')).toBe(900);
  });

  check('a busy port is refused with address and remedy, and the receiver starts elsewhere', async () => {
    const { transport } = await listen(name).then(async ({ receiver }) => {
      await receiver.stop();
      return receiver.status();
    });
    const address = await occupy(name, transport);
    const start = RECEIVERS[name]({ address, ...OPTIONS[name] }, new Recorder(), new Counters());
    const error = await errorOf(start);
    expect(error.code).toBe('port-busy');
    const protocol = transport === 'udp' || transport === 'unix' ? transport.toUpperCase() : 'TCP';
    expect(error.message).toContain(`${protocol} ${formatAddress(address)}`);
    expect(error.message).toContain(`choose another ${name === 'unix' ? 'path' : 'port'}`);
    const { intake, sender } = await listen(name);
    await sender.send('works');
    await until(() => intake.messages.length === 1);
  });

  check('an address that is not of this machine is a wrong setting', async () => {
    const start = RECEIVERS[name]({ address: { host: elsewhere(name), port: 0 }, ...OPTIONS[name] }, new Recorder(), new Counters());
    expect((await errorOf(start)).code).toBe('bad-setting');
  });

  check('stop delivers what had arrived, waits for its acceptance, and frees the port', async () => {
    const { receiver, intake, sender } = await listen(name);
    await sender.send('first');
    await until(() => intake.messages.length === 1);
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    intake.answer = () => gate;
    const sent = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    await sender.send(...sent);
    let stopped = false;
    const stop = receiver.stop().then(() => {
      stopped = true;
    });
    await until(() => intake.messages.length === 21);
    expect(intake.texts()).toEqual(['first', ...sent]);
    expect(stopped).toBe(false);
    release();
    await stop;
    await receiver.stop();
    const again = await RECEIVERS[name]({ address: receiver.address, ...OPTIONS[name] }, intake, new Counters());
    expect(again.address).toEqual(receiver.address);
    await again.stop();
  });

  check('what the intake refuses is counted with its reason, and the next is taken', async () => {
    const { receiver, intake, counters, sender } = await listen(name);
    const refusals: [unknown, string][] = [
      [new CodedError('disk-full', 'no space'), 'disk-full'],
      [new CodedError('overloaded', 'too much'), 'overloaded'],
      [new Error('a bug'), 'internal'],
    ];
    for (const [error, reason] of refusals) {
      intake.answer = () => Promise.reject(error);
      await sender.send('refused');
      await until(() => counters.value('messages.lost', reason) === 1);
    }
    intake.answer = () => {
      throw new Error('not even a promise');
    };
    await sender.send('refused');
    await until(() => counters.value('messages.lost', 'internal') === 2);
    intake.answer = () => Promise.resolve();
    await sender.send('taken');
    await until(() => intake.texts().at(-1) === 'taken');
    expect(counters.losses()).toContainEqual(expect.objectContaining({ reason: 'disk-full', source: sourceAt(receiver).peer, amount: 1 }));
  });
});

describe.each(['batch', 'dgram', 'syslog-server'] as const)('datagrams by %s', (name) => {
  test('those of one turn are one run, and an intake that is full loses them counted', async () => {
    const { intake, counters, sender } = await listen(name);
    await Promise.all(Array.from({ length: 10 }, (_, index) => sender.send(`m${index}`)));
    await until(() => intake.messages.length === 10);
    expect(intake.runs).toBeLessThan(10);
    intake.pendingBytes = limits.udpPendingBytesMax + 1;
    await sender.send('lost');
    await until(() => counters.value('messages.lost', 'overloaded') === 1);
    intake.pendingBytes = 0;
    await sender.send('kept');
    await until(() => intake.texts().at(-1) === 'kept');
    expect(intake.messages).toHaveLength(11);
  });
});

test('syslog-server: bytes that are no UTF-8 are flagged lossy; one instance a process; IPv4 only', async () => {
  const { intake, sender } = await listen('syslog-server');
  await sender.send(Buffer.from([0x41, 0xff, 0x42]), 'clean');
  await until(() => intake.messages.length === 2);
  expect(intake.messages.map((message) => [message.bytes.toString(), message.flag])).toEqual([
    ['A\ufffdB', 'lossy'],
    ['clean', undefined],
  ]);
  const second = RECEIVERS['syslog-server']({ address: { host: '127.0.0.1', port: 0 } }, intake, new Counters());
  expect(await errorOf(second)).toMatchObject({ code: 'bad-setting', message: expect.stringContaining('one port only') });
  const six = RECEIVERS['syslog-server']({ address: { host: '::1', port: 0 } }, intake, new Counters());
  expect(await errorOf(six)).toMatchObject({ code: 'bad-setting', message: expect.stringContaining('IPv4') });
});
