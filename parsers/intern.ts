/**
 * One string object per value for what repeats (hosts, programs, loggers, users), so that a record does
 * not keep a whole line of text alive through a slice of it, and so that later tables find the hash of
 * the string already computed.
 *
 * A direct-mapped cache: the slot is picked by the length and three characters, a hit is one comparison
 * with the text in place. A newcomer evicts: memory is bounded by the number of slots. Earned by
 * test/bench/parse.ts: slicing and hashing instead costs about 0.4 µs a line.
 */

export type Intern = (text: string, start: number, end: number) => string;

/** Values longer than this are not kept: a hostile host name may not fill the slots with megabytes. */
const INTERNED_CHARS_MAX = 256;

/** `slots` is a power of two. */
export function interner(slots: number): Intern {
  const mask = slots - 1;
  const known: string[] = new Array(slots).fill('');
  return (text, start, end) => {
    const length = end - start;
    if (length === 0) return '';
    const slot =
      (length * 131 +
        text.charCodeAt(start) * 31 +
        text.charCodeAt(start + (length >> 1)) * 1009 +
        text.charCodeAt(end - 1) * 7 +
        text.charCodeAt(start + (length >> 2)) * 257) &
      mask;
    const candidate = known[slot]!;
    // Cutting and comparing is faster than `startsWith` from 20 characters on.
    const value = text.slice(start, end);
    if (candidate === value) return candidate;
    if (length > INTERNED_CHARS_MAX) return value;
    const fresh = flat(value);
    known[slot] = fresh;
    return fresh;
  };
}

/** A copy that does not point into the text it was cut from: property names are stored flat and once. */
export function flat(slice: string): string {
  return Object.keys({ [slice]: 0 })[0]!;
}
