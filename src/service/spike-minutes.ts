/**
 * Minutes that wait to be judged: what tallies and the history say, by minute, with what is known of each signature. Part of spikes.ts.
 * Bounded: WAITING_MAX counts; far future and past are left out, which only a wrong clock or an import sends.
 */
import type { ErrorHistory, ErrorRule, ErrorTally, Level, TallyGroup } from '../model.ts';
import type { Complained } from '../report/collapse.ts';
import type { Complaint } from '../report/dependency.ts';
import type { BoardMinute } from '../report/spike-board.ts';
import type { SpikeCount } from '../report/spike-finder.ts';
import { type RawFacts, SpikeRules } from '../report/spike-rules.ts';

const MINUTE_US = 60e6;
/** What was delayed counts into the next minute that is judged. */
const LATE_MINUTES = 15;
const FUTURE_MINUTES = 120;
const WAITING_MAX = 200_000;
/** Five within this are a hurry. */
const HURRY_US = 30e6;
const HURRY = 5;
/** Signatures that complain, remembered over restarts. */
const MEMORY_MAX = 2000;
const SAMPLES_MAX = 20;
/** Twice as many as there are groups. */
const FACTS_MAX = 20_000;

interface Waiting {
  readonly counts: Map<string, [signature: string, service: string, host: string, count: number]>;
  readonly complaints: Complained[];
  readonly critical: Set<string>;
}

export class PendingMinutes {
  readonly #minutes = new Map<number, Waiting>();
  readonly #facts = new Map<string, RawFacts>();
  /** Newest of each, µs, by what hurries as one. */
  readonly #newest = new Map<string, readonly number[]>();
  #rules: SpikeRules;
  #complains = new Map<string, Complaint>();
  readonly #rushed = new Set<string>();
  #waiting = 0;
  /** The first minute that was ever judged; undefined: none was. */
  since: number | undefined;

  constructor(rules: readonly ErrorRule[] = []) {
    this.#rules = new SpikeRules(rules);
  }

  /** Other rules hold for all that waits; what was handed out before has to be learned again. */
  configure(rules: readonly ErrorRule[]): void {
    this.#rules = new SpikeRules(rules);
  }

