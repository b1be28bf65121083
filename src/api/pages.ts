/**
 * A search that goes on from page to page: query workers answer in pages of 50 ms, an answer is as long as was asked for.
 * Here is how such pages are asked for and summed up; not what is made of them.
 */
import { limits } from '../base/limits.ts';
import type { Query, Reader, RenderedPage, SearchStats } from '../model.ts';

/** An answer with a cursor is made in memory: it ends early, with `next`, when it grows past this. */
const ANSWER_CHARS_MAX = 32 * 1024 * 1024;
/** Nor does anybody wait longer than this for a page; what was found by then goes out, with `next`. */
export const ANSWER_MS_MAX = limits.queryMsMax / 3;

/** Pages until the limit is reached or nothing is left; a page may be empty when its time was over. `firstMax`: of the first one, for whoever wants something soon. */
export async function* pagesOf(
  reader: Reader,
  query: Query,
  { signal, firstMax = limits.searchLimitMax }: { signal: AbortSignal; firstMax?: number },
): AsyncGenerator<RenderedPage> {
  let left = query.limit;
  let cursor = query.cursor;
  for (let max = firstMax; left > 0 && !signal.aborted; max = limits.searchLimitMax) {
    const limit = Math.min(left, max);
    const page = await reader.search(cursor === undefined ? { ...query, limit } : { ...query, limit, cursor }, signal);
    left -= page.count;
    cursor = page.next;
    yield page;
    if (cursor === undefined) return;
  }
}

/** Text of a page: JSON lines, or what `Query.show` asked for. */
export function textOf(page: RenderedPage): string {
  return page.shown ?? page.ndjson;
}

/** Pages as one: their texts one after another. */
export interface Gathered {
  text: string;
  count: number;
  /** Absent when nothing is left. */
  next: string | undefined;
  stats: SearchStats;
}

/** Up to the query's limit, or as much as one answer may take in time and size. */
export async function gather(reader: Reader, query: Query, signal: AbortSignal): Promise<Gathered> {
  const startedMs = performance.now();
  const all: Gathered = { text: '', count: 0, next: undefined, stats: { blocksRead: 0, blocksSkipped: 0, recordsScanned: 0, tookMs: 0 } };
  for await (const page of pagesOf(reader, query, { signal })) {
    all.text += textOf(page);
    all.count += page.count;
    all.next = page.next;
    addStats(all.stats, page.stats);
    if (all.text.length > ANSWER_CHARS_MAX || performance.now() - startedMs > ANSWER_MS_MAX) break;
  }
  return all;
}

export function addStats(sum: SearchStats, stats: SearchStats): void {
  sum.blocksRead += stats.blocksRead;
  sum.blocksSkipped += stats.blocksSkipped;
  sum.recordsScanned += stats.recordsScanned;
  sum.tookMs += stats.tookMs;
  if (stats.damaged) sum.damaged = [...new Set([...(sum.damaged ?? []), ...stats.damaged])];
}

/** JSON lines as the members of an array: each is a JSON text without newlines of its own. */
export function membersOf(ndjson: string): string {
  return ndjson === '' ? '' : ndjson.slice(0, -1).replaceAll('\n', ',\n');
}

/** Said where an answer has no place for `stats.damaged`. */
export function damageHeader(stats: SearchStats): Record<string, string> {
  return stats.damaged === undefined ? {} : { 'x-damaged': String(stats.damaged.length) };
}
