/**
 * One sender at work: batch after batch, over a channel that is opened again when it breaks. Who gets answers sends again what has none, and
 * goes on only behind it; who gets none goes on behind what it has written. Knows how many it sent, and nothing of what became of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, Places, Transport } from './senders.ts';

export const BATCH = 40;
/** A batch every 20 ms: two thousand messages a second of each kind. */
const PAUSE_MS = 20;
/** Before the next try. */
const AGAIN_MS = 50;
/** A service that does not read for longer is given up, as omrelp does after 90 s: then nothing would ever end. */
const STUCK_MS = 60_000;

export class Sending {
  readonly transport: Transport;
  readonly #places: () => Places;
  #channel: Channel | undefined;
  #breaking: PromiseWithResolvers<void> | undefined;
  #isStopped = false;
  /** Messages at once of those who need no answer. */
  batch = BATCH;
  /** Handed on for the first time. */
  sent = 0;
  /** Times that what had no answer was sent again. */
  again = 0;
  /** Who needs no answer has one when it is handed on. */
  #answered = 0;
  /** Why a channel broke last. */
  trouble = '';
  readonly done: Promise<void>;

  constructor(transport: Transport, places: () => Places) {
    this.transport = transport;
    this.#places = places;
    this.done = this.#run();
  }

  /** The next batch has just gone out when its channel breaks; resolves then. */
  breakNext(): Promise<void> {
    this.#breaking ??= Promise.withResolvers();
    return this.#breaking.promise;
  }

  /** No new messages; `done` resolves when all that were begun are answered. */
  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    let stuckMs = 0;
    while (!this.#isStopped || this.#answered < this.sent) {
      try {
        this.#channel ??= await this.transport.open(this.#places());
        await this.#batch(this.#channel);
        stuckMs = 0;
        await sleep(PAUSE_MS);
      } catch (error) {
        this.trouble = (error as Error).message;
        this.#channel = undefined;
        if (stuckMs > STUCK_MS) throw new Error(`${this.transport.name} does not get on: ${this.trouble}`);
        stuckMs += AGAIN_MS;
        await sleep(AGAIN_MS);
      }
    }
    this.#channel?.end();
  }

  async #batch(channel: Channel): Promise<void> {
    const { window, isAnswered, name } = this.transport;
    const from = this.#answered + 1;
    const count = isAnswered ? window || BATCH : this.batch;
    const isAgain = this.sent >= from;
    // Messages that have no answer are sent again as they were, and no new ones with them.
    const to = isAgain ? this.sent : from + count - 1;
    if (isAgain) this.again++;
    this.sent = to;
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    try {
      const done = channel.send(numbers, () => {
        if (isAnswered || name === 'unix') this.#answered++;
      });
      if (this.#breaking !== undefined) channel.break();
      this.#breaking?.resolve();
      this.#breaking = undefined;
      await done;
    } finally {
      if (!isAnswered && name !== 'unix') this.#answered = this.sent;
    }
  }
}
