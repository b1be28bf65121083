/**
 * Times of cron expressions: minute, hour, day of the month, month, day of the week, and seconds before them where there are six. The only door of the
 * package `croner`. In a zone whose clocks change, an hour that is skipped runs when it would have been, one that comes twice runs once.
 */
import { Cron } from 'croner';
import { CodedError } from './errors.ts';

/** More often than this nobody reads reports. */
const PAUSE_MS_MIN = 60_000;
/** Any time: a check must not depend on the day it is made. */
const SOME_MS = Date.UTC(2026, 0, 1);

/** Throws `bad-setting` where the expression is none, its zone is unknown, it never comes, or comes more than once a minute. */
export function checkCron(expression: string, zone: string): void {
  let times: Date[];
  try {
    times = cronOf(expression, zone).nextRuns(2, new Date(SOME_MS));
  } catch (error) {
    throw new CodedError('bad-setting', (error as Error).message.replace(/^\w*Cron\w*:\s*/, ''));
  }
  if (times.length === 0) throw new CodedError('bad-setting', 'it never comes');
  if (times.length === 2 && times[1]!.getTime() - times[0]!.getTime() < PAUSE_MS_MIN)
    throw new CodedError('bad-setting', 'it comes more than once a minute');
}

/** First time after `afterMs`; undefined: it never comes again. */
export function nextTime(expression: string, zone: string, afterMs: number): number | undefined {
  return cronOf(expression, zone).nextRun(new Date(afterMs))?.getTime();
}

function cronOf(expression: string, zone: string): Cron {
  return new Cron(expression, { paused: true, timezone: zone });
}
