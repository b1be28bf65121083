/** Who may come: networks, connections in all and of one peer, messages that do not end. Over real sockets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { Networks, parseNetwork } from '../../src/base/networks.ts';
import { Connections, Gate } from '../../src/receive/admission.ts';
import { RECEIVERS, type Receiver, type ReceiverName, type ReceiverOptions } from '../../src/receive/receivers.ts';
import { Warnings } from '../../src/receive/warnings.ts';
import { Recorder, until } from './recorder.ts';
import { openRelp } from './relp-client.ts';
import { openTcp, openTls, openUdp, type TcpSender, tlsFile } from './senders.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const TLS = { certificate: tlsFile('server.pem'), key: tlsFile('server.key'), clients: 'none' } as const;

interface Bed {
  receiver: Receiver;
  intake: Recorder;
  counters: Counters;
  connect(): Promise<TcpSender>;
}

async function listen(name: ReceiverName, options: Partial<ReceiverOptions>): Promise<Bed> {
  const intake = new Recorder();
  const counters = new Counters();
  const address = { host: '127.0.0.1', port: 0 };
  const receiver = await RECEIVERS[name]({ address, ...(name === 'tls' ? { tls: TLS } : {}), ...options }, intake, counters);
  cleanups.push(() => receiver.stop());
  const connect = async (): Promise<TcpSender> => {
    const sender = await openTcp(receiver.address);
    cleanups.push(() => sender.close());
    return sender;
  };
  return { receiver, intake, counters, connect };
}

test.each([
  ['10.0.0.0/8', ['10.255.0.1'], ['11.0.0.1', '::1', 'unknown', '']],
  ['192.0.2.7', ['192.0.2.7'], ['192.0.2.8']],
  ['192.0.2.77/24', ['192.0.2.1'], ['192.0.3.1']],
  ['0.0.0.0/0', ['1.2.3.4'], ['2001:db8::1']],
  ['2001:db8::/32', ['2001:db8:1::9'], ['2001:db9::1', '32.1.13.184']],
  ['::ffff:10.0.0.0/104', ['10.9.9.9'], ['11.0.0.1']],
  ['::/0', ['fe80::1'], []],
])('the network %s', (text, inside, outside) => {
  const networks = new Networks([text]);
  expect(inside.filter((peer) => !networks.has(peer))).toEqual([]);
  expect(outside.filter((peer) => networks.has(peer))).toEqual([]);
});

test.each(['', '10', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '::1/129', '::ffff:10.0.0.0/8', 'c01', '10.0.0.0 /8', '1.2.3.4:514'])(
  'no network: %j',
  (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  },
);

test('connections are counted by peer, and forgotten when they are gone', () => {
  const connections = new Connections(3, 2);
  for (const peer of ['a', 'a', 'b']) {
    expect(connections.refusal(peer)).toBeUndefined();
    connections.enter(peer);
    if (peer === 'a' && connections.open === 2)
      expect([connections.refusal('a'), connections.refusal('b')]).toEqual(['peer-limit', undefined]);
  }
  expect(connections.refusal('c')).toBe('limit');
  connections.leave('a');
  expect([connections.refusal('a'), connections.refusal('c'), connections.open]).toEqual([undefined, undefined, 2]);
});

describe('a peer outside the allow list', () => {
  test.each(['tcp', 'tls', 'relp'] as const)('%s: is closed before anything is read, and may come when the list changes', async (name) => {
    const gate = new Gate(undefined, { allow: ['10.0.0.0/8'] });
    const { receiver, intake, counters, connect } = await listen(name, { gate });
    const refused = await connect();
    await refused.send('<13>never');
    await until(() => refused.socket.destroyed || refused.socket.readableEnded);
    expect(counters.value('connections.refused', 'not-allowed')).toBe(1);
    expect(counters.losses()).toMatchObject([{ reason: 'not-allowed', source: '127.0.0.1', amount: 1 }]);
    expect(receiver.status().warnings).toEqual([expect.stringContaining('allow list')]);
    gate.configure({ allow: ['127.0.0.1'] });
    if (name === 'relp') (await openRelp(receiver.address)).frame('syslog', '<13>now');
    else await (name === 'tls' ? await openTls(receiver.address) : await connect()).send('<13>now');
    await until(() => intake.messages.length === 1);
    expect(intake.texts()).toEqual(['<13>now']);
  });

  test('its datagrams are counted and dropped', async () => {
    const gate = new Gate(undefined, { allow: ['10.0.0.0/8'] });
    const { receiver, intake, counters } = await listen('dgram', { gate });
    const sender = await openUdp(receiver.address);
    cleanups.push(() => sender.close());
    await sender.send('<13>one', '<13>two');
    await until(() => counters.value('messages.lost', 'not-allowed') === 2);
    gate.configure({ allow: ['127.0.0.0/8'] });
    await sender.send('<13>three');
    await until(() => intake.messages.length === 1);
    expect(intake.texts()).toEqual(['<13>three']);
    expect(counters.value('messages.received', 'udp')).toBe(1);
  });
});

test('one peer cannot take the place of all, over several listeners', async () => {
  const connections = new Connections(10, 2);
  const [tcp, tls] = [await listen('tcp', { gate: new Gate(connections) }), await listen('tls', { gate: new Gate(connections) })];
  await tcp.connect();
  // A handshake that never comes takes a place, too.
  const silent = await tls.connect();
  await until(() => connections.open === 2);
  const third = await tcp.connect();
  await until(() => third.socket.destroyed || third.socket.readableEnded);
  expect(tcp.counters.value('connections.refused', 'peer-limit')).toBe(1);
  await silent.close();
  await until(() => connections.open === 1);
  await (await tcp.connect()).send('<13>there is room again');
  await until(() => tcp.intake.messages.length === 1);
});

describe('a message that does not end', () => {
  /** As short as can be: whoever is looked at twice with the same message is late. */
  const HASTY = { gate: new Gate(undefined, { partialUs: 1 }), lookMs: 5 };

  test.each([
    ['a line', '<13>drip'],
    ['a counted frame', '1000 <13>drip'],
  ])('%s: what is there is kept, flagged, and its connection closed; an idle one stays', async (_, bytes) => {
    const { receiver, intake, counters, connect } = await listen('tcp', HASTY);
    const idle = await connect();
    const slow = await connect();
    await slow.write(bytes);
    await until(() => intake.messages.length === 1);
    expect(intake.messages[0]).toMatchObject({ flag: 'incomplete' });
    expect(intake.texts()).toEqual(['<13>drip']);
    await until(() => slow.socket.destroyed || slow.socket.readableEnded);
    expect(counters.losses()).toMatchObject([{ reason: 'partial-timeout', source: '127.0.0.1', amount: 1 }]);
    expect(counters.value('connections.refused', 'partial-timeout')).toBe(1);
    expect(receiver.status().connections).toBe(1);
    await idle.send('<13>still here');
    await until(() => intake.messages.length === 2);
  });

  test('dripping does not buy time; whole messages do', async () => {
    const gate = new Gate(undefined, { partialUs: 300_000 });
    const { intake, connect } = await listen('tcp', { gate, lookMs: 5 });
    const [slow, steady] = [await connect(), await connect()];
    let isOver = false;
    const drip = async (sender: TcpSender, text: string): Promise<void> => {
      while (!isOver && !sender.socket.destroyed) {
        await sender.write(text);
        await sleep(10);
      }
    };
    const dripping = [drip(slow, 'x'), drip(steady, 'y\nz')];
    await until(() => intake.messages.some((message) => message.bytes[0] === 0x78));
    isOver = true;
    await Promise.all(dripping);
    expect(intake.messages.filter((message) => message.flag !== undefined).map((message) => message.bytes[0])).toEqual([0x78]);
    expect(steady.socket.destroyed).toBe(false);
  });

  test.each([
    ['a head', '2 sysl'],
    ['a head without its length', '2 syslog 1'],
    ['data', '2 syslog 500 <13>drip'],
  ])('RELP, %s: the connection is closed, nothing is kept: its sender has it still', async (_, bytes) => {
    const { intake, counters, receiver } = await listen('relp', HASTY);
    const [idle, slow] = [await openRelp(receiver.address), await openRelp(receiver.address)];
    cleanups.push(() => idle.close());
    await until(() => slow.answers.has(1));
    await slow.write(bytes);
    await until(() => slow.socket.destroyed || slow.socket.readableEnded);
    expect(intake.messages).toEqual([]);
    expect(counters.value('messages.lost', 'partial-timeout')).toBe(1);
    idle.frame('syslog', '<13>still here');
    await until(() => intake.messages.length === 1);
  });

  test('while nothing is read the wait is ours', async () => {
    const gate = new Gate();
    const { receiver, intake, connect } = await listen('tcp', { gate, lookMs: 5 });
    const [read, waiting] = [await connect(), await connect()];
    await read.write('<13>first\n<13>read');
    await until(() => intake.messages.length === 1);
    intake.pendingBytes = 1e12;
    await waiting.write('<13>half');
    await until(() => receiver.status().paused === 1);
    gate.configure({ partialUs: 1 });
    // Both were looked at when the one that we read is closed.
    await until(() => intake.messages.length === 2);
    expect(receiver.status()).toMatchObject({ connections: 1, paused: 1 });
    gate.configure({});
    intake.pendingBytes = 0;
    await waiting.write(' and half\n');
    await until(() => intake.messages.length === 3);
    expect(intake.texts()).toEqual(['<13>first', '<13>read', '<13>half and half']);
  });
});

test('warnings are bounded, and said once', () => {
  const told: string[] = [];
  const warnings = new Warnings('TLS', (text) => told.push(text));
  for (let peer = 0; peer < 50; peer++) for (let time = 0; time < 2; time++) warnings.add(`peer ${peer}`);
  expect(told).toHaveLength(50);
  expect(warnings.texts).toHaveLength(20);
  expect(warnings.texts.at(-1)).toBe('TLS: peer 49');
});
