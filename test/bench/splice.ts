/**
 * Lines put among those of a large file, each at its part of the way through, without looking at the file's own lines: 10 M lines
 * (3.6 GB) in the time of copying them. Also: which time such a file spans, by the headers of its first and its last line.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { type Corpus, startUs as usualStartUs } from './corpus.ts';

export interface Placed {
  /** 0 to 1. */
  readonly part: number;
  readonly text: string;
}

const LF = 10;
/** Longer than most lines. */
const LINE_BYTES = 2048;
/** Longer than any. */
const EDGE_BYTES = 256 * 1024;
const COPY_BYTES = 4 * 1024 * 1024;
/** Where no line says it: the demo cloud's rate (corpus.ts). */
const LINES_PER_SECOND = 200;
const US = 1_000_000;

export function spliced(source: Corpus, placed: readonly Placed[], file: string): Corpus {
  const [from, to] = [openSync(source.file, 'r'), openSync(file, 'w')];
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  let [at, bytes, waiting] = [0, source.bytes, ''];
  const copyUntil = (end: number): void => {
    while (at < end) {
      const length = readSync(from, buffer, 0, Math.min(buffer.length, end - at), at);
      if (length === 0) throw new Error(`${source.file} became shorter`);
      writeSync(to, buffer, 0, length);
      at += length;
    }
  };
  const writeWaiting = (): void => {
    const chunk = Buffer.from(waiting, 'latin1');
    writeSync(to, chunk);
    bytes += chunk.length;
    waiting = '';
  };
  for (const { part, text } of placed.toSorted((a, b) => a.part - b.part)) {
    const place = Math.min(source.bytes, Math.floor(part * source.bytes));
    // Lines that are due before the next end of a line are written together.
    if (place > at) {
      if (waiting !== '') writeWaiting();
      copyUntil(endOfLine(from, place, source.bytes));
    }
    waiting += `${text}\n`;
  }
  if (waiting !== '') writeWaiting();
  copyUntil(source.bytes);
  closeSync(from);
  closeSync(to);
  return { file, lines: source.lines + placed.length, bytes, name: source.name };
}

function endOfLine(descriptor: number, place: number, end: number): number {
  for (const bytes of [LINE_BYTES, EDGE_BYTES]) {
    const edge = Buffer.allocUnsafe(bytes);
    const length = readSync(descriptor, edge, 0, Math.min(bytes, end - place), place);
    const at = edge.subarray(0, length).indexOf(LF);
    if (at >= 0) return place + at + 1;
  }
  return end;
}

/** When the file begins, and how long it lasts. */
export function spanOf({ file, bytes, lines }: Corpus): { startUs: number; us: number } {
  const descriptor = openSync(file, 'r');
  const edge = Buffer.alloc(Math.min(EDGE_BYTES, bytes));
  const read = (at: number): string => edge.toString('latin1', 0, readSync(descriptor, edge, 0, edge.length, at));
  const first = timeUs(read(0));
  const last = timeUs(
    read(bytes - edge.length)
      .trimEnd()
      .split('\n')
      .at(-1)!,
  );
  closeSync(descriptor);
  if (first === undefined || last === undefined || last <= first)
    return { startUs: first ?? usualStartUs(), us: (lines / LINES_PER_SECOND) * US };
  return { startUs: first, us: last - first };
}

/** Of a line's header, RFC 5424's or 3164's; the latter without year is of the year of the usual start. */
function timeUs(line: string): number | undefined {
  const [, version = '', stamp = ''] = /^<\d+>(1 )?(\S+(?: +\d+ [\d:]{8})?)/.exec(line) ?? [];
  const year = new Date(usualStartUs() / 1000).getUTCFullYear();
  const ms = Date.parse(version === '' && !/^\d/.test(stamp) ? `${stamp} ${year} UTC` : stamp);
  return Number.isNaN(ms) ? undefined : ms * 1000;
}
