/**
 * Times of people and programs: µs since 1970 UTC to text and back. The door of date-fns (calendar days of
 * the local zone, which are not always 24 hours). Not here: time stamps of log formats (parsers/ own those).
 *
 * A text without a zone is local time of this process, or of the zone that is given; whoever sends a time on sends it as
 * RFC 3339 UTC.
 * date-fns' `format` is not used: it costs 80 ms of start-up and 5 µs a stamp.
 */
import { startOfDay } from 'date-fns/startOfDay';
import { subDays } from 'date-fns/subDays';
import { CodedError } from './errors.ts';
import { momentOf, wallOf, type Zone } from './zone.ts';

export { formatTime } from './time-text.ts';

const SECOND_US = 1_000_000;

/** Of the system's clock, which has milliseconds; µs as a whole number. */
export function nowUs(): number {
  return Date.now() * 1000;
}

// ---------------------------------------------------------------------------------------------- to text

/** `2026-11-22 08:24:11.548` in the zone of this process. */
export function displayTime(timeUs: number): string {
  const date = new Date(Math.floor(timeUs / 1000));
  if (Number.isNaN(date.getTime())) return String(timeUs);
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

// -------------------------------------------------------------------------------------------- from text

const UNIT_US: Record<string, number> = { us: 1, ms: 1000, s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6, w: 604_800e6 };
const WORDS_OF_UNITS: [RegExp, string][] = [
  [/^mi(n|nute)/i, 'm'],
  [/^se(c|cond)/i, 's'],
  [/^h/i, 'h'],
  [/^d/i, 'd'],
  [/^w/i, 'w'],
];
const EXAMPLES = 'like 15m, 2h, now-1h, "yesterday 14:00", 2026-11-22T08:24:11Z or unix seconds';
/** The times that `Date` knows: years before 10000, so that every answer can be written as RFC 3339. */
const TIME_US_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999) * 1000;

/**
 * A time that a user typed, in µs. `15m` and `1h30m` are that long before `nowUs`; a day or a clock without a zone is of
 * `zone`, else of this process. Throws `bad-argument` with the place.
 */
export function parseTime(text: string, nowUs: number, zone?: Zone): number {
  const trimmed = text.trim();
  const time =
    fromNow(text, trimmed, nowUs) ??
    fromDay(text, trimmed, { nowUs, zone }) ??
    fromUnix(text, trimmed) ??
    fromStamp(text, trimmed, zone) ??
    unknown(text, trimmed);
  if (Math.abs(time) > TIME_US_MAX) throw wrong(text, trimmed, { why: 'that time is outside the calendar' });
  return time;
}

/** Only a time that is the same whenever it is read: RFC 3339 or a unix time. Throws `bad-argument` with the place. */
export function parseStamp(text: string): number {
  const trimmed = text.trim();
  return fromUnix(text, trimmed) ?? fromStamp(text, trimmed) ?? unknown(text, trimmed);
}

function fromNow(text: string, trimmed: string, nowUs: number): number | undefined {
  const match = /^(?:now)?\s*(?:([+-])\s*)?((?:\d+(?:\.\d+)?\s*[a-z]+\s*)*)$/i.exec(trimmed);
  if (!match || trimmed === '') return undefined;
  const [, sign, spans = ''] = match;
  const hasNow = /^now/i.test(trimmed);
  if (spans === '') {
    if (hasNow && sign === undefined) return nowUs;
    throw wrong(text, trimmed, { why: 'how long is missing', suggestion: `${hasNow ? 'now' : ''}${sign ?? '-'}1h` });
  }
  if (hasNow && sign === undefined) throw wrong(text, spans, { why: 'a sign is missing', suggestion: `now-${spans.trim()}` });
  let spanUs = 0;
  for (const [whole, amount, unit] of spans.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi))
    spanUs += Number(amount) * unitUs(text, { whole, amount: amount!, unit: unit! });
  return Math.round(sign === '+' ? nowUs + spanUs : nowUs - spanUs);
}

function unitUs(text: string, span: { whole: string; amount: string; unit: string }): number {
  const known = UNIT_US[span.unit] ?? UNIT_US[span.unit.toLowerCase()];
  if (known !== undefined) return known;
  const meant = WORDS_OF_UNITS.find(([pattern]) => pattern.test(span.unit))?.[1];
  const suggestion = meant === undefined ? undefined : `${span.amount}${meant}`;
  throw wrong(text, span.whole, { why: `"${span.unit}" is not a unit of time (us ms s m h d w)`, suggestion });
}

interface Clock {
  readonly nowUs: number;
  readonly zone: Zone | undefined;
}

const SECOND_OF = { hour: 3600, minute: 60 };
const DAY_US = 86_400 * SECOND_US;

