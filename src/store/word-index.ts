/**
 * The table of words of a day file (FORMAT.md): which blocks are found under which words. FTS5 takes up the words of each block as a piece of its own and
 * has to look into every piece for every word; it merges them by itself only from four of a size on. Merging them further
 * is left to whoever has time for it (ingest/tidy.ts): a word is asked for in 14 pieces within 50 µs, in three within 15.
 *
 * Invariant: merging changes no answer.
 */
import { type Sqlite, type Statement, storeError } from './sqlite.ts';

/** Pieces of a size that are merged into one; the least that FTS5 takes. */
const MERGED_MIN = 2;
/** FTS5 writes at least its own books; a merge that writes no more than this found nothing to do (sqlite.org/fts5.html, 'merge'). */
const CHANGES_OF_NOTHING = 1;

export class WordIndex {
  readonly #database: Sqlite;
  readonly #file: string;
  readonly #statements = new Map<string, Statement>();
  #isTidy = false;
  #isConfigured = false;

  constructor(database: Sqlite, file: string) {
    this.#database = database;
    this.#file = file;
  }

  #sql(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Within the transaction of the block. */
  add(block: number, words: string): void {
    this.#sql('INSERT INTO word(rowid, words) VALUES (?, ?)').run(block, words);
    this.#isTidy = false;
  }

  /** Blocks whose words answer an FTS5 expression. */
  blocksWith(expression: string): Set<number> {
    try {
      return new Set(this.#sql('SELECT rowid FROM word WHERE word MATCH ?').pluck().all(expression) as number[]);
    } catch (error) {
      throw storeError(error, this.#file);
    }
  }

  /** Nothing is left to merge; false at first: nobody has looked. */
  get isTidy(): boolean {
    return this.#isTidy;
  }

  /** Goes on merging: about so many pages are written, 0.1 ms each, in a transaction of their own. Throws a coded error, and all is as it was. */
  merge(pages: number): void {
    if (this.#isTidy) return;
    try {
      if (!this.#isConfigured) this.#sql(`INSERT INTO word(word, rank) VALUES ('usermerge', ${MERGED_MIN})`).run();
      this.#isConfigured = true;
      const before = this.#changes();
      this.#sql(`INSERT INTO word(word, rank) VALUES ('merge', ?)`).run(pages);
      this.#isTidy = this.#changes() - before <= CHANGES_OF_NOTHING;
    } catch (error) {
      throw storeError(error, this.#file);
    }
  }

  #changes(): number {
    return Number(this.#sql('SELECT total_changes()').pluck().get());
  }
}
