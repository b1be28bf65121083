/**
 * Rare spellings of the time in a BSD header: a space after the PRI, upper-case and localized months, one-digit days,
 * years before, inside or behind, zones, fractions, Cisco's counters, clock marks and uptimes, NetScaler's dates. Not the fast path: regular
 * expressions, each sticky and of bounded repetition, so linear on any text.
 *
 * Invariant: none of these has a form; their records keep the raw text. Source: the conformance cases
 * (go-syslog's Cisco components, syslog-loose, fluentd) and RFC 3164 section 5.4 examples.
 */
import type { Given } from '../src/model.ts';
import { isoStampAt, stampEnd, stampOffset } from './header.ts';
import { BAD_STAMP, clockAt, isWall, monthAt, NO_STAMP, nearestMidnightOf, offsetAt, SECOND_US, wallOf } from './time.ts';

export interface OddStamp {
  wall: number;
  offset: number | undefined;
  /** Index behind the stamp and the space after it. */
  end: number;
  host?: string;
}

/** ` *2019 Jan  8 2019 19:46:03.295 CET:` with most of it optional, and at most one year. */
const STAMP =
  / {0,3}[*.]?(?:(\d{4}) )?([A-Za-z]{3}|\p{L}{3,9}\.?) {1,3}(\d{1,2}) (?:(\d{4}) )?(\d{2}:\d{2}:\d{2})(?:[.,](\d{0,9}))?(?: (UTC|GMT|[+-]\d\d:?\d\d|[A-Z]{3,4}(?=:)))?(?: (\d{4})(?=[ :]))?(:(?= |$))?(?: |$)/uy;

/** Of Citrix NetScaler: `05/21/2017:00:00:00 GMT `. */
const NETSCALER = / ?(\d\d)\/(\d\d)\/(\d{4}):(\d{2}:\d{2}:\d{2})(?: (GMT|UTC))? /y;

/** Months as daemons print them under a French, German, Spanish, Italian or Portuguese locale; of a short and a long name the beginning decides. */
const LOCAL_MONTHS: readonly (readonly string[])[] = [
  ['janv', 'jän', 'ene', 'gen'],
  ['févr', 'fév', 'fev'],
  ['mars', 'mär', 'marz'],
  ['avr', 'abr'],
  ['mai', 'may', 'mag'],
  ['juin', 'juni', 'giu'],
  ['juil', 'juli', 'lug'],
  ['août', 'ago', 'aout'],
  ['sept', 'set'],
  ['okt', 'oct', 'ott', 'out'],
  ['nov'],
  ['déc', 'dez', 'dic'],
];

function localMonth(name: string): number {
  const folded = name.toLowerCase();
  return LOCAL_MONTHS.findIndex((names) => names.some((known) => folded.startsWith(known))) + 1;
}

export function oddStamp(text: string, at: number, given: Given): OddStamp | undefined {
  STAMP.lastIndex = at;
  const match = STAMP.exec(text);
  if (match === null) return netscaler(text, at);
  const [, yearBefore, name, day, yearInside, time, fraction, zone, yearBehind, colon] = match;
  const month =
    name!.length === 3 ? monthAt(name![0]!.toUpperCase() + name!.slice(1).toLowerCase(), 0) || localMonth(name!) : localMonth(name!);
  // A year in front is NX-OS's, which ends its stamp with a colon; else it is some program's date (RFC 3164 section 5.4, example 4).
  if (month === 0 || (yearBefore !== undefined && colon === undefined)) return undefined;
  const clock = clockAt(time!, 0);
  const year = yearBefore ?? yearInside ?? yearBehind;
  const midnight =
    year === undefined ? nearestMidnightOf(month, Number(day), given) : wallOf({ year: Number(year), month, day: Number(day) }, 0);
  let wall = isWall(midnight) && clock >= 0 ? midnight + clock * SECOND_US : BAD_STAMP;
  if (wall >= 0 && fraction) wall += Number(fraction.slice(0, 6).padEnd(6, '0'));
  return { wall, offset: zone === undefined ? undefined : offsetOf(zone), end: STAMP.lastIndex };
}

/** Names of zones but UTC's are used by several places of the world: they say nothing. */
function offsetOf(zone: string): number | undefined {
  return zone === 'UTC' || zone === 'GMT' ? 0 : offsetAt(zone, 0)?.minutes;
}

function netscaler(text: string, at: number): OddStamp | undefined {
  NETSCALER.lastIndex = at;
  const match = NETSCALER.exec(text);
  if (match === null) return isoBehindSpaces(text, at);
  const [, first, second, year, time, zone] = match as unknown as string[];
  // The order is a setting of the device; month first is its default.
  const [month, day] = Number(first) > 12 ? [Number(second), Number(first)] : [Number(first), Number(second)];
  const clock = clockAt(time!, 0);
  const midnight = wallOf({ year: Number(year), month, day }, 0);
  const wall = isWall(midnight) && clock >= 0 ? midnight + clock * SECOND_US : BAD_STAMP;
  return { wall, offset: zone === undefined ? undefined : 0, end: NETSCALER.lastIndex };
}

function isoBehindSpaces(text: string, at: number): OddStamp | undefined {
  let from = at;
  while (from < at + 3 && text.charCodeAt(from) === 32) from++;
  if (from === at || text.charCodeAt(from + 10) !== 84) return undefined;
  const wall = isoStampAt(text, from);
  if (wall === NO_STAMP || (stampEnd < text.length && text.charCodeAt(stampEnd) !== 32)) return undefined;
  return { wall, offset: stampOffset, end: Math.min(stampEnd + 1, text.length) };
}

/** Is there a year or a zone behind a stamp that ends at `at`? Then it is one of these. */
export function isOddBehind(text: string, at: number): boolean {
  BEHIND.lastIndex = at;
  return BEHIND.test(text);
}

const BEHIND = / (?:(?:UTC|GMT|[+-]\d\d:?\d\d)(?=[ :])|(?:19|20)\d\d(?=[ :]))/y;

/** Message counter, sequence number and host name of Cisco IOS before the stamp: `105: 000104: `, `: `, `269614: myhostname: `. */
const COUNTERS =
  /(?:(?:\d{1,12})?: ){1,2}(?:([A-Za-z][\w.-]{0,63}): )?(?=[*.]?(?:\d{4} )?[A-Za-z]{3} {1,2}\d|\d{1,3}[ywdh]\d|\d\d?:\d\d:\d\d: )/y;
/** How long the device has been up, where it has no clock: `51w2d: `, `00:00:46: `. */
const UPTIME = /(?:\d{1,3}[ywdh]\d{1,3}[wdhm]|\d\d?:\d\d:\d\d): (?=%)/y;

export function cisco(text: string, at: number, given: Given): OddStamp | undefined {
  COUNTERS.lastIndex = at;
  const match = COUNTERS.exec(text);
  const from = match === null ? at : COUNTERS.lastIndex;
  const stamp = (match === null ? undefined : oddStamp(text, from, given)) ?? uptime(text, from);
  return stamp && match?.[1] !== undefined ? { ...stamp, host: match[1] } : stamp;
}

function uptime(text: string, at: number): OddStamp | undefined {
  UPTIME.lastIndex = at;
  return UPTIME.test(text) ? { wall: NO_STAMP, offset: undefined, end: UPTIME.lastIndex } : undefined;
}
