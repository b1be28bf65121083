/**
 * Encoders and decoders of the plain columns (columns.ts); shapes and variables are in variables.ts.
 * Every decoder takes the number of records and checks what it reads against it.
 */
import { ByteReader, ByteWriter } from '../base/bytes.ts';

/** A decoded dictionary column: `values[codes[i]]` is the value of record i. */
export interface Dictionary<V = string> {
  readonly values: (V | undefined)[];
  readonly codes: Codes;
}

/** A code per record; views of the unpacked column where that is possible, for a needle reads few of them. */
export type Codes = Uint8Array | Uint16Array;

/** What a dictionary column became, and its distinct values: whoever indexes them need not look for them again. */
export interface EncodedDictionary {
  readonly data: Buffer;
  readonly distinct: ReadonlyMap<string | number | undefined, number>;
  /** Per record, in the order of `distinct`. */
  readonly codes: Uint16Array;
}

// [count of values] [absent? 0/1, string]… then one code per record: none for one value, else 1 or 2 bytes.
export function encodeDictionary<T>(items: readonly T[], read: (item: T) => string | number | undefined): EncodedDictionary {
  const codeOf = new Map<string | number | undefined, number>();
  const codes = new Uint16Array(items.length);
  let before: string | number | undefined;
  let code = -1;
  for (let index = 0; index < items.length; index++) {
    const value = read(items[index]!);
    // Fast path - neighbours are mostly alike, and comparing is cheaper than hashing (bench:store).
    if (value !== before || code < 0) {
      code = codeOf.get(value) ?? -1;
      if (code < 0) {
        code = codeOf.size;
        codeOf.set(value, code);
      }
      before = value;
    }
    codes[index] = code;
  }
  const out = new ByteWriter();
  out.varint(codeOf.size);
  for (const value of codeOf.keys()) {
    out.byte(value === undefined ? 0 : 1);
    if (value !== undefined) out.string(String(value));
  }
  if (codeOf.size > 256) out.block(new Uint8Array(codes.buffer));
  else if (codeOf.size > 1) out.block(Uint8Array.from(codes));
  return { data: out.view(), distinct: codeOf, codes };
}

export function decodeDictionary(bytes: Buffer, count: number): Dictionary {
  const input = new ByteReader(bytes);
  const size = input.varint();
  if (size > 65_536) throw new Error('dictionary too large');
  const values: (string | undefined)[] = [];
  for (let index = 0; index < size; index++) values.push(input.byte() === 0 ? undefined : input.string());
  return { values, codes: readCodes(input, { count, wide: size > 256, constant: size <= 1 }) };
}

const ZEROS = new Uint8Array(65_536);

/** Codes of one or two bytes each. A code outside its dictionary reads as an absent value. */
export function readCodes(input: ByteReader, of: { count: number; wide: boolean; constant: boolean }): Codes {
  if (of.constant) return ZEROS.subarray(0, of.count);
  if (!of.wide) return input.block(of.count);
  const data = input.block(of.count * 2);
  const codes = new Uint16Array(of.count);
  for (let index = 0; index < of.count; index++) codes[index] = data[index * 2]! | (data[index * 2 + 1]! << 8);
  return codes;
}

/** Beyond this a difference, or twice it, is no exact number any more: what a clock of the year 9999 sends. */
const EXACT_MAX = 2 ** 51;
const RAW_SCALE = 0;
const NUMBER_BYTES = 8;

// [scale] [first value] [zigzag difference]… ; the scale divides all values (times of whole milliseconds: 1000).
// Scale 0: the values as they are, 8 bytes each (IEEE 754, little endian).
export function encodeDelta(values: Float64Array): Buffer {
  const out = new ByteWriter(values.length * 3 + 16);
  if (values.some((value) => Math.abs(value) > EXACT_MAX)) {
    out.varint(RAW_SCALE);
    for (const value of values) out.take(NUMBER_BYTES).writeDoubleLE(value);
    return out.view();
  }
  const scale = values.every((value) => value % 1000 === 0) ? 1000 : 1;
  out.varint(scale);
  let before = 0;
  for (const value of values) {
    const scaled = value / scale;
    out.zigzag(scaled - before);
    before = scaled;
  }
  return out.view();
}

export function decodeDelta(bytes: Buffer, count: number): Float64Array {
  const input = new ByteReader(bytes);
  const scale = input.varint();
  const values = new Float64Array(count);
  if (scale === RAW_SCALE) {
    const data = input.block(count * NUMBER_BYTES);
    for (let index = 0; index < count; index++) values[index] = data.readDoubleLE(index * NUMBER_BYTES);
    return values;
  }
  readDeltas(input, values, scale);
  return values;
}

