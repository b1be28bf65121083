/**
 * The BSD syslog header as it really is: `<PRI>Mmm dd hh:mm:ss HOST TAG[pid]: text`, the same with an
 * ISO stamp (rsyslog's ForwardFormat), with any part missing, or with nothing but a PRI, which is what
 * Python's SysLogHandler sends. Tags are in rfc3164-tag.ts, rare spellings of the stamp in rfc3164-odd.ts.
 *
 * Invariant: no stamp, no host. Prose never becomes a host or a tag, and an ISO date never does. Sources: RFC 3164, rsyslog pmrfc3164, the conformance cases.
 */
import type { Given, LogRecord } from '../src/model.ts';
import { addFlag, BOM, isDigit, isoStampAt, priOf, setHeaderTime, stampEnd, stampForm, stampOffset } from './header.ts';
import { flat, interner } from './intern.ts';
import { type Envelope, NO_FORM, NO_FORM_LOCAL_HEADER, NOT_MINE } from './parser.ts';
import { isBodyStamp, isHeaderBehind, isLevelAt } from './rfc3164-behind.ts';
import { cisco, isOddBehind, oddStamp } from './rfc3164-odd.ts';
import { BARE, NIL, NO_TAG, nameEnd, ODD_TAG, programs, setTag, TAG_CHARS_MAX, TAGS, tagAt } from './rfc3164-tag.ts';
import { isOpenStackProgram, isSwiftProgram, serviceOfProgram } from './service.ts';
import { structuredDataEnd } from './structured-data.ts';
import { CUT, cutAt, type Spot } from './template.ts';
import { BSD_CHARS, bsdAt, dateAt, NO_STAMP, offsetAt } from './time.ts';

const hosts = interner(1024);

/** A host longer than this is no host (RFC 1035). */
const HOST_CHARS_MAX = 255;

/** A header that was broken off is short. */
const BROKEN_CHARS_MAX = 80;

/** How the host stands between stamp and tag. */
const HOSTS = ['', '%h ', ' ', '%h  '] as const;
const NO_HOST = 0;
const HOST = 1;
const EMPTY_HOST = 2;
const HOST_AND_SPACE = 3;

/** The header being read: has it a PRI, and the form of its stamp with the space behind; undefined is not writable. */
const header: { pri: boolean; stamp: string | undefined; isLocal: boolean } = { pri: false, stamp: undefined, isLocal: false };

function noForm(): string {
  return header.isLocal ? NO_FORM_LOCAL_HEADER : NO_FORM;
}

/** [stamp form] -> forms by tag, host and PRI; filled as they occur, bounded by the stamps of header.ts. */
const forms = new Map<string, (string | undefined)[]>();
let lastStamp = '\0';
let lastForms: (string | undefined)[] = [];

function setForm(record: LogRecord, host: number, tag: number): void {
  const { pri, stamp } = header;
  if (stamp === undefined || tag >= ODD_TAG) {
    record.envelopeForm = noForm();
    return;
  }
  if (stamp !== lastStamp) {
    lastStamp = stamp;
    lastForms = forms.get(stamp) ?? [];
    forms.set(stamp, lastForms);
  }
  const key = tag * 8 + host * 2 + (pri ? 1 : 0);
  let form = lastForms[key];
  if (form === undefined) {
    form = flat(`${pri ? '<%P>' : ''}${stamp}${HOSTS[host]}${TAGS[tag]}`);
    lastForms[key] = form;
  }
  record.envelopeForm = form;
}

/** The stamp is known and ends at `at` (its space is eaten): host, tag, form. Returns where the body begins. */
function afterStamp(text: string, at: number, record: LogRecord): number {
  if (at >= text.length || dateAt(text, at) || isLevelAt(text, at)) {
    setForm(record, NO_HOST, NO_TAG);
    return at;
  }
  const space = text.indexOf(' ', at);
  const hostEnd = space < 0 ? text.length : space;
  if (hostEnd === at) return emptyHost(text, at, record);
  if (!isHost(text, at, hostEnd)) return tagOnly(text, at, record);
  if (isProgramAsHost(text, at, hostEnd)) {
    record.program = programs(text, at, hostEnd);
    setForm(record, NO_HOST, BARE);
    return hostEnd + 1;
  }
  if (hostEnd - at > 1 || text.charCodeAt(at) !== 45) {
    record.host = hosts(text, at, hostEnd);
    cutAt[CUT.host] = at;
  } else header.stamp = undefined;
  if (space >= 0) return afterHost(text, hostEnd + 1, record);
  record.envelopeForm = noForm();
  return text.length;
}

/**
 * A UDP hop makes the first word of a datagram the host: the program of Icehouse's RFC format
 * before a date, and swift's server before a text (until Havana it had no colon; a host of that name has a tag behind it).
 */
function isProgramAsHost(text: string, at: number, hostEnd: number): boolean {
  if (dateAt(text, hostEnd + 1)) return isOpenStackProgram(hosts(text, at, hostEnd));
  return isSwiftProgram(hosts(text, at, hostEnd)) && tagAt(text, hostEnd + 1) === NO_TAG;
}

