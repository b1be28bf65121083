/**
 * What everything shares and therefore links nothing: requests that touch other instances and ports as well - nova's periodic
 * tasks, the loop of neutron's agents -, ports and addresses that many have. Told from the records that were found.
 *
 * Source of the numbers: one user's action touches one instance, or a few (`--max 3`); a periodic task all of a host.
 */
import type { Link, StoryLinks } from './story-links.ts';
import type { Piece } from './story-piece.ts';

/** Instances besides the story's own that a request of a user may touch. */
const FOREIGN_INSTANCES_MAX = 3;
const FOREIGN_PORTS_MAX = 8;
/** A request of nobody is over in seconds; one id for longer is that of a process. */
const NOBODY_US_MAX = 600_000_000;
/** A port, an address that was detached may be another's later. */
const OWNERS_MAX = 2;

export function isSharedRequest(link: Link, pieces: readonly Piece[], story: StoryLinks): boolean {
  const own = pieces.filter(({ requestKey }) => requestKey === link.key);
  const instances = foreign(pieces, 'instance', story);
  const ports = foreign(pieces, 'port', story);
  const isNobodys = own.length > 0 && own.every(({ user, project }) => user === undefined && project === undefined);
  if (!isNobodys) return instances > FOREIGN_INSTANCES_MAX || ports > FOREIGN_PORTS_MAX;
  return link.isCut || instances > story.subject.foreignMax || ports > story.subject.foreignMax || lengthUs(own) > NOBODY_US_MAX;
}

export function isSharedEntity(pieces: readonly Piece[], story: StoryLinks): boolean {
  return story.subject.isOfOne && foreign(pieces, 'instance', story) > OWNERS_MAX;
}

/** How many different things of a kind the pieces name that are not the story's. Network devices name ports by their beginning only, and dnsmasq its own. */
function foreign(pieces: readonly Piece[], kind: 'instance' | 'port', { links }: StoryLinks): number {
  const keys = new Set<string>();
  for (const { ids } of pieces) {
    for (const id of ids) {
      if (id.kind !== kind || id.key.length !== 32) continue;
      const link = links.get(id.key);
      if (link === undefined || link.isShared) keys.add(id.key);
    }
  }
  return keys.size;
}

function lengthUs(pieces: readonly Piece[]): number {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { timeUs } of pieces) {
    first = Math.min(first, timeUs);
    last = Math.max(last, timeUs);
  }
  return last - first;
}
