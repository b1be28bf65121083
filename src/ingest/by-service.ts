/**
 * How many records were stored, by service and level: for graphs and alerts of `/metrics`, counted per commit. Not here: counts that can be
 * asked for with a filter (store/count-table.ts).
 * Invariant: all counts together are all records; services are bounded, because pushes may name any: what does not fit, or is no word, is `other`.
 */
import { LEVELS, type LogRecord } from '../model.ts';

/** One of them: service (`none` without), level (`none` without), records since the last take. */
export type ServiceCount = readonly [service: string, level: string, count: number];

/** OpenStack and all daemons beside it are about seventy; the rest are a site's own. With eight levels each, what a scrape still carries. */
const SERVICES_MAX = 100;
const WORD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const NONE = 'none';
const OTHER = 'other';
const NO_LEVEL = LEVELS.length;
const RANKS: ReadonlyMap<string | undefined, number> = new Map([...LEVELS.entries()].map(([rank, level]) => [level, rank]));

export class ByService {
  readonly #counts = new Map<string, Float64Array>();

  add(records: readonly LogRecord[]): void {
    // Neighbours are mostly of one service.
    let service: string | undefined;
    let counts = this.#countsOf(undefined);
    for (const record of records) {
      if (record.service !== service) {
        service = record.service;
        counts = this.#countsOf(service);
      }
      counts[RANKS.get(record.level) ?? NO_LEVEL]!++;
    }
  }

  #countsOf(service: string | undefined): Float64Array {
    const name = service ?? NONE;
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    if (name !== OTHER && (this.#counts.size >= SERVICES_MAX || !WORD.test(name))) return this.#countsOf(OTHER);
    const counts = new Float64Array(LEVELS.length + 1);
    this.#counts.set(name, counts);
    return counts;
  }

  /** Takes what was counted; the services stay known, so that their number is bounded over all takes. */
  take(): ServiceCount[] {
    const taken: ServiceCount[] = [];
    for (const [service, counts] of this.#counts) {
      for (let rank = 0; rank < counts.length; rank++) {
        if (counts[rank]! > 0) taken.push([service, LEVELS[rank] ?? NONE, counts[rank]!]);
      }
      counts.fill(0);
    }
    return taken;
  }
}
