/**
 * What each process did for each request, as spans: cut where it was silent for long, each with the span that caused it and the time that
 * was its own. Within one request RPC order tells the cause - who had spoken last when somebody else began, or whose answer, told by its access
 * line and how long that took, was being waited for -, between requests the record that names the other one, or the global id. Pure.
 */
import { listed } from '../base/listed.ts';
import type { StorySpan } from '../model.ts';
import type { Piece } from './story-piece.ts';
import { beganUs, rankOf, stampOf } from './story-time.ts';
import { isUsualError } from './usual-errors.ts';

/** A process that is silent for longer is waiting for somebody, or does something else afterwards: nova waits 300 s for a port. */
const SILENCE_US = 30_000_000;

/** A span under construction: its records in the order of the story. */
interface Open {
  readonly first: Piece;
  readonly requestKey: string | undefined;
  readonly pieces: Piece[];
  /** Of its first record, or earlier: an access line is written at the end of what it tells of. */
  startUs: number;
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
      span = { first: piece, requestKey: piece.requestKey, pieces: [], startUs: piece.orderUs };
      open.set(key, span);
      all.push(span);
    }
    span.pieces.push(piece);
    span.startUs = Math.min(span.startUs, beganUs(piece));
  }
  all.sort((a, b) => a.startUs - b.startUs || a.first.orderUs - b.first.orderUs || a.first.seq - b.first.seq);
  const of = new Map<number, number>();
  all.forEach(({ pieces: own }, index) => {
    for (const { seq } of own) of.set(seq, index);
  });
  const parents = parentsOf(all, { of, callers });
  const children = all.map((): Open[] => []);
  for (const [child, parent] of parents.entries()) if (parent !== undefined) children[parent]!.push(all[child]!);
  const usual = new Set(pieces.filter((piece) => isUsualError(piece, pieces)));
  const place = (index: number): Place => ({ children: children[index]!, parent: parents[index], usual });
  return { list: all.map((span, index) => told(span, index, place(index))), of };
}

interface Causes {
  readonly of: ReadonlyMap<number, number>;
  /** Key of a request -> the record that names it as called. */
  readonly callers: ReadonlyMap<string, Piece>;
}

function parentsOf(spans: readonly Open[], { of, callers }: Causes): (number | undefined)[] {
  const byRequest = new Map<string, number[]>();
  const answers = answersOf(spans);
  const parents: (number | undefined)[] = [];
  spans.forEach(({ requestKey, first }, index) => {
    if (requestKey === undefined) {
      parents.push(undefined);
      return;
    }
    const all = byRequest.get(requestKey) ?? [];
    const own = all.filter((other) => !isProxied(spans[other]!, spans[index]!));
    const caller = callers.get(requestKey);
    const { globalKey } = first;
    let parent =
      spokenLast(own, spans, { piece: first, isAtWork: true }) ??
      answeringTo(answers.get(requestKey) ?? [], spans, index) ??
      spokenLast(own, spans, { piece: first, isAtWork: false });
    // The record that names the request comes after it: its span began before, or another of the same request did.
    if (parent === undefined && caller !== undefined) parent = of.get(caller.seq);
    if (parent === undefined && globalKey !== undefined && globalKey !== requestKey)
      parent = spokenLast(byRequest.get(globalKey) ?? [], spans, { piece: first, isAtWork: false });
    parents.push(parent === index ? undefined : parent);
    byRequest.set(requestKey, [...all, index]);
  });
  return withoutCircles(parents);
}

/** An access line with its time: from when to when its server was at work. */
interface Answer {
  readonly span: number;
  readonly fromUs: number;
  readonly untilUs: number;
}

function answersOf(spans: readonly Open[]): Map<string, Answer[]> {
  const answers = new Map<string, Answer[]>();
  for (const [span, { requestKey, pieces }] of spans.entries()) {
    if (requestKey === undefined) continue;
    for (const piece of pieces) {
      const fromUs = beganUs(piece);
      if (fromUs < piece.orderUs) listed(answers, requestKey).push({ span, fromUs, untilUs: piece.orderUs });
    }
  }
  return answers;
}

const COARSE_US = 1_000_000;

/** swift's storage servers are called by a proxy, which speaks only in the end; stamps of whole seconds do not show who was at work for whom. */
const PROXY = /^(?:swift-)?proxy-server$/;

function isProxied(span: Open, by: Open): boolean {
  return PROXY.test(by.first.program ?? '') && !PROXY.test(span.first.program ?? '');
}

/** The span whose answer was being made all the while that this one was at work: of several, the shortest. */
function answeringTo(answers: readonly Answer[], spans: readonly Open[], index: number): number | undefined {
  const { startUs, pieces, first } = spans[index]!;
  const untilUs = pieces.at(-1)!.orderUs;
  // A stamp of whole seconds may mean any moment of it.
  const slackUs = first.orderUs % COARSE_US === 0 ? COARSE_US : 0;
  let best: Answer | undefined;
  for (const answer of answers) {
    if (isProxied(spans[index]!, spans[answer.span]!)) return answer.span;
    const lengthUs = answer.untilUs - answer.fromUs;
    if (answer.span === index || lengthUs <= untilUs - startUs) continue;
    if (answer.fromUs > startUs + slackUs || answer.untilUs < untilUs) continue;
    if (best === undefined || lengthUs < best.untilUs - best.fromUs) best = answer;
  }
  return best?.span;
}

interface Before {
  readonly piece: Piece;
  /** Only who has not answered yet: its access line is the last that it says. */
  readonly isAtWork: boolean;
}

/** Of these spans the one whose record stands nearest before `piece`. */
function spokenLast(among: readonly number[], spans: readonly Open[], { piece, isAtWork }: Before): number | undefined {
  let best: number | undefined;
  let bestUs = Number.NEGATIVE_INFINITY;
  for (const index of among) {
    const before = lastBefore(spans[index]!.pieces, piece.orderUs);
    if (before !== undefined && before.orderUs >= bestUs && !(isAtWork && before.http !== undefined)) {
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
  /** Errors of a normal course: a guest that nova ends is no failure of libvirt. */
  readonly usual: ReadonlySet<Piece>;
}

function told(open: Open, index: number, { children, parent, usual }: Place): StorySpan {
  const { first, pieces } = open;
  const [startUs, endUs] = extentOf(open);
  const durationUs = endUs - startUs;
  const span: StorySpan = {
    span: index,
    start: stampOf(startUs),
    end: stampOf(endUs),
    durationMs: durationUs / 1000,
    selfMs: (durationUs - coveredUs(children.map(extentOf), startUs, endUs)) / 1000,
    records: pieces.length,
    seq: first.seq,
  };
  if (parent !== undefined) span.parent = parent;
  if (first.request !== undefined) span.request = first.request;
  if (first.service !== undefined) span.service = first.service;
  if (first.host !== undefined) span.host = first.host;
  if (first.program !== undefined) span.program = first.program;
  if (first.pid !== undefined) span.pid = first.pid;
  const level = strongest(pieces.filter((piece) => !usual.has(piece)));
  if (level !== undefined) span.level = level;
  return span;
}

function extentOf({ startUs, pieces }: Open): [startUs: number, endUs: number] {
  return [startUs, pieces.at(-1)!.orderUs];
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
