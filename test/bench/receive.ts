/**
 * What receiving costs the main thread: splitting a stream of LF lines (framing alone), and TCP over loopback
 * into an intake that keeps nothing. Not here: parsing, storing (bench:ingest). Options: --lines N, --corpus FILE, --quick.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Counters } from '../../src/base/counters.ts';
import type { Intake } from '../../src/model.ts';
import { Splitter } from '../../src/receive/framing.ts';
import { startTcp } from '../../src/receive/tcp.ts';

const ROUNDS = 5;
/** What Node reads from a socket at once. */
const CHUNK_BYTES = 64 * 1024;
const SAMPLE_LINES = 10_000;

const { values } = parseArgs({ options: { lines: { type: 'string' }, corpus: { type: 'string' }, quick: { type: 'boolean' } } });
const lines = Number(values.lines ?? (values.quick ? 200_000 : 1_000_000));
const corpus = values.corpus === undefined ? sample() : readFileSync(values.corpus);
const corpusLines = countLines(corpus);

/** Lines of the shape and length that nova-api sends, for runs without a corpus. */
function sample(): Buffer {
  const text: string[] = [];
  for (let index = 0; index < SAMPLE_LINES; index++) {
    const request = `req-${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;
    text.push(
      `<134>May 16 00:00:00 controller nova-api: 2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server [${request} ` +
        '113d3a99c3da401fbd62cc2caa5b96d2 54fadb412c4e40cdbaed9335e4c35a9e - - -] 10.11.10.1 "GET /v2/54fadb412c4e40cdbaed9335e4c35a9e/' +
        'servers/detail HTTP/1.1" status: 200 len: 1893 time: 0.2477829\n',
    );
  }
  return Buffer.from(text.join(''));
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

function framing(): number {
  let found = 0;
  const splitter = new Splitter({
    deliver: (_, spans) => {
      found += spans.length >> 1;
    },
    cut: () => {},
    empty: () => {},
  });
  const repeats = Math.ceil(lines / corpusLines);
  const start = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let at = 0; at < corpus.length; at += CHUNK_BYTES) splitter.push(corpus.subarray(at, at + CHUNK_BYTES));
  }
  const seconds = (performance.now() - start) / 1000;
  if (found !== repeats * corpusLines) throw new Error(`BUG: ${found} lines of ${repeats * corpusLines}`);
  return found / seconds;
}

const SENDER = `
const net = require('node:net');
const { workerData } = require('node:worker_threads');
const { port, corpus, repeats } = workerData;
const socket = net.connect(port, '127.0.0.1', () => send(0));
function send(done) {
  if (done === repeats) return socket.end();
  socket.write(corpus, () => send(done + 1));
}`;

async function tcp(): Promise<{ linesPerSecond: number; mainThreadMicrosecondsPerLine: number }> {
  const repeats = Math.ceil(lines / corpusLines);
  const want = repeats * corpusLines;
  let found = 0;
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const intake: Intake = {
    pendingBytes: 0,
    accept: async (run) => {
      found += run.spans.length >> 1;
      if (found === want) finish();
    },
  };
  const receiver = await startTcp({ address: { host: '127.0.0.1', port: 0 } }, intake, new Counters());
  const start = performance.now();
  const busy = performance.eventLoopUtilization();
  const worker = new Worker(SENDER, { eval: true, workerData: { port: receiver.address.port, corpus: new Uint8Array(corpus), repeats } });
  await finished;
  const seconds = (performance.now() - start) / 1000;
  const { active } = performance.eventLoopUtilization(busy);
  await receiver.stop();
  await worker.terminate();
  return { linesPerSecond: want / seconds, mainThreadMicrosecondsPerLine: (active * 1000) / want };
}

const alone: number[] = [];
const overTcp: number[] = [];
const perLine: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  alone.push(framing());
  const measured = await tcp();
  overTcp.push(measured.linesPerSecond);
  perLine.push(measured.mainThreadMicrosecondsPerLine);
}
const ours = {
  framingLinesPerSecond: Math.round(median(alone)),
  tcpLinesPerSecond: Math.round(median(overTcp)),
  tcpMainThreadUsPerLine: Number(median(perLine).toFixed(3)),
};
const bytesPerLine = Math.round(corpus.length / corpusLines);
process.stdout.write(`receive, ${bytesPerLine} bytes a line, medians of ${ROUNDS} rounds\n`);
process.stdout.write(`  framing alone       ${(ours.framingLinesPerSecond / 1e6).toFixed(2)} M lines/s\n`);
process.stdout.write(
  `  TCP over loopback   ${(ours.tcpLinesPerSecond / 1e6).toFixed(2)} M lines/s, ${ours.tcpMainThreadUsPerLine} us of the main thread a line\n`,
);
const machine = `${process.platform}-${process.arch}`;
process.stdout.write(
  `${JSON.stringify({ bench: 'receive', lines, bytesPerLine, ours, peers: {}, ratios: {}, machine, node: process.version })}\n`,
);
