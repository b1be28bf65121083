/**
 * Who may send, and how much of our patience a sender has: networks that a listener takes from, connections of all listeners
 * together and of one peer, and how long a message may be under way. One `Gate` per listener, one `Connections` for all.
 * Not here: certificates (tls.ts), what is done with whoever is refused (stream.ts, datagrams.ts).
 * Invariant: what is remembered is bounded by the connections that are open. All of it changes while the service runs.
 */
import { Networks } from '../base/networks.ts';

export interface AdmissionRules {
  /** Networks, checked; absent: everybody. */
  readonly allow?: readonly string[] | undefined;
  /** µs that a message may take from its first byte to its last; absent: as long as it likes. */
  readonly partialUs?: number | undefined;
}

export type Refusal = 'not-allowed' | 'limit' | 'peer-limit';

export class Connections {
  max: number;
  perPeerMax: number;
  #open = 0;
  readonly #byPeer = new Map<string, number>();

  constructor(max = Number.POSITIVE_INFINITY, perPeerMax = Number.POSITIVE_INFINITY) {
    this.max = max;
    this.perPeerMax = perPeerMax;
  }

  get open(): number {
    return this.#open;
  }

  refusal(peer: string): Refusal | undefined {
    if (this.#open >= this.max) return 'limit';
    return (this.#byPeer.get(peer) ?? 0) >= this.perPeerMax ? 'peer-limit' : undefined;
  }

  enter(peer: string): void {
    this.#open++;
    this.#byPeer.set(peer, (this.#byPeer.get(peer) ?? 0) + 1);
  }

  leave(peer: string): void {
    this.#open--;
    const left = this.#byPeer.get(peer)! - 1;
    if (left > 0) this.#byPeer.set(peer, left);
    else this.#byPeer.delete(peer);
  }
}

/** The default lets everybody in, as often as they like. */
export class Gate {
  readonly connections: Connections;
  #networks: Networks | undefined;
  #partialMs = Number.POSITIVE_INFINITY;

  constructor(connections = new Connections(), rules: AdmissionRules = {}) {
    this.connections = connections;
    this.configure(rules);
  }

  /** From now on; connections that are open stay. */
  configure({ allow, partialUs }: AdmissionRules): void {
    this.#networks = allow === undefined ? undefined : new Networks(allow);
    this.#partialMs = partialUs === undefined ? Number.POSITIVE_INFINITY : partialUs / 1000;
  }

  get partialMs(): number {
    return this.#partialMs;
  }

  /** Of a peer as `plainPeer` gives it. */
  allows(peer: string): boolean {
    return this.#networks === undefined || this.#networks.has(peer);
  }

  /** Of a connection. */
  refusal(peer: string): Refusal | undefined {
    return this.allows(peer) ? this.connections.refusal(peer) : 'not-allowed';
  }
}

/** What the operator reads about refused connections; the peer is in the losses, not here, so that a sentence is said once. */
export function refusalText(refusal: Refusal, { max, perPeerMax }: Connections): string {
  switch (refusal) {
    case 'not-allowed':
      return "a peer outside the listener's allow list was refused; the losses name it";
    case 'limit':
      return `connections above ${max} (connections.max) are refused; look for senders that never close theirs`;
    case 'peer-limit':
      return `connections above ${perPeerMax} of one peer (connections.perPeer) are refused; the losses name it`;
  }
}
