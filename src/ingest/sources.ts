/**
 * Sources that can be read again - imported and followed files - as the ingest worker sees them: how far each was taken,
 * and the time of its last line, which lines without a stamp of their own get, because their arrival says nothing.
 *
 * Invariant: a part of a source is taken only where the part before it ended. If that was refused (full disk), everything
 * behind it is refused too, until its reader begins again where the disk ends. Not here: what a position means.
 */
import type { LogRecord, Position, Source } from '../model.ts';

/** Sources whose newest line is remembered; who comes back begins with the time of the file. */
const SOURCES_MAX = 10_000;
/** As many sources may begin with the same bytes and be different ones. */
const SAME_MAX = 1000;

/** Of the store: what is committed. */
export interface Committed {
  readonly positions: ReadonlyMap<string, string>;
}

export class Sources {
  readonly #committed: Committed;
  /** Of the records that wait for the commit. */
  #moves = new Map<string, string>();
  readonly #newestUs = new Map<string, number>();
  /** What is being parsed is a file's. */
  #isFile = false;
  /** Time of its newest line, as far as one is known. */
  #lineUs: number | undefined;

  constructor(committed: Committed) {
    this.#committed = committed;
  }

  /** To be committed together with the records parsed so far. */
  get moves(): ReadonlyMap<string, string> {
    return this.#moves;
  }

  /** Is the source where this part of it begins? */
  isAt({ source, after }: Required<Position>): boolean {
    try {
      return (this.#moves.get(source) ?? this.#committed.positions.get(source) ?? '') === after;
    } catch {
      // A day file that cannot be read: whoever asks for positions hears which; nothing is taken without knowing.
      return false;
    }
  }

  begin({ hints }: Source, source: string | undefined): void {
    this.#isFile = source !== undefined;
    this.#lineUs = source === undefined ? undefined : (this.#newestUs.get(source) ?? hints?.nearUs);
  }

  /** A line of a file without a stamp is of the time of the line before it, the first ones of that of the file. */
  dated(record: LogRecord): void {
    if (!this.#isFile) return;
    if (record.time === record.received) record.time = this.#lineUs ?? record.received;
    else this.#lineUs = record.time;
  }

  moved({ source, value }: Position): void {
    this.#moves.set(source, value);
    if (this.#lineUs === undefined) return;
    if (this.#newestUs.size >= SOURCES_MAX) this.#newestUs.clear();
    this.#newestUs.set(source, this.#lineUs);
  }

  /** The commit is over: what it held is known to the store, or nothing of it is. */
  settle(): void {
    if (this.#moves.size > 0) this.#moves = new Map();
  }

  /** Of each source and of those that begin like it (`SOURCE#2` …). Throws when a day file cannot be read. */
  known(sources: readonly string[]): Position[] {
    const { positions } = this.#committed;
    const found: Position[] = [];
    for (const source of sources) {
      for (let number = 1; number <= SAME_MAX; number++) {
        const name = number === 1 ? source : `${source}#${number}`;
        const value = positions.get(name);
        if (value === undefined) break;
        found.push({ source: name, value });
      }
    }
    return found;
  }
}
