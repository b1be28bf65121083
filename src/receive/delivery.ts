/**
 * Hands runs of messages to the intake for a receiver: counts what came in, counts a refused run as lost
 * with its reason, and knows when all is settled. Not here: waiting for the intake (that is up to each receiver).
 */
import type { Counters, LossReason } from '../base/counters.ts';
import { isCoded } from '../base/errors.ts';
import type { Intake, MessageRun } from '../model.ts';

export class Delivery {
  readonly #intake: Intake;
  readonly #counters: Counters;
  #open = 0;
  #waiting: (() => void)[] = [];

  constructor(intake: Intake, counters: Counters) {
    this.#intake = intake;
    this.#counters = counters;
  }

  /** `settled` is called once, when the run is on disk or lost. Never throws. */
  hand(run: MessageRun, settled?: () => void): void {
    const { spans, source } = run;
    let bytes = 0;
    for (let at = 1; at < spans.length; at += 2) bytes += spans[at]! - spans[at - 1]!;
    this.#counters.add('messages.received', spans.length >> 1, source.transport);
    this.#counters.add('bytes.received', bytes, source.transport);
    this.#open++;
    const close = (): void => {
      this.#open--;
      settled?.();
      if (this.#open === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
    const fail = (error: unknown): void => {
      this.#counters.lose(lossReason(error), source.peer, spans.length >> 1);
      close();
    };
    try {
      this.#intake.accept(run).then(close, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Resolves when every run handed over so far has settled. */
  settled(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

function lossReason(error: unknown): LossReason {
  if (!isCoded(error)) return 'internal';
  return error.code === 'disk-full' || error.code === 'overloaded' ? error.code : 'internal';
}
