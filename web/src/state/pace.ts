/** How fast lines come: counted by the second of their coming, told twice a second. Not here: the lines (kept.ts). */
import { signal } from '../ui.ts';

/** Seconds that the chart shows. */
export const PACE_SECONDS = 60;
/** Of these the rate is the mean: one is too jumpy to read. */
const RATE_SECONDS = 4;
const TELL_MS = 500;

export interface Told {
  /** Lines a second. */
  readonly rate: number;
  readonly total: number;
  /** Of each whole second, oldest first. */
  readonly seconds: readonly number[];
  /** How much longer than the quickest the newest line took from the service to us, ms; large while we catch up. */
  readonly behindMs: number;
}

const NONE: Told = { rate: 0, total: 0, seconds: Array.from({ length: PACE_SECONDS }, () => 0), behindMs: 0 };

export class Pace {
  readonly told = signal<Told>(NONE);
  /** Amount of what the service said that it lost. */
  readonly lost = signal(0);
  readonly sinceMs = signal(Date.now());
  #counts = new Map<number, number>();
  #total = 0;
  #behindMs = 0;
  /** Of the newest line that was here soonest: what the clocks differ by, and the way. */
  #leastMs = Number.POSITIVE_INFINITY;
  #timer = 0;

  clear(): void {
    this.#counts = new Map();
    this.#total = 0;
    this.#behindMs = 0;
    this.#leastMs = Number.POSITIVE_INFINITY;
    this.lost.value = 0;
    this.sinceMs.value = Date.now();
    this.told.value = NONE;
  }

  count(receivedMs: number): void {
    const nowMs = Date.now();
    const second = Math.floor(nowMs / 1000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
    this.#total++;
    const ageMs = nowMs - receivedMs;
    this.#leastMs = Math.min(this.#leastMs, ageMs);
    this.#behindMs = ageMs - this.#leastMs;
  }

  /** Tells until the answer is called. */
  tell(): () => void {
    this.#timer = window.setInterval(() => this.#say(), TELL_MS);
    return () => clearInterval(this.#timer);
  }

  #say(): void {
    // The second that is under way is no whole one.
    const newest = Math.floor(Date.now() / 1000) - 1;
    const seconds = Array.from({ length: PACE_SECONDS }, (_, index) => this.#counts.get(newest - PACE_SECONDS + 1 + index) ?? 0);
    for (const second of this.#counts.keys()) if (second < newest - PACE_SECONDS) this.#counts.delete(second);
    const recent = seconds.slice(-RATE_SECONDS);
    const rate = recent.reduce((sum, one) => sum + one, 0) / RATE_SECONDS;
    const isSame = this.#total === this.told.peek().total && rate === 0 && this.told.peek().rate === 0;
    if (!isSame) this.told.value = { rate, total: this.#total, seconds, behindMs: this.#behindMs };
  }
}
