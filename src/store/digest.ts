/**
 * The digest of a block: how many records have which shape, level, service, … together, and which characters stand in the
 * other fields that words are looked for in. Most counts are answered from it, without reading any column of records.
 *
 * Columns join the combinations in the order of DIGEST_COLUMNS as long as there are few: on ordinary logs the shape settles level,
 * service, program, logger and format, so that 8192 records make some hundred rows. Values are sorted, so that neighbouring
 * blocks have equal ones, which are then kept, and judged, once.
 *
 *   crc32 of what follows, 4 bytes, little endian
 *   varint rows · rows × varint records
 *   varint shapes · varint bytes · their numbers in the file as varints, ascending, 0 = kept as text · rows × code
 *   varint columns · each: varint column number · varint values · varint bytes · the values, each a byte (0 absent, 1 present)
 *     and, if present, its text (varint bytes, UTF-8) · rows × code
 *   until the end: varint column number · 16 bytes: the characters in its texts (letters.ts)
 *
 * A code is one byte, or two when there are more than 256 values.
 */
import { crc32 } from 'node:zlib';
import { ByteReader, ByteWriter } from '../base/bytes.ts';
import { type Codes, readCodes } from './codecs.ts';
import { COLUMN_BY_NAME, COLUMN_BY_NUMBER, type ColumnName, type DictionaryName } from './columns.ts';
import { unpack } from './compress.ts';
import { LETTERS_BYTES, Letters } from './letters.ts';

/** Those that add the fewest combinations come first; what does not fit any more is left out. */
export const DIGEST_COLUMNS = ['level', 'service', 'program', 'logger', 'format', 'host'] as const satisfies readonly DictionaryName[];
/** Beyond this a digest costs more to read than the columns that it saves. */
const ROWS_MAX = 1024;

/** What words look for besides the message and the columns of the combinations. */
export type LettersName = Extract<
  ColumnName,
  'host' | 'program' | 'logger' | 'user' | 'project' | 'msgid' | 'request' | 'globalRequest' | 'instance' | 'structuredData'
>;

export interface DigestColumn<V = string | undefined> {
  /** Equal lists of different blocks are one array: what was found out about one holds for all. */
  readonly values: readonly V[];
  /** Per row. */
  readonly codes: Codes;
}

export interface Digest {
  /** Records of each combination. */
  readonly counts: Uint32Array;
  /** Numbers of shapes in the file; 0: messages without one. */
  readonly shapes: DigestColumn<number>;
  readonly columns: ReadonlyMap<ColumnName, DigestColumn>;
  /** Columns without an entry may hold anything. */
  readonly letters: ReadonlyMap<ColumnName, Letters>;
  readonly bytes: number;
}

/** Columns of the block being written: a code per record. */
export interface CodedColumn {
  readonly name: DictionaryName;
  readonly values: readonly (string | undefined)[];
  readonly codes: Codes;
}

export interface DigestInput {
  /** Number of the shape in the file, per code of the block. */
  readonly shapes: readonly number[];
  readonly shapeCodes: Codes;
  readonly columns: readonly CodedColumn[];
  readonly letters: ReadonlyMap<LettersName, Letters>;
}

/** The rows so far: for each record the row it belongs to. */
interface Rows {
  readonly ofRecord: Uint16Array;
  /** Index of the first record of each row. */
  readonly first: number[];
}

export function encodeDigest(input: DigestInput): Buffer {
  let rows: Rows = { ofRecord: new Uint16Array(input.shapeCodes.length), first: [0] };
  const split = refined(rows, input.shapeCodes);
  const chosen: CodedColumn[] = [];
  const out = new ByteWriter(4096);
  out.take(4);
  if (split === undefined) throw new Error('BUG: more shapes than a digest holds');
  rows = split;
  for (const column of input.columns) {
    const next = refined(rows, column.codes);
    if (next === undefined) break;
    rows = next;
    chosen.push(column);
  }
  writeRows(out, rows, { ...input, columns: chosen });
  const left = new Set<string>(chosen.map(({ name }) => name));
  for (const [name, letters] of input.letters) {
    if (left.has(name)) continue;
    out.varint(COLUMN_BY_NAME.get(name)!.number);
    out.block(letters.bits);
  }
  const data = out.view();
  data.writeUInt32LE(crc32(data.subarray(4)));
  return data;
}

/** The rows split by one more column; undefined when that makes too many. */
function refined(rows: Rows, codes: Codes): Rows | undefined {
  const numbers = new Map<number, number>();
  const ofRecord = new Uint16Array(codes.length);
  const first: number[] = [];
  let keyBefore = -1;
  let row = -1;
  for (let index = 0; index < codes.length; index++) {
    const key = rows.ofRecord[index]! * 65_536 + codes[index]!;
    if (key !== keyBefore) {
      keyBefore = key;
      row = numbers.get(key) ?? -1;
      if (row < 0) {
        // One more for messages without a shape: the block may have ROWS_MAX of them.
        if (first.length > ROWS_MAX) return undefined;
        row = first.push(index) - 1;
        numbers.set(key, row);
      }
    }
    ofRecord[index] = row;
  }
  return { ofRecord, first };
}

