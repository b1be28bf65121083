/**
 * The writing half of engine `days`: gives seqs, commits batches, seals blocks, rolls files.
 *
 * One commit touches one file: the day of arrival. Committed records stay in memory until they are
 * sealed, so sealing reads nothing back. A failed commit leaves everything as it was before.
 */
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { AppendResult, LogRecord } from '../model.ts';
import { type EncodedBlock, encodeBlock } from './block-write.ts';
import { DayFile } from './day-file.ts';
import { type DayName, dayFileName, dayOf, listDays } from './folder.ts';
import { mergeFamilies } from './merge.ts';
import { ShapeBook } from './shape-book.ts';
import type { Durability } from './sqlite.ts';
import { syncLog } from './wal-sync.ts';

/** Errors and tracebacks that arrived within this time stay fresh, so that what still belongs to them can join them. */
const HOLD_US = 500_000;
/** At most so many are held back. */
const HOLD_RECORDS_MAX = 512;
const SECOND_US = 1_000_000;

export class DaysWriter {
  readonly #folder: string;
  readonly #nowUs: () => number;
  #file: DayFile | undefined;
  #name: DayName | undefined;
  #book = new ShapeBook(limits.dayShapesMax);
  /** Committed and not sealed, by seq. */
  #fresh: LogRecord[] = [];
  #freshBytes = 0;
  #lastSeq = 0;
  readonly #durability: Durability;
  /** The file is full: the next append begins another one, so that a roll that fails never refuses what is committed. */
  #isLarge = false;
  #closed = false;

  constructor(folder: string, nowUs: () => number, durability: Durability = 'commit') {
    this.#folder = folder;
    this.#nowUs = nowUs;
    this.#durability = durability;
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
    return this.#fresh;
  }

  #open(): void {
    const days = listDays(this.#folder);
    for (const name of days.toReversed()) {
      const file = new DayFile(join(this.#folder, name.file), 'write', this.#durability);
      const last = file.lastSeq();
      if (this.#file === undefined) {
        this.#use(file, name);
        this.#loadFresh(file);
      } else file.close();
      if (last > 0) {
        this.#lastSeq = last;
        return;
      }
    }
  }

  #use(file: DayFile, name: DayName): void {
    this.#file = file;
    this.#name = name;
    this.#isLarge = false;
    this.#book = new ShapeBook(limits.dayShapesMax);
    file.loadShapes(this.#book);
  }

  #loadFresh(file: DayFile): void {
    this.#fresh = file.freshRows().flatMap((row) => file.freshRecords(row.id) ?? []);
    this.#fresh.sort((a, b) => a.seq - b.seq);
    this.#freshBytes = this.#fresh.reduce((bytes, record) => bytes + sizeOf(record), 0);
  }

  /** Committed when it returns, and durable (with durability `log`: when the log is); coded error and nothing changed when it cannot be. */
  append(records: LogRecord[]): AppendResult {
    if (this.#closed) throw new CodedError('store-closed', 'the store is closed');
    const file = this.#fileOfToday();
    const firstSeq = this.#lastSeq + 1;
    let bytes = this.#freshBytes;
    for (let index = 0; index < records.length; index++) {
      records[index]!.seq = firstSeq + index;
      bytes += sizeOf(records[index]!);
    }
    if (records.length === 0) return { firstSeq, lastSeq: this.#lastSeq, records };
    const full = this.#fresh.length + records.length >= limits.blockRecordsMax || bytes >= limits.blockBytesMax;
    if (full) this.#seal(file, { records: [...this.#fresh, ...records], all: false });
    else {
      file.append({ records, blocks: [], replacesFresh: false, merged: [], families: [] });
      for (const record of records) this.#fresh.push(record);
      this.#freshBytes = bytes;
    }
    this.#lastSeq = firstSeq + records.length - 1;
    if (full) this.#isLarge = file.bytes() > limits.dayFileBytesMax;
    return { firstSeq, lastSeq: this.#lastSeq, records };
  }

  /** Seals whatever is fresh: at the end of a day, before a measurement. */
  flush(): void {
    if (this.#closed) throw new CodedError('store-closed', 'the store is closed');
    if (this.#file && this.#fresh.length > 0) this.#seal(this.#file, { records: this.#fresh, all: true });
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
    if (this.#file === undefined || day > this.#name!.day) this.#roll(day, 1);
    else if (this.#isLarge) this.#roll(this.#name!.day, this.#name!.number + 1);
    return this.#file!;
  }

  #roll(day: string, number: number): void {
    this.flush();
    const name = { file: dayFileName(day, number), day, number };
    const next = new DayFile(join(this.#folder, name.file), 'write', this.#durability);
    this.#letGo();
    this.#use(next, name);
  }

  /** Encodes `records` (by seq) into blocks; what is held back or does not fill a block stays fresh. One transaction. */
  #seal(file: DayFile, of: { records: readonly LogRecord[]; all: boolean }): void {
    const { records, merged } = mergeFamilies(of.records);
    const { settled, held } = of.all ? { settled: records, held: [] } : holdBack(records, this.#nowUs());
    const blocks: EncodedBlock[] = [];
    let from = 0;
    try {
      for (const end of blockEnds(settled, of.all)) {
        const block = encodeBlock(settled.slice(from, end), this.#book);
        this.#book.clear();
        blocks.push(block);
        from = end;
      }
      const fresh = [...settled.slice(from), ...held].sort((a, b) => a.seq - b.seq);
      const families = settled.flatMap(({ of: parent, seq }): [number, number][] => (parent === undefined ? [] : [[parent, seq]]));
      file.append({ records: fresh, blocks, replacesFresh: true, merged, families });
      this.#book.committed();
      this.#fresh = fresh;
      this.#freshBytes = fresh.reduce((bytes, record) => bytes + sizeOf(record), 0);
    } catch (error) {
      this.#book.clear();
      this.#book.revert();
      throw error;
    }
  }
}

/** Rough bytes of a record's text, for the size of a block. */
function sizeOf(record: LogRecord): number {
  return record.message.length + (record.raw?.length ?? 0) + (record.structuredData?.length ?? 0) + 64;
}

/** Where blocks end: at 8192 records or 4 MiB; the rest fills a block only when all must be sealed, or when it is the first. */
function blockEnds(records: readonly LogRecord[], all: boolean): number[] {
  const ends: number[] = [];
  let from = 0;
  let bytes = 0;
  for (let index = 0; index < records.length; index++) {
    bytes += sizeOf(records[index]!);
    if (index + 1 - from < limits.blockRecordsMax && bytes < limits.blockBytesMax) continue;
    ends.push(index + 1);
    from = index + 1;
    bytes = 0;
  }
  const rest = records.length - from;
  if (rest > 0 && (all || rest > limits.blockRecordsMax - HOLD_RECORDS_MAX)) ends.push(records.length);
  return ends;
}

function holdBack(records: readonly LogRecord[], nowUs: number): { settled: readonly LogRecord[]; held: LogRecord[] } {
  const since = nowUs - HOLD_US;
  const held: LogRecord[] = [];
  for (let index = records.length - 1; index >= 0 && held.length < HOLD_RECORDS_MAX; index--) {
    const record = records[index]!;
    if (record.received < since - SECOND_US) break;
    if (record.received >= since && mayGrow(record)) held.push(record);
  }
  if (held.length === 0) return { settled: records, held };
  const kept = new Set(held);
  return { settled: records.filter((record) => !kept.has(record)), held };
}

function mayGrow(record: LogRecord): boolean {
  return record.level === 'ERROR' || record.level === 'CRITICAL' || record.of !== undefined || record.message.includes('\n');
}
