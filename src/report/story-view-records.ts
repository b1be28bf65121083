/**
 * The records of a story as they are told: in order, with the gaps between them, repetitions as one, and without what only
 * developers read (DEBUG) unless it carries the story on. Not here: how they look (story-text-records.ts, story-html-records.ts).
 *
 * Invariant: shown and hidden records together, repetitions counted, are all records of the story.
 */
import type { PublicRecord } from '../base/public.ts';
import { split } from '../base/shape.ts';
import { shapeText } from '../base/shape-text.ts';
import type { Story, StoryError, StorySkew, StoryWhy } from '../model.ts';
import { microsOf } from './story-view-time.ts';

export type ToldRecord = PublicRecord & { readonly why: StoryWhy; readonly span?: number; readonly skewMs?: number };

export type StoryItem =
  /** So many alike, the last one at `untilUs`. */
  | { readonly kind: 'record'; readonly record: ToldRecord; readonly timeUs: number; readonly times: number; readonly untilUs: number }
  | { readonly kind: 'gap'; readonly durationMs: number };

export interface Told {
  readonly items: readonly StoryItem[];
  /** Records of level DEBUG that are left away. */
  readonly hidden: number;
}

export interface TellOptions {
  /** DEBUG, too. */
  readonly debug: boolean;
  /** Repetitions as one. */
  readonly folds: boolean;
}

/** A gap as long as the usual distance of what repeats is no silence. */
const USUAL_TIMES = 3;
const ALIKE_MIN = 3;

export function toldRecords(story: Story, { debug, folds }: TellOptions): Told {
  const all = story.records as unknown as readonly ToldRecord[];
  const needed = neededSeqs(story);
  const picked = debug ? all : all.filter((record) => record.level !== 'DEBUG' || needed.has(record.seq));
  // A story that was told to developers only is shown to whoever asks.
  const shown = picked.length === 0 ? all : picked;
  const gaps = gapsBefore(story, shown);
  const items: StoryItem[] = [];
  for (const run of folds ? runsOf(shown, gaps) : shown.map((record) => [record])) {
    const [record] = run;
    const gap = gaps.get(record!.seq);
    if (gap !== undefined) items.push({ kind: 'gap', durationMs: gap });
    const [timeUs, untilUs] = [microsOf(record!.time), microsOf(run.at(-1)!.time)];
    items.push({ kind: 'record', record: record!, timeUs, times: run.length, untilUs });
  }
  return { items, hidden: all.length - shown.length };
}

/** Records that other parts of the story speak of. */
function neededSeqs({ edges, firstError, firstFault, missing = [] }: Story): Set<number | undefined> {
  const steps = missing.flatMap((one) => one.steps).flatMap(({ seq, afterSeq }) => [seq, afterSeq]);
  const calls = edges.filter(({ by }) => by === 'called').map(({ seq }) => seq);
  return new Set([...calls, firstError?.seq, firstFault?.seq, ...steps]);
}

/** By the seq of the shown record before which the silence is told: the one that ended it, or the next one that is shown. */
function gapsBefore({ gaps, records }: Story, shown: readonly ToldRecord[]): Map<number, number> {
  const ended = new Map(gaps.map(({ beforeSeq, durationMs }) => [beforeSeq, durationMs]));
  const isShown = new Set(shown.map(({ seq }) => seq));
  const result = new Map<number, number>();
  let open = 0;
  let hasShown = false;
  for (const { seq } of records) {
    open = Math.max(open, ended.get(seq) ?? 0);
    if (!isShown.has(seq)) continue;
    if (open > 0 && hasShown) result.set(seq, open);
    open = 0;
    hasShown = true;
  }
  return result;
}

/** Neighbours that say the same; broken where a silence is longer than is usual between them. */
function runsOf(records: readonly ToldRecord[], gaps: ReadonlyMap<number, number>): ToldRecord[][] {
  const runs: ToldRecord[][] = [];
  let key: string | undefined;
  for (const record of records) {
    const own = keyOf(record);
    if (own === key) runs.at(-1)!.push(record);
    else runs.push([record]);
    key = own;
  }
  return runs.flatMap((run) => broken(run, gaps));
}

function broken(run: ToldRecord[], gaps: ReadonlyMap<number, number>): ToldRecord[][] {
  if (run.length < ALIKE_MIN) return run.map((record) => [record]);
  const apart = run.slice(1).map((record, index) => microsOf(record.time) - microsOf(run[index]!.time));
  const usual = apart.toSorted((a, b) => a - b)[Math.floor(apart.length / 2)]!;
  const parts: ToldRecord[][] = [[run[0]!]];
  for (const [index, record] of run.slice(1).entries()) {
    if (gaps.has(record.seq) && apart[index]! > usual * USUAL_TIMES) parts.push([record]);
    else parts.at(-1)!.push(record);
  }
  return parts.flatMap((part) => (part.length < ALIKE_MIN ? part.map((record) => [record]) : [part]));
}

function keyOf({ program, host, level, message }: ToldRecord): string {
  const parts = split(message);
  return JSON.stringify([program, host, level, parts === undefined ? message : shapeText(message, parts)]);
}

// ------------------------------------------------------------------------------------------- texts

/** With its whole text, which the record has: the story's head may hold its beginning only. */
export function wholeError({ firstError, records }: Story): StoryError | undefined {
  const message = records.find(({ seq }) => seq === firstError?.seq)?.message;
  return firstError !== undefined && typeof message === 'string' ? { ...firstError, message } : firstError;
}

/** Clocks that disagree by more than is not known. */
export function skewsTold({ skew, deskewed }: Story): StorySkew[] {
  return skew.filter(({ skewMs, errorMs }) => deskewed || Math.abs(skewMs) > errorMs);
}

/** What was logged, and the lines behind it: a traceback, a dump. */
export function linesOf(message: string): { readonly first: string; readonly more: readonly string[] } {
  const [first = '', ...more] = message.replace(/\n+$/, '').split('\n');
  return { first, more };
}

/** Why a record belongs to the story, where neither its own request nor the id that was asked for says so. */
export function whyText({ why, request }: ToldRecord, story: Story): string | undefined {
  return why.id === story.id || why.id === request ? undefined : `${why.kind} ${why.id}`;
}

/** Where in the code it was said, as DEBUG of oslo ends, is no part of a step's name. */
const WHERE = / \S{1,120} \/\S{1,300}\.py:<\*>$/;

export function stepName(text: string): string {
  return text.replace(WHERE, '');
}
