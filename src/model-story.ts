/**
 * The story of one thing - an instance, a request, a volume … - as `GET /api/v1/trace/{id}` answers it and the terminal, the
 * page and the browser show it. Part of model.ts, which exports it all: import from there. Types only; everything here is
 * JSON as it goes out: times are RFC 3339 with microseconds, lengths of time are milliseconds.
 */
import type { IdKind, TypedId } from './model.ts';

/** What the id turned out to be; `global` is a request id that came from outside. */
export type StoryKind = IdKind | 'global';

/** One request that the story tells of. */
export interface StoryRequest {
  /** With `req-`, or swift's `tx…`. */
  id: string;
  global?: string;
  /** What was asked for, from its first access line or its first words: `POST /v2.1/servers`, `boot`. */
  operation?: string;
  /** The request that made it, where an edge says so. */
  caller?: string;
  services: string[];
  hosts: string[];
  start: string;
  end: string;
  durationMs: number;
  /** Records of it in this story. */
  records: number;
  user?: string;
  project?: string;
  /** `failed`: it has a record of level ERROR or above, or answered 5xx. */
  outcome: 'ok' | 'failed';
  /** It touches so many things that only its records with one of the story's ids belong here, e.g. a periodic task. */
  isShared?: true;
}

/** Something the story is about besides requests. */
export interface StoryEntity {
  kind: IdKind;
  id: string;
  /** Records of the story that carry it. */
  records: number;
  /** The id through which it came in, and a record that carries both; absent for the one asked for. */
  through?: { id: string; seq: number };
}

/** What one process did for one request, without a longer silence. Ordered by start. */
export interface StorySpan {
  /** 0, 1, 2 … in the order of `spans`. */
  span: number;
  /** The span that caused it. */
  parent?: number;
  request?: string;
  service?: string;
  host?: string;
  program?: string;
  pid?: number;
  start: string;
  end: string;
  durationMs: number;
  /** Without the time during which its children were at work. */
  selfMs: number;
  records: number;
  /** The strongest of its records, but for errors of a normal course (report/usual-errors.ts); absent where it has no others. */
  level?: string;
  /** Seq of its first record. */
  seq: number;
}

/** Nothing was said for long, within the story. */
export interface StoryGap {
  afterSeq: number;
  beforeSeq: number;
  durationMs: number;
}

/** One request led to another. */
export interface StoryEdge {
  from: string;
  to: string;
  /** `called`: a record names it; `global`: the global id of one is the other; `resource`: both work on the same thing, one after the other. */
  by: 'called' | 'global' | 'resource';
  /** The record that proves it. */
  seq: number;
}

/** Why a record belongs to the story. */
export interface StoryWhy {
  /** The id that linked it. */
  id: string;
  kind: StoryKind;
}

/** One record as everywhere (`PublicRecord`), and what the story knows of it. */
export interface StoryRecord {
  seq: number;
  time: string;
  why: StoryWhy;
  /** Index in `spans`. */
  span?: number;
  [field: string]: unknown;
}

export interface StoryError {
  seq: number;
  time: string;
  level: string;
  service?: string;
  host?: string;
  program?: string;
  request?: string;
  message: string;
  exception?: { class: string; message?: string; culprit?: string };
}

/** What usually happens in such an operation and did not, or took unusually long. */
export interface StoryMissing {
  /** `boot`, `delete`, `POST /v2.1/servers` … */
  operation: string;
  /** The request whose course was compared. */
  request: string;
  /** Successful runs it was learned from. */
  learnedFrom: number;
  steps: StoryStep[];
}
export interface StoryStep {
  state: 'missing' | 'slow';
  /** The step's words with its variables as `<*>`. */
  text: string;
  service?: string;
  program?: string;
  /** Of the usual runs: in how many of a hundred it comes, and how long after the step before it (95 of 100 at most). */
  usualPercent: number;
  usualMs: number;
  /** Of a slow one: how long it took here, and its record. */
  tookMs?: number;
  seq?: number;
  /** The last usual step before it that did come. */
  afterSeq?: number;
  /** By when it should have come, at the latest. RFC 3339. */
  due: string;
}