  /** True: an error that was not known came in a hurry, or is CRITICAL. */
  add({ groups }: ErrorTally, watermark: number): boolean {
    let isHurried = false;
    for (const group of groups) {
      const { signature, level, counts, complaints = [] } = group;
      const isKnown = this.#facts.has(signature);
      const hurries = this.#rules.hurries(signature, this.#note(group));
      if (hurries !== undefined && this.#isHurried(hurries, group, { watermark, isKnown })) isHurried = true;
      const due = (minute: number): Waiting | undefined => this.#due(minute, watermark);
      for (const [minute, service, host, count] of counts) {
        const waiting = due(minute);
        if (waiting === undefined) continue;
        this.#count(waiting, [signature, service, host, count]);
        if (level === 'CRITICAL') waiting.critical.add(signature);
      }
      for (const [minute, kind, address, service, host, count] of complaints) {
        const complaint: Complaint = address === '' ? { kind } : { kind, address };
        due(minute)?.complaints.push({ ...complaint, signature, service, host, count });
        this.#complains.delete(signature);
        this.#complains.set(signature, complaint);
      }
    }
    return isHurried;
  }

  readonly #hurried = new Set<string>();

  #note({ signature, title, parts, level, samples }: TallyGroup): RawFacts {
    const known = this.#facts.get(signature);
    if (this.#facts.size >= FACTS_MAX && known === undefined) this.#facts.delete(this.#facts.keys().next().value!);
    const facts = { title, parts, level: level as Level, samples: [...samples, ...(known?.samples ?? [])].slice(0, SAMPLES_MAX) };
    this.#facts.set(signature, facts);
    return facts;
  }

  /** Judged early only once, when it is not known: what is known waits for the end of its minute. */
  #isHurried(
    signature: string,
    { level, newestUs = [] }: TallyGroup,
    { watermark, isKnown }: { watermark: number; isKnown: boolean },
  ): boolean {
    const newest = [...(this.#newest.get(signature) ?? []), ...newestUs].sort((one, other) => one - other).slice(-HURRY);
    if (this.#newest.size >= FACTS_MAX && !this.#newest.has(signature)) this.#newest.delete(this.#newest.keys().next().value!);
    this.#newest.set(signature, newest);
    const isRushed = newest.length === HURRY && newest.at(-1)! - newest[0]! <= HURRY_US && newest.at(-1)! >= watermark * MINUTE_US;
    if (isRushed) this.#rushed.add(signature);
    if (!(isRushed && !this.#hurried.has(signature)) && !(level === 'CRITICAL' && !isKnown)) return false;
    if (this.#hurried.size >= FACTS_MAX) this.#hurried.clear();
    this.#hurried.add(signature);
    return true;
  }

  #due(minute: number, watermark: number): Waiting | undefined {
    if (minute < watermark - LATE_MINUTES || minute > watermark + FUTURE_MINUTES) return undefined;
    return this.#of(Math.max(minute, watermark));
  }

  #of(minute: number): Waiting {
    let waiting = this.#minutes.get(minute);
    if (waiting === undefined) {
      waiting = { counts: new Map(), complaints: [], critical: new Set() };
      this.#minutes.set(minute, waiting);
    }
    return waiting;
  }

  #count({ counts }: Waiting, [signature, service, host, count]: SpikeCount): void {
    const key = `${signature}\n${service}\n${host}`;
    const counted = counts.get(key);
    if (counted !== undefined) counted[3] += count;
    else if (this.#waiting < WAITING_MAX) {
      this.#waiting++;
      counts.set(key, [signature, service, host, count]);
    }
  }

  /** Minutes with counts of the history, in order; they take the place of what tallies said of [from, until). */
  replace({ counts, groups, places }: ErrorHistory, from: number, until: number): number[] {
    for (let minute = from; minute < until; minute++) this.#minutes.delete(minute);
    this.#waiting = [...this.#minutes.values()].reduce((sum, { counts: all }) => sum + all.size, 0);
    for (const { signature, title, level, parts, samples } of groups) {
      const facts = { title, parts, level: level as Level, samples };
      this.#facts.set(signature, facts);
      const hurries = this.#rules.hurries(signature, facts);
      if (hurries !== undefined) this.#hurried.add(hurries);
    }
    const minutes: number[] = [];
    for (let at = 0; at < counts.length; at += 4) {
      const minute = counts[at]!;
      const { signature, level } = groups[counts[at + 1]!]!;
      const [service, host] = places[counts[at + 2]!]!;
      const count = counts[at + 3]!;
      const waiting = this.#of(minute);
      this.#count(waiting, [signature, service, host, count]);
      if (level === 'CRITICAL') waiting.critical.add(signature);
      const complaint = this.#complains.get(signature);
      if (complaint !== undefined) waiting.complaints.push({ ...complaint, signature, service, host, count });
      if (minutes.at(-1) !== minute) minutes.push(minute);
    }
    return minutes;
  }

  /** What is to be judged of this minute; it is forgotten here. */
  minute(minute: number): Omit<BoardMinute, 'isHeld' | 'maintenance'> {
    const waiting = this.#minutes.get(minute);
    this.#minutes.delete(minute);
    this.#waiting -= waiting?.counts.size ?? 0;
    const rushed = new Set(this.#rushed);
    this.#rushed.clear();
    return {
      ...{ minute, rushed, nowUs: (minute + 1) * MINUTE_US },
      ...this.#rules.apply({
        counts: [...(waiting?.counts.values() ?? [])],
        complaints: waiting?.complaints ?? [],
        critical: waiting?.critical ?? new Set(),
        facts: (signature) => this.#facts.get(signature),
      }),
    };
  }

  /** JSON of what a restart has to know besides the counts. */
  memory(): string {
    return JSON.stringify({ since: this.since, complains: [...this.#complains].slice(-MEMORY_MAX) });
  }

  recall(memory: string): void {
    const { since, complains = [] } = JSON.parse(memory) as { since?: number; complains?: [string, Complaint][] };
    this.since = since;
    this.#complains = new Map(complains);
  }
}
