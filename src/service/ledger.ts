/**
 * Brings the losses that were counted into the ledger of `state.db`, every few seconds, and answers what was lost since when,
 * across restarts. Not here: counting (base/counters.ts), the table (store/losses.ts).
 * Invariant: a loss that could not be written (a full disk) stays counted here and is tried again; an answer never waits long for
 * the ingest thread.
 */
import { type Counters, LOSS_REMEDIES, type LossReason } from '../base/counters.ts';
import type { LossBook, LossEntry } from '../model.ts';

/** What a crash may forget; one small transaction, and only while something is being lost. */
const WRITE_EVERY_MS = 3000;
/** Whoever asks waits so long for a thread that is busy; then he hears what this process has counted. */
const ANSWER_MS_MAX = 1000;

/** An entry with what the operator can do about it. */
export interface ToldLoss extends LossEntry {
  readonly remedy: string;
}

export class Ledger {
  readonly #counters: Counters;
  readonly #book: LossBook;
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> | undefined;

  constructor(counters: Counters, book: LossBook, writeEveryMs = WRITE_EVERY_MS) {
    this.#counters = counters;
    this.#book = book;
    this.#timer = setInterval(() => void this.#write(), writeEveryMs);
    this.#timer.unref();
  }

  /** One entry per reason and source, newest first. */
  async since(sinceUs: number): Promise<ToldLoss[]> {
    const losses = await inTime(this.#read(sinceUs), () => this.#counters.losses().filter((loss) => loss.lastAt >= sinceUs));
    return losses.map((loss) => ({ ...loss, remedy: LOSS_REMEDIES[loss.reason as LossReason] ?? '' }));
  }

  /** What is left is written; losses that come later are not. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write();
    await this.#write();
  }

  async #read(sinceUs: number): Promise<LossEntry[]> {
    await this.#write();
    const kept = await this.#book.losses(sinceUs);
    return merged([...kept, ...this.#counters.unkeptLosses().filter((loss) => loss.lastAt >= sinceUs)]);
  }

  /** Never throws. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeNow().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    const losses = this.#counters.takeLosses();
    if (losses.length === 0) return;
    try {
      await this.#book.lose(losses);
    } catch {
      this.#counters.giveBackLosses(losses);
    }
  }
}

function merged(entries: readonly LossEntry[]): LossEntry[] {
  const byKey = new Map<string, LossEntry>();
  for (const entry of entries) {
    const key = `${entry.reason} ${entry.source}`;
    const before = byKey.get(key);
    byKey.set(
      key,
      before === undefined
        ? entry
        : {
            ...entry,
            amount: before.amount + entry.amount,
            firstAt: Math.min(before.firstAt, entry.firstAt),
            lastAt: Math.max(before.lastAt, entry.lastAt),
          },
    );
  }
  return [...byKey.values()].sort((one, other) => other.lastAt - one.lastAt);
}

async function inTime(answer: Promise<LossEntry[]>, late: () => LossEntry[]): Promise<LossEntry[]> {
  const { promise, resolve } = Promise.withResolvers<LossEntry[]>();
  const timer = setTimeout(() => resolve(late()), ANSWER_MS_MAX);
  answer.then(resolve, () => resolve(late()));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
