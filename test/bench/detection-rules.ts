/**
 * What detection is compared with, on the same minutes. Sentry's published rule for escalating issues: hourly counts of seven days of an
 * issue give a ceiling (field's parameters as published in `escalating_issues_alg.py`); the hour that passes it escalates. And what many
 * write themselves: mean and three standard deviations of the five-minute counts of a series over seven days. Both get Datadog's rule for
 * new errors (five in a minute) besides, else they could not know of these.
 */
export interface Alarm {
  readonly minute: number;
  readonly signature: string;
}

const WEEK_HOURS = 168;
const NEW_MIN = 5;
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Signatures with five in their first minute. */
function isNew(known: Set<string>, signature: string, count: number): boolean {
  const isFirst = !known.has(signature);
  known.add(signature);
  return isFirst && count >= NEW_MIN;
}

export class SentryRule {
  readonly #hours = new Map<string, { counts: number[]; days: number[]; now: number; told: boolean; ceiling: number }>();
  readonly #known = new Set<string>();
  #hour = -1;

  minute(minute: number, counts: ReadonlyMap<string, number>): Alarm[] {
    const hour = Math.floor(minute / 60);
    if (hour !== this.#hour) this.#turn(hour);
    const alarms: Alarm[] = [];
    const sums = new Map<string, number>();
    for (const [key, count] of counts) {
      const signature = key.slice(0, key.indexOf('\n'));
      sums.set(signature, (sums.get(signature) ?? 0) + count);
    }
    for (const [signature, count] of sums) {
      const fresh = isNew(this.#known, signature, count);
      let one = this.#hours.get(signature);
      if (one === undefined) {
        one = { counts: [], days: [], now: 0, told: false, ceiling: Number.POSITIVE_INFINITY };
        this.#hours.set(signature, one);
      }
      one.now += count;
      if (!fresh && (one.told || one.now <= one.ceiling)) continue;
      one.told = true;
      alarms.push({ minute, signature });
    }
    return alarms;
  }

  #turn(hour: number): void {
    const day = Math.floor(hour / 24) % 7;
    for (const one of this.#hours.values()) {
      // An issue that goes on escalating is told once.
      one.told = one.told && one.now > one.ceiling;
      one.counts.push(one.now);
      one.days.push(Math.floor((hour - 1) / 24) % 7);
      if (one.counts.length > WEEK_HOURS) {
        one.counts.shift();
        one.days.shift();
      }
      one.now = 0;
      one.ceiling = ceilingOf(one.counts, one.days, day);
    }
    this.#hour = hour;
  }
}

export function ceilingOf(counts: readonly number[], days: readonly number[], day: number): number {
  let [max, sum, weighted, weights] = [0, 0, 0, 0];
  for (const [index, count] of counts.entries()) {
    max = Math.max(max, count);
    sum += count;
    const weight = days[index] === day ? 2 : 1;
    weighted += weight * count;
    weights += weight;
  }
  if (counts.length < WEEK_HOURS) return 10 * max;
  const mean = sum / counts.length;
  const sd = Math.sqrt(counts.reduce((all, count) => all + (count - mean) ** 2, 0) / counts.length);
  if (mean === 0) return 0;
  const limit1 = max * clamp(5 * Math.exp(-0.65 * (sd / mean)), 2, 5);
  const limit2 = weighted / weights + mean * clamp((mean + 5 * sd) / mean, 5, 8);
  return Math.max(limit1, limit2);
}

const WINDOW = 5;
const HISTORY = 7 * 24 * 60;
const CALM = 10;

export class ThreeSigma {
  readonly #series = new Map<
    string,
    { minutes: { at: number; count: number }[]; sum: number; squares: number; toldAt: number; from: number }
  >();
  readonly #known = new Set<string>();

  minute(minute: number, counts: ReadonlyMap<string, number>): Alarm[] {
    const alarms: Alarm[] = [];
    for (const [key, count] of counts) {
      const signature = key.slice(0, key.indexOf('\n'));
      const fresh = isNew(this.#known, signature, count);
      let one = this.#series.get(key);
      if (one === undefined) {
        one = { minutes: [], sum: 0, squares: 0, toldAt: -CALM, from: minute };
        this.#series.set(key, one);
      }
      one.minutes.push({ at: minute, count });
      let window = 0;
      for (let at = one.minutes.length - 1; at >= 0 && one.minutes[at]!.at > minute - WINDOW; at--) window += one.minutes[at]!.count;
      while (one.minutes[0]!.at <= minute - HISTORY) {
        const old = one.minutes.shift()!;
        one.sum -= old.count;
        one.squares -= old.count ** 2;
      }
      one.sum += count;
      one.squares += count ** 2;
      const span = Math.min(HISTORY, minute - one.from + 1);
      const mean = (one.sum / span) * WINDOW;
      const sd = Math.sqrt(Math.max(0, one.squares / span - (one.sum / span) ** 2) * WINDOW);
      const isHigh = span >= 24 * 60 && window >= NEW_MIN && window > mean + 3 * sd;
      if (!isHigh && !fresh) continue;
      if (minute - one.toldAt >= CALM) alarms.push({ minute, signature });
      one.toldAt = minute;
    }
    return alarms;
  }
}