/** Fills `values`: each is the one before it and a difference more, times `scale`. Throws where the bytes end too early. */
export function readDeltas(input: ByteReader, values: Float64Array, scale: number): void {
  const { bytes } = input;
  let before = 0;
  let { at } = input;
  for (let index = 0; index < values.length; index++) {
    // Fast path - most differences are one to three bytes (30-40 instead of 160-180 µs for 8192 of them).
    const low = bytes[at]!;
    const middle = bytes[at + 1]!;
    const high = bytes[at + 2]!;
    let zigzag: number;
    if (low < 128) {
      zigzag = low;
      at++;
    } else if (middle < 128) {
      zigzag = (low & 127) | (middle << 7);
      at += 2;
    } else if (high < 128) {
      zigzag = (low & 127) | ((middle & 127) << 7) | (high << 14);
      at += 3;
    } else {
      // Slow path - longer ones, and the end of damaged bytes.
      input.at = at;
      before += input.zigzag();
      values[index] = before * scale;
      at = input.at;
      continue;
    }
    before += zigzag & 1 ? -((zigzag + 1) >> 1) : zigzag >> 1;
    values[index] = before * scale;
  }
  if (at > bytes.length) throw new Error('ends too early');
  input.at = at;
}

const SECOND_US = 1_000_000;

const ABSENT = 0;
const FAR = 1;
const NEAR = 2;

// Per record: 0 absent, 1 = 8 bytes as in encodeDelta follow, else 2 + zigzag(how far the header is from the second of the body's time), in µs.
export function encodeHeaderTimes(headers: (number | undefined)[], wallTimes: Float64Array): Buffer {
  const out = new ByteWriter(headers.length + 16);
  for (let index = 0; index < headers.length; index++) {
    const header = headers[index];
    if (header === undefined) {
      out.varint(ABSENT);
      continue;
    }
    const off = header - Math.floor(wallTimes[index]! / SECOND_US) * SECOND_US;
    if (Math.abs(off) < EXACT_MAX && Math.abs(header) < EXACT_MAX) out.varint(NEAR + (off < 0 ? -off * 2 - 1 : off * 2));
    else {
      out.varint(FAR);
      out.take(NUMBER_BYTES).writeDoubleLE(header);
    }
  }
  return out.view();
}

/** As they are stored: how far each is from the second of its body's time, in µs; NaN: absent, or one of `far`. */
export interface HeaderTimes {
  readonly offs: Float64Array;
  /** Those that are stored whole. */
  readonly far: ReadonlyMap<number, number>;
}

export function decodeHeaderTimes(bytes: Buffer, count: number): HeaderTimes {
  const input = new ByteReader(bytes);
  const offs = new Float64Array(count);
  const far = new Map<number, number>();
  for (let index = 0; index < count; index++) {
    const { at } = input;
    const low = bytes[at]!;
    const middle = bytes[at + 1]!;
    const high = bytes[at + 2]!;
    let code: number;
    // Fast path - a part of a second takes three bytes (a seventh of a needle's time went here, bench:search).
    if (low >= 128 && middle >= 128 && high < 128) {
      code = (low & 127) | ((middle & 127) << 7) | (high << 14);
      input.at = at + 3;
    } else code = input.varint();
    if (code >= NEAR) {
      const zigzag = code - NEAR;
      offs[index] = zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
      continue;
    }
    offs[index] = Number.NaN;
    if (code === FAR) far.set(index, input.block(NUMBER_BYTES).readDoubleLE(0));
  }
  return { offs, far };
}

/** Of one record, whose body's wall time is given; undefined: it had none. */
export function headerTimeAt({ offs, far }: HeaderTimes, index: number, wallTime: number): number | undefined {
  const off = offs[index]!;
  return Number.isNaN(off) ? far.get(index) : Math.floor(wallTime / SECOND_US) * SECOND_US + off;
}

/** Values that few records have; undefined when none has. */
export function encodeSparse<T>(items: readonly T[], read: (item: T) => unknown): Buffer | undefined {
  const pairs: unknown[] = [];
  for (let index = 0; index < items.length; index++) {
    const value = read(items[index]!);
    if (value !== undefined) pairs.push(index, value);
  }
  return pairs.length === 0 ? undefined : Buffer.from(JSON.stringify(pairs));
}

export function decodeSparse(bytes: Buffer): Map<number, unknown> {
  const pairs = JSON.parse(bytes.toString()) as unknown[];
  const values = new Map<number, unknown>();
  for (let index = 0; index < pairs.length; index += 2) values.set(pairs[index] as number, pairs[index + 1]);
  return values;
}

/** Texts one after another, their lengths before them. */
export function encodeTexts(texts: string[]): Buffer {
  const out = new ByteWriter(4096);
  out.varint(texts.length);
  for (const text of texts) out.string(text);
  return out.view();
}

export function decodeTexts(bytes: Buffer): string[] {
  const input = new ByteReader(bytes);
  const count = input.varint();
  const texts: string[] = [];
  for (let index = 0; index < count; index++) texts.push(input.string());
  return texts;
}
