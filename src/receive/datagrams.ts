/**
 * Collects the datagrams of one event-loop turn (of several while they keep coming) into one run per peer, so
 * that a datagram costs its receiver two pushes.
 * Shared by the UDP receivers. Not here: sockets. A datagram is one message (RFC 5426 section 3.1), whatever is in it.
 * Invariant: datagrams of one peer stay in order; `stop` leaves none behind.
 */
import { plainPeer } from '../base/address.ts';
import type { Counters } from '../base/counters.ts';
import { limits } from '../base/limits.ts';
import type { Intake, MessageFlag } from '../model.ts';
import { Gate } from './admission.ts';
import { Delivery } from './delivery.ts';
import { frameEnd } from './framing.ts';

interface PeerGroup {
  readonly datagrams: Uint8Array[];
  readonly flags: (MessageFlag | undefined)[];
}

export interface DatagramOptions {
  readonly messageBytesMax?: number;
  /** Whose datagrams are taken. */
  readonly gate?: Gate;
}

export class Datagrams {
  readonly #intake: Intake;
  readonly #counters: Counters;
  readonly #delivery: Delivery;
  readonly #messageBytesMax: number;
  readonly #gate: Gate;
  readonly #byPeer = new Map<string, PeerGroup>();
  /** Reused for every run: `accept` copies what it is given. */
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #received = 0;
  #taken = 0;
  #count = 0;
  #bytes = 0;
  #countAtTurn = 0;
  #turn: NodeJS.Immediate | undefined;

  constructor(intake: Intake, counters: Counters, options: DatagramOptions = {}) {
    this.#intake = intake;
    this.#counters = counters;
    this.#delivery = new Delivery(intake, counters);
    this.#messageBytesMax = options.messageBytesMax ?? limits.messageBytesMax;
    this.#gate = options.gate ?? new Gate();
  }

  /** Datagrams taken since the start. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes a datagram; `bytes` must stay as they are until the run is handed over. */
  add(bytes: Uint8Array, address: string, flag?: MessageFlag): void {
    if (this.#count === 0) this.#received = Date.now() * 1000;
    let group = this.#byPeer.get(address);
    if (group === undefined) {
      group = { datagrams: [], flags: [] };
      this.#byPeer.set(address, group);
    }
    group.datagrams.push(bytes);
    group.flags.push(flag);
    this.#taken++;
    this.#count++;
    this.#bytes += bytes.length;
    if (this.#count >= limits.datagramsMax || this.#bytes >= limits.batchBytesMax) this.#flush();
    else this.#turn ??= setImmediate(() => this.#endTurn());
  }

  /** Hands over what is left and waits until all of it has settled. */
  stop(): Promise<void> {
    this.#flush();
    return this.#delivery.settled();
  }

  /** While a turn brings more, it is worth waiting for the next: fewer, larger runs. A quiet one ends the wait. */
  #endTurn(): void {
    this.#turn = undefined;
    if (this.#count === this.#countAtTurn) {
      this.#flush();
      return;
    }
    this.#countAtTurn = this.#count;
    this.#turn = setImmediate(() => this.#endTurn());
  }

  #flush(): void {
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
    const groups = [...this.#byPeer];
    this.#byPeer.clear();
    this.#count = 0;
    this.#bytes = 0;
    this.#countAtTurn = 0;
    for (const [address, group] of groups) this.#handOver(plainPeer(address), group);
  }

  #handOver(peer: string, group: PeerGroup): void {
    if (!this.#gate.allows(peer)) {
      this.#counters.lose('not-allowed', peer, group.datagrams.length);
      return;
    }
    if (this.#intake.pendingBytes > limits.udpPendingBytesMax) {
      this.#counters.lose('overloaded', peer, group.datagrams.length);
      return;
    }
    const spans: number[] = [];
    const flags = new Map<number, MessageFlag>();
    let used = 0;
    let empties = 0;
    for (let index = 0; index < group.datagrams.length; index++) {
      const bytes = group.datagrams[index]!;
      const end = frameEnd(bytes, 0, bytes.length);
      if (end === 0) {
        empties++;
        continue;
      }
      const kept = Math.min(end, this.#messageBytesMax);
      const flag = kept < end ? 'truncated' : group.flags[index];
      if (flag !== undefined) flags.set(spans.length >> 1, flag);
      if (kept < end) this.#counters.lose('truncated-bytes', peer, end - kept);
      this.#reserve(used, used + kept);
      this.#buffer.set(kept === bytes.length ? bytes : bytes.subarray(0, kept), used);
      spans.push(used, used + kept);
      used += kept;
    }
    if (empties > 0) this.#counters.lose('empty', peer, empties);
    if (spans.length === 0) return;
    const bytes = this.#buffer.subarray(0, used);
    this.#delivery.hand({
      source: { transport: 'udp', peer },
      received: this.#received,
      bytes,
      spans,
      flags: flags.size > 0 ? flags : undefined,
    });
  }

  #reserve(used: number, wanted: number): void {
    if (wanted <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(wanted, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, used);
    this.#buffer = grown;
  }
}
