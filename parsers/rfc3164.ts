/**
 * The BSD syslog header as it really is: `<PRI>Mmm dd hh:mm:ss HOST TAG[pid]: text`, the same with an
 * ISO stamp (rsyslog's ForwardFormat), with any part missing, or with nothing but a PRI, which is what
 * Python's SysLogHandler sends. Rare spellings of the stamp are in rfc3164-odd.ts.
 *
 * Invariant: no stamp, no host; a tag ends in `:` or has `[pid]`, or is the name of an OpenStack program.
 * Prose never becomes a host or a tag, and an ISO date never does (formats.md trap 4: rsyslog takes a
 * header-less oslo line's date for a tag). Sources: RFC 3164, rsyslog pmrfc3164, the conformance cases.
 */
import type { Given, LogRecord } from '../src/model.ts';
import { addFlag, BOM, isDigit, isoStampAt, numberIn, priOf, setHeaderTime, stampEnd, stampForm, stampOffset } from './header.ts';
import { interner } from './intern.ts';
import { LEVEL_WORDS, levelWordAt } from './levels.ts';
import { type Envelope, NO_FORM, NOT_MINE } from './parser.ts';
import { cisco, oddStamp } from './rfc3164-odd.ts';
import { isOpenStackProgram, serviceOfProgram } from './service.ts';
import { BSD_CHARS, bsdAt, dateAt, NO_STAMP } from './time.ts';

const hosts = interner(1024);
const programs = interner(512);

/** A host longer than this is no host (RFC 1035). */
const HOST_CHARS_MAX = 255;
/** Longest tag looked for; rsyslog's forwarding cuts at 32, RFC 5424 allows 48, real file paths reach 100. */
const TAG_CHARS_MAX = 128;
/** rsyslog's forwarding cuts tags here, which may open a bracket and never close it. */
const TAG_CUT_CHARS = 32;

/** Tag forms; the index is what `tagAt` found. */
const TAGS = ['', '%g: ', '%g:', '%g[%p]: ', '%g[%p]:', '%g[%p] ', '%g ', ': ', '- '] as const;
const [NO_TAG, COLON_SPACE, COLON, PID_COLON_SPACE, PID_COLON, PID_SPACE, BARE, EMPTY, NIL] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const ODD_TAG = 9;

/** [stamp form with its space] -> forms by tag, host and PRI; filled as they occur, bounded by the stamps of header.ts. */
const forms = new Map<string, (string | undefined)[]>();
let lastStamp = '\0';
let lastForms: (string | undefined)[] = [];

function formOf(pri: boolean, stamp: string, hostSpaces: number, tag: number): string {
  if (stamp !== lastStamp) {
    lastStamp = stamp;
    lastForms = forms.get(stamp) ?? [];
    forms.set(stamp, lastForms);
  }
  const key = tag * 8 + hostSpaces * 2 + (pri ? 1 : 0);
  const known = lastForms[key];
  if (known !== undefined) return known;
  const host = ['', '%h ', ' ', '%h  '][hostSpaces]!;
  return (lastForms[key] = `${pri ? '<%P>' : ''}${stamp}${host}${TAGS[tag]}`);
}

/** What `tagAt` found besides the kind. */
let tagName = 0;
let tagPid = -1;
let tagEnd = 0;

/** Looks for a tag at `at`; sets tagName (end of the name), tagPid, tagEnd (begin of what follows). */
function tagAt(text: string, at: number): number {
  const limit = Math.min(text.length, at + TAG_CHARS_MAX);
  tagPid = -1;
  tagName = 0;
  for (let end = at; end < limit; end++) {
    const code = text.charCodeAt(end);
    if (code === 58) {
      // `a:b` without a space is a path, a URL, CEF:0| or prose, not a tag.
      if (end + 1 < text.length && text.charCodeAt(end + 1) !== 32) return NO_TAG;
      tagName = end;
      tagEnd = Math.min(end + 2, text.length);
      if (end === at) return EMPTY;
      return end + 1 < text.length ? COLON_SPACE : COLON;
    }
    if (code === 91 && end > at) return pidAt(text, at, end);
    if (code === 32) return bareTag(text, at, end);
    if (end === at && (code === 91 || code === 123)) return NO_TAG;
  }
  return NO_TAG;
}

function bareTag(text: string, at: number, end: number): number {
  tagName = end;
  tagEnd = end + 1;
  if (end - at === 1 && text.charCodeAt(at) === 45) return NIL;
  return end > at && isOpenStackProgram(programs(text, at, end)) ? BARE : NO_TAG;
}

