/**
 * Seeded randomness: the same seed gives the same numbers, ids and choices on every machine.
 * Not for secrets. Ids are made from a table of four hex digits, because a corpus needs several
 * hundred thousand of them a second (bench: test/bench/corpus.ts).
 * Source: sfc32 of PractRand (public domain algorithm), seeded by splitmix32.
 */

/** '0000' … 'ffff'. */
const HEX4: string[] = [];
for (let value = 0; value < 65_536; value++) HEX4.push(value.toString(16).padStart(4, '0'));

export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    let state = seed | 0;
    const mix = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let value = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
      return value ^ (value >>> 15);
    };
    this.#a = mix();
    this.#b = mix();
    this.#c = mix();
    // sfc32 asks for a dozen rounds before its output is well mixed.
    for (let round = 0; round < 12; round++) this.bits();
  }

  /** 32 random bits as an unsigned number. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    return this.bits() / 4_294_967_296;
  }

  /** Whole number in [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.fraction() * times < 1;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.fraction() * list.length)]!;
  }

  /** Lower-case hex digits; `digits` is a multiple of four. */
  hex(digits: number): string {
    let text = '';
    for (let done = 0; done < digits; done += 4) text += HEX4[this.bits() >>> 16]!;
    return text;
  }

  /** A UUID of version 4, dashed. */
  uuid(): string {
    const a = this.bits();
    const b = this.bits();
    const c = this.bits();
    const d = this.bits();
    const version = HEX4[0x4000 | (b & 0x0fff)]!;
    const variant = HEX4[0x8000 | (c >>> 18)]!;
    return `${HEX4[a >>> 16]!}${HEX4[a & 0xffff]!}-${HEX4[b >>> 16]!}-${version}-${variant}-${HEX4[c & 0xffff]!}${HEX4[d >>> 16]!}${HEX4[d & 0xffff]!}`;
  }
}
