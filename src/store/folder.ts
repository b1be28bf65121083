/**
 * The data folder: which files are in it, in which order, and who owns it.
 *
 * Day files are `YYYY-MM-DD.db`, further ones of the same day `YYYY-MM-DD.N.db` (N from 2); the order of names is the
 * order of seq. `LOCK` is an SQLite file whose exclusive lock the owner holds: the kernel lets go of it however the owner ends,
 * so kill -9 leaves nothing to repair. Only SQLite may open it: closing it in any other way would let go of the lock. A folder with other things and without `LOCK` is not ours and is refused.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CodedError, isCoded } from '../base/errors.ts';
import { openSqlite, type Sqlite, storeError } from './sqlite.ts';

const LOCK_FILE = 'LOCK';
export const STATE_FILE = 'state.db';
/** Disk space that we give back when it is really full (reserve.ts). */
export const RESERVE_FILE = 'RESERVE';
/** Before the name of a day file that was damaged (open-newest.ts). */
export const SET_ASIDE_PREFIX = 'damaged-';
/** Where a restore collects its files; a folder that has it is half restored. */
export const RESTORING_FOLDER = '.restoring';
const DAY_FILE = /^(\d{4}-\d\d-\d\d)(?:\.([2-9]|[1-9]\d+))?\.db$/;
/** Files of others that a folder may hold and still be empty to us: what file systems and editors leave. */
const HARMLESS = new Set(['lost+found', '.keep', '.gitkeep', '.DS_Store', RESERVE_FILE]);

const EMPTY: ReadonlySet<string> = new Set([...HARMLESS, LOCK_FILE, `${LOCK_FILE}-journal`, RESTORING_FOLDER]);

export interface DayName {
  readonly file: string;
  readonly day: string;
  /** 1 for the first file of a day. */
  readonly number: number;
}

/** UTC day of a moment in µs, `2026-11-22`. */
export function dayOf(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString().slice(0, 10);
}

export function dayFileName(day: string, number: number): string {
  return number === 1 ? `${day}.db` : `${day}.${number}.db`;
}

/** The day files, oldest first. */
export function listDays(folder: string): DayName[] {
  const days: DayName[] = [];
  for (const file of readdirSync(folder)) {
    const match = DAY_FILE.exec(file);
    if (match) days.push({ file, day: match[1]!, number: match[2] === undefined ? 1 : Number(match[2]) });
  }
  return days.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.number - b.number));
}

/** Damaged files that were set aside, by name. */
export function listSetAside(folder: string): string[] {
  return readdirSync(folder).filter((file) => file.startsWith(SET_ASIDE_PREFIX) && file.endsWith('.db'));
}

/** Logs whose day file is gone: a drop was interrupted. Only for the owner of the folder. */
export function removeOrphans(folder: string): void {
  const files = new Set(readdirSync(folder));
  for (const file of files) {
    const day = /^(.*\.db)-(?:wal|shm)$/.exec(file)?.[1];
    if (day !== undefined && DAY_FILE.test(day) && !files.has(day)) rmSync(join(folder, file), { force: true });
  }
}

/** Bytes of everything in the folder. */
export function folderBytes(folder: string): number {
  let bytes = 0;
  for (const file of readdirSync(folder)) {
    const stats = statSync(join(folder, file), { throwIfNoEntry: false });
    if (stats?.isFile()) bytes += stats.size;
  }
  return bytes;
}

/** Holds the folder until `release`. */
export interface FolderLock {
  release(): void;
}

/** Makes the folder where it is missing, and takes it; CodedError with path and remedy when that cannot be. */
export function ownFolder(folder: string): FolderLock {
  makeFolder(folder);
  refuseForeign(folder);
  return lockFolder(folder);
}

/** The same for a folder that must hold nothing, except what an interrupted restore left. */
export function ownEmptyFolder(folder: string): FolderLock {
  makeFolder(folder);
  // First who owns it: that is the better reason.
  const lock = existsSync(join(folder, LOCK_FILE)) ? lockFolder(folder) : undefined;
  const isHalfRestored = existsSync(join(folder, RESTORING_FOLDER));
  const [other] = readdirSync(folder).filter(
    (name) => !EMPTY.has(name) && !(isHalfRestored && (DAY_FILE.test(name) || name === STATE_FILE)),
  );
  if (other === undefined) return lock ?? lockFolder(folder);
  lock?.release();
  throw new CodedError('store-foreign', `${folder} is not empty (${other}); restore into an empty or new folder`);
}

function lockFolder(folder: string): FolderLock {
  let database: Sqlite | undefined;
  try {
    database = openSqlite(join(folder, LOCK_FILE), 'lock');
    database.exec('CREATE TABLE IF NOT EXISTS owner(pid INTEGER)');
    database.exec('BEGIN EXCLUSIVE');
    database.prepare('DELETE FROM owner').run();
    database.prepare('INSERT INTO owner(pid) VALUES (?)').run(process.pid);
  } catch (error) {
    database?.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') || (error as CodedError).code === 'store-busy')
      throw new CodedError(
        'store-busy',
        `another process uses the data folder ${folder}; stop it, or give this one a folder of its own (--data DIR)`,
      );
    const coded = storeError(error, join(folder, LOCK_FILE));
    throw isCoded(coded) && coded.code === 'store-unwritable' ? unwritable(folder, coded) : coded;
  }
  const held = database;
  return {
    release() {
      held.close();
    },
  };
}

function makeFolder(folder: string): void {
  try {
    makeMissing(resolve(folder));
  } catch (error) {
    throw new CodedError('store-unwritable', `the data folder ${folder} cannot be made: ${(error as Error).message}`);
  }
  if (!statSync(folder).isDirectory()) throw new CodedError('store-unwritable', `${folder} is not a folder`);
  try {
    // Nothing is written to find out: the folder may be another's. A read-only file system shows when LOCK is made.
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(folder, error as Error);
  }
}

function unwritable(folder: string, reason: Error): CodedError {
  return new CodedError(
    'store-unwritable',
    `the data folder ${folder} cannot be written: ${reason.message}; check its owner and the mount`,
  );
}

/** One folder at a time: `mkdirSync` with `recursive` never ends below /proc (Node 26). */
function makeMissing(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  makeMissing(dirname(folder));
  mkdirSync(folder, { mode: 0o750 });
}

function refuseForeign(folder: string): void {
  if (existsSync(join(folder, RESTORING_FOLDER)))
    throw new CodedError('store-foreign', `a restore into ${folder} was interrupted; run it again, or remove the folder`);
  const names = readdirSync(folder).filter((name) => !HARMLESS.has(name) && name !== LOCK_FILE && name !== `${LOCK_FILE}-journal`);
  if (names.length === 0 || names.includes(STATE_FILE) || names.some((name) => DAY_FILE.test(name))) return;
  throw new CodedError(
    'store-foreign',
    `the folder ${folder} holds other things (${names.slice(0, 3).join(', ')}) and no Stacktrail data; choose an empty or new folder`,
  );
}
