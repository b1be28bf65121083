/**
 * The values of one slot's stream: texts, numbers, places in the table of ids. FORMAT.md draws the streams. Not here: which streams a block has, and looking
 * for something in them (variables.ts); writing (variables-write.ts).
 */
import { ByteReader } from '../base/bytes.ts';
import { SLOT } from '../base/shape.ts';
import { decodeDictionary, readDeltas } from './codecs.ts';
import { hexText, IdCursor, uuidText } from './ids.ts';

/** First byte of a stream. */
export const MODE = { constant: 0, plain: 1, delta: 2, dictionary: 3 } as const;

export function decimalText(digits: number, scale: number): string {
  const text = String(digits).padStart(scale + 1, '0');
  return `${text.slice(0, text.length - scale)}.${text.slice(text.length - scale)}`;
}

const POWERS = Array.from({ length: 16 }, (_, scale) => 10 ** scale);

/** 10 ** scale. */
export function powerOf(scale: number): number {
  return POWERS[scale] ?? 10 ** scale;
}

export function decodeDecimals(stream: Buffer, count: number): { scales: Float64Array; digits: Float64Array } {
  const input = new ByteReader(stream);
  const scales = decodeIntegers(input.block(input.varint()), count);
  return { scales, digits: decodeIntegers(stream.subarray(input.at), count) };
}

export function decodePositions(input: ByteReader, count: number, ids: Buffer): Int32Array {
  const positions = new Int32Array(count);
  readPositions(input, ids, positions);
  return positions;
}

/** Of a stream of ids: its first positions in the table, as many as there is room for. */
export function readPositions(input: ByteReader, ids: Buffer, into: Int32Array): void {
  const cursor = new IdCursor(ids, input.varint());
  for (let index = 0; index < into.length; index++) into[index] = cursor.position(input.varint());
}

export function decodeSlot(kind: number, stream: Buffer, of: { count: number; ids: Buffer }): string[] {
  const { count, ids } = of;
  if (kind === SLOT.integer) return Array.from(decodeIntegers(stream, count), String);
  const input = new ByteReader(stream);
  if (kind === SLOT.decimal) {
    const { scales, digits } = decodeDecimals(stream, count);
    return Array.from(digits, (value, index) => decimalText(value, scales[index]!));
  }
  const texts: string[] = [];
  if (kind === SLOT.uuid || kind === SLOT.hex32) {
    const text = kind === SLOT.uuid ? uuidText : hexText;
    for (const position of decodePositions(input, count, ids)) texts.push(text(ids, position));
    return texts;
  }
  if (kind === SLOT.hex) {
    for (let index = 0; index < count; index++) texts.push(input.block(input.varint()).toString('hex'));
    return texts;
  }
  if (input.byte() === MODE.dictionary) {
    const { values, codes } = decodeDictionary(stream.subarray(1), count);
    for (const code of codes) texts.push(values[code] ?? '');
    return texts;
  }
  for (let index = 0; index < count; index++) texts.push(input.string());
  return texts;
}

/** One text of what `decodeSlot` makes: streams are read up to its place, and nothing is made of what lies before. */
export function textAt(kind: number, stream: Buffer, { count, ids, place }: { count: number; ids: Buffer; place: number }): string {
  if (kind === SLOT.integer) return String(integerAt(stream, place));
  if (kind === SLOT.decimal) {
    const { scales, digits } = decodeDecimals(stream, count);
    return decimalText(digits[place]!, scales[place]!);
  }
  const input = new ByteReader(stream);
  if (kind === SLOT.uuid || kind === SLOT.hex32) return (kind === SLOT.uuid ? uuidText : hexText)(ids, positionAt(input, place, ids));
  if (kind !== SLOT.hex && input.byte() === MODE.dictionary) {
    const { values, codes } = decodeDictionary(stream.subarray(1), count);
    return values[codes[place]!] ?? '';
  }
  for (let before = 0; before < place; before++) input.skip(input.varint());
  return kind === SLOT.hex ? input.block(input.varint()).toString('hex') : input.string();
}

function positionAt(input: ByteReader, place: number, ids: Buffer): number {
  const cursor = new IdCursor(ids, input.varint());
  for (let before = 0; before < place; before++) cursor.position(input.varint());
  return cursor.position(input.varint());
}

/** One of what `decodeIntegers` makes. */
function integerAt(stream: Buffer, place: number): number {
  const input = new ByteReader(stream);
  const mode = input.byte();
  if (mode === MODE.constant) return input.varint();
  let value = 0;
  if (mode === MODE.delta) for (let at = 0; at <= place; at++) value += input.zigzag();
  else for (let at = 0; at <= place; at++) value = input.varint();
  return value;
}

export function decodeIntegers(stream: Buffer, count: number): Float64Array {
  const input = new ByteReader(stream);
  const mode = input.byte();
  const values = new Float64Array(count);
  if (mode === MODE.constant) return values.fill(input.varint());
  if (mode === MODE.delta) readDeltas(input, values, 1);
  else for (let index = 0; index < count; index++) values[index] = input.varint();
  return values;
}
