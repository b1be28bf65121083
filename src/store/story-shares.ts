/**
 * How many records of each id one search may still take: half from the oldest side and half from the newest, so that of an id
 * with too many both ends are known, also where one block alone has more than are wanted. What one side leaves, the other may have at last.
 */
import type { Needle } from './story-needles.ts';
import type { NeedleHits } from './story-scan.ts';

/** What was passed over on one side while the other had room. */
export interface Passed<U> {
  readonly unit: U;
  readonly fromEnd: boolean;
  readonly needle: Needle;
  /** Records of the unit that were taken already, from that side on. */
  readonly taken: number;
}

export class Shares {
  readonly #front = new Map<string, number>();
  readonly #back = new Map<string, number>();

  constructor(needles: readonly Needle[], each: (needle: Needle) => number) {
    for (const needle of needles) {
      const max = each(needle);
      this.#front.set(needle.key, Math.ceil(max / 2));
      this.#back.set(needle.key, Math.floor(max / 2));
    }
  }

  has(key: string, fromEnd: boolean): boolean {
    return this.#of(fromEnd).get(key)! > 0;
  }

  hasAny(key: string): boolean {
    return this.has(key, true) || this.has(key, false);
  }

  /** The records of a unit that fit, each once, and the ids that have more there. */
  choose(hits: NeedleHits, fromEnd: boolean): { indices: number[]; more: [Needle, taken: number][] } {
    const indices = new Set<number>();
    const more: [Needle, number][] = [];
    for (const [needle, list] of hits) {
      const share = this.#of(fromEnd);
      const taken = Math.min(list.length, share.get(needle.key)!);
      share.set(needle.key, share.get(needle.key)! - taken);
      if (taken < list.length) more.push([needle, taken]);
      for (const index of fromEnd ? list.slice(list.length - taken) : list.slice(0, taken)) indices.add(index);
    }
    return { indices: [...indices].sort((a, b) => a - b), more };
  }

  /** Of what was passed over, as much as both sides have left. `isOnly`: there is no other unit, so its far end is the other side. */
  rest(
    list: readonly number[],
    { needle: { key }, fromEnd, taken }: Passed<unknown>,
    isOnly: boolean,
  ): { indices: number[]; isCut: boolean } {
    const left = this.#front.get(key)! + this.#back.get(key)!;
    const open = fromEnd ? list.slice(0, list.length - taken) : list.slice(taken);
    const count = Math.min(left, open.length);
    this.#front.set(key, left - count);
    this.#back.set(key, 0);
    return { indices: fromEnd !== isOnly ? open.slice(open.length - count) : open.slice(0, count), isCut: count < open.length };
  }

  #of(fromEnd: boolean): Map<string, number> {
    return fromEnd ? this.#back : this.#front;
  }
}
