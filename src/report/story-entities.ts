/**
 * What a story is about, by the kind of the id: which other things are the same one's - an instance has ports, these have MACs
 * and addresses, libvirt knows it by a domain -, and which only lie beside it. A volume, an image, a network of an instance are told but
 * never followed: others have them, too.
 */
import type { IdKind, StoryKind } from '../model.ts';
import type { Link, Sought, StoryLinks } from './story-links.ts';
import { keysOfKind, type Piece } from './story-piece.ts';
import { isOfWork, workEntities } from './story-work.ts';

export interface Subject {
  /** Kinds that are followed as entities. */
  readonly follows: ReadonlySet<IdKind>;
  /** It is one thing that others do not share, so that records about another one are not its. */
  readonly isOfOne: boolean;
  /** How many other instances or ports a request of nobody may touch. */
  readonly foreignMax: number;
  /** Does the piece belong because of this link of its? */
  admits(link: Link, piece: Piece, story: StoryLinks): boolean;
  /** Do the requests of this piece belong to the story as a whole? */
  leadsToRequests(link: Link, piece: Piece): boolean;
}

const REQUESTS: ReadonlySet<StoryKind> = new Set<StoryKind>(['request', 'global']);
/** Of a request: its own records and those of the calls made for it; of others, what story-work.ts says. */
const REQUEST: Subject = {
  follows: new Set(),
  isOfOne: false,
  foreignMax: 1,
  admits: isOfWork,
  leadsToRequests: (link) => link.role !== 'entity',
};
const INSTANCES: ReadonlySet<StoryKind> = new Set<StoryKind>(['instance', 'domain']);
const PORTS: ReadonlySet<StoryKind> = new Set<StoryKind>(['port', 'mac']);
/** More in one record is a list of many. */
const TOGETHER_MAX = 4;
/** Who tells of addresses of instances: others print those of clients and servers. */
const ADDRESS_SPEAKER = /dnsmasq|dhcp|metadata/i;
/** A lease is asked for before and given back after anything else is said. */
const LIFE_SLACK_US = 60_000_000;

export function subjectOf(kind: StoryKind): Subject {
  if (REQUESTS.has(kind)) return REQUEST;
  const isInstance = INSTANCES.has(kind);
  const isPort = PORTS.has(kind) || kind === 'ip';
  const follows = new Set<IdKind>(isInstance ? ['instance', 'domain', 'port', 'mac', 'ip'] : isPort ? ['port', 'mac', 'ip'] : []);
  return {
    follows,
    isOfOne: isInstance,
    foreignMax: isInstance ? 0 : 1,
    admits: (link, piece, story) => admits(link, piece, story) && (!isInstance || link.role === 'asked' || isOwn(piece, story)),
    leadsToRequests: (link, piece) => link.role !== 'asked' || link.kind !== 'ip' || piece.http === undefined,
  };
}

function admits(link: Link, piece: Piece, story: StoryLinks): boolean {
  if (link.kind !== 'ip' || link.role === 'asked') return true;
  return isAddressSpeaker(piece) && !namesForeign(piece, 'mac', story) && isInLife(piece, story);
}

function isAddressSpeaker({ format, program, logger }: Piece): boolean {
  return format === 'dnsmasq' || ADDRESS_SPEAKER.test(program ?? '') || ADDRESS_SPEAKER.test(logger ?? '');
}

function namesForeign(piece: Piece, kind: IdKind, { links }: StoryLinks): boolean {
  return keysOfKind(piece, kind).some((key) => !links.has(key));
}

/** Of a request that touches several instances the records about others are theirs. */
function isOwn(piece: Piece, { links }: StoryLinks): boolean {
  const instances = keysOfKind(piece, 'instance');
  return instances.length === 0 || piece.ids.some(({ key }) => isEntity(links.get(key)));
}

function isInstance(link: Link | undefined): boolean {
  return link !== undefined && link.kind === 'instance' && isEntity(link);
}

function isEntity(link: Link | undefined): boolean {
  return link !== undefined && link.role !== 'request' && !link.isShared;
}

/** Addresses are given to somebody else afterwards, and other networks have the same: only while port and MAC are heard of. */
function isInLife({ timeUs }: Piece, { lifeUs }: StoryLinks): boolean {
  return lifeUs !== undefined && timeUs >= lifeUs[0] - LIFE_SLACK_US && timeUs <= lifeUs[1] + LIFE_SLACK_US;
}

/** Entities that the piece shows to be the story's. */
export function entitiesOf(piece: Piece, story: StoryLinks): Sought[] {
  const { follows } = story.subject;
  if (follows.size === 0) return workEntities(piece, story);
  const known = (kind: IdKind): boolean => piece.ids.some((id) => id.kind === kind && isEntity(story.links.get(id.key)));
  const found: Sought[] = [];
  const add = (kind: IdKind, max = TOGETHER_MAX): void => {
    const keys = keysOfKind(piece, kind).filter((key) => kind !== 'port' || key.length === 32);
    if (follows.has(kind) && keys.length <= max) for (const key of keys) found.push({ key, kind, role: 'entity' });
  };
  const instances = keysOfKind(piece, 'instance').filter((key) => !isEntity(story.links.get(key)));
  const isAbout = follows.has('instance') && instances.length === 0 && piece.ids.some(({ key }) => isInstance(story.links.get(key)));
  if (follows.has('instance') && known('domain') && instances.length === 1) add('instance', 1);
  if (isAbout) {
    add('domain', 1);
    // Open vSwitch's tables list the ports of a whole host; nova's network_info those of the instance.
    const together = piece.service === 'nova' ? TOGETHER_MAX : 1;
    add('port', together);
    add('mac', together);
  } else if (instances.length === 0 && piece.http === undefined) {
    // What nova says of one port in a request that is the story's, is said of the instance's: os-vif, the calls of neutron.
    if (piece.service === 'nova') add('port', 1);
    if (known('port')) add('mac', 1);
  }
  if (known('ip') && isAddressSpeaker(piece)) add('mac', 1);
  if ((known('mac') || known('port')) && piece.http === undefined && !piece.text.includes('://')) add('ip', 2);
  return found;
}
