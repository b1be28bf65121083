/** The rule that made a spike, as one sentence with its numbers. Texts of people: nothing parses them. */
import { SOURCES_MIN, type Suspect, UNKNOWN, WINDOW_MINUTES } from './collapse.ts';
import type { Opening } from './spike-finder.ts';
import { COUNT_MIN } from './spike-series.ts';
import { SILENT_US_MIN, TIMES } from './spike-silence.ts';

export function openingRule({ kind, observed, baseline, windowMinutes, odds, place }: Opening): string {
  if (kind === 'critical') return 'A CRITICAL that was never seen, or not for a day, is told at once';
  if (kind === 'new')
    return `A signature that was never seen came ${observed} times; ${COUNT_MIN} within 30 seconds or a minute are told at once`;
  const where = place === undefined ? 'of this signature' : 'of this signature here';
  return `${observed} errors ${where} in ${minutes(windowMinutes)}, usual are ${number(baseline)}; by chance so many come ${rarely(odds)}`;
}

export function dependencyRule({ kind, address, count, sources, services }: Suspect): string {
  const what = address === UNKNOWN ? `a ${kind}` : `the ${kind} ${address}`;
  return `${sources} programs of ${services.size} services complained of ${what} within ${WINDOW_MINUTES} minutes, ${count} times; ${SOURCES_MIN} and more than usual are an outage`;
}

export function silenceRule({ observed, pauseUs, watched }: { observed: number; pauseUs: number; watched: number }): string {
  const pause = Math.max(1, Math.round(pauseUs / 1e6));
  return `Nothing for ${observed} seconds, its longest pauses are ${pause}; ${SILENT_US_MIN / 1e6} seconds and ${TIMES} times the pause are silence (${watched} hosts always speak)`;
}

function rarely(odds: number): string {
  if (odds <= 0) return 'never';
  const minutesApart = 1 / odds;
  const years = minutesApart / (365.25 * 24 * 60);
  return years > 1000 ? 'less than once in 1000 years of one series' : `once in ${number(years)} years of one series`;
}

const minutes = (count: number): string => (count === 1 ? 'one minute' : `${count} minutes`);

function number(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 1 ? String(Math.round(value * 10) / 10) : String(Number(value.toPrecision(1)));
}
