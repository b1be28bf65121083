/**
 * RFC 5424: `<PRI>VERSION TIMESTAMP HOST APP PROCID MSGID SD [MSG]`. Taken when a version and then a time
 * stamp or `-` follow the PRI (or stand alone: some senders leave the PRI out). Not here: what the
 * structured data says; it is kept as written, and structured-data.ts reads it.
 *
 * Invariant: a broken part costs only itself. A bad stamp is arrival time, bad structured data stays in the message, missing
 * fields leave the whole text as message; each has a flag. Source: RFC 5424 section 6, conformance cases.
 */
import type { LogRecord } from '../src/model.ts';
import { addFlag, BOM, isDigit, isoStampAt, numberIn, priOf, setHeaderTime, stampEnd, stampForm, stampOffset } from './header.ts';
import { flat, interner } from './intern.ts';
import { type Envelope, NO_FORM, NOT_MINE } from './parser.ts';
import { isOddStructuredData, structuredDataEnd } from './structured-data.ts';
import { NO_STAMP } from './time.ts';

const hosts = interner(1024);
const programs = interner(512);
const words = interner(256);

/** PROCIDs that are no numbers become part of the form; more than this many different ones are kept raw instead. */
const PROCIDS_MAX = 64;
const procids = new Set<string>();
const FORMS_MAX = 2048;
const forms = new Map<string, string>();
/** What the newest form was made of: equal parts give the same form without making a string. */
const last = { pri: false, version: -1, stamp: '', nils: -1, procid: '', tail: '', form: '' };

const NIL_HOST = 1;
const NIL_PROGRAM = 2;
const NIL_PROCID = 4;
const NIL_MSGID = 8;
const NIL_DATA = 16;

interface Header {
  at: number;
  version: number;
  stamp: string | undefined;
  nils: number;
  procid: string;
  pri: boolean;
}

/** `1 ` … `999 ` at `at`: the version, or -1. Version 0 is sent by one appliance and costs nothing to take. */
function versionAt(text: string, at: number): number {
  const space =
    text.charCodeAt(at + 1) === 32 ? at + 1 : text.charCodeAt(at + 2) === 32 ? at + 2 : text.charCodeAt(at + 3) === 32 ? at + 3 : -1;
  return space < 0 ? -1 : numberIn(text, at, space);
}

function read(text: string, record: LogRecord): number {
  const packed = priOf(text);
  if (packed === -2) return NOT_MINE;
  const start = packed < 0 ? 0 : packed & 7;
  if (!isDigit(text.charCodeAt(start))) return NOT_MINE;
  const version = versionAt(text, start);
  if (version < 0) return NOT_MINE;
  const at = start + (version > 99 ? 4 : version > 9 ? 3 : 2);
  if (numberIn(text, start, at - 1) !== version) return NOT_MINE;
  const nil = text.charCodeAt(at) === 45 && (text.charCodeAt(at + 1) === 32 || at + 1 === text.length);
  const wall = nil ? NO_STAMP : isoStampAt(text, at);
  if (!nil && (wall === NO_STAMP || text.charCodeAt(at + 10) !== 84)) return NOT_MINE;
  const end = nil ? at + 1 : stampEnd;
  if (end < text.length && text.charCodeAt(end) !== 32) return NOT_MINE;
  // Without a PRI only a real stamp tells a header from prose that begins with a number.
  if (packed < 0 && nil) return NOT_MINE;
  if (packed >= 0) {
    record.facility = packed >> 6;
    record.severity = (packed >> 3) & 7;
  }
  const stamp = nil ? '-' : wall < 0 ? undefined : stampForm;
  if (!nil) setHeaderTime(record, wall, stampOffset);
  return fields(text, { at: end + 1, version, stamp, nils: 0, procid: '', pri: packed >= 0 }, record);
}

/** HOST APP PROCID MSGID; each must be followed by a space, else the header is cut and the whole text stays the message. */
function fields(text: string, header: Header, record: LogRecord): number {
  const from = header.pri ? text.indexOf('>') + 1 : 0;
  const newline = text.indexOf('\n', header.at);
  for (let field = 0; field < 4; field++) {
    const space = text.indexOf(' ', header.at);
    const end = space < 0 ? text.length : space;
    // An empty field or one that a newline ends is where the header was broken off.
    if (space < 0 || space === header.at || (newline >= 0 && newline < end)) {
      if (end > header.at && newline < 0) setField({ text, field, end }, header, record);
      return cut(record, from);
    }
    setField({ text, field, end }, header, record);
    header.at = space + 1;
  }
  return data(text, header, record);
}

