/**
 * The block's table of ids: every distinct UUID (and 32-hex id) once, 16 bytes, and the references to it. Not here: columns of ids (id-column.ts).
 *
 * A reference is 0 for an id that is new at this place (the next one in the table), else how far
 * back in the table it lies. Columns are written one after another and each begins with the table's length
 * at that moment, so each can be decoded alone.
 */
const ID_BYTES = 16;
export const UUID_CHARS = 36;
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

/** Where an id of 16 bytes stands in the table; -1: nowhere. */
export function positionOf(table: Buffer, id: Buffer): number {
  for (let from = table.indexOf(id); from >= 0; from = table.indexOf(id, from + 1)) if (from % ID_BYTES === 0) return from / ID_BYTES;
  return -1;
}
