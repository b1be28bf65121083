/**
 * Which records are one run: those of the request, of the calls made for it, and what programs without a request - or with one of nobody's, as
 * events of the hypervisor and loops of agents have - say meanwhile about the instance and the ports that it works on. Requests of users that
 * only look at the same instance are no part of it. Not here: finding the records (store/usual-runs.ts), steps (usual-run.ts).
 */
import type { Piece } from './story-piece.ts';

/** A request that works on more than these works on many alike; what is said about each of them is no part of one run. */
const INSTANCES_MAX = 1;
const PORTS_MAX = 4;
/** What belongs to a run is said from its first own record until shortly after its last one: agents report, leases are given. */
const AFTER_US = 10_000_000;

export interface NamedThings {
  /** Calls made for it, in other services, and the id that was given to it from outside. */
  readonly requests: ReadonlySet<string>;
  readonly entities: ReadonlySet<string>;
  /** Of both. */
  readonly all: readonly string[];
}

/** What the records of a request lead to. */
export function namedThings(request: string, pieces: readonly Piece[]): NamedThings {
  const requests = new Set<string>();
  const instances = new Set<string>();
  const ports = new Set<string>();
  for (const piece of pieces) {
    const isOwn = piece.requestKey === request;
    if (isOwn && piece.globalKey !== undefined) requests.add(piece.globalKey);
    if (piece.globalKey === request && piece.requestKey !== undefined) requests.add(piece.requestKey);
    for (const { key, kind } of piece.ids) {
      if (kind === 'called' && isOwn) requests.add(key);
      else if (key.length === 32 && kind === 'instance') instances.add(key);
      else if (key.length === 32 && kind === 'port') ports.add(key);
    }
  }
  requests.delete(request);
  const entities = new Set([...(instances.size <= INSTANCES_MAX ? instances : []), ...(ports.size <= PORTS_MAX ? ports : [])]);
  return { requests, entities, all: [...requests, ...entities] };
}

/** Records by each of their ids. */
export function byKeyOf(pieces: Iterable<Piece>, byKey = new Map<string, Piece[]>()): Map<string, Piece[]> {
  for (const piece of pieces) {
    for (const key of new Set([piece.requestKey, piece.globalKey, ...piece.ids.map((id) => id.key)])) {
      if (key === undefined) continue;
      const list = byKey.get(key);
      if (list === undefined) byKey.set(key, [piece]);
      else list.push(piece);
    }
  }
  return byKey;
}

/** The records of a run among those found, each once, in the order of time. */
export function membersOf(request: string, byKey: ReadonlyMap<string, readonly Piece[]>): Piece[] {
  const named = namedThings(request, byKey.get(request) ?? []);
  const chain = new Set([...(byKey.get(request) ?? []), ...[...named.requests].flatMap((key) => byKey.get(key) ?? [])]);
  if (chain.size === 0) return [];
  const [startUs, endUs] = extentOf(chain);
  const around = new Set([...named.entities].flatMap((key) => byKey.get(key) ?? []));
  const nobodys = new Set([...around].filter(isNobodys).map(({ requestKey }) => requestKey));
  for (const piece of around) {
    if (piece.orderUs < startUs || piece.orderUs > endUs + AFTER_US) continue;
    if (isNobodys(piece) || (piece.globalKey !== undefined && nobodys.has(piece.globalKey))) chain.add(piece);
  }
  return [...chain].sort((a, b) => a.orderUs - b.orderUs || a.seq - b.seq);
}

/** Without a request, or with one that no user asked for. */
function isNobodys({ requestKey, user, project }: Piece): boolean {
  return requestKey === undefined || (user === undefined && project === undefined);
}

function extentOf(pieces: Iterable<Piece>): [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { orderUs } of pieces) {
    first = Math.min(first, orderUs);
    last = Math.max(last, orderUs);
  }
  return [first, last];
}
