/**
 * The ordered tables of parsers and the three things done with them: `parse` a message into a record,
 * `write` a record back into the message, tell continuation lines. First parser that answers wins.
 * Not here: joining (ingest), marks (marks.ts, on reading).
 *
 * Invariant: `record.raw ?? write(record)` is the text received, for every text. `parse` never throws.
 * Pure: what it needs of the outside is in `given`.
 */
import { emptyRecord } from '../src/base/record.ts';
import type { Given, LogRecord, Transport } from '../src/model.ts';
import { bare } from './bare.ts';
import { addFlag, numberIn } from './header.ts';
import { LEVEL_OF_SEVERITY } from './levels.ts';
import { isFolded, unfold, writeBody } from './lines.ts';
import { oslo } from './oslo.ts';
import { type Body, type Envelope, hasForm, NO_FORM, NO_FORM_CONTINUATION, NOT_MINE } from './parser.ts';
import { plain } from './plain.ts';
import { rfc3164 } from './rfc3164.ts';
import { rfc5424 } from './rfc5424.ts';
import { GUIDE_FACILITIES, serviceOf } from './service.ts';
import { swift } from './swift.ts';
import { endOf, forgetCuts, render, type Spot, templateOf } from './template.ts';
import { DAY_US, dateAt } from './time.ts';

export { marks } from './marks.ts';

export const ENVELOPES: readonly Envelope[] = [rfc5424, rfc3164, bare];
export const BODIES: readonly Body[] = [oslo, swift, plain];

/** 2000-01-01: OpenStack began in 2010; older clocks are unset ones. */
const OLDEST_TIME_US = 946_684_800_000_000;
/** A clock may be wrong by a zone; more than a day ahead is a wrong date. */
const AHEAD_US_MAX = DAY_US;

/** Their peer is a path. */
const FILES: ReadonlySet<Transport> = new Set<Transport>(['file', 'import']);

