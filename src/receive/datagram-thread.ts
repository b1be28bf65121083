/**
 * The thread that reads one socket of datagrams by recvmmsg and hands them to the main thread as whole buffers, never one by one. It takes
 * off the framing, notes what is empty or too long, and knows senders by their address. Not here: who may send, delivery (datagram-reader.ts).
 * Invariant: what was read is posted, also at the end; above `aheadBytesMax` nothing is read, so that the kernel's buffer, which counts its
 * drops or makes the sender wait, is the only queue that can overflow.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { plainPeer } from '../base/address.ts';
import { frameEnd } from './framing.ts';
import { type Libc, openLibc, type Slots } from './libc.ts';
import { hostOf } from './socket-address.ts';

export interface ThreadOptions {
  readonly socket: number;
  /** Readable when the thread shall stop. */
  readonly waker: number;
  readonly messageBytesMax: number;
  /** How many datagrams one call may bring, and the longest of them. */
  readonly slots: number;
  readonly slotBytes: number;
  /** Absent: the senders' addresses say who they are. */
  readonly peer?: string | undefined;
  /** Posted and not yet taken, at most; then nothing is read. */
  readonly aheadBytesMax: number;
  /** `CONTROL`. */
  readonly control: SharedArrayBuffer;
}

/** Words of the shared memory: bytes posted and not yet taken; 1 when the thread shall stop. */
export const CONTROL = { ahead: 0, stop: 1, words: 2 } as const;

/** What the main thread gets; `datagrams` is transferred. */
export interface DatagramBatch {
  /** µs when the first of them was read. */
  readonly received: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly spans: Int32Array<ArrayBuffer>;
  /** Index into `peers` of each message. */
  readonly peerOf: Uint16Array<ArrayBuffer>;
  readonly peers: readonly string[];
  /** [message, bytes that were cut off]. */
  readonly cuts: readonly (readonly [number, number])[];
  /** [index into `peers`, datagrams without content]. */
  readonly empties: readonly (readonly [number, number])[];
  /** What `CONTROL.ahead` has to be lessened by. */
  readonly ahead: number;
}

export type FromThread = DatagramBatch | 'stopped' | { readonly trouble: string };

/** A poll answers at least this often, so that a process that ends without stopping us is not kept. */
const POLL_MS_MAX = 500;
/** Company that the first datagram of a batch waits for: 1000 hand-overs a second at most, unless they are full. */
const GATHER_MS = 1;
/** A hand-over; also the memory that is copied for one. */
const GATHER_BYTES = 256 * 1024;
const GATHER_DATAGRAMS = 4096;
/** Addresses whose text is kept: more than a cloud has hosts; made-up ones only cost their text again. */
const PEERS_MAX = 10_000;
/** Reads before a stop, of at most `slots` datagrams each; bounds it against a busy sender. */
const DRAIN_READS_MAX = 256;

class Reader {
  readonly #options: ThreadOptions;
  readonly #libc: Libc;
  readonly #slots: Slots;
  readonly #control: Int32Array;
  readonly #known = new Map<string, string>();
  #bytes = new Uint8Array(GATHER_BYTES);
  #used = 0;
  #spans: number[] = [];
  #peerOf: number[] = [];
  #peers = new Map<string, number>();
  #cuts: [number, number][] = [];
  #empties = new Map<number, number>();
  #received = 0;
  #sinceMs = 0;

  constructor(options: ThreadOptions, libc: Libc) {
    this.#options = options;
    this.#libc = libc;
    this.#slots = libc.slots(options.slots, options.slotBytes);
    this.#control = new Int32Array(options.control);
  }

