/**
 * Which parts of the program have run since the last question: V8's own block coverage by node:inspector, of our sources only. A question costs
 * milliseconds, so it is asked once per batch of inputs (engine.ts).
 */
import { type Profiler, Session } from 'node:inspector';

const OURS = /\/(src|parsers)\/[^?]*$/;

export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Parts seen so far. */
  get size(): number {
    return this.#seen.size;
  }

  /** Parts that have run since the last call; the counts begin anew. */
  take(): string[] {
    let result: Profiler.ScriptCoverage[] = [];
    // The session is of this thread: the answer is there when the call returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error) throw error;
      result = answer.result;
    });
    const parts: string[] = [];
    for (const { scriptId, url, functions } of result) {
      if (!OURS.test(url)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) if (count > 0) parts.push(`${scriptId} ${startOffset} ${endOffset}`);
      }
    }
    return parts;
  }

  /** Those of them that were never seen; they are seen now. */
  news(parts: readonly string[]): string[] {
    const fresh = parts.filter((part) => !this.#seen.has(part));
    for (const part of fresh) this.#seen.add(part);
    return fresh;
  }

  close(): void {
    this.#session.disconnect();
  }
}
