/**
 * Ranges of the Monitoring Plugins' guidelines, as -w and -c take them: a value outside of the range is an alert, with `@` before it one
 * inside. `10` is 0 to 10, `10:` 10 and more, `~:10` anything up to 10, `10:20` both ends, `@10:20`. The ends belong to the range.
 * Pure; not here: what is counted (check.ts). Throws `bad-argument`.
 */
import { CodedError } from '../base/errors.ts';

export interface CheckRange {
  /** As it was given, for performance data. */
  readonly text: string;
  readonly min: number;
  readonly max: number;
  readonly isInside: boolean;
}

const NUMBER = String.raw`-?\d{1,15}(?:\.\d{1,6})?`;
const RANGE = new RegExp(`^(@)?(?:(~|${NUMBER})?:)?(${NUMBER})?$`);

export function readRange(text: string, flag: string): CheckRange {
  const match = RANGE.exec(text);
  const [, at, from, to] = match ?? [];
  if (match === null || (to === undefined && from === undefined) || (from === '~' && to === undefined && at === undefined))
    throw new CodedError('bad-argument', `${flag}: ${JSON.stringify(text)} is no range like 10, 10:, ~:10, 10:20 or @10:20`);
  const min = from === undefined ? 0 : from === '~' ? Number.NEGATIVE_INFINITY : Number(from);
  const max = to === undefined ? Number.POSITIVE_INFINITY : Number(to);
  if (min > max) throw new CodedError('bad-argument', `${flag}: ${text} begins behind its end`);
  return { text, min, max, isInside: at === '@' };
}

export function alerts(range: CheckRange | undefined, value: number): boolean {
  return range !== undefined && (value >= range.min && value <= range.max) === range.isInside;
}
