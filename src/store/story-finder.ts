/**
 * What the parts of a story ask of whoever finds its records: the engine (story-find.ts), and in tests a look at every record.
 */
import type { Sought } from '../report/story-links.ts';
import type { Piece } from '../report/story-piece.ts';
import type { Needle } from './story-needles.ts';

export interface FoundPieces {
  readonly pieces: readonly Piece[];
  /** Ids of which more records exist than were read. */
  readonly cut: ReadonlySet<string>;
  /** The time was over before all was looked at. */
  readonly isLate: boolean;
}

/** How much of one search may be found. */
export interface FindBounds {
  /** Records of one id. */
  readonly each: (needle: Needle) => number;
  /** Of all together; what is left out then has no order. */
  readonly all: number;
}

/** Where the records of a story are found; the engine's own is `StoryFinder`. */
export interface Finder {
  find(wanted: readonly Sought[], bounds: FindBounds): Generator<undefined, FoundPieces>;
  /** Where was looked: records, and the times of the first and the last; undefined in an empty store. */
  readonly span: { records: number; oldestUs: number; newestUs: number } | undefined;
  /** Keys of the ids that begin with any of these eight digits. */
  keysWithHead(heads: ReadonlySet<string>): Iterable<string>;
  readonly damaged: ReadonlySet<string>;
  readonly searches: number;
  readonly recordsScanned: number;
}
