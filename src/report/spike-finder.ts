/**
 * Finds which series of counts are more than usual, minute by minute: for each signature as a whole and at each service and host. Pure: it
 * is given minutes and tells what opened and what is over. What becomes of that - one spike for people, with evidence - is spike-board.ts.
 *
 * False alarms: the threshold follows from the number of series, so that all together raise about ALARMS_A_WEEK by chance. What lasts
 * ADOPTED_AFTER_MINUTES is usual then.
 * Bounded: SERIES_MAX, beyond it those of one minute only, then those silent for a day are forgotten, and when there are none no more are taken up.
 */
import { Season } from './spike-season.ts';
import { COUNT_MIN, type Fired, Series } from './spike-series.ts';
import { Newcomers, SETTLE_MINUTES } from './spike-young.ts';

/** One minute of one signature at one place; '' where a record has none. */
export type SpikeCount = readonly [signature: string, service: string, host: string, count: number];

export interface SpikeMinute {
  /** Since 1970; each comes once, in order; those without counts need not come. */
  readonly minute: number;
  readonly counts: readonly SpikeCount[];
  /** Signatures that came COUNT_MIN times within 30 seconds. */
  readonly rushed?: ReadonlySet<string>;
  /** Signatures with a record of level CRITICAL in this minute. */
  readonly critical?: ReadonlySet<string>;
  /** Maintenance: nothing is learned of this place. */
  readonly isHeld?: (service: string, host: string) => boolean;
}

export interface Opening extends Fired {
  readonly kind: 'growth' | 'new' | 'critical';
  readonly key: string;
  readonly signature: string;
  /** Absent: the signature as a whole. */
  readonly place?: { readonly service: string; readonly host: string };
}
export interface Findings {
  readonly openings: readonly Opening[];
  /** Keys that are over. */
  readonly over: readonly string[];
}

/** By chance, of all series together, if nothing but chance was at work; the model is wider than what it is tried on, so that fewer come (bench:detection). */
const ALARMS_A_WEEK = 2;
const MINUTES_A_WEEK = 7 * 24 * 60;
/** So few series are treated as so many: the first ones are not yet all. */
const SERIES_MIN = 100;
export const SERIES_MAX = 20_000;
const SILENT_MINUTES = 24 * 60;
/** Until so much has been seen nobody knows what is usual, and nothing grows. */
export const LEARN_MINUTES = 60;
/** A signature is new for so long: until then five in a hurry tell. */
const NEW_MINUTES = 60;
/** A CRITICAL that comes back after so long is told again. */
const CRITICAL_AGAIN_MINUTES = 24 * 60;
const ADOPTED_AFTER_MINUTES = 12 * 60;

interface Whole {
  readonly series: Series;
  readonly season: Season;
  readonly signature: string;
  lastCritical: number;
}

export class SpikeFinder {
  readonly #season = new Season();
  readonly #wholes = new Map<string, Whole>();
  readonly #places = new Map<
    string,
    { readonly series: Series; readonly signature: string; readonly service: string; readonly host: string }
  >();
  readonly #open = new Map<string, Series>();
  #first: number | undefined;
  #last = -1;
  #forgotMinute = -1;
  readonly #newcomers = new Newcomers();
  /** Series that were too many. */
  forgotten = 0;

  get size(): number {
    return this.#wholes.size + this.#places.size;
  }

