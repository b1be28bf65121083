/**
 * Numbers of access lines - status, bytes, duration - told from the variables of a shape instead of from thousands of rebuilt messages.
 * Which variable it is, is found by trying: one record's text is changed variable by variable, and the mark read again. Variables hold no
 * space and no quote, so the parts of an access line stand at the same place in all texts of a shape.
 *
 * Invariant: a record is passed over only when its number says so and nothing about that number is odd; everybody else is read
 * whole (oracles: test/store/mark-slots.test.ts, test/contract). A status that nobody had, in 300,000 lines: 0.28 s instead of 1.4-2.3 s.
 */
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../base/record.ts';
import { SLOT } from '../base/shape.ts';
import type { FieldName, Filter, HttpAccess, LogRecord } from '../model.ts';
import { compile } from '../query/match.ts';
import type { Block, ShapeRow } from './block-read.ts';

export const NUMBER_FIELDS = ['status', 'bytes', 'duration'] as const satisfies readonly FieldName[];
export type NumberField = (typeof NUMBER_FIELDS)[number];

/** Where the number stands, and by what it is divided (milliseconds, microseconds). */
export interface MarkSlot {
  readonly slot: number;
  readonly divisor: number;
}

const DIVISORS = [1, 1e3, 1e6];
/** Longer numbers than the marks take whole are read from the text. */
const VALUE_MAX: Readonly<Record<NumberField, number>> = { status: 999, bytes: 999_999_999_999_999, duration: 999_999_999 };
const SCALE_MAX = 9;
/** Of a shape with more variables than this no access line was ever made. */
export const SLOTS_MAX = 64;

/** The numbers of a shape that could be told; that of the status always. */
export type MarkSlots = ReadonlyMap<NumberField, MarkSlot>;

/** By shape, then by format; shapes live as long as their file is open. */
const known = new WeakMap<ShapeRow, Map<string, MarkSlots>>();

/** Says of records that they cannot match; undefined where nothing can be told. `read` gives the record of an index with all that marks look at. */
export function numberSkip(
  filter: Filter & { kind: 'field' },
  block: Block,
  read: (index: number) => LogRecord,
): ((index: number) => boolean) | undefined {
  const field = NUMBER_FIELDS.find((name) => name === filter.field);
  if (field === undefined) return undefined;
  const decide = decider(filter, field);
  const { list, codes, places } = block.shapes();
  const format = block.dictionary('format');
  const byKey = new Map<number, Uint8Array | undefined>();
  return (index) => {
    const code = codes[index]!;
    if (code === 0) return false;
    const key = code * format.values.length + format.codes[index]!;
    if (!byKey.has(key)) {
      const of = { shape: list[code - 1]!, format: format.values[format.codes[index]!] as string };
      // Known shapes are not tried again: making the texts of one record decodes those of all.
      const slots = slotsOf(of, () => ({ values: block.variables().values(code - 1), place: places[index]!, record: read(index) }));
      byKey.set(key, outOf({ field, decide, slots, code: code - 1 }, block));
    }
    return byKey.get(key)?.[places[index]!] === 1;
  };
}

interface Judged {
  readonly field: NumberField;
  readonly decide: (value: number) => boolean;
  readonly slots: MarkSlots | undefined;
  /** Of the shape, from 0. */
  readonly code: number;
}

/** 1 for the places whose number says no. A record of which any number is odd is none of them: a status of four digits lends its last one to the bytes. */
function outOf({ field, decide, slots, code }: Judged, block: Block): Uint8Array | undefined {
  const own = slots?.get(field);
  if (slots === undefined || own === undefined) return undefined;
  const numbers = block.variables().numbers(code, own.slot);
  if (numbers === undefined) return undefined;
  const out = Uint8Array.from(numbers.values, (value) => (decide(value / own.divisor) ? 0 : 1));
  for (const [name, { slot, divisor }] of slots) {
    const { values, scales } = block.variables().numbers(code, slot)!;
    for (let place = 0; place < out.length; place++)
      if (values[place]! / divisor > VALUE_MAX[name] || (scales?.[place] ?? 0) > SCALE_MAX) out[place] = 0;
  }
  return out;
}

/** The condition on a number, as query/match.ts has it. */
function decider(filter: Filter, field: NumberField): (value: number) => boolean {
  const http: HttpAccess = { method: '', path: '', status: 0 };
  const matches = compile(filter, () => ({ http }));
  const probe = emptyRecord(0, 'udp', '');
  return (value) => {
    http[field] = value;
    return matches(probe);
  };
}

interface Trial {
  readonly values: readonly (readonly string[])[];
  readonly place: number;
  /** Whose message is that of the place. */
  readonly record: LogRecord;
}

function slotsOf({ shape, format }: { shape: ShapeRow; format: string }, trial: () => Trial): MarkSlots | undefined {
  const before = known.get(shape)?.get(format);
  if (before !== undefined) return before;
  const { values, place, record } = trial();
  if (shape.kinds.length > SLOTS_MAX) return undefined;
  const own = values.map((slot) => slot[place]!);
  const found = tried(shape, own, record);
  // A record with odd numbers tells nothing of the others: the next block asks again.
  if (found === undefined) return undefined;
  const slots = known.get(shape) ?? new Map<string, MarkSlots>();
  known.set(shape, slots);
  slots.set(format, found);
  return found;
}

/** Changes one number after the other, keeping its length, and looks which of the marks follow. `own`: the variables of the record's message. */
export function tried(shape: ShapeRow, own: readonly string[], record: LogRecord): MarkSlots | undefined {
  const is = marks(record, 'http').http;
  if (is === undefined) return undefined;
  const found = new Map<NumberField, MarkSlot>();
  for (let slot = 0; slot < own.length; slot++) {
    const kind = shape.kinds[slot]!;
    if (kind !== SLOT.integer && kind !== SLOT.decimal) continue;
    const other = otherNumber(own[slot]!);
    const changed = { ...record, message: messageOf(shape, own.with(slot, other)) };
    const becomes = marks(changed, 'http').http;
    for (const field of NUMBER_FIELDS) {
      const [before, after] = [is[field], becomes?.[field]];
      if (before === after) continue;
      const divisor = DIVISORS.find((by) => Number(own[slot]) / by === before && Number(other) / by === after);
      // Not the number itself, or two that reach into one mark: this record is odd.
      if (divisor === undefined || found.has(field)) return undefined;
      found.set(field, { slot, divisor });
    }
  }
  return found.has('status') ? found : undefined;
}

/** Another last digit: as long, and of the same kind. */
function otherNumber(text: string): string {
  const last = text.at(-1)!;
  return `${text.slice(0, -1)}${last === '1' ? '2' : '1'}`;
}

export function messageOf(shape: ShapeRow, values: readonly string[]): string {
  let text = shape.pieces[0]!;
  for (let slot = 0; slot < values.length; slot++) text += values[slot]! + shape.pieces[slot + 1]!;
  return text;
}
