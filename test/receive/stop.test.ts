/** What a stop does with datagrams that nobody has read: read on while there is time, then counted by what the kernel says of its queue. */
import koffi from 'koffi';
import { expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { KernelDrops } from '../../src/receive/kernel-drops.ts';
import { openLibc } from '../../src/receive/libc.ts';
import { readOn } from '../../src/receive/receiver.ts';
import { internetAddress, portOf } from '../../src/receive/socket-address.ts';
import { startUdp } from '../../src/receive/udp.ts';
import { startUdpBatch } from '../../src/receive/udp-batch.ts';
import { Recorder } from './recorder.ts';

/** Sends from this thread without a turn of its event loop, so that nobody reads meanwhile. */
function flood(port: number, { count, bytes }: { count: number; bytes: number }): void {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int, int, int)')(2, 2, 0) as number;
  const to = internetAddress({ host: '127.0.0.1', port });
  libc.func('connect', 'int', ['int', 'void *', 'uint32_t'])(socket, to, to.length);
  const send = libc.func('send', 'int64_t', ['int', 'void *', 'uint64_t', 'int']);
  const datagram = Buffer.alloc(bytes, 0x61);
  for (let index = 0; index < count; index++) expect(send(socket, datagram, bytes, 0)).toBe(bytes);
  libc.func('int close(int)')(socket);
}

test.runIf(process.platform === 'linux')('what is left in the queue is counted', async () => {
  const libc = await openLibc();
  const socket = libc.socket(2);
  libc.bind(socket, internetAddress({ host: '127.0.0.1', port: 0 }));
  const port = portOf(libc.name(socket));
  const counters = new Counters();
  const drops = new KernelDrops({ host: '127.0.0.1', port }, counters);
  await drops.start();
  flood(port, { count: 20, bytes: 400 });
  await drops.stop();
  libc.close(socket);
  expect(counters.losses()).toMatchObject([{ reason: 'kernel-udp', source: `udp 127.0.0.1:${port}`, amount: 20 }]);
});

test.runIf(process.platform === 'linux').each([
  ['dgram', startUdp],
  ['batch', startUdpBatch],
] as const)('%s: all that had reached the machine is read before the end; delivered + counted = sent', async (_, start) => {
  const [intake, counters] = [new Recorder(), new Counters()];
  const receiver = await start({ address: { host: '127.0.0.1', port: 0 } }, intake, counters);
  const sent = 5000;
  flood(receiver.address.port, { count: sent, bytes: 100 });
  await receiver.stop();
  expect(intake.messages.length + counters.value('messages.lost', 'kernel-udp')).toBe(sent);
});

test.each([
  ['datagrams: as long as something comes', 5000, 300],
  ['connections: for some turns', undefined, 50],
])('%s', async (_, msMax, want) => {
  let came = 0;
  await readOn(() => (came < 300 ? ++came : came), msMax);
  // Asked twice a turn.
  expect(came).toBe(msMax === undefined ? 2 * want : want);
});

test('a sender that never ends is left when the time is over', async () => {
  let came = 0;
  await readOn(() => ++came, 20);
  expect(came).toBeGreaterThan(0);
});
