/**
 * A consistent copy of a data folder while a server writes it: everything up to one seq, nothing of what came later. Each file is
 * copied by SQLite's backup API in one step, which sees one moment of it; the file that is written comes last, so
 * what is in the backup has no gap. Closed files that have not changed since the backup before are not copied again.
 *
 * Invariant: at every moment the folder holds one whole backup (after the first): new files have names of their own, the
 * manifest is replaced at the end, and only then what it does not name any more is removed. Not here: restore.ts.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { CodedError, isCoded, toMessage } from '../base/errors.ts';
import { listDays, STATE_FILE } from './folder.ts';
import {
  checkStored,
  MANIFEST_FILE,
  MANIFEST_VERSION,
  type Manifest,
  readManifest,
  type StoredFile,
  sha256Of,
  syncFile,
  writeManifest,
} from './manifest.ts';
import { openSqlite, type Sqlite, storeError } from './sqlite.ts';
import { type Damage, verifyDay } from './verify-day.ts';

export interface BackupOptions {
  readonly folder: string;
  readonly to: string;
  readonly nowMs: number;
  readonly onFile?: (file: string, how: 'kept' | 'copied') => void;
  /** Throws to give up; the backup before stays. */
  readonly goOn?: () => void;
  /** Where finished files go instead of staying in `to`, which then only holds what is being copied (backup-tar.ts). */
  readonly sink?: BackupSink;
}

export interface BackupSink {
  /** The file is removed afterwards. */
  take(path: string, entry: StoredFile): Promise<void>;
  end(manifest: Manifest): Promise<void>;
}

export interface BackupReport {
  readonly manifest: Manifest;
  readonly copied: number;
  readonly copiedBytes: number;
  /** Found in the copies, and so in the originals: a backup keeps what is there. */
  readonly damages: readonly Damage[];
  readonly notes: readonly string[];
}

const LOCK_FILE = 'backup.lock';
const DRAFT_PREFIX = 'copying-';
/** Files of ours in a backup, whole ones and leftovers. */
export const OURS =
  /^(?:manifest\.json(?:\.new)?|backup\.lock(?:-journal)?|copying-.*|(?:state|\d{4}-\d\d-\d\d(?:\.\d+)?)\.db\.[0-9a-f]{16}(?:-journal|-wal|-shm)?)$/;
const SHA_CHARS = 16;
/** All pages in one step. In more, every commit of the server would start the copy anew. */
const ALL_PAGES = 0x7fffffff;

/** Several logs and journals of SQLite, before they have any content. */
const SQLITE_ROOM_BYTES = 256 * 1024;

interface Making {
  readonly options: BackupOptions;
  readonly before: readonly StoredFile[];
  readonly files: StoredFile[];
  readonly damages: Damage[];
  readonly notes: string[];
  copied: number;
  copiedBytes: number;
}

/** Throws coded errors; whatever it throws, the backup before is whole. */
export async function backupFolder(options: BackupOptions): Promise<BackupReport> {
  const { folder, to } = options;
  const before = prepare(folder, to);
  const lock = lockBackup(to);
  try {
    const making: Making = { options, before, files: [], damages: [], notes: [], copied: 0, copiedBytes: 0 };
    const days = listDays(folder);
    for (const { file } of days) await take(making, file, file !== days.at(-1)!.file);
    if (existsSync(join(folder, STATE_FILE))) await take(making, STATE_FILE, false);
    const { files, damages, notes, copied, copiedBytes } = making;
    const lastSeq = files.reduce((last, entry) => Math.max(last, entry.lastSeq ?? 0), 0);
    const manifest: Manifest = { version: MANIFEST_VERSION, made: new Date(options.nowMs).toISOString(), lastSeq, files };
    if (options.sink === undefined) {
      writeManifest(to, manifest);
      removeOthers(to, manifest);
    } else await options.sink.end(manifest);
    return { manifest, copied, copiedBytes, damages, notes };
  } catch (error) {
    throw storeError(machineError(error, to), to);
  } finally {
    lock.close();
  }
}

/** What the backup before consists of. Throws for folders that are not what they should be. */
function prepare(folder: string, to: string): readonly StoredFile[] {
  if (!existsSync(folder) || (listDays(folder).length === 0 && !existsSync(join(folder, STATE_FILE))))
    throw new CodedError('store-foreign', `${folder} is no data folder of Stacktrail; --data DIR says which one`);
  try {
    mkdirSync(to, { recursive: true, mode: 0o750 });
  } catch (error) {
    throw new CodedError('store-unwritable', `${to} cannot be made: ${(error as Error).message}`);
  }
  if (`${realpathSync(to)}${sep}`.startsWith(`${realpathSync(folder)}${sep}`))
    throw new CodedError('bad-argument', `${to} lies in the data folder; a backup belongs on another disk`);
  const strange = readdirSync(to).find((name) => !OURS.test(name) && name !== 'lost+found');
  if (strange !== undefined)
    throw new CodedError('store-foreign', `${to} holds other things (${strange}); choose an empty or new folder, or a backup`);
  return existsSync(join(to, MANIFEST_FILE)) ? readManifest(to).files : [];
}

function lockBackup(to: string): Sqlite {
  const database = openSqlite(join(to, LOCK_FILE), 'lock');
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY'))
      throw new CodedError('store-busy', `another backup into ${to} is running`);
    throw storeError(error, to);
  }
}

