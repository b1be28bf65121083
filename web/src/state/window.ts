/**
 * A window on the records that match: pages of a hundred, newest first, that grow at both ends and are let go at the far one, so
 * that scrolling through millions costs the same at any place. Not here: drawing (parts/records.tsx).
 *
 * Going on in one direction uses the cursor of the page at that end. Where there is none - a page that came from the other direction,
 * or whose neighbour was let go - it begins at the time of the record at the end and leaves out what is already there.
 * Invariant: pages are in one order (time, seq), newest first, and no record is in the window twice.
 */

import type { PublicRecord, SearchAnswer } from '../api/answers.ts';
import { ask, askLines, isAbort, type Problem, troubleOf, type Words } from '../api/ask.ts';
import { batch, signal } from '../ui.ts';

export interface RecordPage {
  /** Never used twice in this page of the browser. */
  readonly key: number;
  readonly records: readonly PublicRecord[];
  /** Cursors of the search that made it, where it was the last in that direction. */
  readonly older: string | undefined;
  readonly newer: string | undefined;
}

/** One end of the window. */
export interface Edge {
  readonly isBusy: boolean;
  /** There is nothing beyond. */
  readonly isEnd: boolean;
  readonly trouble: Problem | undefined;
}

const PAGE_RECORDS = 100;
/** Two thousand records are more than anybody looks back on; what was let go is asked for again. */
const PAGES_MAX = 20;
const OPEN: Edge = { isBusy: false, isEnd: false, trouble: undefined };

/** Often enough to see it grow, seldom enough to draw. */
const SHOW_MS = 100;

/** Behind the records of a stream. */
interface LastLine {
  readonly stats: SearchAnswer['stats'];
  readonly next: string | null;
}

type Way = 'older' | 'newer';
let keys = 0;

/** What is asked: arguments of search, of which `start` and `end` bound the range. */
export interface Question {
  readonly words: Words;
}

/** µs since 1970 as text: what the service takes as a time, and more exact than a Date. */
export function microsOf(time: string): number {
  const micros = /\.(\d{1,6})/.exec(time)?.[1] ?? '';
  return Math.floor(Date.parse(time) / 1000) * 1_000_000 + Number(micros.padEnd(6, '0'));
}

export class RecordWindow {
  readonly pages = signal<readonly RecordPage[]>([]);
  readonly older = signal<Edge>(OPEN);
  readonly newer = signal<Edge>(OPEN);
  /** The first page of a question is on its way; what is shown is of the question before. */
  readonly isFresh = signal(false);
  /** Of the first page: what the service did for it. */
  readonly tookMs = signal<number | undefined>(undefined);
  readonly damaged = signal<readonly string[]>([]);
  #words: Words = {};
  #asking = new AbortController();

  /** Another question: from its newest record, or from a record on in both directions. */
  async open({ words }: Question, at?: PublicRecord): Promise<void> {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#words = words;
    batch(() => {
      this.isFresh.value = true;
      this.older.value = { ...OPEN, isBusy: true };
      this.newer.value = at === undefined ? { ...OPEN, isEnd: true } : OPEN;
    });
    const isOurs = (): boolean => asking === this.#asking;
    try {
      const bound = at === undefined ? {} : { end: String(microsOf(at.time) + 1) };
      await this.#first({ ...words, ...bound }, asking.signal);
    } catch (error) {
      if (isAbort(error)) return;
      batch(() => {
        const trouble = troubleOf(error);
        // A query that cannot be read is about to be corrected: what was found before stays. So does what came of this one.
        if (trouble.code !== 'bad-query' && this.isFresh.peek()) this.pages.value = [];
        this.older.value = { ...OPEN, trouble };
      });
    }
    if (isOurs()) this.isFresh.value = false;
    if (at !== undefined) await this.grow('newer');
  }

