/**
 * Plays the simulated cloud in real time over real sockets, as its hosts' rsyslog would: computes and network node by
 * UDP (`*.* @server`), controller by TCP with LF framing (`@@server`), storage nodes by TCP with octet counting. neutron's hosts
 * send RFC 5424, the others the traditional format. Stamps are of now.
 *
 * Bounded: nothing is queued beyond the sockets' buffers. What does not fit, or has no connection, is dropped
 * and counted, as UDP and a full rsyslog queue would. A clock that jumps (sleep, debugger) moves the simulation
 * forward instead of bursting.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import type { CloudEvent } from './act.ts';
import { Cloud } from './cloud.ts';
import type { OperationTruth } from './truth.ts';
import { type Framing, framed, type Header, message } from './wire.ts';

export interface Address {
  host: string;
  port: number;
}

export interface SendOptions {
  /** Where a transport is missing, its hosts use the other one. */
  udp?: Address;
  tcp?: Address;
  /** Lines a second on average; default 40, a small cloud. */
  rate?: number;
  seed: number;
  /** Ends by itself after so long of the cloud's time; without it only `stop` ends it. */
  durationMs?: number;
  /** Seconds of the cloud's life in a second, default 1. A faster one begins in the past and ends, or goes on at 1, now. */
  speed?: number;
  /** The rate follows the hours of day and week; default: when faster than life. */
  rhythm?: boolean;
  /** What really happened, an operation at a time. */
  onOperation?: (truth: OperationTruth) => void;
}

export interface Sent {
  lines: number;
  bytes: number;
  udp: number;
  tcp: number;
  /** Had no open connection or no room in its buffer. */
  dropped: number;
  reconnects: number;
}

export interface RunningCloud {
  stop(): Promise<void>;
  /** Resolves when it has ended, by `stop` or by its duration. */
  readonly done: Promise<void>;
  sent(): Sent;
  /** UUID of the first instance that was booted, once lines about it have been sent. */
  firstInstance(): string | undefined;
}

const RATE_DEFAULT = 40;
/** How far back a cloud that is faster than life begins, unless its duration says: a whole rhythm. */
const PAST_MS = 7 * 24 * 3_600_000;
/** Short against what a person notices in `tail -f`. */
const TICK_MS = 20;
/** Further behind than this, the simulation jumps to now. */
const LAG_MS_MAX = 5000;
/** 250 k lines/s: keeps the event loop free whatever rate was asked for. */
const TICK_LINES_MAX = 5000;
/** In a TCP socket's buffer, before lines are dropped: some seconds of a fast demo. */
const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;
/** Datagrams on their way into the kernel. */
const DATAGRAMS_MAX = 2000;
const RECONNECT_MS_MIN = 200;
const RECONNECT_MS_MAX = 5000;

export function startCloud(options: SendOptions): RunningCloud {
  if (!options.udp && !options.tcp) throw new Error('BUG: the cloud needs somewhere to send to');
  return new Sender(options);
}

class Sender implements RunningCloud {
  readonly done: Promise<void>;
  readonly #cloud: Cloud;
  readonly #sent: Sent = { lines: 0, bytes: 0, udp: 0, tcp: 0, dropped: 0, reconnects: 0 };
  readonly #udp: Datagrams | undefined;
  readonly #streams: Partial<Record<Framing, Stream>> = {};
  readonly #timer: NodeJS.Timeout;
  readonly #untilMs: number;
  #finish: () => void = () => {};
  #tickedMs: number;
  readonly #speed: number;
  /** When the cloud's time was `#startMs`, by the machine's clock. */
  #startedMs: number;
  readonly #startMs: number;
  #instanceSeen = false;
  #stopping: Promise<void> | undefined;

