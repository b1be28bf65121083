/**
 * All ways in, as one table: how a batch of numbered messages goes there, and whether it is answered. A channel is a connection, or what comes
 * nearest; it breaks with what goes through it, and a new one is opened. Each kind of sender has an address of its own on this machine, by
 * which the service names it where it lost something. Not here: who sends how much when (sending.ts).
 */
import dgram from 'node:dgram';
import { appendFileSync, existsSync, readFileSync, renameSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { OFFER } from '../receive/relp-client.ts';
import { tlsFile } from '../receive/senders.ts';
import { openUnix } from '../receive/unix-sender.ts';
import { syslogOf, textOf } from './book.ts';
import { type HttpForm, openHttp } from './senders-http.ts';
import { BATCH } from './sending.ts';

export interface Places {
  readonly http: string;
  readonly udp: number;
  readonly tcp: number;
  readonly tls: number;
  readonly relp: number;
  readonly relpTls: number;
  /** Paths. */
  readonly unix: string;
  readonly logs: string;
}

export interface Channel {
  /**
   * Resolves when all are answered, or where nobody answers, when the kernel has them; then rejects when that cannot be known. `onAnswer` hears of
   * each message that is answered, in turn.
   */
  send(numbers: readonly number[], onAnswer: () => void): Promise<void>;
  /** As if a cable was pulled: nothing in it is delivered any more. */
  break(): void;
  /** Nothing more comes; what was sent is delivered. */
  end(): void;
}

export interface Transport {
  readonly name: string;
  /** Somebody answers that a message is safe; what is not answered is sent again. */
  readonly isAnswered: boolean;
  /** Messages that may be under way without an answer, and so there twice after a break. */
  readonly window: number;
  /** Where it sends from, as the service names it; of services on this machine their socket. */
  peer(places: Places): string;
  open(places: Places): Promise<Channel>;
}

/** What omrelp has unanswered by default. */
const RELP_WINDOW = 128;

function transport(name: string, last: number, open: (places: Places, from: string) => Promise<Channel>): Transport {
  const from = `127.0.1.${last}`;
  return { name, isAnswered: false, window: BATCH, peer: () => from, open: (places) => open(places, from) };
}

function answered(one: Transport, window = BATCH): Transport {
  return { ...one, isAnswered: true, window };
}

const http = (name: string, last: number, form: HttpForm): Transport =>
  answered(transport(name, last, (places, from) => openHttp({ url: places.http, from, form })));

export const TRANSPORTS: readonly Transport[] = [
  transport('udp', 1, openUdp),
  { ...transport('unix', 2, ({ unix }) => openUnixChannel(unix)), peer: ({ unix }) => unix },
  transport('tcp-lines', 3, async ({ tcp }, from) => stream(await connect(tcp, from), (number) => `${syslogOf('tcp-lines', number)}\n`)),
  transport('tcp-counted', 4, async ({ tcp }, from) => stream(await connect(tcp, from), (number) => counted('tcp-counted', number))),
  transport('tls', 5, async (places, from) => stream(await connectTls(places.tls, from), (number) => counted('tls', number))),
  answered(
    transport('relp', 6, async ({ relp }, from) => openRelp(await connect(relp, from), 'relp')),
    RELP_WINDOW,
  ),
  answered(
    transport('relp-tls', 7, async ({ relpTls }, from) => openRelp(await connectTls(relpTls, from), 'relp-tls')),
    RELP_WINDOW,
  ),
  http('ingest', 8, 'ingest'),
  http('bulk', 9, 'bulk'),
  http('loki', 10, 'loki'),
  http('otlp', 11, 'otlp'),
  { ...transport('files', 12, openFiles), isAnswered: true, window: 0 },
];

function counted(name: string, number: number): string {
  const text = syslogOf(name, number);
  return `${Buffer.byteLength(text)} ${text}`;
}

// ------------------------------------------------------------------------------------------- without an answer

async function openUdp({ udp }: Places, from: string): Promise<Channel> {
  const socket = dgram.createSocket('udp4');
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.bind(0, from, () => resolve()));
  socket.unref();
  let isBroken = false;
  return {
    async send(numbers) {
      // Nobody hears of a datagram that comes to nobody.
      await Promise.all(numbers.map((number) => new Promise((resolve) => socket.send(syslogOf('udp', number), udp, '127.0.0.1', resolve))));
      if (!isBroken) return;
      // There is no connection that could break; the next datagrams come from another port.
      socket.close();
      throw new Error('broken');
    },
    break() {
      isBroken = true;
    },
    end: () => socket.close(),
  };
}