  /**
   * The first page, shown as it comes: what a search finds in its first blocks is there while it looks through hundreds of others. Measured by bench:browser.
   */
  async #first(words: Words, asked: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    const key = keys++;
    const records: PublicRecord[] = [];
    let shownMs = Number.NEGATIVE_INFINITY;
    const asLines = { words: { limit: String(PAGE_RECORDS), stats: 'true', ...words }, signal: asked };
    for await (const lines of askLines<PublicRecord | LastLine>('api/v1/search', asLines)) {
      const last = lines.find((line) => 'stats' in line);
      for (const line of lines) if (!('stats' in line)) records.push(line);
      const isShown = last !== undefined || (records.length > 0 && performance.now() - shownMs > SHOW_MS);
      if (!isShown || asked.aborted) continue;
      shownMs = performance.now();
      batch(() => {
        const older = last?.next ?? undefined;
        this.pages.value = records.length === 0 ? [] : [{ key, records: [...records], older, newer: undefined }];
        this.isFresh.value = false;
        if (last === undefined) return;
        this.older.value = { ...OPEN, isEnd: last.next === null };
        this.tookMs.value = Math.round(performance.now() - startedMs);
        this.damaged.value = last.stats.damaged ?? [];
      });
    }
  }

  /** A page more at one end, if there is one and nothing is on its way. */
  async grow(way: Way): Promise<void> {
    const edge = this[way];
    if (edge.peek().isBusy || edge.peek().isEnd || this.isFresh.peek()) return;
    const { signal: asked } = this.#asking;
    edge.value = { ...OPEN, isBusy: true };
    try {
      const page = await this.#next(way, asked);
      if (asked.aborted) return;
      batch(() => {
        if (page.records.length > 0) this.#put(page, way);
        edge.value = { ...OPEN, isEnd: page[way] === undefined };
      });
    } catch (error) {
      if (isAbort(error)) return;
      const trouble = troubleOf(error);
      if (trouble.code === 'gone' || trouble.code === 'bad-cursor') this.#forgetCursor(way);
      edge.value = { ...OPEN, trouble };
    }
  }

  /** Looks again for what came behind the newest record. */
  async refresh(): Promise<void> {
    this.newer.value = OPEN;
    await this.grow('newer');
  }

  close(): void {
    this.#asking.abort();
  }

  /** The page beyond that end; a run of empty answers is gone through, a cursor that has expired is done without. */
  async #next(way: Way, asked: AbortSignal): Promise<RecordPage> {
    const pages = this.pages.peek();
    const edge = way === 'older' ? pages.at(-1) : pages[0];
    const direction = way === 'older' ? 'backward' : 'forward';
    let cursor = edge?.[way];
    const from = edge === undefined ? {} : this.#beginning(edge, way);
    const known = new Set(edge?.records.map(({ seq }) => seq));
    for (;;) {
      const words = { ...this.#words, ...(cursor === undefined ? from : { cursor }), direction };
      const answer = await this.#ask(words, asked);
      const records = answer.records.filter(({ seq }) => !known.has(seq));
      if (records.length > 0 || answer.next === null) return pageOf({ ...answer, records }, way);
      cursor = answer.next;
    }
  }

  /** The next try begins at the time of the last record instead. */
  #forgetCursor(way: Way): void {
    const pages = [...this.pages.peek()];
    const at = way === 'older' ? pages.length - 1 : 0;
    if (pages[at] !== undefined) pages[at] = { ...pages[at], [way]: undefined };
    this.pages.value = pages;
  }

  /** Bounds of a search that begins at the record at this end, which is found again itself. */
  #beginning({ records }: RecordPage, way: Way): Words {
    if (way === 'older') return { end: String(microsOf(records.at(-1)!.time) + 1) };
    return { start: String(microsOf(records[0]!.time)) };
  }

  #ask(words: Words, asked: AbortSignal): Promise<SearchAnswer> {
    return ask<SearchAnswer>('api/v1/search', { words: { limit: String(PAGE_RECORDS), ...words }, signal: asked });
  }

  /** Puts a page at its end, and lets go of what is too many at the other. */
  #put(page: RecordPage, way: Way): void {
    const pages = way === 'older' ? [...this.pages.peek(), page] : [page, ...this.pages.peek()];
    if (pages.length > PAGES_MAX) {
      const other = way === 'older' ? this.newer : this.older;
      other.value = OPEN;
      if (way === 'older') pages.shift();
      else pages.pop();
    }
    this.pages.value = pages;
  }
}

/** Newest first, whichever way it was asked for. */
function pageOf({ records, next }: SearchAnswer, way: Way): RecordPage {
  const cursor = next ?? undefined;
  return {
    key: keys++,
    records: way === 'older' ? records : records.toReversed(),
    older: way === 'older' ? cursor : undefined,
    newer: way === 'newer' ? cursor : undefined,
  };
}
