/**
 * Stamps of in-house programs, for the group `time` of a site's pattern: the forms that such programs are known to print. Not
 * for OpenStack's own formats, which are read by position. A stamp without an offset is of the record's zone.
 */
import type { LogRecord } from '../src/model.ts';
import { BSD_CHARS, bsdAt, clockAt, ISO_CHARS, isoAt, isWall, MINUTE_US, monthAt, offsetAt, SECOND_US, wallOf } from './time.ts';

/** Seconds, milliseconds or microseconds since 1970, told apart by their length. */
const UNIX = /^(\d{10})(?:[.,](\d{1,9}))?$|^(\d{13})$|^(\d{16})$/;
/** `04/Mar/2024:08:00:00 +0000`, `04/Mar/2024 08:00:00`, `04-Mar-2024 08:00:00`. */
const CLOCK_AT = 12;

/** µs, or undefined where it is none of: ISO 8601 with or without fraction and offset, unix time, `dd/Mon/yyyy:hh:mm:ss`, `Mmm dd hh:mm:ss`. */
export function readSiteTime(text: string, record: Pick<LogRecord, 'received' | 'zone'>): number | undefined {
  const unix = UNIX.exec(text);
  if (unix !== null) {
    const [, seconds, fraction = '', millis, micros] = unix;
    if (seconds !== undefined) return Number(seconds) * SECOND_US + Number(`${fraction}000000`.slice(0, 6));
    return millis === undefined ? Number(micros) : Number(millis) * 1000;
  }
  const iso = isoAt(text, 0);
  if (isWall(iso)) return withRest(iso, text.slice(ISO_CHARS), record);
  const bsd = bsdAt(text, 0, record);
  if (isWall(bsd)) return withRest(bsd, text.slice(BSD_CHARS), record);
  return slashed(text, record);
}

function slashed(text: string, record: Pick<LogRecord, 'received' | 'zone'>): number | undefined {
  if (!/^\d\d[/-][A-Z][a-z]{2}[/-]\d{4}[: ]/.test(text)) return undefined;
  const day = { year: Number(text.slice(7, 11)), month: monthAt(text, 3), day: Number(text.slice(0, 2)) };
  const wall = wallOf(day, clockAt(text, CLOCK_AT));
  return isWall(wall) ? withRest(wall, text.slice(CLOCK_AT + 8), record) : undefined;
}

/** Fraction and offset; anything else behind the stamp makes it none. */
function withRest(wall: number, rest: string, { zone }: Pick<LogRecord, 'zone'>): number | undefined {
  const [fraction = '', digits = '000000'] = /^[.,](\d{1,9})/.exec(rest) ?? [];
  const behind = rest.slice(fraction.length).trimStart();
  const offset = behind === '' ? { minutes: zone, end: 0 } : offsetAt(behind, 0);
  if (offset === undefined || offset.end !== behind.length) return undefined;
  return wall + Number(`${digits}000000`.slice(0, 6)) - offset.minutes * MINUTE_US;
}
