/**
 * The requests of a story: what each was about, who asked, where it ran, how it ended, and how they led to each other. Pure.
 */
import type { StoryEdge, StoryRequest } from '../model.ts';
import { operationName } from './operation-name.ts';
import type { StoryLinks } from './story-links.ts';
import type { Piece } from './story-piece.ts';
import { beganUs, isError, stampOf } from './story-time.ts';

/** A beginning of words that is as long as a heading may be. */
const WORDS_CHARS_MAX = 60;
const UUID = /(?:req-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/gi;

export interface Requests {
  readonly list: StoryRequest[];
  readonly edges: StoryEdge[];
  /** Key of a request -> the record that names it as called. */
  readonly callers: ReadonlyMap<string, Piece>;
}

/** `pieces` in the order of the story. */
export function requestsOf(pieces: readonly Piece[], story: StoryLinks): Requests {
  const byRequest = new Map<string, Piece[]>();
  for (const piece of pieces) {
    if (piece.requestKey === undefined) continue;
    const list = byRequest.get(piece.requestKey);
    if (list === undefined) byRequest.set(piece.requestKey, [piece]);
    else list.push(piece);
  }
  const callers = callersOf(pieces);
  const edges = [...calledEdges(callers, byRequest), ...globalEdges(byRequest, callers)];
  edges.push(...resourceEdges(byRequest, edges, story));
  const telling = { story, callerOf: callerOf(edges) };
  const list = [...byRequest].map(([key, own]) => requestOf(key, own, telling));
  // Numbered as they began; where an access line is all that a request says, that is earlier than its record.
  list.sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)));
  return { list, edges, callers };
}

function callersOf(pieces: readonly Piece[]): Map<string, Piece> {
  const callers = new Map<string, Piece>();
  for (const piece of pieces)
    for (const { kind, key } of piece.ids) if (kind === 'called' && key !== piece.requestKey && !callers.has(key)) callers.set(key, piece);
  return callers;
}

function calledEdges(callers: ReadonlyMap<string, Piece>, byRequest: ReadonlyMap<string, readonly Piece[]>): StoryEdge[] {
  const edges: StoryEdge[] = [];
  for (const [key, piece] of callers) {
    const to = byRequest.get(key)?.[0]?.request ?? piece.ids.find((id) => id.key === key)?.id;
    if (piece.request !== undefined && to !== undefined) edges.push({ from: piece.request, to, by: 'called', seq: piece.seq });
  }
  return edges;
}

/** The global id of a request is that of another one in the story: this one made it, or the one before it in the chain did. */
function globalEdges(byRequest: ReadonlyMap<string, readonly Piece[]>, callers: ReadonlyMap<string, Piece>): StoryEdge[] {
  const edges: StoryEdge[] = [];
  for (const [key, pieces] of byRequest) {
    const piece = pieces.find(({ globalKey }) => globalKey !== undefined && globalKey !== key);
    const from = piece?.globalKey === undefined ? undefined : byRequest.get(piece.globalKey)?.[0]?.request;
    if (piece === undefined || from === undefined || callers.has(key)) continue;
    edges.push({ from, to: piece.request!, by: 'global', seq: piece.seq });
  }
  return edges;
}

/**
 * What nobody called: it works on the same thing as the request that was under way when it began, or as the last one before. Those that
 * only looked are followed by nothing.
 */
function resourceEdges(byRequest: ReadonlyMap<string, readonly Piece[]>, edges: readonly StoryEdge[], story: StoryLinks): StoryEdge[] {
  const called = new Set(edges.map(({ to }) => to));
  const roots = [...byRequest.values()].filter((pieces) => !called.has(pieces[0]!.request!)).sort((a, b) => a[0]!.orderUs - b[0]!.orderUs);
  const found: StoryEdge[] = [];
  const earlier: { pieces: readonly Piece[]; entities: ReadonlySet<string> }[] = [];
  for (const pieces of roots) {
    if (isLook(pieces)) continue;
    const entities = entitiesOf(pieces, story);
    const before = earlier.findLast((other) => !other.entities.isDisjointFrom(entities));
    if (before !== undefined) {
      const proof = pieces.find((piece) => piece.ids.some(({ key }) => before.entities.has(key)))!;
      found.push({ from: before.pieces[0]!.request!, to: pieces[0]!.request!, by: 'resource', seq: proof.seq });
    }
    // A request of nobody is part of what somebody asked for, and does not begin anything itself.
    if (pieces.some(({ user, project }) => user !== undefined || project !== undefined) || before === undefined)
      earlier.push({ pieces, entities });
  }
  return found;
}

