/**
 * `GET /api/v1/search`: a page of records as JSON, or all of them as NDJSON (`Accept: application/x-ndjson`),
 * pulled page by page as the client reads and stopped when it leaves. Not here: matching and rendering;
 * query workers hand over finished JSON, this route only puts text together.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nowUs } from '../base/time.ts';
import type { Query, Reader, RenderedPage, SearchStats } from '../model.ts';
import { numberOf, queryOf, RANGE_ARGUMENTS } from './query-arguments.ts';
import { type ApiAnswer, type ApiRequest, headerOf, JSON_TYPE, type Route } from './route.ts';

const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';

/** A JSON answer is made in memory: it ends early, with `next`, when it grows past this. */
const ANSWER_CHARS_MAX = 32 * 1024 * 1024;
/** Nor does anybody wait longer than this for a page; what was found by then goes out, with `next`. */
const ANSWER_MS_MAX = limits.queryMsMax / 3;

export const search: Route = {
  method: 'GET',
  path: '/api/v1/search',
  say: 'Records that match, newest first; `Accept: application/x-ndjson` streams all of them',
  arguments: RANGE_ARGUMENTS,
  async answer(parts, request) {
    if (wantsLines(request)) return streamAnswer(parts.reader, request);
    const asked = numberOf(request, 'limit') ?? limits.searchLimitDefault;
    if (asked < 1 || asked > limits.searchLimitMax) {
      throw new CodedError('bad-argument', `limit is from 1 to ${limits.searchLimitMax}; cursor or Accept: application/x-ndjson give more`);
    }
    return pageAnswer(parts.reader, queryOf(request, { nowUs: nowUs(), limit: asked }), request.signal);
  },
};

function wantsLines(request: ApiRequest): boolean {
  return /application\/(x-)?(ndjson|jsonlines|jsonl)\b/.test(headerOf(request, 'accept') ?? '');
}

async function pageAnswer(reader: Reader, query: Query, signal: AbortSignal): Promise<ApiAnswer> {
  const startedMs = performance.now();
  const stats: SearchStats = { blocksRead: 0, blocksSkipped: 0, recordsScanned: 0, tookMs: 0 };
  let lines = '';
  let next: string | undefined;
  for await (const page of pagesOf(reader, query, signal)) {
    lines += page.ndjson;
    next = page.next;
    stats.blocksRead += page.stats.blocksRead;
    stats.blocksSkipped += page.stats.blocksSkipped;
    stats.recordsScanned += page.stats.recordsScanned;
    stats.tookMs += page.stats.tookMs;
    if (page.stats.damaged) stats.damaged = [...(stats.damaged ?? []), ...page.stats.damaged];
    if (lines.length > ANSWER_CHARS_MAX || performance.now() - startedMs > ANSWER_MS_MAX) break;
  }
  // Each line is a JSON text without newlines of its own, so this is all it takes to make an array.
  const records = lines === '' ? '' : lines.slice(0, -1).replaceAll('\n', ',\n');
  const body = `{"records":[${records}],"next":${JSON.stringify(next ?? null)},"stats":${JSON.stringify(stats)}}\n`;
  return { type: JSON_TYPE, body };
}

/** Pages until the limit is reached or nothing is left; a page may be empty when its time was over. */
async function* pagesOf(reader: Reader, query: Query, signal: AbortSignal): AsyncGenerator<RenderedPage> {
  let left = query.limit;
  let cursor = query.cursor;
  while (left > 0 && !signal.aborted) {
    const limit = Math.min(left, limits.searchLimitMax);
    const page = await reader.search(cursor === undefined ? { ...query, limit } : { ...query, limit, cursor }, signal);
    left -= page.count;
    cursor = page.next;
    yield page;
    if (cursor === undefined) return;
  }
}

async function streamAnswer(reader: Reader, request: ApiRequest): Promise<ApiAnswer> {
  const limit = numberOf(request, 'limit') ?? Number.POSITIVE_INFINITY;
  if (limit < 1) throw new CodedError('bad-argument', 'limit is at least 1; leave it away to get everything');
  const pages = pagesOf(reader, queryOf(request, { nowUs: nowUs(), limit }), request.signal);
  // The first page is awaited here, so that a wrong query is an error and not half an answer.
  const first = await pages.next();
  return { type: NDJSON_TYPE, headers: { 'x-accel-buffering': 'no' }, body: linesOf(first, pages) };
}

async function* linesOf(first: IteratorResult<RenderedPage>, pages: AsyncGenerator<RenderedPage>): AsyncGenerator<string> {
  if (first.done) return;
  if (first.value.ndjson !== '') yield first.value.ndjson;
  for await (const page of pages) if (page.ndjson !== '') yield page.ndjson;
}
