/**
 * The columns of a block: which property of a record goes where, and how it is encoded.
 * FORMAT.md draws this table. Numbers are on disk: never reuse one, only add. A reader ignores numbers
 * that it does not know, so later versions may add columns without a new format.
 */
import type { LogRecord } from '../model.ts';

/**
 * dictionary: distinct values once, then one index per record · delta: differences of neighbours ·
 * id: references into the block's table of ids · sparse: [index, value] pairs as JSON · heads: numbers, ascending (odd-heads.ts).
 */
export type Codec =
  | 'dictionary'
  | 'numbers'
  | 'delta'
  | 'header'
  | 'id'
  | 'heads'
  | 'sparse'
  | 'shape'
  | 'variables'
  | 'texts'
  | 'ids'
  | 'digest'
  | 'endpoints';

export interface ColumnKind {
  readonly number: number;
  readonly name: string;
  readonly codec: Codec;
  /** Columns of one part lie in one row of the file and are read together. */
  readonly part: number;
}

/** Parts: 0 what filters ask for first · 1 times · 2 other dictionaries · 3 ids · 4 variables · 5 the rest · 6 the digest, 7 the sums of requests, both read without the head. */
export const PARTS = 8;
export const DIGEST_PART = 6;
export const ENDPOINTS_PART = 7;

export const COLUMNS = [
  { number: 1, name: 'shape', codec: 'shape', part: 0 },
  { number: 2, name: 'level', codec: 'dictionary', part: 0 },
  { number: 3, name: 'service', codec: 'dictionary', part: 0 },
  { number: 4, name: 'host', codec: 'dictionary', part: 0 },
  { number: 5, name: 'program', codec: 'dictionary', part: 0 },
  { number: 6, name: 'logger', codec: 'dictionary', part: 0 },
  { number: 10, name: 'time', codec: 'delta', part: 1 },
  { number: 11, name: 'seq', codec: 'delta', part: 1 },
  { number: 20, name: 'pid', codec: 'numbers', part: 2 },
  { number: 21, name: 'facility', codec: 'numbers', part: 2 },
  { number: 22, name: 'severity', codec: 'numbers', part: 2 },
  { number: 23, name: 'zone', codec: 'numbers', part: 2 },
  { number: 24, name: 'transport', codec: 'dictionary', part: 2 },
  { number: 25, name: 'peer', codec: 'dictionary', part: 2 },
  { number: 26, name: 'user', codec: 'dictionary', part: 2 },
  { number: 27, name: 'project', codec: 'dictionary', part: 2 },
  { number: 28, name: 'domain', codec: 'dictionary', part: 2 },
  { number: 29, name: 'systemScope', codec: 'dictionary', part: 2 },
  { number: 30, name: 'userDomain', codec: 'dictionary', part: 2 },
  { number: 31, name: 'projectDomain', codec: 'dictionary', part: 2 },
  { number: 32, name: 'msgid', codec: 'dictionary', part: 2 },
  { number: 33, name: 'flags', codec: 'dictionary', part: 2 },
  { number: 34, name: 'envelope', codec: 'dictionary', part: 2 },
  { number: 35, name: 'envelopeForm', codec: 'dictionary', part: 2 },
  { number: 36, name: 'format', codec: 'dictionary', part: 2 },
  { number: 37, name: 'form', codec: 'dictionary', part: 2 },
  { number: 38, name: 'received', codec: 'delta', part: 2 },
  { number: 39, name: 'headerTime', codec: 'header', part: 2 },
  { number: 50, name: 'ids', codec: 'ids', part: 3 },
  { number: 51, name: 'request', codec: 'id', part: 3 },
  { number: 52, name: 'globalRequest', codec: 'id', part: 3 },
  { number: 53, name: 'instance', codec: 'id', part: 3 },
  { number: 54, name: 'oddHeads', codec: 'heads', part: 3 },
  { number: 60, name: 'variables', codec: 'variables', part: 4 },
  { number: 70, name: 'texts', codec: 'texts', part: 5 },
  { number: 71, name: 'structuredData', codec: 'sparse', part: 5 },
  { number: 72, name: 'raw', codec: 'sparse', part: 5 },
  { number: 73, name: 'of', codec: 'sparse', part: 5 },
  { number: 74, name: 'more', codec: 'sparse', part: 5 },
  { number: 80, name: 'digest', codec: 'digest', part: 6 },
  { number: 81, name: 'endpoints', codec: 'endpoints', part: 7 },
] as const satisfies readonly ColumnKind[];

export type ColumnName = (typeof COLUMNS)[number]['name'];
type Named<C extends Codec> = Extract<(typeof COLUMNS)[number], { codec: C }>['name'];

/** Property names by codec. */
export type DictionaryName = Named<'dictionary'> | Named<'numbers'>;
export type DeltaName = Named<'delta'>;
export type IdName = Named<'id'>;
export type SparseName = Named<'sparse'>;

type Values<N extends ColumnName> = Readonly<Record<N, (record: LogRecord) => unknown>>;

/**
 * How to read each property. One function per column, so that each reads one property of one hidden class:
 * `record[name]` in a loop over names costs 3 times as much (bench:store).
 */
export const DICTIONARY_VALUES = {
  level: (record) => record.level,
  service: (record) => record.service,
  host: (record) => record.host,
  program: (record) => record.program,
  logger: (record) => record.logger,
  pid: (record) => record.pid,
  facility: (record) => record.facility,
  severity: (record) => record.severity,
  zone: (record) => record.zone,
  transport: (record) => record.transport,
  peer: (record) => record.peer,
  user: (record) => record.user,
  project: (record) => record.project,
  domain: (record) => record.domain,
  systemScope: (record) => record.systemScope,
  userDomain: (record) => record.userDomain,
  projectDomain: (record) => record.projectDomain,
  msgid: (record) => record.msgid,
  flags: (record) => record.flags,
  envelope: (record) => record.envelope,
  envelopeForm: (record) => record.envelopeForm,
  format: (record) => record.format,
  form: (record) => record.form,
} as const satisfies Values<DictionaryName>;

export const DELTA_VALUES = {
  time: (record) => record.time,
  seq: (record) => record.seq,
  received: (record) => record.received,
} as const satisfies Values<DeltaName>;

export const ID_VALUES = {
  request: (record) => record.request,
  globalRequest: (record) => record.globalRequest,
  instance: (record) => record.instance,
} as const satisfies Values<IdName>;

export const SPARSE_VALUES = {
  structuredData: (record) => record.structuredData,
  raw: (record) => record.raw,
  of: (record) => record.of,
  more: (record) => record.more,
} as const satisfies Values<SparseName>;

export const DICTIONARY_COLUMNS = Object.keys(DICTIONARY_VALUES) as DictionaryName[];

export const COLUMN_BY_NAME: ReadonlyMap<string, ColumnKind> = new Map(COLUMNS.map((column) => [column.name, column]));
export const COLUMN_BY_NUMBER: ReadonlyMap<number, ColumnKind> = new Map(COLUMNS.map((column) => [column.number, column]));
