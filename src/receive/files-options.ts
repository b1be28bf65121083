/** What following files is given, and what it says of itself. Types only. */
import type { Counters } from '../base/counters.ts';
import type { Hints, Ingest } from '../model.ts';

export interface FilesSettings {
  /** Paths and globs, absolute. */
  readonly patterns: readonly string[];
  /** Where files are begun that were there when their pattern was new. */
  readonly from: 'start' | 'end';
}

export interface FilesOptions {
  readonly ingest: Pick<Ingest, 'accept' | 'positions' | 'pendingBytes' | 'isReadOnly'>;
  readonly counters: Counters;
  /** Of the records of a set, for lines that were written at a moment. */
  hints(setPath: string, atUs: number): Hints;
  /** Hears each trouble once. */
  warn(text: string): void;
}

export interface FilesStatus {
  readonly patterns: number;
  /** Files, rotated ones that are not read to their end included. */
  readonly followed: number;
  /** Matched, but over the limit. */
  readonly notFollowed: number;
  readonly behindBytes: number;
  /** Nothing is read: too much waits for the disk, or the disk is low. */
  readonly waiting: boolean;
  /** Furthest behind first, some of them. */
  readonly behind: readonly { readonly path: string; readonly behindBytes: number }[];
  /** How many are not read. */
  readonly troubled: number;
  /** Some of them. */
  readonly troubles: readonly { readonly path: string; readonly why: string }[];
}

/** A file as it was when it was looked at: who is still like that holds nothing new. */
export interface Stamp {
  readonly size: number;
  readonly modifiedMs: number;
}

/** What files of a rotated set must know of each other. */
export interface KinFile {
  readonly source: string | undefined;
  readonly isBeginning: boolean;
}

/** Bytes that were seen in a file and were gone before they were read: a copy may hold them. */
export interface Missed {
  /** Its name among the positions. */
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly path: string;
  readonly setPath: string;
}
