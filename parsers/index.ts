/**
 * The ordered tables of parsers and the three things done with them: `parse` a message into a record,
 * `write` a record back into the message, tell continuation lines. First parser that answers wins.
 * Not here: joining (ingest), marks (marks.ts, on reading).
 *
 * Invariant: `record.raw ?? write(record)` is the text received, for every text. `parse` never throws.
 * Pure: what it needs of the outside is in `given`.
 */
import { emptyRecord } from '../src/base/record.ts';
import type { Given, LogRecord, SiteReader, Transport } from '../src/model.ts';
import { access } from './access.ts';
import { apache } from './apache.ts';
import { bare } from './bare.ts';
import { ceph } from './ceph.ts';
import { device } from './device.ts';
import { dnsmasq } from './dnsmasq.ts';
import { fuel } from './fuel.ts';
import { haproxy } from './haproxy.ts';
import { addFlag, numberIn } from './header.ts';
import { readItem } from './item.ts';
import { keepalived } from './keepalived.ts';
import { kernel } from './kernel.ts';
import { LEVEL_OF_SEVERITY } from './levels.ts';
import { libvirt } from './libvirt.ts';
import { isFolded, unfold, writeBody } from './lines.ts';
import { mysql } from './mysql.ts';
import { nginx } from './nginx.ts';
import { oslo } from './oslo.ts';
import { osloJson } from './oslo-json.ts';
import { ovs } from './ovs.ts';
import { type Body, type Envelope, hasForm, NOT_MINE } from './parser.ts';
import { plain } from './plain.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import { repeated } from './repeated.ts';
import { isOrdinary, readRespelled } from './respell.ts';
import { rfc3164 } from './rfc3164.ts';
import { rfc5424 } from './rfc5424.ts';
import { GUIDE_FACILITIES, serviceOf, serviceOfFormat } from './service.ts';
import { shipped } from './shipped.ts';
import { swift } from './swift.ts';
import { endOf, forgetCuts, render, type Spot, templateOf } from './template.ts';
import { DAY_US } from './time.ts';
import { uwsgi } from './uwsgi.ts';

export { marks } from './marks.ts';

export const ENVELOPES: readonly Envelope[] = [rfc5424, rfc3164, shipped, bare];
export const BODIES: readonly Body[] = [
  oslo,
  repeated,
  swift,
  osloJson,
  haproxy,
  dnsmasq,
  rabbitmq,
  ovs,
  libvirt,
  mysql,
  ceph,
  keepalived,
  kernel,
  uwsgi,
  apache,
  nginx,
  access,
  fuel,
  device,
  redis,
  plain,
];
/** Those that a text with spaces in front may be of. */
const RESPELLED: readonly Body[] = BODIES.slice(0, -1);

/** 2000-01-01: OpenStack began in 2010; older clocks are unset ones. */
const OLDEST_TIME_US = 946_684_800_000_000;
/** A clock may be wrong by a zone; more than a day ahead is a wrong date. */
const AHEAD_US_MAX = DAY_US;

/** Their peer is a path. */
const FILES: ReadonlySet<Transport> = new Set<Transport>(['file', 'import']);

/** Where the write check looks; reused, so that a line costs no object. */
const spot: Spot = { text: '', at: 0 };

export function parse(text: string, given: Given): LogRecord {
  const item = given.hints?.item === undefined ? undefined : readItem(text, given, ITEM_READER);
  if (item !== undefined) return item;
  const record = emptyRecord(given.received, given.transport, given.peer);
  record.zone = given.zone;
  if (given.flag !== undefined) record.flags = given.flag;
  const line = withoutFraming(text);
  forgetCuts();
  const at = readEnvelope(line, record, given);
  const start = readText(line, at, { record, site: given.site });
  complete(record, given);
  if (start < 0) record.raw = write(record) === text ? undefined : text;
  else if (isFolded(line, start)) {
    unfold(record, line.slice(start), line.length);
    if (write(record) !== text) record.raw = text;
  } else {
    record.message = line.slice(start);
    // The message is the rest by construction: only what stands before it has to be written to be sure.
    if (line !== text || !hasForm(record.envelopeForm) || !hasForm(record.form)) record.raw = text;
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
 * The message without what framing left around it: NULs and one newline (CR LF) at the end; white space before a
 * PRI, with that at the end (a template with line breaks). What goes makes the record keep its raw text.
 */
function withoutFraming(text: string): string {
  let end = text.length;
  if (end === 0) return text;
  if (text.charCodeAt(0) <= 32 && /^\s{1,100}<\d/.test(text)) return text.trim();
  if (text.charCodeAt(end - 1) > 13) return text;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  if (text.charCodeAt(end - 1) === 10) end -= text.charCodeAt(end - 2) === 13 ? 2 : 1;
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

/** The rules of the site first, then the table; rules without a program last, for what is plain. */
function readText(text: string, at: number, { record, site }: { record: LogRecord; site: SiteReader | undefined }): number {
  const own = site === undefined ? NOT_MINE : site.read(text, at, record);
  if (own !== NOT_MINE) return own;
  const start = isOrdinary(text, at, record) ? readBody(text, at, record) : readOdd(text, at, record);
  if (site === undefined || record.format !== plain.name) return start;
  const unknown = site.readUnknown(text, start, record);
  return unknown === NOT_MINE ? start : unknown;
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

/** A text that has to be respelled; where that does not help, it is read as it is. */
function readOdd(text: string, at: number, record: LogRecord): number {
  const start = readRespelled(text, at, { record, bodies: RESPELLED });
  return start === NOT_MINE ? readBody(text, at, record) : start;
}

/** What follows from several fields: level, service, host, flags of the time. */
function complete(record: LogRecord, given: Given): void {
  if (record.level === undefined && record.severity !== undefined) record.level = LEVEL_OF_SEVERITY[record.severity];
  const byFacility = record.facility === undefined ? undefined : (given.facilities ?? GUIDE_FACILITIES)[record.facility];
  const { hints } = given;
  // A header that names no program means it; a line without any says nothing. Not before: bare lines of a file may go on with the line before them, whoever wrote it.
  if (record.program === undefined && record.envelope === bare.name) record.program = hints?.program;
  const bySite = given.site === undefined || record.program === undefined ? undefined : given.site.service(record.program);
  record.service ??= bySite ?? serviceOf(record.program, record.logger, serviceOfFormat(record.format) ?? hints?.service ?? byFacility);
  // The peer of a file is its path, and no host.
  record.host ??= hints?.host ?? (FILES.has(record.transport) ? undefined : record.peer);
  checkTime(record);
}

function checkTime(record: LogRecord): void {
  if (record.time > record.received + AHEAD_US_MAX || record.time < OLDEST_TIME_US) addFlag(record, 'odd-time');
}

const ITEM_READER = { parse, checkTime, isRawContinuation };

/** The text exactly as received; undefined where the record's forms cannot give it back (then `raw` has it). */
export function write(record: LogRecord): string | undefined {
  if (!hasForm(record.envelopeForm) || !hasForm(record.form)) return undefined;
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
