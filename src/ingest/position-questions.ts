/** Questions of the main thread for positions, and the worker's answers to them. A position holds once its log is on disk: who hears of it may drop what it stands for. */
import { fromMessage } from '../base/errors.ts';
import type { Position } from '../model.ts';
import type { PositionsMessage, PositionsRequest } from './protocol.ts';

export class PositionQuestions {
  readonly #post: (request: PositionsRequest) => void;
  readonly #onDisk: (log: string) => Promise<void>;
  readonly #asked = new Map<number, PromiseWithResolvers<Position[]>>();
  #nextId = 1;

  constructor(post: (request: PositionsRequest) => void, onDisk: (log: string) => Promise<void>) {
    this.#post = post;
    this.#onDisk = onDisk;
  }

  ask(sources: readonly string[]): Promise<Position[]> {
    const id = this.#nextId++;
    const asked = Promise.withResolvers<Position[]>();
    this.#asked.set(id, asked);
    this.#post({ kind: 'positions', id, sources });
    return asked.promise;
  }

  hear({ id, positions, error, log }: PositionsMessage): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error !== undefined) asked?.reject(fromMessage(error));
    else this.#onDisk(log).then(() => asked?.resolve(positions), asked?.reject);
  }

  end(error: Error): void {
    for (const asked of this.#asked.values()) asked.reject(error);
    this.#asked.clear();
  }
}
