/**
 * One day file: the SQL of FORMAT.md and nothing else. A writer appends batches and seals blocks; readers
 * fetch rows by number. Every statement is short, and no transaction outlives a call.
 */
import type { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.ts';
import { shapeHash, shapeKinds, shapePieces } from '../base/shape-text.ts';
import type { LogRecord } from '../model.ts';
import { Block, type BlockRow, type BlockSource, type ShapeRow } from './block-read.ts';
import type { EncodedBlock } from './block-write.ts';
import { DIGEST_PART, ENDPOINTS_PART } from './columns.ts';
import { DayNotes } from './day-notes.ts';
import { decodeFresh, encodeFresh } from './fresh-body.ts';
import type { ShapeBook } from './shape-book.ts';
import { type Durability, openSqlite, preparing, type Sqlite, type Statement, storeError } from './sqlite.ts';
import { WordIndex } from './word-index.ts';

/** `application_id` of our files: "STRK". */
const APPLICATION_ID = 0x5354524b;
/** `user_version`: raise it when an old program could misread a new file. */
export const FORMAT_VERSION = 1;
const PARTS_PER_BLOCK = 64;

const SCHEMA = `
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fresh(id INTEGER PRIMARY KEY, lastSeq INTEGER NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE block(id INTEGER PRIMARY KEY, firstSeq INTEGER NOT NULL, lastSeq INTEGER NOT NULL, count INTEGER NOT NULL,
  minTime INTEGER NOT NULL, maxTime INTEGER NOT NULL, checksum INTEGER NOT NULL, head BLOB NOT NULL);
CREATE TABLE part(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE shape(id INTEGER PRIMARY KEY, hash TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE family(parent INTEGER NOT NULL, child INTEGER NOT NULL, PRIMARY KEY(parent, child)) WITHOUT ROWID;
CREATE TABLE position(source TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");
`;

/** A committed batch that is not sealed yet. */
export interface FreshRow {
  /** Seq of its first record. */
  readonly id: number;
  readonly lastSeq: number;
  readonly count: number;
}

export interface Append {
  /** Records to keep as a fresh row, with their seq. */
  readonly records: readonly LogRecord[];
  readonly blocks: readonly EncodedBlock[];
  /** Drop the fresh rows that begin at or before this seq first: their records are in `blocks` or `records`. */
  readonly replacesUpTo?: number;
  /** [parent, child] that are one record now. */
  readonly merged: readonly (readonly [number, number])[];
  /** [parent, child] of continuations in `blocks`, which stay rows of their own. */
  readonly families: readonly (readonly [number, number])[];
  /** How far sources are taken with these records; absent: none has moved. */
  readonly positions?: ReadonlyMap<string, string>;
}

export class DayFile implements BlockSource {
  readonly file: string;
  readonly notes: DayNotes;
  readonly words: WordIndex;
  readonly #database: Sqlite;
  readonly #sql: (text: string) => Statement;
  readonly #shapes = new Map<number, ShapeRow>();

  constructor(file: string, mode: 'write' | 'read', durability?: Durability) {
    this.file = file;
    this.#database = openSqlite(file, mode, durability);
    this.#sql = preparing(this.#database);
    this.notes = new DayNotes(this.#database);
    this.words = new WordIndex(this.#database, file);
    try {
      if (mode === 'write') this.#prepareFile();
      else if (this.isMade) this.#checkFormat();
    } catch (error) {
      this.#database.close();
      throw storeError(error, file);
    }
  }

  #prepareFile(): void {
    if (this.#database.pragma('user_version', { simple: true }) !== 0) {
      this.#checkFormat();
      return;
    }
    if (this.#sql('SELECT count(*) FROM sqlite_schema').pluck().get() !== 0)
      throw new CodedError('store-foreign', `${this.file} is not a Stacktrail file`);
    this.#database.transaction(() => {
      this.#database.exec(SCHEMA);
      this.#database.pragma(`application_id = ${APPLICATION_ID}`);
      this.#database.pragma(`user_version = ${FORMAT_VERSION}`);
    })();
  }

  /** False for a file that a writer is just about to make: it has nothing to read yet. */
  get isMade(): boolean {
    return this.#database.pragma('user_version', { simple: true }) !== 0;
  }

  #checkFormat(): void {
    const version = Number(this.#database.pragma('user_version', { simple: true }));
    if (this.#database.pragma('application_id', { simple: true }) !== APPLICATION_ID)
      throw new CodedError('store-foreign', `${this.file} is not a Stacktrail file`);
    if (version > FORMAT_VERSION)
      throw new CodedError(
        'store-format',
        `${this.file} has format ${version}; this program knows formats up to ${FORMAT_VERSION}. Use a newer Stacktrail`,
      );
  }

  /** Of one row; undefined: there is none. */
  #bytes(text: string, key: number): Buffer | undefined {
    try {
      return this.#sql(text).pluck().get(key) as Buffer | undefined;
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  /** One transaction; durable when it returns, or with durability `log` when the log is on disk. */
  append(append: Append): void {
    try {
      this.#database.transaction(() => {
        if (append.replacesUpTo !== undefined) this.#sql('DELETE FROM fresh WHERE id <= ?').run(append.replacesUpTo);
        for (const block of append.blocks) this.#seal(block);
        for (const [parent, child] of append.merged) this.#sql('DELETE FROM family WHERE parent = ? AND child = ?').run(parent, child);
        for (const [parent, child] of append.families) this.#addFamily(parent, child);
        if (append.records.length > 0) this.#insertFresh(append.records);
        for (const row of append.positions ?? []) this.#sql('INSERT OR REPLACE INTO position(source, value) VALUES (?, ?)').run(...row);
      })();
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw storeError(error, this.file);
    }
  }

  #insertFresh(records: readonly LogRecord[]): void {
    // A merged continuation's seq counts: it may be the newest of all, and must not be given again.
    const lastSeq = records.reduce((last, record) => Math.max(last, record.seq, record.more?.at(-2) ?? 0), 0);
    const minSeq = records.reduce((first, record) => Math.min(first, record.seq), Number.MAX_SAFE_INTEGER);
    this.#sql('INSERT INTO fresh(id, lastSeq, count, body) VALUES (?, ?, ?, ?)').run(minSeq, lastSeq, records.length, encodeFresh(records));
    for (const record of records) if (record.of !== undefined) this.#addFamily(record.of, record.seq);
  }

  #addFamily(parent: number, child: number): void {
    this.#sql('INSERT OR IGNORE INTO family(parent, child) VALUES (?, ?)').run(parent, child);
  }

  #seal(block: EncodedBlock): void {
    for (const shape of block.shapesAdded)
      this.#sql('INSERT INTO shape(id, hash, text) VALUES (?, ?, ?)').run(shape.number, shape.hash, shape.text);
    const { lastInsertRowid } = this.#sql(
      'INSERT INTO block(firstSeq, lastSeq, count, minTime, maxTime, checksum, head) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ).run(block.firstSeq, block.lastSeq, block.count, block.minTime, block.maxTime, block.checksum, block.head);
    const id = Number(lastInsertRowid);
    for (let part = 0; part < block.parts.length; part++) {
      if (block.parts[part]!.length > 0)
        this.#sql('INSERT INTO part(id, data) VALUES (?, ?)').run(id * PARTS_PER_BLOCK + part, block.parts[part]);
    }
    this.words.add(id, block.words);
  }

  /** Fresh rows without their bodies, oldest first. */
  freshRows(): FreshRow[] {
    return this.#sql('SELECT id, lastSeq, count FROM fresh ORDER BY id').all() as FreshRow[];
  }

  /** Records of a fresh row; undefined when it was sealed meanwhile. */
  freshRecords(id: number): LogRecord[] | undefined {
    const body = this.#bytes('SELECT body FROM fresh WHERE id = ?', id);
    if (body === undefined) return undefined;
    try {
      return decodeFresh(body);
    } catch (error) {
      throw new CodedError('store-corrupt', `${this.file}: the fresh batch from seq ${id} on is damaged (${(error as Error).message})`);
    }
  }

  /** Blocks with a number above `after`, in the order in which they were sealed. */
  blocks(after = 0): BlockRow[] {
    return this.#sql('SELECT id, firstSeq, lastSeq, count, minTime, maxTime, checksum FROM block WHERE id > ? ORDER BY id').all(
      after,
    ) as BlockRow[];
  }

  block(row: BlockRow): Block {
    const head = this.#bytes('SELECT head FROM block WHERE id = ?', row.id);
    if (head === undefined || crc32(head) !== row.checksum)
      throw new CodedError('store-corrupt', `${this.file}: block ${row.id} is damaged or missing`);
    return new Block(row, head, this);
  }

  families(): [parent: number, child: number][] {
    return this.#sql('SELECT parent, child FROM family').raw().all() as [number, number][];
  }

  positions(): [source: string, value: string][] {
    return this.#sql('SELECT source, value FROM position').raw().all() as [string, string][];
  }

  part(block: number, part: number): Buffer {
    const data = this.#partOf(block, part);
    if (data === undefined) throw new CodedError('store-corrupt', `${this.file}: part ${part} of block ${block} is missing`);
    return data;
  }

  /** The digest of a block as it lies in the file; undefined in blocks of older versions. */
  digest(block: number): Buffer | undefined {
    return this.#partOf(block, DIGEST_PART);
  }

  /** Sums of the requests of a block (endpoint-sums.ts), as they lie in the file; undefined in blocks of older versions. */
  endpoints(block: number): Buffer | undefined {
    return this.#partOf(block, ENDPOINTS_PART);
  }

  #partOf(block: number, part: number): Buffer | undefined {
    return this.#bytes('SELECT data FROM part WHERE id = ?', block * PARTS_PER_BLOCK + part);
  }

  shape(number: number): ShapeRow {
    let shape = this.#shapes.get(number);
    if (shape === undefined) {
      const row = this.#sql('SELECT hash, text FROM shape WHERE id = ?').get(number) as { hash: string; text: string } | undefined;
      if (row === undefined || shapeHash(row.text) !== row.hash)
        throw new CodedError('store-corrupt', `${this.file}: shape ${number} is damaged or missing`);
      const { text } = row;
      shape = { text, pieces: shapePieces(text), kinds: shapeKinds(text) };
      this.#shapes.set(number, shape);
    }
    return shape;
  }

  loadShapes(book: ShapeBook): void {
    const rows = this.#sql('SELECT id, hash, text FROM shape ORDER BY id').iterate() as Iterable<{
      id: number;
      hash: string;
      text: string;
    }>;
    for (const { id, hash, text } of rows) {
      if (shapeHash(text) === hash) book.load(id, text);
      else book.skip(id);
    }
  }

  /** Runs short reads that must agree with each other. */
  snapshot<T>(read: () => T): T {
    return this.#database.transaction(read)();
  }

  /** Changes whenever another connection has committed. */
  get version(): number {
    return Number(this.#database.pragma('data_version', { simple: true }));
  }

  /** Newest seq of the file, or the newest before it; 0 when neither is known. */
  lastSeq(): number {
    const newest = this.#sql(
      'SELECT max(coalesce((SELECT max(lastSeq) FROM fresh), 0), coalesce((SELECT max(lastSeq) FROM block), 0))',
    ).pluck();
    const aside = this.notes.aside().map((row) => row.lastSeq);
    return Math.max(Number(newest.get()), ...aside, this.notes.get('baseSeq') ?? 0);
  }

  /** Bytes of the file and its write-ahead log's place in it. */
  bytes(): number {
    return Number(this.#database.pragma('page_count', { simple: true })) * Number(this.#database.pragma('page_size', { simple: true }));
  }

  /** Moves the write-ahead log into the file, as far as readers let it. */
  checkpoint(): void {
    try {
      this.#database.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  close(): void {
    this.#database.close();
  }
}
