/**
 * One series of counts by minute - a signature, or a signature at one service and host - with what is usual for it: a level that is
 * forgotten slowly, how much its counts vary, and the highest it went without being a spike. Whether a window is a spike is decided here; which
 * series there are, and what is learned when, is spike-finder.ts. Pure.
 *
 * The model of a window: mean = level x rhythm x minutes; variance = clumps x mean + mean^2 x (error of the rhythm^2 + 1 / errors seen): a
 * negative binomial that knows how little it knows. Of a spike, little is learned: an hour counts LEARNED_TIMES_MAX times the usual at most.
 */
import { oddsOfAtLeast } from './spike-odds.ts';

/** Minutes that are summed: a burst shows in one, what is rare but lasts in sixty. */
export const WINDOWS = [1, 2, 5, 15, 30, 60] as const;
const RING = 60;
const BLOCK = 15;
/** An hour counts at most so many times the usual and a little: one incident is no new level, what comes back day after day soon is. */
const LEARNED_TIMES_MAX = 3;
const LEARNED_MORE = 2;
/** Of an hour, three days later: new releases change what is usual within days. */
const KEPT_HOUR = 0.5 ** (1 / 72);
const KEPT_DAY = 0.5 ** (1 / 14);
/** What is assumed of a series that nobody knows: half an error in three hours. */
const PRIOR = { errors: 0.5, minutes: 180 } as const;
/** Silence before the first error counts as so much at most: what comes for the first time is not impossible. */
const SILENT_MINUTES_MAX = 24 * 60;
/** Variance over mean of counts in 15 minutes, and how many errors that assumption weighs. */
const PRIOR_CLUMPS = { value: 1.5, errors: 3 } as const;
/** Of a place, that of its signature weighs so much. */
const WHOLE_CLUMPS_ERRORS = 20;
/** Of a series that has hardly been seen one minute is one clump, unless it is this high. */
const SEEN_ERRORS = 5;
const ONE_CLUMP_MAX = 30;
/** Of the rhythm: hours differ from those of last week by so much; on the first day nothing is known of it. */
const RHYTHM_ERROR = 0.2;
const RHYTHM_ERROR_FIRST_DAY = 0.8;
/** Fewer are no spike, whatever is usual. */
export const COUNT_MIN = 5;
/** And no less than so many times the usual: what is tiny and certain wakes nobody. */
const TIMES_MIN = 2;
/** Higher than what it reached without being a spike, by a little. */
const ABOVE_PEAK = 1.1;
/** Of one look at a series that is open already; it may be looked at for half an hour. */
const HIGH_ODDS = 1e-4;
/** Closed after so many calm minutes, or several of its own gaps, but no later than this. */
const CALM_MINUTES = 5;
const GAPS = 4;
const CALM_MINUTES_MAX = 60;
const CALM_SPREADS = 1.5;
/** What is adopted has been so for half a day, of which the last hour is looked at. */
const ADOPTED_HOURS = 12;

export interface Rhythm {
  at(minute: number): number;
}
export interface Fired {
  readonly windowMinutes: number;
  readonly observed: number;
  readonly baseline: number;
  readonly odds: number;
  readonly sinceMinute: number;
  /** How much of `observed` came in this minute or later; absent: all since `sinceMinute`. */
  readonly shareSince?: (minute: number) => number;
}

export class Series {
  readonly rhythm: Rhythm;
  /** Newest minute with a count. */
  lastMinute: number;
  readonly firstMinute: number;
  /** Minute in which its spike was found; undefined: none is open. */
  openedMinute: number | undefined;
  readonly #ring = new Uint32Array(RING);
  /** Newest minute of the ring. */
  #at: number;
  #errors = 0;
  #minutes = 0;
  #hourCount = 0;
  #blockCount = 0;
  #squares = 0;
  #means = 0;
  #spreadSquares = 0;
  #spreadMeans = 0;
  readonly #peaks = new Float64Array(WINDOWS.length);
  readonly #peaksToday = new Float64Array(WINDOWS.length);
  readonly #whole: Series | undefined;
  #closedMinute = -1;
  #openedToday = false;
  #calm = 0;
  #active = 0;

  /** `silent`: minutes of history in which it had nothing; `whole`: of a place, its signature. */
  constructor(minute: number, rhythm: Rhythm, { silent, whole }: { silent: number; whole?: Series }) {
    this.#whole = whole;
    this.rhythm = rhythm;
    this.firstMinute = minute;
    this.#minutes = Math.min(silent, SILENT_MINUTES_MAX);
    this.lastMinute = minute;
    this.#at = minute;
  }

