/**
 * The followers of bench `followers`, in a thread of their own: raw connections to `GET /api/v1/tail` that read as fast as
 * they can, check that no seq is missing or comes twice, and take the time of every line that carries one. They resume with
 * `Last-Event-ID` wherever they are told that the server is now.
 */
import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

export interface ClientsInput {
  /** Queries, one follower each; `''` follows everything. */
  queries: string[];
  host: string;
  port: number;
}
export type ToClients = { kind: 'server'; port: number } | { kind: 'report' };
export type FromClients =
  | { kind: 'following' }
  | { kind: 'report'; events: number; lowestId: number; repeated: number; missed: number; reconnects: number; latenciesMs: Float64Array };

const ID = Buffer.from('id: ');
const [LETTER_I, ZERO, NINE] = [0x69, 0x30, 0x39] as const;
/** `@` and milliseconds since 1970, as the sender writes them. */
const MARK = Buffer.from(' sent@');
const MARK_DIGITS = 17;
const RECONNECT_MS = 50;
/** One event in so many is timed: half a million a second would fill memory. */
const SAMPLE = 16;

const { queries, host, port: firstPort } = workerData as ClientsInput;
let port = firstPort;
const latencies: number[] = [];
let opened = 0;

class Follower {
  readonly #query: string;
  readonly #followsAll: boolean;
  #rest: Buffer = Buffer.alloc(0);
  #headersSeen = false;
  lastId = -1;
  events = 0;
  repeated = 0;
  missed = 0;
  reconnects = 0;

  constructor(query: string) {
    this.#query = query;
    this.#followsAll = query === '';
    this.#connect();
  }

  #connect(): void {
    this.#rest = Buffer.alloc(0);
    this.#headersSeen = false;
    const socket = net.connect({ host, port, noDelay: true });
    socket.on('connect', () => {
      const resume = this.lastId < 0 ? '' : `Last-Event-ID: ${this.lastId}\r\n`;
      socket.write(`GET /api/v1/tail?query=${encodeURIComponent(this.#query)} HTTP/1.1\r\nHost: ${host}:${port}\r\n${resume}\r\n`);
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(() => this.#connect(), RECONNECT_MS));
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf('\n\n', at); end >= 0; end = bytes.indexOf('\n\n', at)) {
      this.#take(bytes, at, end);
      at = end + 2;
    }
    this.#rest = bytes.subarray(at);
  }

  /** A block of the stream; chunk sizes of HTTP may stand before it. Half a million a second: no text is made of it but of samples. */
  #take(bytes: Buffer, start: number, end: number): void {
    let at = bytes[start] === LETTER_I ? start : bytes.indexOf(ID, start);
    if (at < 0 || at > end) return;
    let id = 0;
    for (at += ID.length; bytes[at]! >= ZERO && bytes[at]! <= NINE; at++) id = id * 10 + bytes[at]! - ZERO;
    if (!this.#headersSeen) {
      this.#headersSeen = true;
      if (this.lastId >= 0) this.reconnects++;
      else if (++opened === queries.length) parentPort!.postMessage({ kind: 'following' } satisfies FromClients);
    }
    // Behind the id: `\nevent: record`, or the end of a block that only moves the place.
    if (at + 1 >= end) {
      this.lastId = Math.max(this.lastId, id);
      return;
    }
    if (id <= this.lastId) this.repeated++;
    else if (this.#followsAll && this.lastId >= 0 && id !== this.lastId + 1) this.missed += id - this.lastId - 1;
    this.lastId = id;
    this.events++;
    if (this.events % SAMPLE !== 0) return;
    const markAt = bytes.indexOf(MARK, at);
    if (markAt < 0 || markAt > end) return;
    const sentMs = Number.parseFloat(bytes.toString('latin1', markAt + MARK.length, markAt + MARK.length + MARK_DIGITS));
    latencies.push(performance.timeOrigin + performance.now() - sentMs);
  }
}

const followers = queries.map((query) => new Follower(query));

parentPort!.on('message', (message: ToClients) => {
  if (message.kind === 'server') {
    port = message.port;
    return;
  }
  const sum = (of: (follower: Follower) => number): number => followers.reduce((total, follower) => total + of(follower), 0);
  const report: FromClients = {
    kind: 'report',
    events: sum(({ events }) => events),
    lowestId: Math.min(...followers.map(({ lastId }) => lastId)),
    repeated: sum(({ repeated }) => repeated),
    missed: sum(({ missed }) => missed),
    reconnects: sum(({ reconnects }) => reconnects),
    latenciesMs: new Float64Array(latencies.splice(0)),
  };
  parentPort!.postMessage(report);
});
