/**
 * The records of a story, put together: in one order, with why each belongs, as requests, entities, spans, gaps and edges, the first error
 * in front. Reads like this: story-id.ts, story-piece.ts (what is known of a record), story-links.ts (which belong), then the parts.
 * Pure; whoever found the records passes their JSON through.
 */
import { limits } from '../base/limits.ts';
import type { IdKind, Story, StoryEntity, StoryError, StoryGap, StoryLimit, StorySkew, StoryWhy } from '../model.ts';
import { cutLimits } from './story-cut.ts';
import { canonicalOf } from './story-id.ts';
import type { Link, StoryLinks } from './story-links.ts';
import { inOrder, ordered } from './story-order.ts';
import { keysOfKind, type Piece } from './story-piece.ts';
import { isFailure, requestsOf } from './story-requests.ts';
import { skewOf } from './story-skew.ts';
import { spansOf } from './story-spans.ts';
import { beganUs, rankOf, stampOf } from './story-time.ts';
import { isUsualError } from './usual-errors.ts';

/** The story but for its records. */
export type StoryHead = Omit<Story, 'records'>;

export interface ToldRecord {
  readonly piece: Piece;
  readonly why: StoryWhy;
  readonly span: number | undefined;
  /** How far its host's clock was put right, where it was. */
  readonly skewMs: number | undefined;
}

export interface Told {
  readonly head: StoryHead;
  readonly records: readonly ToldRecord[];
}

export interface Telling {
  readonly recordsMax: number;
  readonly deskew: boolean;
  readonly note?: string | undefined;
  readonly stats: Story['stats'];
}

/** Silence within a request is a gap from here on, between requests from ten times as much. */
const GAP_US = 1_000_000;
const IDLE_US = 60_000_000;
const GAPS_MAX = 200;

export function storyOf(story: StoryLinks, telling: Telling): Told {
  const whys = new Map<Piece, StoryWhy>();
  for (const piece of story.pieces.values()) {
    const why = story.why(piece);
    if (why !== undefined) whys.set(piece, { id: why.id, kind: why.kind });
  }
  const own: StoryLimit[] = [];
  let pieces = within(ordered([...whys.keys()]), telling.recordsMax, own);
  const cut = cutLimits(story, pieces);
  // What was not read lies where other records are left out, and is more.
  own.splice(0, own.length, ...story.limits, ...cut, ...own.filter(({ what }) => what !== 'records' || !story.asked.isCut));
  const skew = skewOf(pieces);
  const shifts = telling.deskew
    ? new Map(skew.filter(({ skewMs }) => skewMs !== 0).map(({ host, skewMs }) => [host, skewMs]))
    : new Map<string, number>();
  if (shifts.size > 0) {
    for (const piece of pieces) piece.orderUs -= Math.round((shifts.get(piece.host ?? '') ?? 0) * 1000);
    pieces = pieces.sort(inOrder);
  }
  const { list: requests, edges, callers } = requestsOf(pieces, story);
  const spans = spansOf(pieces, callers);
  const head: StoryHead = {
    id: canonicalOf(story.asked.key, story.asked.kind),
    kind: story.asked.kind,
    requests,
    entities: entitiesOf(story, pieces),
    spans: spans.list,
    gaps: gapsOf(
      pieces,
      requests.map(({ start, end }) => [start, end]),
    ),
    edges,
    skew,
    deskewed: shifts.size > 0,
    limits: own,
    stats: telling.stats,
  };
  if (telling.note !== undefined) head.note = telling.note;
  const first = pieces[0];
  const last = pieces.at(-1);
  if (first !== undefined && last !== undefined) {
    // What an access line tells of began before it was written.
    const startUs = pieces.reduce((least, piece) => Math.min(least, beganUs(piece)), first.orderUs);
    head.start = stampOf(startUs);
    head.end = stampOf(last.orderUs);
    head.durationMs = (last.orderUs - startUs) / 1000;
  }
  const error = firstErrorOf(shifts.size > 0 ? pieces : byTrueTime(pieces, skew));
  if (error !== undefined) head.firstError = error;
  const records = pieces.map((piece) => ({
    piece,
    why: whys.get(piece)!,
    span: spans.of.get(piece.seq),
    skewMs: shifts.get(piece.host ?? ''),
  }));
  return { head, records };
}

