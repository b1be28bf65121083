/**
 * The variables of a block's messages as they are read: one stream per slot of each shape, so that like stands beside like;
 * only the slots of the shapes that are asked for are decoded. FORMAT.md draws the streams. Not here: writing (variables-write.ts).
 */
import { ByteReader } from '../base/bytes.ts';
import { SLOT } from '../base/shape.ts';
import { fold } from '../base/tokens.ts';
import { decodeDictionary } from './codecs.ts';
import { idsWith } from './ids.ts';
import { decodeDecimals, decodeIntegers, decodePositions, decodeSlot, MODE, powerOf, readPositions, textAt } from './slot-values.ts';

/** A text of one record costs at most what skipping to it does; after this many of them all are made. */
const SINGLES_MAX = 8;

/** Reads streams by shape, lazily: `values(shape)[slot][n]` is the text of the slot in the shape's n-th record. */
export class Variables {
  /** The whole column. */
  readonly raw: Buffer;
  readonly #ids: Buffer;
  /** Where each shape's streams begin. */
  readonly #starts: number[] = [];
  readonly #kinds: readonly (readonly number[])[];
  readonly #counts: readonly number[];
  readonly #decoded = new Map<number, string[][]>();
  readonly #streams = new Map<number, Buffer[]>();
  /** How often single records of a shape were asked for. */
  readonly #asked = new Map<number, number>();

  constructor(bytes: Buffer, ids: Buffer, shapes: { kinds: readonly (readonly number[])[]; counts: readonly number[] }) {
    this.raw = bytes;
    this.#ids = ids;
    this.#kinds = shapes.kinds;
    this.#counts = shapes.counts;
    const input = new ByteReader(bytes);
    for (const kinds of shapes.kinds) {
      this.#starts.push(input.at);
      for (let slot = 0; slot < kinds.length; slot++) input.skip(input.varint());
    }
  }

  /** Records of the shape. */
  count(shape: number): number {
    return this.#counts[shape]!;
  }

