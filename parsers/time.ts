/**
 * Time stamps: text to wall-clock microseconds and back. Wall clock means "as if it were UTC"; whoever
 * knows the zone subtracts it. Not here: which of several times a record gets (index.ts and the parsers).
 *
 * Invariant: writing what was read gives the same characters, for every stamp whose form is written here.
 * Each stamp kind remembers the last day it saw, since neighbours in a stream share it; remembering whole
 * seconds was slower, as every second line has a new one (test/bench/parse.ts). Sources: RFC 3164 section 4.1.2, RFC 3339, Python's %Y-%m-%d %H:%M:%S.
 */

import { flat } from './intern.ts';

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const DAY_US = 86_400 * SECOND_US;
const HALF_YEAR_US = 182.5 * DAY_US;

/** The text has no such stamp. */
export const NO_STAMP = -1;
/** It has one, but no calendar knows the date. Smaller than any real time; check with `isWall`. */
export const BAD_STAMP = -2;

export function isWall(stamp: number): boolean {
  return stamp >= 0;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
/** Key: the three letters as one number. */
const MONTH_OF = new Map(MONTHS.map((name, index) => [monthKey(name, 0), index + 1]));

function monthKey(text: string, at: number): number {
  return (text.charCodeAt(at) << 16) | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at + 2);
}

