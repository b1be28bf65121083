/**
 * A listener for connections, whatever is spoken on them: accepts, hands what is read to the protocol's conversation, lets a
 * connection wait (its socket is paused) while too much of it, or of everything, is not on disk yet, and ends in order.
 * Not here: what the bytes mean (tcp.ts, relp.ts), certificates (tls.ts), who may come (admission.ts).
 * Invariants: no message closes its connection unless its protocol says so, or it does not end; an error of one socket touches no other;
 * memory is bounded by limits.connectionBytesMax, limits.intakeBytesMax and limits.partialBytesMax, whatever senders do.
 */
import net from 'node:net';
import { plainPeer } from '../base/address.ts';
import type { Counters } from '../base/counters.ts';
import { limits } from '../base/limits.ts';
import type { Intake, Source } from '../model.ts';
import { Gate, refusalText } from './admission.ts';
import type { Conversation, Found, StreamProtocol } from './conversation.ts';
import { Delivery } from './delivery.ts';
import type { CarryBudget } from './framing.ts';
import { listenError, type Receiver, type ReceiverOptions, type ReceiverStatus, readOn } from './receiver.ts';
import { type TlsEnds, tlsEnds } from './tls.ts';
import { Warnings } from './warnings.ts';

/** A silent sender is asked after this time whether it still lives; idle for hours is normal for syslog. */
const KEEP_ALIVE_AFTER_MS = 60_000;
/** How often paused connections look again, because others than we may have filled the intake. */
const LOOK_AGAIN_MS = 10;
/** How often messages that are under way are looked at: `connections.partialTimeout` is seconds at least. */
const LOOK_MS = 1000;
/** How long a stop waits for a sender to take its last answers. */
const FAREWELL_MS_MAX = 1000;

interface Connection {
  readonly socket: net.Socket;
  readonly conversation: Conversation;
  /** Bytes handed to the intake that are not settled. */
  waitingBytes: number;
  /** Ended by its sender: its last line is whole. */
  ended: boolean;
  /** The message that is under way, and for how long we have seen it so. */
  frame: number | undefined;
  frameMs: number;
}

export async function startStream(protocol: StreamProtocol, options: ReceiverOptions, around: Around): Promise<Receiver> {
  const receiver = new StreamReceiver(protocol, options, around);
  await receiver.listen();
  return receiver;
}

interface Around {
  readonly intake: Intake;
  readonly counters: Counters;
}

