/** Senders of the contract suite: a stream or a socket of datagrams to a receiver under test. */
import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Address } from '../../src/base/address.ts';

export interface Sender {
  /** Sends each as one message: a datagram, or a line of the stream. */
  send(...messages: (string | Buffer)[]): Promise<void>;
  close(): Promise<void>;
}

export async function openUdp({ host, port }: Address): Promise<Sender> {
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  return {
    send: async (...messages) => {
      for (const message of messages) {
        await new Promise<void>((resolve, reject) => socket.send(message, port, host, (error) => (error ? reject(error) : resolve())));
      }
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

export interface TcpSender extends Sender {
  readonly socket: net.Socket;
  /** As they are, without an LF of ours. */
  write(bytes: string | Buffer): Promise<void>;
}

export async function openTcp({ host, port }: Address): Promise<TcpSender> {
  const socket = net.connect(port, host);
  // A test may cut the connection from the other side.
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return senderOf(socket);
}

const TLS_FIXTURES = new URL('../../fixtures/tls/', import.meta.url);

/** A file of fixtures/tls: certificates of a test CA, valid for a hundred years, whose key is gone. */
export function tlsFile(name: string): string {
  return fileURLToPath(new URL(name, TLS_FIXTURES));
}

/** Resolves when the handshake is over; rejects with what it said. `as` names the client's certificate. */
export async function openTls({ host, port }: Address, as?: string): Promise<TcpSender & { socket: tls.TLSSocket }> {
  const own = as === undefined ? {} : { cert: readFileSync(tlsFile(`${as}.pem`)), key: readFileSync(tlsFile(`${as}.key`)) };
  const socket = tls.connect({ host, port, ca: readFileSync(tlsFile('ca.pem')), servername: 'localhost', ...own });
  // Without Nagle's wait, what was written is on its way.
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('secureConnect', () => resolve());
  });
  socket.on('error', () => {});
  return { ...senderOf(socket), socket };
}

function senderOf(socket: net.Socket): TcpSender {
  const write = (bytes: string | Buffer): Promise<void> => new Promise((resolve) => socket.write(bytes, () => resolve()));
  return {
    socket,
    write,
    send: async (...messages) => {
      for (const message of messages) await write(Buffer.concat([Buffer.from(message), Buffer.from('\n')]));
    },
    close: async () => {
      if (socket.closed) return;
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.end();
      await closed;
    },
  };
}
