/** What only UDP has: drops of the kernel, the receive buffer, turns of the event loop. */
import { afterEach, describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { limits } from '../../src/base/limits.ts';
import { Datagrams } from '../../src/receive/datagrams.ts';
import { readSocketTable } from '../../src/receive/kernel-drops.ts';
import { startUdp } from '../../src/receive/udp.ts';
import { Recorder, until } from './recorder.ts';
import { openUdp } from './senders.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const HEADER = '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';
const LINE =
  ' 5174: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 13966 2 00000000c27b749d 42         ';
const LINE6 =
  '  12: 00000000000000000000000000000000:0202 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 0 7';

test.each([
  ['IPv4', `${HEADER}\n${LINE}\n`, [{ port: 5514, inode: '13966', drops: 42, queueBytes: 0 }]],
  ['IPv6', `${HEADER}\n${LINE6}\n`, [{ port: 514, inode: '77', drops: 7, queueBytes: 0 }]],
  ['nobody', `${HEADER}\n`, []],
  ['no table', '', []],
  ['something else', 'a b c\n\0\n1: x:y z\n', []],
  ['a table without drops', `${LINE.slice(0, 100)}\n`, []],
])('/proc/net/udp of %s', (_, text, want) => {
  expect(readSocketTable(text)).toEqual(want);
});

describe('the kernel', () => {
  test.runIf(process.platform === 'linux')('drops what a small buffer cannot hold: delivered + counted = sent', async () => {
    const intake = new Recorder();
    const counters = new Counters();
    const receiver = await startUdp({ address: { host: '127.0.0.1', port: 0 }, recvBufferBytes: 4096, pollMs: 5 }, intake, counters);
    cleanups.push(() => receiver.stop());
    const sender = await openUdp(receiver.address);
    cleanups.push(() => sender.close());
    const sent = 200;
    // All in one turn, so that nobody reads meanwhile.
    await Promise.all(Array.from({ length: sent }, () => sender.send('x'.repeat(1000))));
    await until(() => intake.messages.length + counters.value('messages.lost', 'kernel-udp') === sent);
    expect(counters.value('messages.lost', 'kernel-udp')).toBeGreaterThan(0);
    expect(receiver.status().kernelDrops).toBe(counters.value('messages.lost', 'kernel-udp'));
    expect(counters.losses()).toMatchObject([{ reason: 'kernel-udp', source: `udp 127.0.0.1:${receiver.address.port}` }]);
  });

  test('grants less buffer than asked for: said once, with the remedy', async () => {
    const warned: string[] = [];
    const asked = 2 ** 30;
    const options = { address: { host: '127.0.0.1', port: 0 }, recvBufferBytes: asked, warn: (text: string) => warned.push(text) };
    const receiver = await startUdp(options, new Recorder(), new Counters());
    cleanups.push(() => receiver.stop());
    const status = receiver.status();
    expect(status.bufferBytesAsked).toBe(asked);
    expect(status.bufferBytesGranted).toBeGreaterThan(0);
    expect(status.bufferBytesGranted).toBeLessThan(asked);
    expect(warned).toEqual([expect.stringContaining(String(asked))]);
    if (process.platform === 'linux') expect(warned[0]).toContain(`sysctl -w net.core.rmem_max=${asked}`);
    expect(status.warnings).toEqual(warned);
  });
});

describe('turns of datagrams', () => {
  test('one run per peer, each in order, flags where they belong', async () => {
    const intake = new Recorder();
    const datagrams = new Datagrams(intake, new Counters());
    const add = (peer: string, text: string, flag?: 'lossy'): void => datagrams.add(Buffer.from(text), peer, flag);
    add('10.0.0.1', 'a1');
    add('::ffff:10.0.0.2', 'b1\n', 'lossy');
    add('10.0.0.1', '\n');
    add('10.0.0.1', 'a2\r\n', 'lossy');
    add('::ffff:10.0.0.2', 'b2\0');
    await until(() => intake.messages.length === 4);
    expect(intake.runs).toBe(2);
    expect(intake.messages.map(({ source, bytes, flag }) => [source.peer, bytes.toString(), flag])).toEqual([
      ['10.0.0.1', 'a1', undefined],
      ['10.0.0.1', 'a2', 'lossy'],
      ['10.0.0.2', 'b1', 'lossy'],
      ['10.0.0.2', 'b2', undefined],
    ]);
  });

  test('many or large ones do not wait for the turn to end', async () => {
    const intake = new Recorder();
    const datagrams = new Datagrams(intake, new Counters());
    for (let index = 0; index < limits.datagramsMax; index++) datagrams.add(Buffer.from(String(index)), 'p');
    expect(intake.messages).toHaveLength(limits.datagramsMax);
    for (let index = 0; index < 20; index++) datagrams.add(Buffer.alloc(60_000, 0x61), 'p');
    expect(intake.messages).toHaveLength(limits.datagramsMax + 18);
    await datagrams.stop();
    expect(intake.messages).toHaveLength(limits.datagramsMax + 20);
    expect(intake.texts().slice(0, limits.datagramsMax)).toEqual(Array.from({ length: limits.datagramsMax }, (_, index) => String(index)));
  });
});
