/** What only the batched UDP receiver has: a thread that must not run ahead, its fallback, addresses as the kernel writes them. */
import koffi from 'koffi';
import { afterEach, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { CodedError } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { hostOf, internetAddress, portOf } from '../../src/receive/socket-address.ts';
import { startUdp } from '../../src/receive/udp.ts';
import { firstThatWorks, startUdpBatch } from '../../src/receive/udp-batch.ts';
import { Recorder, until } from './recorder.ts';
import { openUdp } from './senders.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('while the main thread is busy the thread runs ahead by a bounded amount; the kernel drops and counts the rest: delivered + counted = sent', async () => {
  const [intake, counters] = [new Recorder(), new Counters()];
  const options = { address: { host: '127.0.0.1', port: 0 }, recvBufferBytes: 256 * 1024, pollMs: 5 };
  const receiver = await startUdpBatch(options, intake, counters);
  cleanups.push(() => receiver.stop());
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int, int, int)')(2, 2, 0) as number;
  const address = internetAddress(receiver.address);
  libc.func('connect', 'int', ['int', 'void *', 'uint32_t'])(socket, address, address.length);
  const send = libc.func('send', 'int64_t', ['int', 'void *', 'uint64_t', 'int']);
  const big = Buffer.alloc(60_000, 0x61);
  const sent = 600;
  // Synchronously: this thread takes nothing meanwhile.
  for (let index = 0; index < sent; index++) expect(send(socket, big, big.length, 0)).toBe(big.length);
  libc.func('int close(int)')(socket);
  const dropped = (): number => counters.value('messages.lost', 'kernel-udp');
  await until(() => intake.messages.length + dropped() === sent);
  expect(dropped()).toBeGreaterThan(0);
  // One batch is under way when the bound is reached, and the buffer's content comes after it.
  expect(intake.messages.length * big.length).toBeLessThan(limits.intakeBytesMax + 2 * 1024 * 1024);
  expect(counters.losses()).toMatchObject([{ reason: 'kernel-udp', source: `udp 127.0.0.1:${receiver.address.port}` }]);
  expect(receiver.status().kernelDrops).toBe(dropped());
});

test('senders of one batch are one run each, in order, over both families', async () => {
  const [intake, counters] = [new Recorder(), new Counters()];
  const receiver = await startUdpBatch({ address: { host: '::', port: 0 } }, intake, counters);
  cleanups.push(() => receiver.stop());
  const { port } = receiver.address;
  const [four, six] = [await openUdp({ host: '127.0.0.1', port }), await openUdp({ host: '::1', port })];
  cleanups.push(four.close, six.close);
  for (let index = 0; index < 100; index++) await (index % 3 === 0 ? six : four).send(`${index}`);
  await until(() => intake.messages.length === 100);
  for (const [peer, wanted] of [
    ['::1', (index: number) => index % 3 === 0],
    ['127.0.0.1', (index: number) => index % 3 !== 0],
  ] as const) {
    const texts = intake.messages.filter(({ source }) => source.peer === peer).map(({ bytes }) => Number(bytes));
    expect(texts).toEqual(Array.from({ length: 100 }, (_, index) => index).filter(wanted));
  }
});

test('a name is looked up', async () => {
  const receiver = await startUdpBatch({ address: { host: 'localhost', port: 0 } }, new Recorder(), new Counters());
  expect(receiver.address).toMatchObject({ host: 'localhost' });
  await receiver.stop();
  const lost = startUdpBatch({ address: { host: 'nowhere.invalid', port: 0 } }, new Recorder(), new Counters());
  await expect(lost).rejects.toMatchObject({ code: 'bad-setting' });
});

test('auto: the second where the first cannot be had here; any other trouble is told', async () => {
  const address = { address: { host: '127.0.0.1', port: 0 } };
  const failing = (code: 'not-here' | 'port-busy') => () => Promise.reject(new CodedError(code, 'no'));
  const warned: string[] = [];
  const options = { ...address, warn: (text: string) => warned.push(text), recvBufferBytes: 4096 };
  const receiver = await firstThatWorks(failing('not-here'), startUdp)(options, new Recorder(), new Counters());
  expect(receiver.name).toBe('dgram');
  expect(warned).toEqual([expect.stringMatching(/dgram.*bursts are dropped sooner: no$/)]);
  expect(receiver.status().warnings).toEqual(warned);
  await receiver.stop();
  await expect(firstThatWorks(failing('port-busy'), startUdp)(address, new Recorder(), new Counters())).rejects.toMatchObject({
    code: 'port-busy',
  });
});

test.each([
  '0.0.0.0',
  '10.0.0.7',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1:0:0:1',
  '2001:db8::ff00:42:8329',
  '1:2:3:4:5:6:7:8',
  '::ffff:10.0.0.3',
])('sockaddr of %s', (host) => {
  const address = internetAddress({ host, port: 5514 });
  expect(hostOf(address)).toBe(host);
  expect(portOf(address)).toBe(5514);
});

test('an address of no family that we know has no host', () => {
  for (const bytes of [[], [1, 0], Array.from({ length: 28 }, () => 0xff)]) expect(hostOf(Buffer.from(bytes))).toBeUndefined();
});
