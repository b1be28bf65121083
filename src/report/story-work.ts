/**
 * What a request works on: the one instance that its records name, with its port, MAC and domain. Programs that know no request - libvirt, kernel,
 * Open vSwitch, dnsmasq, nova's own lines outside of any request - speak of these while it works and shortly afterwards; that belongs to
 * the request's story. What others' requests do with the same instance does not: once another one that changes it has begun, nothing more is
 * this one's. Only for requests of users that change something: who lists or shows works on nothing, and what loops and events do is
 * another request's work. Not here: the story of the instance itself (story-entities.ts).
 */
import type { IdKind } from '../model.ts';
import { isLease, isOfLease, type Leases, leasesOf } from './story-lease.ts';
import type { Link, Sought, StoryLinks } from './story-links.ts';
import { keysOfKind, type Piece } from './story-piece.ts';

export interface Work {
  /** Key of the instance. */
  readonly instance: string;
  readonly fromUs: number;
  readonly untilUs: number;
  /** For leases: who takes over the guest did not start it. */
  readonly leasesUntilUs: number;
  /** Its first record's. */
  readonly fromSeq: number;
  /** The first record's of who works on it next. */
  readonly untilSeq: number;
  readonly leases: Leases;
}
type Span = Omit<Work, 'instance' | 'leases'>;

/** A guest asks for its first address some seconds after it was started: that is still the work of the request that made it. */
const AFTER_MADE_US = 10_000_000;
/** Who works on one that is there is done with its last record, but for clocks. */
const AFTER_US = 500_000;
const SECOND_US = 1_000_000;
const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Of the pieces that belong to the request itself and to the calls made for it; undefined: nothing, or several instances. */
export function workOf(pieces: readonly Piece[], story: StoryLinks): Work | undefined {
  const { asked } = story;
  const instances = new Set<string>();
  let changes = false;
  let isUsers = false;
  let names = false;
  let [first, last] = [pieces[0], pieces[0]];
  for (const piece of pieces) {
    for (const key of keysOfKind(piece, 'instance')) instances.add(key);
    isUsers ||= piece.user !== undefined && (asked.kind === 'global' || piece.requestKey === asked.key);
    names ||= piece.requestKey === asked.key && namesInPath(piece);
    changes ||= piece.http !== undefined && !LOOKS.has(piece.http.method);
    if (piece.orderUs < first!.orderUs) first = piece;
    if (piece.orderUs > last!.orderUs) last = piece;
  }
  const [instance] = instances;
  if (instance === undefined || instances.size > 1 || !changes || !isUsers) return undefined;
  const [fromUs, lastUs] = [first!.orderUs, last!.orderUs];
  const own = new Set(pieces.map(({ requestKey }) => requestKey));
  const others = story.with(instance).filter(({ requestKey }) => requestKey !== undefined && !own.has(requestKey));
  const leasesUntilUs = lastUs + (names ? AFTER_US : AFTER_MADE_US);
  const next = nextOf(others, fromUs);
  const untilUs = Math.min(leasesUntilUs, Math.max(lastUs, next.beginUs));
  const untilSeq = next.beginUs <= untilUs ? Math.max(next.seq, last!.seq) : Number.POSITIVE_INFINITY;
  const span: Span = { fromUs, untilUs, leasesUntilUs, fromSeq: first!.seq, untilSeq };
  const meanwhile = [...story.pieces.values()].filter((piece) => piece.requestKey === undefined && isMeanwhile(piece, span));
  return { instance, ...span, leases: leasesOf(meanwhile, !names) };
}

function namesInPath(piece: Piece): boolean {
  return piece.http !== undefined && keysOfKind(piece, 'instance').length > 0;
}

interface Begin {
  readonly beginUs: number;
  readonly seq: number;
}
const NEVER: Begin = { beginUs: Number.POSITIVE_INFINITY, seq: Number.POSITIVE_INFINITY };

/** When the next request begins that changes the same instance; an access line is written at the end. */
function nextOf(others: readonly Piece[], fromUs: number): Begin {
  let next = NEVER;
  for (const own of Map.groupBy(others, ({ requestKey }) => requestKey).values()) {
    if (!own.some((piece) => namesInPath(piece) && !LOOKS.has(piece.http!.method))) continue;
    const beginUs = Math.min(...own.map(({ orderUs, http }) => orderUs - (http?.duration ?? 0) * SECOND_US));
    if (beginUs > fromUs && beginUs < next.beginUs) next = { beginUs, seq: Math.min(...own.map(({ seq }) => seq)) };
  }
  return next;
}

/** Who stamps whole seconds - libvirt, kernel, whatever has only a syslog header - may have meant any moment of it: its arrival decides then. */
function isMeanwhile(piece: Piece, { fromUs, untilUs, leasesUntilUs, fromSeq, untilSeq }: Span): boolean {
  const { orderUs, timeUs, seq } = piece;
  const lastUs = isLease(piece) ? leasesUntilUs : untilUs;
  const isCoarse = timeUs % SECOND_US === 0;
  if (orderUs > lastUs || (isCoarse && !isLease(piece) && orderUs + SECOND_US > untilUs && seq > untilSeq)) return false;
  return orderUs >= fromUs || (isCoarse && orderUs + SECOND_US > fromUs && seq > fromSeq);
}

/** Does the piece belong, because it speaks of what the request works on? */
export function isOfWork(link: Link, piece: Piece, { work }: StoryLinks): boolean {
  if (link.role !== 'entity') return true;
  if (work === undefined || piece.requestKey !== undefined || !isMeanwhile(piece, work) || !isOfLease(piece, work.leases)) return false;
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
  // libvirt tells the domain's UUID when it starts, nova with the guest's XML: long before the request that ends it.
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
  const isAbout = (piece: Piece): boolean => keysOfKind(piece, 'instance').every((key) => key === instance);
  for (const piece of story.with(instance)) {
    const [key, ...more] = keysOfKind(piece, 'domain');
    if (key !== undefined && more.length === 0 && isAbout(piece)) return [{ key, kind: 'domain', role: 'entity' }];
  }
  return [];
}
