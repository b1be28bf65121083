/**
 * Bench `search`: what an operator waits for, over HTTP, on a service that holds the corpus and was just restarted (so
 * nothing is warm): the records of an instance by its UUID, first pages by level and service, a word, a phrase; counts (counts.ts); and the
 * time from a line sent to the line at `tail` while a thousand others a second arrive.
 */
import { rmSync } from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '../../src/demo/dice.ts';
import { type Corpus, firstLines, instancesOf } from './corpus.ts';
import { countFigures } from './counts.ts';
import { connect, feed, syslogLine } from './feed.ts';
import { peakRssMiB, percentile } from './machine.ts';
import type { Bench, Figures } from './run.ts';
import { makeFolder, type Subject } from './service.ts';

const NEEDLES = 200;
/** Of these the needles are drawn; more only cost memory. */
const INSTANCES_MAX = 200_000;
const REPEATS = 20;
const TAIL_LINES_PER_SECOND = 1000;
const TAIL_SECONDS = 5;
const TAIL_SECONDS_QUICK = 3;
const TAIL_TICK_MS = 10;
/** Every second tick: 250 probes in five seconds. */
const PROBE_EVERY_TICKS = 2;
const TAIL_DRAIN_MS = 2000;

/** Both the demo's and the reference corpus hold them. */
const QUERIES: readonly [string, string][] = [
  ['levelService', 'level:warning service:nova'],
  ['word', 'terminating'],
  ['phrase', '"Instance spawned successfully"'],
  ['absent', 'nosuchwordanywhere'],
];

export const search: Bench = async ({ corpus, ours, quick, msMax }) => {
  const folder = makeFolder();
  try {
    const loading = await ours.start(folder);
    try {
      await feed(loading, corpus, msMax);
    } finally {
      await loading.stop();
    }
    const startedMs = performance.now();
    const subject = await ours.start(folder);
    const restartMs = performance.now() - startedMs;
    try {
      const needles = await needle(subject, corpus);
      const queries: Figures = {};
      for (const [name, query] of QUERIES) Object.assign(queries, figures(name, await timed(subject, query, REPEATS)));
      const counts = await countFigures(subject, corpus, folder);
      const tail = await tailLatency(subject, corpus, quick ? TAIL_SECONDS_QUICK : TAIL_SECONDS);
      const all = { restartMs, ...needles, ...queries, ...counts.ours, ...tail, rssMiB: peakRssMiB(subject.pid) };
      const peers: Record<string, Figures> = counts.rg === undefined ? {} : { rg: counts.rg };
      return { ours: all, peers, notes: counts.rg === undefined ? ['ripgrep is not installed: no peer for counts'] : [] };
    } finally {
      await subject.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

async function needle(subject: Subject, corpus: Corpus): Promise<Figures> {
  const instances = instancesOf(corpus, INSTANCES_MAX);
  if (instances.length === 0) return { needles: 0 };
  const dice = new Dice(11);
  const timesMs: number[] = [];
  let missed = 0;
  let records = 0;
  for (let count = 0; count < NEEDLES; count++) {
    const { tookMs, found } = await ask(subject, dice.pick(instances));
    timesMs.push(tookMs);
    records += found;
    if (found === 0) missed++;
  }
  return {
    needles: NEEDLES,
    needlesMissed: missed,
    needleRecords: records / NEEDLES,
    needleFirstMs: timesMs[0]!,
    ...figures('needle', timesMs),
  };
}

async function timed(subject: Subject, query: string, repeats: number): Promise<number[]> {
  const timesMs: number[] = [];
  for (let count = 0; count < repeats; count++) timesMs.push((await ask(subject, query)).tookMs);
  return timesMs;
}

function figures(name: string, timesMs: readonly number[]): Figures {
  return { [`${name}P50Ms`]: percentile(timesMs, 50), [`${name}P95Ms`]: percentile(timesMs, 95), [`${name}MaxMs`]: Math.max(...timesMs) };
}

const agent = new http.Agent({ keepAlive: true });

/** One page of 100, over a connection that is kept, timed until its last byte. */
function ask(subject: Subject, query: string): Promise<{ tookMs: number; found: number }> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get(
      { ...subject.http, agent, path: `/api/v1/search?limit=100&query=${encodeURIComponent(query)}` },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const tookMs = performance.now() - startedMs;
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode !== 200) reject(new Error(`${query}: ${response.statusCode} ${text}`));
          else resolve({ tookMs, found: (JSON.parse(text) as { records: unknown[] }).records.length });
        });
      },
    );
    request.on('error', reject);
  });
}

/** Probes among other lines on one connection, and when each of them comes out at `tail`. */
async function tailLatency(subject: Subject, corpus: Corpus, seconds: number): Promise<Figures> {
  const sentMs: number[] = [];
  const tookMs: number[] = [];
  const stream = await follow(subject, (line) => {
    const found = /probe number (\d+)\b/.exec(line);
    if (found) tookMs.push(performance.now() - sentMs[Number(found[1])]!);
  });
  const socket = await connect(subject);
  try {
    const others = firstLines(corpus, 10_000);
    let next = 0;
    const startedMs = performance.now();
    for (let tick = 0; tick * TAIL_TICK_MS < seconds * 1000; tick++) {
      await sleep(Math.max(0, startedMs + tick * TAIL_TICK_MS - performance.now()));
      for (let count = 0; count < (TAIL_LINES_PER_SECOND * TAIL_TICK_MS) / 1000; count++) socket.write(others[next++ % others.length]!);
      if (tick % PROBE_EVERY_TICKS === 0) sendProbe(socket, sentMs);
    }
    const untilMs = performance.now() + TAIL_DRAIN_MS;
    while (tookMs.length < sentMs.length && performance.now() < untilMs) await sleep(10);
  } finally {
    socket.destroy();
    stream.destroy();
  }
  return {
    tailProbes: sentMs.length,
    tailLost: sentMs.length - tookMs.length,
    ...figures('tail', tookMs),
    tailP99Ms: percentile(tookMs, 99),
  };
}

function sendProbe(socket: net.Socket, sentMs: number[]): void {
  const line = syslogLine(`tailprobe: probe number ${sentMs.length}`);
  sentMs.push(performance.now());
  socket.write(line);
}

/** Server-sent events, line by line, from the moment the stream is open. */
async function follow(subject: Subject, take: (line: string) => void): Promise<{ destroy(): void }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = http.get({ ...subject.http, path: '/api/v1/tail?query=tailprobe' }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`tail answered ${response.statusCode}`));
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => {});
    response.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith('data:')) take(line);
      resolve();
    });
  });
  request.on('error', reject);
  await promise;
  return request;
}
