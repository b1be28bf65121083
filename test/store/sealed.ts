/** Blocks for tests: records encoded and opened again, in memory or in a real file of a folder that goes with the test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll } from 'vitest';
import { shapeKinds, shapePieces } from '../../src/base/shape-text.ts';
import type { LogRecord } from '../../src/model.ts';
import { Block, type BlockRow, type BlockSource } from '../../src/store/block-read.ts';
import { type EncodedBlock, encodeBlock } from '../../src/store/block-write.ts';
import { ShapeBook } from '../../src/store/shape-book.ts';
import { text } from '../base/texts.ts';
import { makeRecords } from '../contract/records.ts';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stacktrail-test-store-'));
  folders.push(folder);
  return folder;
}

/** The shapes of a day file, as far as the blocks of a test have given them. */
export class Shapes {
  readonly book: ShapeBook;
  readonly #texts = new Map<number, string>();

  constructor(shapesMax = 65_536) {
    this.book = new ShapeBook(shapesMax);
  }

  encode(records: readonly LogRecord[]): EncodedBlock {
    const encoded = encodeBlock(records, this.book);
    this.book.clear();
    this.book.committed();
    for (const { number, text: shape } of encoded.shapesAdded) this.#texts.set(number, shape);
    return encoded;
  }

  source(parts: readonly Buffer[]): BlockSource {
    return {
      part: (_block, part) => parts[part] ?? Buffer.alloc(0),
      shape: (number) => {
        const shape = this.#texts.get(number);
        if (shape === undefined) throw new Error(`shape ${number} is missing`);
        return { text: shape, pieces: shapePieces(shape), kinds: shapeKinds(shape) };
      },
    };
  }

  open(encoded: EncodedBlock): Block {
    return new Block(rowOf(encoded), encoded.head, this.source(encoded.parts));
  }
}

export function rowOf(encoded: EncodedBlock): BlockRow {
  const { firstSeq, lastSeq, count, minTime, maxTime, checksum } = encoded;
  return { id: 1, firstSeq, lastSeq, count, minTime, maxTime, checksum };
}

/** Numbered from `first`, as a commit does it. */
export function numbered(records: readonly LogRecord[], first = 1): LogRecord[] {
  return records.map((record, index) => ({ ...record, seq: first + index }));
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const fields = fc.record({
  message: text,
  request: maybe(text),
  instance: maybe(text),
  user: maybe(text),
  structuredData: maybe(text),
  own: fc.nat(2),
});

/** Records that a cloud sends, with messages and fields that nobody sends. */
export const anyRecords: fc.Arbitrary<LogRecord[]> = fc
  .tuple(fc.nat(1000), fc.array(fields, { minLength: 1, maxLength: 40 }))
  .map(([seed, given]) => {
    const records = makeRecords({ seed, count: given.length });
    // Every third keeps what the parsers made of it; some messages come twice, so that they get a shape.
    return numbered(
      records.map((record, index) => {
        const { own, ...some } = given[index]!;
        return own === 0 ? record : { ...record, ...some, message: own === 1 ? some.message : given[0]!.message };
      }),
    );
  });
