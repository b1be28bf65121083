/**
 * bench:parse - what parsing a line costs, write check included, in µs of one thread: over the corpus as it is, and for the lines of each format of
 * the table (its fixtures, over and over). Lines are made in batches before the clock starts, as the ingest thread makes them: their cost is
 * the caller's. Processor time of the thread, so that what else the machine does counts little.
 *
 * `usPerLine` is the best round, `firstUsPerLine` the first, which compiles. `raw…`: share of lines that had to be kept raw.
 */
import { existsSync, readFileSync } from 'node:fs';
import { BODIES, parse } from '../../parsers/index.ts';
import type { Given } from '../../src/model.ts';
import { median } from './machine.ts';
import type { Bench, BenchInput, Figures } from './run.ts';

/** About what one hand-over between threads holds (`limits.batchBytesMax` of 310-byte lines). */
const BATCH_LINES = 3000;
const ROUNDS = 9;
const ROUNDS_QUICK = 4;
const FIXTURES = new URL('../../fixtures/parsers/formats/', import.meta.url);

const given: Given = { received: Date.now() * 1000, transport: 'tcp', peer: '10.0.0.1', zone: 0 };

interface Round {
  lines: number;
  raw: number;
  us: number;
}

function parseAll(lines: readonly string[], sum: Round): void {
  const start = process.threadCpuUsage();
  for (const line of lines) if (parse(line, given).raw !== undefined) sum.raw++;
  const { user, system } = process.threadCpuUsage(start);
  sum.us += user + system;
  sum.lines += lines.length;
}

/** The next lines from `from`, one flat string each, and where the rest begins. */
function batchAt(bytes: Buffer, from: number): { lines: string[]; end: number } {
  const lines: string[] = [];
  while (from < bytes.length && lines.length < BATCH_LINES) {
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.toString('latin1', from, end));
    from = end + 1;
  }
  return { lines, end: from };
}

function corpusRound(bytes: Buffer): Round {
  const sum = { lines: 0, raw: 0, us: 0 };
  for (let from = 0; from < bytes.length; ) {
    const { lines, end } = batchAt(bytes, from);
    parseAll(lines, sum);
    from = end;
  }
  return sum;
}

/** The fixtures of one format, repeated to a batch; undefined where there are none. */
function linesOf(format: string): string[] | undefined {
  const files = [`${format}.log`, `${format}.built.log`].map((name) => new URL(name, FIXTURES)).filter((file) => existsSync(file));
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n')).filter((line) => line !== '');
  return lines.length === 0 ? undefined : Array.from({ length: BATCH_LINES }, (_, index) => lines[index % lines.length]!);
}

function perFormat(rounds: number): Figures {
  const figures: Figures = {};
  for (const { name } of BODIES) {
    const lines = linesOf(name);
    if (lines === undefined) continue;
    const sums = Array.from({ length: rounds * 2 }, () => {
      const sum = { lines: 0, raw: 0, us: 0 };
      parseAll(lines, sum);
      return sum.us / sum.lines;
    });
    figures[`${name}UsPerLine`] = Math.min(...sums);
  }
  return figures;
}

export const parsing: Bench = ({ corpus, quick }: BenchInput) => {
  const rounds = quick ? ROUNDS_QUICK : ROUNDS;
  const bytes = readFileSync(corpus.file).subarray(0, corpus.bytes);
  const results = Array.from({ length: rounds }, () => corpusRound(bytes));
  const times = results.map(({ us, lines }) => us / lines);
  const ours = {
    usPerLine: Math.min(...times),
    medianUsPerLine: median(times),
    firstUsPerLine: times[0]!,
    rawShare: results[0]!.raw / results[0]!.lines,
    ...perFormat(rounds),
  };
  return Promise.resolve({ ours, peers: {}, notes: [`best of ${rounds} rounds, processor time of one thread`] });
};
