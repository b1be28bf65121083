/**
 * Rare spellings of the time in a BSD header: a space after the PRI, upper-case and localized months, one-digit days,
 * years before or inside, fractions, Cisco's counters and clock marks. Not the fast path: regular
 * expressions, each sticky and of bounded repetition, so linear on any text.
 *
 * Invariant: none of these has a form; their records keep the raw text. Source: the conformance cases
 * (go-syslog's Cisco components, syslog-loose, fluentd) and RFC 3164 section 5.4 examples.
 */
import type { Given } from '../src/model.ts';
import { isoStampAt, stampEnd, stampOffset } from './header.ts';
import { BAD_STAMP, clockAt, isWall, monthAt, NO_STAMP, nearestMidnightOf, SECOND_US, wallOf } from './time.ts';

export interface OddStamp {
  wall: number;
  offset: number | undefined;
  /** Index behind the stamp and the space after it. */
  end: number;
  host?: string;
}

/** ` *Jan  8 2019 19:46:03.295 CET:` with most of it optional. */
const STAMP =
  / {0,3}[*.]?([A-Za-z]{3}|\p{L}{3,9}\.?) {1,3}(\d{1,2}) (?:(\d{4}) )?(\d{2}:\d{2}:\d{2})(?:[.,](\d{0,9}))?(?: (?:UTC|GMT|[A-Z]{3,4}(?=:)))?(?: (\d{4})(?=[ :]))?(:(?= |$))?(?: |$)/uy;

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
  if (match === null) return isoBehindSpaces(text, at);
  const [, name, day, yearInside, time, fraction, yearBehind] = match;
  const month =
    name!.length === 3 ? monthAt(name![0]!.toUpperCase() + name!.slice(1).toLowerCase(), 0) || localMonth(name!) : localMonth(name!);
  if (month === 0) return undefined;
  const clock = clockAt(time!, 0);
  const year = yearInside ?? yearBehind;
  const midnight =
    year === undefined ? nearestMidnightOf(month, Number(day), given) : wallOf({ year: Number(year), month, day: Number(day) }, 0);
  let wall = isWall(midnight) && clock >= 0 ? midnight + clock * SECOND_US : BAD_STAMP;
  if (wall >= 0 && fraction) wall += Number(fraction.slice(0, 6).padEnd(6, '0'));
  return { wall, offset: undefined, end: STAMP.lastIndex };
}

function isoBehindSpaces(text: string, at: number): OddStamp | undefined {
  let from = at;
  while (from < at + 3 && text.charCodeAt(from) === 32) from++;
  if (from === at || text.charCodeAt(from + 10) !== 84) return undefined;
  const wall = isoStampAt(text, from);
  if (wall === NO_STAMP || (stampEnd < text.length && text.charCodeAt(stampEnd) !== 32)) return undefined;
  return { wall, offset: stampOffset, end: Math.min(stampEnd + 1, text.length) };
}

/** Message counter, sequence number and host name of Cisco IOS before the stamp: `105: 000104: `, `: `, `269614: myhostname: `. */
const COUNTERS = /(?:(?:\d{1,12})?: ){1,2}(?:([A-Za-z][\w.-]{0,63}): )?(?=[*.]?[A-Za-z]{3} {1,2}\d)/y;

export function cisco(text: string, at: number, given: Given): OddStamp | undefined {
  COUNTERS.lastIndex = at;
  const match = COUNTERS.exec(text);
  if (match === null) return undefined;
  const stamp = oddStamp(text, COUNTERS.lastIndex, given);
  return stamp && match[1] !== undefined ? { ...stamp, host: match[1] } : stamp;
}
