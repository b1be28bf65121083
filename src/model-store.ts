/**
 * Types of what a store answers, and the interface of its engines. Part of model.ts, which exports them all: import
 * from there. Types only.
 */
import type { CountAnswer, CountQuery, Filter, LogRecord, Query } from './model.ts';

export interface SearchStats {
  blocksRead: number;
  blocksSkipped: number;
  recordsScanned: number;
  tookMs: number;
  /** What could not be read, and was left out. */
  damaged?: string[];
}

export interface SearchPage {
  /** Folded: a record with its continuations; in the query's order. */
  records: LogRecord[];
  /** Absent when nothing is left. A page may be empty and still have a next one (the page's time was over). */
  next?: string;
  stats: SearchStats;
}

/** Records by seq, for tail and resume: those with seq > after that match, oldest first. */
export interface FollowPage {
  events: FollowEvent[];
  /** Pass as the next `after`: everything up to here was looked at. */
  after: number;
  /** Nothing newer was there. */
  caughtUp: boolean;
  /** Records dropped by retention between `after` and the oldest kept. */
  lost: number;
}
export interface FollowEvent {
  seq: number;
  /** `more` carries only the text that joined the record `of` after it had been sent. */
  kind: 'record' | 'more';
  record: LogRecord;
}

export interface AppendResult {
  firstSeq: number;
  lastSeq: number;
  /** The committed records with their seq, for followers. */
  records: LogRecord[];
}

export interface StoreStatus {
  engine: string;
  records: number;
  /** Bytes on disk, everything in the folder included. */
  bytes: number;
  /** Of what is kept; absent when nothing is, or when a damaged file hides it. */
  firstSeq: number | undefined;
  lastSeq: number;
  /** Record times, µs. */
  oldest: number | undefined;
  newest: number | undefined;
  /** What of the folder cannot be read, and files that were set aside. */
  damaged?: string[];
  days: { name: string; records: number; bytes: number; blocks: number; fresh: number }[];
}

/** How the folder is kept within its limits. */
export interface KeepingStatus {
  /** `low`: less free than the reserve; `full`: a commit was refused. Nothing new is stored then, queries go on. */
  disk: 'ok' | 'low' | 'full';
  diskSinceUs: number;
  /** For us, when it was last looked at. */
  freeBytes: number;
  reserveBytes: number;
  /** Retention; absent: without limit. */
  bytesMax: number | undefined;
  ageMaxHours: number | undefined;
  /** Damaged day files, renamed and kept. */
  setAside: string[];
}

/** The storage engines' interface. Methods are synchronous: the threads that call them do nothing else. */
export interface Store {
  /** Durable when it returns. Gives each record its seq. */
  append(records: LogRecord[]): AppendResult;
  search(query: Query): SearchPage;
  follow(after: number, filter: Filter, limit: number): FollowPage;
  /** Counts records that match, folded as search folds them. */
  aggregate(query: CountQuery): CountAnswer;
  record(seq: number): LogRecord | undefined;
  status(): StoreStatus;
  close(): void;
}
