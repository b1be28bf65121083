/** Which seqs of a range were seen: a bit each, so that a file of 200 million records takes 25 MB. */

/** A damaged row could claim any range; more than this is no file of ours (it holds 4 GiB). */
const SEQS_MAX = 2 ** 33;

export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

export class SeqCover {
  readonly range: SeqRange;
  readonly #bits: Uint8Array;
  /** Seqs that were seen a second time. */
  readonly twice: number[] = [];

  constructor(range: SeqRange) {
    this.range = range;
    const count = Math.max(0, range.last - range.first + 1);
    this.#bits = new Uint8Array(count > SEQS_MAX ? 0 : Math.ceil(count / 8));
  }

  /** False for a range that cannot be right: nothing is known of it. */
  get isKnown(): boolean {
    return this.#bits.length > 0;
  }

  see(seq: number): void {
    const at = seq - this.range.first;
    const bit = 1 << (at & 7);
    const byte = Math.floor(at / 8);
    if (at < 0 || byte >= this.#bits.length) return;
    if ((this.#bits[byte]! & bit) !== 0 && this.twice.length < 100) this.twice.push(seq);
    this.#bits[byte]! |= bit;
  }

  has(seq: number): boolean {
    const at = seq - this.range.first;
    return at >= 0 && ((this.#bits[Math.floor(at / 8)] ?? 0) & (1 << (at & 7))) !== 0;
  }

  /** Takes a whole range as seen: what a damaged unit says that it holds is named with that unit. */
  excuse({ first, last }: SeqRange): void {
    if (!this.isKnown) return;
    for (let seq = Math.max(first, this.range.first); seq <= Math.min(last, this.range.last); seq++) {
      const at = seq - this.range.first;
      this.#bits[Math.floor(at / 8)]! |= 1 << (at & 7);
    }
  }

  gaps(): SeqRange[] {
    const gaps: SeqRange[] = [];
    if (!this.isKnown) return gaps;
    let first: number | undefined;
    const { range } = this;
    for (let seq = range.first; seq <= range.last; seq++) {
      if (this.has(seq)) {
        if (first !== undefined) gaps.push({ first, last: seq - 1 });
        first = undefined;
      } else first ??= seq;
    }
    if (first !== undefined) gaps.push({ first, last: range.last });
    return gaps;
  }
}
