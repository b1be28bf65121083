/** The histogram's answer as bars that stand on each other: strongest levels at the bottom, where their height can be compared. Pure. */
import type { HistogramAnswer } from '../api/answers.ts';
import { LEVEL_WORDS } from '../text/fields.ts';

export const NO_LEVEL = 'NONE';

export interface Stacks {
  /** Beginnings of the bars, ms. */
  readonly times: readonly number[];
  readonly stepMs: number;
  readonly stepText: string;
  /** What the axis spans: the range that was asked for where it is known, else the bars. */
  readonly fromMs: number;
  readonly toMs: number;
  /** To be painted in this order: each covers the lower part of the one before. */
  readonly series: readonly { readonly level: string; readonly heights: readonly number[] }[];
  readonly totals: ReadonlyMap<string, number>;
  readonly total: number;
  /** Of each bar, in words. */
  readonly says: readonly string[];
}

const ORDER: readonly string[] = [...LEVEL_WORDS, NO_LEVEL];

export function stacksOf(answer: HistogramAnswer, ends: { fromMs: number; toMs: number } | undefined): Stacks {
  const stepMs = answer.stepSeconds * 1000;
  const times = answer.buckets.map(({ time }) => Date.parse(time));
  const counts = new Map(ORDER.map((level) => [level, answer.buckets.map((bucket) => countOf(bucket, level))]));
  const totals = new Map(
    [...counts].map(([level, own]) => [level, own.reduce((sum, one) => sum + one, 0)] as const).filter(([, sum]) => sum > 0),
  );
  const used = ORDER.filter((level) => totals.has(level));
  const heights = times.map(() => 0);
  const series = used.map((level) => {
    const own = counts.get(level)!;
    return { level, heights: own.map((count, index) => (heights[index]! += count)) };
  });
  const says = answer.buckets.map((bucket) => {
    const parts = used.map((level) => [level, countOf(bucket, level)] as const).filter(([, count]) => count > 0);
    return `${bucket.count} records${parts.length === 0 ? '' : ` (${parts.map(([level, count]) => `${count} ${level}`).join(', ')})`}`;
  });
  const fromMs = Math.min(times[0] ?? Number.POSITIVE_INFINITY, ends?.fromMs ?? Number.POSITIVE_INFINITY);
  const toMs = Math.max((times.at(-1) ?? 0) + stepMs, ends?.toMs ?? 0);
  return { times, stepMs, stepText: stepText(stepMs), fromMs, toMs, series: series.toReversed(), totals, total: answer.total, says };
}

function countOf({ count, values = {} }: HistogramAnswer['buckets'][number], level: string): number {
  if (level !== NO_LEVEL) return values[level] ?? 0;
  return count - Object.values(values).reduce((sum, one) => sum + one, 0);
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
];

export function stepText(stepMs: number): string {
  const [unit, ms] = UNITS.find(([, one]) => stepMs >= one && stepMs % one === 0) ?? ['ms', 1];
  return `${stepMs / ms} ${unit}`;
}
