/**
 * A sealed block, read column by column as a query asks for them. The mirror of block-write.ts.
 * Parts are fetched from the file on first use; what was decoded stays until the cache lets go of the block.
 * Damaged bytes end in CodedError('store-corrupt') of whoever asked; other blocks are not concerned.
 */
import { CodedError, isCoded } from '../base/errors.ts';
import { emptyRecord } from '../base/record.ts';
import type { LogRecord } from '../model.ts';
import { BlockColumns } from './block-columns.ts';
import { decodeShapes } from './block-shapes.ts';
import {
  type Codes,
  type Dictionary,
  decodeDelta,
  decodeDictionary,
  decodeHeaderTimes,
  decodeSparse,
  decodeTexts,
  type HeaderTimes,
  headerTimeAt,
} from './codecs.ts';
import {
  COLUMN_BY_NAME,
  type ColumnName,
  type DeltaName,
  DICTIONARY_COLUMNS,
  type DictionaryName,
  type IdName,
  type SparseName,
} from './columns.ts';
import { decodeIdColumn, type IdColumn, idValue } from './id-column.ts';
import { decodeHeads } from './odd-heads.ts';
import { Variables } from './variables.ts';

/** What the file knows of a block. */
export interface BlockRow {
  readonly id: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly count: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly checksum: number;
}

/** A shape as readers see it. */
export interface ShapeRow {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly kinds: readonly number[];
}

/** Where a block gets its bytes and shapes from. */
export interface BlockSource {
  part(block: number, part: number): Buffer;
  shape(number: number): ShapeRow;
}

export interface BlockShapes {
  /** The block's shapes; code n of a record means `list[n - 1]`, code 0 a text. */
  readonly list: readonly ShapeRow[];
  readonly codes: Codes;
  /** How many records with the same code lie before a record: its place in the shape's streams. */
  readonly places: Uint16Array;
  /** Records of each code. */
  readonly counts: readonly number[];
}

/** Places and codes are 16 bits wide; a damaged count must not ask for memory. */
const RECORDS_MAX = 65_536;
/** Zones are in minutes, times in µs. */
const MINUTE_US = 60_000_000;
/** What `write` needs besides what is told. */
const EXACT_COLUMNS: readonly DictionaryName[] = ['form', 'envelopeForm'];
const TOLD_COLUMNS = DICTIONARY_COLUMNS.filter((name) => !EXACT_COLUMNS.includes(name));
/** All that a record is made of, but for what is large by itself. */
const RECORD_COLUMNS: readonly ColumnName[] = [...TOLD_COLUMNS, 'received', 'seq', 'time', 'request', 'globalRequest', 'instance', 'shape'];
const WHOLE_COLUMNS: readonly ColumnName[] = [...RECORD_COLUMNS, ...EXACT_COLUMNS, 'headerTime'];
const NUMERIC: ReadonlySet<string> = new Set(['pid', 'facility', 'severity', 'zone']);

export class Block {
  readonly row: BlockRow;
  readonly #source: BlockSource;
  readonly #columns: BlockColumns;
  /** Lists of columns that were unpacked in one go. */
  readonly #expected = new Set<readonly ColumnName[]>();
  readonly #decoded = new Map<string, unknown>();
  readonly #sizes = new Map<string, number>();
  #columnBytes = 0;
  /** Of all columns so far, also of those that were let go of. */
  #counted = 0;

  constructor(row: BlockRow, head: Buffer, source: BlockSource) {
    this.row = row;
    this.#source = source;
    if (!(row.count > 0 && row.count <= RECORDS_MAX))
      throw new CodedError('store-corrupt', `block ${row.id} says that it holds ${row.count} records`);
    this.#columns = this.#checked(() => new BlockColumns(row, head, source));
  }

  get count(): number {
    return this.row.count;
  }

  /** Rough size of what was read and decoded, for the cache's budget. */
  get bytes(): number {
    return this.#columns.bytes + this.#columnBytes;
  }

