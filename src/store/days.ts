/**
 * Engine `days` in one thread: writer and reader of one folder, which it owns until it is closed. The service
 * keeps the halves apart (ingest worker, query workers); this whole serves tests, tools and small uses.
 */
import { CodedError } from '../base/errors.ts';
import type { Store } from '../model.ts';
import { type FolderLock, ownFolder } from './folder.ts';
import { DaysReader } from './read.ts';
import { DaysWriter, type WriterOptions } from './write.ts';

export interface DaysOptions {
  readonly folder: string;
  /** µs; tests give days of their own. */
  readonly nowUs?: () => number;
}

/** The writer with the folder's lock: what the ingest worker holds. */
export interface OwnedWriter {
  readonly writer: DaysWriter;
  close(): void;
}

/** `how`: what the caller takes upon itself; without it, nothing. */
export function openWriter(options: DaysOptions, how?: WriterOptions): OwnedWriter {
  const lock: FolderLock = ownFolder(options.folder);
  try {
    const writer = new DaysWriter(options.folder, options.nowUs ?? (() => Date.now() * 1000), how);
    return {
      writer,
      close() {
        writer.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

export interface DaysStore extends Store {
  /** Seals what is fresh. */
  flush(): void;
  readonly writer: DaysWriter;
}

export function openDays(options: DaysOptions, how?: WriterOptions): DaysStore {
  const owned = openWriter(options, how);
  const reader = new DaysReader(options.folder);
  let closed = false;
  const open = (): void => {
    if (closed) throw new CodedError('store-closed', 'the store is closed');
  };
  return {
    writer: owned.writer,
    append: (records) => owned.writer.append(records),
    flush: () => owned.writer.flush(),
    search: (query) => reader.search(query),
    follow: (after, filter, limit) => reader.follow(after, filter, limit),
    aggregate: (query) => reader.aggregate(query),
    record: (seq) => reader.record(seq),
    status: () => reader.status(),
    close() {
      open();
      closed = true;
      reader.close();
      owned.close();
    },
  };
}
