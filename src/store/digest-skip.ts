/**
 * Blocks that a search need not open: their digest says that no record of theirs matches. The index knows words and ids; the
 * digest also fields, parts of words and expressions. Not here: deciding single records (leaf.ts).
 * Invariant: a block is left out only when its digest is sure; one without a digest, or with a damaged one, is opened.
 */
import type { Filter } from '../model.ts';
import { type DigestJudge, digestJudge } from './digest-verdict.ts';
import type { DaysReader } from './read.ts';
import { VERDICT } from './shape-verdict.ts';
import type { Unit } from './units.ts';

export class DigestSkip {
  readonly #reader: DaysReader;
  /** Absent: nothing can be left out. */
  readonly #judge: DigestJudge | undefined;

  constructor(reader: DaysReader, filter: Filter) {
    this.#reader = reader;
    this.#judge = filter.kind === 'all' ? undefined : digestJudge(filter);
  }

  mayHold(unit: Unit): boolean {
    if (unit.kind === 'fresh' || this.#judge === undefined) return true;
    try {
      const view = this.#reader.use(unit.view);
      const digest = view.digest(unit.extent);
      if (digest === undefined) return true;
      return this.#judge(digest, (number) => view.file.shape(number)).some((verdict) => verdict !== VERDICT.no);
    } catch {
      // What is wrong with it is told by whoever opens the block.
      return true;
    }
  }
}