/** `name[pid]` with or without colon and space; a pid that is no number, or cut off, makes it odd. */
function pidAt(text: string, at: number, open: number): number {
  const limit = Math.min(text.length, open + 24);
  let close = open + 1;
  while (close < limit && text.charCodeAt(close) !== 93 && text.charCodeAt(close) !== 32) close++;
  tagName = open;
  tagPid = numberIn(text, open + 1, close);
  if (text.charCodeAt(close) !== 93) {
    tagEnd = close + 1;
    return tagPid >= 0 && close - at === TAG_CUT_CHARS && text.charCodeAt(close) === 32 ? ODD_TAG : NO_TAG;
  }
  const colon = text.charCodeAt(close + 1) === 58;
  const space = text.charCodeAt(close + (colon ? 2 : 1)) === 32;
  tagEnd = close + 1 + (colon ? 1 : 0) + (space ? 1 : 0);
  if (!colon && !space && tagEnd < text.length) return NO_TAG;
  if (tagPid < 0) return /^[\w:.-]+$/.test(text.slice(open + 1, close)) ? ODD_TAG : NO_TAG;
  if (colon) return space ? PID_COLON_SPACE : PID_COLON;
  return space ? PID_SPACE : ODD_TAG;
}

function setTag(text: string, at: number, tag: number, record: LogRecord): number {
  if (tag === NO_TAG) return at;
  if (tag !== EMPTY && tag !== NIL) {
    record.program = programs(text, at, tagName);
    if (tagPid >= 0) record.pid = tagPid;
    if (tag === ODD_TAG && text.charCodeAt(tagEnd - 1) === 32 && tagEnd - 1 - at === TAG_CUT_CHARS) addFlag(record, 'cut-tag');
  }
  return tagEnd;
}

function setForm(record: LogRecord, pri: boolean, stamp: string | undefined, hostSpaces: number, tag: number): void {
  record.envelopeForm = stamp === undefined || tag === ODD_TAG ? NO_FORM : formOf(pri, stamp, hostSpaces, tag);
}

/** The stamp is known and ends at `at` (its space is eaten): host, tag, form. Returns where the body begins. */
function afterStamp(text: string, at: number, record: LogRecord, pri: boolean, stamp: string | undefined): number {
  if (at >= text.length || dateAt(text, at)) {
    setForm(record, pri, stamp, 0, NO_TAG);
    return at;
  }
  const space = text.indexOf(' ', at);
  const hostEnd = space < 0 ? text.length : space;
  if (hostEnd === at) return emptyHost(text, at, record, pri, stamp);
  if (!isHost(text, at, hostEnd)) {
    const tag = tagAt(text, at);
    if (tag === NO_TAG) addFlag(record, 'no-tag');
    setForm(record, pri, stamp, 0, tag);
    return setTag(text, at, tag, record);
  }
  // A UDP hop makes the RFC-format program of Icehouse the host (formats.md section 9.1).
  if (dateAt(text, hostEnd + 1) && isOpenStackProgram(hosts(text, at, hostEnd))) {
    record.program = programs(text, at, hostEnd);
    setForm(record, pri, stamp, 0, BARE);
    return hostEnd + 1;
  }
  if (hostEnd - at > 1 || text.charCodeAt(at) !== 45) record.host = hosts(text, at, hostEnd);
  if (space < 0) {
    record.envelopeForm = NO_FORM;
    return text.length;
  }
  return afterHost(text, hostEnd + 1, record, pri, record.host === undefined ? undefined : stamp);
}

function afterHost(text: string, at: number, record: LogRecord, pri: boolean, stamp: string | undefined): number {
  if (isDigit(text.charCodeAt(at)) && dateAt(text, at)) {
    setForm(record, pri, stamp, 1, NO_TAG);
    return at;
  }
  const doubled = text.charCodeAt(at) === 32 && text.charCodeAt(at + 1) !== 32 ? 1 : 0;
  const tag = tagAt(text, at + doubled);
  if (tag === NO_TAG) {
    if (text.charCodeAt(at) !== 32) addFlag(record, 'no-tag');
    setForm(record, pri, stamp, 1, NO_TAG);
    return at;
  }
  setForm(record, pri, stamp, doubled ? 3 : 1, tag);
  return setTag(text, at + doubled, tag, record);
}

/** Two spaces: `Jun  9 15:50:06  tgtd: last message repeated 3 times`. */
function emptyHost(text: string, at: number, record: LogRecord, pri: boolean, stamp: string | undefined): number {
  const tag = tagAt(text, at + 1);
  if (tag === NO_TAG) {
    setForm(record, pri, stamp, 0, NO_TAG);
    return at;
  }
  setForm(record, pri, stamp, 2, tag);
  return setTag(text, at + 1, tag, record);
}

