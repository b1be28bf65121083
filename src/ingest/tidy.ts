/**
 * Merging what the day file is searched by (store/word-index.ts), in the ingest worker, in steps of a few milliseconds: quickly while nobody writes,
 * and a fiftieth of the time where somebody does, which is enough for 10,000 lines a second.
 * Not here: sealing (seal.ts), which goes before.
 */
import type { DaysWriter } from '../store/write.ts';

/** A step of 1 to 3 ms, and now and then the disk's flush of 20. */
const STEP_PAGES = 16;
/** Nobody writes: the newest commit is so long ago. */
const QUIET_MS = 500;
/** How many times as long as a step took is waited before the next. */
const REST_QUIET = 1;
const REST_BUSY = 50;
const REST_MS_MIN = 2;

export class Tidier {
  readonly #writer: DaysWriter;
  #timer: NodeJS.Timeout | undefined;
  #committedMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(writer: DaysWriter) {
    this.#writer = writer;
  }

  /** At the start and after each commit. */
  look(): void {
    this.#committedMs = performance.now();
    if (this.#stopped || this.#timer !== undefined || this.#writer.isTidy) return;
    this.#timer = setTimeout(() => this.#step(), QUIET_MS);
  }

  #step(): void {
    this.#timer = undefined;
    const startMs = performance.now();
    try {
      if (!this.#writer.isSealDue && this.#writer.merge(STEP_PAGES)) return;
    } catch {
      // Searches take a little longer, that is all; the next commit meets what is wrong, and tells its sender. It also tries this again.
      return;
    }
    const nowMs = performance.now();
    const rest = nowMs - this.#committedMs > QUIET_MS ? REST_QUIET : REST_BUSY;
    this.#timer = setTimeout(() => this.#step(), Math.max(REST_MS_MIN, (nowMs - startMs) * rest));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
