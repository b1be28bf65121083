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

/** Numbers of a sketch: `[step, how many]`, and those that are none (`zeros`). */
export interface SketchParts {
  readonly zeros: number;
  readonly max: number;
  readonly steps: readonly (readonly [step: number, times: number])[];
}

export class Sketch {
  readonly #steps = new Map<number, number>();
  #count = 0;
  #zeros = 0;
  #max = 0;

  /** `times`: it stands for so many equal ones. */
  add(value: number, times = 1): void {
    this.#count += times;
    if (value > this.#max) this.#max = value;
    if (!(value > SMALLEST)) this.#zeros += times;
    else this.#addStep(Math.ceil(Math.log(value) * SCALE), times);
  }

  #addStep(step: number, times: number): void {
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + times);
  }

  /** Steps ascending; what is kept of it. */
  parts(): SketchParts {
    return { zeros: this.#zeros, max: this.#max, steps: [...this.#steps].sort(([a], [b]) => a - b) };
  }

  /** As if all numbers of the other one had been added here. */
  merge({ zeros, max, steps }: SketchParts): void {
    this.#zeros += zeros;
    this.#count += zeros;
    if (max > this.#max) this.#max = max;
    for (const [step, times] of steps) {
      this.#count += times;
      this.#addStep(step, times);
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
