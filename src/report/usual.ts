/**
 * The usual course of an operation, learned from its successful runs: the steps that nearly all of them have, which of them come before
 * which, and how long each takes after the one before it. A partial order, not a list: services work beside each other, and what
 * two of them say may come in either order. Not here: how runs are found (store), what a run is (usual-run.ts), comparing (usual-compare.ts).
 * Invariant: fewer than RUNS_MIN runs teach nothing; a step that one run in five leaves out is not missed.
 */
import type { Run, RunStep } from './usual-run.ts';

export interface UsualStep {
  readonly key: string;
  readonly text: string;
  readonly program: string;
  readonly service: string | undefined;
  /** Of 1: the part of the runs that have it. */
  readonly share: number;
  /** Index in `steps` of the one before it, the last of those that always come earlier; -1: it begins. */
  readonly previous: number;
  /** After the one before it, µs: half and 95 of 100 of the runs take at most so long. */
  readonly p50Us: number;
  readonly p95Us: number;
}

export interface UsualCourse {
  /** Runs it was learned from. */
  readonly runs: number;
  /** In the order in which they usually come. */
  readonly steps: readonly UsualStep[];
  /** Does step a come before step b in all runs that have both? */
  isBefore(a: number, b: number): boolean;
}

/** Below so many runs anything looks usual. */
export const RUNS_MIN = 5;
/** Steps that fewer of the runs have are optional: retries, caches, other ways to the same end. Not higher: with one line in twenty lost, four of thirty runs lack a step now and then. */
const SHARE_MIN = 0.8;
/** Of the runs that have both: one in twenty may have lost its order to clocks and buffers. */
const ORDER_MIN = 0.95;

/** What is known of a step while learning: its time in each run, NaN where it did not come. */
interface Seen {
  readonly step: RunStep;
  readonly times: Float64Array;
  count: number;
  medianUs: number;
}

/** Undefined: too few runs. Failed ones teach nothing and do not count. */
export function learn(all: readonly Run[]): UsualCourse | undefined {
  const runs = all.filter((run) => !run.isFailed && run.steps.length > 0);
  if (runs.length < RUNS_MIN) return undefined;
  const seen = inOrder(usualOf(runs));
  const isBefore = orderOf(seen);
  const steps = seen.map(({ step, count }, index): UsualStep => {
    const previous = previousOf(index, isBefore);
    const delays = delaysOf(seen, { index, previous });
    const { key, text, program, service } = step;
    const share = count / runs.length;
    return { key, text, program, service, share, previous, p50Us: rank(delays, 0.5), p95Us: rank(delays, 0.95) };
  });
  return { runs: runs.length, steps, isBefore };
}

/** The steps that come often enough, in the order of their usual time. */
function usualOf(runs: readonly Run[]): Seen[] {
  const all = new Map<string, Seen>();
  for (const [at, { steps }] of runs.entries()) {
    const startUs = steps[0]!.timeUs;
    for (const step of steps) {
      let seen = all.get(step.key);
      if (seen === undefined) {
        seen = { step, times: new Float64Array(runs.length).fill(Number.NaN), count: 0, medianUs: 0 };
        all.set(step.key, seen);
      }
      seen.times[at] = step.timeUs - startUs;
      seen.count++;
    }
  }
  const usual = [...all.values()].filter(({ count }) => count >= runs.length * SHARE_MIN);
  for (const seen of usual)
    seen.medianUs = rank(
      seen.times.filter((time) => !Number.isNaN(time)),
      0.5,
    );
  return usual.sort((a, b) => a.medianUs - b.medianUs);
}

type Before = UsualCourse['isBefore'];

function orderOf(seen: readonly Seen[]): Before {
  const size = seen.length;
  const before = new Uint8Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) if (a !== b && comesBefore(seen[a]!.times, seen[b]!.times)) before[a * size + b] = 1;
  }
  return (a, b) => before[a * size + b] === 1;
}

/**
 * By their usual time, but none before one that always comes earlier: of two branches that take turns, the middle of
 * one step's times may lie behind that of the next.
 */
function inOrder(seen: readonly Seen[]): Seen[] {
  const isBefore = orderOf(seen);
  const left = new Set(seen.keys());
  const ordered: Seen[] = [];
  while (left.size > 0) {
    const isFree = (index: number): boolean => !left.values().some((other) => isBefore(other, index) && !isBefore(index, other));
    // Orders that run in a circle cannot be kept: then time alone decides.
    const next = left.values().find(isFree) ?? left.values().next().value!;
    left.delete(next);
    ordered.push(seen[next]!);
  }
  return ordered;
}

function comesBefore(a: Float64Array, b: Float64Array): boolean {
  let both = 0;
  let earlier = 0;
  for (let run = 0; run < a.length; run++) {
    const delay = b[run]! - a[run]!;
    if (Number.isNaN(delay)) continue;
    both++;
    if (delay >= 0) earlier++;
  }
  return both >= RUNS_MIN && earlier >= both * ORDER_MIN;
}

/** Steps are in the order of their usual time, so the last one before is the nearest. */
function previousOf(index: number, isBefore: Before): number {
  for (let other = index - 1; other >= 0; other--) if (isBefore(other, index) && !isBefore(index, other)) return other;
  return -1;
}

function delaysOf(seen: readonly Seen[], { index, previous }: { index: number; previous: number }): Float64Array {
  const { times } = seen[index]!;
  const from = seen[previous]?.times;
  return times.map((time, run) => time - (from?.[run] ?? 0)).filter((delay) => !Number.isNaN(delay));
}

/** Nearest rank; 0 of nothing. */
function rank(values: Float64Array, part: number): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted();
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}
