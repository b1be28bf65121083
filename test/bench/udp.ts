/**
 * UDP receivers against each other: one sender at a given rate over loopback, into an intake that copies and keeps nothing, in a thread of its own
 * each. What arrives, what the kernel drops, processor time per datagram. Not here: parsing, storing (bench:ingest). Standalone, because figures of a
 * busy machine mean only their ratio: `node src/launch.cjs --run test/bench/udp.ts --rate 100000 --datagrams 500000`.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Counters } from '../../src/base/counters.ts';
import type { Intake } from '../../src/model.ts';
import { RECEIVERS } from '../../src/receive/receivers.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100000' },
    datagrams: { type: 'string', default: '500000' },
    rounds: { type: 'string', default: '3' },
    bytes: { type: 'string', default: '300' },
  },
});
const [rate, datagrams, rounds, bytes] = [values.rate, values.datagrams, values.rounds, values.bytes].map(Number) as [
  number,
  number,
  number,
  number,
];

/** Sends by libc: Node's dgram costs more than what is measured. */
const SENDER = `
const { parentPort, workerData: { port, rate, datagrams, bytes } } = require('node:worker_threads');
const koffi = require('koffi');
const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)')(2, 2, 0);
const address = Buffer.from([2, 0, port >> 8, port & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
libc.func('connect', 'int', ['int', 'void *', 'uint32_t'])(socket, address, address.length);
const send = libc.func('send', 'int64_t', ['int', 'void *', 'uint64_t', 'int']);
const message = Buffer.alloc(bytes, 'x');
message.write('<134>May 16 00:00:00 controller nova-api: ');
const start = performance.now();
const pause = new Int32Array(new SharedArrayBuffer(4));
let sent = 0;
while (sent < datagrams) {
  const due = Math.min(datagrams, ((performance.now() - start) / 1000) * rate);
  for (; sent < due; sent++) send(socket, message, message.length, 0);
  if (sent < datagrams) Atomics.wait(pause, 0, 0, 1);
}
parentPort.postMessage((performance.now() - start) / 1000);
`;

interface Round {
  readonly delivered: number;
  readonly dropped: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly mainCpuSeconds: number;
}

async function round(name: 'dgram' | 'batch'): Promise<Round> {
  let delivered = 0;
  const kept = Buffer.allocUnsafe(64 * 1024 * 1024);
  const intake: Intake = {
    pendingBytes: 0,
    accept: async ({ bytes: from, spans }) => {
      // As ingest does it: one copy of each run.
      for (let at = 0, used = 0; at < spans.length; at += 2) {
        const part = from.subarray(spans[at], spans[at + 1]);
        kept.set(part, used);
        used += part.length;
      }
      delivered += spans.length >> 1;
    },
  };
  const counters = new Counters();
  const receiver = await RECEIVERS[name]({ address: { host: '127.0.0.1', port: 0 }, pollMs: 50 }, intake, counters);
  const sender = new Worker(SENDER, { eval: true, workerData: { port: receiver.address.port, rate, datagrams, bytes } });
  const [before, mainBefore] = [process.cpuUsage(), process.threadCpuUsage()];
  const [seconds] = (await once(sender, 'message')) as [number];
  const dropped = (): number => counters.value('messages.lost', 'kernel-udp');
  // A stop reads on for a bounded time only, and would leave what a full buffer holds.
  while (delivered + dropped() < datagrams) await new Promise((resolve) => setTimeout(resolve, 5));
  await receiver.stop();
  const [used, mainUsed] = [process.cpuUsage(before), process.threadCpuUsage(mainBefore)];
  await sender.terminate();
  if (delivered + dropped() !== datagrams) throw new Error(`BUG: ${delivered} delivered + ${dropped()} dropped of ${datagrams}`);
  const sum = (usage: NodeJS.CpuUsage): number => (usage.user + usage.system) / 1e6;
  return { delivered, dropped: dropped(), seconds, cpuSeconds: sum(used), mainCpuSeconds: sum(mainUsed) };
}

const rows: (Round & { name: string })[] = [];
for (let turn = 0; turn < rounds; turn++) for (const name of ['dgram', 'batch'] as const) rows.push({ name, ...(await round(name)) });
for (const { name, delivered, dropped, seconds, cpuSeconds, mainCpuSeconds } of rows) {
  const rates = `${Math.round(datagrams / seconds)} sent/s  ${delivered} delivered  ${((100 * dropped) / datagrams).toFixed(1)} % dropped`;
  process.stdout.write(
    `${name.padEnd(6)} ${rates}  ${cpuSeconds.toFixed(2)} s CPU with the sender, ${mainCpuSeconds.toFixed(2)} s of the main thread\n`,
  );
}
process.stdout.write(`${JSON.stringify(rows)}\n`);
