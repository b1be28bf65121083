/**
 * The table of words of a day file (FORMAT.md): which blocks are found under which words. FTS5 takes up the words of each block as a piece of its own and
 * has to look into every piece for every word; it merges them by itself only from four of a size on. Merging them further
 * is left to whoever has time for it (ingest/tidy.ts): a word is asked for in 14 pieces within 40-50 µs, in one within 13.
 *
 * Invariant: merging changes no answer.
 */
import { preparing, type Sqlite, type Statement, storeError } from './sqlite.ts';

/** Fewer are as good as one: an id costs 2 µs more in each. */
const PIECES_MIN = 6;
/** All is merged anew when an eighth has come: so a word is written some ten times in all, however long a day is. */
const GROWN_BY = 8;
/** FTS5 writes at least its own books; a merge that writes no more than this found nothing to do (sqlite.org/fts5.html, 'merge'). */
const CHANGES_OF_NOTHING = 1;
/** By the first key of each: the table of pages is in the order of pieces. */
const PIECES = `WITH RECURSIVE piece(id) AS (
  SELECT min(segid) FROM word_idx
  UNION ALL SELECT (SELECT min(segid) FROM word_idx WHERE segid > id) FROM piece WHERE id IS NOT NULL)
SELECT count(id) FROM piece`;

export class WordIndex {
  readonly #file: string;
  readonly #sql: (text: string) => Statement;
  #isTidy = false;
  /** All pieces are being merged into one: that goes on, by our steps and by those that FTS5 takes itself. */
  #isMerging = false;
  /** Blocks since all was one piece; at first nobody knows. */
  #addedBlocks = Number.POSITIVE_INFINITY;

  constructor(database: Sqlite, file: string) {
    this.#sql = preparing(database);
    this.#file = file;
  }

  /** Within the transaction of the block. */
  add(block: number, words: string): void {
    this.#sql('INSERT INTO word(rowid, words) VALUES (?, ?)').run(block, words);
    this.#isTidy = false;
    this.#addedBlocks++;
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

  /**
   * Goes on merging: about so many pages are written, 0.1 ms each, in a transaction of their own. Throws a coded error, and all is as it was.
   * All pieces at once, not two by two: where a merge of two is left half done FTS5's own merges stop behind it, and pieces pile up.
   */
  merge(pages: number): void {
    if (this.#isTidy) return;
    try {
      if (!this.#isMerging && !this.#isWorthIt()) {
        this.#isTidy = true;
        return;
      }
      const before = this.#changes();
      // A negative number begins with all of them.
      this.#sql(`INSERT INTO word(word, rank) VALUES ('merge', ?)`).run(this.#isMerging ? pages : -pages);
      this.#isMerging = this.#changes() - before > CHANGES_OF_NOTHING;
      if (this.#isMerging) return;
      this.#isTidy = true;
      this.#addedBlocks = 0;
    } catch (error) {
      throw storeError(error, this.#file);
    }
  }

  #isWorthIt(): boolean {
    const blocks = Number(this.#sql('SELECT coalesce(max(id), 0) FROM block').pluck().get());
    return this.#addedBlocks * GROWN_BY >= blocks && Number(this.#sql(PIECES).pluck().get()) >= PIECES_MIN;
  }

  #changes(): number {
    return Number(this.#sql('SELECT total_changes()').pluck().get());
  }
}
