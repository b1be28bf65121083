/**
 * What parsing a line costs, write check included: `node src/launch.cjs --run test/bench/parse.ts FILE [ROUNDS]`.
 * FILE holds one message per line. Prints the fastest and the median round in µs a line, and how many lines
 * had to be kept raw. The strings are made before the clock starts: that cost is the caller's.
 */
import { readFileSync } from 'node:fs';
import { parse } from '../../parsers/index.ts';
import type { Given } from '../../src/model.ts';

const [file, rounds = '12'] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node src/launch.cjs --run test/bench/parse.ts FILE [ROUNDS]\n');
  process.exit(2);
}
const bytes = readFileSync(file);

/** One flat string per line, as the ingest thread makes them; slices of one big text would behave otherwise. */
function linesOf(): string[] {
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.toString('latin1', from, end));
    from = end + 1;
  }
  return lines;
}

const given: Given = { received: Date.now() * 1000, transport: 'tcp', peer: '10.0.0.1', zone: 0 };
const times: number[] = [];
let raw = 0;
let count = 0;
for (let round = 0; round < Number(rounds); round++) {
  const lines = linesOf();
  raw = 0;
  count = lines.length;
  const start = process.hrtime.bigint();
  for (const line of lines) if (parse(line, given).raw !== undefined) raw++;
  times.push(Number(process.hrtime.bigint() - start) / 1000 / count);
}
const sorted = times.toSorted((a, b) => a - b);
process.stdout.write(
  `${count} lines, ${raw} raw; µs a line: best ${sorted[0]!.toFixed(3)}, median ${sorted[sorted.length >> 1]!.toFixed(3)}, first ${times[0]!.toFixed(3)}\n`,
);
