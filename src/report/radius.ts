/**
 * How many different things an error hit: a set that is exact while it is small and a HyperLogLog beyond (Flajolet et al., 2007, with
 * linear counting for what is still small). It only ever says how many, and whether that is exact.
 *
 * On disk: first byte 0: hashes of 8 bytes, sorted; 1: 1024 registers. Merging is the union in either form. Own lines because what the
 * registry has is unmaintained (`hyperloglog`, `hyperloglog-lite`: 0.1 and 1.0 of ten years ago, no licence) or brings eight packages
 * along (`bloom-filters`: lodash, reflect-metadata, …); the sum below is all there is to it.
 */

/** Of what an error can hit; the order on disk. */
export const RADIUS_SETS = ['hosts', 'services', 'requests', 'instances', 'projects'] as const;

/** 512 bytes of hashes: half of what the registers take. */
const EXACT_MAX = 64;
/** 1024 registers: a standard error of 1.04 / sqrt(1024) = 3.3 %. */
const INDEX_BITS = 10;
const REGISTERS = 1 << INDEX_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

export class DistinctSet {
  #exact: Set<string> | undefined = new Set();
  #registers: Uint8Array | undefined;

  static from(bytes: Uint8Array | undefined): DistinctSet {
    const set = new DistinctSet();
    if (bytes !== undefined) set.merge(bytes);
    return set;
  }

  add(text: string): void {
    const [high, low] = hash64(text);
    this.#addHash(high, low);
  }

  /** Bytes made by `bytes()`; what is none of ours is nothing. */
  merge(bytes: Uint8Array): void {
    if (bytes[0] === 1 && bytes.length === REGISTERS + 1) {
      const registers = this.#dense();
      for (let index = 0; index < REGISTERS; index++) registers[index] = Math.max(registers[index]!, bytes[index + 1]!);
      return;
    }
    if (bytes[0] !== 0) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 1; at + 8 <= bytes.length; at += 8) this.#addHash(view.getUint32(at), view.getUint32(at + 4));
  }

  get isExact(): boolean {
    return this.#exact !== undefined;
  }

  get size(): number {
    if (this.#exact !== undefined) return this.#exact.size;
    let sum = 0;
    let empty = 0;
    for (const register of this.#registers!) {
      sum += 2 ** -register;
      if (register === 0) empty++;
    }
    const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
    // Few of many registers are hit: counting the empty ones is closer.
    return Math.round(raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw);
  }

  bytes(): Uint8Array {
    if (this.#exact === undefined) return Uint8Array.of(1, ...this.#registers!);
    const bytes = new Uint8Array(1 + this.#exact.size * 8);
    [...this.#exact].sort().forEach((hex, index) => void bytes.set(Buffer.from(hex, 'hex'), 1 + index * 8));
    return bytes;
  }

  #addHash(high: number, low: number): void {
    if (this.#exact !== undefined) {
      this.#exact.add(high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0'));
      if (this.#exact.size > EXACT_MAX) this.#dense();
      return;
    }
    count(this.#registers!, high, low);
  }

  #dense(): Uint8Array {
    if (this.#registers !== undefined) return this.#registers;
    this.#registers = new Uint8Array(REGISTERS);
    for (const hex of this.#exact ?? []) count(this.#registers, Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8), 16));
    this.#exact = undefined;
    return this.#registers;
  }
}

/** The register is chosen by one half of the hash, the run of zeros is taken from the other. */
function count(registers: Uint8Array, high: number, low: number): void {
  const index = high >>> (32 - INDEX_BITS);
  registers[index] = Math.max(registers[index]!, Math.clz32(low) + 1);
}

/** Two sums of different primes, each mixed until every bit of the text reaches every bit of the hash. */
function hash64(text: string): [number, number] {
  let high = 0x811c9dc5 | 0;
  let low = 0x9747b28c | 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b) ^ (low >>> 15);
  }
  return [mixed(high), mixed(low)];
}

function mixed(hash: number): number {
  let value = hash ^ (hash >>> 16);
  value = Math.imul(value, 0x7feb352d);
  value ^= value >>> 15;
  value = Math.imul(value, 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}
