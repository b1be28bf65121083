/**
 * An item of an HTTP push as a record: a JSON object of `POST /ingest`, a document of `_bulk` behind its action, an entry of
 * Loki with its labels, a log record of OTLP with its resource. The text is kept raw, as it came; what it says is read
 * by the table of item-fields.ts, its message by the parsers of texts, so that a line within JSON is understood as any other.
 *
 * Invariant: nothing is lost. What is none of our fields is structured data (`[item name="value" …]`); an item that cannot be
 * read is text. Which form an item has is told by who received it (`Hints.item`), never guessed: a line of text may be JSON too.
 */
import { ITEM_BOUNDS, jsonExcess } from '../src/base/json-limits.ts';
import type { Given, Hints, LogRecord } from '../src/model.ts';
import { type ItemField, type ItemFields, PLAIN_FIELDS, TARGETS } from './item-fields.ts';
import { type Entry, flatten, lokiEntries, otlpEntries } from './item-shapes.ts';
import { LEVEL_OF_SEVERITY } from './levels.ts';
import { serviceOf } from './service.ts';

export interface TextReader {
  parse(text: string, given: Given): LogRecord;
  /** Flags a time that cannot be. */
  checkTime(record: LogRecord): void;
  isRawContinuation(record: LogRecord): boolean;
}

