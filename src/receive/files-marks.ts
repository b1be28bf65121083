/**
 * Which patterns were looked at before, in this data folder: `files.from: end` holds for what is there at the first look only, what comes
 * later - also while the service is down - is read from its beginning. Kept among the positions, under names that no file has.
 */
import { hash } from 'node:crypto';
import { nowUs } from '../base/time.ts';
import type { Ingest } from '../model.ts';

const MARK_CHARS = 32;
const VALUE = 'seen';

export class Marks {
  readonly #ingest: Pick<Ingest, 'accept' | 'positions'>;
  readonly #marked = new Set<string>();

  constructor(ingest: Pick<Ingest, 'accept' | 'positions'>) {
    this.#ingest = ingest;
  }

  async unmarked(patterns: readonly string[]): Promise<string[]> {
    const asked = patterns.filter((pattern) => !this.#marked.has(pattern));
    if (asked.length === 0) return [];
    const known = new Set((await this.#ingest.positions(asked.map(markOf))).map(({ source }) => source));
    for (const pattern of asked) if (known.has(markOf(pattern))) this.#marked.add(pattern);
    return asked.filter((pattern) => !this.#marked.has(pattern));
  }

  async mark(patterns: readonly string[]): Promise<void> {
    for (const pattern of patterns) {
      const position = { source: markOf(pattern), after: '', value: VALUE };
      await this.#ingest.accept({
        source: { transport: 'file', peer: pattern },
        received: nowUs(),
        bytes: new Uint8Array(),
        spans: [],
        position,
      });
      this.#marked.add(pattern);
    }
  }
}

/** The name of a pattern's mark among the positions. */
export function markOf(pattern: string): string {
  return `files:${hash('sha256', pattern, 'hex').slice(0, MARK_CHARS)}`;
}
