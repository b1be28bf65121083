/**
 * Syslog over TCP (RFC 6587). One run of messages per read; a connection waits (its socket is paused) while
 * too much of it, or of everything, is not on disk yet. Not here: framing, TLS.
 * Invariants: no message closes its connection; an error of one socket touches no other; memory is bounded
 * by limits.connectionBytesMax, limits.intakeBytesMax and limits.partialBytesMax, whatever senders do.
 */
import net from 'node:net';
import { plainPeer } from '../base/address.ts';
import type { Counters } from '../base/counters.ts';
import { limits } from '../base/limits.ts';
import type { Intake, Source } from '../model.ts';
import { Delivery } from './delivery.ts';
import { type CarryBudget, Splitter } from './framing.ts';
import { listenError, type Receiver, type ReceiverOptions, type ReceiverStatus, readOn } from './receiver.ts';

/** A silent sender is asked after this time whether it still lives; idle for hours is normal for syslog. */
const KEEP_ALIVE_AFTER_MS = 60_000;
/** How often paused connections look again, because others than we may have filled the intake. */
const LOOK_AGAIN_MS = 10;

export async function startTcp(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  const receiver = new TcpReceiver(options, intake, counters);
  await receiver.listen();
  return receiver;
}

interface Connection {
  readonly socket: net.Socket;
  readonly splitter: Splitter;
  /** Bytes handed to the intake that are not settled. */
  waitingBytes: number;
  /** Ended by its sender: its last line is whole. */
  ended: boolean;
}

class TcpReceiver implements Receiver {
  readonly name = 'tcp';
  readonly #options: ReceiverOptions;
  readonly #intake: Intake;
  readonly #counters: Counters;
  readonly #delivery: Delivery;
  readonly #server: net.Server;
  readonly #connections = new Set<Connection>();
  readonly #paused = new Set<Connection>();
  readonly #budget: CarryBudget = { bytesLeft: limits.partialBytesMax };
  readonly #warnings: string[] = [];
  #address: { host: string; port: number };
  #lookAgain: NodeJS.Timeout | undefined;
  #bytesRead = 0;
  #stopped: Promise<void> | undefined;

  constructor(options: ReceiverOptions, intake: Intake, counters: Counters) {
    this.#options = options;
    this.#intake = intake;
    this.#counters = counters;
    this.#delivery = new Delivery(intake, counters);
    this.#address = { ...options.address };
    this.#server = net.createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS }, (socket) => this.#open(socket));
    this.#server.maxConnections = options.connectionsMax ?? limits.tcpConnectionsMax;
    this.#server.on('drop', (data) => this.#refuse(data?.remoteAddress));
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
        this.#server.on('error', (error) => this.#warn(`TCP: a connection could not be accepted: ${error.message}`));
        this.#address = { host, port: (this.#server.address() as net.AddressInfo).port };
        resolve();
      });
    });
  }

  status(): ReceiverStatus {
    const { host, port } = this.#address;
    const connections = this.#connections.size;
    return { receiver: this.name, transport: 'tcp', host, port, connections, paused: this.#paused.size, warnings: [...this.#warnings] };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await readOn(() => this.#bytesRead);
    for (const connection of [...this.#connections]) {
      connection.socket.pause();
      // What Node read ahead while the connection was paused; read() gives it to the listener of 'data'.
      while (connection.socket.read() !== null);
      this.#close(connection, !connection.ended);
      connection.socket.destroy();
    }
    await closed;
    await this.#delivery.settled();
    clearInterval(this.#lookAgain);
  }

  #open(socket: net.Socket): void {
    const source: Source = { transport: 'tcp', peer: plainPeer(socket.remoteAddress) };
    const splitter = new Splitter(
      {
        deliver: (bytes, spans, flags) => {
          const received = Date.now() * 1000;
          const waiting = spans[spans.length - 1]! - spans[0]!;
          connection.waitingBytes += waiting;
          this.#delivery.hand({ source, received, bytes, spans, flags }, () => {
            connection.waitingBytes -= waiting;
            this.#resume(connection);
          });
        },
        cut: (bytes) => this.#counters.lose('truncated-bytes', source.peer, bytes),
        empty: (frames) => this.#counters.lose('empty', source.peer, frames),
      },
      { messageBytesMax: this.#options.messageBytesMax ?? limits.messageBytesMax, budget: this.#budget },
    );
    const connection: Connection = { socket, splitter, waitingBytes: 0, ended: false };
    this.#connections.add(connection);
    this.#counters.add('connections.opened');
    socket.on('data', (chunk: Buffer) => {
      this.#bytesRead += chunk.length;
      splitter.push(chunk);
      if (this.#mustWait(connection)) this.#pause(connection);
    });
    socket.on('end', () => {
      connection.ended = true;
    });
    // Resets and time-outs are everyday life of senders; 'close' follows and delivers what was carried.
    socket.on('error', () => {});
    socket.on('close', () => this.#close(connection, !connection.ended));
  }

  #close(connection: Connection, broken: boolean): void {
    if (!this.#connections.delete(connection)) return;
    this.#forgetPause(connection);
    connection.splitter.end(broken);
  }

  /** A paused connection goes on at half the mark, so that it does not stop and start with every read. */
  #mustWait(connection: Connection, part = 1): boolean {
    // Nothing can be stored: what it has sent is held, the rest may stay where it is.
    if (this.#intake.isReadOnly === true) return true;
    return connection.waitingBytes > limits.connectionBytesMax * part || this.#intake.pendingBytes > limits.intakeBytesMax * part;
  }

  #pause(connection: Connection): void {
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

  #refuse(remoteAddress: string | undefined): void {
    this.#counters.add('connections.refused', 1, 'limit');
    this.#counters.lose('refused', plainPeer(remoteAddress));
    const text = `TCP: connections above ${this.#server.maxConnections} are refused; look for senders that never close theirs`;
    this.#warn(text);
  }

  #warn(text: string): void {
    if (this.#warnings.includes(text)) return;
    this.#warnings.push(text);
    this.#options.warn?.(text);
  }
}
