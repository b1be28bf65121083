/**
 * Errors by group for `GET /metrics`, since the start of this process: the most frequent groups by name, all others as one. Not the groups
 * themselves, which are kept and know the past (store/errors.ts).
 * Invariants: all counts together are all errors counted; none ever falls while it is shown, as counters must not; bounded by SHOWN_MAX and KNOWN_MAX.
 */

/** As many series as a Prometheus does not feel. */
export const SHOWN_MAX = 50;
/** Groups whose frequency is known; beyond them the oldest that are not shown begin anew. */
const KNOWN_MAX = 2000;
/** Who takes another's place has twice its errors: two alike would take turns. */
const TIMES = 2;

interface Known {
  /** What decides who is shown. */
  total: number;
  /** Since it is shown; undefined: it counts into the others. */
  shown: number | undefined;
  level: string;
}

export class GroupCounts {
  readonly #known = new Map<string, Known>();
  readonly #shown = new Set<string>();
  #others = 0;

  add(signature: string, level: string, count: number): void {
    const known = this.#knownOf(signature, level);
    known.total += count;
    if (known.shown === undefined && this.#mayShow(known)) {
      known.shown = 0;
      this.#shown.add(signature);
    }
    if (known.shown === undefined) this.#others += count;
    else known.shown += count;
  }

  /** Errors of groups that are not shown. */
  get others(): number {
    return this.#others;
  }

  shown(): { signature: string; level: string; count: number }[] {
    return [...this.#shown].map((signature) => {
      const { level, shown = 0 } = this.#known.get(signature)!;
      return { signature, level, count: shown };
    });
  }

  #knownOf(signature: string, level: string): Known {
    const known = this.#known.get(signature);
    if (known !== undefined) return known;
    if (this.#known.size >= KNOWN_MAX)
      for (const old of this.#known.keys())
        if (!this.#shown.has(old)) {
          this.#known.delete(old);
          break;
        }
    const fresh = { total: 0, shown: undefined, level };
    this.#known.set(signature, fresh);
    return fresh;
  }

  /** Makes room where another has much less. */
  #mayShow({ total }: Known): boolean {
    if (this.#shown.size < SHOWN_MAX) return true;
    const least = [...this.#shown].reduce((one, other) => (this.#known.get(other)!.total < this.#known.get(one)!.total ? other : one));
    const known = this.#known.get(least)!;
    if (total < TIMES * known.total) return false;
    this.#others += known.shown!;
    known.shown = undefined;
    this.#shown.delete(least);
    return true;
  }
}
