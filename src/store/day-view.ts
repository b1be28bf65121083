/**
 * One day file as a reader keeps it between queries: its blocks' extent, its fresh records decoded, a cache
 * of opened blocks. `refresh` looks again when another connection has committed; whatever was sealed stays.
 */
import { toMessage } from '../base/errors.ts';
import type { LogRecord } from '../model.ts';
import type { Block, BlockRow } from './block-read.ts';
import { DayFile, type FreshRow } from './day-file.ts';
import type { Digest } from './digest.ts';
import { DigestCache } from './digest-cache.ts';

/** A committed batch, decoded. */
export interface Fresh {
  readonly key: string;
  readonly records: readonly LogRecord[];
  readonly minTime: number;
  readonly maxTime: number;
  readonly lastSeq: number;
}

export class DayView {
  readonly path: string;
  readonly name: string;
  #file: DayFile | undefined;
  #version = -1;
  blocks: BlockRow[] = [];
  fresh: Fresh[] = [];
  /** [parent, child]: continuations that stand in rows of their own. */
  families: [number, number][] = [];
  bytes = 0;
  /** False for a file without any table: a writer is just about to make it. */
  isMade = true;
  /** Newest seq given before this file; where some were left out because of damage, the newest before those. */
  baseSeq: number | undefined;
  /** [from, to]: seqs that were never given. */
  jump: readonly [number, number] | undefined;
  /** Retention took it while somebody was still reading. */
  isDropped = false;
  /** What of the file cannot be read; searches say so and answer from the rest. */
  damaged: string[] = [];
  /** Looked at after the writer had left it for the next file: it cannot change any more. */
  isFinal = false;
  /** For the reader's choice of which file to close. */
  usedAt = 0;
  readonly #opened = new Map<number, Block>();
  readonly #digests = new DigestCache();

  constructor(path: string, name: string) {
    this.path = path;
    this.name = name;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  get file(): DayFile {
    this.#file ??= new DayFile(this.path, 'read');
    return this.#file;
  }

  /** Takes note of what was committed since; cheap when nothing was. */
  refresh(): void {
    // Read before the rows: a commit in between only means another look next time.
    const { version } = this.file;
    if (version === this.#version) return;
    this.isMade = this.file.isMade;
    if (!this.isMade) return;
    const damaged: string[] = [];
    this.file.snapshot(() => {
      const known = new Map(this.fresh.map((fresh) => [fresh.key, fresh]));
      this.fresh = this.file.freshRows().flatMap((row) => {
        const key = `${row.id} ${row.lastSeq} ${row.count}`;
        return known.get(key) ?? this.#readFresh(row, key, damaged);
      });
      this.blocks = [...this.blocks, ...this.file.blocks(this.blocks.at(-1)?.id ?? 0)];
      this.families = this.file.families();
      this.#readNotes(damaged);
      this.bytes = this.file.bytes();
    });
    this.#version = version;
    this.damaged = damaged;
  }

  #readNotes(damaged: string[]): void {
    const { notes } = this.file;
    this.baseSeq = notes.get('baseSeq');
    const from = notes.get('jumpedFrom');
    this.jump = from === undefined ? undefined : [from, this.baseSeq!];
    for (const { id, lastSeq } of notes.aside()) damaged.push(`the fresh batch of seqs ${id} to ${lastSeq} was damaged and set aside`);
  }

  /** None when it cannot be read, so that the next look finds the damage again. */
  #readFresh(row: FreshRow, key: string, damaged: string[]): Fresh[] {
    try {
      return [makeFresh(key, this.file.freshRecords(row.id) ?? [], row.lastSeq)];
    } catch (error) {
      damaged.push(toMessage(error).message);
      return [];
    }
  }

  /** What a block's digest says; undefined where it has none that can be read. */
  digest(row: BlockRow): Digest | undefined {
    return this.#digests.get(row.id, () => this.file.digest(row.id));
  }

  /** An opened block; `budget` is what all opened blocks of this file may hold. */
  block(row: BlockRow, budgetBytes: number): Block {
    let block = this.#opened.get(row.id);
    if (block === undefined) {
      this.#evict(budgetBytes);
      block = this.file.block(row);
    } else this.#opened.delete(row.id);
    this.#opened.set(row.id, block);
    return block;
  }

  /** Lets go of the blocks that were not used for longest. */
  #evict(budgetBytes: number): void {
    let bytes = 0;
    for (const block of this.#opened.values()) bytes += block.bytes;
    for (const [id, block] of this.#opened) {
      if (bytes <= budgetBytes) return;
      bytes -= block.bytes;
      this.#opened.delete(id);
    }
  }

  /** Closes the file; what is known of it stays. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#opened.clear();
    this.#version = -1;
  }
}

function makeFresh(key: string, records: readonly LogRecord[], lastSeq: number): Fresh {
  let minTime = Number.POSITIVE_INFINITY;
  let maxTime = Number.NEGATIVE_INFINITY;
  for (const { time } of records) {
    minTime = Math.min(minTime, time);
    maxTime = Math.max(maxTime, time);
  }
  return { key, records, minTime, maxTime, lastSeq };
}
