/**
 * The corpus of the benches: lines with PRI, one message a line, LF after each. Made by the simulated cloud, the
 * same for the same number of lines, version of the cloud and month, and kept in the temporary folder; or a file
 * of the user's, cut at a whole line. Also: which instances it speaks of.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Cloud } from '../../src/demo/cloud.ts';
import { message } from '../../src/demo/wire.ts';
import { MIXED, versionOfMixed, writeMixed } from './mixed.ts';

export interface Corpus {
  file: string;
  lines: number;
  /** Of these lines, with their LF. */
  bytes: number;
  /** What it is, for the report. */
  name: string;
}

const SEED = 7;
/** A mid-size cloud: a million lines are 83 minutes. */
const LINES_PER_SECOND = 200;
/** `--corpus week`: as many lines, spread over a week. */
export const WEEK = 'week';
export const WEEK_SECONDS = 7 * 86_400;
const BATCH_LINES = 4096;
const CHUNK_BYTES = 1024 * 1024;
const LF = 10;

/**
 * The first of the last month, µs. Syslog headers have no year, and readers take the nearest date: lines older than
 * half a year would be filed into the future.
 */
export function startUs(): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1) * 1000;
}

/** A user's file, the mixed corpus, or the demo cloud's. */
export function prepareCorpus(linesMax: number, given?: string): Corpus {
  if (given === MIXED) return mixedCorpus(linesMax);
  if (given === WEEK) return cloudCorpus(linesMax, { name: WEEK, linesPerSecond: linesMax / WEEK_SECONDS });
  if (given !== undefined) return { file: given, ...measure(given, linesMax), name: path.basename(given) };
  return cloudCorpus(linesMax, { name: 'corpus', linesPerSecond: LINES_PER_SECOND });
}

function cloudCorpus(lines: number, { name, linesPerSecond }: { name: string; linesPerSecond: number }): Corpus {
  const folder = path.join(os.tmpdir(), 'stacktrail-bench');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}-${lines}-${versionOfCloud()}.log`);
  if (!existsSync(file)) corpus(lines, file, linesPerSecond);
  return { file, lines, bytes: statSync(file).size, name: `demo cloud, seed ${SEED}${name === WEEK ? ', a week' : ''}` };
}

function mixedCorpus(lines: number): Corpus {
  const folder = path.join(os.tmpdir(), 'stacktrail-bench');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `mixed-${lines}-${versionOfMixed(startUs())}.log`);
  if (!existsSync(file)) writeMixed(lines, { file, startUs: startUs() });
  return { file, lines, bytes: statSync(file).size, name: 'mixed: real logs of three clouds' };
}

/** Writes so many lines of the simulated cloud; the file appears when it is whole. */
export function corpus(lines: number, file: string, linesPerSecond = LINES_PER_SECOND): void {
  const cloud = new Cloud({ seed: SEED, startUs: startUs(), linesPerSecond });
  const unfinished = `${file}.${process.pid}`;
  const descriptor = openSync(unfinished, 'w');
  let batch: string[] = [];
  for (let count = 1; count <= lines; count++) {
    batch.push(message(cloud.next(), cloud.clock, { header: 'rfc3164', escape: 'always' }));
    if (batch.length === BATCH_LINES || count === lines) {
      // The cloud writes ASCII only; latin1 is the fast way to bytes (183 -> 250 k lines/s).
      writeSync(descriptor, Buffer.from(`${batch.join('\n')}\n`, 'latin1'));
      batch = [];
    }
  }
  closeSync(descriptor);
  renameSync(unfinished, file);
}

/** Changes with the cloud's sources, so that an old file is never taken for a new one. */
function versionOfCloud(): string {
  const folder = path.join(import.meta.dirname, '../../src/demo');
  const hash = createHash('sha256').update(`${SEED} ${LINES_PER_SECOND} ${startUs()}`);
  for (const name of readdirSync(folder).sort()) if (name.endsWith('.ts')) hash.update(readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}

/** How much of a file its first `linesMax` lines are. A last line without LF does not count. */
export function measure(file: string, linesMax: number): { lines: number; bytes: number } {
  let lines = 0;
  let bytes = 0;
  let before = 0;
  forChunks(file, (chunk) => {
    for (let at = chunk.indexOf(LF); at >= 0 && lines < linesMax; at = chunk.indexOf(LF, at + 1)) {
      lines++;
      bytes = before + at + 1;
    }
    before += chunk.length;
    return lines < linesMax;
  });
  return { lines, bytes };
}

/** Distinct UUIDs of `[instance: …]` in the corpus, in order of appearance, up to `max`. */
export function instancesOf(source: Corpus, max: number): string[] {
  const found = new Set<string>();
  let rest = '';
  let read = 0;
  forChunks(source.file, (chunk) => {
    const text = rest + chunk.toString('latin1', 0, Math.min(chunk.length, source.bytes - read));
    for (const [, id] of text.matchAll(/\[instance: ([0-9a-f-]{36})\]/g)) if (found.size < max) found.add(id!);
    rest = text.slice(text.lastIndexOf('\n') + 1);
    read += chunk.length;
    return found.size < max && read < source.bytes;
  });
  return [...found];
}

/** The first lines, each with its LF, for senders that send line by line. */
export function firstLines(source: Corpus, count: number): Buffer[] {
  const { bytes } = measure(source.file, count);
  const buffer = Buffer.alloc(bytes);
  const descriptor = openSync(source.file, 'r');
  readSync(descriptor, buffer, 0, bytes, 0);
  closeSync(descriptor);
  const lines: Buffer[] = [];
  for (let start = 0, at = buffer.indexOf(LF); at >= 0; start = at + 1, at = buffer.indexOf(LF, start))
    lines.push(buffer.subarray(start, at + 1));
  return lines;
}

/** Calls back with each chunk until it answers false. The chunk is reused. */
function forChunks(file: string, take: (chunk: Buffer) => boolean): void {
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  try {
    for (;;) {
      const length = readSync(descriptor, buffer, 0, CHUNK_BYTES, null);
      if (length === 0 || !take(buffer.subarray(0, length))) return;
    }
  } finally {
    closeSync(descriptor);
  }
}
