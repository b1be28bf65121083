/**
 * Neighbours in a story that say the same but for numbers and ids, as one: the terminal does so too (src/report/story-view-records.ts), by the shapes that
 * the service keeps; here a text's shape is what is left of it without its words that hold a digit. Pure.
 * Invariant: the records of all runs, in order, are the records that came in.
 */
import { microsOf } from './spans.ts';
import type { ToldRecord } from './story.ts';

/** One record, or the first of several alike. */
export interface Run {
  readonly record: ToldRecord;
  /** Alike, behind it; empty: it stands alone. */
  readonly others: readonly ToldRecord[];
}

/** Two are read as fast as what would stand for them. */
const ALIKE_MIN = 3;
/** A silence as long as the usual distance of what repeats is none. */
const USUAL_TIMES = 3;

/** `isWanted`: a run whose records are told one by one, by the seq of its first. */
export function runsOf(records: readonly ToldRecord[], gaps: ReadonlyMap<number, number>, isWanted: (run: Run) => boolean): Run[] {
  const runs: ToldRecord[][] = [];
  let key: string | undefined;
  for (const record of records) {
    const own = keyOf(record);
    if (own === key) runs.at(-1)!.push(record);
    else runs.push([record]);
    key = own;
  }
  return runs
    .flatMap((run) => broken(run, gaps))
    .flatMap(([record, ...others]) => {
      const run = { record: record!, others };
      return others.length + 1 < ALIKE_MIN || isWanted(run) ? alone([record!, ...others]) : [run];
    });
}

export function alone(records: readonly ToldRecord[]): Run[] {
  return records.map((record) => ({ record, others: [] }));
}

/** How many are not told themselves. */
export function foldedCount(runs: readonly Run[]): number {
  return runs.reduce((sum, { others }) => sum + others.length, 0);
}

/** Where a silence is longer than is usual between them, another run begins. */
function broken(run: readonly ToldRecord[], gaps: ReadonlyMap<number, number>): (readonly ToldRecord[])[] {
  if (run.length < ALIKE_MIN) return [run];
  const apart = run.slice(1).map((record, index) => microsOf(record.time) - microsOf(run[index]!.time));
  const usual = apart.toSorted((a, b) => a - b)[Math.floor(apart.length / 2)]!;
  const parts: ToldRecord[][] = [[run[0]!]];
  for (const [index, record] of run.slice(1).entries()) {
    if (gaps.has(record.seq) && apart[index]! > usual * USUAL_TIMES) parts.push([record]);
    else parts.at(-1)!.push(record);
  }
  return parts;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const WITH_DIGIT = /[\p{L}_]*\p{N}[\p{L}\p{N}_]*/gu;
/** Longer texts are dumps: alike only where they are the same. */
const CHARS_MAX = 32_768;

function keyOf({ program, host, level, message }: ToldRecord): string {
  const shape = message.length > CHARS_MAX ? message : message.replace(UUID, '0').replace(WITH_DIGIT, '0');
  return JSON.stringify([program, host, level, shape]);
}
