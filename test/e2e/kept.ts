/**
 * What is kept of log files, counted without the program's own reader of files: every line as the bytes that it was, sorted, so that
 * two lists are equal only where no line is missing, changed, or there twice.
 */

import { exactText } from '../../src/store/merge.ts';
import { DaysReader } from '../../src/store/read.ts';
import { everything } from '../contract/reading.ts';

/** Longer lines are cut there. */
const LINE_BYTES_MAX = 1024 * 1024;

/** Lines in a data folder that nobody writes; each byte is one character. */
export function keptLines(folder: string): string[] {
  const reader = new DaysReader(folder);
  const lines = everything(reader).flatMap((record) => {
    const isLatin1 = record.flags?.split(' ').includes('latin1') === true;
    return exactText(record)
      .split('\n')
      .map((line) => (isLatin1 ? line : Buffer.from(line).toString('latin1')));
  });
  reader.close();
  return lines.sort();
}

/** Lines that have anything in them. */
export function linesOfLog(bytes: Buffer): string[] {
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) =>
      line
        .replace(/^\0+/, '')
        .replace(/\0*\r?\0*$/, '')
        .slice(0, LINE_BYTES_MAX),
    )
    .filter((line) => line !== '')
    .sort();
}
