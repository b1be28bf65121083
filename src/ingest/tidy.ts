/**
 * Merging what the day file is searched by (store/word-index.ts), in the ingest worker, while nobody writes, in steps of a few milliseconds. Not under
 * load: where blocks come into the midst of a merge of all pieces, the sealing of one now and then takes 0.2-0.4 s instead of 0.05.
 * Not here: sealing (seal.ts), which goes before.
 */
import type { DaysWriter } from '../store/write.ts';

/** A step of 1 to 3 ms, and now and then the disk's flush of 20. */
const STEP_PAGES = 16;
/** Nobody writes: the newest commit is so long ago. */
const QUIET_MS = 500;
const REST_MS = 3;

export class Tidier {
  readonly #writer: DaysWriter;
  readonly #hasRoom: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #committedMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  /** `hasRoom`: the disk is not low. */
  constructor(writer: DaysWriter, hasRoom: () => boolean) {
    this.#writer = writer;
    this.#hasRoom = hasRoom;
  }

  /** At the start and after each commit. */
  look(): void {
    this.#committedMs = performance.now();
    if (this.#stopped || this.#timer !== undefined || this.#writer.isTidy) return;
    this.#timer = setTimeout(() => this.#step(), QUIET_MS);
  }

  #step(): void {
    this.#timer = undefined;
    const untilQuietMs = this.#committedMs + QUIET_MS - performance.now();
    if (untilQuietMs > 0) {
      this.#timer = setTimeout(() => this.#step(), untilQuietMs + 1);
      return;
    }
    // What is left is for what was received, and for searches; the next commit looks again.
    if (!this.#hasRoom()) return;
    try {
      if (!this.#writer.isSealDue && this.#writer.merge(STEP_PAGES)) return;
    } catch {
      // Searches take a little longer, that is all. It is tried again behind the next commit; damage is told by the sealing that meets it, and by `verify`.
      return;
    }
    this.#timer = setTimeout(() => this.#step(), REST_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
