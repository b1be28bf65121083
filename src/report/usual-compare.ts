/**
 * What did not come in a run, or took unusually long, against the usual course of its operation (usual.ts). A step is missing when it is due,
 * and nothing that usually comes after it has come either: a gap with the rest behind it is a lost line or a change
 * of the program, and the operation went on. Not here: what the story says went wrong first (fault.ts).
 * Invariant: missing steps come in their usual order, the first one first; a run that is still going on misses nothing yet.
 */
import { formatTime } from '../base/time-text.ts';
import type { StoryMissing, StoryStep } from '../model.ts';
import { RUNS_MIN, type UsualCourse, type UsualStep } from './usual.ts';
import type { Run, RunStep } from './usual-run.ts';

/** More than so many times what 95 of 100 runs need at most, and so much longer than that, is unusual. */
const SLOW_TIMES = 3;
const SLOW_MORE_US = 1_000_000;
/** Steps told of: the first ones matter, the rest follows from them. */
const STEPS_MAX = 8;
/** Two that usually come later from other programs are no coincidence of the clock. */
const LATER_OTHERS_MIN = 2;

export interface Comparison {
  readonly operation: string;
  readonly course: UsualCourse;
  readonly run: Run;
  /** Up to when everything that was said is known, µs: what is due later may still come. */
  readonly knownUntilUs: number;
}

/** Undefined: all is as usual, or too little is known. */
export function compareRun({ operation, course, run, knownUntilUs }: Comparison): StoryMissing | undefined {
  if (course.runs < RUNS_MIN || run.steps.length === 0) return undefined;
  const came = new Map(run.steps.map((step) => [step.key, step]));
  const found = course.steps.map((step) => came.get(step.key));
  const steps: StoryStep[] = [];
  for (const [index, step] of course.steps.entries()) {
    const here = found[index];
    const after = lastBefore(course, found, index);
    const sinceUs = after?.timeUs ?? run.steps[0]!.timeUs;
    const lateUs = lateOf(step.p95Us);
    const dueUs = Math.max(sinceUs + lateUs, chainDueUs(course, { found, index, startUs: run.steps[0]!.timeUs }));
    if (here === undefined) {
      if (dueUs <= knownUntilUs && !hasGoneOn(course, found, index)) steps.push(told('missing', step, { after, dueUs }));
    } else if (isDirect(course, found, index) && here.timeUs - sinceUs > lateUs)
      steps.push({ ...told('slow', step, { after, dueUs }), seq: here.seq, tookMs: (here.timeUs - sinceUs) / 1000 });
  }
  if (steps.length === 0) return undefined;
  const missing = steps.filter(({ state }) => state === 'missing');
  const slow = steps.filter(({ state }) => state === 'slow');
  return { operation, request: run.request, learnedFrom: course.runs, steps: [...missing, ...slow].slice(0, STEPS_MAX) };
}

function lateOf(usualUs: number): number {
  return Math.max(usualUs * SLOW_TIMES, usualUs + SLOW_MORE_US);
}

/** What comes after steps that have not come either waits for all of them: their usual times together, from the last one that came. */
function chainDueUs(course: UsualCourse, of: { found: readonly (RunStep | undefined)[]; index: number; startUs: number }): number {
  let usualUs = 0;
  let at = of.index;
  // `previous` is always earlier in the list: this ends.
  while (at >= 0 && of.found[at] === undefined) {
    usualUs += course.steps[at]!.p95Us;
    at = course.steps[at]!.previous;
  }
  return (of.found[at]?.timeUs ?? of.startUs) + lateOf(usualUs);
}

/** The nearest step before it that came. */
function lastBefore(course: UsualCourse, found: readonly (RunStep | undefined)[], index: number): RunStep | undefined {
  let last: RunStep | undefined;
  for (let other = 0; other < found.length; other++) {
    const step = found[other];
    if (step === undefined || other === index || !course.isBefore(other, index)) continue;
    if (last === undefined || step.timeUs > last.timeUs) last = step;
  }
  return last;
}

/** Its usual length of time counts from the step before it, which may be the one that is missing. */
function isDirect(course: UsualCourse, found: readonly (RunStep | undefined)[], index: number): boolean {
  const { previous } = course.steps[index]!;
  return previous < 0 || found[previous] !== undefined;
}

/** Something that comes after it came: from the same program, or enough from others. */
function hasGoneOn(course: UsualCourse, found: readonly (RunStep | undefined)[], index: number): boolean {
  const { program } = course.steps[index]!;
  let others = 0;
  for (let other = 0; other < found.length; other++) {
    if (found[other] === undefined || !course.isBefore(index, other)) continue;
    if (course.steps[other]!.program === program || ++others === LATER_OTHERS_MIN) return true;
  }
  return false;
}

function told(state: StoryStep['state'], usual: UsualStep, { after, dueUs }: { after: RunStep | undefined; dueUs: number }): StoryStep {
  const { text, program, service, share, p95Us } = usual;
  const step: StoryStep = { state, text, usualPercent: Math.round(share * 100), usualMs: p95Us / 1000, due: formatTime(dueUs) };
  if (service !== undefined) step.service = service;
  if (program !== '') step.program = program;
  if (after !== undefined) step.afterSeq = after.seq;
  return step;
}
