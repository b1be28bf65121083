/**
 * The blocks that one story has opened. A story asks the same blocks in every round, so they stay; what they hold beyond the bound is let go of, the
 * least used first: at first all but where ids stand in them, which the next rounds ask for, then the block.
 */
import type { Block } from './block-read.ts';
import type { DayFile } from './day-file.ts';
import type { DaysReader } from './read.ts';
import { PLACES } from './story-scan.ts';
import type { Unit } from './units.ts';

/** What opened blocks may hold for one story: with all columns that a record needs a block is 0.5-3 MB, where its ids stand 0.3 MB. */
const BYTES_MAX = 48 * 1024 * 1024;

type BlockUnit = Unit & { kind: 'block' };

export class StoryBlocks {
  readonly #reader: DaysReader;
  readonly #opened = new Map<Unit, { block: Block; file: DayFile }>();

  constructor(reader: DaysReader) {
    this.#reader = reader;
  }

  /** Throws `store-corrupt`. */
  of(unit: BlockUnit): Block {
    const { file } = this.#reader.use(unit.view);
    const known = this.#opened.get(unit);
    if (known !== undefined) this.#opened.delete(unit);
    const block = known?.file === file ? known.block : this.#reader.block(unit.view, unit.extent);
    this.#opened.set(unit, { block, file });
    this.#makeRoom(unit);
    return block;
  }

  #makeRoom(used: Unit): void {
    let bytes = 0;
    for (const { block } of this.#opened.values()) bytes += block.bytes;
    for (const [unit, { block }] of this.#opened) {
      if (bytes <= BYTES_MAX || unit === used) return;
      bytes -= block.bytes;
      block.keepOnly(PLACES);
      bytes += block.bytes;
    }
    for (const [unit, { block }] of this.#opened) {
      if (bytes <= BYTES_MAX || unit === used) return;
      bytes -= block.bytes;
      this.#opened.delete(unit);
    }
  }
}
