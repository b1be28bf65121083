/**
 * uWSGI's access lines in a story: they carry no request, but a worker of uWSGI serves one request at a time and writes the line when that is over. So it
 * is what the process writes next behind the request's last record, if the request had begun by its account when the first record
 * was written. Keystone runs so in Debian and Kolla; without the line its requests have neither status nor duration.
 * Bounded in requests; programs that have shown to write no such lines are not asked again.
 */
import { marks } from '../../parsers/index.ts';
import { publicJson } from '../base/public.ts';
import type { Filter, HttpAccess, LogRecord, Query } from '../model.ts';
import type { StoryLinks } from '../report/story-links.ts';
import { type Piece, pieceOf } from '../report/story-piece.ts';
import type { DaysReader } from './read.ts';

/** Requests whose line is looked for, the one asked for first. */
const REQUESTS_MAX = 12;
const LINES_MAX = 40;
/** Stamps of whole seconds, as uWSGI's, may lie a second before the last record. */
const BEFORE_US = 1_000_000;
/** What a worker does behind its last record takes no longer. */
const AFTER_US = 5_000_000;
/** How far the beginning by the line's account may lie from the first record. */
const BEGIN_US = 1_500_000;

interface Served {
  readonly first: Piece;
  readonly last: Piece;
}

export function* accessLines(reader: DaysReader, story: StoryLinks): Generator<undefined, Piece[]> {
  const found: Piece[] = [];
  const silent = new Set<string>();
  let left = REQUESTS_MAX;
  for (const served of servedOf(story)) {
    const program = `${served.first.host} ${served.first.program}`;
    if (silent.has(program)) continue;
    if (left-- === 0) break;
    const page = yield* reader.searchSteps(queryOf(served));
    if (!page.records.some(isAccess)) silent.add(program);
    const line = lineOf(page.records, served);
    if (line !== undefined) found.push({ ...line, request: served.first.request, requestKey: served.first.requestKey });
  }
  return found;
}

/** What each request without an access line said in the process that served it first. */
function* servedOf(story: StoryLinks): Generator<Served> {
  const all = new Set([story.asked, ...story.links.values()]);
  for (const { key, kind, isShared } of all) {
    if (kind !== 'request' || isShared) continue;
    const own = story.with(key).filter(({ requestKey }) => requestKey === key);
    if (own.length === 0 || own.some(({ http }) => http !== undefined)) continue;
    const bySeq = own.toSorted((a, b) => a.seq - b.seq);
    const first = bySeq[0]!;
    const last = bySeq.findLast(({ host, pid }) => host === first.host && pid === first.pid)!;
    if (first.pid !== undefined && first.host !== undefined) yield { first, last };
  }
}

function queryOf({ first, last }: Served): Query {
  const is = (field: 'pid' | 'host', value: string): Filter => ({ kind: 'field', field, op: '=', value });
  const filter: Filter = { kind: 'and', of: [is('host', first.host!), is('pid', String(first.pid))] };
  return { filter, start: last.timeUs - BEFORE_US, end: last.timeUs + AFTER_US, limit: LINES_MAX, direction: 'forward' };
}

function lineOf(records: readonly LogRecord[], { first, last }: Served): Piece | undefined {
  const [record] = records.filter(({ seq }) => seq > last.seq).sort((a, b) => a.seq - b.seq);
  if (record === undefined || !isAccess(record)) return undefined;
  const found = marks(record);
  if (found.http === undefined || Math.abs(beginUs(record, found.http) - first.timeUs) > BEGIN_US) return undefined;
  return pieceOf(record, found, publicJson(record, found));
}

function isAccess({ format }: LogRecord): boolean {
  return format === 'uwsgi';
}

function beginUs({ time }: LogRecord, { duration }: HttpAccess): number {
  return time - (duration ?? 0) * 1_000_000;
}
