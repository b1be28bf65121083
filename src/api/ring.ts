/**
 * The newest records for those who follow: decoded, rendered once for all of them, bounded in bytes.
 * Not here: who follows, and what happens to those for whom the ring is too short (follow.ts).
 * Invariant: no gap between the seqs of what is kept; a record that does not join on empties the ring.
 */
import { marks } from '../../parsers/index.ts';
import { publicJson } from '../base/public.ts';
import type { LogRecord, RenderedEvent } from '../model.ts';
import { exactText } from '../store/merge.ts';

/** What a decoded record weighs beside its texts. */
const RECORD_BYTES = 600;

interface Kept {
  readonly record: LogRecord;
  bytes: number;
  /** Made for the first follower that wants it. */
  json: string | undefined;
  /** The same with the text as it was received. */
  rawJson: string | undefined;
}

/** In the place of what was dropped. */
const GONE: Kept = { record: { seq: 0 } as LogRecord, bytes: 0, json: undefined, rawJson: undefined };

/** The newest records without a gap between their seqs, oldest first, bounded in bytes. */
export class Ring {
  readonly #bytesMax: number;
  #kept: Kept[] = [];
  /** Index of the oldest; those before it are dropped now and then. */
  #head = 0;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  covers(seq: number): boolean {
    const oldest = this.#kept[this.#head];
    return oldest !== undefined && seq >= oldest.record.seq && seq <= this.#kept.at(-1)!.record.seq;
  }

  clear(): void {
    this.#kept = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  push(records: readonly LogRecord[]): void {
    for (const record of records) {
      const newest = this.#kept.at(-1);
      if (newest !== undefined && record.seq !== newest.record.seq + 1) this.clear();
      const bytes = RECORD_BYTES + 2 * (record.message.length + (record.raw?.length ?? 0));
      this.#kept.push({ record, bytes, json: undefined, rawJson: undefined });
      this.#bytes += bytes;
    }
    while (this.#bytes > this.#bytesMax && this.#head < this.#kept.length) {
      this.#bytes -= this.#kept[this.#head]!.bytes;
      // Its place stays for a while, and must not keep it: that would be the ring twice.
      this.#kept[this.#head++] = GONE;
    }
    // Moving what is left costs its length, so only when at least as much has gone.
    if (this.#head > this.#kept.length / 2) {
      this.#kept = this.#kept.slice(this.#head);
      this.#head = 0;
    }
  }

  /** What matches behind `after`, of at most `eventsMax` records. The ring covers the next one. */
  take(
    after: number,
    want: { matches: (record: LogRecord) => boolean; eventsMax: number; raw?: boolean },
  ): { events: RenderedEvent[]; lost: number; after: number } {
    const start = this.#head + (after + 1 - this.#kept[this.#head]!.record.seq);
    const end = Math.min(this.#kept.length, start + want.eventsMax);
    const events: RenderedEvent[] = [];
    for (let index = start; index < end; index++) {
      const kept = this.#kept[index]!;
      const { record } = kept;
      if (!want.matches(record)) continue;
      events.push({
        seq: record.seq,
        kind: record.of === undefined ? 'record' : 'more',
        json: want.raw ? this.#rawJson(kept) : this.#json(kept),
      });
    }
    return { events, lost: 0, after: this.#kept[end - 1]!.record.seq };
  }

  #json(kept: Kept): string {
    kept.json ??= this.#weighed(kept, publicJson(kept.record, marks(kept.record)));
    return kept.json;
  }

  #rawJson(kept: Kept): string {
    kept.rawJson ??= this.#weighed(kept, publicJson(kept.record, marks(kept.record), exactText(kept.record)));
    return kept.rawJson;
  }

  #weighed(kept: Kept, json: string): string {
    // Put together of some fifty parts, which the engine keeps as a tree until somebody asks for a character: five times as much as the text.
    json.charCodeAt(0);
    const bytes = 2 * json.length;
    kept.bytes += bytes;
    this.#bytes += bytes;
    return json;
  }
}