function isLook(pieces: readonly Piece[]): boolean {
  const http = pieces.find((piece) => piece.http !== undefined)?.http;
  return http !== undefined && (http.method === 'GET' || http.method === 'HEAD');
}

function entitiesOf(pieces: readonly Piece[], { links }: StoryLinks): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { ids } of pieces) {
    for (const { key } of ids) {
      const link = links.get(key);
      if (link !== undefined && !link.isShared && link.role !== 'request' && !isRequestKind(link.kind)) keys.add(key);
    }
  }
  return keys;
}

function isRequestKind(kind: string): boolean {
  return kind === 'request' || kind === 'global' || kind === 'swift' || kind === 'called';
}

/** Who made the request, where an edge says so; the first one that does. */
function callerOf(edges: readonly StoryEdge[]): ReadonlyMap<string, string> {
  const callers = new Map<string, string>();
  for (const { from, to, by } of edges) if (by !== 'resource' && !callers.has(to)) callers.set(to, from);
  return callers;
}

interface Telling {
  readonly story: StoryLinks;
  readonly callerOf: ReadonlyMap<string, string>;
}

function requestOf(key: string, pieces: readonly Piece[], of: Telling): StoryRequest {
  const first = pieces[0]!;
  const startUs = pieces.reduce((least, piece) => Math.min(least, beganUs(piece)), first.orderUs);
  const endUs = pieces.at(-1)!.orderUs;
  const id = first.request!;
  const request: StoryRequest = {
    id,
    services: distinct(pieces, 'service'),
    hosts: distinct(pieces, 'host'),
    start: stampOf(startUs),
    end: stampOf(endUs),
    durationMs: (endUs - startUs) / 1000,
    records: pieces.length,
    outcome: pieces.some(isFailure) ? 'failed' : 'ok',
  };
  const global = pieces.find((piece) => piece.global !== undefined)?.global;
  if (global !== undefined) request.global = global;
  const operation = operationOf(pieces);
  if (operation !== '') request.operation = operation;
  const caller = of.callerOf.get(id);
  if (caller !== undefined) request.caller = caller;
  const { user, project } = pieces.find((piece) => piece.user !== undefined || piece.project !== undefined) ?? first;
  if (user !== undefined) request.user = user;
  if (project !== undefined) request.project = project;
  if (of.story.links.get(key)?.isShared === true) request.isShared = true;
  return request;
}

export function isFailure({ level, http }: Piece): boolean {
  return isError(level) || (http !== undefined && http.status >= 500);
}

/** What was asked for: the first access line without its ids, with the action or event where the path does not say it; else the first words. */
export function operationOf(pieces: readonly Piece[]): string {
  const http = pieces.find((piece) => piece.http !== undefined)?.http;
  if (http !== undefined) {
    const name = operationName(http, pieces);
    const path = http.path.replace(/^https?:\/\/[^/]*/, '').replace(/\?.*$/s, '');
    return `${http.method} ${path.replace(UUID, '{id}')}${name === undefined ? '' : ` ${name.name}`}`;
  }
  const [line = ''] = pieces[0]!.text.trimStart().split('\n');
  // cinder says what it was asked for before it answers.
  const words = line.replace(/^([A-Z]{3,7} )https?:\/\/[^/\s]{1,260}(?=\/)/, '$1').replace(UUID, '{id}');
  return words.length <= WORDS_CHARS_MAX ? words : `${words.slice(0, WORDS_CHARS_MAX - 1).trimEnd()}…`;
}

function distinct(pieces: readonly Piece[], field: 'service' | 'host'): string[] {
  return [...new Set(pieces.flatMap((piece) => piece[field] ?? []))];
}
