/**
 * A record as a line for people: `time host program level [request…] message`, further lines of the message
 * indented. The terminal and `GET /search` with `Accept: text/plain` show the same. Everything that a sender could have
 * put into it is made visible; colours are ours only. Needs 100 columns to be comfortable: 60 stand before the message.
 */
import type { PublicRecord } from './public.ts';
import { displayTime, parseStamp } from './time.ts';
import { visible, visibleLines } from './visible.ts';

export interface LineStyle {
  readonly color: boolean;
  /** How a time is written, from µs; default: `displayTime`, in the zone of this process. */
  readonly time?: (timeUs: number) => string;
}

/** What most names need (`compute-01`, `nova-compute`, `CRITICAL`), so that columns line up without cutting anybody. */
const WIDTHS = { host: 10, program: 14, level: 8 };
const INDENT = '    ';
/** SGR parameters (ECMA-48): bold red, red, yellow, cyan; faint. INFO stays as it is: most lines are. */
const COLORS: Record<string, string> = { CRITICAL: '1;31', ERROR: '31', WARNING: '33', AUDIT: '36', DEBUG: '2', TRACE: '2' };

export function lineOf(record: PublicRecord, style: LineStyle): string {
  const level = record.level ?? '-';
  const color = style.color ? COLORS[level] : undefined;
  const padded = level.padEnd(WIDTHS.level);
  const [first = '', ...more] = visibleLines(record.message).split('\n');
  const head = [
    timeOf(record, style),
    visible(record.host ?? '-').padEnd(WIDTHS.host),
    visible(record.program ?? record.service ?? '-').padEnd(WIDTHS.program),
    color === undefined ? padded : `\x1b[${color}m${padded}\x1b[0m`,
  ];
  if (record.request !== undefined) head.push(`[${shortRequest(record.request)}]`);
  return [`${head.join(' ')} ${first}`.trimEnd(), ...more.map((line) => `${INDENT}${line}`)].join('\n');
}

/** Only the text that joined a record which was printed before. */
export function moreOf(record: PublicRecord, isNext: boolean, style: LineStyle = { color: false }): string {
  const lines = visibleLines(record.message)
    .split('\n')
    .map((line) => `${INDENT}${line}`);
  if (isNext) return lines.join('\n');
  const whose = `${INDENT}(more of ${timeOf(record, style)} ${visible(record.host ?? '-')} ${visible(record.program ?? record.service ?? '-')})`;
  return [whose, ...lines].join('\n');
}

function timeOf(record: PublicRecord, style: LineStyle): string {
  return (style.time ?? displayTime)(parseStamp(record.time));
}

/** Enough to tell requests apart and to search for with a `*`: `req-903b85d0…`, `tx3f2a9c01…`. */
function shortRequest(request: string): string {
  const match = /^((?:req-|tx)?[0-9a-f]{8})[0-9a-f-]+$/i.exec(request);
  return match ? `${match[1]}…` : visible(request);
}
