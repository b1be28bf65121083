/**
 * The heads column of a block: the first eight digits of what may be an id but does not stand in the block's table of ids - spelled in upper case, as
 * swift names an account, digits alone. A story asks a block for a hundred ids, and of nearly all of them this says that the table has every place
 * where they stand. Which heads these are: terms.ts. Invariant: an id without its head here is found by its places in the table alone.
 */
import { ByteReader, ByteWriter } from '../base/bytes.ts';

// [count] then the difference of each from the one before.
export function encodeHeads(heads: Uint32Array): Buffer {
  const out = new ByteWriter(heads.length * 4 + 8);
  out.varint(heads.length);
  let before = 0;
  for (const head of heads) {
    out.varint(head - before);
    before = head;
  }
  return out.view();
}

/** Ascending; how many there are is checked against the bytes. */
export function decodeHeads(bytes: Buffer): Uint32Array {
  const input = new ByteReader(bytes);
  const count = input.varint();
  if (count > bytes.length) throw new Error('more heads than bytes');
  const heads = new Uint32Array(count);
  let before = 0;
  for (let index = 0; index < count; index++) {
    before += input.varint();
    heads[index] = before;
  }
  return heads;
}

/** Eight hex digits, lower case. */
export function hasHead(heads: Uint32Array, digits: string): boolean {
  const wanted = Number.parseInt(digits, 16);
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (heads[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return heads[low] === wanted;
}