/** Anything without the marks of a tag: letters of any script, addresses, chained names `a/b`. */
function isHost(text: string, at: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  if (last === 58 || last === 44 || last === 93 || end - at > HOST_CHARS_MAX) return false;
  for (let index = at; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code < 33 || code === 91 || code === 123 || code === 61 || code === 34 || code === 124) return false;
  }
  return true;
}

/** PRI and no stamp: a program's own datagram. A tag only where it cannot be prose. */
function withoutStamp(text: string, at: number, record: LogRecord, pri: boolean): number {
  if (dateAt(text, at)) {
    setForm(record, pri, '', 0, NO_TAG);
    return at;
  }
  const tag = tagAt(text, at);
  const bare = tag === NO_TAG && tagName > at && dateAt(text, tagName + 1) && isDate(text, at);
  const kind = bare ? BARE : tag;
  if (kind === NIL || (kind === NO_TAG && !bare)) {
    setForm(record, pri, '', 0, NO_TAG);
    return at;
  }
  setForm(record, pri, '', 0, kind);
  return setTag(text, at, kind, record);
}

/** `keystone 2014-…`: one word that is a service, straight before an ISO date. */
function isDate(text: string, at: number): boolean {
  const space = text.indexOf(' ', at);
  return space > at && space - at < TAG_CHARS_MAX && typeof serviceOfProgram(programs(text, at, space)) === 'string';
}

/** Is `YYYY-MM-DD hh:mm:ss` at `at` the stamp of a body (oslo's pid or level follows) rather than of a header? */
function isBodyStamp(text: string, end: number): boolean {
  let at = end;
  while (text.charCodeAt(at) === 32) at++;
  if (isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === 91) return true;
  const word = levelWordAt(text, at);
  return word >= 0 && text.charCodeAt(at + LEVEL_WORDS[word]!.word.length) === 32;
}

function read(text: string, record: LogRecord, given: Given): number {
  const packed = priOf(text);
  if (packed === -2) return NOT_MINE;
  const pri = packed >= 0;
  let at = pri ? packed & 7 : 0;
  const stampAt = text.charCodeAt(at) === BOM ? at + 1 : at;
  const bsd = bsdAt(text, stampAt, given.received, given.zone);
  let found = bsd;
  let stamp: string | undefined;
  let end = stampAt + BSD_CHARS;
  let offset: number | undefined;
  if (bsd !== NO_STAMP) stamp = text.charCodeAt(stampAt + 4) === 48 ? '%N ' : '%M ';
  else {
    found = isDigit(text.charCodeAt(stampAt)) ? isoStampAt(text, stampAt) : NO_STAMP;
    if (found !== NO_STAMP && (text.charCodeAt(stampAt + 10) === 84 || !isBodyStamp(text, stampEnd))) {
      stamp = stampForm === undefined ? undefined : spaced(stampForm);
      end = stampEnd;
      offset = stampOffset;
    } else found = NO_STAMP;
  }
  if (found === NO_STAMP || (end < text.length && text.charCodeAt(end) !== 32)) return readOdd(text, at, record, given, pri);
  if (pri) setPri(record, packed);
  if (stampAt > at || found < 0) stamp = undefined;
  setHeaderTime(record, found, offset);
  at = Math.min(end + 1, text.length);
  return afterStamp(text, at, record, pri, end < text.length ? stamp : undefined);
}

function setPri(record: LogRecord, packed: number): void {
  record.facility = packed >> 6;
  record.severity = (packed >> 3) & 7;
}

const spacedForms = new Map<string, string>();
/** The stamp form with the space that follows it, made once (as many as header.ts keeps). */
function spaced(form: string): string {
  const known = spacedForms.get(form);
  if (known !== undefined) return known;
  spacedForms.set(form, `${form} `);
  return `${form} `;
}

/** Slow path: odd stamps, Cisco counters, a PRI alone. Without a PRI and any stamp it is nobody's header. */
function readOdd(text: string, at: number, record: LogRecord, given: Given, pri: boolean): number {
  const from = text.charCodeAt(at) === BOM ? at + 1 : at;
  const odd = oddStamp(text, from, given) ?? (pri ? cisco(text, from, given) : undefined);
  if (odd === undefined && !pri) return NOT_MINE;
  if (pri) setPri(record, priOf(text));
  if (odd === undefined) {
    const body = withoutStamp(text, from, record, pri);
    if (from > at) record.envelopeForm = NO_FORM;
    return body;
  }
  setHeaderTime(record, odd.wall, odd.offset);
  const body = afterStamp(text, odd.end, record, pri, undefined);
  if (odd.host !== undefined) record.host = odd.host;
  return body;
}

export const rfc3164: Envelope = {
  name: 'rfc3164',
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