class StreamReceiver implements Receiver {
  readonly name: string;
  readonly #protocol: StreamProtocol;
  readonly #options: ReceiverOptions;
  readonly #intake: Intake;
  readonly #counters: Counters;
  readonly #delivery: Delivery;
  readonly #server: net.Server;
  readonly #connections = new Set<Connection>();
  readonly #paused = new Set<Connection>();
  readonly #budget: CarryBudget = { bytesLeft: limits.partialBytesMax };
  readonly #warnings: Warnings;
  readonly #gate: Gate;
  readonly #tls: TlsEnds | undefined;
  /** Accepted, whether or not they are through their handshake. */
  readonly #sockets = new Set<net.Socket>();
  #address: { host: string; port: number };
  #lookAgain: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #lookedAtMs = 0;
  #bytesRead = 0;
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  constructor(protocol: StreamProtocol, options: ReceiverOptions, { intake, counters }: Around) {
    this.name = protocol.name;
    this.#protocol = protocol;
    this.#options = options;
    this.#intake = intake;
    this.#counters = counters;
    this.#delivery = new Delivery(intake, counters);
    this.#address = { ...options.address };
    this.#warnings = new Warnings(this.name.toUpperCase(), options.warn);
    this.#gate = options.gate ?? new Gate();
    if (options.tls !== undefined)
      this.#tls = tlsEnds(options.tls, { counters, warn: (text) => this.#warnings.add(text), connected: (socket) => this.#open(socket) });
    const of = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS, noDelay: true };
    this.#server = net.createServer(of, (socket) => this.#admit(socket));
  }

  get address(): { host: string; port: number } {
    return this.#address;
  }

  listen(): Promise<void> {
    const { host, port } = this.#options.address;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(listenError(error, { host, port }, 'tcp'));
      this.#server.once('error', fail);
      this.#server.listen({ host, port, exclusive: true }, () => {
        this.#server.off('error', fail);
        // A failed accept (too many open files) is one refused connection, not the end of the listener.
        this.#server.on('error', (error) => this.#warnings.add(`a connection could not be accepted: ${error.message}`));
        this.#lookTimer = setInterval(() => this.#look(), this.#options.lookMs ?? LOOK_MS);
        this.#address = { host, port: (this.#server.address() as net.AddressInfo).port };
        resolve();
      });
    });
  }

  status(): ReceiverStatus {
    const { host, port } = this.#address;
    const connections = this.#connections.size;
    const { transport } = this.#protocol;
    return { receiver: this.name, transport, host, port, connections, paused: this.#paused.size, warnings: this.#warnings.texts };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#tls?.close();
    await readOn(() => this.#bytesRead);
    const left = [...this.#connections];
    this.#isStopping = true;
    for (const connection of left) {
      connection.socket.pause();
      // What Node read ahead while the connection was paused; read() gives it to the listener of 'data'.
      while (connection.socket.read() !== null);
      this.#close(connection, !connection.ended);
    }
    await this.#delivery.settled();
    for (const { socket, conversation } of left) sayFarewell(socket, conversation);
    // Who has not come through a handshake by now has nothing to say.
    const late = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, FAREWELL_MS_MAX);
    await closed;
    clearTimeout(late);
    clearInterval(this.#lookAgain);
    clearInterval(this.#lookTimer);
  }

  #admit(socket: net.Socket): void {
    const peer = plainPeer(socket.remoteAddress);
    const { connections } = this.#gate;
    const refusal = this.#gate.refusal(peer);
    if (refusal !== undefined) {
      this.#counters.add('connections.refused', 1, refusal);
      this.#counters.lose(refusal === 'not-allowed' ? refusal : 'refused', peer);
      this.#warnings.add(refusalText(refusal, connections));
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    connections.enter(peer);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      connections.leave(peer);
    });
    if (this.#tls === undefined) this.#open(socket);
    else this.#tls.secure(socket);
  }

  #open(socket: net.Socket): void {
    const source: Source = { transport: this.#protocol.transport, peer: plainPeer(socket.remoteAddress) };
    const conversation = this.#protocol.converse({
      peer: source.peer,
      messageBytesMax: this.#options.messageBytesMax ?? limits.messageBytesMax,
      budget: this.#budget,
      counters: this.#counters,
      hand: (found) => this.#hand(connection, source, found),
      write: (bytes) => {
        if (socket.writable) socket.write(bytes);
      },
      warn: (text) => this.#warnings.add(text),
      hangUp: () => socket.destroy(),
    });
    const connection: Connection = { socket, conversation, waitingBytes: 0, ended: false, frame: undefined, frameMs: 0 };
    this.#connections.add(connection);
    this.#counters.add('connections.opened');
    socket.on('data', (chunk: Buffer) => {
      this.#bytesRead += chunk.length;
      conversation.read(chunk);
      if (this.#mustWait(connection)) this.#pause(connection);
    });
    socket.on('end', () => {
      connection.ended = true;
    });
    // Resets and time-outs are everyday life of senders; 'close' follows and delivers what was carried.
    socket.on('error', () => {});
    socket.on('close', () => this.#close(connection, !connection.ended));
  }

  #hand(connection: Connection, source: Source, { bytes, spans, flags, stored, refused }: Found): void {
    const waiting = spans[spans.length - 1]! - spans[0]!;
    connection.waitingBytes += waiting;
    const settled = (): void => {
      connection.waitingBytes -= waiting;
      this.#resume(connection);
    };
    const run = { source, received: Date.now() * 1000, bytes, spans, ...(flags === undefined ? {} : { flags }) };
    this.#delivery.hand(run, { settled, stored, refused });
  }

  #close(connection: Connection, broken: boolean): void {
    if (!this.#connections.delete(connection)) return;
    this.#forgetPause(connection);
    connection.conversation.end(broken);
  }

  /** A paused connection goes on at half the mark, so that it does not stop and start with every read. */
  #mustWait(connection: Connection, part = 1): boolean {
    // Nothing can be stored: what it has sent is held, the rest may stay where it is.
    if (this.#intake.isReadOnly === true) return true;
    return connection.waitingBytes > limits.connectionBytesMax * part || this.#intake.pendingBytes > limits.intakeBytesMax * part;
  }

  #pause(connection: Connection): void {
    if (this.#isStopping) return;
    connection.socket.pause();
    this.#paused.add(connection);
    this.#lookAgain ??= setInterval(() => {
      for (const paused of this.#paused) this.#resume(paused);
    }, LOOK_AGAIN_MS);
  }

  #resume(connection: Connection): void {
    if (!this.#paused.has(connection) || this.#mustWait(connection, 0.5)) return;
    this.#forgetPause(connection);
    connection.socket.resume();
  }

  #forgetPause(connection: Connection): void {
    this.#paused.delete(connection);
    if (this.#paused.size > 0) return;
    clearInterval(this.#lookAgain);
    this.#lookAgain = undefined;
  }

  /** Ends connections whose message has been under way for too long. While we do not read, the wait is ours. */
  #look(): void {
    // A process that stood still has not looked: what lies in the kernel meanwhile is read first.
    const sinceMs = Math.min(performance.now() - this.#lookedAtMs, 2 * (this.#options.lookMs ?? LOOK_MS));
    this.#lookedAtMs = performance.now();
    for (const connection of this.#connections) {
      const frame = connection.conversation.openFrame();
      if (frame === undefined || frame !== connection.frame || this.#paused.has(connection)) {
        connection.frame = frame;
        connection.frameMs = 0;
        continue;
      }
      connection.frameMs += sinceMs;
      if (connection.frameMs >= this.#gate.partialMs) this.#breakOff(connection);
    }
  }

  #breakOff(connection: Connection): void {
    const peer = plainPeer(connection.socket.remoteAddress);
    this.#counters.add('connections.refused', 1, 'partial-timeout');
    this.#counters.lose('partial-timeout', peer);
    this.#warnings.add(
      'a message did not arrive whole in time (connections.partialTimeout); what was there is kept, its connection was closed',
    );
    this.#close(connection, true);
    connection.socket.destroy();
  }
}

function sayFarewell(socket: net.Socket, conversation: Conversation): void {
  const last = conversation.farewell?.();
  if (last === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  // Reading on lets the sender's own end arrive; what it says now is for nobody.
  socket.removeAllListeners('data');
  socket.resume();
  socket.end(last);
  setTimeout(() => socket.destroy(), FAREWELL_MS_MAX).unref();
}
