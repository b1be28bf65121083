/**
 * The writing half of engine `days`: gives seqs, commits batches, seals blocks, rolls files.
 *
 * One commit touches one file: the day of arrival. Committed records stay in memory until they are
 * sealed, so sealing reads nothing back. A failed commit leaves everything as it was before. A block takes 50-100 ms to
 * seal: an owner that has others to serve meanwhile takes that upon itself (`sealing: 'later'`) and calls `seal` between.
 */
import { join } from 'node:path';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { AppendResult, LogRecord } from '../model.ts';
import { DayFile } from './day-file.ts';
import { type DayName, dayFileName, dayOf, removeOrphans } from './folder.ts';
import { loadDay, openNewest, type Trouble, type WritableDay } from './open-newest.ts';
import { NO_POSITIONS, Positions, positionsOf } from './positions.ts';
import { sizeOf } from './settled.ts';
import { type Durability, storeError } from './sqlite.ts';
import { type Batch, Unsealed } from './unsealed.ts';
import { syncLog } from './wal-sync.ts';

/** When a file rolls before its day is over, so that retention can drop in steps that are small enough. */
export interface RollLimits {
  readonly fileBytesMax: number;
  /** Longest time between its first and its last arrival, µs. */
  readonly fileSpanUs: number;
}

export interface WriterOptions {
  /** `commit`: on disk when `append` returns; `log`: when the caller has brought `log` there. */
  readonly durability?: Durability;
  /** `at once`: by the `append` that fills a block; `later`: by `seal`, but for a batch that fills half of a block alone. */
  readonly sealing?: 'at once' | 'later';
}

/** Whoever is to call `seal` does not, or cannot: here an append seals, so that memory is bounded and senders hear what is wrong. */
const BLOCKS_LEFT_MAX = 2;

export class DaysWriter {
  readonly folder: string;
  readonly #nowUs: () => number;
  #file: DayFile | undefined;
  #name: DayName | undefined;
  #unsealed: Unsealed | undefined;
  #lastSeq = 0;
  readonly #durability: Durability;
  readonly #sealsLater: boolean;
  #positions: Positions | undefined;
  /** The file is full: the next append begins another one, so that a roll that fails never refuses what is committed. */
  #isLarge = false;
  #rollLimits: RollLimits = { fileBytesMax: Number.POSITIVE_INFINITY, fileSpanUs: Number.POSITIVE_INFINITY };
  #closed = false;
  /** What was found damaged since the start. */
  readonly troubles: Trouble[] = [];

  constructor(folder: string, nowUs: () => number, { durability = 'commit', sealing = 'at once' }: WriterOptions = {}) {
    this.folder = folder;
    this.#nowUs = nowUs;
    this.#durability = durability;
    this.#sealsLater = sealing === 'later';
    this.#open();
  }

  /** Path of the write-ahead log that the newest commit is in; with durability `log` the caller brings it to disk. */
  get log(): string {
    return `${this.#file?.file ?? ''}-wal`;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Committed records that are not sealed: what the joiner may still attach to after a restart. */
  get fresh(): readonly LogRecord[] {
    return this.#unsealed?.records ?? [];
  }

  /** Those of them that no sealing has taken up. */
  get waiting(): number {
    return this.#unsealed?.waiting ?? 0;
  }

  /** It is time to call `seal`. */
  get isSealDue(): boolean {
    return this.#unsealed?.isDue ?? false;
  }

  /** The file that is written; older ones are closed for ever. */
  get current(): DayName | undefined {
    return this.#name;
  }

  #open(): void {
    removeOrphans(this.folder);
    const { day, after, lastSeq, jumpedFrom, troubles } = openNewest(this.folder, this.#durability);
    this.troubles.push(...troubles);
    this.#lastSeq = lastSeq;
    if (day !== undefined) {
      this.#use(day);
      // Empty, of an older program: it must know where its seqs begin before the files before it are dropped.
      if (day.file.lastSeq() === 0) day.file.notes.note({ baseSeq: lastSeq });
    } else if (jumpedFrom !== undefined) this.#begin(nameAfter(after, dayOf(this.#nowUs())), jumpedFrom);
  }

  #use({ file, name, book, fresh }: WritableDay): void {
    this.#file = file;
    this.#name = name;
    this.#unsealed = new Unsealed(file, { book, records: fresh, nowUs: this.#nowUs });
    this.#isLarge = this.#isTooLarge(file);
  }

