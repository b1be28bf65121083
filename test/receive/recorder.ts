/**
 * An intake for tests: keeps copies of what it was given, as `accept` promises to, and overwrites the caller's
 * bytes afterwards, so that a receiver that relies on them is found out. Waits are for conditions, never for time.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Intake, MessageFlag, MessageRun, Source } from '../../src/model.ts';

export interface Recorded {
  readonly bytes: Buffer;
  readonly source: Source;
  readonly received: number;
  readonly flag: MessageFlag | undefined;
}

export class Recorder implements Intake {
  readonly messages: Recorded[] = [];
  pendingBytes = 0;
  runs = 0;
  /** Set to make `accept` wait, or reject. */
  answer: () => Promise<void> = () => Promise.resolve();

  accept(run: MessageRun): Promise<void> {
    this.runs++;
    for (let at = 0; at < run.spans.length; at += 2) {
      const bytes = Buffer.from(run.bytes.subarray(run.spans[at], run.spans[at + 1]));
      this.messages.push({ bytes, source: run.source, received: run.received, flag: run.flags?.get(at >> 1) });
    }
    for (let at = 0; at < run.spans.length; at += 2) run.bytes.fill(0x58, run.spans[at], run.spans[at + 1]);
    return this.answer();
  }

  texts(): string[] {
    return this.messages.map((message) => message.bytes.toString('latin1'));
  }
}

/** Event-loop turns until the condition holds; the test runner's own time limit ends a wait that never will. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
