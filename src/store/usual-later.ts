/**
 * What is usual and nobody has waited for: operations of stories that were answered before their usual course was learned. A query worker goes on
 * with them while it has nothing else to do, so that the next question is answered whole. Bounded in operations and in time for each.
 */
import type { DaysReader } from './read.ts';
import { courseKey, isLearned, type Template, usualCourse } from './usual-runs.ts';

/** The newest are kept: somebody asks for them now. */
const WAITING_MAX = 8;
const LEARN_MS_MAX = 10_000;

const waiting = new WeakMap<DaysReader, Map<string, Template>>();

/** The template's operation is to be learned when there is time; false: it has been, as far as the store tells. */
export function learnLater(reader: DaysReader, template: Template): boolean {
  if (isLearned(reader, template)) return false;
  const all = waiting.get(reader) ?? new Map<string, Template>();
  waiting.set(reader, all);
  const key = courseKey(template);
  all.delete(key);
  all.set(key, template);
  if (all.size > WAITING_MAX) all.delete(all.keys().next().value!);
  return true;
}

/** Learns what waits; undefined: nothing does. */
export function learnNext(reader: DaysReader): Generator<undefined, unknown> | undefined {
  const all = waiting.get(reader);
  const newest = [...(all ?? [])].at(-1);
  if (newest === undefined) return undefined;
  all!.delete(newest[0]);
  return usualCourse(reader, newest[1], performance.now() + LEARN_MS_MAX);
}
