/**
 * uWSGI's access lines in a story: they carry no request, but a worker of uWSGI serves one request at a time and writes the line when that is over. So it
 * is what the process writes next behind the request's last record, if the request had begun by its account when the first record
 * was written. Keystone runs so in Debian and Kolla; without the line its requests have neither status nor duration.
 * Bounded in requests.
 */
import { marks } from '../../parsers/index.ts';
import { publicJson } from '../base/public.ts';
import type { HttpAccess, LogRecord } from '../model.ts';
import type { StoryLinks } from '../report/story-links.ts';
import { type Piece, pieceOf } from '../report/story-piece.ts';
import type { StoryFinder } from './story-find.ts';
import type { Behind } from './story-next.ts';

/** Requests whose line is looked for, the one asked for first. */
const REQUESTS_MAX = 60;
const FORMAT = 'uwsgi';
/** What a worker does behind its last record takes no longer. */
const AFTER_US = 5_000_000;
/** How far the beginning by the line's account may lie from the first record. */
const BEGIN_US = 1_500_000;

interface Served {
  readonly first: Piece;
  /** Its last record. */
  readonly behind: Behind;
}

export function accessLines(finder: StoryFinder, story: StoryLinks): Piece[] {
  const found: Piece[] = [];
  for (const served of servedOf(story).take(REQUESTS_MAX)) {
    const next = finder.recordBehind(served.behind);
    const line = next === undefined ? undefined : lineOf(next, served);
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
    const { host, pid } = first;
    if (pid === undefined || host === undefined) continue;
    yield { first, behind: { seq: last.seq, host, pid, untilUs: last.timeUs + AFTER_US } };
  }
}

function lineOf(record: LogRecord, { first }: Served): Piece | undefined {
  if (record.format !== FORMAT) return undefined;
  const found = marks(record);
  if (found.http === undefined || Math.abs(beginUs(record, found.http) - first.timeUs) > BEGIN_US) return undefined;
  return pieceOf(record, found, publicJson(record, found));
}

function beginUs({ time }: LogRecord, { duration }: HttpAccess): number {
  return time - (duration ?? 0) * 1_000_000;
}
