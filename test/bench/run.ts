/**
 * Runs the benches: `npm run bench` all of them, `npm run bench:ingest -- --lines 1000000 --peer victorialogs=/path` one.
 * Each prints a table for people and, as its last line, one JSON object. Timed figures are no tests: they belong to the
 * machine they were taken on; ratios to a peer in the same run are what counts.
 *   --lines N       of the corpus; default 1,000,000, with --quick 200,000
 *   --corpus FILE   syslog lines with PRI; `mixed`: real logs, where they are at hand; `week`: of the simulated cloud, over a week; default: 83 minutes a million lines of it
 *   --quick         the whole run under 45 s
 *   --data FOLDER   of `browser`: a data folder of an earlier run instead of feeding a corpus; a copy of it is used
 *   --peer NAME=BINARY
 */
import { parseArgs } from 'node:util';
import { browsing } from './browser.ts';
import { type Corpus, prepareCorpus } from './corpus.ts';
import { correlation } from './correlation.ts';
import { followers } from './followers.ts';
import { importing } from './import.ts';
import { ingest } from './ingest.ts';
import { diskBytes, machine, rounded } from './machine.ts';
import { parsing } from './parse.ts';
import { reporting } from './report-time.ts';
import { search } from './search.ts';
import { type Candidate, ours, peer } from './service.ts';
import { tracing } from './trace-time.ts';

/** Named with their units: `linesPerSecond`, `bytesPerLine`, `needleP95Ms`. */
export type Figures = Record<string, number>;

export interface BenchInput {
  corpus: Corpus;
  ours: Candidate;
  peers: Candidate[];
  quick: boolean;
  /** Longest time for one feeding of the corpus. */
  msMax: number;
  /** A data folder to begin with instead; nothing is fed. */
  data?: string;
}
export type Bench = (input: BenchInput) => Promise<{ ours: Figures; peers: Record<string, Figures>; notes: string[] }>;

const BENCHES: Record<string, Bench> = {
  ingest,
  search,
  followers,
  parse: parsing,
  import: importing,
  correlation,
  trace: tracing,
  report: reporting,
  browser: browsing,
};

const LINES = 1_000_000;
const LINES_QUICK = 200_000;
/** Below this rate there is nothing to report. */
const LINES_PER_SECOND_MIN = 5000;

async function main(words: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      lines: { type: 'string' },
      corpus: { type: 'string' },
      quick: { type: 'boolean' },
      data: { type: 'string' },
      peer: { type: 'string', multiple: true },
    },
  });
  const quick = values.quick ?? false;
  const lines = Number(values.lines ?? (quick ? LINES_QUICK : LINES));
  if (!Number.isInteger(lines) || lines < 1) throw new Error(`--lines is a whole number above 0, not ${values.lines}`);
  const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals;
  for (const name of names) if (!BENCHES[name]) throw new Error(`no bench ${name}; there are: ${Object.keys(BENCHES).join(', ')}`);
  const peers = (values.peer ?? []).map(peerOf);
  const { data } = values;
  if (data !== undefined && names.some((name) => name !== 'browser')) throw new Error('--data is of the bench browser');
  const corpus =
    data === undefined ? prepareCorpus(lines, values.corpus) : { file: data, lines, bytes: diskBytes(data), name: `a kept store, ${data}` };
  const msMax = 20_000 + (corpus.lines / LINES_PER_SECOND_MIN) * 1000;
  for (const name of names) await report(name, { corpus, ours, peers, quick, msMax, ...(data === undefined ? {} : { data }) });
}

function peerOf(text: string): Candidate {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--peer is NAME=BINARY, not ${text}`);
  return peer(text.slice(0, at), text.slice(at + 1));
}

async function report(name: string, input: BenchInput): Promise<void> {
  const { corpus } = input;
  const result = await BENCHES[name]!(input);
  const ratios: Record<string, Figures> = {};
  for (const [peerName, figures] of Object.entries(result.peers)) ratios[peerName] = ratiosOf(result.ours, figures);
  const columns: [string, Figures][] = [['ours', result.ours], ...Object.entries(result.peers)];
  for (const [peerName, figures] of Object.entries(ratios)) columns.push([`ours/${peerName}`, figures]);
  const title = `${name}: ${corpus.lines} lines, ${(corpus.bytes / corpus.lines).toFixed(0)} bytes each (${corpus.name})`;
  process.stdout.write(`${[title, ...result.notes].join('; ')}\n${table(columns)}\n`);
  const json = {
    bench: name,
    lines: corpus.lines,
    corpus: corpus.name,
    corpusBytesPerLine: rounded(corpus.bytes / corpus.lines),
    ours: roundedAll(result.ours),
    peers: Object.fromEntries(Object.entries(result.peers).map(([peerName, figures]) => [peerName, roundedAll(figures)])),
    ratios: Object.fromEntries(Object.entries(ratios).map(([peerName, figures]) => [peerName, roundedAll(figures)])),
    machine: machine(),
    node: process.version,
  };
  process.stdout.write(`${JSON.stringify(json)}\n`);
}

/** Ours divided by theirs, figure by figure. */
function ratiosOf(mine: Figures, theirs: Figures): Figures {
  return Object.fromEntries(
    Object.keys(mine)
      .filter((key) => key in theirs)
      .map((key) => [key, mine[key]! / theirs[key]!]),
  );
}

function roundedAll(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, rounded(value)]));
}

function table(columns: [string, Figures][]): string {
  const keys = Object.keys(columns[0]![1]);
  const rows = [['', ...columns.map(([name]) => name)], ...keys.map((key) => [key, ...columns.map(([, figures]) => cell(figures[key]))])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join('  '))
    .join('\n');
}

function cell(value: number | undefined): string {
  return value === undefined ? '' : rounded(value).toLocaleString('en-US', { maximumFractionDigits: 6 });
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
