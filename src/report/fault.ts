/**
 * What a story names first: the first error, or the step that should have come before it and did not. nova waits five minutes for
 * a port that neutron never wires and then reports an error of its own; the error is true, and the cause is the silence before it.
 * An error of the program whose step is missing explains that step, so then the error is named. Not here: which error is the
 * first (story-faults), what is missing (usual-compare.ts).
 */
import type { StoryError, StoryFault, StoryMissing, StoryStep } from '../model.ts';

interface MissingStep {
  readonly step: StoryStep;
  readonly request: string;
}

export function firstFault(error: StoryError | undefined, missing: readonly StoryMissing[]): StoryFault | undefined {
  const steps = missing.flatMap(({ steps: all, request }) => all.map((step): MissingStep => ({ step, request })));
  const silent = earliest(steps.filter(({ step }) => step.state === 'missing'));
  if (error === undefined) {
    const slow = steps.find(({ step }) => step.state === 'slow');
    return silent === undefined ? slow && ofStep(slow) : ofStep(silent);
  }
  return silent !== undefined && isEarlier(silent.step, error) ? ofStep(silent) : ofError(error);
}

/** Of several requests, the step that was due first; within one they are in their usual order. */
function earliest(steps: readonly MissingStep[]): MissingStep | undefined {
  const firsts = steps.filter(({ request }, index) => steps.findIndex((other) => other.request === request) === index);
  return firsts.toSorted((a, b) => compareText(a.step.due, b.step.due))[0];
}

/** RFC 3339 with microseconds, all in UTC: in the order of time. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function isEarlier(step: StoryStep, error: StoryError): boolean {
  if (step.due >= error.time) return false;
  return step.program === undefined || step.program !== error.program;
}

function ofError({ seq, time, service, program, host, request, message }: StoryError): StoryFault {
  return { state: 'error', time, seq, text: message, ...given({ service, program, host, request }) };
}

function ofStep({ step, request }: MissingStep): StoryFault {
  const { state, text, service, program } = step;
  const seq = step.seq ?? step.afterSeq;
  return { state, time: step.due, text, request, ...(seq === undefined ? {} : { seq }), ...given({ service, program }) };
}

/** Without what is absent. */
function given(of: Partial<Record<'service' | 'program' | 'host' | 'request', string | undefined>>): Partial<StoryFault> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined));
}
