/**
 * The block's table of ids: every distinct UUID (and 32-hex id) once, 16 bytes, and the references to it.
 *
 * A reference is 0 for an id that is new at this place (the next one in the table), else how far
 * back in the table it lies. Columns are written one after another and each begins with the table's length
 * at that moment, so each can be decoded alone.
 */
import { ByteReader, ByteWriter } from '../base/bytes.ts';
import { isUuidAt } from '../base/shape.ts';
import type { Terms } from './terms.ts';

const ID_BYTES = 16;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export class IdTable {
  readonly #positions = new Map<string, number>();
  readonly #bytes = new ByteWriter(64 * 1024);

  get size(): number {
    return this.#positions.size;
  }

  /** `hex`: 32 lower-case digits, with or without the dashes of a UUID. */
  reference(hex: string): number {
    const key =
      hex.length === 36 ? hex : `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    const position = this.#positions.get(key);
    if (position !== undefined) return this.#positions.size - position;
    this.#positions.set(key, this.#positions.size);
    const bytes = this.#bytes.take(ID_BYTES);
    for (let index = 0, at = 0; at < ID_BYTES; index += 2, at++) {
      if (index === 8 || index === 13 || index === 18 || index === 23) index++;
      bytes[at] = (nibble(key.charCodeAt(index)) << 4) | nibble(key.charCodeAt(index + 1));
    }
    return 0;
  }

  bytes(): Buffer {
    return this.#bytes.view();
  }
}

function nibble(unit: number): number {
  return unit < 58 ? unit - 48 : unit - 87;
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

/** Kinds of a value in an id column. */
const ABSENT = 0;
const REQUEST = 1;
const UUID = 2;
const TEXT = 3;

// [table length before] [kind + 4 × reference]… ; for other texts the reference is 0 = new, followed by the text, else how far back.
/** Encodes the column, and puts the words of its values into `terms`. */
export function encodeIdColumn(values: (string | undefined)[], table: IdTable, terms: Terms): Buffer {
  const out = new ByteWriter(values.length * 2 + 16);
  out.varint(table.size);
  const texts = new Map<string, number>();
  for (const value of values) {
    if (value === undefined) {
      out.varint(ABSENT);
      continue;
    }
    const uuid = value.length === 40 && value.startsWith('req-') ? value.slice(4) : value;
    if (uuid.length === 36 && isUuidAt(uuid, 0)) {
      const kind = uuid === value ? UUID : REQUEST;
      const reference = table.reference(uuid);
      out.varint(kind + 4 * reference);
      if (reference === 0) terms.uuid(uuid);
      if (kind === REQUEST) terms.hasRequests = true;
      continue;
    }
    const position = texts.get(value);
    out.varint(TEXT + 4 * (position === undefined ? 0 : texts.size - position));
    if (position !== undefined) continue;
    texts.set(value, texts.size);
    out.string(value);
    terms.text(value);
  }
  return out.view();
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
