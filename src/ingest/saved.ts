/**
 * Saved searches, the loss ledger, the error groups, spikes and snoozes over the two sides of the ingest thread, which owns `state.db`: the main thread asks with a number, the
 * worker answers with the same. Not here: how they are kept (store/saved.ts, store/losses.ts, store/errors.ts, store/spikes.ts).
 */
import { type CodedError, type ErrorMessage, fromMessage, toMessage } from '../base/errors.ts';
import type {
  ErrorAsk,
  ErrorBook,
  ErrorTally,
  LossAsk,
  LossBook,
  LossEntry,
  SavedAsk,
  SavedSearch,
  SavedSearches,
  Snooze,
  SpikeAsk,
  SpikeShelf,
  SpikesKept,
  ToldAsk,
  ToldBook,
  ToldSpike,
} from '../model.ts';

type StateAsk = SavedAsk | LossAsk | ErrorAsk | SpikeAsk | ToldAsk;

export interface SavedRequest {
  readonly kind: 'saved';
  readonly id: number;
  readonly ask: StateAsk;
}

export interface SavedMessage {
  readonly kind: 'saved';
  readonly id: number;
  readonly value: unknown;
  readonly error: ErrorMessage | undefined;
}

/** The worker's side. */
export function savedMessage({ id, ask }: SavedRequest, answer: (ask: StateAsk) => unknown): SavedMessage {
  try {
    return { kind: 'saved', id, value: answer(ask), error: undefined };
  } catch (error) {
    return { kind: 'saved', id, value: undefined, error: toMessage(error) };
  }
}

/** The main thread's side. */
export class SavedQuestions implements SavedSearches, LossBook, ErrorBook, SpikeShelf, ToldBook {
  readonly #post: (request: SavedRequest) => void;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #nextId = 1;
  #ended: CodedError | undefined;

  constructor(post: (request: SavedRequest) => void) {
    this.#post = post;
  }

  #ask(ask: StateAsk): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(id, asked);
    this.#post({ kind: 'saved', id, ask });
    return asked.promise;
  }

  hear({ id, value, error }: SavedMessage): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(fromMessage(error));
  }

  /** Nobody answers any more. */
  end(error: CodedError): void {
    this.#ended = error;
    for (const asked of this.#asked.values()) asked.reject(error);
    this.#asked.clear();
  }

  list(): Promise<SavedSearch[]> {
    return this.#ask({ do: 'list' }) as Promise<SavedSearch[]>;
  }

  one(name: string): Promise<SavedSearch | undefined> {
    return this.#ask({ do: 'one', name }) as Promise<SavedSearch | undefined>;
  }

  keep(search: SavedSearch): Promise<boolean> {
    return this.#ask({ do: 'keep', search }) as Promise<boolean>;
  }

  async lose(losses: readonly LossEntry[]): Promise<void> {
    await this.#ask({ do: 'lose', losses });
  }

  losses(sinceUs: number): Promise<LossEntry[]> {
    return this.#ask({ do: 'losses', sinceUs }) as Promise<LossEntry[]>;
  }

  drop(name: string): Promise<boolean> {
    return this.#ask({ do: 'drop', name }) as Promise<boolean>;
  }

  addErrors(tally: ErrorTally): Promise<{ isTaken: boolean; overflow: number }> {
    return this.#ask({ do: 'errors-add', tally }) as Promise<{ isTaken: boolean; overflow: number }>;
  }

  errorsAfter(): Promise<number> {
    return this.#ask({ do: 'errors-after' }) as Promise<number>;
  }

  told(): Promise<ToldSpike[]> {
    return this.#ask({ do: 'told-list' }) as Promise<ToldSpike[]>;
  }

  async keepTold(told: readonly ToldSpike[], sinceUs: number): Promise<void> {
    await this.#ask({ do: 'told-keep', told, sinceUs });
  }

  async pruneErrors(firstSeq: number): Promise<void> {
    await this.#ask({ do: 'errors-prune', firstSeq });
  }

  readSpikes(): Promise<SpikesKept> {
    return this.#ask({ do: 'spikes' }) as Promise<SpikesKept>;
  }

  keepSpikes(spikes: Omit<Extract<SpikeAsk, { do: 'spikes-keep' }>, 'do'>): Promise<boolean> {
    return this.#ask({ do: 'spikes-keep', ...spikes }) as Promise<boolean>;
  }

  readSnoozes(): Promise<Snooze[]> {
    return this.#ask({ do: 'snoozes' }) as Promise<Snooze[]>;
  }

  keepSnooze(snooze: Snooze): Promise<boolean> {
    return this.#ask({ do: 'snooze', snooze }) as Promise<boolean>;
  }

  dropSnooze(name: string): Promise<boolean> {
    return this.#ask({ do: 'unsnooze', name }) as Promise<boolean>;
  }
}
