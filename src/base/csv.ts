/**
 * Records as CSV (RFC 4180): CRLF ends a row, quotes around what needs them, a header row of column names.
 * For spreadsheets, so what they would obey is made harmless: a text that begins like a formula (`= + - @`, their
 * full-width forms, a tab or line break) gets a `'` before it, and control characters are spelled out as in a
 * terminal; newlines and tabs inside a text stay. Whoever wants the exact text takes NDJSON.
 * Source: RFC 4180 section 2; OWASP "CSV Injection" (the characters).
 */
import type { FieldName } from '../model.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { JSON_PATHS, type PublicRecord } from './public.ts';
import { visibleLines } from './visible.ts';

type Value = string | number | undefined;

/** Every column there can be, by its name; the names of the JSON, with a dot where that has an object. */
const COLUMNS = {
  seq: (record) => record.seq,
  time: (record) => record.time,
  received: (record) => record.received,
  host: (record) => record.host,
  service: (record) => record.service,
  program: (record) => record.program,
  pid: (record) => record.pid,
  level: (record) => record.level,
  logger: (record) => record.logger,
  request: (record) => record.request,
  globalRequest: (record) => record.globalRequest,
  user: (record) => record.user,
  project: (record) => record.project,
  domain: (record) => record.domain,
  systemScope: (record) => record.systemScope,
  userDomain: (record) => record.userDomain,
  projectDomain: (record) => record.projectDomain,
  instance: (record) => record.instance,
  ids: (record) => record.ids?.map(({ kind, id }) => `${kind}:${id}`).join(' '),
  'http.method': (record) => record.http?.method,
  'http.path': (record) => record.http?.path,
  'http.status': (record) => record.http?.status,
  'http.bytes': (record) => record.http?.bytes,
  'http.duration': (record) => record.http?.duration,
  'exception.class': (record) => record.exception?.class,
  'exception.message': (record) => record.exception?.message,
  'exception.culprit': (record) => record.exception?.culprit,
  'exception.cause': (record) => record.exception?.cause?.class,
  'amqp.kind': (record) => record.amqp?.kind,
  'amqp.broker': (record) => record.amqp?.broker,
  'database.kind': (record) => record.database?.kind,
  'database.server': (record) => record.database?.server,
  'event.type': (record) => record.event?.type,
  'event.publisher': (record) => record.event?.publisher,
  'event.state': (record) => record.event?.state,
  message: (record) => record.message,
  raw: (record) => record.raw,
  transport: (record) => record.transport,
  peer: (record) => record.peer,
  facility: (record) => record.facility,
  severity: (record) => record.severity,
  msgid: (record) => record.msgid,
  structuredData: (record) => record.structuredData,
  flags: (record) => record.flags,
  zone: (record) => record.zone,
  format: (record) => record.format,
} as const satisfies Record<string, (record: PublicRecord) => Value>;

export type CsvField = keyof typeof COLUMNS;

export const CSV_FIELDS = Object.keys(COLUMNS) as readonly CsvField[];

/** What a spreadsheet of log lines begins with when nobody says otherwise. */
export const CSV_FIELDS_DEFAULT: readonly CsvField[] = [
  'time',
  'host',
  'service',
  'program',
  'pid',
  'level',
  'logger',
  'request',
  'instance',
  'message',
];

/** `time,host,message` as columns, by the names of the JSON or of the query language; case does not matter. Throws `bad-argument` with the place of a name that is none. */
export function csvFields(text: string): CsvField[] {
  const fields: CsvField[] = [];
  let position = 0;
  for (const part of text.split(',')) {
    const name = part.trim();
    const asked = (JSON_PATHS.get(name.toLowerCase() as FieldName) ?? name).toLowerCase();
    const field = CSV_FIELDS.find((one) => one.toLowerCase() === asked);
    if (field === undefined) {
      const hint = didYouMean(name, CSV_FIELDS) || `; there are ${CSV_FIELDS.join(', ')}`;
      const place = { text, position, length: Math.max(1, part.length) };
      throw new CodedError('bad-argument', `there is no column ${name === '' ? 'without a name' : visibleLines(name)}${hint}`, place);
    }
    if (!fields.includes(field)) fields.push(field);
    position += part.length + 1;
  }
  return fields;
}

/** The header row, with its CRLF. */
export function csvHeader(fields: readonly CsvField[]): string {
  return rowOf(fields);
}

/** A row with its CRLF; an absent field is an empty cell. */
export function csvRow(record: PublicRecord, fields: readonly CsvField[]): string {
  return rowOf(fields.map((field) => cellOf(COLUMNS[field](record))));
}

/** Also for tables that are no records. */
export function rowOf(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const NEEDS_QUOTES = /[",\n\r\t]|^\s|\s$/;

/** One cell; numbers are ours and stay what they are, also negative ones. */
export function cellOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = visibleLines(FORMULA.test(value) ? `'${value}` : value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
