/**
 * The numbers of access lines - status, bytes, duration - of all records of a shape at once, from its variables: what statistics are made of
 * (percentiles over a million access lines). Not here: which variable is which number (mark-slots.ts), conditions on numbers (leaf.ts).
 *
 * A shape's constant text holds every space, quote and word; its variables are whole tokens with a digit. So whether a text is an access line, and
 * where its numbers stand, can differ between two records of a shape only by how long their variables are, and whether those of kind text are
 * digits. Two texts are tried: all variables as short as they come in the block, and of digits; all as long as they come, and of letters where there
 * are any. Where both are access lines with their numbers in the same variables, so is all that lies between, for the patterns
 * ask for bounded lengths of classes of characters (parsers/marks-http.ts).
 * Invariant: the number is that of the whole record; where that is not certain the record is read (oracle: test/store/mark-slots.test.ts).
 */
import { marks } from '../../parsers/index.ts';
import { SLOT } from '../base/shape.ts';
import type { LogRecord, MeasureName } from '../model.ts';
import type { Block, ShapeRow } from './block-read.ts';
import { type MarkSlots, messageOf, NUMBER_FIELDS, SLOTS_MAX, tried } from './mark-slots.ts';
import { fieldsProbe } from './text-marks.ts';

/** Fewer records of a shape are read as quickly as its variables are tried. */
const RECORDS_MIN = 32;

/** Gives the number of a record, NaN where it has none, and undefined where it has to be read. */
export function slotMeasures(name: MeasureName, block: Block): (index: number) => number | undefined {
  const fieldsOf = fieldsProbe(block);
  const { list, codes, places } = block.shapes();
  const format = block.dictionary('format');
  const logger = block.dictionary('logger');
  const byKey = new Map<number, Float64Array | undefined>();
  return (index) => {
    const code = codes[index]!;
    if (code === 0) return undefined;
    const key = (code * format.values.length + format.codes[index]!) * logger.values.length + logger.codes[index]!;
    let measures = byKey.get(key);
    if (measures === undefined && !byKey.has(key)) {
      measures = measuresOf(name, block, { shape: list[code - 1]!, code: code - 1, fields: fieldsOf(index) });
      byKey.set(key, measures);
    }
    return measures?.[places[index]!];
  };
}

interface Kind {
  readonly shape: ShapeRow;
  /** In the block, from 0. */
  readonly code: number;
  /** What marks look at besides the message. */
  readonly fields: LogRecord;
}

function measuresOf(name: MeasureName, block: Block, { shape, code, fields }: Kind): Float64Array | undefined {
  const ends = endsOf(block, shape, code);
  if (ends === undefined) return undefined;
  const slots = ends.map((own) => tried(shape, own, { ...fields, message: messageOf(shape, own) }));
  const [short, long] = slots;
  if (short === undefined || long === undefined || !areEqual(short, long)) return undefined;
  const own = short.get(name);
  if (own === undefined) {
    // None of them has the number, or it stands in what is no number to the shape (a leading zero).
    const values = ends.map((texts) => marks({ ...fields, message: messageOf(shape, texts) }, 'http').http?.[name]);
    return values.every((value) => value === undefined) ? new Float64Array(block.variables().count(code)).fill(Number.NaN) : undefined;
  }
  return block
    .variables()
    .numbers(code, own.slot)!
    .values.map((value) => value / own.divisor);
}

function areEqual(one: MarkSlots, other: MarkSlots): boolean {
  return NUMBER_FIELDS.every((field) => {
    const [left, right] = [one.get(field), other.get(field)];
    return left?.slot === right?.slot && left?.divisor === right?.divisor;
  });
}

/** The shortest and the longest variables of the shape's records in the block; undefined where there is no telling, or no need. */
function endsOf(block: Block, shape: ShapeRow, code: number): readonly [string[], string[]] | undefined {
  if (shape.kinds.length > SLOTS_MAX || block.variables().count(code) < RECORDS_MIN) return undefined;
  const short: string[] = [];
  const long: string[] = [];
  for (let slot = 0; slot < shape.kinds.length; slot++) {
    const ends = slotEnds(block, { code, slot, kind: shape.kinds[slot]! });
    if (ends === undefined) return undefined;
    short.push(ends[0]);
    long.push(ends[1]);
  }
  return [short, long];
}

const UUID = /[0-9a-f]/g;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

function slotEnds(block: Block, of: { code: number; slot: number; kind: number }): readonly [string, string] | undefined {
  const { code, slot, kind } = of;
  if (kind === SLOT.uuid) return [NIL_UUID, NIL_UUID.replace(UUID, 'a')];
  if (kind === SLOT.hex32) return ['0'.repeat(32), 'a'.repeat(32)];
  const numbers = block.variables().numbers(code, slot);
  if (numbers === undefined) return textEnds(block.variables().distinct(code, slot));
  const { values, scales } = numbers;
  const [least, most] = endsOfNumbers(values);
  if (scales === undefined) return [String(least), String(most)];
  const [fewest, largest] = endsOfNumbers(scales);
  return [decimal(least, fewest), decimal(most, largest)];
}

function endsOfNumbers(values: ArrayLike<number>): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at++) {
    least = Math.min(least, values[at]!);
    most = Math.max(most, values[at]!);
  }
  return [least, most];
}

/** As long before the dot as the number is, and as long behind it. */
function decimal(value: number, scale: number): string {
  return `${Math.floor(value)}.${'5'.repeat(scale)}`;
}

const DIGITS = /^\d+$/;
const TOKEN = /^[\dA-Za-z_]+$/;

/** Tokens of ASCII; of anything else (MACs, other scripts) nothing is said. */
function textEnds(values: readonly string[]): readonly [string, string] | undefined {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let areDigits = true;
  for (const value of values) {
    if (!TOKEN.test(value)) return undefined;
    least = Math.min(least, value.length);
    most = Math.max(most, value.length);
    areDigits &&= DIGITS.test(value);
  }
  return ['0'.repeat(least), (areDigits ? '0' : 'a').repeat(most)];
}
