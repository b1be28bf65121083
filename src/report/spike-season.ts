/**
 * The hours of the week: how much more or less than on average happens in each. Learned as observed against what a flat week would have
 * had, so that a level that changes does not look like a rhythm. Where little is known the factor is that of `prior`: a signature
 * goes by the rhythm of the whole until its own hours are known, and the whole is flat until there is history.
 */
const HOURS = 168;
/** Errors that weigh as much as the prior. */
const PRIOR_ERRORS = 20;
/** Of the same hour a week ago. */
const KEPT = 0.8;

/** Of the same hour yesterday. */
const KEPT_DAY = 0.9;

export class Season {
  readonly #week = new Hours(HOURS);
  /** The hours of a day are known sooner, and stand in for those of the week until these are. */
  readonly #day = new Hours(24);
  readonly #prior: Season | undefined;

  constructor(prior?: Season) {
    this.#prior = prior;
  }

  /** An hour is over: what was counted in it, and what a week without a rhythm would have had. */
  learn(hour: number, observed: number, flat: number): void {
    this.#week.learn(hour, { observed, flat, kept: KEPT });
    this.#day.learn(hour, { observed, flat, kept: KEPT_DAY });
  }

  #of(hour: number): number {
    const prior = this.#prior === undefined ? 1 : this.#prior.#of(hour);
    return this.#week.factor(hour, this.#day.factor(hour, prior));
  }

  /** At a minute since 1970; the hours flow into each other, but one that is full from its first minute to its last is that, too. */
  at(minute: number): number {
    const hours = minute / 60 - 0.5;
    const hour = Math.floor(hours);
    const part = hours - hour;
    const [before, after] = [this.#of(hour), this.#of(hour + 1)];
    return Math.max(before * (1 - part) + after * part, part < 0.5 ? before : after);
  }
}

class Hours {
  readonly #observed: Float64Array;
  readonly #flat: Float64Array;

  constructor(hours: number) {
    this.#observed = new Float64Array(hours);
    this.#flat = new Float64Array(hours);
  }

  learn(hour: number, { observed, flat, kept }: { observed: number; flat: number; kept: number }): void {
    const at = hour % this.#flat.length;
    this.#observed[at] = this.#observed[at]! * kept + observed;
    this.#flat[at] = this.#flat[at]! * kept + flat;
  }

  factor(hour: number, prior: number): number {
    const at = hour % this.#flat.length;
    return (this.#observed[at]! + PRIOR_ERRORS * prior) / (this.#flat[at]! + PRIOR_ERRORS);
  }
}
