/**
 * The block's table of ids: every distinct UUID (and 32-hex id) once, 16 bytes, and the references to it.
 *
 * A reference is 0 for an id that is new at this place (the next one in the table), else how far
 * back in the table it lies. Columns are written one after another and each begins with the table's length
 * at that moment, so each can be decoded alone.
 */
import { ByteReader, ByteWriter } from '../base/bytes.ts';
import { isUuidAt } from '../base/shape.ts';
import { Letters } from './letters.ts';
import type { Terms } from './terms.ts';

const ID_BYTES = 16;
const UUID_CHARS = 36;
/** `req-` and a UUID. */
const REQUEST_CHARS = 40;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** First sizes; both grow. A power of two, and ids for most blocks. */
const BUCKETS_MIN = 32_768;
const IDS_MIN = 8192;
const WORDS = 4;

/** Value of a hex digit by its character code. */
const DIGIT = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) DIGIT[digit.toString(16).charCodeAt(0)] = digit;

function fourDigits(text: string, at: number): number {
  return (
    (DIGIT[text.charCodeAt(at)]! << 12) |
    (DIGIT[text.charCodeAt(at + 1)]! << 8) |
    (DIGIT[text.charCodeAt(at + 2)]! << 4) |
    DIGIT[text.charCodeAt(at + 3)]!
  );
}