/** The first and the last, and of the middle the errors, where there are too many. */
function within(pieces: Piece[], max: number, told: StoryLimit[]): Piece[] {
  let kept = pieces;
  let chars = 0;
  let fits = 0;
  while (fits < pieces.length && chars + pieces[fits]!.json.length <= limits.storyBytesMax) chars += pieces[fits++]!.json.length;
  const bytesMax = fits < pieces.length ? Math.max(1, fits) : max;
  const most = Math.min(max, bytesMax);
  if (pieces.length > most) {
    const half = Math.floor(most / 2);
    const middle = pieces.slice(half, pieces.length - half);
    const errors = middle.filter(isFailure).slice(0, Math.ceil(most / 10));
    const edge = Math.max(1, Math.floor((most - errors.length) / 2));
    const front = pieces.slice(0, edge);
    const back = pieces.slice(pieces.length - edge);
    kept = [...new Set([...front, ...errors, ...back])].sort(inOrder);
    const left = pieces.length - kept.length;
    const where = `between ${stampOf(front.at(-1)!.orderUs)} and ${stampOf(back[0]!.orderUs)}`;
    told.push({
      what: most === max ? 'records' : 'bytes',
      text: `${left} of ${pieces.length} records ${where} are left out; errors among them are kept`,
    });
  }
  return kept;
}

/** Kinds that tell what a story is about; the others are spellings, or everybody's. */
const SHOWN: ReadonlySet<IdKind> = new Set<IdKind>([
  'instance',
  'volume',
  'image',
  'port',
  'network',
  'domain',
  'mac',
  'ip',
  'router',
  'subnet',
  'snapshot',
]);
/** Told of a story; the rest are lists that somebody printed. */
const ENTITIES_MAX = 200;

function entitiesOf(story: StoryLinks, pieces: readonly Piece[]): StoryEntity[] {
  const found = new Map<string, StoryEntity>();
  const byAlias = aliasesOf(story);
  for (const piece of pieces) {
    for (const { key, kind, id } of piece.ids) {
      const link = byAlias.get(key);
      const own = link !== undefined && link.role !== 'request' ? link : undefined;
      if (own === undefined && (!SHOWN.has(kind) || (kind === 'port' && key.length !== 32))) continue;
      // Of kinds that are followed all that is the story's was found; others of them only stand in the same list.
      if (own === undefined && story.subject.follows.has(kind)) continue;
      if (own === undefined && kind === 'ip' && !isGuests(piece, id, story)) continue;
      const name = own?.key ?? key;
      let entity = found.get(name);
      if (entity === undefined) {
        const through = own === undefined ? throughOf(piece, story) : own.through;
        const shown = own === undefined || own.kind === 'global' ? kind : own.kind;
        entity = {
          kind: shown,
          id: own === undefined ? id : canonicalOf(own.key, own.kind),
          records: 0,
          ...(through === undefined ? {} : { through }),
        };
        found.set(name, entity);
      }
      entity.records++;
    }
  }
  const list = [...found.values()].filter(({ kind }) => SHOWN.has(kind));
  const rank = ({ id }: StoryEntity): number => (id === canonicalOf(story.asked.key, story.asked.kind) ? 0 : 1);
  return list.sort((a, b) => rank(a) - rank(b) || b.records - a.records).slice(0, ENTITIES_MAX);
}

