/**
 * Sealing in the ingest worker, between its messages: some milliseconds of it, then whatever has come in meanwhile, then some more. A block at once
 * is 50-100 ms in which nothing is committed and no follower hears anything (bench:followers).
 * Not here: what is sealed, and how (store/unsealed.ts); what is done when there is nothing to seal (tidy.ts).
 */
import { limits } from '../base/limits.ts';
import type { DaysWriter } from '../store/write.ts';
import { Tidier } from './tidy.ts';

/** At most as long as followers wait for company anyway (`WAKE_AFTER_MS`), with the one step that may exceed it. */
const STEP_MS = 5;

export class Sealer {
  readonly #writer: DaysWriter;
  readonly #tidier: Tidier;
  #next: NodeJS.Immediate | undefined;
  #stopped = false;

  /** `hasRoom`: the disk is not low. */
  constructor(writer: DaysWriter, hasRoom: () => boolean) {
    this.#writer = writer;
    this.#tidier = new Tidier(writer, hasRoom);
  }

  /** As many records fill a block with those that wait already; the worker commits them then, and they are sealed at once. Never less than half a block. */
  get batchRecords(): number {
    return limits.blockRecordsMax - Math.min(this.#writer.waiting, limits.blockRecordsMax / 2);
  }

  /** After each commit. */
  look(): void {
    this.#tidier.look();
    if (this.#stopped || this.#next !== undefined || !this.#writer.isSealDue) return;
    // Immediates come after the messages that are there: sealing never goes before what somebody sends.
    this.#next = setImmediate(() => this.#step());
  }

  #step(): void {
    this.#next = undefined;
    try {
      this.#writer.seal(STEP_MS);
    } catch {
      // All is as it was. The writer leaves the next try to an append, which tells its sender what is wrong.
      return;
    }
    this.look();
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#next);
    this.#tidier.stop();
  }
}
