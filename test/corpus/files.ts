/**
 * The logs that the corpus tests read: excerpts in fixtures/corpus (always), and a corpus of whole files beside the project where there
 * is one. And what ingest makes of a file, without threads and disk.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from '../../parsers/index.ts';
import { limits } from '../../src/base/limits.ts';
import { Joiner } from '../../src/ingest/join.ts';
import type { LogRecord } from '../../src/model.ts';
import { joined } from '../../src/store/merge.ts';

const ROOT = join(import.meta.dirname, '../..');
export const FIXTURES = join(ROOT, 'fixtures/corpus');
export const CORPUS = join(ROOT, '../shared/corpus');
export const hasCorpus = existsSync(CORPUS);
/** Said by every test that goes further where the corpus is. */
export const WHERE = hasCorpus ? 'whole files' : 'skipped: there is no ../shared/corpus; only the excerpts in fixtures/corpus were read';

export interface LogFile {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Bytes are read as Latin-1: what is checked is lines, and every byte of them. */
function readLog(folder: string, name: string): LogFile {
  const bytes = readFileSync(join(folder, name));
  const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { name, lines };
}

function logsIn(folder: string, patterns: readonly string[]): LogFile[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: folder }))
    .toSorted()
    .map((name) => readLog(folder, name));
}

/** Every log: one message a line. */
export function logs(): LogFile[] {
  const fixtures = logsIn(FIXTURES, ['*.log']);
  if (!hasCorpus) return fixtures;
  const names = [
    '*.log',
    'goldstone-server/*.log',
    'goldstone-server/**/*.txt',
    'hotsos/*.{log,gz,compute}',
    'lnav/*',
    'os-*/**/*.{log,gz,txt}',
  ];
  return [...fixtures, ...logsIn(CORPUS, names)];
}

/** Files of one JSON document a line: those of the corpus where it is, else the excerpts. */
export function documentFiles(): { name: string; documents: Record<string, unknown>[] }[] {
  const files = [
    ...logsIn(FIXTURES, ['elastic-recheck.jsonl']),
    ...(hasCorpus ? logsIn(CORPUS, ['elastic-recheck/samples/*.jsonl*']) : []),
  ];
  return files.map(({ name, lines }) => ({
    name,
    documents: lines.map((line) => JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as Record<string, unknown>),
  }));
}

export function readText(...path: readonly string[]): string {
  const bytes = readFileSync(join(CORPUS, ...path));
  return (path.at(-1)!.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Long after all of them; a file is read at once. */
const RECEIVED_US = Date.UTC(2026, 10, 22, 12) * 1000;

export function recordOf(line: string, peer = '/var/log/x.log'): LogRecord {
  return parse(line, { received: RECEIVED_US, transport: 'import', peer, zone: 0 });
}

/** The records of a file as they are stored: joined within a commit of a block's size, and across commits as the store folds them. */
export function recordsOf(file: LogFile): readonly LogRecord[] {
  let records = RECORDS.get(file);
  if (records === undefined) {
    records = ingested(file);
    RECORDS.set(file, records);
  }
  return records;
}

/** Several tests ask for the same. */
const RECORDS = new Map<LogFile, readonly LogRecord[]>();

function ingested({ name, lines }: LogFile): LogRecord[] {
  const joiner = new Joiner();
  const rows: LogRecord[] = [];
  const commit = (): void => {
    for (const row of joiner.finish()) {
      row.seq = rows.length + 1;
      rows.push(row);
    }
  };
  for (const line of lines) {
    joiner.add(recordOf(line, name));
    if (joiner.size >= limits.blockRecordsMax) commit();
  }
  commit();
  const children = Map.groupBy(
    rows.filter(({ of }) => of !== undefined),
    ({ of }) => of,
  );
  return rows
    .filter(({ of }) => of === undefined)
    .map((row) => {
      const own = children.get(row.seq);
      return own === undefined ? row : joined(row, own, true);
    });
}
