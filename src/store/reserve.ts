/**
 * Disk space that we hold in a file of our own, to give it back when the disk is really full: others may have filled it, and
 * SQLite needs some to work - a checkpoint, the index of a log (32 KiB for each file that a query opens), the batches that
 * are under way. Not sparse, and of random bytes, so that no file system stores it for nothing; when they reach the disk does not
 * matter, their place is taken at once.
 */
import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

const CHUNK_BYTES = 1024 * 1024;

export class ReserveFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** False when there is no room for it; then nothing is left of it. */
  take(bytes: number): boolean {
    const chunk = randomFillSync(Buffer.alloc(Math.min(CHUNK_BYTES, bytes)));
    let descriptor: number | undefined;
    try {
      descriptor = openSync(this.#path, 'w', 0o640);
      for (let written = 0; written < bytes; ) written += writeSync(descriptor, chunk, 0, Math.min(chunk.length, bytes - written));
      return true;
    } catch {
      this.give();
      return false;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** False when there was none. */
  give(): boolean {
    if (this.bytes === 0) return false;
    rmSync(this.#path, { force: true });
    return true;
  }
}