/** Agents print what commands have printed: of a firewall, whoever may come in. */
const OUTPUT = /^\s*(?:Command: |Running command|Running cmd|CMD ")/;
/** nova tells of one port its address, a floating one, and those of subnet, gateway and DHCP server; more is a list of many. */
const ADDRESSES_MAX = 5;

/** Is the address given to somebody, and not that of a client, a host or an endpoint? Those stand in access lines, URLs, before a port, and in lists. */
function isGuests(piece: Piece, address: string, { links }: StoryLinks): boolean {
  if (OUTPUT.test(piece.text) || keysOfKind(piece, 'ip').length > ADDRESSES_MAX) return false;
  if (piece.http !== undefined || piece.text.includes('://') || piece.text.includes(`${address}:`)) return false;
  return piece.ids.some(({ key }) => links.get(key)?.role === 'entity' || (links.get(key)?.role === 'asked' && key !== piece.requestKey));
}

/** The links of a story by all their names; where two have the same, by that of whose own it is, or else by the first. */
function aliasesOf({ links }: StoryLinks): ReadonlyMap<string, Link> {
  const byAlias = new Map(links);
  for (const link of links.values()) for (const alias of link.aliases) if (!byAlias.has(alias)) byAlias.set(alias, link);
  return byAlias;
}

function throughOf(piece: Piece, story: StoryLinks): { id: string; seq: number } | undefined {
  const why = story.why(piece);
  return why === undefined ? undefined : { id: why.id, seq: piece.seq };
}

/** Silences in the order of the story; only the longest where there are very many. */
function gapsOf(pieces: readonly Piece[], requests: readonly (readonly [start: string, end: string])[]): StoryGap[] {
  const gaps: StoryGap[] = [];
  const begun = requests.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  let next = 0;
  // The latest end of all requests that had begun when the silence did: with thousands of them each is looked at once.
  let latest = '';
  for (let index = 1; index < pieces.length; index++) {
    const before = pieces[index - 1]!;
    const after = pieces[index]!;
    const silentUs = after.orderUs - before.orderUs;
    if (silentUs < GAP_US) continue;
    const from = stampOf(before.orderUs);
    const to = stampOf(after.orderUs);
    for (; next < begun.length && begun[next]![0] <= from; next++) if (begun[next]![1] > latest) latest = begun[next]![1];
    const isWithin = latest >= to;
    if (isWithin || silentUs >= IDLE_US) gaps.push({ afterSeq: before.seq, beforeSeq: after.seq, durationMs: silentUs / 1000 });
  }
  if (gaps.length <= GAPS_MAX) return gaps;
  const least = gaps.map(({ durationMs }) => durationMs).sort((a, b) => b - a)[GAPS_MAX - 1]!;
  return gaps.filter(({ durationMs }) => durationMs >= least).slice(0, GAPS_MAX);
}

/** How long after the first error, in the same request, its traceback may come. */
const TRACEBACK_US = 5_000_000;

/** In the order in which things happened, as far as skew is known: which error was the first must not depend on whose clock is ahead. */
function byTrueTime(pieces: readonly Piece[], skew: readonly StorySkew[]): readonly Piece[] {
  const wrongUs = new Map(
    skew.filter(({ skewMs, errorMs }) => Math.abs(skewMs) > errorMs).map(({ host, skewMs }) => [host, skewMs * 1000]),
  );
  if (wrongUs.size === 0) return pieces;
  const trueUs = ({ orderUs, host }: Piece): number => orderUs - (wrongUs.get(host ?? '') ?? 0);
  return pieces.toSorted((a, b) => trueUs(a) - trueUs(b) || a.seq - b.seq);
}

/** The first record that is an error, and not one of a normal course; where it has no traceback, that of the next one of its request tells more. */
function firstErrorOf(pieces: readonly Piece[]): StoryError | undefined {
  const at = pieces.findIndex((one) => isFailure(one) && !isUsualError(one, pieces));
  const piece = pieces[at];
  if (piece === undefined) return undefined;
  const error: StoryError = { seq: piece.seq, time: stampOf(piece.timeUs), level: levelOf(piece), message: piece.text };
  for (const field of ['service', 'host', 'program', 'request'] as const) if (piece[field] !== undefined) error[field] = piece[field];
  const raised = piece.exception ?? laterOf(pieces.slice(at + 1), piece)?.exception;
  if (raised !== undefined) {
    const { class: name, message, culprit } = raised;
    error.exception = { class: name, ...(message === undefined ? {} : { message }), ...(culprit === undefined ? {} : { culprit }) };
  }
  return error;
}

function laterOf(pieces: readonly Piece[], { requestKey, orderUs }: Piece): Piece | undefined {
  return pieces.find(
    (piece) => piece.requestKey === requestKey && piece.exception !== undefined && piece.orderUs - orderUs <= TRACEBACK_US,
  );
}

function levelOf({ level }: Piece): string {
  return rankOf(level) < 0 ? 'ERROR' : level!;
}
