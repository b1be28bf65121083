/**
 * The Snappy block format, unpacked: what Loki's clients send their protobuf in. Pure: bytes in, bytes out. Not here: the
 * framed format (`.sz`), packing.
 *
 * Invariant: memory is what the block announces, which is believed only within the limit and within what a block of that size
 * can hold at all; anything else is `bad-body` or `too-large`, never a read or write outside. Source: google/snappy, format_description.txt.
 */
import { CodedError } from '../base/errors.ts';

/** Three bytes copy at most 64: no block grows more than this. */
const RATIO_MAX = 22;

/** Throws `bad-body`, `too-large`. */
export function unsnappy(block: Uint8Array, bytesMax: number): Uint8Array {
  const { length, at } = announced(block);
  if (length > bytesMax) throw new CodedError('too-large', `The body becomes more than ${bytesMax} bytes`);
  if (length > block.length * RATIO_MAX) throw broken('announces more than it can hold');
  const output = new Uint8Array(length);
  let from = at;
  let to = 0;
  while (from < block.length) {
    const tag = block[from]!;
    const { literal, size, offset, next } = element(block, from, tag);
    if (to + size > length) throw broken('holds more than it announces');
    if (literal) {
      if (next + size > block.length) throw broken('ends within a literal');
      output.set(block.subarray(next, next + size), to);
      from = next + size;
    } else {
      if (offset === 0 || offset > to) throw broken('copies from before its beginning');
      // A copy may read what it writes: then its beginning repeats.
      if (offset >= size) output.copyWithin(to, to - offset, to - offset + size);
      else for (let index = 0; index < size; index++) output[to + index] = output[to - offset + index]!;
      from = next;
    }
    to += size;
  }
  if (to !== length) throw broken('holds less than it announces');
  return output;
}

/** The length in front, a varint of 32 bits. */
function announced(block: Uint8Array): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw broken('has no length');
}

interface Element {
  readonly literal: boolean;
  readonly size: number;
  readonly offset: number;
  /** Behind the tag. */
  readonly next: number;
}

function element(block: Uint8Array, at: number, tag: number): Element {
  const high = tag >> 2;
  switch (tag & 3) {
    case 0: {
      const extra = high < 60 ? 0 : high - 59;
      const size = extra === 0 ? high : little(block, at + 1, extra);
      return { literal: true, size: size + 1, offset: 0, next: at + 1 + extra };
    }
    case 1:
      return { literal: false, size: 4 + (high & 7), offset: ((tag >> 5) << 8) | little(block, at + 1, 1), next: at + 2 };
    case 2:
      return { literal: false, size: high + 1, offset: little(block, at + 1, 2), next: at + 3 };
    default:
      return { literal: false, size: high + 1, offset: little(block, at + 1, 4), next: at + 5 };
  }
}

function little(block: Uint8Array, at: number, count: number): number {
  if (at + count > block.length) throw broken('ends within an element');
  let number = 0;
  for (let index = count - 1; index >= 0; index--) number = number * 256 + block[at + index]!;
  return number;
}

function broken(why: string): CodedError {
  return new CodedError('bad-body', `The body is no Snappy block: it ${why}`);
}
