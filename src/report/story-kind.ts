/**
 * What an id turned out to be, told from the first records that hold it: the kind that most of them give it. Pure.
 * A project or a user is shared by everything that belongs to it: there is no story of one, only a search.
 */
import type { IdKind, StoryKind } from '../model.ts';
import { type AskedId, canonicalOf } from './story-id.ts';
import type { Piece } from './story-piece.ts';

/** The id is another kind's as well in so many of a hundred records: worth a word. */
const ALSO_PERCENT = 20;
const GENERAL: ReadonlySet<IdKind> = new Set<IdKind>(['uuid', 'hex']);
const NAMES: Partial<Record<StoryKind, string>> = {
  mac: 'MAC address',
  ip: 'address',
  domain: 'libvirt domain',
  global: 'global request id',
  message: 'message id',
};

export interface KindFound {
  readonly kind: StoryKind;
  readonly note: string | undefined;
}

export function kindFound(asked: AskedId, pieces: readonly Piece[]): KindFound {
  if (asked.form === 'mac' || asked.form === 'ip' || asked.form === 'domain' || asked.form === 'swift')
    return { kind: asked.form, note: undefined };
  const votes = new Map<StoryKind, number>();
  const vote = (kind: StoryKind): void => void votes.set(kind, (votes.get(kind) ?? 0) + 1);
  for (const piece of pieces) {
    if (piece.requestKey === asked.key) vote('request');
    else if (piece.globalKey === asked.key) vote('global');
    else for (const { key, kind } of piece.ids) if (key === asked.key && !GENERAL.has(kind)) vote(kind === 'called' ? 'request' : kind);
  }
  // A request has records of its own; those that only name it as their global id are its children's.
  if (votes.has('request')) return { kind: 'request', note: undefined };
  const [first, second] = [...votes].sort((a, b) => b[1] - a[1]);
  if (first === undefined) return { kind: asked.form === 'hex' ? 'hex' : asked.form === 'request' ? 'request' : 'uuid', note: undefined };
  const also = second !== undefined && second[1] * 100 >= first[1] * ALSO_PERCENT ? second[0] : undefined;
  return {
    kind: first[0],
    note: also === undefined ? undefined : `${percent(second![1], pieces.length)} % of its first records call it a ${nameOf(also)}`,
  };
}

function percent(part: number, whole: number): number {
  return Math.round((part * 100) / Math.max(1, whole));
}

/** What everybody uses: thousands of requests touch it, and none of them is its story. */
const EVERYBODYS: ReadonlySet<StoryKind> = new Set<StoryKind>(['ip', 'image', 'network', 'subnet', 'router']);

export function isEverybodys(kind: StoryKind): boolean {
  return EVERYBODYS.has(kind);
}

export function nameOf(kind: StoryKind): string {
  return NAMES[kind] ?? kind;
}

/** What to search for instead; undefined: there is a story. */
export function searchInstead(kind: StoryKind, key: string): string | undefined {
  return kind === 'project' || kind === 'user' ? `${kind}:${canonicalOf(key, kind)}` : undefined;
}
