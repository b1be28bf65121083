/**
 * What all syslog headers share: the PRI in front, ISO time stamps with fraction and zone, flags.
 * Not an envelope. Invariant: forms made here are shared constants or come from a bounded table, never
 * built per line. Source: RFC 3164 section 4.1.1, RFC 5424 sections 6.2.1 and 6.2.3, rsyslog's ForwardFormat.
 */
import type { LogRecord } from '../src/model.ts';
import { BAD_STAMP, ISO_CHARS, isoAt, isWall, MINUTE_US, NO_STAMP, offsetAt } from './time.ts';

export const BOM = 0xfeff;
const PRI_MAX = 191;

/** `<0>` … `<191>` at the start of the text as `pri * 8 + characters`; -1 without a `<`, -2 where it is none of those. */
export function priOf(text: string): number {
  if (text.charCodeAt(0) !== 60) return -1;
  let pri = 0;
  for (let at = 1; at < 5; at++) {
    const code = text.charCodeAt(at);
    if (code === 62) return at === 1 || pri > PRI_MAX ? -2 : pri * 8 + at + 1;
    if (!(code >= 48 && code <= 57)) return -2;
    pri = pri * 10 + code - 48;
  }
  return -2;
}

/** Words sorted, each once; parsers/README.md lists them. */
export function addFlag(record: LogRecord, flag: string): void {
  if (record.flags === undefined) record.flags = flag;
  else if (!record.flags.split(' ').includes(flag)) record.flags = [...record.flags.split(' '), flag].sort().join(' ');
}

// ------------------------------------------------------------------ ISO stamps of headers

/** Index behind the stamp of the last `isoStampAt` that found one. */
export let stampEnd = 0;
/** Its form, without a space behind it; undefined where it cannot be written back (more than six digits). */
export let stampForm: string | undefined;
/** Its moment: wall time less the stamp's own zone; undefined where it has none. */
export let stampOffset: number | undefined;

/** Zones and fractions seen. A sender that makes up zones gets no form, and its lines are kept raw. */
const ZONE_FORMS_MAX = 256;
const zoneForms = new Map<string, string>();
let lastZone = '\0';
let lastDigits = -1;
let lastSeparator = 0;
let lastOffset = 0;
let lastZoneForm = '';

/**
 * Wall µs of `YYYY-MM-DDThh:mm:ss[.fraction][zone]` at `at`; NO_STAMP, BAD_STAMP. Sets stampEnd, stampForm,
 * stampOffset. A separating space instead of `T` occurs in the wild; the caller decides if that is a header.
 */
export function isoStampAt(text: string, at: number): number {
  const second = isoAt(text, at);
  if (second === NO_STAMP) return NO_STAMP;
  let end = at + ISO_CHARS;
  let micros = 0;
  let digits = 0;
  if (text.charCodeAt(end) === 46 || (text.charCodeAt(end) === 44 && isDigit(text.charCodeAt(end + 1)))) {
    for (end++; isDigit(text.charCodeAt(end)); end++) if (digits++ < 6) micros = micros * 10 + text.charCodeAt(end) - 48;
    for (let missing = digits; missing < 6; missing++) micros *= 10;
  }
  const separator = text.charCodeAt(at + 10);
  if (digits === lastDigits && separator === lastSeparator && text.startsWith(lastZone, end) && isEnd(text, end + lastZone.length)) {
    stampEnd = end + lastZone.length;
    stampForm = lastZoneForm;
    stampOffset = lastOffset;
    return second === BAD_STAMP ? second : second + micros;
  }
  const offset = offsetAt(text, end);
  stampEnd = offset?.end ?? end;
  stampOffset = offset?.minutes;
  const zone = text.slice(end, stampEnd);
  stampForm = digits <= 6 ? isoForm(separator === 84 ? '%A' : '%B', digits, zone) : undefined;
  if (offset !== undefined && stampForm !== undefined) {
    lastZone = zone;
    lastDigits = digits;
    lastSeparator = separator;
    lastOffset = offset.minutes;
    lastZoneForm = stampForm;
  }
  return isWall(second) ? second + micros : second;
}

function isoForm(second: string, digits: number, zone: string): string | undefined {
  const form = `${second}${digits > 0 ? `.%${digits}` : ''}${zone}`;
  const known = zoneForms.get(form);
  if (known !== undefined) return known;
  if (zoneForms.size >= ZONE_FORMS_MAX) return undefined;
  zoneForms.set(form, form);
  return form;
}

function isEnd(text: string, at: number): boolean {
  return at >= text.length || text.charCodeAt(at) === 32;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Sets header time and, from it, the record's time. `wall` may be NO_STAMP or BAD_STAMP. */
export function setHeaderTime(record: LogRecord, wall: number, offsetMinutes: number | undefined): void {
  if (isWall(wall)) {
    record.headerTime = wall;
    record.time = wall - (offsetMinutes ?? record.zone) * MINUTE_US;
  } else if (wall === BAD_STAMP) addFlag(record, 'bad-time');
}

/** Decimal number of at most nine digits in text[from, to), or -1. */
export function numberIn(text: string, from: number, to: number): number {
  if (to <= from || to - from > 9) return -1;
  let number = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    number = number * 10 + code - 48;
  }
  return number;
}
