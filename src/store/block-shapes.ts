/**
 * The shape column of a block: which shape each record's message has, and the how manieth of its shape the record is. Not here: the variables between
 * the constant texts (variables.ts).
 */
import { ByteReader } from '../base/bytes.ts';
import { type Codes, readCodes } from './codecs.ts';

/** `S`: a shape as its reader knows it. */
interface Decoded<S> {
  readonly list: readonly S[];
  readonly codes: Codes;
  readonly places: Uint16Array;
  readonly counts: readonly number[];
}

/** Throws where a record has a shape that the block has not. */
export function decodeShapes<S>(bytes: Buffer, recordCount: number, shapeOf: (number: number) => S): Decoded<S> {
  const input = new ByteReader(bytes);
  const size = input.varint();
  const list: S[] = [];
  for (let shape = 0; shape < size; shape++) list.push(shapeOf(input.varint()));
  const codes = readCodes(input, { count: recordCount, wide: size >= 256, constant: false });
  const counts = new Array<number>(size + 1).fill(0);
  const places = new Uint16Array(recordCount);
  for (let index = 0; index < recordCount; index++) {
    const code = codes[index]!;
    if (code > size) throw new Error('shape outside the block');
    places[index] = counts[code]!++;
  }
  return { list, codes, places, counts };
}
