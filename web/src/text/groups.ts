/** Error groups as they are listed: which are shown, in which order, and what they are called. Pure. */
import type { ErrorGroup, GroupState } from '../../../src/model.ts';

/** `state` is the service's own: new and regressed ones first, then by count. */
export const GROUP_ORDERS = ['state', 'count', 'last', 'first', 'radius'] as const;
export type GroupOrder = (typeof GROUP_ORDERS)[number];

export interface GroupsWanted {
  readonly state: GroupState | undefined;
  /** Words that all have to be in what is known of the group. */
  readonly text: string;
  readonly order: GroupOrder;
}

const COMPARE: Readonly<Record<GroupOrder, ((a: ErrorGroup, b: ErrorGroup) => number) | undefined>> = {
  state: undefined,
  count: (a, b) => b.count - a.count,
  last: (a, b) => later(a.lastSeen, b.lastSeen),
  first: (a, b) => later(a.firstSeen, b.firstSeen),
  radius: (a, b) => reach(b) - reach(a),
};

/** Newest first; equal ones stay in the order of the service. */
function later(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

export function groupsShown(groups: readonly ErrorGroup[], { state, text, order }: GroupsWanted): readonly ErrorGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = groups.filter((group) => (state === undefined || group.state === state) && isWordy(group, words));
  const compare = COMPARE[order];
  return compare === undefined ? fitting : fitting.toSorted(compare);
}

function isWordy({ signature, title, parts, known, services, hosts, dependency }: ErrorGroup, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const names = [...services, ...hosts].map(({ name }) => name);
  const of = [
    signature,
    title,
    parts.exception,
    parts.logger,
    parts.shape,
    ...(parts.frames ?? []),
    known?.name,
    known?.title,
    dependency,
    ...names,
  ];
  const text = of.join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** How many it concerns; whoever waits for an instance weighs as much as a host. */
function reach({ radius: { hosts, instances, requests, projects } }: ErrorGroup): number {
  return hosts + instances + requests + projects;
}

/** `14 hosts, 61 requests, 22 instances`: what is not concerned is not said. */
export function radiusText({ radius }: ErrorGroup): string {
  const parts = (['hosts', 'requests', 'instances', 'projects'] as const)
    .filter((name) => radius[name] > 0)
    .map((name) => `${radius[name].toLocaleString('en-US')} ${radius[name] === 1 ? name.slice(0, -1) : name}`);
  return `${radius.approximate ? 'about ' : ''}${parts.join(', ')}`;
}

/** A query that finds the records of a group, as near as a query can: the exception, else the longest constant stretch of the text. */
export function queryOf({ parts }: ErrorGroup): string {
  if (parts.exception !== undefined)
    return `exception:${/^[\w.]+$/.test(parts.exception) ? parts.exception : `"${escaped(parts.exception)}"`}`;
  const stretch = (parts.shape ?? '')
    .split('<*>')
    .map((one) => one.trim())
    .toSorted((a, b) => b.length - a.length)[0];
  return stretch === undefined || stretch === '' ? '' : `"${escaped(stretch)}"`;
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
