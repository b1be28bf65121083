/**
 * What every receiver offers and what it is given, and the errors of opening a listener. The table of
 * receivers is receivers.ts. Invariant: a receiver never throws because of what a sender sent.
 */
import { type Address, formatAddress } from '../base/address.ts';
import type { Counters } from '../base/counters.ts';
import { CodedError } from '../base/errors.ts';
import type { Intake, Transport } from '../model.ts';
import type { Gate } from './admission.ts';
import type { TlsOptions } from './tls.ts';

export interface Receiver {
  /** As in the table of receivers. */
  readonly name: string;
  /** Where it really listens: the port is never 0. */
  readonly address: Address;
  status(): ReceiverStatus;
  /** Stops taking in, delivers what was read, waits until every `accept` has settled. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ReceiverStatus {
  readonly receiver: string;
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  /** Open connections and those paused to wait for the disk; TCP. */
  readonly connections?: number;
  readonly paused?: number;
  /** Datagrams that the kernel dropped since the start; undefined where it does not tell. UDP. */
  readonly kernelDrops?: number | undefined;
  /** Bytes of receive buffer asked for and granted; undefined where it cannot be set. UDP. */
  readonly bufferBytesAsked?: number | undefined;
  readonly bufferBytesGranted?: number | undefined;
  /** Sentences for the operator, each with its remedy. */
  readonly warnings: readonly string[];
}

export interface ReceiverOptions {
  readonly address: Address;
  /** Hears each warning once, as it appears; `status()` repeats them. */
  readonly warn?: (text: string) => void;
  /** UDP: receive buffer to ask the kernel for. */
  readonly recvBufferBytes?: number;
  /** UDP: how often the kernel is asked for its drops. */
  readonly pollMs?: number;
  /** Who may come, and for how long; default: everybody. */
  readonly gate?: Gate;
  /** Connections: how often messages that are under way are looked at. */
  readonly lookMs?: number;
  /** Default limits.messageBytesMax. */
  readonly messageBytesMax?: number;
  /** Connections are TLS. */
  readonly tls?: TlsOptions;
}

export type StartReceiver = (options: ReceiverOptions, intake: Intake, counters: Counters) => Promise<Receiver>;

/** Event-loop turns that a stop goes on reading; bounds it against a busy sender. */
const DRAIN_TURNS_MAX = 50;
/** For datagrams: a full buffer of 8 MiB is read in a fifth of a second, also beside a busy sender; a graceful stop has 5 seconds for all. */
export const DRAIN_DATAGRAMS_MS_MAX = 1000;

/**
 * Before a stop: reads on until a turn brings nothing new, for what had already reached the machine. `amount` counts what came. For at most `msMax`, by default
 * DRAIN_TURNS_MAX turns: a connection brings much with a turn, and keeps what we leave; datagrams come by the dozen, and what is left of them is lost.
 */
export async function readOn(amount: () => number, msMax?: number): Promise<void> {
  const untilMs = performance.now() + (msMax ?? 0);
  const isOver = (turn: number): boolean => (msMax === undefined ? turn >= DRAIN_TURNS_MAX : performance.now() >= untilMs);
  for (let turn = 0, before = -1; !isOver(turn) && before !== amount(); turn++) {
    before = amount();
    // Two: the first ends the turn we are in, the second the one that reads.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The error of a listener that could not be opened, as a coded one with address and remedy. */
export function listenError(error: unknown, address: Address, transport: 'udp' | 'tcp'): CodedError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const where = `${transport.toUpperCase()} ${formatAddress(address)}`;
  if (code === 'EADDRINUSE') {
    const look = `ss -ln${transport === 'udp' ? 'u' : 't'}p 'sport = :${address.port}'`;
    const text = `cannot listen on ${where}: another program uses it (${look} shows which); stop that one or choose another port`;
    return new CodedError('port-busy', text);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const text = `cannot listen on ${where}: ports below 1024 need a privilege; use 5514, or give the service CAP_NET_BIND_SERVICE`;
    return new CodedError('port-busy', text);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EINVAL') {
    return new CodedError('bad-setting', `cannot listen on ${where}: this machine has no such address (ip addr shows those it has)`);
  }
  return new CodedError('port-busy', `cannot listen on ${where}: ${error instanceof Error ? error.message : String(error)}`);
}
