/**
 * Which files are imported, and in which order: words of the command line -> inputs. Folders are read with all below them; the
 * files of a rotated set come oldest first, so that times and tracebacks run on from one to the next.
 *
 * Of folders, names that begin with a dot and links are left out (what they point at is there, or somewhere else on
 * purpose); what was named itself is always taken. Names are those of logrotate (`.1`, `-20260101`, `.gz`) and of Python's
 * handlers (`.1`, `.2026-01-01`). Not here: what is in the files.
 */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Input {
  /** As it is told to people; `-` is stdin. */
  readonly path: string;
  /** Path of the newest file of its rotated set, which is itself where there is none. */
  readonly setPath: string;
  /** The name without what rotation and compression added. */
  readonly program: string | undefined;
  /** Bytes of the file as it lies there; 0 for stdin. */
  readonly bytes: number;
  readonly modifiedUs: number;
  /** Was found in a folder: what is no log there is nobody's mistake. */
  readonly isFound: boolean;
}

export interface Unread {
  readonly path: string;
  readonly why: string;
}

interface Name {
  /** `nova-api.log` of `nova-api.log.3.gz`. */
  readonly base: string;
  /** Dates ascending, then numbers descending, then the file that is still written; oldest first. */
  readonly age: readonly [kind: 0 | 1 | 2, order: number, more: string];
}

const PACKED = /\.(?:gz|zst|xz|gzip|zstd)$/i;
const DATE = '((?:19|20)\\d\\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\\d|3[01])';
/** `x.log-20260101`, `x.log.2026-01-01`, `x.log-20260101-1767225600`. */
const DATED = new RegExp(`^(.+?)[-._]${DATE}((?:[-_.T]\\d{1,10})*)$`);
/** `x-20260101.log` (logrotate's `extension`). */
const DATED_INSIDE = new RegExp(`^(.+?)[-._]${DATE}((?:[-_T]\\d{1,10})*)(\\.[A-Za-z]{1,8})$`);
const NUMBERED = /^(.+)\.(\d{1,6})$/;
const ENDINGS = /\.(?:log|txt|out|err|json|jsonl|ndjson)$/i;

export function readName(file: string): Name {
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

/** Sets stay in the order in which they were named, their files come oldest first; a file that was named twice comes once. */
export function inOrder(inputs: readonly Input[]): Input[] {
  const sets = new Map<string, Input[]>();
  const seen = new Set<string>();
  for (const input of inputs) {
    const real = input.path === '-' ? '-' : realpathSync.native(input.path);
    if (seen.has(real)) continue;
    seen.add(real);
    const set = sets.get(input.setPath);
    if (set === undefined) sets.set(input.setPath, [input]);
    else set.push(input);
  }
  return [...sets.values()].flatMap((set) => set.sort(byAge));
}

function byAge(a: Input, b: Input): number {
  const [x, y] = [readName(basename(a.path)).age, readName(basename(b.path)).age];
  return x[0] - y[0] || x[1] - y[1] || x[2].localeCompare(y[2], 'en', { numeric: true }) || (a.path < b.path ? -1 : 1);
}

/** Words as inputs; what cannot be looked at is told and does not stop the others. */
export function inputsOf(words: readonly string[]): { inputs: Input[]; unread: Unread[] } {
  const inputs: Input[] = [];
  const unread: Unread[] = [];
  for (const word of words) {
    if (word === '-') inputs.push({ path: '-', setPath: '-', program: undefined, bytes: 0, modifiedUs: Date.now() * 1000, isFound: false });
    else add({ inputs, unread }, word, false);
  }
  return { inputs: inOrder(inputs), unread };
}

interface Found {
  readonly inputs: Input[];
  readonly unread: Unread[];
}

function add(found: Found, path: string, isFound: boolean): void {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      addFolder(found, path);
      return;
    }
    if (!stats.isFile() && !stats.isFIFO()) {
      if (!isFound) found.unread.push({ path, why: 'is no file' });
      return;
    }
    const name = basename(path);
    const setPath = join(dirname(path), readName(name).base);
    const modifiedUs = Math.round(stats.mtimeMs * 1000);
    found.inputs.push({ path, setPath, program: programOf(name), bytes: stats.isFile() ? stats.size : 0, modifiedUs, isFound });
  } catch (error) {
    found.unread.push({ path, why: whyUnread(error) });
  }
}

function addFolder(found: Found, folder: string): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || !(entry.isFile() || entry.isDirectory())) continue;
    add(found, join(folder, entry.name), true);
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link to itself',
  EIO: 'cannot be read: the disk fails',
};

/** What the system says, in our words. */
export function whyUnread(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return WHY[code] ?? `cannot be read: ${message}`;
}
