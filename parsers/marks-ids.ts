/**
 * The ids in a record's text, each with its kind. Part of marks.ts; which kind a UUID has is told by
 * marks-kind.ts.
 *
 * Invariant: at most IDS_MAX ids of at most TEXT_CHARS_MAX characters, linear; canonical spelling: lower case,
 * requests with `req-`, UUIDs dashed; a kind that is known wins over `uuid` and `hex`. Network devices carry the
 * first 11 characters of the id of their port (`tapbaba8ae3-bd`): they are ids of kind `port` (`brq…`: `network`)
 * with these 11 characters, the beginning of the whole id. Source: the services' own format strings.
 */
import type { IdKind, LogRecord, TypedId } from '../src/model.ts';
import { hasUuid, kindAt } from './marks-kind.ts';

/** A debug dump may hold thousands of ids; a reader wants those of the line. */
const IDS_MAX = 200;
/** Text behind this is not searched: config dumps and XML of megabytes. */
const TEXT_CHARS_MAX = 256 * 1024;

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const A_UUID = new RegExp(UUID);
/** Every id shape, in the order in which they win at one place. Groups without names: of named ones an object is made for each match. */
const IDS = new RegExp(
  [
    `((?:req-){1,2}${UUID})`,
    `(${UUID})`,
    '(\\btx(?:[0-9a-f]{21}-[0-9a-f]{10}[^\\s)"\\],]{0,64}|[0-9a-f]{32}(?![0-9a-f])))',
    '((?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z]))',
    '((?<![0-9a-z:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![0-9a-f:]))',
    '((?<![0-9.a-z_-])(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?![0-9.]*\\d))',
    '((?<![0-9a-z:.-])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,7}(?::[0-9a-f]{1,4}){1,6})(?![0-9a-z:]))',
    '(\\binstance-[0-9a-f]{8}(?![0-9a-z-]))',
    '(\\b(?:tap|qbr|qvo|qvb|brq|q[rg]-|[hsf][ag]-|ns-)[0-9a-f]{8}-[0-9a-f]{2}(?![0-9a-z-]))',
  ].join('|'),
  'gi',
);
/** Length of `baba8ae3-bd`. */
const DEVICE_CHARS = 11;
/** What a client was answered: the id is that of the request which it made. */
const CALLED = /(?:used request id |\(Request-ID: )$/i;
const RESPONSE_HEADER = /x-(?:openstack|compute)-request-id['"]?: ?u?['"]?$/i;
const CALLED_CHARS = 40;
/** `[<uuid>] AMQP server on …`: oslo.messaging names the connection since Newton. */
const RABBIT_LOGGER = 'impl_rabbit';
/** `nova-compute:284971:<uuid>`: how a client names it to the broker. */
const CONNECTION_NAME = /[\w-]:\d{1,10}:$/;
/** What stands between the ids of a list. */
const LIST_GAP = /^['"]?(?:, ?| and )u?['"]?$/;

interface Found {
  readonly ids: Map<string, TypedId>;
  readonly record: LogRecord;
  readonly text: string;
  /** Where the id before ended, and its kind: the next one of a list has the same. */
  end: number;
  kind: IdKind | undefined;
}
type Match = RegExpExecArray;

export function idsOf(record: LogRecord): TypedId[] {
  const { message } = record;
  const text = message.length > TEXT_CHARS_MAX ? message.slice(0, TEXT_CHARS_MAX) : message;
  const found: Found = { ids: new Map(), record, text, end: -1, kind: undefined };
  addFields(found);
  for (const match of text.matchAll(IDS)) {
    if (found.ids.size >= IDS_MAX) break;
    addMatch(found, match);
  }
  return [...found.ids.values()];
}

/** A typed kind replaces a general one of the same id; never the other way round. */
function add({ ids }: Found, kind: IdKind, id: string): void {
  const known = ids.get(id);
  if (known === undefined || ((known.kind === 'uuid' || known.kind === 'hex') && kind !== 'uuid' && kind !== 'hex'))
    ids.set(id, { kind, id });
}

function addFields(found: Found): void {
  const { record } = found;
  for (const request of [record.request, record.globalRequest]) {
    if (request === undefined) continue;
    const lower = request.toLowerCase();
    if (lower.startsWith('tx')) add(found, 'swift', request);
    else add(found, 'request', requestId(lower));
  }
  if (record.instance !== undefined) add(found, 'instance', record.instance.toLowerCase());
  if (record.project !== undefined && /^[0-9a-f]{32}$/.test(record.project)) add(found, 'project', record.project);
  if (record.user !== undefined && /^(?:[0-9a-f]{32}|[0-9a-f]{64})$/.test(record.user)) add(found, 'user', record.user);
}

/** glance's bare UUIDs and `b'req-…'` get the one spelling that joins them with other services. */
function requestId(text: string): string {
  const uuid = A_UUID.exec(text);
  return uuid === null ? text : `req-${uuid[0]}`;
}

function addMatch(found: Found, match: Match): void {
  const [, request, uuid, swift, hex, mac, ip, ip6, domain, device] = match;
  if (request !== undefined) add(found, isCalled(found, match.index) ? 'called' : 'request', requestId(request.toLowerCase()));
  else if (uuid !== undefined) addUuid(found, match, uuid.toLowerCase());
  else if (swift !== undefined) add(found, 'swift', swift);
  else if (hex !== undefined) addHex(found, match, hex.toLowerCase());
  else if (mac !== undefined) add(found, 'mac', mac.toLowerCase());
  else if (ip !== undefined) add(found, 'ip', ip);
  else if (ip6 !== undefined) add(found, 'ip', ip6.toLowerCase());
  else if (domain !== undefined) add(found, 'domain', domain.toLowerCase());
  else if (device !== undefined) addDevice(found, device.toLowerCase());
}

function isCalled({ text }: Found, index: number): boolean {
  const before = text.slice(Math.max(0, index - CALLED_CHARS), index);
  return CALLED.test(before) || (text.startsWith('RESP') && RESPONSE_HEADER.test(before));
}

function kindOf(found: Found, match: Match): IdKind | undefined {
  const end = match.index + match[0].length;
  const gap = found.end < 0 || match.index - found.end > 8 ? '' : found.text.slice(found.end, match.index);
  const kind = LIST_GAP.test(gap) ? found.kind : kindAt(found.text, match.index, end);
  found.end = end;
  found.kind = kind;
  return kind;
}

function addUuid(found: Found, match: Match, uuid: string): void {
  add(found, kindOf(found, match) ?? (isConnection(found, match.index) ? 'connection' : 'uuid'), uuid);
}

function isConnection({ record, text }: Found, index: number): boolean {
  if (index === 1 && text.charCodeAt(0) === 91) return record.logger?.endsWith(RABBIT_LOGGER) ?? false;
  return CONNECTION_NAME.test(text.slice(Math.max(0, index - 16), index));
}

function addHex(found: Found, match: Match, hex: string): void {
  const kind = kindOf(found, match);
  // `reply_<hex>` is a queue, `The reply <hex> failed to send` the message that it answers.
  if (kind === 'reply' && found.text.charCodeAt(match.index - 1) !== 95) add(found, 'message', hex);
  else if (kind === 'reply') add(found, kind, `reply_${hex}`);
  else if (kind !== undefined && hasUuid(kind))
    add(found, kind, `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`);
  else add(found, kind ?? 'hex', hex);
}

function addDevice(found: Found, device: string): void {
  add(found, device.startsWith('brq') ? 'network' : 'port', device.slice(-DEVICE_CHARS));
}
