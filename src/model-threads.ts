/**
 * Types of what passes between threads: pages and events rendered by query workers, and the two sides of
 * the ingest thread. Part of model.ts, which exports them all: import from there. Types only.
 */
import type {
  CountAnswer,
  CountQuery,
  EntityAnswer,
  Filter,
  Intake,
  LogRecord,
  Position,
  Query,
  RenderedStory,
  SearchStats,
  StoreStatus,
  StoryWant,
} from './model.ts';

/** A page as a query worker hands it over: JSON made there, so that the main thread only passes text on. */
export interface RenderedPage {
  /** One record in public JSON per line, each line ending in \n; '' when empty. */
  ndjson: string;
  /** The records as `Query.show` asks for them; `ndjson` is '' then. */
  shown?: string;
  count: number;
  next?: string;
  stats: SearchStats;
}

export interface RenderedEvent {
  seq: number;
  kind: 'record' | 'more';
  /** Public JSON of the record, without a newline. */
  json: string;
}

/** Of one page for a follower. */
export interface FollowWant {
  /** Records looked at. */
  readonly limit: number;
  /** Also the text exactly as received, as `raw` of each. */
  readonly raw?: boolean | undefined;
}

export interface RenderedFollow {
  events: RenderedEvent[];
  after: number;
  caughtUp: boolean;
  lost: number;
}

/** Reading the store from the main thread; `store/pool.ts` implements it with query workers. */
export interface Reader {
  /** Rejects with a coded error; an aborted signal stops the work at its next page. */
  search(query: Query, signal?: AbortSignal): Promise<RenderedPage>;
  follow(after: number, filter: Filter, want: FollowWant): Promise<RenderedFollow>;
  /** Rejects with a coded error; an aborted signal stops the work. */
  aggregate(query: CountQuery, signal?: AbortSignal): Promise<CountAnswer>;
  record(seq: number): Promise<string | undefined>;
  /** The story of an id; rejects with `not-found` where no record has it. An aborted signal stops the work. */
  trace(want: StoryWant, signal?: AbortSignal): Promise<RenderedStory>;
  /** What is known of an id; rejects with `not-found` where no record has it. */
  entity(id: string, signal?: AbortSignal): Promise<EntityAnswer>;
  status(): Promise<StoreStatus>;
  close(): Promise<void>;
}

/** What the ingest thread tells after a commit. */
export interface Committed {
  firstSeq: number;
  lastSeq: number;
  /** Only while somebody wants them (`wantRecords`). */
  records: LogRecord[] | undefined;
}

/** What retention and the disk's reserve are set to; the settings `retention.age`, `retention.size` and `disk.reserve`. */
export interface KeepSettings {
  readonly ageUs: number | undefined;
  readonly size: SpaceSetting | undefined;
  readonly reserve: SpaceSetting | undefined;
}

/** Bytes, a part of the file system, or both: the smaller counts. */
export interface SpaceSetting {
  readonly bytes?: number;
  readonly percent?: number;
}

/** Receiving side of the ingest thread, on the main thread; `ingest.ts` implements it. */
export interface Ingest extends Intake {
  onCommitted(listener: (committed: Committed) => void): () => void;
  /** Turns the delivery of committed records on or off; off costs nothing. */
  wantRecords(wanted: boolean): void;
  /** Seq of the newest durable record. */
  readonly lastSeq: number;
  /** Seq of the newest record that can be searched; a moment later it is durable. */
  readonly committedSeq: number;
  /** How far these sources were taken, durably; of each also `SOURCE#2`, `SOURCE#3` … as far as there are any. Unknown ones are left out. */
  positions(sources: readonly string[]): Promise<Position[]>;
  /** Commits what was accepted, then ends the thread. */
  stop(): Promise<void>;
}
