/**
 * Which record a line belongs to: pure decisions on two records. Not here: what is remembered of them (join-sources.ts),
 * what joining does (join.ts).
 *
 * Lines with oslo's exception prefix belong to the newest record of the same process, logger and millisecond. Bare lines are of a
 * traceback that began with one, of the summary that oslo.log sets between a record and its traceback, or, in a file, of the line
 * before them. Fragments of a datagram that a relay split are known by a prefix of the record's own within them.
 */
import { isContinuation, isRawContinuation, parse } from '../../parsers/index.ts';
import { limits } from '../base/limits.ts';
import type { LogRecord, Transport } from '../model.ts';
import { exactText } from '../store/merge.ts';
import type { Family } from './join-sources.ts';

/** Whose messages are the lines of one text, in order: what has no header belongs to the line before it. */
const FILES: ReadonlySet<Transport> = new Set<Transport>(['file', 'import']);

/** The line that ends a bare traceback: `KeyError: 'x'`, `nova.exception.NoValidHost: …`. */
const EXCEPTION_LINE = /^[A-Za-z_][\w.]*(?:: |$)/;
/** What error_summary and SQLAlchemy put between a record and its traceback, each on a line of its own. */
const SUMMARY_LINE = /^(?:: [A-Za-z_][\w.]*: |\[SQL: |\[parameters: |\(Background on this error at: )/;

/** The newest of the families that the line can belong to; one of the same instance before one of which only one says its. */
export function newestFit(families: readonly Family[], record: LogRecord): Family | undefined {
  const isPrefixed = isContinuation(record);
  const fits = isPrefixed ? isPrefixedChild : samePid;
  let found: Family | undefined;
  for (let index = families.length - 1; index >= 0; index--) {
    const family = families[index]!;
    if (!isNear(family, record) || !fits(family.record, record)) continue;
    if (!isPrefixed || family.record.instance === record.instance) return family;
    found ??= family;
  }
  return found;
}

export function isNear(family: Family, record: LogRecord): boolean {
  return record.received - family.startedUs <= limits.joinAfterMs * 1000;
}

/** Same pid, or one of the two lines has none (Folsom to Grizzly: the record has none, its traceback has). */
function samePid(parent: LogRecord, record: LogRecord): boolean {
  return parent.pid === record.pid || parent.pid === undefined || record.pid === undefined;
}

export function isPrefixedChild(parent: LogRecord, record: LogRecord): boolean {
  return (
    parent.format === record.format &&
    parent.logger === record.logger &&
    Math.floor(parent.time / 1000) === Math.floor(record.time / 1000) &&
    samePid(parent, record) &&
    (record.instance === undefined || parent.instance === undefined || parent.instance === record.instance)
  );
}

function isTracebackHead(message: string): boolean {
  return message.startsWith('Traceback (most recent call last):');
}

/** Does this record begin a traceback of bare lines? */
export function opensTraceback(record: LogRecord): boolean {
  return isRawContinuation(record) && isTracebackHead(record.message);
}

/** Do bare lines of a traceback go on behind this one, when they did (`open`) before it? */
export function staysOpen(record: LogRecord, open: boolean): boolean {
  return opensTraceback(record) || (open && !EXCEPTION_LINE.test(record.message));
}

/** A bare line joins an error that it follows, or a bare traceback that is still open. */
export function takesBareLine(family: Family, record: LogRecord): boolean {
  if (family.open) return isRawContinuation(record) || EXCEPTION_LINE.test(record.message);
  if (family.record.format === 'plain') return false;
  const { level } = family.record;
  if (SUMMARY_LINE.test(record.message)) return level === 'ERROR' || level === 'CRITICAL' || level === 'WARNING';
  return isTracebackHead(record.message) && (level === 'ERROR' || level === 'CRITICAL');
}

/** `2024-01-31`, `[31/01/24`, `10:20:30` and not a MAC. */
const OWN_STAMP = /^\[?(?:\d{4}[-/]\d\d[-/]\d\d(?:T\d|\b)|\d\d[-/:]\d\d[-/:]\d\d(?![:\w]))/;

/** Indented text, XML, what closes brackets: of a dump that a file's shipper cut into lines. Nobody begins a message so. */
const BODY_LINE = /^(?:[ \t]|<[/?!A-Za-z]|[}\])]|$)/;

/** Is this the next line of the text that the program's message before it began? Only directly behind it: nothing else tells. */
export function takesBodyLine(last: Family, record: LogRecord): boolean {
  return (
    last.formatted && !isContinuation(record) && BODY_LINE.test(record.message) && isNear(last, record) && samePid(last.record, record)
  );
}

/** What journalctl prints between the lines of a journal. */
const JOURNAL_NOTE = /^-- (?:Reboot|Boot [0-9a-f]{32}|(?:Logs|Journal) begins? at .{1,120}) ?--$/;

/** Neither a syslog header nor a stamp: a piece of something. */
export function isHeadless(record: LogRecord): boolean {
  return record.envelope === 'bare' && record.format === 'plain' && record.facility === undefined;
}

/**
 * Does a line without any header belong to the line before it of the same sender? In a file always, if that has a header and the
 * line no stamp of a format that nobody knows. On a stream whose framing split a text at its newlines, where it looks like a part of one.
 */
export function takesHeadless(last: Family, record: LogRecord): boolean {
  if (!last.headed || !isNear(last, record) || JOURNAL_NOTE.test(record.message)) return false;
  if (FILES.has(record.transport)) return !OWN_STAMP.test(record.message);
  return takesBareLine(last, record) || (last.lines > 0 && isRawContinuation(record));
}

/**
 * The rest of a text that a relay cut into several datagrams, as the lines it would have been: without the prefixes. Undefined
 * where nothing in it proves that it is of this record. A relay invents a header for it, whose words may be the text's own.
 */
export function fragmentOf(parent: LogRecord, record: LogRecord): LogRecord | undefined {
  if (record.format !== 'plain' || parent.format === 'plain' || !parent.message.includes('\n') || !/#012|\n/.test(exactText(record)))
    return undefined;
  const isOfSource = record.host === parent.host && record.program === parent.program;
  const text = isOfSource ? record.message : exactText(record).replace(INVENTED_HEADER, '').replaceAll('#012', '\n');
  let proven = false;
  const lines = text.split('\n').map((line) => {
    const part = parse(line, { received: record.received, transport: record.transport, peer: record.peer, zone: parent.zone });
    if (!isContinuation(part) || !isPrefixedChild(parent, part)) return line;
    proven = true;
    return part.message;
  });
  return proven ? { ...record, message: lines.join('\n'), raw: exactText(record) } : undefined;
}

/** `<13>` and the relay's own stamp. */
const INVENTED_HEADER = /^<\d{1,3}>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\S{10,30} )?/;
