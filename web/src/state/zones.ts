/**
 * Times as they are read and typed, in the zone that is shown. Pure: the zone and the moment come in. Not here: relative times such
 * as `15m`, which the service reads itself. Source: RFC 3339; the offsets are Intl's, asked once per quarter of an hour, since each
 * question costs some microseconds and every zone there is changes on such a quarter.
 */

const QUARTER_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

const offsets = new Map<string, number>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** '' is the zone of this browser. */
export function isZone(zone: string): boolean {
  try {
    return zone === '' || formatOf(zone) !== undefined;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      ...(zone === '' ? {} : { timeZone: zone }),
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Minutes east of UTC at that moment. */
export function offsetMinutes(zone: string, atMs: number): number {
  const quarter = Math.floor(atMs / QUARTER_MS);
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const at = quarter * QUARTER_MS;
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const wall = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
  const offset = Math.round((wall - at) / MINUTE_MS);
  if (offsets.size > 2000) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

/** The moment as ISO text whose digits are the clock on that wall: `2026-11-22T09:24:11.548Z` is not UTC. */
function wallText(zone: string, atMs: number): string {
  const wall = new Date(atMs + offsetMinutes(zone, atMs) * MINUTE_MS);
  return Number.isNaN(wall.getTime()) ? '' : wall.toISOString();
}

/** `11-22 09:24:11.548`: of a row, for a time as records have it. */
export function rowTime(time: string, zone: string): string {
  return wallText(zone, Date.parse(time)).slice(5, 23).replace('T', ' ');
}

/** `2026-11-22 09:24:11.548213 +01:00`: everything there is to say. */
export function fullTime(time: string, zone: string): string {
  const atMs = Date.parse(time);
  const micros = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '';
  return `${wallText(zone, atMs).slice(0, 23).replace('T', ' ')}${micros} ${offsetText(offsetMinutes(zone, atMs))}`;
}

/** `2026-11-22 09:24`, with seconds or milliseconds where they are not zero: as it may be typed again. */
export function shortTime(atMs: number, zone: string): string {
  const text = wallText(zone, atMs).slice(0, 23).replace('T', ' ');
  return text.endsWith(':00.000') ? text.slice(0, 16) : text.endsWith('.000') ? text.slice(0, 19) : text;
}

/** `09:24` or `09:24:11`. */
export function clockTime(atMs: number, zone: string): string {
  const clock = wallText(zone, atMs).slice(11, 19);
  return clock.endsWith(':00') ? clock.slice(0, 5) : clock;
}

function offsetText(minutes: number): string {
  const [sign, size] = minutes < 0 ? ['-', -minutes] : ['+', minutes];
  return `${sign}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}

const STAMP = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?)?$/;
const CLOCK = /^(today|yesterday)?\s*(?:(\d{1,2}):(\d\d)(?::(\d\d))?)?$/i;
const DAY_MS = 86_400_000;

/**
 * What a person typed, as it goes to the service: a day or a clock without a zone is of the zone that is shown, and becomes RFC 3339 in UTC;
 * anything else (`15m`, unix times, what carries its own zone) stays what it was.
 */
export function toMoment(text: string, zone: string, nowMs: number): string {
  const trimmed = text.trim();
  const stamp = STAMP.exec(trimmed);
  if (stamp) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = stamp;
    const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
    if (new Date(wall).getUTCDate() !== Number(day)) return trimmed;
    const whole = new Date(momentOf(zone, wall)).toISOString().slice(0, 19);
    return `${whole}${fraction === '' ? '' : `.${fraction}`}Z`;
  }
  const clock = CLOCK.exec(trimmed);
  if (!clock || trimmed === '') return trimmed;
  const [, day = 'today', hour = '0', minute = '0', second = '0'] = clock;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return trimmed;
  const nowWall = nowMs + offsetMinutes(zone, nowMs) * MINUTE_MS;
  const midnight = Math.floor(nowWall / DAY_MS) * DAY_MS - (day.toLowerCase() === 'yesterday' ? DAY_MS : 0);
  const wall = midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  return new Date(momentOf(zone, wall)).toISOString().replace('.000Z', 'Z');
}

/** The moment at which the clock on that wall shows this; an hour that does not exist is the one after it. */
function momentOf(zone: string, wallMs: number): number {
  const guess = wallMs - offsetMinutes(zone, wallMs) * MINUTE_MS;
  return wallMs - offsetMinutes(zone, guess) * MINUTE_MS;
}
