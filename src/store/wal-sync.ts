/**
 * Brings a write-ahead log to the disk beside the thread that writes it: commits go to the log without waiting
 * (`synchronous=NORMAL`), and their senders are answered when the log is on disk. The writer loses no time
 * to the disk: 2-3 ms a commit, now and then 100-400 ms, a quarter of the time of a bulk load (bench:ingest).
 *
 * As safe as `synchronous=FULL`: nothing is answered before its frames are on disk, and SQLite itself syncs the log before a
 * checkpoint and before it begins the log anew (sqlite.org/pragma.html#pragma_synchronous). Opening the log beside SQLite is
 * harmless: its locks are on other files.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import { CodedError } from '../base/errors.ts';

/** Brings a log to disk and waits for it; one that is not there holds nothing. */
export function syncLog(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class WalSync {
  readonly path: string;
  readonly #descriptor: number;
  /** Those who came while the disk was at work: their frames may not be in it yet. */
  #waiting: Waiting[] = [];
  #running = false;
  #closed = false;

  /** `path`: the log of a database that has been written to. */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'r+');
  }

  /** Resolves when all that was written before the call is on disk. */
  synced(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ resolve, reject });
    if (!this.#running) this.#run();
    return promise;
  }

  #run(): void {
    const served = this.#waiting;
    this.#waiting = [];
    this.#running = true;
    fdatasync(this.#descriptor, (error) => {
      this.#running = false;
      const failure = error && this.#failure(error);
      for (const one of served) failure ? one.reject(failure) : one.resolve();
      if (this.#closed) closeSync(this.#descriptor);
      else if (this.#waiting.length > 0) this.#run();
    });
  }

  #failure(error: NodeJS.ErrnoException): CodedError {
    const code = error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'disk-full' : 'store-unwritable';
    return new CodedError(code, `${this.path} cannot be brought to disk: ${error.message}`);
  }

  /** Waits for the disk, answers all who wait, and lets go of the file. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const served = this.#waiting;
    this.#waiting = [];
    try {
      fdatasyncSync(this.#descriptor);
      for (const one of served) one.resolve();
    } catch (error) {
      for (const one of served) one.reject(this.#failure(error as NodeJS.ErrnoException));
    }
    if (!this.#running) closeSync(this.#descriptor);
  }
}
