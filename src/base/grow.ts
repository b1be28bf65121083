/**
 * A file that grows, and the ways in which log files are rotated under their readers: renamed and created anew, copied and
 * truncated (logrotate's `create` and `copytruncate`), removed, created only later. Bytes are handed out as whole lines.
 *
 * Invariant: `offset` is behind the last whole line that was handed out, so nothing is kept that a reader that starts again
 * would miss. A renamed file is read on for a while: its writer may not have noticed yet.
 * Not here: when to look (watch.ts gives hints), and what lines mean.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { limits } from './limits.ts';

export interface Piece {
  /** Whole lines, the last one with its \n - except where `cut`, and at the end of a file that is over. Valid until `take` has ended. */
  readonly bytes: Buffer;
  /** The line is longer than `limits.messageBytesMax`; its rest is skipped. */
  readonly cut: boolean;
}

export interface Grown {
  /** What had happened to the file since the last look. */
  readonly change: 'none' | 'appeared' | 'rotated' | 'truncated' | 'gone';
  /** Whole lines were handed out. */
  readonly hasRead: boolean;
}

type Take = (piece: Piece) => Promise<void> | void;

/** One read: as much as a page of the store, so that a follower of many files stays small. */
const READ_BYTES = 256 * 1024;
/** Compared to tell a file that was truncated and has grown again from one that only grew; log lines differ in their stamps. */
const HEAD_BYTES_MAX = 256;
/** A writer notices a rotation with its next line, or when logrotate's postrotate script tells it; then the old file is over. */
const OLD_FOR_MS = 10_000;
/** Old files that are read on; with more, the oldest is over. */
const OLD_MAX = 4;

interface Opened {
  readonly handle: FileHandle;
  readonly identity: string;
  offset: number;
  /** Of the last look: nothing new needs no reading. */
  sizeSeen: number;
  /** In the rest of a line that was cut. */
  skips: boolean;
  head: Buffer;
  oldSinceMs: number;
}

export class GrowingFile {
  readonly path: string;
  #file: Opened | undefined;
  #old: Opened[] = [];
  #isGone = false;
  #buffer = Buffer.allocUnsafe(READ_BYTES);

  constructor(path: string) {
    this.path = path;
  }

  /** Behind the last whole line that was handed out. */
  get offset(): number {
    return this.#file?.offset ?? 0;
  }

  /** Begins behind the last whole line; false when there is no file yet. Throws what the system says of one that cannot be read. */
  async openAtEnd(): Promise<boolean> {
    const file = await this.#open();
    if (file === undefined) {
      this.#isGone = true;
      return false;
    }
    const { size } = await file.handle.stat();
    file.offset = await lastLineEnd(file.handle, size);
    await this.#keepHead(file);
    this.#file = file;
    return true;
  }

