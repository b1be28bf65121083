/**
 * Percentiles of numbers that are not kept: how many fell between each power of 1.0182 and the next. A value out of the
 * middle of such a step is within 0.9 % of every number in it, over all magnitudes; memory grows with the spread of the numbers only.
 *
 * Invariant: percentiles are nearest ranks, within 1 % of the true value; count and max are exact. Numbers are >= 0.
 */
import type { Measured } from '../model.ts';

const ERROR_SHARE = 0.009;
const BASE = (1 + ERROR_SHARE) / (1 - ERROR_SHARE);
const SCALE = 1 / Math.log(BASE);
/** Middle of a step between BASE ** (n - 1) and BASE ** n, in parts of its upper end. */
const MIDDLE = 1 - ERROR_SHARE;
/** What is smaller counts as zero: no log has a finer duration. */
const SMALLEST = 1e-9;

export class Sketch {
  readonly #steps = new Map<number, number>();
  #count = 0;
  #zeros = 0;
  #max = 0;

  add(value: number): void {
    this.#count++;
    if (value > this.#max) this.#max = value;
    if (!(value > SMALLEST)) this.#zeros++;
    else {
      const step = Math.ceil(Math.log(value) * SCALE);
      this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1);
    }
  }

  /** Steps in use, for whoever bounds memory. */
  get size(): number {
    return this.#steps.size;
  }

  measured(): Measured | undefined {
    if (this.#count === 0) return undefined;
    const steps = [...this.#steps].sort(([a], [b]) => a - b);
    return { count: this.#count, p50: this.#at(steps, 50), p95: this.#at(steps, 95), p99: this.#at(steps, 99), max: this.#max };
  }

  #at(steps: readonly (readonly [number, number])[], percent: number): number {
    let left = Math.max(1, Math.ceil((percent / 100) * this.#count)) - this.#zeros;
    if (left <= 0) return 0;
    for (const [step, count] of steps) {
      left -= count;
      if (left <= 0) return Math.min(this.#max, BASE ** step * MIDDLE);
    }
    return this.#max;
  }
}
