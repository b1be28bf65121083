/**
 * Which files the patterns mean now, and which of their neighbours are older files of the same rotated sets. Looks, and opens nothing.
 * What cannot be looked at is told, not thrown. Packed files are left out: nobody writes them (`stacktrail import` takes them, by the
 * same positions).
 */
import { type BigIntStats, existsSync } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, matchesGlob } from 'node:path';
import { limits } from '../base/limits.ts';
import { byLogAge, PACKED, readName } from './log-name.ts';

export interface FoundFile {
  readonly path: string;
  /** That it was found by; '' where nobody has asked for it. */
  readonly pattern: string;
  readonly setPath: string;
  /** Names the file whatever it is called. */
  readonly key: string;
  readonly ino: bigint;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface Findings {
  /** Sets one after another, each oldest first. */
  readonly files: FoundFile[];
  /** Why a path is not followed. */
  readonly troubles: Map<string, string>;
  /** Matched, but more than may be followed. */
  readonly left: number;
}

const MAGIC = /[*?[\]{}()!+@\\]/;

/** The folder in front of the first wildcard. */
export function folderOf(pattern: string): string {
  const parts = pattern.split('/');
  const magic = parts.findIndex((part) => MAGIC.test(part));
  return (magic < 0 ? dirname(pattern) : parts.slice(0, magic).join('/')) || '/';
}

export async function findFiles(patterns: readonly string[], filesMax: number = limits.filesMax): Promise<Findings> {
  const paths = new Map<string, string>();
  const troubles = new Map<string, string>();
  let left = 0;
  for (const pattern of patterns) {
    let isEmpty = true;
    for await (const path of matches(pattern)) {
      isEmpty = false;
      if (paths.has(path) || PACKED.test(path)) continue;
      // Twice as many: some are folders, or other names of the same file.
      if (paths.size < filesMax * 2) paths.set(path, pattern);
      else left++;
    }
    // A folder that may not be read looks like an empty one.
    if (isEmpty) await lookInto(folderOf(pattern), troubles);
  }
  const files = new Map<string, FoundFile>();
  for (const [path, pattern] of paths) {
    const found = await lookAt(path, { pattern, troubles });
    if (found === undefined || files.has(found.key)) continue;
    if (files.size < filesMax) files.set(found.key, found);
    else left++;
  }
  return { files: [...files.values()].sort(bySetAndAge), troubles, left };
}

async function* matches(pattern: string): AsyncGenerator<string> {
  if (!MAGIC.test(pattern)) yield pattern;
  else for await (const path of glob(pattern)) yield path;
}

async function lookInto(folder: string, troubles: Map<string, string>): Promise<void> {
  try {
    await readdir(folder);
  } catch (error) {
    troubles.set(folder, whyNot(error));
  }
}

interface Looking {
  readonly pattern: string;
  readonly troubles: Map<string, string>;
}

async function lookAt(path: string, { pattern, troubles }: Looking): Promise<FoundFile | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    if (stats.isFile()) return foundOf({ path, pattern }, stats);
    if (!stats.isDirectory()) troubles.set(path, 'is no file');
  } catch (error) {
    troubles.set(path, whyNot(error));
  }
  return undefined;
}

function foundOf({ path, pattern }: { path: string; pattern: string }, { dev, ino, size, mtimeMs }: BigIntStats): FoundFile {
  const setPath = setPathOf(path);
  return { path, pattern, setPath, key: `${dev}:${ino}`, ino, size: Number(size), modifiedMs: Number(mtimeMs) };
}

function bySetAndAge(a: FoundFile, b: FoundFile): number {
  if (a.setPath !== b.setPath) return a.setPath < b.setPath ? -1 : 1;
  return byLogAge(a.path, b.path);
}

/** A rotation renames a set within milliseconds. */
const TRIES_MAX = 20;

/**
 * All files of a rotated set that lie there unpacked, oldest first; none where the folder cannot be read. Where there is news among them it looks
 * until nothing is renamed meanwhile, for their order; one may still be missing, until the next look.
 */
export async function filesOfSet(setPath: string, isNews: (file: FoundFile) => boolean, folders?: Folders): Promise<FoundFile[]> {
  const shown = (files: readonly FoundFile[]): string => files.map(({ path, key }) => `${key} ${path}`).join('\n');
  let files = await listSet(setPath, folders);
  for (let tries = 0; tries < TRIES_MAX && files.some(isNews); tries++) {
    const again = await listSet(setPath);
    if (shown(again) === shown(files)) return again;
    files = again;
  }
  return files;
}

/** Under a name that says so: nobody begins to write a file like that. */
export function isOld({ path }: { path: string }): boolean {
  return readName(basename(path)).age[0] !== 2;
}

export function isMatch(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => path === pattern || matchesGlob(path, pattern));
}

/** Folders as they were listed once: hundreds of sets may lie in one. By folder, by set, names of files. */
export type Folders = Map<string, ReadonlyMap<string, readonly string[]>>;

async function listFolder(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = await readdir(folder).catch(() => []);
  return Map.groupBy(
    names.filter((name) => !PACKED.test(name)),
    (name) => readName(name).base,
  );
}

async function listSet(setPath: string, folders?: Folders): Promise<FoundFile[]> {
  const folder = dirname(setPath);
  const sets = folders?.get(folder) ?? (await listFolder(folder));
  folders?.set(folder, sets);
  const found: FoundFile[] = [];
  for (const name of sets.get(basename(setPath)) ?? []) {
    const file = await lookAt(join(folder, name), { pattern: '', troubles: new Map() });
    if (file !== undefined) found.push(file);
  }
  return found.sort(bySetAndAge);
}

/** Sets of which only rotated files lie there: the program that writes them has not begun the next one yet. */
export async function setsWithoutNewest(patterns: readonly string[]): Promise<string[]> {
  const sets = new Set<string>();
  for (const pattern of patterns) {
    for await (const path of glob(`${pattern}*`)) {
      const setPath = setPathOf(path);
      if (setPath !== path && (setPath === pattern || matchesGlob(setPath, pattern)) && !existsSync(setPath)) sets.add(setPath);
      if (sets.size >= limits.filesMax) break;
    }
  }
  return [...sets];
}

function setPathOf(path: string): string {
  return join(dirname(path), readName(basename(path)).base);
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link to itself',
  EIO: 'cannot be read: the disk fails',
  EMFILE: 'cannot be opened: too many files are open (LimitNOFILE)',
};

/** What the system says, in our words. */
export function whyNot(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return WHY[code] ?? message;
}