  /** Everything that is new since the last look, oldest first. Throws what the system says of a file that cannot be read. */
  async look(take: Take): Promise<Grown> {
    let hasRead = await this.#readOld(take);
    const there = await identityOf(this.path);
    if (there === undefined) {
      if (this.#file !== undefined) hasRead = (await this.#read(this.#file, take)) || hasRead;
      const isNews = !this.#isGone;
      this.#isGone = true;
      return { change: isNews ? 'gone' : 'none', hasRead };
    }
    let change: Grown['change'] = 'none';
    if (this.#file === undefined || this.#file.identity !== there) {
      if (this.#file !== undefined) hasRead = (await this.#retire(this.#file, take)) || hasRead;
      change = this.#file === undefined || this.#isGone ? 'appeared' : 'rotated';
      this.#file = await this.#open();
      if (this.#file === undefined) return { change: 'none', hasRead };
    } else if (await isTruncated(this.#file)) {
      change = 'truncated';
      Object.assign(this.#file, { offset: 0, sizeSeen: -1, skips: false, head: Buffer.alloc(0) });
    }
    this.#isGone = false;
    return { change, hasRead: (await this.#read(this.#file, take)) || hasRead };
  }

  async close(): Promise<void> {
    for (const file of [...this.#old.splice(0), this.#file]) await file?.handle.close();
    this.#file = undefined;
  }

  async #open(): Promise<Opened | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(this.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const { dev, ino } = await handle.stat();
    return { handle, identity: `${dev}:${ino}`, offset: 0, sizeSeen: -1, skips: false, head: Buffer.alloc(0), oldSinceMs: 0 };
  }

  /** To the end of what is there; then it counts as old. */
  async #retire(file: Opened, take: Take): Promise<boolean> {
    const hasRead = await this.#read(file, take);
    file.oldSinceMs = performance.now();
    this.#old.push(file);
    return hasRead;
  }

  async #readOld(take: Take): Promise<boolean> {
    let hasRead = false;
    for (const file of [...this.#old]) {
      hasRead = (await this.#read(file, take)) || hasRead;
      const isOver = performance.now() - file.oldSinceMs > OLD_FOR_MS || this.#old.length > OLD_MAX;
      if (!isOver) continue;
      hasRead = (await this.#readRest(file, take)) || hasRead;
      this.#old.splice(this.#old.indexOf(file), 1);
      await file.handle.close();
    }
    return hasRead;
  }

  /** Whole lines up to the end. */
  async #read(file: Opened, take: Take): Promise<boolean> {
    const { size } = await file.handle.stat();
    if (size === file.sizeSeen) return false;
    file.sizeSeen = size;
    let hasRead = false;
    for (;;) {
      const { bytesRead } = await file.handle.read(this.#buffer, 0, this.#buffer.length, file.offset);
      if (bytesRead === 0) break;
      const bytes = this.#buffer.subarray(0, bytesRead);
      if (file.skips) {
        const end = bytes.indexOf(10);
        file.skips = end < 0;
        file.offset += end < 0 ? bytesRead : end + 1;
        continue;
      }
      const end = bytes.lastIndexOf(10) + 1;
      const isCut = end === 0 && bytesRead >= limits.messageBytesMax;
      if (end === 0 && !isCut) {
        // One line fills the buffer: a larger one is for it alone.
        if (bytesRead < this.#buffer.length) break;
        this.#buffer = Buffer.allocUnsafe(limits.messageBytesMax);
        continue;
      }
      const piece = bytes.subarray(0, isCut ? limits.messageBytesMax : end);
      await take({ bytes: piece, cut: isCut });
      file.offset += piece.length;
      file.skips = isCut;
      hasRead = true;
    }
    if (this.#buffer.length > READ_BYTES) this.#buffer = Buffer.allocUnsafe(READ_BYTES);
    if (hasRead) await this.#keepHead(file);
    return hasRead;
  }

  /** A last line without its newline: nobody will write the rest. */
  async #readRest(file: Opened, take: Take): Promise<boolean> {
    if (file.skips) return false;
    const { bytesRead } = await file.handle.read(this.#buffer, 0, this.#buffer.length, file.offset);
    if (bytesRead === 0) return false;
    file.offset += bytesRead;
    await take({ bytes: this.#buffer.subarray(0, bytesRead), cut: false });
    return true;
  }

  async #keepHead(file: Opened): Promise<void> {
    if (file.head.length === HEAD_BYTES_MAX) return;
    file.head = await headOf(file.handle, Math.min(file.offset, HEAD_BYTES_MAX));
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function headOf(handle: FileHandle, size: number): Promise<Buffer> {
  const head = Buffer.alloc(size);
  const { bytesRead } = await handle.read(head, 0, size, 0);
  return head.subarray(0, bytesRead);
}

/** Shorter than what was read, or beginning otherwise. */
async function isTruncated(file: Opened): Promise<boolean> {
  const { size } = await file.handle.stat();
  if (size < file.offset) return true;
  if (size === file.sizeSeen) return false;
  return !(await headOf(file.handle, file.head.length)).equals(file.head);
}

/** Where the last line without a newline begins; the size when there is none. */
async function lastLineEnd(handle: FileHandle, size: number): Promise<number> {
  const oldest = Math.max(0, size - limits.messageBytesMax);
  const tail = Buffer.alloc(size - oldest);
  const { bytesRead } = await handle.read(tail, 0, tail.length, oldest);
  const end = tail.subarray(0, bytesRead).lastIndexOf(10);
  return end < 0 && oldest > 0 ? size : oldest + end + 1;
}
