/** Small things that all parts of a story need: times as text, ranks of levels. Pure. */
import { formatTime } from '../base/time-text.ts';
import { type HttpAccess, LEVELS, type Level } from '../model.ts';

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

/** Answers that took longer are streams. */
const ANSWER_US_MAX = 3_600_000_000;

/** When that began which the record tells of: an access line is written at its end, and says how long it took. */
export function beganUs({ orderUs, http }: { readonly orderUs: number; readonly http: HttpAccess | undefined }): number {
  const lengthUs = Math.round((http?.duration ?? 0) * 1_000_000);
  return lengthUs > 0 && lengthUs <= ANSWER_US_MAX ? orderUs - lengthUs : orderUs;
}
