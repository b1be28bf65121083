/**
 * A piece of a log file as messages: its lines, taken apart as a TCP receiver would (framing.ts). Whoever reads the file gives
 * whole lines; the last one may lack its \n. Not here: reading files, counted frames (files have none).
 *
 * Left out: empty lines, and NULs around a line, which a crash leaves where a file was to be written: both hold nothing.
 */
import { limits } from '../base/limits.ts';
import type { MessageFlag } from '../model.ts';
import { lineEnd } from './framing.ts';

const LF = 10;

export interface FileLines {
  /** start0, end0, start1, end1 … into the piece. */
  readonly spans: number[];
  /** Of lines that are too long: they are cut. */
  readonly flags: Map<number, MessageFlag> | undefined;
  /** Bytes behind the last line that was taken. */
  readonly end: number;
}

export interface LinesOptions {
  /** The last line is only the beginning of one that is too long. */
  readonly cut?: boolean;
  /** No more lines than this are taken. */
  readonly linesMax?: number;
}

export function linesOf(bytes: Buffer, { cut = false, linesMax = Number.POSITIVE_INFINITY }: LinesOptions = {}): FileLines {
  const spans: number[] = [];
  let flags: Map<number, MessageFlag> | undefined;
  let at = 0;
  while (at < bytes.length && spans.length < linesMax * 2) {
    const found = bytes.indexOf(LF, at);
    const stop = found < 0 ? bytes.length : found;
    let start = at;
    while (start < stop && bytes[start] === 0) start++;
    const end = lineEnd(bytes, start, stop);
    at = found < 0 ? stop : stop + 1;
    if (start === end) continue;
    if (end - start > limits.messageBytesMax || (cut && found < 0)) {
      flags ??= new Map();
      flags.set(spans.length >> 1, 'truncated');
    }
    spans.push(start, Math.min(end, start + limits.messageBytesMax));
  }
  return { spans, flags, end: at };
}