/**
 * What went wrong first, as far as the records tell: the first error, or - where a step of another program should have come before that error and
 * did not - that step. Shown before everything else.
 */
export interface StoryFault {
  state: 'error' | 'missing' | 'slow';
  service?: string;
  program?: string;
  /** Of a record; a step that did not come has none. */
  host?: string;
  /** The request in which it happened. */
  request?: string;
  /** Of the record, of a missing step by when it should have come. */
  time: string;
  /** Of the record; of a missing step, of the last usual one before it. */
  seq?: number;
  /** The record's message, or the step's words with its variables as `<*>`. */
  text: string;
}

/** How far a host's clock is ahead of another's, told from requests and their answers. */
export interface StorySkew {
  host: string;
  against: string;
  skewMs: number;
  /** How far it may be off. */
  errorMs: number;
  pairs: number;
}

/** Requests and spans as rows of a waterfall: who called whom, siblings that say the same as one row. */
export interface StoryTree {
  rows: StoryTreeRow[];
  /** Long silences, shortened on the line of time that `from` and `to` are parts of (0 to 1); between them it is even. */
  breaks: StoryBreak[];
}
export interface StoryTreeRow {
  depth: number;
  /** Index in `requests`; with a span beside it, it is the only span of that request. */
  request?: number;
  /** Indices in `spans` of all that the row stands for; the first is the one that is told. */
  spans: number[];
  /** So many alike. */
  times: number;
  /** Of each of them. */
  pieces: { start: string; end: string }[];
  /** Sums. */
  tookMs: number;
  selfMs?: number;
  records: number;
  /** The strongest. */
  level?: string;
}
export interface StoryBreak {
  start: string;
  end: string;
  from: number;
  to: number;
}

/** A limit that was reached, and what was left out. */
export interface StoryLimit {
  /** `usual`: what the story could not be compared with yet. */
  what: 'records' | 'requests' | 'ids' | 'time' | 'bytes' | 'usual';
  text: string;
}

export interface Story {
  /** Canonical. */
  id: string;
  kind: StoryKind;
  /** One sentence about the id, where there is something to say. */
  note?: string;
  start?: string;
  end?: string;
  durationMs?: number;
  firstError?: StoryError;
  missing?: StoryMissing[];
  firstFault?: StoryFault;
  requests: StoryRequest[];
  entities: StoryEntity[];
  spans: StorySpan[];
  gaps: StoryGap[];
  edges: StoryEdge[];
  skew: StorySkew[];
  /** The times of records are as they were written; true: corrected by `skew`, each record then has `skewMs`. */
  deskewed: boolean;
  /** In one order; each once. */
  records: StoryRecord[];
  limits: StoryLimit[];
  /** Where it was asked for (`tree`). */
  tree?: StoryTree;
  stats: { tookMs: number; searches: number; recordsScanned: number; damaged?: string[] };
}

/** What is wanted of a story. */
export interface StoryWant {
  readonly id: string;
  readonly recordsMax?: number;
  readonly deskew?: boolean;
  /** Compare with usual runs; costs further searches. */
  readonly missing?: boolean;
}

/** `GET /api/v1/entities/{id}` */
export interface EntityAnswer {
  id: string;
  kind: StoryKind;
  firstSeen: string;
  lastSeen: string;
  records: number;
  services: { name: string; records: number }[];
  hosts: { name: string; records: number }[];
  /** Ids in the same records, with the number of records that prove it; most first. Those that everything shares are left out and named. */
  related: { kind: IdKind; id: string; records: number }[];
  shared: TypedId[];
  limits: StoryLimit[];
}

/** A story as a query worker hands it over: the records are JSON already, one a line. */
export interface RenderedStory {
  head: Omit<Story, 'records'>;
  /** One `StoryRecord` per line, each line ending in \n; of a long story those that come first. */
  ndjson: string;
  /** The others, in parts of whole lines, packed (store/story-render.ts). */
  more?: readonly Uint8Array[];
  count: number;
}
