/**
 * What is being lost, for those who follow: once a second at most, summed by reason, so that a storm of losses is one line. Compares the counters while
 * somebody listens, and costs nothing else. Not here: what was lost before (losses.ts), records dropped by retention (follow.ts).
 * Invariant: what a listener is told adds up to what was counted while it listened, however late it asks.
 */
import type { Counters } from '../base/counters.ts';
import type { LossNote } from '../base/loss-words.ts';

const EVERY_MS = 1000;
/** Somebody's probe or a port scan; it goes on for as long as it goes on, and nothing of anybody's is missing. */
const UNTOLD: ReadonlySet<string> = new Set(['empty']);

export interface LossListener {
  /** Calls back whenever there is something to take. */
  onNews(call: () => void): void;
  /** What was lost since the last time. */
  take(): readonly LossNote[];
}

export class LossNews {
  readonly #counters: Counters;
  readonly #everyMs: number;
  readonly #listeners = new Set<(notes: readonly LossNote[]) => void>();
  #seen = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(counters: Counters, everyMs = EVERY_MS) {
    this.#counters = counters;
    this.#everyMs = everyMs;
  }

  /** From now on, until the signal. */
  listen(signal: AbortSignal): LossListener {
    let waiting = new Map<string, LossNote>();
    let call = (): void => {};
    const hear = (notes: readonly LossNote[]): void => {
      for (const note of notes) waiting.set(note.reason, added(waiting.get(note.reason), note));
      call();
    };
    // Who comes now hears nothing of what was lost before.
    this.#look();
    this.#listeners.add(hear);
    this.#timer ??= setInterval(() => this.#look(), this.#everyMs).unref();
    const leave = (): void => {
      this.#listeners.delete(hear);
      if (this.#listeners.size === 0) this.#timer = void clearInterval(this.#timer);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return {
      onNews(one) {
        call = one;
      },
      take() {
        const notes = [...waiting.values()];
        if (notes.length > 0) waiting = new Map();
        return notes;
      },
    };
  }

  #look(): void {
    const losses = this.#counters.losses().filter(({ reason }) => !UNTOLD.has(reason));
    const notes = new Map<string, LossNote>();
    const seen = new Map<string, number>();
    for (const { reason, source, amount } of losses) {
      const key = `${reason} ${source}`;
      seen.set(key, amount);
      const more = amount - (this.#seen.get(key) ?? 0);
      if (more > 0) notes.set(reason, added(notes.get(reason), { reason, amount: more, source, sources: 1 }, true));
    }
    this.#seen = seen;
    if (notes.size > 0) for (const hear of this.#listeners) hear([...notes.values()]);
  }
}

/** `isOther`: of another source; else the sources may be the same as before. */
function added(before: LossNote | undefined, note: LossNote, isOther = false): LossNote {
  if (before === undefined) return note;
  return {
    reason: note.reason,
    amount: before.amount + note.amount,
    source: note.amount > before.amount ? note.source : before.source,
    sources: isOther ? before.sources + note.sources : Math.max(before.sources, note.sources),
  };
}

const news = new WeakMap<Counters, LossNews>();

/** One for all who follow. */
export function lossNewsOf(counters: Counters): LossNews {
  let one = news.get(counters);
  if (one === undefined) {
    one = new LossNews(counters);
    news.set(counters, one);
  }
  return one;
}
