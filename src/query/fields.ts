/**
 * The fields of the query language: one literal table with what may stand behind the colon, and the
 * other names people type for them. Not here: how a field is read off a record (match-field.ts).
 * Source: FIELD_NAMES of model.ts; the other names are those of oslo.log's JSON formatter, Kibana, Loki.
 */
import { nearest } from '../base/nearest.ts';
import { FIELD_NAMES, type FieldName, LEVELS, type Level } from '../model.ts';

/** What the values of a field are; decides which comparisons make sense. */
export type FieldKind = 'text' | 'id' | 'number' | 'level' | 'message' | 'facility' | 'severity';

export interface Field {
  readonly kind: FieldKind;
  /** Other names; case and the characters `_ - .` do not matter. */
  readonly aliases: readonly string[];
}

export const FIELDS: Readonly<Record<FieldName, Field>> = {
  host: { kind: 'text', aliases: ['hostname', 'node'] },
  service: { kind: 'text', aliases: ['svc'] },
  program: { kind: 'text', aliases: ['programname', 'prog', 'app', 'app_name', 'binary', 'process'] },
  level: { kind: 'level', aliases: ['lvl', 'levelname', 'log_level', 'loglevel'] },
  logger: { kind: 'text', aliases: ['module', 'name'] },
  pid: { kind: 'number', aliases: ['process_id', 'procid'] },
  request: { kind: 'id', aliases: ['request_id', 'req', 'req_id', 'txn', 'trans_id'] },
  global: { kind: 'id', aliases: ['global_request', 'global_request_id', 'global_id', 'greq'] },
  user: { kind: 'id', aliases: ['user_id'] },
  project: { kind: 'id', aliases: ['project_id', 'tenant', 'tenant_id'] },
  instance: { kind: 'id', aliases: ['instance_id', 'instance_uuid', 'server', 'server_id', 'vm'] },
  message: { kind: 'message', aliases: ['msg', 'text'] },
  facility: { kind: 'facility', aliases: ['fac'] },
  severity: { kind: 'severity', aliases: ['sev', 'priority'] },
  transport: { kind: 'text', aliases: ['protocol'] },
  peer: { kind: 'text', aliases: ['sender', 'source'] },
  msgid: { kind: 'text', aliases: ['message_id'] },
  flags: { kind: 'text', aliases: ['flag'] },
  format: { kind: 'text', aliases: ['parser'] },
  status: { kind: 'number', aliases: ['http_status', 'status_code'] },
  method: { kind: 'text', aliases: ['http_method', 'verb'] },
  path: { kind: 'text', aliases: ['http_path', 'url', 'uri'] },
  duration: { kind: 'number', aliases: ['http_duration', 'elapsed', 'latency', 'took'] },
  bytes: { kind: 'number', aliases: ['http_bytes', 'size', 'len', 'length'] },
  exception: { kind: 'text', aliases: ['exc', 'exception_class', 'error_class'] },
  amqp: { kind: 'text', aliases: ['rabbit', 'rabbitmq'] },
  broker: { kind: 'text', aliases: ['amqp_server', 'amqp_broker'] },
  database: { kind: 'text', aliases: ['db', 'mysql', 'sql'] },
  event: { kind: 'text', aliases: ['event_type', 'notification'] },
  seq: { kind: 'number', aliases: [] },
};

/** Words for times: no fields, but people try them. */
export const TIME_WORDS: ReadonlySet<string> = new Set([
  'time',
  'timestamp',
  'date',
  'since',
  'until',
  'start',
  'end',
  'before',
  'after',
  'received',
]);

const BY_NAME = new Map<string, FieldName>();
for (const name of FIELD_NAMES) {
  for (const word of [name, ...FIELDS[name].aliases]) BY_NAME.set(squeezed(word), name);
}

function squeezed(name: string): string {
  return name.toLowerCase().replace(/[_.-]/g, '');
}

export function fieldNamed(name: string): FieldName | undefined {
  return BY_NAME.get(squeezed(name));
}

/** The field that was probably meant. */
export function nearestField(name: string): FieldName | undefined {
  const word = nearest(squeezed(name), BY_NAME.keys());
  return word === undefined ? undefined : BY_NAME.get(word);
}

/** Severity words of syslog, its clients and Python's logging, besides LEVELS itself. */
const LEVEL_WORDS: Readonly<Record<string, Level>> = {
  warn: 'WARNING',
  err: 'ERROR',
  crit: 'CRITICAL',
  fatal: 'CRITICAL',
  alert: 'CRITICAL',
  emerg: 'CRITICAL',
  panic: 'CRITICAL',
  notice: 'INFO',
  information: 'INFO',
  dbg: 'DEBUG',
};

export function levelNamed(word: string): Level | undefined {
  const upper = word.toUpperCase();
  return (
    LEVELS.find((level) => level === upper) ??
    (Object.hasOwn(LEVEL_WORDS, word.toLowerCase()) ? LEVEL_WORDS[word.toLowerCase()] : undefined)
  );
}

export function nearestLevel(word: string): string | undefined {
  return nearest(word, [...LEVELS.map((level) => level.toLowerCase()), ...Object.keys(LEVEL_WORDS)]);
}

/** RFC 5424 table 1, with the keywords of syslog.conf; index is the number. */
export const FACILITY_NAMES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'console',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

/** RFC 5424 table 2; index is the number. */
export const SEVERITY_NAMES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

const SEVERITY_WORDS: Readonly<Record<string, number>> = {
  panic: 0,
  emergency: 0,
  critical: 2,
  error: 3,
  warn: 4,
  informational: 6,
};

export function facilityNumber(word: string): number | undefined {
  return coded(word, FACILITY_NAMES, { security: 13 });
}

export function severityNumber(word: string): number | undefined {
  return coded(word, SEVERITY_NAMES, SEVERITY_WORDS);
}

function coded(word: string, names: readonly string[], others: Readonly<Record<string, number>>): number | undefined {
  const folded = word.toLowerCase();
  if (/^\d{1,2}$/.test(folded)) return Number(folded) < names.length ? Number(folded) : undefined;
  const index = names.indexOf(folded);
  if (index >= 0) return index;
  return Object.hasOwn(others, folded) ? others[folded] : undefined;
}
