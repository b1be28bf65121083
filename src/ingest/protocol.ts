/**
 * What the main thread and the ingest worker say to each other. Messages travel in batches whose buffers are
 * transferred, never one by one. Types only.
 */
import type { Counted } from '../base/counters.ts';
import type { ErrorMessage } from '../base/errors.ts';
import type { KeepingStatus, KeepSettings, MessageFlag, Position, SiteRules, Source } from '../model.ts';
import type { KeepNote } from '../store/keep.ts';
import type { HostHeard } from './heard.ts';
import type { SavedMessage, SavedRequest } from './saved.ts';

export interface BatchRun {
  /** Index of its first message. */
  readonly first: number;
  readonly source: Source;
  readonly received: number;
  readonly position: Required<Position> | undefined;
  /** Its client was refused while the batch waited: the worker passes over it. */
  readonly isRefused?: boolean;
}

/** Accepted messages of several runs, in order of arrival. */
export interface MessageBatch {
  readonly kind: 'batch';
  /** Larger than that of the batch before. */
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** start, end of message i in `bytes` at 2i and 2i + 1. */
  readonly spans: Uint32Array;
  /** Runs: message index where each begins, its source, its arrival. */
  readonly runs: readonly BatchRun[];
  readonly flags: ReadonlyMap<number, MessageFlag>;
  /** A sender waits for the commit. */
  readonly urgent: boolean;
}

export interface PositionsRequest {
  readonly kind: 'positions';
  readonly id: number;
  readonly sources: readonly string[];
}

export type ToWorker =
  | MessageBatch
  | PositionsRequest
  | SavedRequest
  | { readonly kind: 'want'; readonly wanted: boolean }
  | { readonly kind: 'keep'; readonly settings: KeepSettings }
  | { readonly kind: 'reading'; readonly settings: ReadingSettings }
  | { readonly kind: 'stop' };

/** How messages are read. */
export interface ReadingSettings {
  /** Minutes east of UTC for all senders; absent: learned. */
  readonly zone: number | undefined;
  /** Zones of hosts by pattern, as `zoneOf` reads them; they win over `zone` and what is learned. */
  readonly zones?: Readonly<Record<string, string>> | undefined;
  /** Services by facility number, for records whose program and logger name none. */
  readonly facilities: readonly (string | undefined)[];
  /** Services and patterns of the site, checked. */
  readonly site?: SiteRules | undefined;
}

export interface WorkerOptions extends ReadingSettings {
  readonly folder: string;
  /** Retention and what is kept back of the disk; absent: everything is kept, and nothing is kept back. */
  readonly keep?: KeepSettings | undefined;
}

export interface CommittedMessage {
  /** In the log of its day file; durable when that is on disk. */
  readonly kind: 'committed';
  /** Path of the log. */
  readonly log: string;
  /** Id of the newest batch that is whole in it. */
  readonly batch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** JSON array of the records, while they are wanted. */
  readonly records: string | undefined;
  /** What was counted since the last message. */
  readonly counters: Counted;
}

export interface PositionsMessage {
  readonly kind: 'positions';
  readonly id: number;
  readonly positions: Position[];
  readonly error: ErrorMessage | undefined;
  /** They hold when this log is on disk. */
  readonly log: string;
}

/** At the start, and whenever something changed that retention or the disk have to do with. */
export interface KeptMessage {
  readonly kind: 'kept';
  readonly status: KeepingStatus;
  readonly notes: readonly KeepNote[];
  /** Readers must let go of them. */
  readonly hasDropped: boolean;
  /** Of the file that is written; an older one is not written any more. */
  readonly log: string;
  readonly counters: Counted;
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly lastSeq: number }
  | { readonly kind: 'failed'; readonly error: ErrorMessage }
  | CommittedMessage
  /** The batch is parsed: there is room for another one. Its buffers come back, to be filled again. */
  | { readonly kind: 'taken'; readonly bytes: ArrayBuffer; readonly spans: ArrayBuffer }
  | PositionsMessage
  | KeptMessage
  | SavedMessage
  /** Said before the batch is: its run number so and so was left out, its source was not where it said. */
  | { readonly kind: 'stale'; readonly batch: number; readonly run: number }
  | { readonly kind: 'refused'; readonly batch: number; readonly error: ErrorMessage }
  | { readonly kind: 'zone'; readonly host: string; readonly minutes: number }
  /** All hosts whose clock is watched, median in µs: how much later their lines arrive than they say. */
  | { readonly kind: 'heard'; readonly hosts: readonly HostHeard[] }
  | { readonly kind: 'skew'; readonly hosts: readonly (readonly [host: string, us: number])[] }
  | { readonly kind: 'stopped' };
