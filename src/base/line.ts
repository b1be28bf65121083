/**
 * A record as a line for people: `time host program level [request…] message`, further lines of the message
 * indented. The terminal and `GET /search` with `Accept: text/plain` show the same. Everything that a sender could have
 * put into it is made visible; colours are ours only. Needs 100 columns to be comfortable: 60 stand before the message.
 */
import { inked, LEVEL_COLORS } from './ink.ts';
import type { PublicRecord } from './public.ts';
import { displayTime, parseStamp } from './time.ts';
import { visible, visibleLines } from './visible.ts';

export interface LineStyle {
  readonly color: boolean;
  /** How a time is written, from µs; default: `displayTime`, in the zone of this process. '' leaves its column away. */
  readonly time?: (timeUs: number) => string;
  /** Marks what a person looks for, in text that is visible already. */
  readonly mark?: ((text: string) => string) | undefined;
}

/** What most names need (`compute-01`, `nova-compute`, `CRITICAL`), so that columns line up without cutting anybody. */
const WIDTHS = { host: 10, program: 14, level: 8 };
const INDENT = '    ';

export function lineOf(record: PublicRecord, style: LineStyle): string {
  const level = record.level ?? '-';
  const color = style.color ? LEVEL_COLORS[level] : undefined;
  const word = level.padEnd(WIDTHS.level);
  const mark = style.mark ?? asItIs;
  const [first = '', ...more] = visibleLines(record.message).split('\n').map(mark);
  const time = timeOf(record, style);
  const head = [
    ...(time === '' ? [] : [time]),
    padded(visible(record.host ?? '-'), WIDTHS.host, mark),
    padded(visible(record.program ?? record.service ?? '-'), WIDTHS.program, mark),
    inked(word, color),
  ];
  if (record.request !== undefined) head.push(`[${mark(shortRequest(record.request))}]`);
  return [`${head.join(' ')} ${first}`.trimEnd(), ...more.map((line) => `${INDENT}${line}`)].join('\n');
}

/** Only the text that joined a record which was printed before. */
export function moreOf(record: PublicRecord, isNext: boolean, style: LineStyle = { color: false }): string {
  const mark = style.mark ?? asItIs;
  const lines = visibleLines(record.message)
    .split('\n')
    .map((line) => `${INDENT}${mark(line)}`);
  if (isNext) return lines.join('\n');
  const whose = [timeOf(record, style), visible(record.host ?? '-'), visible(record.program ?? record.service ?? '-')];
  return [`${INDENT}(more of ${whose.filter((part) => part !== '').join(' ')})`, ...lines].join('\n');
}

function asItIs(text: string): string {
  return text;
}

/** Marks have no width, so the spaces come from the bare text. */
function padded(text: string, width: number, mark: (text: string) => string): string {
  return mark(text) + ' '.repeat(Math.max(0, width - text.length));
}

function timeOf(record: PublicRecord, style: LineStyle): string {
  return (style.time ?? displayTime)(parseStamp(record.time));
}

/** Enough to tell requests apart and to search for with a `*`: `req-903b85d0…`, `tx3f2a9c01…`. */
function shortRequest(request: string): string {
  const match = /^((?:req-|tx)?[0-9a-f]{8})[0-9a-f-]+$/i.exec(request);
  return match ? `${match[1]}…` : visible(request);
}