/** `today`, `yesterday 14:00`, `14:00:30`. */
function fromDay(text: string, trimmed: string, { nowUs, zone }: Clock): number | undefined {
  const match = /^(?:(today|yesterday)\b)?\s*(\S.*)?$/i.exec(trimmed);
  const [, word, clock] = match ?? [];
  if (word === undefined && !(clock && /^\d{1,2}:/.test(clock))) return undefined;
  const isYesterday = word?.toLowerCase() === 'yesterday';
  const parts = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(clock ?? '0:00');
  if (!parts || Number(parts[1]) > 23 || Number(parts[2]) > 59 || Number(parts[3] ?? 0) > 59) {
    throw wrong(text, clock ?? trimmed, { why: `"${clock}" is not a time of day`, suggestion: `${word ?? 'today'} 14:00` });
  }
  const [hours, minutes, seconds] = [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)] as const;
  if (zone !== undefined) {
    const midnight = Math.floor(wallOf(zone, nowUs) / DAY_US) * DAY_US - (isYesterday ? DAY_US : 0);
    return momentOf(zone, midnight + (hours * SECOND_OF.hour + minutes * SECOND_OF.minute + seconds) * SECOND_US);
  }
  const now = new Date(nowUs / 1000);
  const day = startOfDay(isYesterday ? subDays(now, 1) : now);
  // Midnight itself is date-fns' word: on some days of some zones it is at one o'clock.
  if (clock !== undefined) day.setHours(hours, minutes, seconds);
  return day.getTime() * 1000;
}

/** Seconds, ms, µs or ns by magnitude: seconds reach 1e11 in the year 5138, ms were there in 1973. */
function fromUnix(text: string, trimmed: string): number | undefined {
  const match = /^(\d{1,19})(\.\d+)?$/.exec(trimmed);
  if (!match) return undefined;
  const [, whole, fraction = ''] = match;
  const number = Number(whole);
  // A bare small number is a forgotten unit rather than a date before 1973; 0 is where everything begins.
  if (number < 1e8 && number !== 0) throw wrong(text, trimmed, { why: 'a number alone is a unix time', suggestion: `${trimmed}m` });
  if (number < 1e11) return Math.round(number * 1e6 + Number(`0${fraction}`) * 1e6);
  if (number < 1e14) return Math.round(number * 1000 + Number(`0${fraction}`) * 1000);
  if (number < 1e17) return number;
  return Number(BigInt(whole!) / 1000n);
}

const STAMP = /^(\d{4})-(\d\d)-(\d\d)(?:(?:[Tt ]|\s+)(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|UTC|[+-]\d\d:?\d\d)?)?$/;

/** RFC 3339; the time of day, its seconds and the zone may be missing. */
function fromStamp(text: string, trimmed: string, inZone?: Zone): number | undefined {
  const match = STAMP.exec(trimmed);
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const numbers = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const inUtc = new Date(0);
  inUtc.setUTCFullYear(numbers[0], numbers[1], numbers[2]);
  if (inUtc.getUTCMonth() !== numbers[1] || inUtc.getUTCDate() !== numbers[2]) {
    throw wrong(text, `${year}-${month}-${day}`, { why: 'there is no such day' });
  }
  if (numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 60) throw wrong(text, trimmed.slice(11), { why: 'there is no such time of day' });
  const microseconds = Number(fraction.slice(0, 6).padEnd(6, '0'));
  if (zone === undefined && inZone === undefined) {
    const local = new Date(0);
    local.setFullYear(numbers[0], numbers[1], numbers[2]);
    local.setHours(numbers[3], numbers[4], numbers[5], 0);
    return local.getTime() * 1000 + microseconds;
  }
  inUtc.setUTCHours(numbers[3], numbers[4], numbers[5]);
  if (zone === undefined && inZone !== undefined) return momentOf(inZone, inUtc.getTime() * 1000) + microseconds;
  return inUtc.getTime() * 1000 - zoneUs(text, zone) + microseconds;
}

function zoneUs(text: string, zone = ''): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (!match) return 0;
  if (Number(match[2]) > 23 || Number(match[3]) > 59) throw wrong(text, zone, { why: 'there is no such zone' });
  return Number(`${match[1]}1`) * (Number(match[2]) * 60 + Number(match[3])) * 60e6;
}

function unknown(text: string, trimmed: string): never {
  // The commonest slip: the `+` of a zone arrives as a space where a URL was not encoded.
  const decoded = trimmed.replace(/ (\d\d:?\d\d)$/, '+$1');
  const suggestion = decoded !== trimmed && STAMP.test(decoded) ? decoded.replace('+', '%2B') : '15m';
  throw wrong(text, trimmed, { why: `${trimmed === '' ? 'a time is missing' : 'that is not a time'}; times are ${EXAMPLES}`, suggestion });
}

function wrong(text: string, part: string, say: { why: string; suggestion?: string | undefined }): CodedError {
  const position = Math.max(0, text.indexOf(part));
  const place = {
    text,
    position,
    length: Math.max(1, part.length),
    ...(say.suggestion === undefined ? {} : { suggestion: say.suggestion }),
  };
  const hint = say.suggestion === undefined ? '' : `; try ${say.suggestion}`;
  return new CodedError('bad-argument', `${say.why}${hint}`, place);
}
