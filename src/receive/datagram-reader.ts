/**
 * A socket of datagrams that a thread of its own reads (datagram-thread.ts): starts it, hands what it brings to the intake as one run per
 * peer, stops it. Shared by the receivers by libc; opening and naming their sockets is theirs.
 * Invariant: messages of one peer stay in order; what was read is handed over or counted; `stop` leaves none behind.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Counters } from '../base/counters.ts';
import { limits } from '../base/limits.ts';
import type { Hints, Intake, MessageFlag, Source, Transport } from '../model.ts';
import { Gate } from './admission.ts';
import { CONTROL, type DatagramBatch, type FromThread, type ThreadOptions } from './datagram-thread.ts';
import { Delivery } from './delivery.ts';
import type { Libc } from './libc.ts';

export interface DatagramSocket {
  readonly socket: number;
  readonly libc: Libc;
  readonly transport: Transport;
  readonly slots: number;
  readonly slotBytes: number;
  readonly messageBytesMax: number;
  /** Of Unix sockets, whose senders have no address. */
  readonly peer?: string;
  readonly hints?: Hints;
  readonly gate?: Gate | undefined;
  /** Senders are made to wait while what they sent is not on disk; else it is lost, counted, when too much is. */
  readonly waits: boolean;
  /** The thread ended by itself. */
  readonly onTrouble: (text: string) => void;
}

export class DatagramReader {
  readonly #options: DatagramSocket;
  readonly #intake: Intake;
  readonly #counters: Counters;
  readonly #delivery: Delivery;
  readonly #gate: Gate;
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL.words * 4));
  readonly #waker: number;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #taken = 0;

  constructor(options: DatagramSocket, intake: Intake, counters: Counters) {
    this.#options = options;
    this.#intake = intake;
    this.#counters = counters;
    this.#delivery = new Delivery(intake, counters);
    this.#gate = options.gate ?? new Gate();
    this.#waker = options.libc.waker();
    const { socket, messageBytesMax, slots, slotBytes, peer } = options;
    const workerData: ThreadOptions = {
      socket,
      waker: this.#waker,
      messageBytesMax,
      slots,
      slotBytes,
      peer,
      aheadBytesMax: limits.intakeBytesMax,
      control: this.#control.buffer as SharedArrayBuffer,
    };
    this.#worker = new Worker(new URL(`./datagram-thread${extname(import.meta.url)}`, import.meta.url), { workerData });
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (message: FromThread) => this.#hear(message));
    this.#worker.on('error', (error: Error) => options.onTrouble(error.message));
  }

  /** Datagrams handed over since the start. */
  get taken(): number {
    return this.#taken;
  }

  /** Reads what has reached the machine, and waits until all of it has settled. `beforeClose`: while the socket is still open. */
  async stop(beforeClose: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    Atomics.store(this.#control, CONTROL.stop, 1);
    Atomics.notify(this.#control, CONTROL.ahead);
    this.#options.libc.wake(this.#waker);
    await this.#ended;
    await beforeClose();
    this.#options.libc.close(this.#waker);
    this.#options.libc.close(this.#options.socket);
    await this.#delivery.settled();
  }

  #hear(message: FromThread): void {
    if (message === 'stopped') return;
    if ('trouble' in message) {
      this.#options.onTrouble(message.trouble);
      return;
    }
    for (const [peer, amount] of message.empties) this.#counters.lose('empty', message.peers[peer]!, amount);
    this.#taken += message.peerOf.length;
    const one = { spans: message.spans, cuts: new Map(message.cuts) };
    const parts = message.peers.length === 1 ? [one] : partsOf(message);
    let open = 1;
    const settled = (): void => {
      if (--open === 0) this.#free(message.ahead);
    };
    for (const [index, part] of parts.entries()) {
      // Whoever can wait is read further when this is on disk, the others when it is handed over.
      if (this.#options.waits) open++;
      this.#hand(message, { ...part, peer: message.peers[index]!, settled: this.#options.waits ? settled : undefined });
    }
    settled();
  }

  #hand(
    { bytes, received }: DatagramBatch,
    { spans, cuts, peer, settled }: Part & { peer: string; settled?: (() => void) | undefined },
  ): void {
    const count = spans.length >> 1;
    const { transport, hints, waits } = this.#options;
    const isFull = !waits && this.#intake.pendingBytes > limits.udpPendingBytesMax;
    const isAllowed = this.#gate.allows(peer);
    if (count === 0 || isFull || !isAllowed) {
      if (count > 0) this.#counters.lose(isAllowed ? 'overloaded' : 'not-allowed', peer, count);
      settled?.();
      return;
    }
    for (const bytes of cuts.values()) this.#counters.lose('truncated-bytes', peer, bytes);
    const source: Source = { transport, peer, ...(hints && { hints }) };
    const marks = new Map<number, MessageFlag>([...cuts.keys()].map((index) => [index, 'truncated']));
    this.#delivery.hand({ source, received, bytes, spans, flags: marks.size > 0 ? marks : undefined }, { settled });
  }

  #free(bytes: number): void {
    Atomics.sub(this.#control, CONTROL.ahead, bytes);
    Atomics.notify(this.#control, CONTROL.ahead);
  }
}

/** The messages of one peer, and how many bytes were cut off which of them. */
interface Part {
  readonly spans: ArrayLike<number>;
  readonly cuts: ReadonlyMap<number, number>;
}

function partsOf(batch: DatagramBatch): Part[] {
  const parts = batch.peers.map(() => ({ spans: [] as number[], cuts: new Map<number, number>() }));
  const cutOf = new Map(batch.cuts);
  for (let index = 0; index < batch.peerOf.length; index++) {
    const { spans, cuts } = parts[batch.peerOf[index]!]!;
    const cut = cutOf.get(index);
    if (cut !== undefined) cuts.set(spans.length >> 1, cut);
    spans.push(batch.spans[index * 2]!, batch.spans[index * 2 + 1]!);
  }
  return parts;
}