  #isTooLarge(file: DayFile): boolean {
    return file.bytes() > Math.min(limits.dayFileBytesMax, this.#rollLimits.fileBytesMax);
  }

  /** Makes the next file and goes over to it; until it is made the one before is kept. */
  #begin(name: DayName, jumpedFrom?: number): void {
    const file = new DayFile(join(this.folder, name.file), 'write', this.#durability);
    try {
      file.notes.note({ baseSeq: this.#lastSeq, createdUs: this.#nowUs(), ...(jumpedFrom === undefined ? {} : { jumpedFrom }) });
    } catch (error) {
      file.close();
      throw storeError(error, file.file);
    }
    this.#letGo();
    this.#use(loadDay(file, name, this.troubles));
  }

  /** Committed when it returns, and durable (with durability `log`: when the log is); coded error and nothing changed when it cannot be. */
  append(records: LogRecord[], positions?: ReadonlyMap<string, string>): AppendResult {
    this.#mustBeOpen();
    return this.#beyondDamage(() => this.#append(records, positions));
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new CodedError('store-closed', 'the store is closed');
  }

  /** A file that became unwritable under our hands: what is in it stays, and is read as far as that goes; we go on in another one. */
  #beyondDamage<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (!isCoded(error) || error.code !== 'store-corrupt') throw error;
      this.troubles.push({ text: `${this.#file?.file} is damaged and is not written any more: ${error.message}`, records: 0 });
      this.#begin(nameAfter(this.#name, dayOf(this.#nowUs())));
      return write();
    }
  }

