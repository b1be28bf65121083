/**
 * The variables of a block's messages on their way to disk: one stream per slot of each shape, and their words into the index.
 * FORMAT.md draws the streams; variables.ts reads them.
 */
import { ByteWriter } from '../base/bytes.ts';
import { SLOT } from '../base/shape.ts';
import { joined } from '../base/whole-ids.ts';
import { encodeDictionary } from './codecs.ts';
import type { IdTable } from './ids.ts';
import type { ShapeEntry, SlotValues } from './shape-book.ts';
import { decimalText, MODE } from './slot-values.ts';
import type { Terms } from './terms.ts';

/** All streams of the shapes, each with its length before it. */
export function encodeVariables(shapes: readonly ShapeEntry[], ids: IdTable): Buffer {
  const out = new ByteWriter(64 * 1024);
  for (const shape of shapes) {
    for (const slot of shape.slots) {
      const stream = encodeSlot(slot, ids);
      out.varint(stream.length);
      out.block(stream);
    }
  }
  return out.view();
}

function encodeSlot(slot: SlotValues, ids: IdTable): Buffer {
  if (slot.kind === SLOT.integer) return encodeIntegers(slot.numbers);
  if (slot.kind === SLOT.decimal) return encodeDecimals(slot);
  if (slot.kind === SLOT.uuid || slot.kind === SLOT.hex32) return encodeReferences(slot.numbers, ids);
  return slot.kind === SLOT.hex ? encodeHex(slot.texts) : encodeTokens(slot.texts);
}

function encodeIntegers(values: readonly number[]): Buffer {
  const plain = new ByteWriter(values.length * 3 + 8);
  const delta = new ByteWriter(values.length * 3 + 8);
  plain.byte(MODE.plain);
  delta.byte(MODE.delta);
  let before = 0;
  let constant = true;
  for (const value of values) {
    plain.varint(value);
    delta.zigzag(value - before);
    before = value;
    constant &&= value === values[0];
  }
  if (!constant) return delta.length < plain.length ? delta.view() : plain.view();
  const out = new ByteWriter(10);
  out.byte(MODE.constant);
  out.varint(values[0]!);
  return out.view();
}

function encodeDecimals(slot: SlotValues): Buffer {
  const out = new ByteWriter(slot.numbers.length * 4 + 16);
  const scales = encodeIntegers(slot.scales);
  out.varint(scales.length);
  out.block(scales);
  out.block(encodeIntegers(slot.numbers));
  return out.view();
}

function encodeReferences(numbers: readonly number[], ids: IdTable): Buffer {
  const out = new ByteWriter(numbers.length * 2 + 8);
  out.varint(ids.size);
  for (const number of numbers) out.varint(ids.reference(number));
  return out.view();
}

function encodeHex(values: readonly string[]): Buffer {
  const out = new ByteWriter(values.length * 12 + 16);
  for (const value of values) {
    out.varint(value.length / 2);
    out.block(Buffer.from(value, 'hex'));
  }
  return out.view();
}

function encodeTokens(values: readonly string[]): Buffer {
  const out = new ByteWriter(values.length * 8 + 16);
  if (new Set(values).size * 2 <= values.length) {
    out.byte(MODE.dictionary);
    out.block(encodeDictionary(values, (value) => value).data);
  } else {
    out.byte(MODE.plain);
    for (const value of values) out.string(value);
  }
  return out.view();
}

/** Puts the words of the slots into the index. */
export function addTerms(shape: ShapeEntry, terms: Terms): void {
  for (const token of shape.tokens) terms.token(token);
  for (const slot of shape.slots) {
    if (slot.kind === SLOT.integer) for (const value of slot.numbers) terms.number(value);
    else if (slot.kind === SLOT.decimal) addDecimalTerms(slot, terms);
    // The words of ids come from the block's table of them.
    else if (slot.kind === SLOT.uuid || slot.kind === SLOT.hex32) continue;
    else if (slot.kind === SLOT.hex) for (const value of slot.texts) terms.token(value);
    else for (const value of new Set(slot.texts)) terms.variable(value);
  }
  for (const first of shape.addresses) addAddresses(shape.slots, first, terms);
}

/** The four slots from `first` on are the octets of addresses. */
function addAddresses(slots: readonly SlotValues[], first: number, terms: Terms): void {
  const [a, b, c, d] = [slots[first]!.numbers, slots[first + 1]!.numbers, slots[first + 2]!.numbers, slots[first + 3]!.numbers];
  let before = -1;
  for (let index = 0; index < a.length; index++) {
    const address = joined(joined(joined(joined(0, a[index]!), b[index]!), c[index]!), d[index]!);
    // Lines of one client follow one another.
    if (address === undefined || address === before) continue;
    before = address;
    terms.address(address);
  }
}

function addDecimalTerms(slot: SlotValues, terms: Terms): void {
  for (let index = 0; index < slot.numbers.length; index++) {
    const text = decimalText(slot.numbers[index]!, slot.scales[index]!);
    const dot = text.length - slot.scales[index]! - 1;
    terms.digits(text.slice(0, dot));
    terms.digits(text.slice(dot + 1));
  }
}