/** ANSI colours, raw or as rsyslog escapes them. */
const COLOURS = /(?:\x1b|#033)\[[0-9;]{0,12}m/g;
const COLOUR_CHARS_MAX = 8;
/** A UDP hop through rsyslog takes the hour of a datagram without a header for a tag, and sets a space behind it. */
const SPLIT_HOUR = /^(\d{4}-\d\d-\d\d \d\d:) (?=\d\d:\d\d)/;

/** Where the write check looks; reused, so that a line costs no object. */
const spot: Spot = { text: '', at: 0 };

export function parse(text: string, given: Given): LogRecord {
  const record = emptyRecord(given.received, given.transport, given.peer);
  record.zone = given.zone;
  if (given.flag !== undefined) record.flags = given.flag;
  const line = withoutFraming(text);
  forgetCuts();
  const at = readEnvelope(line, record, given);
  const start = isOrdinary(line, at, record) ? readBody(line, at, record) : readOdd(line, at, record);
  complete(record, given);
  if (start < 0) record.raw = text;
  else if (isFolded(line, start)) {
    unfold(record, line.slice(start));
    if (write(record) !== text) record.raw = text;
  } else {
    record.message = line.slice(start);
    // The message is the rest by construction: only what stands before it has to be written to be sure.
    if (line !== text || record.envelopeForm === NO_FORM || !hasForm(record.form)) record.raw = text;
    else {
      spot.text = line;
      spot.at = 0;
      const head = endOf(templateOf(record.envelopeForm), record, spot);
      spot.at = at;
      if (head !== at || endOf(templateOf(record.form), record, spot) !== start) record.raw = text;
    }
  }
  if (record.pid === undefined && record.level === 'DEBUG') record.pid = pidInSuffix(record.message);
  return record;
}

/**
 * The message without what framing left around it: NULs and one newline at the end; white space before a
 * PRI, with that at the end (a template with line breaks). What goes makes the record keep its raw text.
 */
function withoutFraming(text: string): string {
  let end = text.length;
  if (end === 0) return text;
  if (text.charCodeAt(0) <= 32 && /^\s{1,100}<\d/.test(text)) return text.trim();
  if (text.charCodeAt(end - 1) > 13) return text;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  if (text.charCodeAt(end - 1) === 10) end--;
  return end === text.length ? text : text.slice(0, end);
}

function readEnvelope(text: string, record: LogRecord, given: Given): number {
  for (let index = 0; index < ENVELOPES.length; index++) {
    const envelope = ENVELOPES[index]!;
    const at = envelope.read(text, record, given);
    if (at === NOT_MINE) continue;
    record.envelope = envelope.name;
    return at;
  }
  throw new Error('BUG: no envelope took the text');
}

function readBody(text: string, at: number, record: LogRecord): number {
  for (let index = 0; index < BODIES.length; index++) {
    const body = BODIES[index]!;
    const start = body.read(text, at, record);
    if (start === NOT_MINE) continue;
    record.format = body.name;
    return start;
  }
  throw new Error('BUG: no body took the text');
}

/** No colours in it, no date for a program, no spaces in front or behind the hour. */
function isOrdinary(text: string, at: number, record: LogRecord): boolean {
  if (text.charCodeAt(at) === 32) return false;
  if (record.envelope === 'rfc5424' && record.program !== undefined && record.program.length === 10 && dateAt(record.program, 0))
    return false;
  if (text.charCodeAt(at + 14) === 32 && text.charCodeAt(at + 13) === 58 && dateAt(text, at)) return false;
  return text.indexOf('\x1b', at) < 0 && text.indexOf('#033', at) < 0;
}

/**
 * A body that has to be respelled before a parser can know it: colours taken out, the date that a relay
 * made the APP-NAME put back in front, leading spaces and one behind the hour skipped. Where that helps, the record is kept raw and
 * -1 is answered; where not, the text is read as it is.
 */
function readOdd(text: string, at: number, record: LogRecord): number {
  const { program } = record;
  const isDate = program !== undefined && record.envelope === 'rfc5424' && dateAt(program, 0);
  const bodyText = text.slice(at).trimStart();
  const respelled = (isDate ? `${program} ${bodyText}` : bodyText).replace(COLOURS, '').replace(SPLIT_HOUR, '$1');
  const onlyReset = !isDate && text.charCodeAt(at) !== 32 && bodyText.search(COLOURS) >= bodyText.length - COLOUR_CHARS_MAX;
  if (onlyReset) return readBody(text, at, record);
  const start = oslo.read(respelled, 0, record);
  if (start === NOT_MINE) return readBody(text, at, record);
  record.format = oslo.name;
  record.form = isContinuation(record) ? NO_FORM_CONTINUATION : NO_FORM;
  if (isDate) record.program = undefined;
  unfold(record, respelled.slice(start));
  return -1;
}

/** What follows from several fields: level, service, host, flags of the time. */
function complete(record: LogRecord, given: Given): void {
  if (record.level === undefined && record.severity !== undefined) record.level = LEVEL_OF_SEVERITY[record.severity];
  const byFacility = record.facility === undefined ? undefined : (given.facilities ?? GUIDE_FACILITIES)[record.facility];
  const { hints } = given;
  // A header that names no program means it; a line without any says nothing.
  if (record.program === undefined && record.envelope === bare.name) record.program = hints?.program;
  record.service = serviceOf(record.program, record.logger, hints?.service ?? byFacility);
  // The peer of a file is its path, and no host.
  record.host ??= hints?.host ?? (FILES.has(record.transport) ? undefined : record.peer);
  if (record.time > record.received + AHEAD_US_MAX || record.time < OLDEST_TIME_US) addFlag(record, 'odd-time');
}

/** The text exactly as received; undefined where the record's forms cannot give it back (then `raw` has it). */
export function write(record: LogRecord): string | undefined {
  if (record.envelopeForm === NO_FORM || !hasForm(record.form)) return undefined;
  const head = render(templateOf(record.envelopeForm), record);
  const plus = record.form.indexOf('+');
  if (plus < 0) return head + writeBody(record, record.form, record.message);
  const form = record.form.slice(0, plus);
  const next = record.form.slice(plus + 1);
  const lines = record.message.split('\n');
  return lines.map((line, index) => head + writeBody(record, index === 0 ? form : next, line)).join('\n');
}

/** An oslo exception line: `… ERROR|TRACE logger [instance] text` without a context; belongs to the record before. */
export function isContinuation(record: LogRecord): boolean {
  return record.form.charCodeAt(0) === 126;
}

/** First lines and typical further ones of a traceback that was printed without any header. */
const RAW_CONTINUATION =
  /^(?:\s|Traceback \(most recent call last\):|During handling of the above exception|The above exception was the direct cause|$)/;

/** A bare line of a text of several lines; of the same host and program it may belong to the record before. */
export function isRawContinuation(record: LogRecord): boolean {
  return record.format === 'plain' && RAW_CONTINUATION.test(record.message);
}

/** `from (pid=4118) _schedule /opt/…` of Essex and `{{(pid=27788) …}}` of devstack: the only pid those lines have. */
function pidInSuffix(message: string): number | undefined {
  const at = message.lastIndexOf('(pid=');
  const end = at < 0 ? -1 : message.indexOf(')', at);
  const pid = end < 0 ? -1 : numberIn(message, at + 5, end);
  return pid < 0 ? undefined : pid;
}
