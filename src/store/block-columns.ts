/**
 * The columns of one block as bytes: its parts are fetched from the file when one of their columns is asked for, checked, and the column unpacked. Not
 * here: what the bytes mean (block-read.ts).
 */
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.ts';
import { type BlockHead, readHead } from './block-head.ts';
import type { BlockRow, BlockSource } from './block-read.ts';
import type { ColumnName } from './columns.ts';
import { unpack, unpackAll } from './compress.ts';

export class BlockColumns {
  readonly #row: BlockRow;
  readonly #source: BlockSource;
  readonly #head: BlockHead;
  readonly #parts: (Buffer | undefined)[] = [];
  /** Unpacked together with others, until they are asked for. */
  readonly #ready = new Map<ColumnName, Buffer>();
  #bytes = 0;

  /** Throws when the head is damaged. */
  constructor(row: BlockRow, head: Buffer, source: BlockSource) {
    this.#row = row;
    this.#source = source;
    this.#head = readHead(head);
  }

  /** What is kept of parts, and of columns that nobody has asked for yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Unpacked, to be read only; undefined: the block has no such column. Throws what is wrong with it. */
  get(name: ColumnName): Buffer | undefined {
    const ready = this.#ready.get(name);
    if (ready !== undefined) {
      this.#ready.delete(name);
      this.#bytes -= ready.length;
      return ready;
    }
    const packed = this.#packed(name);
    return packed === undefined ? undefined : unpack(packed);
  }

  /** These will be asked for. What is wrong with any of them is heard by whoever asks for it. */
  expect(names: readonly ColumnName[]): void {
    try {
      const packed = new Map<ColumnName, Buffer>();
      for (const name of names) {
        const bytes = this.#ready.has(name) ? undefined : this.#packed(name);
        if (bytes !== undefined) packed.set(name, bytes);
      }
      const unpacked = unpackAll([...packed.values()]);
      for (const [index, name] of [...packed.keys()].entries()) {
        this.#ready.set(name, unpacked[index]!);
        this.#bytes += unpacked[index]!.length;
      }
    } catch {
      // As said: one by one they are read as far as they can be.
    }
  }

  letGo(): void {
    this.#parts.length = 0;
    this.#ready.clear();
    this.#bytes = 0;
  }

  #packed(name: ColumnName): Buffer | undefined {
    const entry = this.#head.directory.get(name);
    if (entry === undefined) return undefined;
    let part = this.#parts[entry.part];
    if (part === undefined) {
      part = this.#source.part(this.#row.id, entry.part);
      if (crc32(part) !== this.#head.checksums[entry.part])
        throw new CodedError('store-corrupt', `block ${this.#row.id}: part ${entry.part} does not match its checksum`);
      this.#parts[entry.part] = part;
      this.#bytes += part.length;
    }
    return part.subarray(entry.offset, entry.offset + entry.length);
  }
}