/** 1-12 for `Jan` … `Dec` in exactly this spelling, else 0. */
export function monthAt(text: string, at: number): number {
  return MONTH_OF.get(monthKey(text, at)) ?? 0;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export interface CalendarDay {
  year: number;
  /** 1-12. */
  month: number;
  day: number;
}

/** Wall µs of a day at a second of it, or BAD_STAMP where the calendar or the clock has no such moment. Second 60 is a leap second and counts on. */
export function wallOf({ year, month, day }: CalendarDay, clock: number): number {
  if (clock < 0 || month < 1 || month > 12 || day < 1 || day > MONTH_DAYS[month - 1]! || year < 1970) return BAD_STAMP;
  if (month === 2 && day === 29 && !isLeapYear(year)) return BAD_STAMP;
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + dayOfYear - 719_468;
  return (days * 86_400 + clock) * SECOND_US;
}

/** Two digits at `at`, or -1. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** `hh:mm:ss` as second of the day; NO_STAMP where it is not that shape, BAD_STAMP where the clock has no such time. */
export function clockAt(text: string, at: number): number {
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return NO_STAMP;
  const hour = two(text, at);
  const minute = two(text, at + 3);
  const second = two(text, at + 6);
  if (hour < 0 || minute < 0 || second < 0) return NO_STAMP;
  return hour > 23 || minute > 59 || second > 60 ? BAD_STAMP : hour * 3600 + minute * 60 + second;
}

// ------------------------------------------------------------------ YYYY-MM-DD hh:mm:ss

export const ISO_CHARS = 19;
const DATE_CHARS = 10;
/** The newest date read, and its midnight. */
let readDate = '\0'.repeat(DATE_CHARS);
let readMidnight = 0;

/** Wall µs of the 19 characters `YYYY-MM-DD hh:mm:ss` (or with `T`) at `at`; NO_STAMP, BAD_STAMP. */
export function isoAt(text: string, at: number): number {
  const separator = text.charCodeAt(at + DATE_CHARS);
  if (separator !== 32 && separator !== 84) return NO_STAMP;
  const clock = clockAt(text, at + DATE_CHARS + 1);
  if (clock === NO_STAMP) return NO_STAMP;
  if (!text.startsWith(readDate, at)) {
    if (!dateAt(text, at)) return NO_STAMP;
    const midnight = wallOf({ year: two(text, at) * 100 + two(text, at + 2), month: two(text, at + 5), day: two(text, at + 8) }, 0);
    if (midnight === BAD_STAMP) return BAD_STAMP;
    readDate = flat(text.slice(at, at + DATE_CHARS));
    readMidnight = midnight;
  }
  return clock === BAD_STAMP ? BAD_STAMP : readMidnight + clock * SECOND_US;
}

/** Is there `YYYY-MM-DD` at `at`? What rsyslog makes a host or tag of when the line has none. */
export function dateAt(text: string, at: number): boolean {
  if (text.charCodeAt(at + 4) !== 45 || text.charCodeAt(at + 7) !== 45) return false;
  return two(text, at) >= 0 && two(text, at + 2) >= 0 && two(text, at + 5) >= 0 && two(text, at + 8) >= 0;
}

/** The newest days written, one per spelling: header and body of a line may be years apart. Days since 1970. */
let isoDay = Number.NaN;
let isoDate = '';
let bsdDay = Number.NaN;
let bsdWrittenDate = '';

function isoDateOf(day: number): string {
  if (day === isoDay) return isoDate;
  isoDay = day;
  isoDate = flat(new Date(day * 86_400_000).toISOString().slice(0, DATE_CHARS));
  return isoDate;
}

/** `Mmm dd ` */
function bsdDateOf(day: number): string {
  if (day === bsdDay) return bsdWrittenDate;
  const date = new Date(day * 86_400_000);
  bsdDay = day;
  bsdWrittenDate = flat(`${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} `);
  return bsdWrittenDate;
}

function dayOf(wall: number): number {
  return Math.floor(wall / DAY_US);
}

/** Microseconds within the second of a time, also before 1970. */
export function microsOf(wall: number): number {
  return wall - Math.floor(wall / SECOND_US) * SECOND_US;
}

function secondOfDay(wall: number, day: number): number {
  return Math.floor((wall - day * DAY_US) / SECOND_US);
}

/** `YYYY-MM-DD?hh:mm:ss` of the second that `wall` lies in. */
export function isoOf(wall: number, separator: string): string {
  const day = dayOf(wall);
  return isoDateOf(day) + separator + clockText(secondOfDay(wall, day));
}

/** Does `isoOf` of this wall time stand at `at`, whatever the separator? The same answer without making the string. */
export function isIsoAt(text: string, at: number, wall: number): boolean {
  const day = dayOf(wall);
  return isClockAt(text, at + DATE_CHARS + 1, secondOfDay(wall, day)) && text.startsWith(isoDateOf(day), at);
}

function clockText(second: number): string {
  const minute = Math.floor(second / 60);
  const hour = Math.floor(minute / 60);
  return `${TWO_DIGITS[hour]}:${TWO_DIGITS[minute - hour * 60]}:${TWO_DIGITS[second - minute * 60]}`;
}

function isClockAt(text: string, at: number, second: number): boolean {
  return clockAt(text, at) === second && text.charCodeAt(at + 6) < 54;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** `000` … `999`, made once: padding a number costs more than all other digits of a stamp. */
const THREE_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

export function millisText(micros: number): string {
  return THREE_DIGITS[Math.floor(micros / 1000)]!;
}

/** The first `digits` of the six of a fraction. */
export function fractionText(micros: number, digits: number): string {
  const millis = Math.floor(micros / 1000);
  return (THREE_DIGITS[millis]! + THREE_DIGITS[micros - millis * 1000]!).slice(0, digits);
}

// ------------------------------------------------------------------ Mmm dd hh:mm:ss

export const BSD_CHARS = 15;
const BSD_DATE_CHARS = 7;
/** What the year of a stamp without one depends on: arrival in µs, and the zone of its clock in minutes. */
export interface Arrival {
  readonly received: number;
  readonly zone: number;
  /** Lines of a file were written before another moment: its last change. */
  readonly hints?: { readonly nearUs?: number } | undefined;
}

/** The newest date read, its midnight in the year nearest to arrival, and the arrivals for which that year is. */
let bsdDate = '\0'.repeat(BSD_DATE_CHARS);
let bsdMidnight = 0;
let bsdFrom = 0;
let bsdTo = 0;
let bsdZone = 0;

/**
 * Wall µs of `Mmm dd hh:mm:ss` at `at`, day padded by a space or a zero; its year is the one that puts the
 * day nearest to arrival (so that a log of New Year's Eve read in January is last year's).
 */
export function bsdAt(text: string, at: number, arrival: Arrival): number {
  if (text.charCodeAt(at + 3) !== 32 || text.charCodeAt(at + 6) !== 32) return NO_STAMP;
  const clock = clockAt(text, at + BSD_DATE_CHARS);
  if (clock === NO_STAMP) return NO_STAMP;
  const { zone } = arrival;
  const near = nearOf(arrival);
  if (!(near > bsdFrom && near < bsdTo && zone === bsdZone && text.startsWith(bsdDate, at))) {
    const month = monthAt(text, at);
    const tens = text.charCodeAt(at + 4) === 32 ? 0 : text.charCodeAt(at + 4) - 48;
    const ones = text.charCodeAt(at + 5) - 48;
    if (month === 0 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return NO_STAMP;
    if (!chooseYear(month, tens * 10 + ones, { received: near, zone })) return BAD_STAMP;
    bsdDate = flat(text.slice(at, at + BSD_DATE_CHARS));
  }
  return clock === BAD_STAMP ? BAD_STAMP : bsdMidnight + clock * SECOND_US;
}

/** The middle of the year that a stamp may be of: of a live line half a year before and behind arrival, of a file's all before its last change, but for a zone or a clock (days are compared by their midnights). */
function nearOf({ received, hints }: Arrival): number {
  return hints?.nearUs === undefined ? received : hints.nearUs - HALF_YEAR_US + 2 * DAY_US;
}

function chooseYear(month: number, day: number, { received, zone }: Arrival): boolean {
  const arrival = received + zone * MINUTE_US;
  const walls = yearsAround(arrival, month, day);
  const best = nearest(walls, arrival);
  if (best === undefined) return false;
  const index = walls.indexOf(best);
  const before = walls[index - 1];
  const after = walls[index + 1];
  bsdMidnight = best;
  bsdZone = zone;
  // Half-way to the neighbouring candidates; without one, a day around arrival is certain enough to be asked again.
  bsdFrom = before === undefined ? received - DAY_US : (before + best) / 2 - zone * MINUTE_US;
  bsdTo = after === undefined ? received + DAY_US : (best + after) / 2 - zone * MINUTE_US;
  return true;
}

/** The moments of this day in the year of arrival and its neighbours, where they exist (29 February does not always). */
function yearsAround(arrival: number, month: number, day: number): number[] {
  const year = new Date(arrival / 1000).getUTCFullYear();
  return [year - 1, year, year + 1].map((candidate) => wallOf({ year: candidate, month, day }, 0)).filter(isWall);
}

function nearest(walls: readonly number[], arrival: number): number | undefined {
  let best = walls[0];
  for (const wall of walls) if (best === undefined || Math.abs(wall - arrival) < Math.abs(best - arrival)) best = wall;
  return best;
}

/** Midnight of a day for stamps of other spellings: the same choice of year, not remembered. */
export function nearestMidnightOf(month: number, day: number, given: Arrival): number {
  const arrival = nearOf(given) + given.zone * MINUTE_US;
  return nearest(yearsAround(arrival, month, day), arrival) ?? BAD_STAMP;
}

/** `Mmm dd hh:mm:ss`, day padded by a space. */
export function bsdOf(wall: number): string {
  const day = dayOf(wall);
  return bsdDateOf(day) + clockText(secondOfDay(wall, day));
}

/** Does `bsdOf` of this wall time stand at `at`? */
export function isBsdAt(text: string, at: number, wall: number): boolean {
  const day = dayOf(wall);
  return isClockAt(text, at + BSD_DATE_CHARS, secondOfDay(wall, day)) && text.startsWith(bsdDateOf(day), at);
}

/** The same as `bsdOf` with the day padded by a zero. */
export function bsdZeroOf(wall: number): string {
  const text = bsdOf(wall);
  return text[4] === ' ' ? `${text.slice(0, 4)}0${text.slice(5)}` : text;
}

// ------------------------------------------------------------------ zones of RFC 3339

/** Minutes east of UTC of `Z`, `+hh:mm`, `-hhmm` at `at`, and where it ends; undefined where there is none. */
export function offsetAt(text: string, at: number): { minutes: number; end: number } | undefined {
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return { minutes: 0, end: at + 1 };
  if (sign !== 43 && sign !== 45) return undefined;
  const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0;
  const hours = two(text, at + 1);
  const minutes = two(text, at + 3 + colon);
  if (hours < 0 || minutes < 0 || hours > 23 || minutes > 59) return undefined;
  return { minutes: (sign === 45 ? -1 : 1) * (hours * 60 + minutes), end: at + 5 + colon };
}
