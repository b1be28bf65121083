/**
 * What parsing a line costs, write check included: `node src/launch.cjs --run test/bench/parse.ts FILE [ROUNDS]`.
 * FILE holds one message per line. Lines are made in batches before the clock starts, as the ingest thread
 * makes them: their cost is the caller's. Prints µs a line of the fastest, the median and the first round
 * (the first compiles), and how many lines had to be kept raw.
 */
import { readFileSync } from 'node:fs';
import { parse } from '../../parsers/index.ts';
import type { Given } from '../../src/model.ts';

/** About what one hand-over between threads holds (`limits.batchBytesMax` of 310-byte lines). */
const BATCH_LINES = 3000;

const [file, rounds = '12'] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node src/launch.cjs --run test/bench/parse.ts FILE [ROUNDS]\n');
  process.exit(2);
}
const bytes = readFileSync(file);
const given: Given = { received: Date.now() * 1000, transport: 'tcp', peer: '10.0.0.1', zone: 0 };

/** The next lines from `from`, one flat string each, and where the rest begins. */
function batchAt(from: number): { lines: string[]; end: number } {
  const lines: string[] = [];
  while (from < bytes.length && lines.length < BATCH_LINES) {
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.toString('latin1', from, end));
    from = end + 1;
  }
  return { lines, end: from };
}

function round(): { lines: number; raw: number; us: number } {
  const sum = { lines: 0, raw: 0, us: 0 };
  for (let from = 0; from < bytes.length; ) {
    const { lines, end } = batchAt(from);
    const start = process.hrtime.bigint();
    for (const line of lines) if (parse(line, given).raw !== undefined) sum.raw++;
    sum.us += Number(process.hrtime.bigint() - start) / 1000;
    sum.lines += lines.length;
    from = end;
  }
  return sum;
}

const results = Array.from({ length: Number(rounds) }, round);
const times = results.map(({ us, lines }) => us / lines);
const sorted = times.toSorted((a, b) => a - b);
process.stdout.write(
  `${results[0]!.lines} lines, ${results[0]!.raw} raw; µs a line: best ${sorted[0]!.toFixed(3)}, median ${sorted[sorted.length >> 1]!.toFixed(3)}, first ${times[0]!.toFixed(3)}\n`,
);
