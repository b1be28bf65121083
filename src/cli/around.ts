/**
 * `search -A -B -C`: the neighbours in time of what was found, as grep shows lines: groups that overlap or touch are one, `--` stands
 * between the others, and a record is printed once. Neighbours are records of the same process unless --scope says otherwise.
 *
 * Asks for one neighbour more on each side than is shown: if that one is part of a group, the groups touch. Groups of several
 * processes grow at the same time; they come out in the order of their first hit, and a bounded number of them is held back.
 */
import type { Arguments } from '../base/arguments.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { seqOf } from '../base/public.ts';
import { choiceOf, countOf } from './flags.ts';
import type { Printer } from './printer.ts';
import { ask, linesOf, type Server } from './server.ts';

const SCOPES = ['process', 'host', 'service', 'request', 'instance', 'all'] as const;

export interface Around {
  readonly before: number;
  readonly after: number;
  readonly scope: (typeof SCOPES)[number];
}

/** The flags; undefined when nobody wants neighbours. Throws `bad-argument`. */
export function aroundOf(given: Arguments): Around | undefined {
  const both = countOf(given, 'context') ?? 0;
  const before = countOf(given, 'before-context') ?? both;
  const after = countOf(given, 'after-context') ?? both;
  const scope = choiceOf(given, 'scope', SCOPES);
  const most = limits.contextRecordsMax - 1;
  if (Math.max(before, after) > most) throw new CodedError('bad-argument', `neighbours are at most ${most} on each side`);
  if (before + after > 0) return { before, after, scope: scope ?? 'process' };
  if (scope !== undefined) throw new CodedError('bad-argument', '--scope says whose records -A, -B and -C show; give one of them');
  return undefined;
}

/** Questions on their way at once: the next ones are answered while the first is printed. */
const ASKED_MAX = 4;
/** Hits whose groups are held back for others to join them: some screens of neighbours. */
const HELD_HITS_MAX = 500;
/** Printed records that are remembered, so that none comes twice. */
const PRINTED_MAX = 10_000;

export interface Neighbours {
  /** Public JSON, oldest first, with one more on each side. */
  readonly lines: readonly string[];
  readonly hit: string;
  /** The scope that was used instead of the wanted one. */
  readonly otherScope: string | undefined;
  readonly isDamaged: boolean;
}

export interface AskAround {
  readonly server: Server;
  readonly around: Around;
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/** The neighbours of each hit, in the order of the hits. */
export async function* neighboursOf(hits: AsyncIterable<string>, asking: AskAround): AsyncGenerator<Neighbours> {
  const asked: Promise<Neighbours>[] = [];
  for await (const hit of hits) {
    const answer = one(hit, asking);
    // Awaited later; its error counts then.
    answer.catch(() => {});
    asked.push(answer);
    if (asked.length >= ASKED_MAX) yield await asked.shift()!;
  }
  for (const answer of asked) yield await answer;
}

async function one(hit: string, { server, around, raw, signal }: AskAround): Promise<Neighbours> {
  try {
    const response = await ask(server, {
      path: `/api/v1/records/${seqOf(hit)}/context`,
      accept: 'application/x-ndjson',
      arguments: {
        before: String(around.before + 1),
        after: String(around.after + 1),
        scope: around.scope,
        raw: raw ? 'true' : undefined,
      },
      signal,
    });
    const lines: string[] = [];
    for await (const line of linesOf(server, response, signal)) lines.push(line);
    const scope = response.headers.get('x-scope');
    return {
      hit,
      lines,
      otherScope: scope === null || scope === around.scope ? undefined : scope,
      isDamaged: response.headers.has('x-damaged'),
    };
  } catch (error) {
    // Dropped by retention since it was found: it is shown alone.
    if (isCoded(error) && (error.code === 'gone' || error.code === 'not-found')) {
      return { hit, lines: [hit], otherScope: undefined, isDamaged: false };
    }
    throw error;
  }
}

interface Group {
  /** By seq. */
  readonly records: Map<number, string>;
  readonly hits: Set<number>;
}

/** Puts neighbours together and prints what nothing can join any more. */
export class Groups {
  readonly #around: Around;
  readonly #printer: Printer;
  readonly #isBackward: boolean;
  #held: Group[] = [];
  #heldHits = 0;
  #printedGroups = 0;
  readonly #printed = new Set<number>();

  constructor(around: Around, printer: Printer, isBackward: boolean) {
    this.#around = around;
    this.#printer = printer;
    this.#isBackward = isBackward;
  }

  add({ hit, lines }: Neighbours): void {
    const seq = seqOf(hit);
    const at = Math.max(
      0,
      lines.findIndex((line) => seqOf(line) === seq),
    );
    const own = lines.slice(Math.max(0, at - this.#around.before), at + this.#around.after + 1);
    const seqs = lines.map(seqOf);
    const touched = this.#held.filter((group) => seqs.some((one) => group.records.has(one)));
    const group = touched[0] ?? this.#begin();
    for (const other of touched.slice(1)) this.#merge(group, other);
    for (const line of own) group.records.set(seqOf(line), line);
    group.hits.add(seq);
    this.#heldHits++;
    while (this.#heldHits > HELD_HITS_MAX) this.#flushFirst();
  }

  end(): void {
    while (this.#held.length > 0) this.#flushFirst();
  }

  #begin(): Group {
    const group: Group = { records: new Map(), hits: new Set() };
    this.#held.push(group);
    return group;
  }

  #merge(into: Group, from: Group): void {
    for (const [seq, line] of from.records) into.records.set(seq, line);
    for (const seq of from.hits) into.hits.add(seq);
    this.#held = this.#held.filter((group) => group !== from);
  }

  #flushFirst(): void {
    const group = this.#held.shift()!;
    this.#heldHits -= group.hits.size;
    const records = [...group.records].filter(([seq]) => !this.#printed.has(seq)).sort(inTime);
    if (records.length === 0) return;
    if (this.#isBackward) records.reverse();
    if (this.#printedGroups++ > 0) this.#printer.gap();
    for (const [seq, json] of records) {
      this.#printer.print({ json, isHit: group.hits.has(seq) });
      this.#printed.add(seq);
    }
    while (this.#printed.size > PRINTED_MAX) this.#printed.delete(this.#printed.values().next().value!);
  }
}

/** `,"time":"2026-11-22T08:24:11.548000Z"` stands behind the seq, and orders as text. */
function inTime([leftSeq, left]: [number, string], [rightSeq, right]: [number, string]): number {
  const [leftTime, rightTime] = [timeText(left), timeText(right)];
  return leftTime === rightTime ? leftSeq - rightSeq : leftTime < rightTime ? -1 : 1;
}

function timeText(json: string): string {
  return (JSON.parse(json) as { time: string }).time;
}
