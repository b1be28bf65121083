/**
 * What the spikes know of error groups, put into them: the dependency that is their root, what is folded below it, snoozes. Not here: the rule
 * (report/error-roots.ts), the routes (errors.ts).
 */
import { CodedError } from '../base/errors.ts';
import { nowUs } from '../base/time.ts';
import type { ErrorGroup, ErrorList, ErrorWant } from '../model.ts';
import { type Rooted, rooted } from '../report/error-roots.ts';
import type { ApiParts, ErrorGroups } from './route.ts';

/** All groups of a time: what is folded must not depend on how many were asked for. */
const ALL_GROUPS = 10_000;

type Parts = Pick<ApiParts, 'errors' | 'spikes'>;
type Range = Pick<ErrorWant, 'startUs' | 'endUs'>;

export function groupsOf({ errors: groups }: Parts): ErrorGroups {
  if (groups === undefined) throw new CodedError('not-found', 'Errors are not counted here');
  return groups;
}

/** `isFolded`: what stands below another group is only there. */
export async function rootedList(
  parts: Parts,
  asked: Omit<ErrorWant, 'rules'>,
  { isFolded, signal }: { isFolded: boolean; signal: AbortSignal },
): Promise<ErrorList> {
  const hasOutages = (parts.spikes?.outages(asked.startUs, asked.endUs).length ?? 0) > 0;
  const list = await groupsOf(parts).list(hasOutages ? { ...asked, limit: ALL_GROUPS } : asked, signal);
  const { groups, below } = rootsIn(parts, list.groups, asked);
  const shown = isFolded ? groups.filter(({ signature }) => !below.has(signature)) : groups;
  return { ...list, groups: shown.slice(0, asked.limit), matched: list.matched - (groups.length - shown.length) };
}

/** The same of one group, which is shown also where it stands below another. */
export async function rootedGroup(
  parts: Parts,
  group: ErrorGroup,
  { signal, ...range }: Range & { signal: AbortSignal },
): Promise<ErrorGroup> {
  const isRooted = parts.spikes
    ?.outages(range.startUs, range.endUs)
    .some(({ complaining, caused }) => complaining.includes(group.signature) || caused.includes(group.signature));
  const all = isRooted === true ? (await groupsOf(parts).list({ ...range, limit: ALL_GROUPS }, signal)).groups : [group];
  return rootsIn(parts, all, range).groups.find(({ signature }) => signature === group.signature) ?? group;
}

function rootsIn({ spikes }: Parts, groups: readonly ErrorGroup[], { startUs, endUs }: Range): Rooted {
  if (spikes === undefined) return { groups: [...groups], below: new Set() };
  const snoozes = spikes.snoozes();
  const named = snoozes.some(({ spike }) => spike !== undefined)
    ? spikes.list({ startUs: 0, endUs: Number.MAX_SAFE_INTEGER, withFolded: true }).spikes
    : [];
  return rooted(groups, {
    ...{ outages: spikes.outages(startUs, endUs), snoozes, startUs, endUs, nowUs: nowUs() },
    spikeSignatures: new Map(named.flatMap(({ id, signature }) => (signature === undefined ? [] : [[id, signature]]))),
  });
}
