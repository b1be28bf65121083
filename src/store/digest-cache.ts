/**
 * Digests of one day file as a reader keeps them, within a budget. Blocks never change, so nothing here grows stale.
 *
 * A count passes over all blocks in turn, which defeats every cache that throws out what was used longest ago: the next
 * pass would find nothing. So a place is taken from any other digest, and a cache of half the size answers half of them.
 */
import { type Digest, decodeDigest, type Interned } from './digest.ts';

/** Of one file and worker: 4 KiB a block on ordinary logs, so 32 million lines; 8 KiB where DEBUG is on: ten million lines of that fit, in half as much they did not. */
const DIGESTS_BYTES_MAX = 16 * 1024 * 1024;
/** Lists of values are shared; a file whose blocks share none must not fill memory. */
const LISTS_MAX = 2000;

export class DigestCache {
  readonly #digests = new Map<number, Digest>();
  #ids: number[] = [];
  #interned: Interned = new Map();
  #bytes = 0;
  #next = 1;

  get(id: number, read: () => Buffer | undefined): Digest | undefined {
    const known = this.#digests.get(id);
    if (known !== undefined) return known;
    const packed = read();
    if (packed === undefined) return undefined;
    if (this.#interned.size > LISTS_MAX) this.#interned = new Map();
    const digest = decodeDigest(packed, this.#interned);
    if (digest !== undefined) this.#keep(id, digest);
    return digest;
  }

  #keep(id: number, digest: Digest): void {
    while (this.#bytes + digest.bytes > DIGESTS_BYTES_MAX && this.#ids.length > 0) this.#drop();
    this.#digests.set(id, digest);
    this.#ids.push(id);
    this.#bytes += digest.bytes;
  }

  /** Any of them; the same ones in each run, which a test can rely on. */
  #drop(): void {
    this.#next = (Math.imul(this.#next, 1_103_515_245) + 12_345) >>> 0;
    const at = this.#next % this.#ids.length;
    const id = this.#ids[at]!;
    this.#ids[at] = this.#ids.at(-1)!;
    this.#ids.pop();
    this.#bytes -= this.#digests.get(id)!.bytes;
    this.#digests.delete(id);
  }
}
