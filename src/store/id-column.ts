/**
 * A column of ids (request, globalRequest, instance): UUIDs as references to the block's table of ids (ids.ts), and whatever else stands in such
 * a field as a text.
 */
import { ByteReader, ByteWriter } from '../base/bytes.ts';
import { isUuidAt } from '../base/shape.ts';
import { IdCursor, type IdTable, UUID_CHARS, uuidText } from './ids.ts';
import { Letters } from './letters.ts';
import type { Terms } from './terms.ts';

/** `req-` and a UUID. */
const REQUEST_CHARS = 40;

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
  /** Below 0: no UUID. */
  readonly positions: Int32Array;
  /** Per record: 0 absent, 1 `req-<uuid>`, 2 `<uuid>`, 3 text. */
  readonly kinds: Uint8Array;
  /** The other texts, each once; `textNumber` tells which one a record has. */
  readonly texts: readonly string[];
}

const NO_UUID = -1;
/** Tables have less than 65,536 ids a column; up to here bits are bits. */
const CODE_MAX = 2 ** 31 - 1;

/** Which of the column's texts record `index` has; -1: none. */
export function textNumber({ kinds, positions }: IdColumn, index: number): number {
  return kinds[index] === TEXT ? NO_UUID - 1 - positions[index]! : -1;
}

export function idValue(column: IdColumn, index: number, table: Buffer): string | undefined {
  const kind = column.kinds[index]!;
  if (kind === ABSENT) return undefined;
  if (kind === TEXT) return column.texts[textNumber(column, index)];
  const uuid = uuidText(table, column.positions[index]!);
  return kind === REQUEST ? `req-${uuid}` : uuid;
}

export function decodeIdColumn(bytes: Buffer, count: number, table: Buffer): IdColumn {
  const input = new ByteReader(bytes);
  const cursor = new IdCursor(table, input.varint());
  const texts: string[] = [];
  const positions = new Int32Array(count).fill(NO_UUID);
  const kinds = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const code = input.varint();
    if (code > CODE_MAX) throw new Error('reference too large');
    const kind = code & 3;
    const reference = code >>> 2;
    kinds[index] = kind;
    if (kind === REQUEST || kind === UUID) positions[index] = cursor.position(reference);
    else if (kind === TEXT) {
      if (reference === 0) texts.push(input.string());
      const number = reference === 0 ? texts.length - 1 : texts.length - reference;
      if (number < 0) throw new Error('text outside its column');
      positions[index] = NO_UUID - 1 - number;
    }
  }
  return { positions, kinds, texts };
}
