/**
 * Turns up to 8192 records into a sealed block: columns, packed one by one, gathered into parts, and the
 * words under which the block is found. FORMAT.md draws the result. Pure: the file is written by day-file.ts.
 *
 * A block takes 50-100 ms, so it is made in steps: whoever has others to serve meanwhile takes as many at a time as it likes. The records
 * may not change in between, and nobody else may use the book. Invariant: the steps make no difference to the block.
 */
import { crc32 } from 'node:zlib';
import { ByteWriter } from '../base/bytes.ts';
import { limits } from '../base/limits.ts';
import type { LogRecord } from '../model.ts';
import { addAccess, writtenAccess } from './access-lines.ts';
import { encodeDelta, encodeDictionary, encodeHeaderTimes, encodeSparse, encodeTexts } from './codecs.ts';
import {
  COLUMN_BY_NAME,
  type ColumnName,
  DELTA_VALUES,
  DICTIONARY_COLUMNS,
  DICTIONARY_VALUES,
  ID_VALUES,
  PARTS,
  SPARSE_VALUES,
} from './columns.ts';
import { pack } from './compress.ts';
import { type CodedColumn, DIGEST_COLUMNS, encodeDigest, type LettersName } from './digest.ts';
import { ENDPOINTS_OF_BLOCK_MAX, EndpointSums } from './endpoint-sums.ts';
import { encodeIdColumn } from './id-column.ts';
import { IdTable } from './ids.ts';
import { Letters } from './letters.ts';
import { encodeHeads } from './odd-heads.ts';
import type { ShapeBook, ShapeEntry } from './shape-book.ts';
import { Terms } from './terms.ts';
import { addTerms, encodeVariables } from './variables-write.ts';

export interface EncodedBlock {
  count: number;
  firstSeq: number;
  lastSeq: number;
  minTime: number;
  maxTime: number;
  /** Directory of the columns. */
  head: Buffer;
  parts: Buffer[];
  /** crc32 of the head, which holds those of the parts. */
  checksum: number;
  words: string;
  /** Shapes that have their number since this block; the file has to keep them. */
  shapesAdded: ShapeEntry[];
}

/** Work that may be left between its steps. */
export type Steps<T> = Generator<void, T, void>;

/** Fields in which bare words look (query TEXT_FIELDS) that are dictionaries here: their values' words belong to the block. */
const WORD_COLUMNS: ReadonlySet<string> = new Set(['host', 'program', 'logger', 'user', 'project', 'msgid']);
/** Those that the digest may have to leave out of its combinations. */
const LETTERS_COLUMNS: ReadonlySet<string> = new Set<LettersName>([
  'host',
  'program',
  'logger',
  'user',
  'project',
  'msgid',
  'structuredData',
]);

class Parts {
  readonly #parts: ByteWriter[] = Array.from({ length: PARTS }, () => new ByteWriter(4096));
  readonly #head = new ByteWriter(512);

  // Directory entry: [column number] [part] [offset in the part] [length]
  add(name: ColumnName, data: Buffer): void {
    const column = COLUMN_BY_NAME.get(name)!;
    const packed = pack(data);
    const part = this.#parts[column.part]!;
    this.#head.varint(column.number);
    this.#head.varint(column.part);
    this.#head.varint(part.length);
    this.#head.varint(packed.length);
    part.block(packed);
  }

