/**
 * Every type that crosses a folder. Types only: no code runs here, so that anything may import it.
 *
 * One vocabulary (the design's section 1): message, record, receiver, parser, store, day, block, shape,
 * filter, query. All times are microseconds since 1970 UTC as plain numbers (exact until the year 2255)
 * unless a name says otherwise. An absent value is `undefined`, never '' or '-'.
 */
import type { SiteReader } from './model-site.ts';

/** How a message came in. */
export type Transport = 'udp' | 'tcp' | 'http' | 'tls' | 'relp' | 'file' | 'unix' | 'import';

/** Who sent a run of messages: one socket, one connection, one request. */
export interface Source {
  readonly transport: Transport;
  /** Address of the sender without the port, as text: `10.0.0.3`, `fe80::1`; the path of a file. */
  readonly peer: string;
  readonly hints?: Hints;
}

/** What the text itself may not say: lines of a file carry no syslog header, old ones no year. What the text says wins. */
export interface Hints {
  readonly host?: string;
  readonly program?: string;
  readonly service?: string;
  /** No line is younger, µs: stamps without a year are of the last year that fits, lines of a file before the first stamp are of then. Absent: arrival. */
  readonly nearUs?: number;
  /** Minutes east of UTC of stamps without a zone. */
  readonly zone?: number;
  /** The messages are items of an HTTP push in this form, not texts (parsers/item.ts). */
  readonly item?: ItemKind;
  /** Index of `_bulk` documents whose action names none. */
  readonly index?: string;
}

/** A JSON object; an action and its document, on two lines; an entry of Loki with its labels; a log record of OTLP with its resource. */
export type ItemKind = 'object' | 'bulk' | 'loki' | 'otlp';

/** How far a source that can be read again has been taken; committed together with its records. */
export interface Position {
  /** Names the source, not its place: a renamed file is still the same. */
  readonly source: string;
  readonly value: string;
  /**
   * Where the source has to be for this run to be taken, '' for nowhere yet; else the run is left out and refused with
   * `position-moved`. So no part is taken twice, whoever sends it again, and none is skipped. Absent in answers.
   */
  readonly after?: string;
}

/** Something the receiver already knows to be wrong with a message; ends up in `LogRecord.flags`. */
export type MessageFlag = 'truncated' | 'lossy' | 'incomplete';

/**
 * Messages of one read of one source. `bytes` belongs to the caller again as soon as `accept` has
 * returned (it is copied), so a receiver may reuse its buffer.
 */
export interface MessageRun {
  readonly source: Source;
  /** Arrival, µs. */
  readonly received: number;
  readonly bytes: Uint8Array;
  /** start0, end0, start1, end1 … into `bytes`: the messages without their framing. */
  readonly spans: ArrayLike<number>;
  /** Flags that hold for message i, where there are any. */
  readonly flags?: ReadonlyMap<number, MessageFlag>;
  /** Holds once all messages of this run are on disk. */
  readonly position?: Required<Position>;
}

/** Where receivers deliver. */
export interface Intake {
  /** Resolves when every record of the run is on disk; rejects with a coded error when it cannot be. */
  accept(run: MessageRun): Promise<void>;
  /** The disk is low: what cannot wait is refused with `disk-full`, the rest is held; receivers that can wait do so. */
  readonly isReadOnly?: boolean;
  /** Bytes accepted and not yet committed; receivers that can wait do so above `limits.intakeBytesMax`. */
  readonly pendingBytes: number;
}

