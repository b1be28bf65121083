/**
 * The requests and spans of a story as a tree to look at: who called whom. A request stands as a row of its own above its spans;
 * with a single one both are one row. Siblings that say the same (a client that polls) are one row that counts them.
 * Not here: how a row looks (story-text-tree.ts, story-html-tree.ts), and how spans are found (the engine).
 *
 * Invariant: every span is in exactly one row, whatever `parent` says: rings and strays are shown at the top.
 */
import type { Story, StoryRequest, StorySpan } from '../model.ts';
import { microsOf } from './story-view-time.ts';

export interface TreeRow {
  readonly depth: number;
  readonly request?: StoryRequest;
  /** Absent in rows that head the spans of a request. */
  readonly span?: StorySpan;
  /** All spans it stands for, as numbers of the story. */
  readonly spans: readonly number[];
  /** So many like this one, told by the first. */
  readonly times: number;
  /** Of each of them, in order; at least one. */
  readonly pieces: readonly Piece[];
  /** The sums of all that the row stands for. */
  readonly tookMs: number;
  readonly selfMs?: number;
  readonly records: number;
  /** The strongest. */
  readonly level?: string;
}

export interface Piece {
  readonly startUs: number;
  readonly endUs: number;
}

interface Node {
  row: TreeRow;
  children: Node[];
}

const LEVEL_RANKS: readonly string[] = ['DEBUG', 'TRACE', 'INFO', 'AUDIT', 'WARNING', 'ERROR', 'CRITICAL'];

/** Higher is worse; a record without a level is below all. */
export function rankOf(level: string | undefined): number {
  return level === undefined ? -1 : LEVEL_RANKS.indexOf(level);
}

/** Fewer than three alike are shown one by one. */
const ALIKE_MIN = 3;
/** Who leads to more than this is told by itself; keys are made of those below, and would grow with every level. */
const ALIKE_DEPTH_MAX = 2;
/** Rows are indented so far; what is called from deeper stands there, too. */
const DEPTH_MAX = 12;
/** A hostile chain of calls may be as long as the story; what is deeper begins anew at the top. */
const CHAIN_MAX = 200;

export function treeRows(story: Story, { folds }: { readonly folds: boolean }): TreeRow[] {
  const rows: TreeRow[] = [];
  const tell = (nodes: readonly Node[], depth: number): void => {
    for (const { row, children } of folds ? folded(nodes) : nodes) {
      rows.push({ ...row, depth: Math.min(depth, DEPTH_MAX) });
      tell(children, depth + 1);
    }
  };
  tell(forest(story), 0);
  return rows;
}

/** `nova-compute@cmp02`. */
export function placeOf(of: { program?: string | undefined; service?: string | undefined; host?: string | undefined }): string {
  const who = of.program ?? of.service;
  if (who === undefined) return of.host ?? '-';
  return of.host === undefined ? who : `${who}@${of.host}`;
}

const UUID_TAIL = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Ids by their first eight digits: enough to tell them apart within one story. */
export function shortIds(text: string): string {
  return text.replace(UUID_TAIL, '$1…');
}

// ------------------------------------------------------------------------------------------- the tree

function forest(story: Story): Node[] {
  const spans = story.spans;
  const children = new Map<number, StorySpan[]>();
  const isChild = new Set<number>();
  for (const span of spans) {
    if (span.parent === undefined || span.parent === span.span || spans[span.parent] === undefined) continue;
    children.set(span.parent, [...(children.get(span.parent) ?? []), span]);
    isChild.add(span.span);
  }
  const requests = new Map(story.requests.map((request) => [request.id, request]));
  const ofRequest = Map.groupBy(spans, ({ request }) => request);
  const seen = new Set<number>();
  const grow = (siblings: readonly StorySpan[], above: string | undefined, depth = 0): Node[] => {
    if (depth > CHAIN_MAX) return [];
    const fresh = siblings.filter(({ span }) => !seen.has(span));
    for (const { span } of fresh) seen.add(span);
    const below = (span: StorySpan): Node[] => grow(children.get(span.span) ?? [], span.request, depth + 1);
    const nodeOf = (span: StorySpan): Node => ({ row: spanRow(span), children: below(span) });
    return grouped(fresh, above).map((group) => {
      const request = group[0]!.request === above ? undefined : requests.get(group[0]!.request ?? '');
      if (request === undefined) return nodeOf(group[0]!);
      const nodes = group.map(nodeOf);
      const [only] = nodes;
      const all = ofRequest.get(request.id)!;
      if (all.length === 1) return { row: { ...only!.row, request }, children: only!.children };
      return { row: requestRow(request, all), children: nodes };
    });
  };
  const roots = grow(
    spans.filter(({ span }) => !isChild.has(span)),
    undefined,
  );
  // Whoever is only in a ring has not been met.
  for (const span of spans) if (!seen.has(span.span)) roots.push(...grow([span], undefined));
  return roots;
}