function setField({ text, field, end }: { text: string; field: number; end: number }, header: Header, record: LogRecord): void {
  const { at } = header;
  if (end - at === 1 && text.charCodeAt(at) === 45) {
    header.nils |= 1 << field;
    return;
  }
  if (field === 0) record.host = hosts(text, at, end);
  else if (field === 1) record.program = programs(text, at, end);
  else if (field === 3) record.msgid = words(text, at, end);
  else {
    const pid = numberIn(text, at, end);
    if (pid >= 0) record.pid = pid;
    else header.procid = words(text, at, end);
  }
}

function cut(record: LogRecord, from: number): number {
  addFlag(record, 'bad-header');
  record.envelopeForm = NO_FORM;
  return from;
}

function data(text: string, header: Header, record: LogRecord): number {
  const { at } = header;
  let end = at + 1;
  if (text.charCodeAt(at) === 45 && (end >= text.length || text.charCodeAt(end) === 32)) header.nils |= NIL_DATA;
  else {
    end = structuredDataEnd(text, at);
    if (end < 0 || (end < text.length && text.charCodeAt(end) !== 32)) {
      addFlag(record, 'bad-sd');
      record.envelopeForm = NO_FORM;
      return Math.min(at, text.length);
    }
    record.structuredData = flat(text.slice(at, end));
    if (isOddStructuredData(record.structuredData)) addFlag(record, 'odd-sd');
  }
  const space = end < text.length;
  const next = text.charCodeAt(end + 1);
  // rsyslog's %msg% begins with a space of its own, which is no part of the text; several spaces indent, and stay.
  const doubled = next === 32 && end + 2 < text.length && text.charCodeAt(end + 2) !== 32;
  record.envelopeForm = formOf(header, next === BOM ? ' \ufeff' : doubled ? '  ' : space ? ' ' : '');
  return Math.min(text.length, end + (next === BOM || doubled ? 2 : 1));
}

function formOf(header: Header, tail: string): string {
  const { version, stamp, nils, procid, pri } = header;
  if (stamp === undefined) return NO_FORM;
  if (
    version === last.version &&
    stamp === last.stamp &&
    nils === last.nils &&
    procid === last.procid &&
    tail === last.tail &&
    pri === last.pri
  )
    return last.form;
  if (procid !== '' && !procids.has(procid)) {
    // A `%` would be read as a place; RFC 5424 allows 128 characters.
    if (procids.size >= PROCIDS_MAX || procid.length > 128 || /[%+|]/.test(procid)) return NO_FORM;
    procids.add(procid);
  }
  const head = `${pri ? '<%P>' : ''}${version} ${stamp} ${nils & NIL_HOST ? '-' : '%h'} ${nils & NIL_PROGRAM ? '-' : '%g'}`;
  const identity = `${nils & NIL_PROCID ? '-' : procid || '%p'} ${nils & NIL_MSGID ? '-' : '%q'} ${nils & NIL_DATA ? '-' : '%d'}`;
  const made = `${head} ${identity}${tail}`;
  let form = forms.get(made);
  if (form === undefined) {
    if (forms.size >= FORMS_MAX) return NO_FORM;
    form = flat(made);
    forms.set(form, form);
  }
  Object.assign(last, { version, stamp, nils, procid, tail, pri, form });
  return form;
}

/** PROCID as it was sent; one that is no number stands in the form. */
export function procidOf(record: LogRecord): string | undefined {
  if (record.pid !== undefined) return String(record.pid);
  const word = record.envelope === 'rfc5424' ? record.envelopeForm.split(' ')[4] : undefined;
  return word === '-' || word === '%p' ? undefined : word;
}

export const rfc5424: Envelope = {
  name: 'rfc5424',
  say: 'the syslog header of RFC 5424, also without PRI or cut, with rsyslog’s two spaces',
  samples: [
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
    '<165>1 2003-10-11T22:14:15.003Z host evntslog 8710 ID47 [exampleSDID@32473 iut="3" eventSource="Application"] An entry',
    '<134>1 2024-12-09T18:25:35.401631+00:00 ps999 account-server - - [sd@51059 project="secret" ] 1.2.3.4 - - text',
    '1 2023-06-03T17:42:32.123456Z mymachine.example.com appname 12345 ID47 - no PRI in front',
    '<14>1 - 10.0.4.87 Serial-Debugger - - - Serializer started!',
    '<165>1 2003-10-11T22:14:15.003Z host cut-in-the-header',
    '<165>1 2023-06-03T17:42:32Z h app 1 ID47 [foo@123 bar= baz] the text',
  ],
  read,
};
