/**
 * Bench `followers`: a hundred followers on one server while 5,000 lines a second come in; from send to received, p50 and p99.
 * Twice: each follows its own host (what operators do), and all follow everything (the most that can be asked for). In the
 * middle the server is stopped and started again on the same data; nobody may lose or repeat a record, or the bench fails.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ClientsInput, FromClients, ToClients } from './follower-clients.ts';
import { cpuSeconds, percentile } from './machine.ts';
import type { Bench, Figures } from './run.ts';
import { type Candidate, makeFolder, type Subject } from './service.ts';

const FOLLOWERS = 100;
const LINES_PER_SECOND = 5000;
const TICK_MS = 4;
const SECONDS = 12;
const SECONDS_QUICK = 4;
/** What the service compiles at first is not what a night shift sees. */
const WARM_UP_SECONDS = 2;
const SETTLE_MS_MAX = 30_000;

type Report = Extract<FromClients, { kind: 'report' }>;

export const followers: Bench = async ({ ours, quick }) => {
  const seconds = quick ? SECONDS_QUICK : SECONDS;
  const byHost = await measure(ours, { queries: Array.from({ length: FOLLOWERS }, (_, index) => `host:${hostOf(index)}`), seconds });
  const everything = await measure(ours, { queries: new Array<string>(FOLLOWERS).fill(''), seconds });
  return {
    ours: { ...prefixed('host', byHost), ...prefixed('all', everything) },
    peers: {},
    notes: [`${FOLLOWERS} followers, ${LINES_PER_SECOND} lines/s, ${seconds} s before and after a restart`],
  };
};

const prefixed = (prefix: string, figures: Figures): Figures =>
  Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}${key[0]!.toUpperCase()}${key.slice(1)}`, value]));

const hostOf = (index: number): string => `cmp${String(index % FOLLOWERS).padStart(3, '0')}`;

async function measure(candidate: Candidate, of: { queries: string[]; seconds: number }): Promise<Figures> {
  const folder = makeFolder();
  let subject = await candidate.start(folder);
  const clients = startClients({ queries: of.queries, ...subject.http });
  try {
    await clients.following;
    let sent = await send(subject, { from: 0, seconds: WARM_UP_SECONDS });
    await clients.report();
    const usedBefore = cpuSeconds(subject.pid);
    sent = await send(subject, { from: sent, seconds: of.seconds });
    const busy = (cpuSeconds(subject.pid) - usedBefore) / of.seconds;
    const before = await clients.report();
    // Stopped with lines on the way to followers, started again on another port.
    await subject.stop();
    subject = await candidate.start(folder);
    clients.tell({ kind: 'server', port: subject.http.port });
    sent = await send(subject, { from: sent, seconds: of.seconds });
    const after = await settled(clients, subject);
    check(after, of.queries);
    return {
      p50Ms: percentile([...before.latenciesMs], 50),
      p99Ms: percentile([...before.latenciesMs], 99),
      maxMs: percentile([...before.latenciesMs], 100),
      cores: busy,
      events: after.events,
      missed: after.missed,
      repeated: after.repeated,
    };
  } finally {
    await clients.stop();
    await subject.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until the followers have seen everything that the server has. */
async function settled(clients: ReturnType<typeof startClients>, subject: Subject): Promise<Report> {
  const untilMs = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const response = await fetch(`http://${subject.http.host}:${subject.http.port}/api/v1/status`);
    const { lastSeq } = (await response.json()) as { lastSeq: number };
    const report = await clients.report();
    // Followers by host learn of others' seqs by heartbeats only.
    if (report.lowestId >= lastSeq) return report;
    if (Date.now() > untilMs) throw new Error(`a follower stands at ${report.lowestId} of ${lastSeq}`);
    await sleep(100);
  }
}

function check(report: Report, queries: readonly string[]): void {
  if (report.reconnects !== queries.length) throw new Error(`${report.reconnects} reconnects of ${queries.length} followers`);
  if (report.missed > 0 || report.repeated > 0) throw new Error(`${report.missed} records missed, ${report.repeated} repeated`);
  // With a host each, the followers together see each record once; else each sees every one.
  const expected = queries[0] === '' ? report.lowestId * queries.length : undefined;
  if (expected !== undefined && report.events !== expected) throw new Error(`${report.events} events, expected ${expected}`);
}

/** Lines at an even rate; answers the number after the last one sent. */
async function send(subject: Subject, of: { from: number; seconds: number }): Promise<number> {
  const socket = net.connect({ ...subject.tcp, noDelay: true });
  await once(socket, 'connect');
  const startMs = performance.now();
  let count = 0;
  while (performance.now() - startMs < of.seconds * 1000) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * LINES_PER_SECOND);
    let text = '';
    for (; count < due; count++) text += lineOf(of.from + count);
    if (text !== '' && !socket.write(text)) await once(socket, 'drain');
    await sleep(TICK_MS);
  }
  socket.end();
  await once(socket, 'close');
  return of.from + count;
}

function lineOf(number: number): string {
  const now = new Date();
  const stamp = `${now.toISOString().slice(0, 23).replace('T', ' ')}`;
  const id = `${number.toString(16).padStart(8, '0')}-1111-4222-8333-444455556666`;
  const sent = (performance.timeOrigin + performance.now()).toFixed(3);
  return `<134>1 ${now.toISOString()} ${hostOf(number)} nova-compute 2210 - - ${stamp} 2210 INFO nova.compute.manager [req-${id} - - - - -] [instance: ${id}] line ${number} of a busy night sent@${sent}\n`;
}

function startClients(input: ClientsInput) {
  const worker = new Worker(path.join(import.meta.dirname, 'follower-clients.ts'), { workerData: input });
  const heard = async (kind: FromClients['kind']): Promise<FromClients> => {
    for (;;) {
      const [message] = (await once(worker, 'message')) as [FromClients];
      if (message.kind === kind) return message;
    }
  };
  return {
    following: heard('following'),
    tell: (message: ToClients) => worker.postMessage(message),
    async report(): Promise<Report> {
      const answer = heard('report');
      worker.postMessage({ kind: 'report' } satisfies ToClients);
      return (await answer) as Report;
    },
    stop: () => worker.terminate(),
  };
}
