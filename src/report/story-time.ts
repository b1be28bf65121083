/** Small things that all parts of a story need: times as text, ranks of levels. Pure. */
import { formatTime } from '../base/time-text.ts';
import { LEVELS, type Level } from '../model.ts';

const ERROR_RANK = LEVELS.indexOf('ERROR');

export function stampOf(timeUs: number): string {
  return formatTime(timeUs);
}

/** -1 without a level. */
export function rankOf(level: string | undefined): number {
  return level === undefined ? -1 : LEVELS.indexOf(level as Level);
}

export function isError(level: string | undefined): boolean {
  return rankOf(level) >= ERROR_RANK;
}