function writeRows(out: ByteWriter, { ofRecord, first }: Rows, input: DigestInput): void {
  const counts = new Uint32Array(first.length);
  for (const row of ofRecord) counts[row]!++;
  out.varint(first.length);
  for (const count of counts) out.varint(count);
  const shapes = sorted([0, ...input.shapes], (a, b) => a - b, new Set(first.map((index) => input.shapeCodes[index]!)));
  const numbers = new ByteWriter();
  for (const number of shapes.values) numbers.varint(number);
  writeValues(out, shapes.values.length, numbers);
  writeCodes(
    out,
    first.map((index) => shapes.placeOf[input.shapeCodes[index]!]!),
    shapes.values.length,
  );
  out.varint(input.columns.length);
  for (const { name, values, codes } of input.columns) {
    const order = sorted(values, byText, new Set(first.map((index) => codes[index]!)));
    out.varint(COLUMN_BY_NAME.get(name)!.number);
    const texts = new ByteWriter();
    for (const value of order.values) {
      texts.byte(value === undefined ? 0 : 1);
      if (value !== undefined) texts.string(value);
    }
    writeValues(out, order.values.length, texts);
    writeCodes(
      out,
      first.map((index) => order.placeOf[codes[index]!]!),
      order.values.length,
    );
  }
}

function writeValues(out: ByteWriter, size: number, values: ByteWriter): void {
  out.varint(size);
  out.varint(values.length);
  out.block(values.view());
}

function byText(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  return b === undefined || a > b ? 1 : -1;
}

/** The values in use in their order, and where each of the old codes went. */
function sorted<V>(values: readonly V[], compare: (a: V, b: V) => number, used: ReadonlySet<number>): { values: V[]; placeOf: number[] } {
  const order = [...used].sort((a, b) => compare(values[a]!, values[b]!));
  const placeOf: number[] = [];
  for (let place = 0; place < order.length; place++) placeOf[order[place]!] = place;
  return { values: order.map((code) => values[code]!), placeOf };
}

function writeCodes(out: ByteWriter, codes: readonly number[], size: number): void {
  for (const code of codes) {
    out.byte(code & 255);
    if (size > 256) out.byte(code >> 8);
  }
}

/** Lists of values that were met before, by their bytes. */
export type Interned = Map<string, readonly unknown[]>;

/** Undefined when the bytes are damaged or say what this version does not know: the columns themselves will tell. */
export function decodeDigest(packed: Buffer, interned: Interned): Digest | undefined {
  try {
    const data = unpack(packed);
    if (data.length < 4 || crc32(data.subarray(4)) !== data.readUInt32LE()) return undefined;
    return readDigest(new ByteReader(data, 4), interned);
  } catch {
    return undefined;
  }
}

function readDigest(input: ByteReader, interned: Interned): Digest {
  const rows = input.varint();
  if (rows > 65_536) throw new Error('too many rows');
  const counts = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) counts[row] = input.varint();
  const shapes = readColumn(input, { rows, interned, kind: '#', read: (values) => values.varint() });
  const columns = new Map<ColumnName, DigestColumn>();
  const text = (values: ByteReader): string | undefined => (values.byte() === 0 ? undefined : values.string());
  for (let left = input.varint(); left > 0; left--) {
    const name = nameOf(input.varint());
    columns.set(name, readColumn(input, { rows, interned, kind: '$', read: text }));
  }
  const letters = new Map<ColumnName, Letters>();
  while (!input.done) letters.set(nameOf(input.varint()), new Letters(Uint8Array.from(input.block(LETTERS_BYTES))));
  return { counts, shapes, columns, letters, bytes: rows * (4 + 2 * (columns.size + 1)) + 1024 };
}

function nameOf(number: number): ColumnName {
  const column = COLUMN_BY_NUMBER.get(number);
  if (column === undefined) throw new Error(`unknown column ${number}`);
  return column.name as ColumnName;
}

function readColumn<V>(
  input: ByteReader,
  of: { rows: number; interned: Interned; kind: string; read: (values: ByteReader) => V },
): DigestColumn<V> {
  const size = input.varint();
  const bytes = input.block(input.varint());
  // Fast path - most neighbours have the same values, and bytes are compared quicker than texts are made (bench:search).
  const key = of.kind + bytes.toString('latin1');
  let values = of.interned.get(key) as readonly V[] | undefined;
  if (values === undefined) {
    const reader = new ByteReader(bytes);
    values = Array.from({ length: size }, () => of.read(reader));
    of.interned.set(key, values);
  }
  // A copy: a view would keep the whole unpacked digest.
  const read = readCodes(input, { count: of.rows, wide: size > 256, constant: false });
  const codes = size > 256 ? read : Uint8Array.from(read);
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= size) throw new Error('code outside its values');
  return { values, codes };
}