  constructor(options: SendOptions) {
    const nowMs = Date.now();
    const { seed, durationMs, speed = 1, rate = RATE_DEFAULT, rhythm = speed > 1, onOperation } = options;
    this.#speed = speed;
    this.#startedMs = nowMs;
    this.#startMs = Math.round(nowMs - (durationMs ?? PAST_MS) * (1 - 1 / speed));
    this.#untilMs = durationMs === undefined ? Number.POSITIVE_INFINITY : this.#startMs + durationMs;
    this.#tickedMs = nowMs;
    this.#cloud = new Cloud({ seed, startUs: this.#startMs * 1000, linesPerSecond: rate, rhythm, ...(onOperation ? { onOperation } : {}) });
    if (options.udp) this.#udp = new Datagrams(options.udp);
    if (options.tcp) {
      this.#streams.lf = new Stream(options.tcp, this.#sent);
      this.#streams.octet = new Stream(options.tcp, this.#sent);
    }
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  sent(): Sent {
    return { ...this.#sent };
  }

  firstInstance(): string | undefined {
    return this.#instanceSeen ? this.#cloud.firstInstance : undefined;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#cloud.end();
    await Promise.all([this.#udp?.close(), this.#streams.lf?.close(), this.#streams.octet?.close()]);
    this.#finish();
  }

  #tick(): void {
    const machineMs = Date.now();
    this.#followClock(machineMs);
    const nowMs = this.#cloudMs(machineMs);
    const { clock } = this.#cloud;
    let count = 0;
    while (count < TICK_LINES_MAX && clock.epochUs(this.#cloud.peekUs()) <= Math.min(nowMs, this.#untilMs) * 1000) {
      this.#send(this.#cloud.next());
      count++;
    }
    if (nowMs >= this.#untilMs && count < TICK_LINES_MAX) void this.stop();
  }

  /** The cloud's time: it runs faster until it has caught up with the machine's. */
  #cloudMs(machineMs: number): number {
    return Math.min(machineMs, this.#startMs + (machineMs - this.#startedMs) * this.#speed);
  }

  /** Moves the simulation to now where the machine's clock was set back, the machine slept, or the rate is beyond it; a fast one waits instead, and leaves nothing out. */
  #followClock(machineMs: number): void {
    const { clock } = this.#cloud;
    const backMs = this.#tickedMs - machineMs;
    const lagMs = this.#cloudMs(machineMs) - clock.epochUs(this.#cloud.peekUs()) / 1000;
    if (this.#speed > 1) {
      if (lagMs > LAG_MS_MAX * this.#speed) this.#startedMs += lagMs / this.#speed;
    } else if (backMs > LAG_MS_MAX) {
      clock.startUs -= backMs * 1000;
      this.#startedMs -= backMs;
    } else if (lagMs > LAG_MS_MAX) clock.startUs += Math.floor(lagMs) * 1000;
    this.#tickedMs = machineMs;
  }

  #send(event: CloudEvent): void {
    const useUdp = this.#udp !== undefined && (event.transport === 'udp' || !this.#streams.lf);
    const went = useUdp ? this.#sendUdp(event) : this.#sendTcp(event);
    if (went === 0) {
      this.#sent.dropped++;
      return;
    }
    this.#sent.lines++;
    this.#sent.bytes += went;
    this.#sent[useUdp ? 'udp' : 'tcp']++;
    if (!this.#instanceSeen) this.#instanceSeen = event.text.includes(this.#cloud.firstInstance);
  }

  #sendUdp(event: CloudEvent): number {
    const text = message(event, this.#cloud.clock, { header: headerOf(event), escape: 'by-host' });
    return this.#udp!.send(Buffer.from(text, 'utf8'));
  }

  #sendTcp(event: CloudEvent): number {
    const framing: Framing = event.host.startsWith('sto') || event.rawNewlines ? 'octet' : 'lf';
    const text = message(event, this.#cloud.clock, { header: headerOf(event), escape: framing === 'lf' ? 'always' : 'by-host' });
    return this.#streams[framing]!.send(framed(text, framing));
  }
}

function headerOf(event: CloudEvent): Header {
  return event.program.startsWith('neutron-') ? 'rfc5424' : 'rfc3164';
}

class Datagrams {
  readonly #socket: dgram.Socket;
  readonly #to: Address;
  #pending = 0;
  #onSent: (() => void) | undefined;

  constructor(to: Address) {
    this.#to = to;
    this.#socket = dgram.createSocket(net.isIPv6(to.host) ? 'udp6' : 'udp4');
    // Nobody listens (ECONNREFUSED by ICMP) or the name does not resolve: UDP loses in silence, the demo goes on.
    this.#socket.on('error', () => {});
    this.#socket.unref();
  }

  /** Bytes handed over, 0 when there was no room. */
  send(bytes: Buffer): number {
    if (this.#pending >= DATAGRAMS_MAX) return 0;
    this.#pending++;
    this.#socket.send(bytes, this.#to.port, this.#to.host, () => {
      this.#pending--;
      if (this.#pending === 0) this.#onSent?.();
    });
    return bytes.length;
  }

  /** After what was handed over is sent: closing a socket drops what waits in it. */
  async close(): Promise<void> {
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#onSent = resolve;
      });
    }
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

class Stream {
  readonly #to: Address;
  readonly #sent: Sent;
  #socket: net.Socket;
  #waitMs = RECONNECT_MS_MIN;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(to: Address, sent: Sent) {
    this.#to = to;
    this.#sent = sent;
    this.#socket = this.#connect();
  }

  /** Bytes handed over, 0 when there is no connection or no room. */
  send(bytes: Buffer): number {
    const socket = this.#socket;
    const open = socket.writable && !socket.destroyed;
    if (!open || socket.writableLength + bytes.length > BUFFERED_BYTES_MAX) return 0;
    socket.write(bytes);
    return bytes.length;
  }

  /** Sends what is buffered, then ends; a server that does not take it is given a second. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (socket.destroyed) return;
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    if (socket.connecting) socket.destroy();
    else {
      socket.end();
      setTimeout(() => socket.destroy(), 1000).unref();
    }
    socket.resume();
    await gone;
  }

  #connect(): net.Socket {
    const socket = net.connect({ host: this.#to.host, port: this.#to.port, noDelay: true });
    socket.on('connect', () => {
      this.#waitMs = RECONNECT_MS_MIN;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#closed) return;
      this.#sent.reconnects++;
      this.#retry = setTimeout(() => {
        this.#socket = this.#connect();
      }, this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 2, RECONNECT_MS_MAX);
    });
    return socket;
  }
}
