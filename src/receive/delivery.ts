/**
 * Hands runs of messages to the intake for a receiver: counts what came in, counts a refused run as lost
 * with its reason, and knows when all is settled. Not here: waiting for the intake (that is up to each receiver).
 */
import type { Counters, LossReason } from '../base/counters.ts';
import { isCoded } from '../base/errors.ts';
import type { Intake, MessageRun } from '../model.ts';

/** Who hears what became of a run. */
export interface Told {
  /** Once, when the run is on disk, lost or refused. */
  readonly settled?: (() => void) | undefined;
  readonly stored?: (() => void) | undefined;
  /** It could not be stored, and its sender has it still. Absent: then it is lost, and counted. */
  readonly refused?: ((error: unknown) => void) | undefined;
}

export class Delivery {
  readonly #intake: Intake;
  readonly #counters: Counters;
  #open = 0;
  #waiting: (() => void)[] = [];

  constructor(intake: Intake, counters: Counters) {
    this.#intake = intake;
    this.#counters = counters;
  }

  /** Never throws. */
  hand(run: MessageRun, told: Told = {}): void {
    const { spans, source } = run;
    let bytes = 0;
    for (let at = 1; at < spans.length; at += 2) bytes += spans[at]! - spans[at - 1]!;
    this.#counters.add('messages.received', spans.length >> 1, source.transport);
    this.#counters.add('bytes.received', bytes, source.transport);
    this.#open++;
    const arrivedMs = performance.now();
    const close = (): void => {
      this.#open--;
      told.settled?.();
      if (this.#open === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
    const fail = (error: unknown): void => {
      if (told.refused) told.refused(error);
      else this.#counters.lose(lossReason(error), source.peer, spans.length >> 1);
      close();
    };
    const store = (): void => {
      this.#counters.commits.add((performance.now() - arrivedMs) / 1000);
      told.stored?.();
      close();
    };
    try {
      this.#intake.accept(run).then(store, fail);
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