  /** Checksums of the parts, then the directory. */
  head(): Buffer {
    const out = new ByteWriter(512);
    out.varint(PARTS);
    for (const part of this.#parts) out.take(4).writeUInt32LE(crc32(part.view()));
    out.block(this.#head.view());
    return Buffer.from(out.view());
  }

  parts(): Buffer[] {
    return this.#parts.map((part) => part.view());
  }
}

/** Text that is taken apart in one step: some milliseconds (one message is never divided, so at most `limits.messageBytesMax`). */
const STEP_CHARS = 128 * 1024;

/** Encodes records that are sorted by seq. Afterwards the caller calls `book.clear()`, and after the commit `book.committed()` or `book.revert()`. */
export function encodeBlock(records: readonly LogRecord[], book: ShapeBook): EncodedBlock {
  const steps = encodeSteps(records, book);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in steps of a few milliseconds each; what ends before its last step needs `book.clear()` and `book.revert()`. */
export function* encodeSteps(records: readonly LogRecord[], book: ShapeBook): Steps<EncodedBlock> {
  const count = records.length;
  const parts = new Parts();
  const terms = new Terms();
  const letters = new Map<LettersName, Letters>();
  const columns = new Map<string, CodedColumn>();
  for (const name of DICTIONARY_COLUMNS) {
    const { data, distinct, codes } = encodeDictionary(records, DICTIONARY_VALUES[name]);
    parts.add(name, data);
    if (WORD_COLUMNS.has(name)) addWords(distinct.keys(), terms, lettersOf(letters, name));
    if ((DIGEST_COLUMNS as readonly string[]).includes(name)) columns.set(name, { name, values: [...distinct.keys()] as string[], codes });
    yield;
  }
  const numbers = new Float64Array(count);
  for (const [name, read] of entriesOf(DELTA_VALUES)) {
    for (let index = 0; index < count; index++) numbers[index] = read(records[index]!);
    parts.add(name, encodeDelta(numbers));
    yield;
  }
  for (let index = 0; index < count; index++) numbers[index] = wallTime(records[index]!);
  const headers = records.map((record) => record.headerTime);
  parts.add('headerTime', encodeHeaderTimes(headers, numbers));
  yield;
  const ids = new IdTable();
  for (const [name, read] of entriesOf(ID_VALUES)) {
    const column = encodeIdColumn(records.map(read), ids, terms);
    parts.add(name, column.data);
    letters.set(name, column.letters);
    yield;
  }
  const { shapes, codes, shapesAdded } = yield* addMessages(records, { book, ids, parts, terms });
  const table = ids.bytes();
  parts.add('ids', table);
  terms.ids(table);
  yield;
  for (const [name, read] of entriesOf(SPARSE_VALUES)) {
    const data = encodeSparse(records, read);
    if (data) parts.add(name, data);
  }
  const structured = new Set(records.map(({ structuredData }) => structuredData));
  addWords(structured, terms, lettersOf(letters, 'structuredData'));
  yield;
  parts.add('oddHeads', encodeHeads(terms.oddHeads));
  const digested = DIGEST_COLUMNS.map((name) => columns.get(name)!);
  parts.add('digest', encodeDigest({ shapes: shapes.map(({ number }) => number), shapeCodes: codes, columns: digested, letters }));
  yield;
  const sums = new EndpointSums(ENDPOINTS_OF_BLOCK_MAX);
  yield* addAccess(writtenAccess({ records, shapes, shapeCodes: codes, column: (name) => columns.get(name)! }), sums, book.plans);
  parts.add('endpoints', sums.encode());
  yield;
  return finish(records, { parts, words: terms.joined(), shapesAdded });
}

function lettersOf(all: Map<LettersName, Letters>, name: string): Letters | undefined {
  if (!LETTERS_COLUMNS.has(name)) return undefined;
  const letters = new Letters();
  all.set(name as LettersName, letters);
  return letters;
}

function addWords(values: Iterable<unknown>, terms: Terms, letters: Letters | undefined): void {
  for (const value of values) {
    if (value === undefined) continue;
    terms.text(String(value));
    letters?.add(String(value));
  }
}

function entriesOf<N extends string, V>(table: Readonly<Record<N, V>>): [N, V][] {
  return Object.entries(table) as [N, V][];
}

/** Local wall clock of the body, µs as if it were UTC: what the header's second is compared with. */
function wallTime(record: LogRecord): number {
  return record.time + record.zone * 60_000_000;
}

interface MessageTarget {
  book: ShapeBook;
  ids: IdTable;
  parts: Parts;
  terms: Terms;
}

/** Code n of a record means `shapes[n - 1]`, code 0 a text. */
interface Messages {
  shapes: readonly ShapeEntry[];
  codes: Uint16Array;
  shapesAdded: ShapeEntry[];
}

function* addMessages(records: readonly LogRecord[], { book, ids, parts, terms }: MessageTarget): Steps<Messages> {
  const entries: (ShapeEntry | undefined)[] = [];
  let chars = 0;
  for (let index = 0; index < records.length; index++) {
    const { message } = records[index]!;
    entries.push(book.take(message, index, ids));
    chars += message.length;
    if (chars > STEP_CHARS) {
      chars = 0;
      yield;
    }
  }
  const { shapes, added } = book.settle(limits.blockShapesMax);
  const codes = new Uint16Array(records.length);
  for (let shape = 0; shape < shapes.length; shape++) for (const index of shapes[shape]!.records) codes[index] = shape + 1;
  const texts: string[] = [];
  for (let index = 0; index < records.length; index++) {
    const { message } = records[index]!;
    if (codes[index] === 0) texts.push(message);
    // Once-seen texts and glued variables: the words are read off the message itself.
    if (codes[index] === 0) terms.text(message);
    else if (entries[index]!.glued) terms.glued(message);
    else continue;
    chars += message.length;
    if (chars > STEP_CHARS) {
      chars = 0;
      yield;
    }
  }
  for (const shape of shapes) {
    addTerms(shape, terms);
    yield;
  }
  parts.add('shape', encodeShapes(shapes, codes));
  yield;
  parts.add('variables', encodeVariables(shapes, ids));
  yield;
  if (texts.length > 0) parts.add('texts', encodeTexts(texts));
  yield;
  return { shapes, codes, shapesAdded: added };
}

// [count of shapes] [number in the file]… then per record 1 or 2 bytes: 0 = text, n = the block's n-th shape.
function encodeShapes(shapes: readonly ShapeEntry[], codes: Uint16Array): Buffer {
  const out = new ByteWriter(codes.length * 2 + 64);
  out.varint(shapes.length);
  for (const shape of shapes) out.varint(shape.number);
  if (shapes.length < 256) out.block(Uint8Array.from(codes));
  else out.block(new Uint8Array(codes.buffer));
  return out.view();
}

function finish(records: readonly LogRecord[], of: { parts: Parts; words: string; shapesAdded: ShapeEntry[] }): EncodedBlock {
  let minTime = Number.POSITIVE_INFINITY;
  let maxTime = Number.NEGATIVE_INFINITY;
  for (const { time } of records) {
    if (time < minTime) minTime = time;
    if (time > maxTime) maxTime = time;
  }
  const head = of.parts.head();
  const parts = of.parts.parts();
  return {
    count: records.length,
    firstSeq: records[0]!.seq,
    lastSeq: records.reduce((last, record) => Math.max(last, record.seq, ...lastMore(record)), 0),
    minTime,
    maxTime,
    head,
    parts,
    checksum: crc32(head),
    words: of.words,
    shapesAdded: of.shapesAdded,
  };
}

/** The newest seq that was merged into a record: a follower who resumes before it still has to hear of it. */
function lastMore(record: LogRecord): number[] {
  return record.more === undefined ? [] : [record.more.at(-2)!];
}
