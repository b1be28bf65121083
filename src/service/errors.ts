/**
 * Keeps the error groups up to date: slice after slice of the store is counted by a query worker and kept by the ingest thread, together
 * with the seq up to which everything is counted. Follows the store and not the receivers, so what is imported or was stored while
 * nobody counted is counted, too, and a restart goes on where the last one ended. Answers what is asked of the groups.
 *
 * Invariants: every error once, whatever fails in between; never more than half of one query worker; ingest waits for nothing here.
 * Not here: counting (store/error-slice.ts), keeping (store/errors.ts), states and rules (report/error-list.ts).
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSignatureFile } from '../base/config.ts';
import type { Counters } from '../base/counters.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { nowUs } from '../base/time.ts';
import type {
  ErrorBook,
  ErrorExplain,
  ErrorList,
  ErrorReader,
  ErrorRule,
  ErrorTally,
  ErrorWant,
  Ingest,
  Reader,
  SignatureEntry,
} from '../model.ts';

/** Lines of a traceback that come one by one are together after half a second, also on a busy network after this. */
const SETTLE_US = 2e6;
/** How soon an error shows, besides the above. */
const LOOK_MS = 1000;
/** After something failed. */
const AGAIN_MS = 5000;
/** Errors of one slice: those of one block, which is decoded for it as a whole. */
const SLICE_RECORDS = limits.blockRecordsMax;
/** Without an error, how far is written down only so often: a crash reads that much again. */
const NOTE_RECORDS = 100_000;
/** Below what most clients wait for. */
const SETTLED_MS_MAX = 25_000;

export interface KeeperParts {
  readonly reader: Reader & ErrorReader;
  readonly book: ErrorBook;
  readonly ingest: Pick<Ingest, 'committedSeq' | 'lastSeq'>;
  readonly counters: Counters;
  readonly log: Log;
  readonly rules: readonly ErrorRule[];
  /** What was counted, once it is kept. */
  readonly onTally?: (tally: ErrorTally) => void;
  /** For tests. */
  readonly settleUs?: number;
  readonly lookMs?: number;
}

/** What was asked, without what the keeper adds. */
export type ErrorAsked = Omit<ErrorWant, 'rules'>;

export class ErrorKeeper {
  readonly #parts: KeeperParts;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #rules: readonly ErrorRule[];
  /** Counted and, up to `#kept`, written down. */
  #after = 0;
  #kept = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#rules = parts.rules;
    this.#running = this.#run();
  }

  /** Other rules of the configuration, from the next question on. */
  configure(rules: readonly ErrorRule[]): void {
    this.#rules = rules;
  }

  /** Records that are stored and not yet counted. */
  get behind(): number {
    return Math.max(0, this.#parts.ingest.committedSeq - this.#after);
  }

  list(asked: ErrorAsked, signal?: AbortSignal): Promise<ErrorList> {
    return this.#parts.reader.listErrors({ ...asked, rules: this.#rules }, signal);
  }

  explain(text: string, asked: ErrorAsked, signal?: AbortSignal): Promise<ErrorExplain> {
    return this.#parts.reader.explainError(text, { ...asked, rules: this.#rules }, signal);
  }

  /** Resolves when everything that is stored by now is counted; throws `timeout` when that takes too long. */
  async settled(signal: AbortSignal): Promise<void> {
    const until = this.#parts.ingest.committedSeq;
    const givenUpAt = performance.now() + SETTLED_MS_MAX;
    while (this.#after < until && !signal.aborted) {
      if (performance.now() > givenUpAt)
        throw new CodedError('timeout', `${until - this.#after} records are not counted yet; ask again later`);
      await sleep(50);
    }
  }

  /** Retention has dropped files: who has them open lets go, and what was counted of them goes, too. */
  dropped(open: { letGo(): void }): void {
    open.letGo();
    this.#prune().catch((error: Error) => this.#trouble(error));
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    // What is not written down is read again next time: no error is in it.
    if (this.#after > this.#kept)
      await this.#keep({ from: this.#kept, after: this.#after, caughtUp: true, lost: 0, groups: [] }).catch(() => undefined);
  }

  async #run(): Promise<void> {
    let begun = false;
    while (!this.#stop.signal.aborted) {
      let waitMs = this.#parts.lookMs ?? LOOK_MS;
      try {
        if (!begun) await this.#begin();
        begun = true;
        waitMs = await this.#step(waitMs);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#trouble(error as Error);
        begun = false;
        waitMs = AGAIN_MS;
      }
      await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #begin(): Promise<void> {
    const { book, ingest, log } = this.#parts;
    this.#kept = await book.errorsAfter();
    this.#after = this.#kept;
    if (this.#kept <= ingest.lastSeq) return;
    log.warn('the error groups know newer records than are stored: these are other data; new errors are counted from here', {
      counted: this.#kept,
      stored: ingest.lastSeq,
    });
    await this.#keep({ from: this.#kept, after: ingest.lastSeq, caughtUp: true, lost: 0, groups: [] });
    this.#after = this.#kept;
  }

  /** One slice. How long to wait before the next. */
  async #step(idleMs: number): Promise<number> {
    const { reader, ingest, counters, settleUs = SETTLE_US } = this.#parts;
    if (ingest.committedSeq <= this.#after) return idleMs;
    const beganMs = performance.now();
    const tallies = await reader.countErrors({ after: this.#after, settledUs: nowUs() - settleUs, limit: SLICE_RECORDS });
    const tookMs = performance.now() - beganMs;
    for (const tally of tallies) {
      if (tally.groups.length > 0 || tally.after - this.#kept >= NOTE_RECORDS) await this.#keep({ ...tally, from: this.#kept });
      this.#after = tally.after;
      if (tally.lost > 0) counters.add('errors.missed', tally.lost);
    }
    // As long as the slice took: half of the worker is left to those who ask.
    return tallies.at(-1)?.caughtUp ? idleMs : tookMs;
  }

  async #keep(tally: ErrorTally): Promise<void> {
    const { book, counters, onTally } = this.#parts;
    const { isTaken, overflow } = await book.addErrors(tally);
    if (!isTaken) throw new CodedError('internal', 'BUG: somebody else counts errors');
    this.#kept = tally.after;
    onTally?.(tally);
    counters.add(
      'errors.counted',
      tally.groups.reduce((sum, { count }) => sum + count, 0),
    );
    if (overflow > 0) counters.add('errors.overflow', overflow);
    for (const { signature, level, count } of tally.groups) counters.groups.add(signature, level, count);
  }

  async #prune(): Promise<void> {
    const { firstSeq } = await this.#parts.reader.status();
    if (firstSeq !== undefined) await this.#parts.book.pruneErrors(firstSeq);
  }

  #trouble(error: Error): void {
    if (this.#stop.signal.aborted || (isCoded(error) && error.code === 'store-closed')) return;
    this.#parts.log.limited('errors', 60_000).warn('error groups are not counted; trying again', { error: error.message });
  }
}

/** `config/signatures.yaml` beside the program, in a checkout and in a built package. Throws `bad-setting`. */
export function knownErrors(): SignatureEntry[] {
  const places = ['../../config/signatures.yaml', '../../../config/signatures.yaml'].map((path) => new URL(path, import.meta.url).pathname);
  const path = places.find((one) => existsSync(one));
  return path === undefined ? [] : readSignatureFile(path);
}
