/**
 * The bytes of one log, wherever they lie: a plain file, an archive, a pipe. `LogBytes` looks at the beginning without taking it,
 * and hands out the rest from a place on; what is no log at all is told by its first bytes.
 *
 * A plain file is read at its offsets, so going on costs nothing; an archive is unpacked from its beginning each time.
 * Not here: lines (receive/file-lines.ts), names and places (receive/fingerprint.ts).
 */
import { type FileHandle, open } from 'node:fs/promises';
import { Damaged, MAGIC_BYTES, type Packing, packingOf, unpack } from './archive.ts';

export { notText } from '../../receive/not-text.ts';

/** One read: large enough that calls cost nothing, small beside a part. */
const READ_BYTES = 256 * 1024;
/** What is looked at to tell text from other things. */
const LOOK_BYTES = 32 * 1024;

/** A pipe that somebody writes into; chunks as they come. */
export type Pipe = AsyncIterable<Buffer>;

export class LogBytes {
  readonly #file: FileHandle | undefined;
  readonly #pipe: AsyncIterator<Buffer> | undefined;
  #pipeHead: Buffer = Buffer.alloc(0);
  packing: Packing = 'plain';
  /** First bytes of the log; at least LOOK_BYTES of them where there are as many. */
  head: Buffer = Buffer.alloc(0);
  /** Bytes read of the file as it lies there, for progress. */
  packedBytes = 0;
  /** What is unpacked already and was not handed out: the rest of a pipe cannot be read again. */
  #rest: { chunks: AsyncIterator<Buffer>; at: number } | undefined;

  private constructor(file: FileHandle | undefined, pipe: Pipe | undefined) {
    this.#file = file;
    this.#pipe = pipe?.[Symbol.asyncIterator]();
  }

  /** Throws what the system says. */
  static async open(from: string | Pipe): Promise<LogBytes> {
    const bytes = typeof from === 'string' ? new LogBytes(await open(from), undefined) : new LogBytes(undefined, from);
    try {
      await bytes.#look();
      return bytes;
    } catch (error) {
      await bytes.close();
      throw error;
    }
  }

  async #look(): Promise<void> {
    if (this.#file) {
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
      this.packing = packingOf(buffer.subarray(0, bytesRead));
    } else {
      await this.#fillPipeHead(MAGIC_BYTES);
      this.packing = packingOf(this.#pipeHead);
    }
    const chunks = this.#unpacked()[Symbol.asyncIterator]();
    const parts: Buffer[] = [];
    let bytes = 0;
    try {
      while (bytes < LOOK_BYTES) {
        const { done, value } = await chunks.next();
        if (done) break;
        parts.push(value);
        bytes += value.length;
      }
    } catch (error) {
      // It is told when it is read again; what came before it counts.
      if (!(error instanceof Damaged)) throw error;
      if (this.#pipe) throw error;
    }
    this.head = Buffer.concat(parts);
    if (this.#pipe) this.#rest = { chunks, at: this.head.length };
    else await chunks.return?.();
    this.packedBytes = 0;
  }

  async #fillPipeHead(bytes: number): Promise<void> {
    while (this.#pipeHead.length < bytes) {
      const { done, value } = await this.#pipe!.next();
      if (done) return;
      this.#pipeHead = Buffer.concat([this.#pipeHead, Buffer.from(value)]);
    }
  }

  get isPipe(): boolean {
    return this.#pipe !== undefined;
  }

  /** Bytes [from, to) of a plain file; fewer where it is shorter. */
  async slice(from: number, to: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#file!.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  }

  /** The log from its beginning, of a plain file from `from` on. Throws `Damaged` behind what could be unpacked. A pipe can be read once. */
  async *chunks(from = 0): AsyncGenerator<Buffer> {
    if (this.#pipe) {
      const rest = this.#rest!;
      if (rest === undefined) throw new Error('BUG: a pipe is read twice');
      this.#rest = undefined;
      yield this.head;
      for (let next = await rest.chunks.next(); !next.done; next = await rest.chunks.next()) yield next.value;
      return;
    }
    if (this.packing === 'plain') {
      yield* this.#packed(from);
      return;
    }
    yield* this.#toTheDamage();
  }

  /** An archive is unpacked in pieces, and of a piece that is damaged nothing is left: so once more, in the finest pieces from there on. */
  async *#toTheDamage(): AsyncGenerator<Buffer> {
    let given = 0;
    try {
      for await (const chunk of this.#unpacked()) {
        given += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (!(error instanceof Damaged) || this.packing === 'xz') throw error;
      let skipped = 0;
      for await (const chunk of this.#unpacked(error.packedAt)) {
        const start = Math.min(chunk.length, given - skipped);
        skipped += start;
        if (start < chunk.length) yield chunk.subarray(start);
      }
      throw error;
    }
  }

  #unpacked(fineFrom?: number): AsyncIterable<Buffer> {
    return unpack({ packing: this.packing, ...(fineFrom === undefined ? {} : { fineFrom }) }, this.#packed(0));
  }

  async *#packed(from: number): AsyncGenerator<Buffer> {
    this.packedBytes = from;
    if (this.#pipe) {
      this.packedBytes = this.#pipeHead.length;
      if (this.#pipeHead.length > 0) yield this.#pipeHead;
      for (let next = await this.#pipe.next(); !next.done; next = await this.#pipe.next()) {
        this.packedBytes += next.value.length;
        yield Buffer.from(next.value);
      }
      return;
    }
    for (let at = from; ; ) {
      const { buffer, bytesRead } = await this.#file!.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      this.packedBytes = at;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
