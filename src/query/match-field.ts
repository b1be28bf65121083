/**
 * Conditions on fields: how each field is read off a record, and how its values compare. Texts compare
 * case-folded and whole, ids in canonical spelling, levels by their rank, numbers as numbers. A field that
 * a record does not have never matches. Not here: `message:` (match.ts), what may be typed (terms.ts).
 */
import { fold } from '../base/tokens.ts';
import { type ExceptionMark, type FieldName, type Filter, LEVELS, type Level, type LogRecord, type Marks } from '../model.ts';
import { FACILITY_NAMES, FIELDS, facilityNumber, SEVERITY_NAMES, severityNumber } from './fields.ts';
import { globMatcher } from './glob.ts';
import { uuidOf } from './ids.ts';
import { regexOf } from './regex.ts';

type FieldFilter = Extract<Filter, { kind: 'field' }>;
/** Only the named part of the marks need be there. */
type ReadMarks = (record: LogRecord, part: keyof Marks) => Marks;
type Value = string | number | undefined | readonly string[];
type ReadField = (record: LogRecord, marks: ReadMarks) => Value;

/** Several texts mean: one of them has to match. */
const READ: Readonly<Record<Exclude<FieldName, 'message'>, ReadField>> = {
  host: (record) => record.host,
  service: (record) => record.service,
  program: (record) => record.program,
  level: (record) => record.level,
  logger: (record) => record.logger,
  pid: (record) => record.pid,
  request: (record) => record.request,
  global: (record) => record.globalRequest,
  user: (record) => record.user,
  project: (record) => record.project,
  instance: (record) => record.instance,
  facility: (record) => record.facility,
  severity: (record) => record.severity,
  transport: (record) => record.transport,
  peer: (record) => record.peer,
  msgid: (record) => record.msgid,
  flags: (record) => record.flags?.split(' '),
  format: (record) => record.format,
  status: (record, marks) => marks(record, 'http').http?.status,
  method: (record, marks) => marks(record, 'http').http?.method,
  path: (record, marks) => marks(record, 'http').http?.path,
  duration: (record, marks) => marks(record, 'http').http?.duration,
  bytes: (record, marks) => marks(record, 'http').http?.bytes,
  exception: (record, marks) => classNames(marks(record, 'exception').exception),
  amqp: (record, marks) => marks(record, 'amqp').amqp?.kind,
  broker: (record, marks) => marks(record, 'amqp').amqp?.broker,
  database: (record, marks) => marks(record, 'database').database?.kind,
  event: (record, marks) => marks(record, 'event').event?.type,
  seq: (record) => record.seq,
};

/** The class with its modules and without: `nova.exception.NoValidHost`, `NoValidHost`; that of the cause as well. */
function classNames(exception: ExceptionMark | undefined): readonly string[] | undefined {
  if (exception === undefined) return undefined;
  const { class: whole, cause } = exception;
  const names = [whole, withoutModules(whole)];
  return cause === undefined ? names : [...names, cause.class, withoutModules(cause.class)];
}

function withoutModules(whole: string): string {
  return whole.slice(whole.lastIndexOf('.') + 1);
}

/** How a field is read off a record: for whoever needs its values themselves. */
export function readField(field: FieldName): ReadField {
  if (field === 'message') throw new Error('BUG: message is matched as text');
  return READ[field];
}

export function fieldTest(filter: FieldFilter, marks: ReadMarks): (record: LogRecord) => boolean {
  if (filter.field === 'message') throw new Error('BUG: message is matched as text');
  const read = READ[filter.field];
  if (filter.op === '~' || filter.op === '/') {
    const matches = textMatcher(filter);
    return (record) => matchesAny(namesOf(filter.field, read(record, marks)), matches);
  }
  const { kind } = FIELDS[filter.field];
  if (kind === 'text' || kind === 'id') {
    const same = kind === 'id' ? idEqual(filter.value) : textEqual(filter.value);
    return (record) => matchesAny(read(record, marks), same);
  }
  const compare = COMPARE[filter.op];
  const wanted = rankOf(kind, filter.value);
  return (record) => {
    const value = read(record, marks);
    if (value === undefined || typeof value === 'object') return false;
    return compare(typeof value === 'number' ? value : LEVELS.indexOf(value as Level), wanted);
  };
}

const COMPARE = {
  '=': (left: number, right: number) => left === right,
  '>': (left: number, right: number) => left > right,
  '>=': (left: number, right: number) => left >= right,
  '<': (left: number, right: number) => left < right,
  '<=': (left: number, right: number) => left <= right,
} as const;

/** What the condition compares with; NaN (never true) for what parse would not have let pass. */
function rankOf(kind: string, value: string): number {
  if (kind === 'facility') return facilityNumber(value) ?? Number.NaN;
  if (kind === 'severity') return severityNumber(value) ?? Number.NaN;
  if (kind !== 'level') return Number(value);
  const rank = LEVELS.indexOf(value as Level);
  return rank < 0 ? Number.NaN : rank;
}

function matchesAny(value: Value, matches: (text: string) => boolean): boolean {
  if (value === undefined) return false;
  return typeof value === 'object' ? value.some(matches) : matches(String(value));
}

/** The texts that wildcards and regular expressions look at: coded numbers go by their names as well. */
function namesOf(field: FieldName, value: Value): Value {
  const names = field === 'facility' ? FACILITY_NAMES : field === 'severity' ? SEVERITY_NAMES : undefined;
  const name = typeof value === 'number' ? names?.[value] : undefined;
  return name === undefined ? value : [String(value), name];
}

function textMatcher({ field, op, value }: FieldFilter): (text: string) => boolean {
  if (op === '/') {
    const pattern = regexOf(value);
    return (text) => pattern.test(text);
  }
  const plain = FIELDS[field].kind === 'id' ? withoutPrefix : (text: string) => text;
  const matches = globMatcher(plain(fold(value)));
  return (text) => matches(plain(fold(text)));
}

function textEqual(wanted: string): (text: string) => boolean {
  const folded = fold(wanted);
  return (text) => text === wanted || fold(text) === folded;
}

function idEqual(wanted: string): (text: string) => boolean {
  const canonical = canonicalId(wanted);
  return (text) => text === wanted || canonicalId(text) === canonical;
}

/** UUIDs as 32 digits however they were written, anything else folded and without `req-`. */
export function canonicalId(text: string): string {
  const folded = withoutPrefix(fold(text));
  return uuidOf(folded) ?? folded;
}

export function withoutPrefix(folded: string): string {
  return folded.startsWith('req-') ? folded.slice(4) : folded;
}
