/** Counts of errors by minute for who judges them, as one answer: compact, by minute, with the names that occur in it. In steps. */
import type { ErrorHistory, ErrorSample, GroupParts } from '../model.ts';
import type { ErrorFile, ErrorMinute } from './errors-read.ts';

const MINUTE_US = 60e6;
const NUMBERS = 4;

/** Minutes since 1970, [from, until). */
export function* errorHistory(file: ErrorFile, from: number, until: number): Generator<undefined, ErrorHistory> {
  const found: ErrorMinute[] = [];
  for (const step of file.minutes(from * MINUTE_US, until * MINUTE_US)) {
    for (const one of step) found.push(one);
    yield;
  }
  found.sort(([one], [other]) => one - other);
  const names = file.names();
  yield;
  const groups: ErrorHistory['groups'][number][] = [];
  const places: ErrorHistory['places'][number][] = [];
  const groupIndex = new Map<number, number>();
  const placeIndex = new Map<number, number>();
  const counts = new Uint32Array(found.length * NUMBERS);
  let at = 0;
  for (const [minute, groupId, placeId, count] of found) {
    const group = names.groups.get(groupId);
    if (group === undefined) continue;
    if (!groupIndex.has(groupId)) {
      const { signature, title, level } = group;
      const [parts, samples] = [JSON.parse(group.parts) as GroupParts, JSON.parse(group.samples) as ErrorSample[]];
      groupIndex.set(groupId, groups.push({ signature, title, level, parts, samples }) - 1);
    }
    if (!placeIndex.has(placeId)) placeIndex.set(placeId, places.push(names.places.get(placeId) ?? ['', '']) - 1);
    counts.set([minute, groupIndex.get(groupId)!, placeIndex.get(placeId)!, count], at);
    at += NUMBERS;
  }
  return { counts: counts.subarray(0, at), groups, places };
}
