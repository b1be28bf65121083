/**
 * What retention by age takes for now. A wall clock that jumps ahead - a dead battery, a VM that was set back, a wrong NTP server - would
 * make everything old at once; so a jump counts only after the clock has gone on from there for a day. Until then age goes on as if there had
 * been no jump: what is kept too long for a day can be dropped tomorrow, what is dropped today is gone.
 *
 * Not here: what is dropped (retention.ts). Invariant: between two looks it goes on as the steady clock does, but for what is confirmed.
 */
import { performance } from 'node:perf_hooks';

const DAY_US = 24 * 3600e6;
/** Of the age: a file holds that much, so a smaller jump costs at most one file more. */
const JUMP_PART = 8;

/** The two clocks, µs: of the wall, and one that only ever goes on. */
export interface Clocks {
  readonly nowUs: number;
  readonly steadyUs: number;
}

export function steadyUs(): number {
  return performance.now() * 1000;
}

export class AgeClock {
  /** The newest time that is known: of a record at the start, then of the last look. */
  #lastUs: number | undefined;
  #lastSteadyUs: number | undefined;
  /** How far the clock went ahead without being confirmed, and since when by the steady clock. */
  #aheadUs = 0;
  #sinceUs = 0;

  /** `newestUs`: the last arrival before this program started; undefined in an empty folder. */
  constructor(newestUs: number | undefined) {
    this.#lastUs = newestUs;
  }

  /** How far the wall clock is ahead of what age is measured by, µs. */
  get aheadUs(): number {
    return this.#aheadUs;
  }

  /** Now, for an age of `ageUs`. Also true of a service that was not running: that was a jump of the clock for all it can know. */
  look({ nowUs, steadyUs }: Clocks, ageUs: number): number {
    const expectedUs = (this.#lastUs ?? nowUs) + (steadyUs - (this.#lastSteadyUs ?? steadyUs));
    this.#lastUs = nowUs;
    this.#lastSteadyUs = steadyUs;
    const jumpUs = nowUs - expectedUs;
    const limitUs = Math.min(DAY_US, ageUs / JUMP_PART);
    if (jumpUs > limitUs) {
      this.#aheadUs += jumpUs;
      this.#sinceUs = steadyUs;
    } else if (jumpUs < -limitUs) this.#aheadUs = Math.max(0, this.#aheadUs + jumpUs);
    if (this.#aheadUs > 0 && steadyUs - this.#sinceUs >= Math.min(DAY_US, ageUs)) this.#aheadUs = 0;
    return nowUs - this.#aheadUs;
  }
}