/** Of the id whose four words begin at `at`. */
function hashOf(words: Uint32Array, at: number): number {
  const hash =
    words[at]! ^ Math.imul(words[at + 1]!, 0x9e3779b1) ^ Math.imul(words[at + 2]!, 0x85ebca6b) ^ Math.imul(words[at + 3]!, 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}

/**
 * Ids are met first (`intern`, in any order) and get their place when a column mentions them (`reference`).
 * Fast path - four 32-bit words in an open hash table instead of strings in a Map: 0.1 instead of 0.6 µs an id (bench:ingest).
 */
export class IdTable {
  /** Four words for each interned id, in order of meeting. */
  #words = new Uint32Array(IDS_MIN * WORDS);
  #count = 0;
  /** Number of an interned id + 1, by hash; 0 is empty. */
  #buckets = new Int32Array(BUCKETS_MIN);
  /** Place in the table + 1 of an interned id; 0 has none yet. */
  #places = new Int32Array(IDS_MIN);
  /** Interned ids in the order of the table. */
  readonly #order: number[] = [];

  /** How many ids have a place. */
  get size(): number {
    return this.#order.length;
  }

  /** Number of the id at text[at]: a dashed UUID or 32 digits, lower case, checked by the caller. */
  intern(text: string, at: number, dashed: boolean): number {
    if (this.#count * WORDS === this.#words.length) this.#grow();
    const words = this.#words;
    // Written where it would stand as a new one, and compared from there.
    const next = this.#count * WORDS;
    const gap = dashed ? 1 : 0;
    words[next] = (fourDigits(text, at) << 16) | fourDigits(text, at + 4);
    words[next + 1] = (fourDigits(text, at + 8 + gap) << 16) | fourDigits(text, at + 12 + gap * 2);
    words[next + 2] = (fourDigits(text, at + 16 + gap * 3) << 16) | fourDigits(text, at + 20 + gap * 4);
    words[next + 3] = (fourDigits(text, at + 24 + gap * 4) << 16) | fourDigits(text, at + 28 + gap * 4);
    const mask = this.#buckets.length - 1;
    let bucket = hashOf(words, next) & mask;
    for (; this.#buckets[bucket] !== 0; bucket = (bucket + 1) & mask) {
      const number = this.#buckets[bucket]! - 1;
      const word = number * WORDS;
      if (
        words[word] === words[next] &&
        words[word + 1] === words[next + 1] &&
        words[word + 2] === words[next + 2] &&
        words[word + 3] === words[next + 3]
      )
        return number;
    }
    this.#buckets[bucket] = ++this.#count;
    if (this.#count * 2 > this.#buckets.length) this.#rehash();
    return this.#count - 1;
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
    const places = new Int32Array(this.#places.length * 2);
    places.set(this.#places);
    this.#places = places;
  }

  #rehash(): void {
    const buckets = new Int32Array(this.#buckets.length * 2);
    const mask = buckets.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let bucket = hashOf(this.#words, number * WORDS) & mask;
      while (buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
      buckets[bucket] = number + 1;
    }
    this.#buckets = buckets;
  }

  /** Reference to an interned id; gives it the next place when it has none. */
  reference(number: number): number {
    const place = this.#places[number]!;
    if (place !== 0) return this.#order.length - place + 1;
    this.#order.push(number);
    this.#places[number] = this.#order.length;
    return 0;
  }

  /** The table: 16 bytes for each id that has a place. */
  bytes(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#order.length * ID_BYTES);
    let at = 0;
    for (const number of this.#order)
      for (let word = 0; word < WORDS; word++) at = bytes.writeUInt32BE(this.#words[number * WORDS + word]!, at);
    return bytes;
  }
}

/** Reads references of one column in the order in which they were written. */
export class IdCursor {
  readonly #table: Buffer;
  #next: number;

  constructor(table: Buffer, next: number) {
    this.#table = table;
    this.#next = next;
  }

  /** Position in the table. */
  position(reference: number): number {
    const position = reference === 0 ? this.#next++ : this.#next - reference;
    if (position < 0 || (position + 1) * ID_BYTES > this.#table.length) throw new Error('id outside its table');
    return position;
  }
}

export function uuidText(table: Buffer, position: number): string {
  const at = position * ID_BYTES;
  let text = '';
  for (let index = 0; index < ID_BYTES; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += HEX[table[at + index]!];
  }
  return text;
}

export function hexText(table: Buffer, position: number): string {
  return table.toString('hex', position * ID_BYTES, (position + 1) * ID_BYTES);
}

const DASH = 45;
const CODES = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Bytes of an id's text and the gap behind it. */
const DASHED_BYTES = UUID_CHARS + 1;
const DIGITS_BYTES = ID_BYTES * 2 + 1;
/** Texts of the newest tables, dashed or not: all variables of a block ask for the same. */
const tableTexts = new WeakMap<Buffer, { dashed?: Buffer; digits?: Buffer }>();

/** Positions of the ids whose text holds `part`: one search over the texts of the whole table. */
export function idsWith(table: Buffer, dashed: boolean, part: string): Set<number> {
  const texts = keptTexts(table, dashed);
  const size = dashed ? DASHED_BYTES : DIGITS_BYTES;
  const found = new Set<number>();
  for (let at = texts.indexOf(part, 0, 'latin1'); at >= 0; ) {
    const position = Math.floor(at / size);
    found.add(position);
    at = texts.indexOf(part, (position + 1) * size, 'latin1');
  }
  return found;
}

function keptTexts(table: Buffer, dashed: boolean): Buffer {
  const kept = tableTexts.get(table) ?? {};
  const form = dashed ? 'dashed' : 'digits';
  const texts = kept[form] ?? textsOf(table, dashed);
  kept[form] = texts;
  tableTexts.set(table, kept);
  return texts;
}

function textsOf(table: Buffer, dashed: boolean): Buffer {
  const count = Math.floor(table.length / ID_BYTES);
  const texts = Buffer.alloc(count * (dashed ? DASHED_BYTES : DIGITS_BYTES));
  let at = 0;
  for (let byte = 0; byte < count * ID_BYTES; byte++) {
    const within = byte % ID_BYTES;
    if (dashed && (within === 4 || within === 6 || within === 8 || within === 10)) texts[at++] = DASH;
    texts[at++] = CODES[table[byte]! >> 4]!;
    texts[at++] = CODES[table[byte]! & 15]!;
    // The gap stays 0, which no literal in an id holds.
    if (within === ID_BYTES - 1) at++;
  }
  return texts;
}

/** Kinds of a value in an id column. */
const ABSENT = 0;
const REQUEST = 1;
const UUID = 2;
const TEXT = 3;

// [table length before] [kind + 4 × reference]… ; for other texts the reference is 0 = new, followed by the text, else how far back.
/** Encodes the column, and puts the words of its texts into `terms`; those of ids come from the table (`terms.ids`). */
export function encodeIdColumn(values: (string | undefined)[], table: IdTable, terms: Terms): { data: Buffer; letters: Letters } {
  const letters = new Letters();
  let hasUuids = false;
  let hasRequests = false;
  const out = new ByteWriter(values.length * 2 + 16);
  out.varint(table.size);
  const texts = new Map<string, number>();
  for (const value of values) {
    if (value === undefined) {
      out.varint(ABSENT);
      continue;
    }
    const isRequest = value.length === REQUEST_CHARS && value.startsWith('req-');
    if ((isRequest || value.length === UUID_CHARS) && isUuidAt(value, value.length - UUID_CHARS)) {
      const reference = table.reference(table.intern(value, value.length - UUID_CHARS, true));
      out.varint((isRequest ? REQUEST : UUID) + 4 * reference);
      hasUuids = true;
      hasRequests ||= isRequest;
      continue;
    }
    const position = texts.get(value);
    out.varint(TEXT + 4 * (position === undefined ? 0 : texts.size - position));
    if (position !== undefined) continue;
    texts.set(value, texts.size);
    out.string(value);
    letters.add(value);
    terms.text(value);
  }
  if (hasUuids) letters.add('0123456789abcdef-');
  if (hasRequests) {
    letters.add('req');
    terms.hasRequests = true;
  }
  return { data: out.view(), letters };
}

/** A decoded id column: per record a position in the block's table (then `prefix` says what stands before the UUID), or a text, or nothing. */
export interface IdColumn {
  /** -1: no UUID. */
  readonly positions: Int32Array;
  /** Per record: 0 absent, 1 `req-<uuid>`, 2 `<uuid>`, 3 text. */
  readonly kinds: Uint8Array;
  readonly texts: ReadonlyMap<number, string>;
}

export function idValue(column: IdColumn, index: number, table: Buffer): string | undefined {
  const kind = column.kinds[index]!;
  if (kind === ABSENT) return undefined;
  if (kind === TEXT) return column.texts.get(index);
  const uuid = uuidText(table, column.positions[index]!);
  return kind === REQUEST ? `req-${uuid}` : uuid;
}

export function decodeIdColumn(bytes: Buffer, count: number, table: Buffer): IdColumn {
  const input = new ByteReader(bytes);
  const cursor = new IdCursor(table, input.varint());
  const distinct: string[] = [];
  const texts = new Map<number, string>();
  const positions = new Int32Array(count).fill(-1);
  const kinds = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const code = input.varint();
    const kind = code % 4;
    const reference = (code - kind) / 4;
    kinds[index] = kind;
    if (kind === REQUEST || kind === UUID) positions[index] = cursor.position(reference);
    else if (kind === TEXT) {
      if (reference === 0) distinct.push(input.string());
      texts.set(index, distinct[reference === 0 ? distinct.length - 1 : distinct.length - reference] ?? '');
    }
  }
  return { positions, kinds, texts };
}

/** Where an id of 16 bytes stands in the table; -1: nowhere. */
export function positionOf(table: Buffer, id: Buffer): number {
  for (let from = table.indexOf(id); from >= 0; from = table.indexOf(id, from + 1)) if (from % ID_BYTES === 0) return from / ID_BYTES;
  return -1;
}
