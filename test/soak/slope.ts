/** Does a figure grow? By the median of all slopes (Theil and Sen): single peaks of a garbage collection do not tilt it. Pure. */
export interface Growth {
  /** Over the whole time, in the figure's unit. */
  readonly growth: number;
  readonly middle: number;
  readonly seconds: number;
}

/** Pairs that are looked at: more say nothing more. */
const POINTS_MAX = 400;

export function growthOf<K extends string>(
  samples: readonly (Readonly<Record<K, number>> & { readonly seconds: number })[],
  of: K,
): Growth {
  const step = Math.max(1, Math.ceil(samples.length / POINTS_MAX));
  const points = samples.filter((_, index) => index % step === 0);
  const slopes: number[] = [];
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(index + 1))
      if (other.seconds > one.seconds) slopes.push((other[of] - one[of]) / (other.seconds - one.seconds));
  }
  if (slopes.length === 0) throw new Error('a slope needs two samples at least');
  const seconds = samples.at(-1)!.seconds - samples[0]!.seconds;
  return { growth: median(slopes) * seconds, middle: median(samples.map((sample) => sample[of])), seconds };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