  get isLearning(): boolean {
    return this.isYoungAt(this.#last);
  }

  /** Had so little been seen then? */
  isYoungAt(minute: number): boolean {
    return this.#first === undefined || minute - this.#first < LEARN_MINUTES;
  }

  minute(given: SpikeMinute): Findings {
    const { minute } = given;
    this.since(minute);
    if (minute <= this.#last) throw new Error('BUG: minutes of spikes come in order');
    const over: string[] = [];
    // Minutes without counts pass one by one only where something is open: those have to end.
    for (let at = this.#last < 0 ? minute : this.#last + 1; at <= minute; at++) {
      if (at % 15 === 0 && this.#last >= 0) this.#learn(at - 1, given);
      if (at < minute) over.push(...this.#passed(at));
    }
    this.#last = minute;
    const touched = this.#take(given);
    const openings = this.#judge(given, touched);
    over.push(...this.#passed(minute));
    return { openings, over };
  }

  /** Somebody else knows that this is a spike; false: there is no such series. */
  open(key: string): boolean {
    const series = (this.#wholes.get(key) ?? this.#places.get(key))?.series;
    if (series === undefined) return false;
    if (series.openedMinute === undefined) series.open(this.#last);
    this.#open.set(key, series);
    return true;
  }

  /** Somebody has looked since this minute: what had nothing since then was silent, not unknown. */
  since(minute: number): void {
    this.#first = Math.min(minute, this.#first ?? minute);
  }

  /** Is it open, and more than usual now, not only because it was? */
  isHigh(key: string): boolean {
    return this.#open.get(key)?.isHigh(this.#last, this.#days(this.#last)) === true;
  }

  get openKeys(): string[] {
    return [...this.#open.keys()];
  }

  /** Closes what is open under this key, as somebody else decided. */
  drop(key: string): void {
    this.#open.get(key)?.close(this.#last);
    this.#open.delete(key);
  }

  #take({ minute, counts }: SpikeMinute): Map<string, { whole: Whole; places: string[] }> {
    const touched = new Map<string, { whole: Whole; places: string[] }>();
    for (const [signature, service, host, count] of counts) {
      const key = `${signature}\n${service}\n${host}`;
      if (!this.#places.has(key) && !this.#hasRoom(minute)) {
        this.forgotten++;
        continue;
      }
      const whole = this.#wholeOf(signature, minute);
      whole.series.add(minute, count);
      let place = this.#places.get(key);
      if (place === undefined) {
        const series = new Series(minute, whole.season, { silent: minute - this.#first!, whole: whole.series });
        place = { series, signature, service, host };
        this.#places.set(key, place);
      }
      place.series.add(minute, count);
      const one = touched.get(signature) ?? { whole, places: [] };
      one.places.push(key);
      touched.set(signature, one);
    }
    return touched;
  }

  #wholeOf(signature: string, minute: number): Whole {
    let whole = this.#wholes.get(signature);
    if (whole === undefined) {
      const season = new Season(this.#season);
      whole = { season, series: new Series(minute, season, { silent: minute - this.#first! }), signature, lastCritical: -Infinity };
      this.#wholes.set(signature, whole);
    }
    return whole;
  }

  #judge(given: SpikeMinute, touched: ReadonlyMap<string, { whole: Whole; places: readonly string[] }>): Opening[] {
    const openings: Opening[] = [];
    const by = { odds: ALARMS_A_WEEK / (MINUTES_A_WEEK * Math.max(SERIES_MIN, this.size)), days: this.#days(given.minute) };
    for (const [signature, { whole, places }] of touched) {
      const opened =
        this.#atOnce(given, whole, places) ?? this.#grown(signature, whole.series, { minute: given.minute, by, key: signature });
      if (opened !== undefined) openings.push(opened);
      for (const key of places) {
        const { series, service, host } = this.#places.get(key)!;
        const grown = this.#grown(signature, series, { minute: given.minute, by, key });
        if (grown !== undefined) openings.push({ ...grown, place: { service, host } });
      }
    }
    for (const { key } of openings) {
      const series = this.#wholes.get(key)?.series ?? this.#places.get(key)!.series;
      series.open(given.minute);
      this.#open.set(key, series);
    }
    return openings;
  }

  #grown(
    signature: string,
    series: Series,
    { minute, by, key }: { minute: number; by: { odds: number; days: number }; key: string },
  ): Opening | undefined {
    if (this.isLearning) return undefined;
    if (series.openedMinute !== undefined) return undefined;
    const fired = series.test(minute, by);
    return fired === undefined ? undefined : { kind: 'growth', key, signature, ...fired };
  }

  /** A signature that nobody has seen before. */
  #atOnce({ minute, rushed, critical }: SpikeMinute, whole: Whole, places: readonly string[]): Opening | undefined {
    const { series, signature } = whole;
    const isCritical = critical?.has(signature) === true;
    const isAgain = isCritical && minute - whole.lastCritical >= CRITICAL_AGAIN_MINUTES;
    if (isCritical) whole.lastCritical = minute;
    if (series.openedMinute !== undefined || minute - this.#first! < SETTLE_MINUTES) return undefined;
    const observed = series.sum(minute, 1);
    const found = { key: signature, signature, windowMinutes: 1, observed, odds: 0, sinceMinute: minute } as const;
    if (isAgain) return { ...found, kind: 'critical', baseline: 0 };
    if (minute - series.firstMinute >= NEW_MINUTES || (observed < COUNT_MIN && rushed?.has(signature) !== true)) return undefined;
    if (series.firstMinute - this.#first! < LEARN_MINUTES && !this.#isFirstNew(whole, minute, places)) return undefined;
    const sinceMinute = series.sum(minute, 2) > observed ? minute - 1 : minute;
    return { ...found, kind: 'new', baseline: 0, observed: series.sum(minute, minute - sinceMinute + 1), sinceMinute };
  }

  /** In a young store. */
  #isFirstNew({ signature, series: { firstMinute } }: Whole, minute: number, places: readonly string[]): boolean {
    if (firstMinute - this.#first! < SETTLE_MINUTES || signature.startsWith('@')) return false;
    const services = new Set(places.map((key) => this.#places.get(key)!.service));
    return this.#newcomers.isFirst({ signature, firstMinute, services }, minute, () =>
      this.#places.values().map((one) => ({ ...one, firstMinute: this.#wholes.get(one.signature)!.series.firstMinute })),
    );
  }

  #passed(minute: number): string[] {
    const over: string[] = [];
    const closed = new Set<string>();
    for (const [key, series] of this.#open) {
      const isAdopted = minute - series.openedMinute! >= ADOPTED_AFTER_MINUTES;
      if (!isAdopted && !series.isOver(minute, this.#days(minute))) continue;
      if (isAdopted) series.adopt(minute);
      else series.close(minute);
      this.#open.delete(key);
      over.push(key);
      closed.add(key.split('\n')[0]!);
    }
    if (closed.size > 0) this.#tell(closed, minute);
    return over;
  }

  /** The whole holds what its places hold, and the other way round: no window of either reaches into what was told. */
  #tell(signatures: ReadonlySet<string>, minute: number): void {
    for (const signature of signatures) this.#wholes.get(signature)?.series.told(minute);
    for (const { series, signature } of this.#places.values()) if (signatures.has(signature)) series.told(minute);
  }

  #days(minute: number): number {
    return (minute - (this.#first ?? minute)) / (24 * 60);
  }

  // ----------------------------------------------------------------------------------------- learning

  /** A quarter of an hour ends with this minute, and perhaps an hour and a day. */
  #learn(minute: number, { isHeld }: SpikeMinute): void {
    const isHour = minute % 60 === 59;
    const isDay = minute % (24 * 60) === 24 * 60 - 1;
    let [observed, flat] = [0, 0];
    for (const { series, season } of this.#wholes.values()) {
      series.learnBlock(minute, false);
      const hour = isHour ? series.learnHour(minute, false) : undefined;
      if (hour !== undefined) {
        season.learn(Math.floor(minute / 60), hour.observed, hour.flat);
        observed += hour.observed;
        flat += hour.flat;
      }
      if (isDay) series.learnDay();
    }
    if (isHour) this.#season.learn(Math.floor(minute / 60), observed, flat);
    for (const { series, service, host } of this.#places.values()) {
      const held = isHeld?.(service, host) === true;
      series.learnBlock(minute, held);
      if (isHour) series.learnHour(minute, held);
      if (isDay) series.learnDay();
    }
  }

  #hasRoom(minute: number): boolean {
    if (this.size >= SERIES_MAX && this.#forgotMinute !== minute) this.#forget(minute);
    return this.size < SERIES_MAX;
  }

  /** What came in one minute only, not this one, or was silent for a day: a flood must not push out what is known. */
  #forget(minute: number): void {
    this.#forgotMinute = minute;
    const oldest = [...this.#places]
      .filter(([key, { series }]) => !this.#open.has(key) && series.lastMinute < (series.isOnce ? minute : minute - SILENT_MINUTES))
      .sort(([, { series: one }], [, { series: other }]) => +other.isOnce - +one.isOnce || one.lastMinute - other.lastMinute)
      .slice(0, SERIES_MAX / 20);
    for (const [key] of oldest) this.#places.delete(key);
    this.forgotten += oldest.length;
    const left = new Set([...this.#places.values()].map(({ signature }) => signature));
    for (const signature of this.#wholes.keys()) if (!left.has(signature) && !this.#open.has(signature)) this.#wholes.delete(signature);
  }
}