function tagOnly(text: string, at: number, record: LogRecord): number {
  const tag = tagAt(text, at);
  setForm(record, NO_HOST, tag);
  if (tag !== NO_TAG) return setTag(text, at, record);
  addFlag(record, 'no-tag');
  return at;
}

function afterHost(text: string, at: number, record: LogRecord): number {
  if (isDigit(text.charCodeAt(at)) && dateAt(text, at)) {
    setForm(record, HOST, NO_TAG);
    return at;
  }
  const doubled = text.charCodeAt(at) === 32 && text.charCodeAt(at + 1) !== 32 ? 1 : 0;
  const tag = tagAt(text, at + doubled);
  if (tag === NO_TAG) {
    if (text.charCodeAt(at) !== 32) addFlag(record, 'no-tag');
    setForm(record, HOST, NO_TAG);
    return at;
  }
  setForm(record, doubled === 1 ? HOST_AND_SPACE : HOST, tag);
  const body = setTag(text, at + doubled, record);
  const first = text.charCodeAt(body) === 32 ? body + 1 : body;
  return text.charCodeAt(first) === 91 ? (afterStructuredData(text, first, record) ?? body) : body;
}

/** rsyslog's own messages carry structured data in the old header: `rsyslogd:  [origin software="rsyslogd" …] start`. */
function afterStructuredData(text: string, at: number, record: LogRecord): number | undefined {
  const end = structuredDataEnd(text, at);
  if (end < 0 || text.charCodeAt(end) !== 32 || text.charCodeAt(end - 2) !== 34) return undefined;
  record.structuredData = flat(text.slice(at, end));
  record.envelopeForm = noForm();
  return end + 1;
}

/** Two spaces: `Jun  9 15:50:06  tgtd: last message repeated 3 times`. */
function emptyHost(text: string, at: number, record: LogRecord): number {
  const tag = tagAt(text, at + 1);
  setForm(record, tag === NO_TAG ? NO_HOST : EMPTY_HOST, tag);
  return tag === NO_TAG ? at : setTag(text, at + 1, record);
}

/** Anything without the marks of a tag: letters of any script, addresses, chained names `a/b`. */
function isHost(text: string, at: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  // `--- last message repeated 2 times ---`
  if (last === 45 && end - at > 1) return false;
  // `last message repeated 2 times`, and a zone.
  if (text.startsWith('last message repeated ', at) || text.startsWith('message repeated ', at) || isZone(text, at, end)) return false;
  if (last === 58 || last === 44 || last === 93 || end - at > HOST_CHARS_MAX) return false;
  for (let index = at; index < end; index++) {
    const code = text.charCodeAt(index);
    // Control characters, then " = [ { |
    if (code < 33 || code === 34 || code === 61 || code === 91 || code === 123 || code === 124) return false;
  }
  return true;
}

function isZone(text: string, at: number, end: number): boolean {
  const sign = text.charCodeAt(at);
  return (sign === 43 || sign === 45) && end - at >= 5 && offsetAt(text, at)?.end === end;
}

/** A version of RFC 5424 with no stamp behind it that is one, and a BSD stamp that the end of the text cuts: what is left of a header is no message. */
const BROKEN_5424 = /\d{1,3}(?: (?:\d{1,4}-?|\d{1,5}-\d{1,3}\b.{0,60}|-{1,2}(?: .{0,200})?)?)?$/y;
const CUT_STAMP = /(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?: (?:[ \d](?:\d(?: [\d:]{0,7})?)?)?)?$/y;

function flagBroken(text: string, at: number, record: LogRecord): void {
  BROKEN_5424.lastIndex = at;
  CUT_STAMP.lastIndex = at;
  if (BROKEN_5424.test(text)) addFlag(record, 'bad-header');
  else if (CUT_STAMP.test(text)) addFlag(record, 'bad-time');
}

/** PRI and no stamp: a program's own datagram. A tag only where it cannot be prose. */
function withoutStamp(text: string, at: number, record: LogRecord): number {
  header.stamp = '';
  header.isLocal = false;
  if (text.length - at < BROKEN_CHARS_MAX) flagBroken(text, at, record);
  let tag = dateAt(text, at) ? NO_TAG : tagAt(text, at);
  // `keystone 2014-…`: one word that is a service, straight before an ISO date.
  if (tag === NO_TAG && nameEnd > at && dateAt(text, nameEnd + 1) && isService(text, at)) tag = BARE;
  if (tag === NIL) tag = NO_TAG;
  setForm(record, NO_HOST, tag);
  return tag === NO_TAG ? at : setTag(text, at, record);
}

function isService(text: string, at: number): boolean {
  return nameEnd - at < TAG_CHARS_MAX && typeof serviceOfProgram(programs(text, at, nameEnd)) === 'string';
}

/** What `stampAt` found: wall µs, where it ends, minutes of its own zone. */
const stamp = { wall: NO_STAMP, end: 0, offset: undefined as number | undefined };

/** First characters of what makes a stamp odd: `UTC`, `GMT`, `+0200`, a year. */
const MAY_BE_ODD: ReadonlySet<number> = new Set([...'UG+-12'].map((character) => character.charCodeAt(0)));

