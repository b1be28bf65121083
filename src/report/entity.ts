/** Sums up the records of one id: when, where, with which other ids. Pure; which records they are, others have found. */
import type { EntityAnswer, IdKind, StoryKind, StoryLimit, TypedId } from '../model.ts';
import { canonicalOf } from './story-id.ts';
import type { Piece } from './story-piece.ts';
import { stampOf } from './story-time.ts';

/** Ids that are told; an image or a network stands beside thousands. */
const RELATED_MAX = 200;
const NAMES_MAX = 100;
/** What everybody of a cloud shares proves no relation. */
const SHARED: ReadonlySet<IdKind> = new Set<IdKind>(['project', 'user']);
/** Spellings, and ways of messages, not things. */
const UNTOLD: ReadonlySet<IdKind> = new Set<IdKind>(['uuid', 'hex', 'reply', 'connection']);

interface Counted {
  readonly kind: IdKind;
  readonly id: string;
  records: number;
}

/** At least one piece. */
export function entityOf(asked: { key: string; kind: StoryKind }, pieces: readonly Piece[], told: readonly StoryLimit[]): EntityAnswer {
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = Number.NEGATIVE_INFINITY;
  const services = new Map<string, number>();
  const hosts = new Map<string, number>();
  const related = new Map<string, Counted>();
  for (const piece of pieces) {
    firstUs = Math.min(firstUs, piece.timeUs);
    lastUs = Math.max(lastUs, piece.timeUs);
    count(services, piece.service);
    count(hosts, piece.host);
    for (const { key, kind, id } of piece.ids) {
      if (key === asked.key || UNTOLD.has(kind)) continue;
      const known = related.get(key);
      if (known === undefined) related.set(key, { kind: kind === 'called' ? 'request' : kind, id, records: 1 });
      else known.records++;
    }
  }
  const all = [...related.values()].sort((a, b) => b.records - a.records || (a.id < b.id ? -1 : 1));
  const limits = [...told];
  const own = all.filter(({ kind }) => !SHARED.has(kind));
  if (own.length > RELATED_MAX) limits.push({ what: 'ids', text: `${own.length - RELATED_MAX} of ${own.length} related ids are left out` });
  return {
    id: canonicalOf(asked.key, asked.kind),
    kind: asked.kind,
    firstSeen: stampOf(firstUs),
    lastSeen: stampOf(lastUs),
    records: pieces.length,
    services: named(services),
    hosts: named(hosts),
    related: own.slice(0, RELATED_MAX),
    shared: all
      .filter(({ kind }) => SHARED.has(kind))
      .slice(0, RELATED_MAX)
      .map(({ kind, id }): TypedId => ({ kind, id })),
    limits,
  };
}

function count(counts: Map<string, number>, name: string | undefined): void {
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function named(counts: ReadonlyMap<string, number>): { name: string; records: number }[] {
  return [...counts]
    .map(([name, records]) => ({ name, records }))
    .sort((a, b) => b.records - a.records || (a.name < b.name ? -1 : 1))
    .slice(0, NAMES_MAX);
}