/** Programs that can stand in a header of RFC 5424. */
const HEADER_WORD = /^[\x21-\x7e]{1,128}$/;
/** Kolla's `Logger` field names the service: `openstack.nova`. */
const KOLLA_LOGGER = /^openstack\.(\w+)$/;
/** As nova writes it in front of its texts. */
const INSTANCE = /^\[instance: ([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\]/;
/** What would end a name of structured data, or begin an escape of ours. */
const NO_NAME = /[\s="\]%\x00-\x1f\x7f]/g;

/** Undefined where the text is no such item. */
export function readItem(text: string, given: Given, reader: TextReader): LogRecord | undefined {
  const hints = given.hints!;
  const entries = entriesOf(text, hints);
  if (entries === undefined) return undefined;
  const claimed = claim(entries, given.zone);
  const { fields } = claimed;
  const record = readMessage(fields.message ?? text, fields, { given, reader });
  complete(record, fields, given);
  if (record.format === 'plain' && isParsed(fields)) {
    // Kolla's rules since 2024 leave the space before the text with it.
    if (record.message.startsWith(' ') && entries[claimed.from.get('message')!]?.[0] === 'Payload')
      record.message = record.message.slice(1);
    finishParsed(record, reader);
  }
  // An item without a message is its own, whole.
  const rest = fields.message === undefined ? [] : restOf(entries, claimed, record);
  if (rest.length > 0) record.structuredData = `${record.structuredData ?? ''}${structured(rest)}`;
  record.envelope = 'item';
  record.raw = text;
  reader.checkTime(record);
  return record;
}

function entriesOf(text: string, hints: Hints): readonly Entry[] | undefined {
  if (hints.item !== 'bulk') {
    const value = objectOf(text);
    if (value === undefined) return undefined;
    if (hints.item === 'loki') return lokiEntries(value);
    return hints.item === 'otlp' ? otlpEntries(value) : flatten(value);
  }
  const line = text.indexOf('\n');
  const action = objectOf(text.slice(0, line));
  const value = objectOf(text.slice(line + 1));
  if (line < 0 || action === undefined || value === undefined) return undefined;
  // An update holds its document in a member.
  const { doc } = value;
  const document = Object.hasOwn(action, 'update') && isObject(doc) ? { ...doc, ...without(value, 'doc') } : value;
  return [...flatten(document), ...flatten(action).filter(([name]) => name !== ''), ...indexOf(hints)];
}

function indexOf({ index }: Hints): Entry[] {
  return index === undefined ? [] : [['_index', index]];
}

function without(value: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
}

function objectOf(text: string): Record<string, unknown> | undefined {
  if (jsonExcess(text, ITEM_BOUNDS) !== undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Claim {
  readonly fields: ItemFields;
  /** Which entry each field was taken from. */
  readonly from: ReadonlyMap<ItemField, number>;
}

function claim(entries: readonly Entry[], zone: number): Claim {
  const byName = new Map<string, number>();
  for (const [index, [name]] of entries.entries()) {
    const lower = name.toLowerCase();
    if (!byName.has(lower)) byName.set(lower, index);
  }
  const fields: Partial<Record<ItemField, unknown>> = {};
  const from = new Map<ItemField, number>();
  for (const { field, names, read } of TARGETS) {
    for (const name of names) {
      const index = byName.get(name);
      const value = index === undefined ? undefined : read(entries[index]![1], zone);
      if (value === undefined) continue;
      fields[field] = value;
      from.set(field, index!);
      break;
    }
  }
  return { fields: fields as ItemFields, from };
}

/** What the record's fields do not say: other members, and those where the text said something else or the field holds less. */
function restOf(entries: readonly Entry[], { fields, from }: Claim, record: LogRecord): Entry[] {
  const said = new Set<number>([from.get('message')!]);
  for (const [field, index] of from) {
    const value = entries[index]![1];
    const kept = field === 'service' ? [record.service, record.program] : [record[field]];
    if (kept.some((one) => one === fields[field]) && (UNIT_FIELDS.has(field) || saysAll(value, fields[field]))) said.add(index);
  }
  return entries.filter(([, value], index) => !said.has(index) && value !== null);
}

/** Numbers that say all, whatever their spelling. */
const UNIT_FIELDS: ReadonlySet<ItemField> = new Set<ItemField>(['time', 'pid', 'severity']);

/** A value whose field holds less than it (a tag with a pid, a word for a facility) stays with the rest, too. */
function saysAll(given: unknown, taken: unknown): boolean {
  if (typeof given !== 'string' || typeof taken !== 'string') return given === taken;
  return given === taken || `req-${given.toLowerCase()}` === taken || given.toUpperCase() === taken;
}

/** The message by the parsers of texts: first as it is, for it may be syslog; a text nobody knows once more as that program's. */
function readMessage(message: string, fields: ItemFields, { given, reader }: { given: Given; reader: TextReader }): LogRecord {
  const { program, service, host } = fields;
  const { item: _item, index: _index, ...others } = given.hints!;
  const hints: Hints = { ...others, ...(host && { host }), ...(program && { program }), ...(service && { service }) };
  const inner: Given = { ...given, hints };
  const record = reader.parse(message, inner);
  if (record.envelope !== 'bare' || record.format !== 'plain' || program === undefined || !HEADER_WORD.test(program)) return record;
  // With a stamp, because a header without PRI and stamp is prose; without a PRI, for nobody has said one.
  const millis = Math.floor(given.received / 1000);
  const again = reader.parse(`1 ${new Date(millis).toISOString()} - ${program} - - - ${message}`, inner);
  if (again.envelope !== 'rfc5424' || again.format === 'plain') return record;
  if (again.time === millis * 1000) again.time = given.received;
  again.headerTime = undefined;
  return again;
}

/** What the text says wins; a time of the item over that of arrival. */
function complete(record: LogRecord, fields: ItemFields, given: Given): void {
  if (fields.time !== undefined && record.time === given.received) record.time = fields.time;
  const target: Record<string, unknown> = record as never;
  for (const name of PLAIN_FIELDS) target[name] ??= fields[name];
  if (record.level === undefined && record.severity !== undefined) record.level = LEVEL_OF_SEVERITY[record.severity];
  record.program ??= fields.program ?? programOfService(fields.service);
  const byFacility = record.facility === undefined ? undefined : given.facilities?.[record.facility];
  const said = fields.service ?? KOLLA_LOGGER.exec(fields.logger ?? '')?.[1];
  const named = said === undefined ? undefined : (serviceOf(said, undefined, undefined) ?? said);
  record.service = serviceOf(record.program, record.logger, named ?? record.service ?? byFacility) ?? record.service;
}

/** Has its sender taken the line apart, as Kolla's rules do? */
function isParsed({ level, logger, severity }: ItemFields): boolean {
  return level !== undefined || logger !== undefined || severity !== undefined;
}

/**
 * Then its message is what the line's header left over, with the instance in front. It is a record of its own, however it begins - unless it is a line of a traceback, which the joiner puts to its record.
 */
function finishParsed(record: LogRecord, reader: TextReader): void {
  record.instance ??= INSTANCE.exec(record.message)?.[1];
  if (record.request !== undefined || !reader.isRawContinuation(record)) record.format = 'item';
}

/** `nova-api` as `service.name` of OpenTelemetry names a program; `nova` names a service only. */
function programOfService(service: string | undefined): string | undefined {
  return service?.includes('-') && serviceOf(service, undefined, undefined) !== undefined ? service : undefined;
}

/** RFC 5424 structured data; what cannot stand in a name is spelled `%20`. */
function structured(rest: readonly Entry[]): string {
  let text = '[item';
  for (const [name, value] of rest) {
    const spelled = typeof value === 'string' ? value : JSON.stringify(value);
    const safe = name.replace(NO_NAME, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`);
    text += ` ${safe === '' ? '%' : safe}="${spelled.replace(/["\\\]]/g, '\\$&')}"`;
  }
  return `${text}]`;
}
