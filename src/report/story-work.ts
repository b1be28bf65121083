/**
 * What a request works on: the one instance that its records name, with its port, MAC and domain. Programs that know no request - libvirt, kernel,
 * Open vSwitch, dnsmasq, nova's own lines outside of any request - speak of these while it works and shortly afterwards; that belongs to
 * the request's story. What others' requests do with the same instance does not. Only for requests of users that change something: who
 * lists or shows works on nothing, and what loops and events do is another request's work. Not here: the story of the instance itself (story-entities.ts).
 */
import type { IdKind } from '../model.ts';
import type { Link, Sought, StoryLinks } from './story-links.ts';
import { keysOfKind, type Piece } from './story-piece.ts';

export interface Work {
  /** Key of the instance. */
  readonly instance: string;
  readonly fromUs: number;
  readonly untilUs: number;
}

/** A guest asks for its first address some seconds after it was started: that is still the work of the request that made it. */
const AFTER_MADE_US = 10_000_000;
/** Who works on one that is there is done with its last record, but for clocks. */
const AFTER_US = 500_000;
const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Of the pieces that belong to the request itself and to the calls made for it; undefined: nothing, or several instances. */
export function workOf(pieces: Iterable<Piece>, asked: Pick<Link, 'key' | 'kind'>): Work | undefined {
  const instances = new Set<string>();
  let changes = false;
  let isUsers = false;
  let names = false;
  let [fromUs, untilUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const piece of pieces) {
    for (const key of keysOfKind(piece, 'instance')) instances.add(key);
    isUsers ||= piece.user !== undefined && (asked.kind === 'global' || piece.requestKey === asked.key);
    names ||= piece.http !== undefined && piece.requestKey === asked.key && keysOfKind(piece, 'instance').length > 0;
    changes ||= piece.http !== undefined && !LOOKS.has(piece.http.method);
    fromUs = Math.min(fromUs, piece.orderUs);
    untilUs = Math.max(untilUs, piece.orderUs);
  }
  const [instance] = instances;
  if (instance === undefined || instances.size > 1 || !changes || !isUsers) return undefined;
  return { instance, fromUs, untilUs: untilUs + (names ? AFTER_US : AFTER_MADE_US) };
}

/** Does the piece belong, because it speaks of what the request works on? */
export function isOfWork(link: Link, piece: Piece, { work }: StoryLinks): boolean {
  if (link.role !== 'entity') return true;
  if (work === undefined || piece.requestKey !== undefined || piece.orderUs < work.fromUs || piece.orderUs > work.untilUs) return false;
  return keysOfKind(piece, 'instance').every((key) => key === work.instance);
}

/** The instance, and what the piece shows to be its. */
export function workEntities(piece: Piece, story: StoryLinks): Sought[] {
  const { work } = story;
  if (work === undefined) return [];
  const found: Sought[] = [{ key: work.instance, kind: 'instance', role: 'entity' }];
  const add = (kind: IdKind): void => {
    const keys = keysOfKind(piece, kind).filter((key) => kind !== 'port' || key.length === 32);
    if (keys.length === 1) found.push({ key: keys[0]!, kind, role: 'entity' });
  };
  const isAbout = piece.ids.some(({ key }) => key === work.instance);
  if (isAbout) add('domain');
  // libvirt tells the domain's UUID when it starts: long before the request that ends it.
  if (piece.http !== undefined && piece.requestKey === story.asked.key) found.push(...domainOf(work, story));
  // What nova says of one port in this request is said of the instance's: os-vif does not name the instance.
  const isNovas = piece.service === 'nova' && piece.requestKey !== undefined && keysOfKind(piece, 'instance').length === 0;
  if (isAbout || (isNovas && piece.http === undefined)) {
    add('port');
    add('mac');
  }
  return found;
}

function domainOf({ instance }: Work, story: StoryLinks): Sought[] {
  for (const piece of story.with(instance)) {
    const [key, ...more] = keysOfKind(piece, 'domain');
    if (key !== undefined && more.length === 0 && piece.requestKey === undefined) return [{ key, kind: 'domain', role: 'entity' }];
  }
  return [];
}
