/**
 * One sealing on its way: which fresh records go into blocks, and those blocks, made step by step beside commits that come meanwhile.
 * Not here: when it is time to seal, and the transaction that does it (write.ts).
 *
 * Invariant: the records that it was given stand first among the fresh ones until its transaction or its end; nobody else uses
 * the book while it lives.
 */
import type { LogRecord } from '../model.ts';
import { type EncodedBlock, encodeSteps, type Steps } from './block-write.ts';
import { mergeFamilies } from './merge.ts';
import { blockEnds, holdBack } from './settled.ts';
import type { ShapeBook } from './shape-book.ts';

/** What a sealing makes of its records. */
export interface Sealed {
  readonly blocks: readonly EncodedBlock[];
  /** Held back, or too few for a block; by seq. */
  readonly fresh: LogRecord[];
  /** [parent, child] that are one record now. */
  readonly merged: readonly (readonly [number, number])[];
  /** [parent, child] of continuations in `blocks`. */
  readonly families: readonly (readonly [number, number])[];
  /** Newest seq of the records that it was given. */
  readonly lastSeq: number;
}

export interface SealingOptions {
  readonly book: ShapeBook;
  /** Into blocks with everything, however little it is. */
  readonly all: boolean;
  readonly nowUs: number;
}

export class Sealing {
  /** Records that it was given. */
  readonly count: number;
  readonly #book: ShapeBook;
  readonly #steps: Steps<Sealed>;

  /** `records`: by seq. */
  constructor(records: readonly LogRecord[], options: SealingOptions) {
    this.count = records.length;
    this.#book = options.book;
    this.#steps = steps(records, options);
  }

  /** Goes on for about `forMs`, a step at least; the answer when all blocks are made. The caller commits it, or calls `abandon`. */
  work(forMs: number): Sealed | undefined {
    const startMs = performance.now();
    do {
      const step = this.#steps.next();
      if (step.done) return step.value;
    } while (performance.now() - startMs < forMs);
    return undefined;
  }

  /** Its blocks are in the file. */
  committed(): void {
    this.#book.committed();
  }

  /** As if it had never begun. */
  abandon(): void {
    this.#book.clear();
    this.#book.revert();
  }
}

function* steps(given: readonly LogRecord[], { book, all, nowUs }: SealingOptions): Steps<Sealed> {
  const { records, merged } = mergeFamilies(given);
  const { settled, held } = all ? { settled: records, held: [] } : holdBack(records, nowUs);
  yield;
  const blocks: EncodedBlock[] = [];
  let from = 0;
  for (const end of blockEnds(settled, all)) {
    blocks.push(yield* encodeSteps(settled.slice(from, end), book));
    book.clear();
    from = end;
  }
  const fresh = [...settled.slice(from), ...held].sort((a, b) => a.seq - b.seq);
  const families = settled.flatMap(({ of: parent, seq }): [number, number][] => (parent === undefined ? [] : [[parent, seq]]));
  return { blocks, fresh, merged, families, lastSeq: given.at(-1)!.seq };
}