async function openUnixChannel(path: string): Promise<Channel> {
  const sender = await openUnix({ host: path, port: 0 });
  let isBroken = false;
  return {
    async send(numbers, onAnswer) {
      try {
        for (const number of numbers) {
          if (isBroken) throw new Error('broken');
          await sender.send(syslogOf('unix', number));
          // In the queue of the service, which it reads to its end unless it is killed.
          onAnswer();
        }
      } catch (error) {
        await sender.close();
        throw error;
      }
    },
    break() {
      isBroken = true;
    },
    end: () => void sender.close(),
  };
}

async function connect(port: number, from: string): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => resolve());
  });
  return socket;
}

/** Of a TLS connection the TCP one. */
const BELOW = new WeakMap<net.Socket, net.Socket>();

async function connectTls(port: number, from: string): Promise<tls.TLSSocket> {
  const below = await connect(port, from);
  const socket = tls.connect({ socket: below, ca: readFileSync(tlsFile('ca.pem')), servername: 'localhost' });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once('secureConnect', () => resolve());
  });
  BELOW.set(socket, below);
  return socket;
}

/** Resolves when the kernel has it, which is all that such a sender ever knows. */
function stream(socket: net.Socket, frame: (number: number) => string): Channel {
  socket.on('error', () => {});
  socket.resume();
  const gone = new Promise<never>((_, reject) => socket.once('close', () => reject(new Error('closed'))));
  gone.catch(() => {});
  return {
    async send(numbers) {
      const written = new Promise<void>((resolve, reject) =>
        socket.write(numbers.map(frame).join(''), (error) => (error ? reject(error) : resolve())),
      );
      await Promise.race([written, gone]);
    },
    break: () => cut(socket),
    end: () => void socket.end(),
  };
}

/** What the kernel still has of it is thrown away at both ends. */
function cut(socket: net.Socket): void {
  (BELOW.get(socket) ?? socket).resetAndDestroy();
  socket.destroy();
}

// ------------------------------------------------------------------------------------------- with an answer

/** Frames are answered in their order; a connection that ends answers nothing more. */
function openRelp(socket: net.Socket, name: string): Channel {
  socket.on('error', () => {});
  let txnr = 1;
  let rest = '';
  let onAnswer: (txnr: number) => void = () => {};
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    let end = 0;
    for (const { 0: whole, 1: number, index } of rest.matchAll(/(\d+) rsp 6 200 OK\n/g)) {
      onAnswer(Number(number));
      end = index + whole.length;
    }
    rest = rest.slice(end).slice(-1000);
  });
  const gone = new Promise<never>((_, reject) => socket.once('close', () => reject(new Error('closed'))));
  gone.catch(() => {});
  socket.write(`1 open ${OFFER.length} ${OFFER}\n`);
  return {
    async send(numbers, onOne) {
      const last = txnr + numbers.length;
      const all = new Promise<void>((resolve) => {
        onAnswer = (answer) => {
          if (answer > 1) onOne();
          if (answer === last) resolve();
        };
      });
      const frames = numbers.map((number) => {
        const text = syslogOf(name, number);
        return `${++txnr} syslog ${Buffer.byteLength(text)} ${text}\n`;
      });
      socket.write(frames.join(''));
      await Promise.race([all, gone]);
    },
    break: () => cut(socket),
    end: () => void socket.end(),
  };
}

/** Rotated files that are kept: more than are ever unread. */
const KEPT = 200;
/** In every so many batches the file is renamed, and a new one begun. */
const ROTATE_EVERY = 25;

/** The file is the answer: what is in it is there until it is read. */
async function openFiles({ logs }: Places): Promise<Channel> {
  const file = join(logs, 'conserve.log');
  let batches = 0;
  return {
    async send(numbers, onAnswer) {
      if (++batches % ROTATE_EVERY === 0) rotate(file);
      const lines = numbers.map((number) => {
        const ms = String(number % 1000).padStart(3, '0');
        return `2026-03-01 10:20:30.${ms} 7 INFO nova.compute [-] ${textOf('files', number)}\n`;
      });
      appendFileSync(file, lines.join(''));
      for (const _ of numbers) onAnswer();
    },
    // Renamed under its reader, and written on under the new name.
    break: () => rotate(file),
    end: () => {},
  };
}

function rotate(file: string): void {
  for (let number = KEPT; number > 0; number--)
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  if (existsSync(file)) renameSync(file, `${file}.1`);
}
