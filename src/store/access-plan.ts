/**
 * What all access lines of a shape have in common: their endpoint, and which variables are the status and the duration. Found out once, held for
 * as long as the shape lives, so that a request costs two numbers and not a text (bench:report). Not here: the lines (access-lines.ts).
 *
 * A shape's constant text holds every space, quote and word; its variables are whole tokens. So whether a text is an access line, where its numbers
 * stand and which endpoint it asks for can differ between two records only by the lengths of variables and the kinds of their characters. The spread
 * of each variable over all records seen so far is kept; texts are tried with all variables as short as they come, as long, and of each length between,
 * of different characters wherever a variable is not the same in all records. Where all are access lines of one endpoint, with their numbers in the same
 * variables, so is every text (parsers/marks-http.ts asks for lengths of classes of characters). A record outside of the spread makes it tried again.
 * Invariant: a plan says of a record what its own text would say (oracles: test/store/access-lines.test.ts, test/store/endpoints.test.ts).
 */
import { marks } from '../../parsers/index.ts';
import { SLOT } from '../base/shape.ts';
import type { HttpAccess, LogRecord } from '../model.ts';
import { endpointOf } from '../report/endpoint.ts';
import type { ShapeRow } from './block-read.ts';
import { type MarkSlot, type MarkSlots, messageOf, NUMBER_FIELDS, SLOTS_MAX, tried } from './mark-slots.ts';

/** Fewer records of a shape are read as quickly as its variables are tried. */
const RECORDS_MIN = 32;
/** One shape is written by one program in one format; more loggers than this are made up. */
const KINDS_MAX = 16;

export interface AccessPlan {
  readonly endpoint: string;
  readonly status: MarkSlot;
  /** Absent: none of the lines tells it. */
  readonly duration: MarkSlot | undefined;
}

export interface NumbersRead {
  readonly values: ArrayLike<number>;
  /** Digits behind the dot; absent for integers. */
  readonly scales: ArrayLike<number> | undefined;
}

/** The variables of a shape's records. */
export interface SlotsRead {
  numbers(slot: number): NumbersRead | undefined;
  /** Of other kinds; each at least once. */
  texts(slot: number): readonly string[];
}

export class AccessPlans {
  readonly #spreads = new WeakMap<ShapeRow, ShapeSpread>();

  /** Takes note of more records of a shape; what it tells holds for them, too. */
  seen(shape: ShapeRow, slots: SlotsRead, count: number): ShapeSpread {
    let spread = this.#spreads.get(shape);
    if (spread === undefined) {
      spread = new ShapeSpread(shape);
      this.#spreads.set(shape, spread);
    }
    spread.take(slots, count);
    return spread;
  }
}

export class ShapeSpread {
  readonly #shape: ShapeRow;
  #slots: Spread[] | undefined;
  #seen = 0;
  /** By format and logger; forgotten when the spread grows. */
  readonly #plans = new Map<string, AccessPlan | undefined>();

  constructor(shape: ShapeRow) {
    this.#shape = shape;
  }

