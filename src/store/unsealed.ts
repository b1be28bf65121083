/**
 * The committed records of the file that is written that are in no block yet, and their way there: in one go, or step by step beside
 * the commits that come meanwhile. What is on disk and what is in memory change together, or not at all.
 * Not here: seqs, days, sources (write.ts), and what a sealing makes of its records (sealing.ts).
 *
 * Invariant: fresh rows hold exactly `records`; a sealing on its way has the first of them. A crash leaves them fresh.
 */
import { limits } from '../base/limits.ts';
import type { LogRecord } from '../model.ts';
import type { Append, DayFile } from './day-file.ts';
import { NO_POSITIONS } from './positions.ts';
import { type Sealed, Sealing } from './sealing.ts';
import { sizeOf } from './settled.ts';
import type { ShapeBook } from './shape-book.ts';

/** Records and their text (`sizeOf`). */
interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/** Records to commit. */
export interface Batch extends Amount {
  readonly records: readonly LogRecord[];
  readonly positions: ReadonlyMap<string, string>;
}

const NOTHING: Batch = { records: [], count: 0, bytes: 0, positions: NO_POSITIONS };

/** After a sealing that found no block to make (much is held back for what may still join it) the next one waits for a sixteenth of a block. */
const AGAIN_SHARE = 1 / 16;

export class Unsealed {
  readonly #file: DayFile;
  readonly #book: ShapeBook;
  readonly #nowUs: () => number;
  #records: LogRecord[];
  #bytes: number;
  #sealing: Sealing | undefined;
  /** What was there when a sealing found no block. */
  #fruitless: Amount | undefined;
  #hasFailed = false;

  constructor(file: DayFile, of: { book: ShapeBook; records: LogRecord[]; nowUs: () => number }) {
    this.#file = file;
    this.#book = of.book;
    this.#nowUs = of.nowUs;
    this.#records = of.records;
    this.#bytes = textOf(of.records);
  }

  /** By seq. */
  get records(): readonly LogRecord[] {
    return this.#records;
  }

  /** Records that no sealing has taken up. */
  get waiting(): number {
    return this.#records.length - (this.#sealing?.count ?? 0);
  }

  /** With `more` they fill so many blocks. */
  fills(blocks: number, more: Amount = NOTHING): boolean {
    const count = this.#records.length + more.count;
    const bytes = this.#bytes + more.bytes;
    if (count < limits.blockRecordsMax * blocks && bytes < limits.blockBytesMax * blocks) return false;
    const before = this.#fruitless;
    if (before === undefined) return true;
    return count >= before.count + limits.blockRecordsMax * AGAIN_SHARE || bytes >= before.bytes + limits.blockBytesMax * AGAIN_SHARE;
  }

  /** It is time to seal. After a failure whoever appends is to find out whether it goes again. */
  get isDue(): boolean {
    return this.#sealing !== undefined || (!this.#hasFailed && this.fills(1));
  }

  /** Commits records as a fresh row. */
  append(batch: Batch): void {
    this.#file.append({ records: batch.records, blocks: [], merged: [], families: [], positions: batch.positions });
    for (const record of batch.records) this.#records.push(record);
    this.#bytes += batch.bytes;
  }

  /** Goes on with a sealing for about `forMs`; its end is one transaction of some 10 ms. True when it has ended. */
  work(forMs: number): boolean {
    this.#sealing ??= new Sealing([...this.#records], { book: this.#book, all: false, nowUs: this.#nowUs() });
    const sealing = this.#sealing;
    try {
      const sealed = sealing.work(forMs);
      if (sealed === undefined) return false;
      if (sealed.blocks.length > 0) this.#file.append(rowsOf(sealed));
      this.#ended(sealing, sealed, this.#records.slice(sealing.count));
      return true;
    } catch (error) {
      this.#hasFailed = true;
      this.#abandon();
      throw error;
    }
  }

  /** Seals what there is, and a batch that is committed with it: one transaction. `all`: into blocks with everything. */
  seal(all: boolean, batch: Batch = NOTHING): void {
    this.#abandon();
    const sealing = new Sealing([...this.#records, ...batch.records], { book: this.#book, all, nowUs: this.#nowUs() });
    this.#sealing = sealing;
    try {
      const sealed = sealing.work(Number.POSITIVE_INFINITY)!;
      if (sealed.blocks.length === 0) this.append(batch);
      else this.#file.append({ ...rowsOf(sealed), positions: batch.positions });
      this.#ended(sealing, sealed, []);
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  #ended(sealing: Sealing, { blocks, fresh }: Sealed, later: readonly LogRecord[]): void {
    this.#hasFailed = false;
    this.#sealing = undefined;
    sealing.committed();
    if (blocks.length === 0) {
      this.#fruitless = { count: this.#records.length, bytes: this.#bytes };
      return;
    }
    this.#fruitless = undefined;
    this.#records = [...fresh, ...later];
    this.#bytes = textOf(this.#records);
  }

  /** What was encoded is forgotten; its records are fresh as before. */
  #abandon(): void {
    this.#sealing?.abandon();
    this.#sealing = undefined;
  }
}

function textOf(records: readonly LogRecord[]): number {
  return records.reduce((bytes, record) => bytes + sizeOf(record), 0);
}

function rowsOf({ fresh, blocks, merged, families, lastSeq }: Sealed): Append {
  return { records: fresh, blocks, merged, families, replacesUpTo: lastSeq };
}
