/**
 * Bench `report`: how long a report over a whole week takes. The corpus spans the week (`--corpus week`; with the default one a week of as many lines is
 * made), goes over TCP into a service, which is restarted; then the week's report is asked for over HTTP in each form, first of all once after the
 * start, and by `stacktrail report` as a process. Beside the times: what the report says, so that a quick one that says little is seen. Not here: what each
 * part of a report costs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../../src/model.ts';
import { type Corpus, prepareCorpus, startUs, WEEK, WEEK_SECONDS } from './corpus.ts';
import { feed } from './feed.ts';
import { cpuSeconds, peakRssMiB, percentile } from './machine.ts';
import type { Bench, BenchInput, Figures } from './run.ts';
import { makeFolder, type Subject } from './service.ts';

const FORMS = ['json', 'text', 'html'] as const;
type Form = (typeof FORMS)[number];
const TIMES = 10;
const TIMES_QUICK = 3;
const PROCESSES = 3;
const MAIN = path.join(import.meta.dirname, '../../src/main.ts');
/** What a report of less than this tells of is no report of the week. */
const RECORDS_SHARE_MIN = 0.9;

export const reporting: Bench = async (input) => {
  const corpus = input.corpus.name.endsWith(WEEK) ? input.corpus : prepareCorpus(input.corpus.lines, WEEK);
  const figures = await reportTimes({ ...input, corpus });
  return { ours: figures, peers: {}, notes: [`of the week from ${WEEK_RANGE.since}; the files are in the page cache`] };
};

async function reportTimes({ corpus, ours, msMax, quick }: BenchInput): Promise<Figures> {
  const folder = makeFolder();
  const first = await ours.start(folder);
  const { seconds } = await feed(first, corpus, msMax);
  await settle(first, msMax);
  await first.stop();
  process.stderr.write(`report: ${corpus.lines} lines were fed in ${Math.round(seconds)} s\n`);
  const subject = await ours.start(folder);
  const cpuBefore = cpuSeconds(subject.pid);
  try {
    const started = await asked(subject, 'json');
    const cpuFirst = cpuSeconds(subject.pid) - cpuBefore;
    const report = JSON.parse(started.text) as Report;
    checked(report, corpus);
    const figures: Figures = { feedSeconds: seconds, firstMs: started.ms, firstCpuMs: cpuFirst * 1000 };
    for (const form of FORMS) Object.assign(figures, await timesOf(subject, form, quick ? TIMES_QUICK : TIMES));
    const processes: number[] = [];
    for (let turn = 0; turn < PROCESSES; turn++) processes.push(await asProcess(subject));
    return {
      ...figures,
      processP50Ms: percentile(processes, 50),
      processMaxMs: Math.max(...processes),
      ...saidOf(report),
      rssMiB: peakRssMiB(subject.pid),
    };
  } finally {
    await subject.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Error groups follow behind what is stored: waits until all of it is counted, which may take longer than one request. */
async function settle(subject: Subject, msMax: number): Promise<void> {
  const untilMs = Date.now() + msMax;
  for (;;) {
    try {
      await asked(subject, 'json', { settled: true });
      return;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
    }
  }
}

const WEEK_RANGE = { since: timeOf(0), until: timeOf(WEEK_SECONDS) };

function timeOf(seconds: number): string {
  return new Date(startUs() / 1000 + seconds * 1000).toISOString();
}

async function asked({ http }: Subject, form: Form, { settled = false } = {}): Promise<{ ms: number; text: string }> {
  const startedMs = performance.now();
  const page = new URLSearchParams({ ...WEEK_RANGE, form, ...(settled ? { settled: 'true' } : {}) });
  const response = await fetch(`http://${http.host}:${http.port}/api/v1/report?${page}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`report answered ${response.status}: ${text}`);
  return { ms: performance.now() - startedMs, text };
}

async function timesOf(subject: Subject, form: Form, times: number): Promise<Figures> {
  const timesMs: number[] = [];
  for (let turn = 0; turn < times; turn++) timesMs.push((await asked(subject, form)).ms);
  return { [`${form}P50Ms`]: percentile(timesMs, 50), [`${form}MaxMs`]: Math.max(...timesMs) };
}

/** From the start of the process to its end. */
async function asProcess({ http }: Subject): Promise<number> {
  const startedMs = performance.now();
  const words = [...process.execArgv, MAIN, 'report', '--url', `http://${http.host}:${http.port}`];
  words.push('--since', WEEK_RANGE.since, '--until', WEEK_RANGE.until);
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || bytes === 0) throw new Error(`stacktrail report ended with ${code} and ${bytes} bytes`);
  return performance.now() - startedMs;
}

function checked({ records, endpoints }: Report, { lines }: Corpus): void {
  if (records < lines * RECORDS_SHARE_MIN) throw new Error(`the report tells of ${records} records of ${lines} lines`);
  if (endpoints.length === 0) throw new Error('the report tells of no endpoint');
}

function saidOf({ records, errors, groups, endpoints, endpointsFromOneOf }: Report): Figures {
  return {
    reportRecords: records,
    reportErrors: errors,
    reportGroups: Object.values(groups).reduce((sum, { matched }) => sum + matched, 0),
    reportEndpoints: endpoints.length,
    reportRequests: endpoints.reduce((sum, { count }) => sum + count, 0),
    requestsFromOneOf: endpointsFromOneOf ?? 1,
  };
}