  #append(records: LogRecord[], positions: ReadonlyMap<string, string> | undefined): AppendResult {
    const file = this.#fileOfToday();
    const unsealed = this.#unsealed!;
    const firstSeq = this.#lastSeq + 1;
    let bytes = 0;
    for (let index = 0; index < records.length; index++) {
      records[index]!.seq = firstSeq + index;
      bytes += sizeOf(records[index]!);
    }
    if (records.length === 0) {
      if (positions?.size) this.#move(file, positions);
      return { firstSeq, lastSeq: this.#lastSeq, records };
    }
    const batch = { records, count: records.length, bytes, positions: positions ?? NO_POSITIONS };
    const full = unsealed.fills(this.#sealsLater && !isLarge(batch) ? BLOCKS_LEFT_MAX : 1, batch);
    if (full) unsealed.seal(false, batch);
    else unsealed.append(batch);
    this.#lastSeq = firstSeq + records.length - 1;
    this.#positions?.keep(positions);
    if (full) this.#isLarge = this.#isTooLarge(file);
    return { firstSeq, lastSeq: this.#lastSeq, records };
  }

  /**
   * Goes on with the sealing that is due for about `forMs`, with some 10 ms for the transaction at its end. Throws a coded error when it
   * fails: all stays fresh, and an append tries again, which can tell its sender.
   */
  seal(forMs: number): void {
    this.#mustBeOpen();
    // A new file, begun behind a damaged one, has nothing to seal.
    const done = this.#beyondDamage(() => this.isSealDue && this.#unsealed!.work(forMs));
    if (done) this.#isLarge = this.#isTooLarge(this.#file!);
  }

  /** There is nothing to `merge`. */
  get isTidy(): boolean {
    return this.#file === undefined || this.#file.words.isTidy;
  }

  /** Merges about so many pages of what the day is searched by (word-index.ts); true: nothing is left. Throws a coded error, and nothing is lost by it. */
  merge(pages: number): boolean {
    this.#mustBeOpen();
    this.#file?.words.merge(pages);
    return this.isTidy;
  }

  /** How far each source was taken, over all day files; read when it is first asked for. */
  get positions(): ReadonlyMap<string, string> {
    this.#positions ??= new Positions(this.folder, this.#file);
    return this.#positions.newest;
  }

  /** Before a day file is dropped: what it says of sources and no newer file does goes into the one that is written now, on disk when it returns. */
  carryPositions(dayFile: string): void {
    this.#mustBeOpen();
    const newest = this.positions;
    const carried = positionsOf(this.folder, dayFile).filter(([source, value]) => newest.get(source) === value);
    if (carried.length === 0 || dayFile === this.#name?.file) return;
    this.#move(this.#fileOfToday(), new Map(carried));
    if (this.#durability === 'log') syncLog(this.log);
  }

  #move(file: DayFile, positions: ReadonlyMap<string, string>): void {
    file.append({ records: [], blocks: [], merged: [], families: [], positions });
    this.#positions?.keep(positions);
  }

  /** Seals whatever is fresh: at the end of a day, before a measurement. */
  flush(): void {
    this.#mustBeOpen();
    if (this.fresh.length > 0) this.#unsealed!.seal(true);
    this.#file?.checkpoint();
  }

  /** Fresh records stay fresh; opening again needs no repair. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#letGo();
  }

  /** Closes the file that is written, with all of its log on disk. */
  #letGo(): void {
    if (this.#file && this.#durability === 'log') syncLog(this.log);
    this.#file?.close();
  }

  #fileOfToday(): DayFile {
    const day = dayOf(this.#nowUs());
    // A clock that went back must not reopen a file behind newer ones: seqs are in the order of names.
    if (this.#file === undefined || day > this.#name!.day || this.#isLarge) this.#roll(day);
    return this.#file!;
  }

  /** From now on; a file that is too large already rolls with the next append. */
  configure(rollLimits: RollLimits): void {
    this.#rollLimits = rollLimits;
    if (this.#file !== undefined) this.#isLarge = this.#isTooLarge(this.#file);
  }

  /** Closes a file whose day is over, or that has reached a limit, without waiting for the next record; an empty one goes on. */
  rollIfDue(): boolean {
    if (this.#closed || this.#file === undefined) return false;
    const { notes } = this.#file;
    if (this.#lastSeq === notes.get('baseSeq')) return false;
    const nowUs = this.#nowUs();
    const day = dayOf(nowUs);
    const createdUs = notes.get('createdUs') ?? startOf(this.#name!.day);
    // Either way: a file that was begun by a clock that was ahead ends, too.
    if (day <= this.#name!.day && !this.#isLarge && Math.abs(nowUs - createdUs) <= this.#rollLimits.fileSpanUs) return false;
    this.#roll(day);
    return true;
  }

  #roll(day: string): void {
    if (this.#file) {
      if (this.fresh.length > 0) this.#unsealed!.seal(true);
      this.#file.notes.note({ closedUs: this.#nowUs() });
      this.#file.checkpoint();
    }
    this.#begin(nameAfter(this.#name, day));
  }
}

/** Fills half of a block alone: as fresh rows it would be written twice. */
function isLarge({ count, bytes }: Batch): boolean {
  return count >= limits.blockRecordsMax / 2 || bytes >= limits.blockBytesMax / 2;
}

/** The name of the next file; a clock that went back must not put it before the others. */
function nameAfter(newest: DayName | undefined, today: string): DayName {
  const isNewDay = newest === undefined || today > newest.day;
  const day = isNewDay ? today : newest.day;
  const number = isNewDay ? 1 : newest.number + 1;
  return { file: dayFileName(day, number), day, number };
}

/** µs at which a UTC day begins. */
function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) * 1000;
}