/** Severity words by which records are filtered, weakest first (rank = index). */
export const LEVELS = ['DEBUG', 'TRACE', 'INFO', 'AUDIT', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * One log entry, parsed: the only row type. Every property always exists (one hidden class), absent
 * ones are `undefined`; `base/record.ts` makes an empty one.
 */
export interface LogRecord {
  /** One more per stored record; 0 until the store has given one. */
  seq: number;
  /** Of the body if it has one, else the syslog header, else arrival. µs. */
  time: number;
  /** Arrival, µs. */
  received: number;
  transport: Transport;
  peer: string;
  host: string | undefined;
  /** 0-23, of the PRI. */
  facility: number | undefined;
  /** 0-7, of the PRI. */
  severity: number | undefined;
  level: Level | undefined;
  service: string | undefined;
  program: string | undefined;
  pid: number | undefined;
  logger: string | undefined;
  /** `req-<uuid>` or swift's `tx…`, as it was written. */
  request: string | undefined;
  globalRequest: string | undefined;
  user: string | undefined;
  project: string | undefined;
  domain: string | undefined;
  systemScope: string | undefined;
  userDomain: string | undefined;
  projectDomain: string | undefined;
  /** Dashed UUID of `[instance: …]`. */
  instance: string | undefined;
  /** RFC 5424 MSGID. */
  msgid: string | undefined;
  /** RFC 5424 STRUCTURED-DATA as it was written, with its brackets. */
  structuredData: string | undefined;
  /** The text that is left; lines of a joined record are separated by \n. */
  message: string;
  /** Space-separated, sorted words: `truncated lossy latin1 bad-pri …` (parsers/README.md lists them). */
  flags: string | undefined;
  /** Minutes east of UTC that were applied to stamps without a zone. */
  zone: number;

  /** Envelope parser that answered, and the variant it saw: what `write` needs to give back the exact bytes. */
  envelope: string;
  envelopeForm: string;
  /** Time of the syslog header as wall clock, µs as if it were UTC. */
  headerTime: number | undefined;
  /** Body parser that answered, and its variant. */
  format: string;
  form: string;
  /** The text exactly as received, only where `write` cannot give it back; several messages of a joined record are separated by \n. */
  raw: string | undefined;

  /** A continuation committed after its parent: the parent's seq. Search folds it into the parent. */
  of: number | undefined;
  /** Continuations merged in after they had a seq of their own: [their seq, index in `message` where their text begins, …]. */
  more: number[] | undefined;
}

/** What a parser may know of the outside besides the text. */
export interface Given {
  readonly received: number;
  readonly transport: Transport;
  readonly peer: string;
  /** Minutes east of UTC of this source's clock, for stamps without a zone. */
  readonly zone: number;
  readonly flag?: MessageFlag | 'latin1' | undefined;
  readonly hints?: Hints | undefined;
  /** Services by facility number; absent: those of the Operations Guide. */
  readonly facilities?: readonly (string | undefined)[] | undefined;
  /** Rules of the configuration, compiled. */
  readonly site?: SiteReader | undefined;
}

// ------------------------------------------------------------------------------------------- queries

/** A parsed filter; `query/` makes, prints, matches it. */
export type Filter =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly of: readonly Filter[] }
  | { readonly kind: 'or'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  /** Whole tokens in a row, case-folded; one token is a word. */
  | { readonly kind: 'phrase'; readonly tokens: readonly string[]; readonly text: string }
  /** A token pattern with `*`, e.g. `nov*` or `n*a`; folded. `*word*` is a substring and comes as `substring`. */
  | { readonly kind: 'wildcard'; readonly pattern: string }
  | { readonly kind: 'substring'; readonly text: string }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  /** Any id in canonical spelling: 32 hex digits of a UUID, or a swift txn id, MAC, IP as text. */
  | { readonly kind: 'id'; readonly id: string; readonly text: string }
  | { readonly kind: 'field'; readonly field: FieldName; readonly op: FieldOp; readonly value: string };

/** `~` is a wildcard match (value holds `*`), `/` a regular expression. */
export type FieldOp = '=' | '~' | '/' | '>' | '>=' | '<' | '<=';

export const FIELD_NAMES = [
  'host',
  'service',
  'program',
  'level',
  'logger',
  'pid',
  'request',
  'global',
  'user',
  'project',
  'instance',
  'message',
  'facility',
  'severity',
  'transport',
  'peer',
  'msgid',
  'flags',
  'format',
  'status',
  'method',
  'path',
  'duration',
  'bytes',
  'exception',
  'amqp',
  'broker',
  'database',
  'event',
  'seq',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

export type Direction = 'backward' | 'forward';

export interface Query {
  readonly filter: Filter;
  /** Record time, µs, inclusive. */
  readonly start?: number;
  /** Record time, µs, exclusive. */
  readonly end?: number;
  readonly limit: number;
  readonly direction: Direction;
  /** Opaque; of the page before. */
  readonly cursor?: string;
  /** Pages are rendered with the text exactly as received, as `raw` of each record. */
  readonly raw?: boolean;
  /** Pages are rendered so instead of as JSON. */
  readonly show?: Show;
}

/** Lines for people (base/line.ts), or rows of CSV with these columns (base/csv.ts). */
export type Show = { readonly form: 'text' } | { readonly form: 'csv'; readonly fields: readonly string[] };

export type * from './model-counts.ts';
export type * from './model-errors.ts';
export type * from './model-losses.ts';
export * from './model-marks.ts';
export type * from './model-report.ts';
export type * from './model-saved.ts';
export type * from './model-site.ts';
export type * from './model-spikes.ts';
export type * from './model-store.ts';
export type * from './model-story.ts';
export * from './model-telling.ts';
export type * from './model-threads.ts';
