/**
 * The fields of the query language as a person picks them: what each holds, and where its values come from. One literal table; the type
 * of FIELDS makes the compiler refuse a field that the service has and this table has not. Not here: what a value may be, which
 * the service says, with the place, when it is wrong.
 */
import type { FieldName, LEVELS, Level } from '../../../src/model.ts';

export interface Field {
  readonly say: string;
  /** Counted by the service, so its values can be offered; else the words that are given here. */
  readonly values?: 'counted' | readonly string[];
}

/** Strongest first, as a person looks for them. */
export const LEVEL_WORDS: readonly Level[] = ['CRITICAL', 'ERROR', 'WARNING', 'AUDIT', 'INFO', 'TRACE', 'DEBUG'];
// All of them: a level that is new in the model does not compile here.
type Missing = Exclude<(typeof LEVELS)[number], (typeof LEVEL_WORDS)[number]>;
export type EveryLevel = Missing extends never ? true : never;

const COUNTED = 'counted';

export const FIELDS: Readonly<Record<FieldName, Field>> = {
  level: { say: 'severity word; level:>=warning compares', values: COUNTED },
  service: { say: 'nova, neutron, cinder …', values: COUNTED },
  host: { say: 'host that wrote it', values: COUNTED },
  program: { say: 'nova-compute, neutron-server …', values: COUNTED },
  logger: { say: 'Python module', values: COUNTED },
  request: { say: 'request id, with or without req-', values: COUNTED },
  instance: { say: 'UUID of the server', values: COUNTED },
  exception: { say: 'class of an exception', values: COUNTED },
  message: { say: 'words in the message only' },
  global: { say: 'request id given from outside', values: COUNTED },
  project: { say: 'project id', values: COUNTED },
  user: { say: 'user id', values: COUNTED },
  status: { say: 'HTTP status; status:>=500', values: COUNTED },
  method: { say: 'HTTP method', values: COUNTED },
  path: { say: 'HTTP path', values: COUNTED },
  duration: { say: 'seconds an HTTP request took; duration:>2' },
  bytes: { say: 'bytes of an HTTP answer' },
  amqp: { say: 'trouble with the message broker', values: COUNTED },
  broker: { say: 'host:port of the broker', values: COUNTED },
  database: { say: 'trouble with the database', values: COUNTED },
  event: { say: 'type of a notification', values: COUNTED },
  pid: { say: 'process id', values: COUNTED },
  peer: { say: 'address that sent it', values: COUNTED },
  transport: { say: 'udp, tcp, tls, relp, http, file …', values: COUNTED },
  facility: { say: 'syslog facility', values: COUNTED },
  severity: { say: 'severity of the syslog header', values: COUNTED },
  msgid: { say: 'MSGID of RFC 5424', values: COUNTED },
  flags: { say: 'what is odd: truncated, lossy …', values: COUNTED },
  format: { say: 'parser that read it', values: COUNTED },
  seq: { say: 'number that the store gave it' },
};

export const FIELD_WORDS = Object.keys(FIELDS) as readonly FieldName[];

/** By which a search is narrowed first; those behind them are counted only when they are opened. */
export const FACETS: readonly { readonly field: FieldName; readonly isOpen: boolean }[] = [
  { field: 'level', isOpen: true },
  { field: 'service', isOpen: true },
  { field: 'host', isOpen: true },
  { field: 'program', isOpen: true },
  { field: 'logger', isOpen: false },
  { field: 'request', isOpen: false },
  { field: 'instance', isOpen: false },
  { field: 'exception', isOpen: false },
  { field: 'status', isOpen: false },
  { field: 'project', isOpen: false },
  { field: 'format', isOpen: false },
];