  /** Lets go of what was read and decoded but for these columns. */
  keepOnly(names: ReadonlySet<string>): void {
    this.#columns.letGo();
    this.#expected.clear();
    for (const name of [...this.#decoded.keys()]) {
      if (names.has(name)) continue;
      this.#decoded.delete(name);
      this.#columnBytes -= this.#sizes.get(name)!;
    }
  }

  /** What somebody makes of the block's columns, as long as the block stays. */
  derived<T>(name: string, make: () => { value: T; bytes: number }): T {
    return this.#once(name, () => {
      const { value, bytes } = make();
      this.#columnBytes += bytes;
      return value;
    });
  }

  /** These columns will be asked for: unpacked in one go. */
  expect(names: readonly ColumnName[]): void {
    if (this.#expected.has(names)) return;
    this.#expected.add(names);
    this.#columns.expect(names.filter((name) => !this.#decoded.has(name)));
  }

  #column(name: ColumnName): Buffer | undefined {
    const data = this.#columns.get(name);
    this.#columnBytes += data?.length ?? 0;
    return data;
  }

  #once<T>(name: string, make: () => T): T {
    if (this.#decoded.has(name)) return this.#decoded.get(name) as T;
    // What other columns are decoded for this one is theirs.
    const before = this.#columnBytes;
    const counted = this.#counted;
    const value = this.#checked(make);
    // Decoded columns are arrays of numbers or short texts: 8 bytes a record is the least of them.
    this.#columnBytes += this.count * 8;
    const own = this.#columnBytes - before - (this.#counted - counted);
    this.#counted += own;
    this.#sizes.set(name, own);
    this.#decoded.set(name, value);
    return value;
  }

  /** Whatever decoding says is the block's damage. */
  #checked<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (isCoded(error)) throw error;
      throw new CodedError('store-corrupt', `block ${this.row.id} is damaged (${(error as Error).message})`);
    }
  }

  dictionary(name: DictionaryName): Dictionary<string | number> {
    return this.#once(name, () => {
      const data = this.#column(name);
      if (data === undefined) return { values: [undefined], codes: new Uint16Array(this.count) };
      const column = decodeDictionary(data, this.count);
      if (!NUMERIC.has(name)) return column;
      return { codes: column.codes, values: column.values.map((value) => (value === undefined ? undefined : Number(value))) };
    });
  }

  numbers(name: DeltaName): Float64Array {
    return this.#once(name, () => decodeDelta(this.#required(name), this.count));
  }

  ids(name: IdName): IdColumn {
    return this.#once(name, () => decodeIdColumn(this.#required(name), this.count, this.idTable()));
  }

  /** Value of an id column in record `index`. */
  id(name: IdName, index: number): string | undefined {
    return idValue(this.ids(name), index, this.idTable());
  }

  sparse(name: SparseName): Map<number, unknown> {
    return this.#once(name, () => {
      const data = this.#column(name);
      return data === undefined ? new Map<number, unknown>() : decodeSparse(data);
    });
  }

  shapes(): BlockShapes {
    return this.#once('shape', () => decodeShapes(this.#required('shape'), this.count, (number) => this.#source.shape(number)));
  }

  /** Message of record `index`. */
  message(index: number): string {
    const { list, codes, places } = this.shapes();
    const code = codes[index]!;
    if (code === 0) return this.#texts()[places[index]!] ?? '';
    const shape = list[code - 1]!;
    const values = this.#checked(() => this.variables().at(code - 1, places[index]!));
    let text = shape.pieces[0]!;
    for (let slot = 0; slot < values.length; slot++) text += values[slot]! + shape.pieces[slot + 1]!;
    return text;
  }

  variables(): Variables {
    return this.#once('variables', () => {
      const { list, counts } = this.shapes();
      const kinds = list.map((shape) => shape.kinds);
      return new Variables(this.#required('variables'), this.idTable(), { kinds, counts: counts.slice(1) });
    });
  }

  /** Record `index`, whole. */
  record(index: number): LogRecord {
    this.expect(WHOLE_COLUMNS);
    const record = this.told(index);
    this.#setWords(record, index, EXACT_COLUMNS);
    record.headerTime = headerTimeAt(this.#headerTimes(), index, record.time + (record.zone ?? 0) * MINUTE_US);
    return record;
  }

  /** Record `index` as it is told: without what only gives back the exact bytes. Fast path - three columns less to open for a record or two (bench:trace). */
  told(index: number): LogRecord {
    this.expect(RECORD_COLUMNS);
    const record = emptyRecord(this.numbers('received')[index]!, 'udp', '');
    this.#setWords(record, index, TOLD_COLUMNS);
    record.seq = this.numbers('seq')[index]!;
    record.time = this.numbers('time')[index]!;
    record.request = this.id('request', index);
    record.globalRequest = this.id('globalRequest', index);
    record.instance = this.id('instance', index);
    record.message = this.message(index);
    record.structuredData = this.sparse('structuredData').get(index) as string | undefined;
    record.raw = this.sparse('raw').get(index) as string | undefined;
    record.of = this.sparse('of').get(index) as number | undefined;
    record.more = this.sparse('more').get(index) as number[] | undefined;
    return record;
  }

  #setWords(record: LogRecord, index: number, names: readonly DictionaryName[]): void {
    const fields = record as unknown as Record<string, unknown>;
    for (const name of names) {
      const { values, codes } = this.dictionary(name);
      fields[name] = values[codes[index]!];
    }
  }

  #required(name: ColumnName): Buffer {
    const data = this.#column(name);
    if (data === undefined) throw new Error(`column ${COLUMN_BY_NAME.get(name)?.number} is missing`);
    return data;
  }

  /** 16 bytes for each distinct UUID of the block. */
  idTable(): Buffer {
    return this.#once('ids', () => this.#required('ids'));
  }

  /** Heads of ids that stand elsewhere than in the table; undefined in blocks of older versions: anything may. */
  oddHeads(): Uint32Array | undefined {
    return this.#once('oddHeads', () => {
      const data = this.#column('oddHeads');
      return data === undefined ? undefined : decodeHeads(data);
    });
  }

  /** Messages without a shape as they are stored; undefined: there are none. */
  textBytes(): Buffer | undefined {
    return this.#once('textBytes', () => this.#column('texts'));
  }

  #texts(): string[] {
    return this.#once('texts', () => decodeTexts(this.#required('texts')));
  }

  #headerTimes(): HeaderTimes {
    return this.#once('headerTime', () => decodeHeaderTimes(this.#required('headerTime'), this.count));
  }
}
