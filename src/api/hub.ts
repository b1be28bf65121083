/**
 * What all followers share: the ring of the newest records, who waits for the next commit, and the batches themselves. A
 * hundred followers of the same query get the same batch, made once: those who keep up ask with the same seq in the same
 * turn, and those who page through the store end at round seqs, so that they meet (bench:followers).
 * Not here: one follower's way through it all (follow.ts).
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Committed, Filter, Ingest, LogRecord, Reader, RenderedEvent } from '../model.ts';
import { Ring } from './ring.ts';

/** Shared between followers: nobody may change it. */
export interface FollowBatch {
  readonly events: readonly RenderedEvent[];
  /** Dropped by retention before these events. */
  readonly lost: number;
  /** Everything up to here was looked at: where to resume. */
  readonly after: number;
}

/** Wake-ups are bundled: 1000 followers must not run for every single commit. */
const WAKE_AFTER_MS = 10;
/** Batches of one moment that are kept for others: followers of more different queries than this make their own. */
const TAKEN_MAX = 32;
/** Pages of the store that are kept for others, of at most 1 MiB each. */
const PAGES_MAX = 16;

interface HubOptions {
  readonly ingest: Ingest;
  readonly reader: Reader;
  readonly ringBytesMax: number;
}

/** The same text for the same filter, and what one asks for with it. */
interface Ask {
  readonly key: string;
  /** With the texts as they were received; part of the key. */
  readonly raw: boolean;
  readonly eventsMax: number;
}

export class Hub {
  readonly ring: Ring;
  followers = 0;
  readonly #ingest: Ingest;
  readonly #reader: Reader;
  /** By seq and query; of the ring as it is now. */
  readonly #taken = new Map<string, FollowBatch>();
  /** By seq and query; oldest first. */
  readonly #pages = new Map<string, Promise<FollowBatch | undefined>>();
  readonly #ending = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #newest = 0;
  #wokenMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ ingest, reader, ringBytesMax }: HubOptions) {
    this.#ingest = ingest;
    this.#reader = reader;
    this.ring = new Ring(ringBytesMax);
    this.#unsubscribe = ingest.onCommitted((committed) => this.#committed(committed));
  }

  get closed(): AbortSignal {
    return this.#ending.signal;
  }

  get lastSeq(): number {
    return Math.max(this.#newest, this.#ingest.lastSeq);
  }

  /** Answers how to leave; once is enough. */
  enter(): () => void {
    if (this.closed.aborted) throw new CodedError('store-closed', 'The server is stopping');
    if (this.followers >= limits.followersMax) throw new CodedError('too-many', `${limits.followersMax} follow already`);
    this.followers++;
    if (this.followers === 1) this.#ingest.wantRecords(true);
    let isThere = true;
    return () => {
      if (isThere) this.#leave();
      isThere = false;
    };
  }

  #leave(): void {
    this.followers--;
    if (this.followers > 0) return;
    this.#ingest.wantRecords(false);
    this.ring.clear();
    this.#taken.clear();
    this.#pages.clear();
  }

  #committed(committed: Committed): void {
    this.#newest = Math.max(this.#newest, committed.lastSeq);
    if (this.followers === 0) return;
    // Without its records a commit is a gap, across which nobody may step.
    if (committed.records === undefined) this.ring.clear();
    else this.ring.push(committed.records);
    this.#taken.clear();
    this.#wakeSoon();
  }

  /** What matches behind `after`, from the ring, which covers the next record. */
  take(after: number, ask: Ask & { matches: (record: LogRecord) => boolean }): FollowBatch {
    const name = `${after} ${ask.key}`;
    let batch = this.#taken.get(name);
    if (batch === undefined) {
      batch = this.ring.take(after, { matches: ask.matches, raw: ask.raw, eventsMax: untilRound(after, ask.eventsMax) });
      if (this.#taken.size < TAKEN_MAX) this.#taken.set(name, batch);
    }
    return batch;
  }

  /** The same from the store; nothing when the store has not seen more yet. Rejects with what the store says. */
  page(after: number, ask: Ask & { filter: Filter }): Promise<FollowBatch | undefined> {
    const name = `${after} ${ask.key}`;
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    const page = this.#read(after, ask);
    this.#pages.set(name, page);
    const forget = (): void => {
      if (this.#pages.get(name) === page) this.#pages.delete(name);
    };
    page.then((batch) => {
      if (batch === undefined) forget();
    }, forget);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= PAGES_MAX) break;
      this.#pages.delete(oldest);
    }
    return page;
  }

  async #read(after: number, { filter, raw, eventsMax }: Ask & { filter: Filter }): Promise<FollowBatch | undefined> {
    const page = await this.#reader.follow(after, filter, { limit: untilRound(after, eventsMax), raw });
    const { lastSeq } = this;
    // Readers see a commit before its log is on disk; a follower must not: after a power loss its seqs would be given
    // again, to other records, and it would skip those.
    const events = page.after <= lastSeq ? page.events : page.events.filter(({ seq }) => seq <= lastSeq);
    const looked = Math.min(page.after, lastSeq);
    if (looked <= after && events.length === 0 && page.lost === 0) return undefined;
    return { events, lost: page.lost, after: Math.max(after, looked) };
  }

  /** At once after a pause, else bundled. */
  #wakeSoon(): void {
    if (this.#timer !== undefined) return;
    const passedMs = performance.now() - this.#wokenMs;
    if (passedMs >= WAKE_AFTER_MS) this.#wake();
    else this.#timer = setTimeout(() => this.#wake(), WAKE_AFTER_MS - passedMs);
  }

  #wake(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wokenMs = performance.now();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  nextCommit(signal: AbortSignal): Promise<void> {
    return this.#wait(signal);
  }

  nextTick(signal: AbortSignal): Promise<void> {
    return this.#wait(signal, WAKE_AFTER_MS);
  }

  #wait(signal: AbortSignal, atMostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = atMostMs === undefined ? undefined : setTimeout(done, atMostMs);
      const waiting = this.#waiting;
      function done(): void {
        clearTimeout(timer);
        waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      }
      waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  close(): void {
    this.#unsubscribe();
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Records up to the next round seq. */
function untilRound(after: number, eventsMax: number): number {
  return eventsMax - (after % eventsMax);
}