async function take(making: Making, file: string, isClosed: boolean): Promise<void> {
  const { folder, to, onFile, goOn, sink } = making.options;
  goOn?.();
  const path = join(folder, file);
  const kept = isClosed ? unchanged(making, file) : undefined;
  if (kept !== undefined) {
    making.files.push(kept);
    onFile?.(file, 'kept');
    return;
  }
  const draft = join(to, `${DRAFT_PREFIX}${file}`);
  try {
    removeDraft(draft);
    const source = statOf(path);
    await copy(path, draft);
    const entry = file === STATE_FILE ? {} : await checkCopy(making, { path: draft, file });
    syncFile(draft);
    const sha256 = sha256Of(draft);
    const { bytes } = statOf(draft);
    const stored = `${file}.${sha256.slice(0, SHA_CHARS)}`;
    const taken: StoredFile = { file, stored, bytes, sha256, ...entry, ...(isClosed ? { source } : {}) };
    if (sink === undefined) renameSync(draft, join(to, stored));
    else await sink.take(draft, taken);
    making.files.push(taken);
    making.copied++;
    making.copiedBytes += bytes;
    onFile?.(file, 'copied');
  } catch (error) {
    // Retention was faster: what it has dropped need not be kept.
    if (existsSync(path)) throw error;
    making.notes.push(`${file} was dropped by retention meanwhile`);
  } finally {
    removeDraft(draft);
  }
}

/** The entry of the backup before, if file and copy are what they were then. */
function unchanged({ options, before }: Making, file: string): StoredFile | undefined {
  const entry = before.find((one) => one.file === file);
  if (entry?.source === undefined) return undefined;
  const { bytes, modifiedMs } = statOf(join(options.folder, file));
  if (bytes !== entry.source.bytes || modifiedMs !== entry.source.modifiedMs) return undefined;
  return statSync(join(options.to, entry.stored), { throwIfNoEntry: false })?.size === entry.bytes ? entry : undefined;
}

async function copy(path: string, draft: string): Promise<void> {
  let source: Sqlite | undefined;
  try {
    source = openSqlite(path, 'read');
    await source.backup(draft, { progress: () => ALL_PAGES });
  } catch (error) {
    // Only the copy is written: SQLite does not say which of the two had no room.
    const coded = (error as { code?: string }).code === 'SQLITE_FULL' ? noRoom(dirname(draft)) : storeError(error, path);
    // No database any more: its bytes may still be worth something, and the check names the damage.
    if (!isCoded(coded) || coded.code !== 'store-corrupt') throw coded;
    copyFileSync(path, draft);
    return;
  } finally {
    source?.close();
  }
  // Without a log of its own the copy is one file, and can be read from a disk that cannot be written.
  const made = openSqlite(draft, 'plain');
  made.pragma('journal_mode = DELETE');
  made.close();
}

async function checkCopy(
  making: Making,
  of: { path: string; file: string },
): Promise<Pick<StoredFile, 'firstSeq' | 'lastSeq' | 'records'>> {
  const steps = verifyDay({ ...of, isQuick: false });
  for (;;) {
    const step = steps.next();
    // So that a signal is heard.
    await breathe();
    making.options.goOn?.();
    if (!step.done) continue;
    const { damages, notes, records, range, baseSeq } = step.value;
    making.damages.push(...damages);
    making.notes.push(...notes);
    return { records, firstSeq: range?.first, lastSeq: range?.last ?? baseSeq };
  }
}

function statOf(path: string): { bytes: number; modifiedMs: number } {
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, modifiedMs: mtimeMs };
}

function removeDraft(draft: string): void {
  for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${ending}`, { force: true });
}

/** What the new manifest does not name: files of the backup before, and leftovers. */
function removeOthers(to: string, manifest: Manifest): void {
  const named = new Set([MANIFEST_FILE, LOCK_FILE, `${LOCK_FILE}-journal`, ...manifest.files.map(({ stored }) => stored)]);
  for (const name of readdirSync(to)) if (OURS.test(name) && !named.has(name)) rmSync(join(to, name), { force: true });
}

export function machineError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT' || (code === 'store-unwritable' && isFull(path))) return noRoom(path);
  return /^E[A-Z]+$/.test(code) ? new CodedError('store-unwritable', `${path}: ${toMessage(error).message}`) : error;
}

/** What SQLite calls an I/O error where it has no room for the index of a log (32 KiB) of its own. */
function isFull(path: string): boolean {
  if (!existsSync(path)) return false;
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize < SQLITE_ROOM_BYTES;
}

/** `path`: where the backup goes. */
export function noRoom(path: string): CodedError {
  return new CodedError('disk-full', `there is no room for the backup in ${path}; the one before is whole`);
}

/** Everything that the manifest names is there and as it says; throws the first that is not. */
export async function checkBackup(folder: string, onFile?: (file: string) => void): Promise<Manifest> {
  const manifest = readManifest(folder);
  for (const entry of manifest.files) {
    await breathe();
    onFile?.(entry.file);
    const wrong = checkStored(folder, entry);
    if (wrong !== undefined) throw new CodedError('store-corrupt', `the backup ${folder} is damaged: ${wrong}`);
  }
  return manifest;
}
