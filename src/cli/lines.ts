/**
 * Lines of a file or of stdin, a read at a time, as texts: bytes that are no UTF-8 are read as Latin-1 and flagged, as they are on
 * receiving; a line that is too long is cut and flagged. Not here: what a line means; files that grow (base/grow.ts).
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { visible } from '../base/visible.ts';
import type { Shell } from './shell.ts';

export interface Line {
  readonly text: string;
  readonly flag?: 'latin1' | 'truncated';
}

const LF = 0x0a;
const CR = 0x0d;

/** `-` is stdin. Empty lines are left out. Throws `not-found` where the file cannot be read. */
export async function* inputLines(path: string, shell: Shell): AsyncGenerator<Line[]> {
  let rest = Buffer.alloc(0);
  const input = path === '-' ? shell.input : createReadStream(path);
  try {
    for await (const chunk of input ?? []) {
      const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(LF) + 1;
      yield [...split(bytes.subarray(0, end))];
      // What can only be cut away need not be kept until its line ends.
      rest = Buffer.from(bytes.subarray(end, end + limits.messageBytesMax + 1));
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    throw new CodedError('not-found', `${path === '-' ? 'stdin' : visible(path)} cannot be read: ${(error as Error).message}`);
  }
  yield [...split(rest)];
}

function* split(bytes: Buffer): Generator<Line> {
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf(LF, start);
    const end = at < 0 ? bytes.length : at;
    const line = bytes.subarray(start, bytes[end - 1] === CR && end > start ? end - 1 : end);
    if (line.length > 0) yield lineOf(line);
    start = end + 1;
  }
}

function lineOf(line: Buffer): Line {
  if (line.length > limits.messageBytesMax) return { text: line.toString('latin1', 0, limits.messageBytesMax), flag: 'truncated' };
  return isUtf8(line) ? { text: line.toString() } : { text: line.toString('latin1'), flag: 'latin1' };
}
