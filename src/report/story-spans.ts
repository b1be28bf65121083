/**
 * What each process did for each request, as spans: cut where it was silent for long, each with the span that caused it and the time that
 * was its own. Within one request RPC order tells the cause - who had spoken last when somebody else began -, between requests the
 * record that names the other one, or the global id. Pure.
 */
import type { StorySpan } from '../model.ts';
import type { Piece } from './story-piece.ts';
import { rankOf, stampOf } from './story-time.ts';

/** A process that is silent for longer is waiting for somebody, or does something else afterwards: nova waits 300 s for a port. */
const SILENCE_US = 30_000_000;

/** A span under construction: its records in the order of the story. */
interface Open {
  readonly first: Piece;
  readonly requestKey: string | undefined;
  readonly pieces: Piece[];
}

export interface Spans {
  readonly list: StorySpan[];
  /** Seq of a record -> index of its span. */
  readonly of: ReadonlyMap<number, number>;
}

export function processOf({ host, program, pid }: Piece): string {
  return `${host ?? ''}\n${program ?? ''}\n${pid ?? ''}`;
}

/** `pieces` in the order of the story. */
export function spansOf(pieces: readonly Piece[], callers: ReadonlyMap<string, Piece>): Spans {
  const open = new Map<string, Open>();
  const all: Open[] = [];
  for (const piece of pieces) {
    const key = `${piece.requestKey ?? ''}\n${processOf(piece)}`;
    let span = open.get(key);
    if (span === undefined || piece.orderUs - span.pieces.at(-1)!.orderUs > SILENCE_US) {
      span = { first: piece, requestKey: piece.requestKey, pieces: [] };
      open.set(key, span);
      all.push(span);
    }
    span.pieces.push(piece);
  }
  const of = new Map<number, number>();
  all.forEach(({ pieces: own }, index) => {
    for (const { seq } of own) of.set(seq, index);
  });
  const parents = parentsOf(all, { of, callers });
  const children = all.map((): Open[] => []);
  for (const [child, parent] of parents.entries()) if (parent !== undefined) children[parent]!.push(all[child]!);
  return { list: all.map((span, index) => told(span, index, { children: children[index]!, parent: parents[index] })), of };
}

interface Causes {
  readonly of: ReadonlyMap<number, number>;
  /** Key of a request -> the record that names it as called. */
  readonly callers: ReadonlyMap<string, Piece>;
}

function parentsOf(spans: readonly Open[], { of, callers }: Causes): (number | undefined)[] {
  const byRequest = new Map<string, number[]>();
  const parents: (number | undefined)[] = [];
  spans.forEach(({ requestKey, first }, index) => {
    if (requestKey === undefined) {
      parents.push(undefined);
      return;
    }
    const own = byRequest.get(requestKey) ?? [];
    const caller = callers.get(requestKey);
    const { globalKey } = first;
    let parent = spokenLast(own, spans, first);
    // The record that names the request comes after it: its span began before, or another of the same request did.
    if (parent === undefined && caller !== undefined) parent = of.get(caller.seq);
    if (parent === undefined && globalKey !== undefined && globalKey !== requestKey)
      parent = spokenLast(byRequest.get(globalKey) ?? [], spans, first);
    parents.push(parent === index ? undefined : parent);
    byRequest.set(requestKey, [...own, index]);
  });
  return withoutCircles(parents);
}

/** Of these spans the one whose record stands nearest before `piece`. */
function spokenLast(among: readonly number[], spans: readonly Open[], piece: Piece): number | undefined {
  let best: number | undefined;
  let bestUs = Number.NEGATIVE_INFINITY;
  for (const index of among) {
    const before = lastBefore(spans[index]!.pieces, piece.orderUs);
    if (before !== undefined && before.orderUs >= bestUs) {
      best = index;
      bestUs = before.orderUs;
    }
  }
  return best;
}

function lastBefore(pieces: readonly Piece[], orderUs: number): Piece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.orderUs <= orderUs) low = middle + 1;
    else high = middle;
  }
  return pieces[low - 1];
}

function withoutCircles(parents: (number | undefined)[]): (number | undefined)[] {
  for (let index = 0; index < parents.length; index++) {
    const seen = new Set([index]);
    for (let at = parents[index]; at !== undefined; at = parents[at]) {
      if (!seen.has(at)) {
        seen.add(at);
        continue;
      }
      parents[index] = undefined;
      break;
    }
  }
  return parents;
}

interface Place {
  readonly children: readonly Open[];
  readonly parent: number | undefined;
}

function told({ first, pieces }: Open, index: number, { children, parent }: Place): StorySpan {
  const [startUs, endUs] = extentOf(pieces);
  const durationUs = endUs - startUs;
  const span: StorySpan = {
    span: index,
    start: stampOf(startUs),
    end: stampOf(endUs),
    durationMs: durationUs / 1000,
    selfMs:
      (durationUs -
        coveredUs(
          children.map((child) => extentOf(child.pieces)),
          startUs,
          endUs,
        )) /
      1000,
    records: pieces.length,
    seq: first.seq,
  };
  if (parent !== undefined) span.parent = parent;
  if (first.request !== undefined) span.request = first.request;
  if (first.service !== undefined) span.service = first.service;
  if (first.host !== undefined) span.host = first.host;
  if (first.program !== undefined) span.program = first.program;
  if (first.pid !== undefined) span.pid = first.pid;
  const level = strongest(pieces);
  if (level !== undefined) span.level = level;
  return span;
}

function extentOf(pieces: readonly Piece[]): [startUs: number, endUs: number] {
  return [pieces[0]!.orderUs, pieces.at(-1)!.orderUs];
}

function strongest(pieces: readonly Piece[]): string | undefined {
  let best: string | undefined;
  for (const { level } of pieces) if (rankOf(level) > rankOf(best)) best = level;
  return best;
}

/** How much of [startUs, endUs] the intervals cover together. */
export function coveredUs(intervals: readonly (readonly [number, number])[], startUs: number, endUs: number): number {
  let covered = 0;
  let at = startUs;
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const begin = Math.max(from, at);
    const end = Math.min(to, endUs);
    if (end <= begin) continue;
    covered += end - begin;
    at = end;
  }
  return covered;
}
