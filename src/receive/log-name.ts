/**
 * Names of log files: what rotation and compression added to them, and which of a rotated set is older. Names are those of logrotate
 * (`.1`, `-20260101`, `.gz`) and of Python's handlers (`.1`, `.2026-01-01`). Pure. Not here: what is in the files.
 */
import { basename } from 'node:path';

export interface LogName {
  /** `nova-api.log` of `nova-api.log.3.gz`. */
  readonly base: string;
  /** Dates ascending, then numbers descending, then the file that is still written; oldest first. */
  readonly age: readonly [kind: 0 | 1 | 2, order: number, more: string];
}

export const PACKED = /\.(?:gz|zst|xz|gzip|zstd)$/i;
const DATE = '((?:19|20)\\d\\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\\d|3[01])';
/** `x.log-20260101`, `x.log.2026-01-01`, `x.log-20260101-1767225600`. */
const DATED = new RegExp(`^(.+?)[-._]${DATE}((?:[-_.T]\\d{1,10})*)$`);
/** `x-20260101.log` (logrotate's `extension`). */
const DATED_INSIDE = new RegExp(`^(.+?)[-._]${DATE}((?:[-_T]\\d{1,10})*)(\\.[A-Za-z]{1,8})$`);
const NUMBERED = /^(.+)\.(\d{1,6})$/;
const ENDINGS = /\.(?:log|txt|out|err|json|jsonl|ndjson)$/i;

export function readName(file: string): LogName {
  const name = file.replace(PACKED, '');
  const inside = DATED_INSIDE.exec(name);
  if (inside) {
    const [, stem, year, month, day, more, ending] = inside;
    return { base: `${stem}${ending}`, age: [0, Number(`${year}${month}${day}`), more!] };
  }
  const dated = DATED.exec(name);
  if (dated) {
    const [, base, year, month, day, more] = dated;
    return { base: base!, age: [0, Number(`${year}${month}${day}`), more!] };
  }
  const numbered = NUMBERED.exec(name);
  if (numbered) return { base: numbered[1]!, age: [1, -Number(numbered[2]), ''] };
  return { base: name, age: [2, 0, ''] };
}

/** `nova-api` of `nova-api.log.3.gz`. */
export function programOf(file: string): string | undefined {
  const program = readName(file).base.replace(ENDINGS, '');
  return program === '' ? undefined : program;
}

/** Of one rotated set: oldest first. */
export function byLogAge(a: string, b: string): number {
  const [x, y] = [readName(basename(a)).age, readName(basename(b)).age];
  return x[0] - y[0] || x[1] - y[1] || x[2].localeCompare(y[2], 'en', { numeric: true }) || (a < b ? -1 : a > b ? 1 : 0);
}