  run(): void {
    const { socket, waker, slots } = this.#options;
    while (Atomics.load(this.#control, CONTROL.stop) === 0) {
      const came = this.#waits() ? 0 : this.#read();
      // More is there: no need to ask.
      if (came === slots) continue;
      const left = this.#received === 0 ? POLL_MS_MAX : Math.ceil(this.#sinceMs + GATHER_MS - performance.now());
      if (left <= 0) this.#post();
      else this.#libc.poll([socket, waker], left);
    }
    for (let reads = 0; reads < DRAIN_READS_MAX && this.#read() > 0; reads++);
    this.#post();
  }

  /** The main thread is behind: what is gathered is posted, and the kernel keeps the rest. */
  #waits(): boolean {
    const ahead = Atomics.load(this.#control, CONTROL.ahead);
    if (ahead < this.#options.aheadBytesMax) return false;
    this.#post();
    Atomics.wait(this.#control, CONTROL.ahead, ahead, POLL_MS_MAX);
    return true;
  }

  #read(): number {
    const slots = this.#slots;
    const came = this.#libc.receive(this.#options.socket, slots);
    for (let index = 0; index < came; index++) this.#take(slots.datagram(index), slots.length(index), this.#peer(index));
    return came;
  }

  #take(datagram: Buffer, length: number, peer: string): void {
    const { messageBytesMax } = this.#options;
    // Also in the middle of a read: what came before may just have been posted.
    if (this.#received === 0) {
      this.#received = Date.now() * 1000;
      this.#sinceMs = performance.now();
    }
    let number = this.#peers.get(peer);
    if (number === undefined) {
      number = this.#peers.size;
      this.#peers.set(peer, number);
    }
    // Of one that the slot did not hold nobody knows how it ends.
    const end = length > datagram.length ? length : frameEnd(datagram, 0, length);
    if (end === 0) {
      this.#empties.set(number, (this.#empties.get(number) ?? 0) + 1);
      return;
    }
    const kept = Math.min(end, messageBytesMax, datagram.length);
    if (this.#used + kept > this.#bytes.length) this.#grow(kept);
    if (kept < end) this.#cuts.push([this.#peerOf.length, end - kept]);
    this.#bytes.set(kept === datagram.length ? datagram : datagram.subarray(0, kept), this.#used);
    this.#spans.push(this.#used, this.#used + kept);
    this.#peerOf.push(number);
    this.#used += kept;
    if (this.#used >= GATHER_BYTES || this.#peerOf.length >= GATHER_DATAGRAMS) this.#post();
  }

  #grow(wanted: number): void {
    const grown = new Uint8Array(Math.max(this.#used + wanted, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
  }

  #peer(index: number): string {
    if (this.#options.peer !== undefined) return this.#options.peer;
    const address = this.#slots.address(index);
    // Without family, port and flow: one host has many ports.
    const key = address.toString('latin1', address.length < 28 ? 4 : 8, address.length < 28 ? 8 : 24);
    let peer = this.#known.get(key);
    if (peer === undefined) {
      if (this.#known.size >= PEERS_MAX) this.#known.clear();
      peer = plainPeer(hostOf(address));
      this.#known.set(key, peer);
    }
    return peer;
  }

  #post(): void {
    if (this.#received === 0) return;
    const bytes = this.#bytes.slice(0, this.#used);
    const spans = Int32Array.from(this.#spans);
    const peerOf = Uint16Array.from(this.#peerOf);
    // What a datagram costs besides its bytes counts, too: a flood of small ones must not pass under the limit.
    const ahead = this.#used + spans.length * 16;
    Atomics.add(this.#control, CONTROL.ahead, ahead);
    const batch: DatagramBatch = {
      received: this.#received,
      bytes,
      spans,
      peerOf,
      peers: [...this.#peers.keys()],
      cuts: this.#cuts,
      empties: [...this.#empties],
      ahead,
    };
    parentPort!.postMessage(batch satisfies FromThread, [bytes.buffer, spans.buffer, peerOf.buffer]);
    if (this.#bytes.length > 2 * GATHER_BYTES) this.#bytes = new Uint8Array(GATHER_BYTES);
    this.#used = 0;
    this.#spans = [];
    this.#peerOf = [];
    this.#peers = new Map();
    this.#cuts = [];
    this.#empties = new Map();
    this.#received = 0;
  }
}

if (parentPort) {
  const options = workerData as ThreadOptions;
  const reader = new Reader(options, await openLibc());
  try {
    reader.run();
  } catch (error) {
    parentPort.postMessage({ trouble: (error as Error).message } satisfies FromThread);
  }
  parentPort.postMessage('stopped' satisfies FromThread);
}
