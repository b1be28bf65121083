/**
 * What a day file notes of itself beside its records: where its seqs begin and when it was written (table `meta`), and the
 * fresh batches that could not be read and were set aside (table `damaged`, made when it is needed). Files of older
 * programs have neither; both are additions that those programs pass over.
 */
import type { FreshRow } from './day-file.ts';
import { preparing, type Sqlite, type Statement } from './sqlite.ts';

/**
 * Keys of `meta`, all whole numbers. `baseSeq`: newest seq given before this file, so that seq never restarts, even when all
 * older files are dropped. `jumpedFrom`: seqs between this one and `baseSeq` were left out, because the file
 * before was damaged and may have held some of them. `createdUs`, `closedUs`: arrival times that the file covers.
 */
export type NoteName = 'baseSeq' | 'jumpedFrom' | 'createdUs' | 'closedUs';

const DAMAGED_TABLE =
  'CREATE TABLE IF NOT EXISTS damaged(id INTEGER PRIMARY KEY, lastSeq INTEGER NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL)';

export class DayNotes {
  readonly #database: Sqlite;

  readonly #sql: (text: string) => Statement;

  constructor(database: Sqlite) {
    this.#database = database;
    this.#sql = preparing(database);
  }

  get(name: NoteName): number | undefined {
    const value = this.#sql('SELECT value FROM meta WHERE key = ?').pluck().get(name) as string | undefined;
    return value === undefined ? undefined : Number(value);
  }

  /** One transaction. What is noted already stays, but for `closedUs`. */
  note(notes: Partial<Record<NoteName, number>>): void {
    const insert = this.#database.prepare('INSERT OR IGNORE INTO meta(key, value) VALUES (?, ?)');
    const replace = this.#database.prepare('INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)');
    this.#database.transaction(() => {
      for (const [name, value] of Object.entries(notes)) (name === 'closedUs' ? replace : insert).run(name, String(value));
    })();
  }

  /** Moves a fresh row that cannot be read out of the way of the writer; its bytes are kept. */
  setAside(id: number): void {
    this.#database.transaction(() => {
      this.#database.exec(DAMAGED_TABLE);
      this.#database.prepare('INSERT OR REPLACE INTO damaged SELECT id, lastSeq, count, body FROM fresh WHERE id = ?').run(id);
      this.#database.prepare('DELETE FROM fresh WHERE id = ?').run(id);
    })();
  }

  /** Batches that were set aside. */
  aside(): FreshRow[] {
    const has = this.#sql("SELECT count(*) FROM sqlite_schema WHERE name = 'damaged'").pluck().get();
    return has === 0 ? [] : (this.#sql('SELECT id, lastSeq, count FROM damaged ORDER BY id').all() as FreshRow[]);
  }
}
