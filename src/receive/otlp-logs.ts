/**
 * `ExportLogsServiceRequest` of OTLP, decoded from protobuf into the objects of OTLP's JSON encoding, so that both are one thing
 * from here on. Pure: bytes in, plain objects out. Not here: routes, what attributes mean (parsers/item-shapes.ts).
 *
 * Invariant: values nest at most DEPTH_MAX deep, log records and attributes are bounded; fields that OTLP does not define (yet) are
 * passed over. Sources: opentelemetry-proto (logs/v1, common/v1, resource/v1), the OTLP specification's section on JSON.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { broken, bytes, type Cursor, double, next, open, signed, text, unsigned, within } from './protobuf.ts';

type Members = Record<string, unknown>;

export interface OtlpScope {
  readonly scope: Readonly<Members> | undefined;
  readonly logRecords: readonly Readonly<Members>[];
}

export interface OtlpResource {
  readonly resource: Readonly<Members> | undefined;
  readonly scopes: readonly OtlpScope[];
}

/** As deep as a structured body is in the field, several times over; each level is a call. */
const DEPTH_MAX = 32;

interface Room {
  /** Log records, attributes and values. */
  left: number;
}

/** A record has some attributes, each two messages; more objects would cost more memory than the body that they came in. */
const VALUES_PER_ITEM = 4;

/** Throws `bad-body`, `too-large`. */
export function decodeOtlpLogs(body: Uint8Array): OtlpResource[] {
  const room = { left: limits.pushItemsMax * VALUES_PER_ITEM };
  const found: OtlpResource[] = [];
  const cursor = open(body);
  while (next(cursor)) if (cursor.field === 1) found.push(resourceLogs(within(cursor), room));
  return found;
}

function resourceLogs(cursor: Cursor, room: Room): OtlpResource {
  use(room);
  let resource: Members | undefined;
  const scopes: OtlpScope[] = [];
  while (next(cursor)) {
    if (cursor.field === 1) resource = { ...resource, ...attributed(within(cursor), room, RESOURCE) };
    else if (cursor.field === 2) scopes.push(scopeLogs(within(cursor), room));
    else if (cursor.field === 3) resource = { ...resource, schemaUrl: text(cursor) };
  }
  return { resource, scopes };
}

function scopeLogs(cursor: Cursor, room: Room): OtlpScope {
  use(room);
  let scope: Members | undefined;
  const logRecords: Members[] = [];
  while (next(cursor)) {
    if (cursor.field === 1) scope = { ...scope, ...attributed(within(cursor), room, SCOPE) };
    else if (cursor.field === 2) logRecords.push(attributed(within(cursor), room, LOG_RECORD));
    else if (cursor.field === 3) scope = { ...scope, schemaUrl: text(cursor) };
  }
  return { scope, logRecords };
}

/** Fields by number: their name in JSON, and how they are read. */
type Fields = Readonly<Record<number, readonly [name: string, read: (cursor: Cursor, room: Room) => unknown]>>;

const number = (cursor: Cursor): number => Number(unsigned(cursor));
const nanos = (cursor: Cursor): string => String(unsigned(cursor));
const hex = (cursor: Cursor): string => bytes(cursor).toString('hex');
const ATTRIBUTES = 'attributes';

const RESOURCE: Fields = { 1: [ATTRIBUTES, pair], 2: ['droppedAttributesCount', number] };
const SCOPE: Fields = { 1: ['name', text], 2: ['version', text], 3: [ATTRIBUTES, pair], 4: ['droppedAttributesCount', number] };
const LOG_RECORD: Fields = {
  1: ['timeUnixNano', nanos],
  2: ['severityNumber', number],
  3: ['severityText', text],
  5: ['body', (cursor, room) => anyValue(within(cursor), room, 1)],
  6: [ATTRIBUTES, pair],
  7: ['droppedAttributesCount', number],
  8: ['flags', number],
  9: ['traceId', hex],
  10: ['spanId', hex],
  11: ['observedTimeUnixNano', nanos],
  12: ['eventName', text],
};

function attributed(cursor: Cursor, room: Room, fields: Fields): Members {
  use(room);
  const members: Members = {};
  const attributes: unknown[] = [];
  while (next(cursor)) {
    const known = fields[cursor.field];
    if (known === undefined) continue;
    const [name, read] = known;
    if (name === ATTRIBUTES) attributes.push(read(cursor, room));
    else members[name] = read(cursor, room);
  }
  return attributes.length === 0 ? members : { ...members, attributes };
}

function pair(cursor: Cursor, room: Room): Members {
  return keyValue(within(cursor), room, 1);
}

function keyValue(cursor: Cursor, room: Room, depth: number): Members {
  use(room);
  const members: Members = { key: '', value: {} };
  while (next(cursor)) {
    if (cursor.field === 1) members.key = text(cursor);
    else if (cursor.field === 2) members.value = anyValue(within(cursor), room, depth);
  }
  return members;
}

function anyValue(cursor: Cursor, room: Room, depth: number): Members {
  if (depth > DEPTH_MAX) throw broken(`a value nests deeper than ${DEPTH_MAX}`);
  use(room);
  let value: Members = {};
  while (next(cursor)) {
    if (cursor.field === 1) value = { stringValue: text(cursor) };
    else if (cursor.field === 2) value = { boolValue: unsigned(cursor) !== 0n };
    else if (cursor.field === 3) value = { intValue: String(signed(cursor)) };
    else if (cursor.field === 4) value = { doubleValue: fraction(double(cursor)) };
    else if (cursor.field === 5) value = { arrayValue: { values: list(within(cursor), (one) => anyValue(one, room, depth + 1)) } };
    else if (cursor.field === 6) value = { kvlistValue: { values: list(within(cursor), (one) => keyValue(one, room, depth + 1)) } };
    else if (cursor.field === 7) value = { bytesValue: bytes(cursor).toString('base64') };
  }
  return value;
}

function list(cursor: Cursor, read: (cursor: Cursor) => Members): Members[] {
  const values: Members[] = [];
  while (next(cursor)) if (cursor.field === 1) values.push(read(within(cursor)));
  return values;
}

/** What JSON has no number for. */
function fraction(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function use(room: Room): void {
  if (--room.left < 0) throw new CodedError('too-large', 'The push holds too many log records and attributes; send several');
}
