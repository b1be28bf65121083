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
import { byLogAge, programOf, readName } from '../../receive/log-name.ts';

export { programOf, readName } from '../../receive/log-name.ts';

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
  return byLogAge(a.path, b.path);
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
