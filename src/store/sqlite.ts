/**
 * The door of better-sqlite3: opening database files the one way we use them, and naming what went wrong.
 *
 * WAL; the writer says how its commits get to the disk (the library's build default is NORMAL, which alone promises nothing). SQLite >= 3.51.3 is required: older ones can lose commits in WAL mode with two connections
 * (the WAL-reset bug, sqlite.org/wal.html).
 */
import Database from 'better-sqlite3';
import { CodedError } from '../base/errors.ts';

export type Sqlite = Database.Database;
export type Statement = Database.Statement;

const VERSION_MIN = [3, 51, 3] as const;
/** A waiting reader or checkpoint gives up after this; nobody holds a lock longer than one commit. */
const BUSY_TIMEOUT_MS = 5000;
/** SQLite's default; README.md of this folder compares 1 to 8 KiB. */
export const PAGE_BYTES = 4096;
/** Pages in the write-ahead log before a commit copies them into the file: 8 MiB, a few blocks. */
const CHECKPOINT_PAGES = 2048;
const JOURNAL_BYTES_MAX = 8 * 1024 * 1024;

/** How a writer's commits get to the disk: before they return, or when their writer brings the log there (wal-sync.ts). */
export type Durability = 'commit' | 'log';

/** `lock`: a file that is only locked, never more than a row in it; it does not wait for its owner. `plain`: written, in whatever mode it is. */
export function openSqlite(file: string, mode: 'write' | 'read' | 'lock' | 'plain', durability: Durability = 'commit'): Sqlite {
  let database: Sqlite;
  try {
    database = new Database(file, {
      readonly: mode === 'read',
      fileMustExist: mode === 'read',
      timeout: mode === 'lock' ? 0 : BUSY_TIMEOUT_MS,
    });
  } catch (error) {
    throw storeError(error, file);
  }
  try {
    requireVersion(database);
    if (mode === 'write') {
      database.pragma(`page_size = ${PAGE_BYTES}`);
      database.pragma('journal_mode = WAL');
      database.pragma(`synchronous = ${durability === 'commit' ? 'FULL' : 'NORMAL'}`);
      database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      database.pragma(`journal_size_limit = ${JOURNAL_BYTES_MAX}`);
    }
    database.pragma('trusted_schema = OFF');
    return database;
  } catch (error) {
    database.close();
    throw storeError(error, file);
  }
}

function requireVersion(database: Sqlite): void {
  const version = String(database.prepare('SELECT sqlite_version()').pluck().get());
  const parts = version.split('.').map(Number);
  for (let index = 0; index < VERSION_MIN.length; index++) {
    if (parts[index]! > VERSION_MIN[index]!) return;
    if (parts[index]! < VERSION_MIN[index]!)
      throw new CodedError('store-format', `SQLite ${version} is too old, ${VERSION_MIN.join('.')} is needed`);
  }
}

/** Gives the statement of a text, which is prepared once: readers ask after every commit. */
export function preparing(database: Sqlite): (text: string) => Statement {
  const known = new Map<string, Statement>();
  return (text) => {
    let statement = known.get(text);
    if (statement === undefined) {
      statement = database.prepare(text);
      known.set(text, statement);
    }
    return statement;
  };
}

/** What SQLite's error means to whoever runs the service. */
export function storeError(error: unknown, file: string): unknown {
  if (error instanceof CodedError || !(error instanceof Error)) return error;
  const code = (error as { code?: string }).code ?? '';
  if (code.startsWith('SQLITE_FULL')) return new CodedError('disk-full', `the disk that holds ${file} is full`);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new CodedError('store-busy', `${file} is locked by another process`);
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB'))
    return new CodedError('store-corrupt', `${file} is damaged (${error.message})`);
  if (
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_PERM') ||
    code.startsWith('SQLITE_IOERR')
  )
    return new CodedError('store-unwritable', `${file} cannot be used: ${error.message}`);
  return error;
}