  /** All of it was in one minute. */
  get isOnce(): boolean {
    return this.firstMinute === this.lastMinute;
  }

  /** Errors a minute without the rhythm. */
  get level(): number {
    return (this.#errors + PRIOR.errors) / (this.#minutes + PRIOR.minutes);
  }

  add(minute: number, count: number): void {
    this.#turn(minute);
    this.#ring[minute % RING]! += count;
    this.#hourCount += count;
    this.#blockCount += count;
    this.lastMinute = minute;
  }

  #turn(minute: number): void {
    const from = Math.max(this.#at + 1, minute - RING + 1);
    for (let at = from; at <= minute; at++) this.#ring[at % RING] = 0;
    this.#at = Math.max(this.#at, minute);
  }

  sum(minute: number, minutes: number): number {
    this.#turn(minute);
    let sum = 0;
    for (let at = minute - minutes + 1; at <= minute; at++) sum += this.#ring[((at % RING) + RING) % RING]!;
    return sum;
  }

  mean(minute: number, minutes: number): number {
    return this.level * this.rhythm.at(minute - minutes / 2 + 0.5) * minutes;
  }

  /** Variance over mean. Of a place that is rarely heard of that of its signature: clumps come of how a service fails. */
  get clumps(): number {
    const prior = this.#whole === undefined ? PRIOR_CLUMPS : { value: this.#whole.clumps, errors: WHOLE_CLUMPS_ERRORS };
    return Math.max(1, (prior.value * prior.errors + this.#squares) / (prior.errors + this.#means));
  }

  /** The same of minutes that have an error. */
  get spreads(): number {
    const prior = this.#whole === undefined ? PRIOR_CLUMPS : { value: this.#whole.spreads, errors: WHOLE_CLUMPS_ERRORS };
    return Math.max(1, (prior.value * prior.errors + this.#spreadSquares) / (prior.errors + this.#spreadMeans));
  }

  variance(mean: number, days: number, clumps = this.clumps): number {
    const rhythm = RHYTHM_ERROR + RHYTHM_ERROR_FIRST_DAY * 0.5 ** days;
    return clumps * mean + mean * mean * (rhythm * rhythm + 1 / (this.#errors + PRIOR.errors));
  }

  /** The window that is least likely, where one is too unlikely; days: history of the whole. */
  test(minute: number, { odds: oddsMax, days }: { odds: number; days: number }): Fired | undefined {
    let best: Fired | undefined;
    const isHardlySeen = this.#errors < SEEN_ERRORS;
    WINDOWS.forEach((minutes, index) => {
      // What was told is not told again.
      if (minute - minutes < this.#closedMinute) return;
      const observed = this.sum(minute, minutes);
      const mean = this.mean(minute, minutes);
      const variance = this.variance(mean, days);
      const height = (observed - mean) / Math.sqrt(variance + 1);
      if (height > this.#peaksToday[index]!) this.#peaksToday[index] = height;
      if (isHardlySeen && observed < ONE_CLUMP_MAX && observed === this.sum(minute, 1)) return;
      if (observed < COUNT_MIN || observed < TIMES_MIN * mean || height <= this.#peaks[index]! * ABOVE_PEAK) return;
      const odds = Math.min(
        oddsOfAtLeast(observed, mean, variance),
        minutes < BLOCK ? 1 : this.#spreadOdds(minute, { minutes, mean, days }),
      );
      if (odds < oddsMax && odds < (best?.odds ?? 1))
        best = {
          ...{ windowMinutes: minutes, observed, baseline: mean, odds, sinceMinute: this.#began(minute, minutes) },
          shareSince: (from) => this.sum(minute, minute - from + 1) / observed,
        };
    });
    return best;
  }

  /** The same by minutes that have an error: what smoulders is spread, and no clump. */
  #spreadOdds(minute: number, { minutes, mean, days }: { minutes: number; mean: number; days: number }): number {
    const spread = this.#spread(minute, minutes);
    const usual = spreadOf(mean, minutes);
    return spread < COUNT_MIN ? 1 : oddsOfAtLeast(spread, usual, this.variance(usual, days, this.spreads));
  }

  /** Minutes of the window with an error. */
  #spread(minute: number, minutes: number): number {
    let spread = 0;
    for (let at = minute - minutes + 1; at <= minute; at++) if (this.#ring[((at % RING) + RING) % RING]! > 0) spread++;
    return spread;
  }

  /**
   * Where in the window it began: from there on its counts speak most for the rate of the window, and against the usual one (the sum of a
   * Poisson's log-likelihood ratios, as in Page's CUSUM). One of the usual errors some minutes before is no beginning.
   */
  #began(minute: number, minutes: number): number {
    const usual = this.mean(minute, 1);
    const high = Math.max(TIMES_MIN * usual, this.sum(minute, minutes) / minutes);
    const gain = Math.log(high / usual);
    let [began, sum, most] = [minute, 0, 0];
    for (let at = minute; at > minute - minutes; at--) {
      const count = this.#ring[at % RING]!;
      sum += count * gain - (high - usual);
      if (count === 0 || sum <= most) continue;
      [began, most] = [at, sum];
    }
    return began;
  }

  /** Somebody was told of everything up to this minute. */
  told(minute: number): void {
    this.#closedMinute = Math.max(this.#closedMinute, minute);
    // How high it went in somebody's spike is not how high it goes without one.
    this.#openedToday = true;
  }

  open(minute: number): void {
    this.openedMinute = minute;
    this.#openedToday = true;
    this.#calm = 0;
    this.#active = 0;
  }

  /** One more minute of an open spike; true: it is over. */
  isOver(minute: number, days: number): boolean {
    if (this.sum(minute, 1) > 0) this.#active++;
    const mean = this.mean(minute, 5);
    const isCalm = this.sum(minute, 5) <= mean + CALM_SPREADS * Math.sqrt(this.variance(mean, days));
    this.#calm = isCalm ? this.#calm + 1 : 0;
    const gap = Math.max(1, this.lastMinute - this.openedMinute! + 1) / Math.max(1, this.#active);
    return this.#calm >= Math.min(CALM_MINUTES_MAX, Math.max(CALM_MINUTES, GAPS * gap));
  }

  /** Is the last quarter of an hour by itself more than usual? A rare series has errors of its own, too, while it waits to be calm. */
  isHigh(minute: number, days: number): boolean {
    const [observed, mean] = [this.sum(minute, BLOCK), this.mean(minute, BLOCK)];
    if (observed < COUNT_MIN || observed < TIMES_MIN * mean) return false;
    return oddsOfAtLeast(observed, mean, this.variance(mean, days)) < HIGH_ODDS;
  }

  close(minute: number): void {
    this.openedMinute = undefined;
    this.#closedMinute = minute;
  }

  /** What lasts is usual from now on. */
  adopt(minute: number): void {
    this.#errors = ADOPTED_HOURS * this.sum(minute, RING);
    this.#minutes = ADOPTED_HOURS * RING * this.rhythm.at(minute - RING / 2);
    [this.#squares, this.#means] = [0, 0];
    [this.#spreadSquares, this.#spreadMeans] = [0, 0];
    this.close(minute);
  }

  // ----------------------------------------------------------------------------------------- learning

  /** A quarter of an hour is over. */
  learnBlock(minute: number, isHeld: boolean): void {
    if (!isHeld && this.openedMinute === undefined && this.#closedMinute <= minute - BLOCK) {
      const mean = this.mean(minute, BLOCK);
      this.#squares += (this.#blockCount - mean) ** 2;
      this.#means += mean;
      const usual = spreadOf(mean, BLOCK);
      this.#spreadSquares += (this.#spread(minute, BLOCK) - usual) ** 2;
      this.#spreadMeans += usual;
    }
    this.#blockCount = 0;
  }

  /** An hour is over; what it had, and what it would have had without a rhythm. */
  learnHour(minute: number, isHeld: boolean): { observed: number; flat: number } | undefined {
    const observed = Math.min(this.#hourCount, LEARNED_TIMES_MAX * this.mean(minute, 60) + LEARNED_MORE);
    this.#hourCount = 0;
    if (isHeld) return undefined;
    const flat = this.level * 60;
    this.#errors = this.#errors * KEPT_HOUR + observed;
    this.#minutes = this.#minutes * KEPT_HOUR + 60 * this.rhythm.at(minute - 30);
    this.#squares *= KEPT_HOUR;
    this.#means *= KEPT_HOUR;
    this.#spreadSquares *= KEPT_HOUR;
    this.#spreadMeans *= KEPT_HOUR;
    return { observed, flat };
  }

  /** A day is over. */
  learnDay(): void {
    const isClean = !this.#openedToday && this.openedMinute === undefined;
    this.#openedToday = this.openedMinute !== undefined;
    for (let index = 0; index < this.#peaks.length; index++) {
      this.#peaks[index] = Math.max(this.#peaks[index]! * KEPT_DAY, isClean ? this.#peaksToday[index]! : 0);
      this.#peaksToday[index] = 0;
    }
  }
}

/** Of so many errors in so many minutes, how many minutes have one. */
function spreadOf(mean: number, minutes: number): number {
  return minutes * (1 - Math.exp(-mean / minutes));
}