/** The stamp of the header at `at`, and its form into `header.stamp`. False: none that is common. */
function findStamp(text: string, at: number, given: Given): boolean {
  const wall = bsdAt(text, at, given);
  if (wall !== NO_STAMP) {
    if (MAY_BE_ODD.has(text.charCodeAt(at + BSD_CHARS + 1)) && isOddBehind(text, at + BSD_CHARS)) return false;
    const zero = text.charCodeAt(at + 4) === 48;
    stamp.wall = wall;
    stamp.end = at + BSD_CHARS;
    stamp.offset = undefined;
    header.stamp = zero ? '%N ' : '%M ';
    if (text.charCodeAt(stamp.end) === 46) addFraction(text, zero ? '%N' : '%M');
  } else {
    stamp.wall = isDigit(text.charCodeAt(at)) ? isoStampAt(text, at) : NO_STAMP;
    if (stamp.wall === NO_STAMP || (text.charCodeAt(at + 10) !== 84 && isBodyStamp(text, stampEnd))) return false;
    if (!header.pri && !isHeaderBehind(text, stampEnd, stampOffset !== undefined)) return false;
    stamp.end = stampEnd;
    stamp.offset = stampOffset;
    header.stamp = stampForm === undefined ? undefined : spaced(stampForm);
  }
  return stamp.end >= text.length || text.charCodeAt(stamp.end) === 32;
}

/** journald's exports have six digits behind the second. */
function addFraction(text: string, form: string): void {
  let digits = 0;
  while (digits < 7 && isDigit(text.charCodeAt(stamp.end + 1 + digits))) digits++;
  if (digits === 0 || digits > 6 || stamp.wall < 0) return;
  stamp.wall += Number(text.slice(stamp.end + 1, stamp.end + 1 + digits).padEnd(6, '0'));
  header.stamp = spaced(`${form}.%${digits}`);
  stamp.end += digits + 1;
}

const spacedForms = new Map<string, string>();
/** The stamp form with the space that follows it, made once (as many as header.ts keeps). */
function spaced(form: string): string {
  const known = spacedForms.get(form);
  if (known !== undefined) return known;
  const made = flat(`${form} `);
  spacedForms.set(form, made);
  return made;
}

function read(text: string, record: LogRecord, given: Given): number {
  const packed = priOf(text);
  if (packed === -2) return NOT_MINE;
  header.pri = packed >= 0;
  const start = packed >= 0 ? packed & 7 : 0;
  const at = text.charCodeAt(start) === BOM ? start + 1 : start;
  if (!findStamp(text, at, given)) return readOdd({ text, at }, record, given);
  if (packed >= 0) setPri(record, packed);
  if (at > start || stamp.wall < 0 || stamp.end >= text.length) header.stamp = undefined;
  header.isLocal = stamp.offset === undefined;
  setHeaderTime(record, stamp.wall, stamp.offset);
  return afterStamp(text, Math.min(stamp.end + 1, text.length), record);
}

function setPri(record: LogRecord, packed: number): void {
  record.facility = packed >> 6;
  record.severity = (packed >> 3) & 7;
}

/** Slow path: odd stamps, Cisco counters, a PRI alone. Without a PRI and any stamp it is nobody's header. */
function readOdd({ text, at }: Spot, record: LogRecord, given: Given): number {
  const odd = oddStamp(text, at, given) ?? (header.pri ? cisco(text, at, given) : undefined);
  if (odd === undefined && !header.pri) return NOT_MINE;
  if (header.pri) setPri(record, priOf(text));
  if (odd === undefined) {
    const body = withoutStamp(text, at, record);
    if (text.charCodeAt(at - 1) === BOM) record.envelopeForm = noForm();
    return body;
  }
  header.stamp = undefined;
  header.isLocal = odd.offset === undefined;
  setHeaderTime(record, odd.wall, odd.offset);
  const body = afterStamp(text, odd.end, record);
  if (odd.host !== undefined) record.host = odd.host;
  return body;
}

export const rfc3164: Envelope = {
  name: 'rfc3164',
  say: 'the BSD header as it really is: ISO times, no host, no tag, tags cut at 32 characters, Cisco’s counters, months in five languages, or a PRI alone',
  samples: [
    "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
    '<134>May 16 00:00:00 cloud.example.com nova-api: 2017-05-16 00:00:00.008 25746 INFO nova.x [-] hello',
    '<85>2014-09-30T16:45:17.967134+00:00 compute-01 sudo:  neutron : TTY=unknown ; PWD=/ ; USER=root',
    'Sep  7 14:53:08 devstack01 2013-09-07 14:53:08.490 ERROR nova.compute.manager [-] Instance failed to spawn',
    '<134>2026-11-22 08:24:11.548 26248 INFO nova.compute.manager [-] hello',
    '<134>proxy-server Remote IP: 203.0.113.68 (txn: tx0a1b2c3d4e5f60718293a4b5c6d7e8f9)',
    '<189>643: *Jan  8 19:46:03.295: %LINEPROTO-5-UPDOWN: Line protocol changed state to up',
  ],
  read,
};
