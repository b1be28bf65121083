/**
 * The only file that knows `tar`: one archive written entry by entry, and read the same way. By the ending of its name it is packed
 * (`.tar.gz`, `.tgz`, `.tar.zst`); reading goes by the first bytes. Not here: what a backup is made of (backup-tar.ts, restore-tar.ts).
 *
 * Invariant: entries are regular files with names of our own making; of a foreign archive no path, link, owner or mode is ever used, only name and
 * bytes are handed out. Format: POSIX.1-2001 ustar, sizes over 8 GiB as GNU tar writes them (base 256).
 */
import { once } from 'node:events';
import { closeSync, createReadStream, createWriteStream, openSync, readSync } from 'node:fs';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { Header } from 'tar';
import { CodedError } from '../base/errors.ts';

/** The unit of the format: headers are one, contents are filled up to it, two of zeros are the end. */
const BLOCK_BYTES = 512;
/** Nobody else reads a backup until it is copied on purpose. */
const MODE = 0o640;

const ENDING = /\.(?:tar|tar\.gz|tgz|tar\.zst)$/i;

/** Is this the name of an archive? */
export function isTarName(path: string): boolean {
  return ENDING.test(path);
}

function packer(path: string): Transform {
  if (/gz$/i.test(path)) return createGzip();
  return /zst$/i.test(path) ? createZstdCompress() : new PassThrough();
}

export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Writes one archive. Whatever fails leaves half a file, which is the caller's to remove. */
export class TarWriter {
  readonly #pack: Transform;
  /** Ends when the file is closed; never rejects unheard. */
  readonly #written: Promise<unknown>;

  /** `path` is where it goes, `named` what it will be called (its ending says how it is packed). */
  constructor(path: string, named: string) {
    this.#pack = packer(named);
    this.#written = pipeline(this.#pack, createWriteStream(path, { mode: MODE })).then(
      () => undefined,
      (error: unknown) => error ?? new Error('BUG: a stream failed without an error'),
    );
  }

  /** Throws when the content is not as long as `bytes` says. */
  async add({ name, bytes, modifiedMs }: TarEntry, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    const header = Buffer.alloc(BLOCK_BYTES);
    new Header({ path: name, size: bytes, mode: MODE, mtime: new Date(modifiedMs), type: 'File', uid: 0, gid: 0 }).encode(header, 0);
    await this.#write(header);
    let written = 0;
    for await (const chunk of content) {
      written += chunk.length;
      await this.#write(chunk);
    }
    if (written !== bytes) throw new Error(`BUG: ${name} has ${written} bytes instead of ${bytes}`);
    await this.#write(Buffer.alloc((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES));
  }

  /** The archive is whole (not yet on disk: the caller syncs it). */
  async end(): Promise<void> {
    await this.#write(Buffer.alloc(2 * BLOCK_BYTES));
    this.#pack.end();
    const failed = await this.#written;
    if (failed !== undefined) throw failed;
  }

  /** Gives up. */
  async destroy(): Promise<void> {
    this.#pack.destroy();
    await this.#written;
  }

  async #write(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    if (!this.#pack.destroyed && this.#pack.write(chunk)) return;
    // A full disk ends the pipeline, and no room comes any more.
    const failed = await Promise.race([
      this.#written,
      once(this.#pack, 'drain').then(
        () => undefined,
        (error: unknown) => error,
      ),
    ]);
    if (failed !== undefined) throw failed;
  }
}

/** What is handed out of an archive. Its content is taken wholly or not at all. */
export interface TarPart {
  readonly name: string;
  readonly isFile: boolean;
  readonly bytes: number;
  readonly content: AsyncIterable<Buffer>;
}

/** Entries as they come. Throws `store-corrupt` for what is no archive, is cut off or damaged, else what the system says. */
export async function* readTar(path: string): AsyncGenerator<TarPart> {
  const bytes = new ByteReader(path);
  try {
    for (;;) {
      const block = await bytes.block();
      // Cut between two entries: who knows what should be there notices (`tar` reads such archives, too).
      if (block === undefined) return;
      const header = new Header(block, 0);
      if (header.nullBlock) return;
      if (!header.cksumValid || header.size === undefined) throw notWhole(path, 'where a file should begin there is none');
      const { path: name = '', size } = header;
      const content = bytes.content(size);
      // `tar -c .` puts `./` before each name.
      yield { name: name.replace(/^\.\//, ''), isFile: header.type === 'File' || header.type === 'OldFile', bytes: size, content };
      for await (const _rest of content);
      await bytes.skip((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
    }
  } finally {
    await bytes.close();
  }
}

function notWhole(path: string, why: string): CodedError {
  return new CodedError('store-corrupt', `${path} is no whole archive: ${why}`);
}

/** One of zlib's codes (`Z_DATA_ERROR`, `ZSTD_error_…`): the file is not what it should be; the machine is. */
function isOfUnpacking(error: unknown): boolean {
  return /^(?:Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** The archive's own bytes, by what it begins with. */
async function* unpacked(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const head = headOf(path);
  const unpack = head.startsWith('1f8b') ? createGunzip() : head === '28b52ffd' ? createZstdDecompress() : undefined;
  if (unpack === undefined) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  file.once('error', (error) => unpack.destroy(error));
  try {
    yield* file.pipe(unpack) as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
  }
}

const CHUNK_BYTES = 1024 * 1024;
const MAGIC_BYTES = 4;

function headOf(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(MAGIC_BYTES);
    return head.toString('hex', 0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}

/** Takes a stream of chunks apart at the places that the format names. */
class ByteReader {
  readonly #path: string;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
    this.#chunks = unpacked(path);
  }

  /** One block; undefined where the archive ends before it. */
  async block(): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for await (const part of this.content(BLOCK_BYTES, true)) parts.push(part);
    return parts.length === 0 ? undefined : Buffer.concat(parts);
  }

  /** The next `bytes`, in pieces; `mayEnd`: there may be nothing at all. */
  async *content(bytes: number, mayEnd = false): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#next();
        if (next === undefined) {
          if (mayEnd && left === bytes) return;
          throw notWhole(this.#path, `it ends ${left} bytes too early`);
        }
        this.#rest = next;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const { value, done } = await this.#chunks.next();
      return done ? undefined : value;
    } catch (error) {
      throw isOfUnpacking(error) ? notWhole(this.#path, (error as Error).message) : error;
    }
  }

  async skip(bytes: number): Promise<void> {
    for await (const _part of this.content(bytes));
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