  take(slots: SlotsRead, count: number): void {
    this.#seen += count;
    const { kinds } = this.#shape;
    if (kinds.length > SLOTS_MAX) return;
    this.#slots ??= kinds.map(newSpread);
    let isWider = false;
    for (const [slot, spread] of this.#slots.entries()) if (widen(spread, slots, slot)) isWider = true;
    if (isWider) this.#plans.clear();
  }

  /** The plan for records of the format and logger of this one; undefined where each has to be read. */
  planOf(from: { record(index: number): LogRecord }, index: number): AccessPlan | undefined {
    if (this.#slots === undefined || this.#seen < RECORDS_MIN) return undefined;
    const record = from.record(index);
    const key = `${record.format}\0${record.logger}`;
    if (this.#plans.has(key)) return this.#plans.get(key);
    if (this.#plans.size >= KINDS_MAX) return undefined;
    const plan = tryPlan(this.#shape, this.#slots, record);
    this.#plans.set(key, plan);
    return plan;
  }
}

// ------------------------------------------------------------------------------------------- what variables were like

interface Spread {
  readonly kind: number;
  least: number;
  most: number;
  /** Digits behind the dot, or characters. */
  fewest: number;
  largest: number;
  /** The only text so far. */
  only: string | undefined;
  /** What several texts begin with: a word and `_`. */
  prefix: string;
  /** Of the rest of the texts, each including those before it; `odd` ones stand for nobody but themselves. */
  letters: 'digits' | 'hex' | 'alphanumeric' | 'odd';
}

function newSpread(kind: number): Spread {
  const ends = { least: Number.POSITIVE_INFINITY, most: 0, fewest: Number.POSITIVE_INFINITY, largest: 0 };
  return { kind, ...ends, only: undefined, prefix: '', letters: 'digits' };
}

/** True when two other texts have to be tried. */
function widen(spread: Spread, slots: SlotsRead, slot: number): boolean {
  if (spread.kind === SLOT.uuid || spread.kind === SLOT.hex32) return false;
  const numbers = slots.numbers(slot);
  if (numbers !== undefined) return widenNumbers(spread, numbers);
  // Several odd ones are never tried again; one alone may be, as long as no other comes.
  if (spread.letters === 'odd' && spread.only === undefined) return false;
  return widenTexts(spread, slots.texts(slot));
}

function widenTexts(spread: Spread, texts: readonly string[]): boolean {
  let isWider = false;
  let before = spread.only;
  for (const text of texts) {
    // Fast path - neighbours are mostly alike: the hour, the device, the version.
    if (text === before) continue;
    before = text;
    if (text !== spread.only && widenText(spread, text)) isWider = true;
  }
  return isWider;
}

function widenNumbers(spread: Spread, { values, scales }: NumbersRead): boolean {
  let { least, most, fewest, largest } = spread;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value < least) least = value;
    if (value > most) most = value;
    const scale = scales === undefined ? 0 : scales[at]!;
    if (scale < fewest) fewest = scale;
    if (scale > largest) largest = scale;
  }
  // Fast path - after some blocks nothing is new.
  if (least === spread.least && most === spread.most && fewest === spread.fewest && largest === spread.largest) return false;
  const tried = (n: number): string => numberText(spread, n);
  const before = [tried(0), tried(LENGTHS_MAX)];
  Object.assign(spread, { least, most, fewest, largest });
  return before[0] !== tried(0) || before[1] !== tried(LENGTHS_MAX);
}

function widenText(spread: Spread, text: string): boolean {
  const { prefix, length, letters } = partsOf(text);
  if (spread.largest === 0) {
    Object.assign(spread, { only: text, prefix, fewest: length, largest: length, letters });
    return true;
  }
  const isAlike = letters !== 'odd' && spread.letters !== 'odd' && prefix === spread.prefix;
  const isOnly = spread.only !== undefined;
  if (isAlike && !isOnly && length >= spread.fewest && length <= spread.largest && isWithin(letters, spread.letters)) return false;
  spread.only = undefined;
  spread.fewest = Math.min(spread.fewest, length);
  spread.largest = Math.max(spread.largest, length);
  if (!isAlike) spread.letters = 'odd';
  else if (!isWithin(letters, spread.letters)) spread.letters = letters;
  return true;
}

const PARTS = /^((?:[A-Za-z]+_)?)([\dA-Za-z]+)$/;

function partsOf(text: string): Pick<Spread, 'prefix' | 'letters'> & { length: number } {
  const [, prefix = '', rest] = PARTS.exec(text) ?? [];
  return rest === undefined ? { prefix, length: text.length, letters: 'odd' } : { prefix, length: rest.length, letters: lettersOf(rest) };
}

const LETTERS = ['digits', 'hex', 'alphanumeric', 'odd'] as const;

function lettersOf(text: string): Spread['letters'] {
  if (/^\d+$/.test(text)) return 'digits';
  return /^[\da-f]+$/.test(text) ? 'hex' : 'alphanumeric';
}

function isWithin(letters: Spread['letters'], others: Spread['letters']): boolean {
  return LETTERS.indexOf(letters) <= LETTERS.indexOf(others);
}

// ------------------------------------------------------------------------------------------- texts that are tried

/** Lengths that are tried one by one; of texts that differ by more the rest is between the last two. */
const LENGTHS_MAX = 24;
const UUID_TEXTS = ['00000000-0000-0000-0000-000000000000', 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa'] as const;
const HEX32_TEXTS = ['0'.repeat(32), 'a'.repeat(32)] as const;
const LETTER = { digits: '1', hex: 'a', alphanumeric: 'z', odd: '' } as const;

/** How many lengths a variable has, without the first. */
function lengthsOf(spread: Spread): number {
  const { kind, only, least, most, fewest, largest } = spread;
  if (kind === SLOT.uuid || kind === SLOT.hex32 || only !== undefined) return 0;
  const isNumber = kind === SLOT.integer || kind === SLOT.decimal;
  return Math.max(largest - fewest, isNumber ? wholeDigits(most) - wholeDigits(least) : 0);
}

/** The `n`-th text of a variable, each longer than the one before as far as it comes; of different characters, unless it is always the same. */
function textOf(spread: Spread, n: number): string {
  const { kind, letters, only, prefix, fewest, largest } = spread;
  if (kind === SLOT.uuid) return UUID_TEXTS[n === 0 ? 0 : 1];
  if (kind === SLOT.hex32) return HEX32_TEXTS[n === 0 ? 0 : 1];
  if (kind === SLOT.integer || kind === SLOT.decimal) return numberText(spread, n);
  return only ?? prefix + (n === 0 ? '0' : LETTER[letters]).repeat(Math.min(fewest + n, largest));
}

function numberText({ kind, least, most, fewest, largest }: Spread, n: number): string {
  // Nothing was seen yet.
  if (least > most) return '';
  const isDecimal = kind === SLOT.decimal;
  if (least === most && fewest === largest) return isDecimal ? least.toFixed(fewest) : String(least);
  const digit = n === 0 ? '1' : '2';
  const whole = digit.repeat(Math.min(wholeDigits(least) + n, wholeDigits(most)));
  return isDecimal ? `${whole}.${digit.repeat(Math.min(fewest + n, largest))}` : whole;
}

function wholeDigits(value: number): number {
  return String(Math.floor(value)).length;
}

function tryPlan(shape: ShapeRow, spreads: readonly Spread[], record: LogRecord): AccessPlan | undefined {
  if (spreads.some(({ letters, only }) => letters === 'odd' && only === undefined)) return undefined;
  const endpoint = nameOf(marks(record, 'http').http);
  if (endpoint === undefined) return undefined;
  // The second is never the first again: where nothing grows, characters change.
  const last = Math.max(1, ...spreads.map(lengthsOf));
  const recordOf = (values: readonly string[]): LogRecord => ({ ...record, message: messageOf(shape, values) });
  const valuesOf = (n: number): string[] => spreads.map((spread) => textOf(spread, n));
  const [short, long] = [0, last].map((n) => tried(shape, valuesOf(n), recordOf(valuesOf(n))));
  if (short === undefined || long === undefined || !areEqual(short, long)) return undefined;
  const plan: AccessPlan = { endpoint, status: short.get('status')!, duration: short.get('duration') };
  for (let n = 0; n <= last; n = n < LENGTHS_MAX || n === last ? n + 1 : last) {
    const values = valuesOf(n);
    if (!isPlanned(plan, values, marks(recordOf(values), 'http').http)) return undefined;
  }
  return plan;
}

/** Some patterns ask for a number of digits (`\d{4}`): no length between may tell anything else. */
function isPlanned({ endpoint, status, duration }: AccessPlan, values: readonly string[], http: HttpAccess | undefined): boolean {
  const numberOf = ({ slot, divisor }: MarkSlot): number => Number(values[slot]) / divisor;
  return nameOf(http) === endpoint && http!.status === numberOf(status) && http!.duration === (duration && numberOf(duration));
}

export function nameOf(http: HttpAccess | undefined): string | undefined {
  return http === undefined ? undefined : endpointOf(http.method, http.path);
}

function areEqual(one: MarkSlots, other: MarkSlots): boolean {
  return NUMBER_FIELDS.every((field) => {
    const [left, right] = [one.get(field), other.get(field)];
    return left?.slot === right?.slot && left?.divisor === right?.divisor;
  });
}