/** Spans of one request together, where that is another one than above; each of the others alone. */
function grouped(spans: readonly StorySpan[], above: string | undefined): StorySpan[][] {
  const groups = new Map<string | number, StorySpan[]>();
  for (const span of spans) {
    const key = span.request === undefined || span.request === above ? span.span : span.request;
    groups.set(key, [...(groups.get(key) ?? []), span]);
  }
  return [...groups.values()];
}

function spanRow(span: StorySpan): TreeRow {
  const { selfMs, records, level } = span;
  const piece = { startUs: microsOf(span.start), endUs: microsOf(span.end) };
  return { depth: 0, span, spans: [span.span], times: 1, ...of(piece), selfMs, records, ...(level === undefined ? {} : { level }) };
}

/** All that was done for it, wherever in the tree. */
function requestRow(request: StoryRequest, spans: readonly StorySpan[]): TreeRow {
  const level = strongest(spans);
  const piece = {
    startUs: spans.reduce((least, { start }) => Math.min(least, microsOf(start)), Number.POSITIVE_INFINITY),
    endUs: spans.reduce((most, { end }) => Math.max(most, microsOf(end)), Number.NEGATIVE_INFINITY),
  };
  const records = spans.reduce((sum, span) => sum + span.records, 0);
  return {
    depth: 0,
    request,
    spans: spans.map(({ span }) => span),
    times: 1,
    records,
    ...of(piece),
    ...(level === undefined ? {} : { level }),
  };
}

function of(piece: Piece): Pick<TreeRow, 'pieces' | 'tookMs'> {
  return { pieces: [piece], tookMs: (piece.endUs - piece.startUs) / 1000 };
}

function strongest(of: readonly { level?: string }[]): string | undefined {
  return of.reduce<string | undefined>((worst, { level }) => (rankOf(level) > rankOf(worst) ? level : worst), undefined);
}

// ------------------------------------------------------------------------------------------- alike

/** Siblings that say the same and lead to the same become one: those in a row, and whoever only looks (GET) also where others are between. */
function folded(nodes: readonly Node[]): Node[] {
  const groups: Node[][] = [];
  const looks = new Map<string, Node[]>();
  let last: string | undefined;
  for (const node of nodes) {
    const key = keyOf(node);
    const group = key === undefined ? undefined : isLook(node) ? looks.get(key) : key === last ? groups.at(-1) : undefined;
    if (group === undefined) groups.push([node]);
    else group.push(node);
    if (key !== undefined && group === undefined && isLook(node)) looks.set(key, groups.at(-1)!);
    last = key !== undefined && !isLook(node) ? key : undefined;
  }
  return groups.flatMap((group) => (group.length < ALIKE_MIN ? group : [oneOf(group)])).toSorted(byStart);
}

function byStart(a: Node, b: Node): number {
  return a.row.pieces[0]!.startUs - b.row.pieces[0]!.startUs;
}

function oneOf(group: readonly Node[]): Node {
  const rows = group.map(({ row }) => row);
  const sum = (value: (row: TreeRow) => number): number => rows.reduce((total, row) => total + value(row), 0);
  const level = strongest(rows);
  const row = {
    ...rows[0]!,
    spans: rows.flatMap(({ spans }) => spans),
    times: rows.length,
    pieces: rows.flatMap(({ pieces }) => pieces),
    tookMs: sum(({ tookMs }) => tookMs),
    records: sum(({ records }) => records),
    ...(rows[0]!.selfMs === undefined ? {} : { selfMs: sum(({ selfMs = 0 }) => selfMs) }),
    ...(level === undefined ? {} : { level }),
  };
  // What each of them led to is the same, so it is one, too, as often.
  const [first] = group;
  return { row, children: first!.children.map((_, index) => oneOf(group.map(({ children }) => children[index]!))) };
}

function isLook({ row }: Node): boolean {
  return row.request?.operation?.startsWith('GET ') === true;
}

/** What it says, with all that it led to; undefined: it is told by itself. */
function keyOf({ row: { request, span, level }, children }: Node, depth = 0): string | undefined {
  if (depth > ALIKE_DEPTH_MAX || request?.outcome === 'failed' || rankOf(level) >= rankOf('WARNING')) return undefined;
  const below = children.map((child) => keyOf(child, depth + 1));
  if (below.includes(undefined)) return undefined;
  const place = span === undefined ? '' : placeOf(span);
  return JSON.stringify([place, shortIds(request?.operation ?? ''), request === undefined, ...below]);
}