  /** The texts of a slot of kind text or hex: each once where the stream has them so. */
  distinct(shape: number, slot: number): readonly string[] {
    const kind = this.#kinds[shape]![slot]!;
    const stream = this.#slotStreams(shape)[slot]!;
    const count = this.#counts[shape]!;
    if (kind === SLOT.text && stream[0] === MODE.dictionary)
      return decodeDictionary(stream.subarray(1), count).values.map((value) => value ?? '');
    return decodeSlot(kind, stream, { count, ids: this.#ids });
  }

  /** The texts of all slots in the shape's `place`-th record. */
  at(shape: number, place: number): string[] {
    const asked = this.#asked.get(shape) ?? 0;
    // Fast path - of a needle's block a few messages are wanted, and thousands of texts would be made for them (bench:search).
    if (asked >= SINGLES_MAX || this.#decoded.has(shape)) return this.values(shape).map((texts) => texts[place]!);
    this.#asked.set(shape, asked + 1);
    const of = { count: this.#counts[shape]!, ids: this.#ids, place };
    const streams = this.#slotStreams(shape);
    return this.#kinds[shape]!.map((kind, slot) => textAt(kind, streams[slot]!, of));
  }

  values(shape: number): string[][] {
    let slots = this.#decoded.get(shape);
    if (slots === undefined) {
      const of = { count: this.#counts[shape]!, ids: this.#ids };
      const streams = this.#slotStreams(shape);
      slots = this.#kinds[shape]!.map((kind, slot) => decodeSlot(kind, streams[slot]!, of));
      this.#decoded.set(shape, slots);
    }
    return slots;
  }

  /** Places of the shape's records whose value in the slot holds the folded literal, as a part or as a whole token. */
  placesWith(shape: number, slot: number, literal: Literal): readonly number[] {
    const stream = this.#slotStreams(shape)[slot]!;
    const count = this.#counts[shape]!;
    switch (this.#kinds[shape]![slot]) {
      case SLOT.integer:
        return integersWith(decodeIntegers(stream, count), literal);
      case SLOT.uuid:
      case SLOT.hex32: {
        const dashed = this.#kinds[shape]![slot] === SLOT.uuid;
        if (literal.isToken && !(dashed ? UUID_TOKENS : HEX32_TOKENS).has(literal.text.length)) return [];
        const hits = idsWith(this.#ids, dashed, literal.text);
        return hits.size === 0 ? [] : placesOf(this.positions(shape, slot), (position) => hits.has(position));
      }
      case SLOT.text:
        return textsWith(stream, count, literal.text);
      case SLOT.decimal:
        return decimalsWith(stream, count, literal);
      default:
        return placesOf(decodeSlot(this.#kinds[shape]![slot]!, stream, { count, ids: this.#ids }), (value) => value.includes(literal.text));
    }
  }

  /** The numbers of a slot of kind integer or decimal, with the digits behind the dot of each; undefined for other kinds. */
  numbers(shape: number, slot: number): SlotNumbers | undefined {
    const kind = this.#kinds[shape]![slot];
    const stream = this.#slotStreams(shape)[slot]!;
    const count = this.#counts[shape]!;
    if (kind === SLOT.integer) return { values: decodeIntegers(stream, count), scales: undefined };
    if (kind !== SLOT.decimal) return undefined;
    const { scales, digits } = decodeDecimals(stream, count);
    // The quotient of two exact numbers is rounded as the text would be.
    for (let index = 0; index < count; index++) digits[index]! /= powerOf(scales[index]!);
    return { values: digits, scales };
  }

  /** Positions in the table of ids, for a slot of kind uuid or hex32: ids are compared without making their texts. */
  positions(shape: number, slot: number): Int32Array {
    const input = new ByteReader(this.#slotStreams(shape)[slot]!);
    return decodePositions(input, this.#counts[shape]!, this.#ids);
  }

  /** In whose stream the byte of `raw` lies, and where that ends; undefined: it is the length of one. */
  slotAt(place: number): { shape: number; slot: number; end: number } | undefined {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= place) low = middle + 1;
      else high = middle;
    }
    const shape = low - 1;
    const input = new ByteReader(this.raw, this.#starts[shape]);
    for (let slot = 0; slot < this.#kinds[shape]!.length; slot++) {
      const length = input.varint();
      if (place < input.at) return undefined;
      input.skip(length);
      if (place < input.at) return { shape, slot, end: input.at };
    }
    return undefined;
  }

  /**
   * Every reference to the table of ids, slot by slot: `each` gets the shape and, in the order of its records, their positions, in an array that is
   * used again for the next slot. Fast path - without a view of each stream and a list for each slot (a fiftieth of a story).
   */
  eachIdSlot(each: (shape: number, positions: Int32Array) => void): void {
    const input = new ByteReader(this.raw);
    const room = new Int32Array(Math.max(0, ...this.#counts));
    for (let shape = 0; shape < this.#kinds.length; shape++) {
      const kinds = this.#kinds[shape]!;
      const count = this.#counts[shape]!;
      for (let slot = 0; slot < kinds.length; slot++) {
        const end = input.varint() + input.at;
        if (kinds[slot] === SLOT.uuid || kinds[slot] === SLOT.hex32) {
          const positions = room.subarray(0, count);
          readPositions(input, this.#ids, positions);
          each(shape, positions);
        }
        input.at = end;
      }
    }
  }

  /** Could a slot of kind text or hex hold `part`, in any case? Looks at the bytes of the stream, makes no values. */
  mayHold(shape: number, slot: number, part: string): boolean {
    const stream = this.#slotStreams(shape)[slot]!;
    if (this.#kinds[shape]![slot] === SLOT.hex) return stream.toString('hex').includes(part);
    return stream.toString('latin1').toLowerCase().includes(part);
  }

  /** The bytes of a slot of kind text or hex as one text: what `mayHold` looks through, for those who look for many parts. */
  rawText(shape: number, slot: number): string {
    const stream = this.#slotStreams(shape)[slot]!;
    return stream.toString(this.#kinds[shape]![slot] === SLOT.hex ? 'hex' : 'latin1');
  }

  #slotStreams(shape: number): Buffer[] {
    let streams = this.#streams.get(shape);
    if (streams === undefined) {
      const input = new ByteReader(this.raw, this.#starts[shape]!);
      streams = this.#kinds[shape]!.map(() => input.block(input.varint()));
      this.#streams.set(shape, streams);
    }
    return streams;
  }
}

export interface SlotNumbers {
  readonly values: Float64Array;
  readonly scales: Float64Array | undefined;
}

/** Lengths of the tokens of an id. */
const UUID_TOKENS: ReadonlySet<number> = new Set([4, 8, 12]);
const HEX32_TOKENS: ReadonlySet<number> = new Set([32]);

/** A folded part of a text. `isToken`: it stands there as a whole token. */
export interface Literal {
  readonly text: string;
  readonly isToken: boolean;
}

function placesOf<T>(values: ArrayLike<T>, holds: (value: T) => boolean): number[] {
  const places: number[] = [];
  for (let place = 0; place < values.length; place++) if (holds(values[place]!)) places.push(place);
  return places;
}

/** An integer is a whole token: of a token only the equal one counts. */
function integersWith(values: Float64Array, { text, isToken }: Literal): number[] {
  if (isToken) {
    const wanted = Number(text);
    return String(wanted) === text ? placesOf(values, (value) => value === wanted) : [];
  }
  const least = 10 ** (text.length - 1);
  const known = new Map<number, boolean>();
  return placesOf(values, (value) => {
    if (value < least && text.length > 1) return false;
    let answer = known.get(value);
    if (answer === undefined) {
      answer = String(value).includes(text);
      known.set(value, answer);
    }
    return answer;
  });
}

/** A fraction is two tokens, for which no text need be made of it (a third of what counting a number cost). */
function decimalsWith(stream: Buffer, count: number, { text, isToken }: Literal): number[] {
  if (!isToken) return placesOf(decodeSlot(SLOT.decimal, stream, { count, ids: stream }), (value) => value.includes(text));
  const { scales, digits } = decodeDecimals(stream, count);
  const wanted = Number(text);
  const isWhole = String(wanted) === text;
  const places: number[] = [];
  for (let place = 0; place < count; place++) {
    const scale = scales[place]!;
    const power = powerOf(scale);
    const behind = digits[place]! % power;
    if ((isWhole && (digits[place]! - behind) / power === wanted) || (scale === text.length && behind === wanted)) places.push(place);
  }
  return places;
}

const NOT_ASCII = /[\x80-\xff]/;

function textsWith(stream: Buffer, count: number, text: string): number[] {
  // Most streams say no by their bytes; where there is more than ASCII, folding may make any letter (the Kelvin sign is a k).
  const raw = stream.toString('latin1');
  if (!NOT_ASCII.test(raw) && !raw.toLowerCase().includes(text)) return [];
  const holds = (value: string): boolean => fold(value).includes(text);
  if (stream[0] === MODE.dictionary) {
    const { values, codes } = decodeDictionary(stream.subarray(1), count);
    const hits = values.map((value) => holds(value ?? ''));
    return placesOf(codes, (code) => hits[code] ?? false);
  }
  return placesOf(decodeSlot(SLOT.text, stream, { count, ids: stream }), holds);
}
