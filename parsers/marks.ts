/**
 * What can be read off a record's text at any time: typed ids, HTTP access fields, the exception. Computed
 * when a record is read or matched, never at ingest, so a better rule needs no re-import. Not here: the
 * fields that `parse` sets.
 *
 * Invariant: pure, bounded (`IDS_MAX` ids), linear in the text; ids in canonical spelling: lower case,
 * requests with `req-`, UUIDs dashed. Source: the services' own format strings.
 */
import type { IdKind, LogRecord, Marks, TypedId } from '../src/model.ts';
import { exceptionOf } from './marks-exception.ts';
import { httpOf } from './marks-http.ts';

/** A debug dump may hold thousands of ids; a reader wants those of the line. */
const IDS_MAX = 200;
/** Text behind this is not searched: config dumps and XML of megabytes. */
const TEXT_CHARS_MAX = 256 * 1024;

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** Every id shape, in the order in which they win at one place. */
const IDS = new RegExp(
  [
    `(?<request>(?:req-){1,2}${UUID})`,
    `(?<uuid>${UUID})`,
    '(?<swift>\\btx(?:[0-9a-f]{21}-[0-9a-f]{10}[^\\s)"\\],]{0,64}|[0-9a-f]{32}(?![0-9a-f])))',
    '(?<hex>(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z]))',
    '(?<mac>(?<![0-9a-z:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![0-9a-f:]))',
    '(?<ip>(?<![0-9.a-z_-])(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?![0-9.]*\\d))',
    '(?<ip6>(?<![0-9a-z:.])(?:[0-9a-f]{1,4}:){1,7}(?::[0-9a-f]{1,4}){1,6}(?![0-9a-z:]))',
    '(?<domain>\\binstance-[0-9a-f]{8}(?![0-9a-z-]))',
  ].join('|'),
  'gi',
);

/** The word before a UUID or a hex id, and the kind it tells. */
const BEFORE: readonly (readonly [RegExp, IdKind])[] = [
  [/(?:instance|server|instance_uuid|vm)s?(?:["']?\s?[:=]\s?u?["']?|[ /-]|%2f)$/i, 'instance'],
  [/volumes?(?:_?id)?(?:["']?\s?[:=]\s?u?["']?|[ /-]|%2f)$/i, 'volume'],
  [/images?(?:_?id)?(?:["']?\s?[:=]\s?u?["']?|[ /-]|%2f)$/i, 'image'],
  [/(?:ports?(?:_?id)?|device_id|vif|network-vif-(?:un)?plugged)(?:["']?\s?[:=]\s?u?["']?|[ /-]|%2f)$/i, 'port'],
  [/(?:(?:net|network)s?(?:_?id)?|qdhcp)(?:["']?\s?[:=]\s?u?["']?|[ /-]|%2f)$/i, 'network'],
  [/(?:message id|msg_?id|message_id)(?:["']?\s?[:=]\s?u?["']?| )$/i, 'message'],
  [/(?:AUTH_|tenant_id(?:["']?\s?[:=]\s?u?["']?)|project_id(?:["']?\s?[:=]\s?u?["']?)|\/v[123](?:\.\d+)?\/)$/i, 'project'],
];
/** Longest of the words above with its punctuation. */
const BEFORE_CHARS = 28;

export function marks(record: LogRecord): Marks {
  const found: Marks = {};
  const ids = idsOf(record);
  if (ids.length > 0) found.ids = ids;
  const http = httpOf(record);
  if (http !== undefined) found.http = http;
  const exception = exceptionOf(record);
  if (exception !== undefined) found.exception = exception;
  return found;
}

function idsOf(record: LogRecord): TypedId[] {
  const ids = new Map<string, TypedId>();
  addFields(record, ids);
  const text = record.message.length > TEXT_CHARS_MAX ? record.message.slice(0, TEXT_CHARS_MAX) : record.message;
  for (const match of text.matchAll(IDS)) {
    if (ids.size >= IDS_MAX) break;
    addMatch(match as RegExpExecArray & { groups: Record<string, string | undefined> }, text, ids);
  }
  return [...ids.values()];
}

/** A typed kind replaces a general one of the same id; never the other way round. */
function add(ids: Map<string, TypedId>, kind: IdKind, id: string): void {
  const known = ids.get(id);
  if (known === undefined || ((known.kind === 'uuid' || known.kind === 'hex') && kind !== 'uuid' && kind !== 'hex'))
    ids.set(id, { kind, id });
}

function addFields(record: LogRecord, ids: Map<string, TypedId>): void {
  for (const request of [record.request, record.globalRequest]) {
    if (request === undefined) continue;
    const lower = request.toLowerCase();
    if (lower.startsWith('tx')) add(ids, 'swift', request);
    else add(ids, 'request', requestId(lower));
  }
  if (record.instance !== undefined) add(ids, 'instance', record.instance.toLowerCase());
  if (record.project !== undefined && /^[0-9a-f]{32}$/.test(record.project)) add(ids, 'project', record.project);
  if (record.user !== undefined && /^[0-9a-f]{32}$/.test(record.user)) add(ids, 'hex', record.user);
}

/** glance's bare UUIDs and `b'req-…'` get the one spelling that joins them with other services. */
function requestId(text: string): string {
  const uuid = new RegExp(UUID).exec(text);
  return uuid === null ? text : `req-${uuid[0]}`;
}

function addMatch(match: { groups: Record<string, string | undefined>; index: number }, text: string, ids: Map<string, TypedId>): void {
  const { request, uuid, swift, hex, mac, ip, ip6, domain } = match.groups;
  if (request !== undefined) add(ids, 'request', requestId(request.toLowerCase()));
  else if (uuid !== undefined) add(ids, kindBefore(text, match.index) ?? 'uuid', uuid.toLowerCase());
  else if (swift !== undefined) add(ids, 'swift', swift);
  else if (hex !== undefined) add(ids, kindBefore(text, match.index) ?? 'hex', hex.toLowerCase());
  else if (mac !== undefined) add(ids, 'mac', mac.toLowerCase());
  else if (ip !== undefined) add(ids, 'ip', ip);
  else if (ip6 !== undefined) add(ids, 'ip', ip6.toLowerCase());
  else if (domain !== undefined) add(ids, 'domain', domain.toLowerCase());
}

function kindBefore(text: string, index: number): IdKind | undefined {
  const before = text.slice(Math.max(0, index - BEFORE_CHARS), index);
  for (const [pattern, kind] of BEFORE) if (pattern.test(before)) return kind;
  return undefined;
}
