/**
 * A steady load on a service: numbered lines by TCP, UDP and HTTP at a given rate, connections that come and go, one who follows, one who
 * searches. Counts what it has sent. Not here: the service (service.ts), what is made of the figures (run.ts).
 */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import type { Place } from './service.ts';

/** Lines of a second go out in so many parts. */
const TICK_MS = 20;
/** Most of it by TCP, as clouds send; HTTP is one push a second. */
const SHARES = { tcp: 0.6, udp: 0.3, http: 0.1 } as const;
/** TCP connections that stay; one more is opened and closed each second. */
const CONNECTIONS = 8;
const SERVICES = ['nova-compute', 'neutron-server', 'cinder-volume', 'glance-api', 'keystone-wsgi-public'];

export interface Sent {
  tcp: number;
  udp: number;
  http: number;
}

/** Of the shapes of a cloud: a request id of its own now and then, an instance, numbers that differ. */
function line(number: number): string {
  const hex = ((number * 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  const service = SERVICES[number % SERVICES.length]!;
  const stamp = new Date().toISOString().replace('T', ' ').slice(0, 23);
  const text = `[req-${hex}-b2c4-4d1e-9f00-${hex}${hex.slice(4)} u1 p1 - - -] [instance: ${hex}-1111-4222-8333-444455556666] step ${number} took ${(number % 997) / 100} s`;
  return `<134>1 ${stamp.replace(' ', 'T')}Z c${number % 40} ${service} ${1000 + (number % 90)} - - ${stamp} ${1000 + (number % 90)} INFO ${service.replace('-', '.')} ${text}`;
}

export class Load {
  readonly sent: Sent = { tcp: 0, udp: 0, http: 0 };
  readonly troubles: string[] = [];
  readonly #place: Place;
  readonly #left = new AbortController();
  readonly #sockets: net.Socket[] = [];
  readonly #udp = dgram.createSocket('udp4');
  #number = 0;
  #followed = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Events that the follower got. */
  get followed(): number {
    return this.#followed;
  }

  async start(): Promise<void> {
    for (let index = 0; index < CONNECTIONS; index++) this.#sockets.push(await this.#connect());
    void this.#follow();
  }

  /** Sends for so long at this rate; with Infinity, as fast as TCP takes it. */
  async run(seconds: number, linesPerSecond: number): Promise<void> {
    const startMs = performance.now();
    const before = { ...this.sent };
    let second = 0;
    let pushing: Promise<void> = Promise.resolve();
    for (;;) {
      const passed = (performance.now() - startMs) / 1000;
      if (passed >= seconds) break;
      const due = (share: number, sent: number): number => Math.floor(passed * linesPerSecond * share) - sent;
      if (linesPerSecond === Number.POSITIVE_INFINITY) await this.#tcp(2000);
      else {
        await this.#tcp(due(SHARES.tcp, this.sent.tcp - before.tcp));
        this.#datagrams(due(SHARES.udp, this.sent.udp - before.udp));
        if (passed >= second + 1) {
          second = Math.floor(passed);
          await pushing;
          pushing = this.#everySecond(due(SHARES.http, this.sent.http - before.http));
        }
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      }
    }
    await pushing;
  }

  async stop(): Promise<void> {
    this.#left.abort();
    await Promise.all(this.#sockets.map((socket) => end(socket)));
    this.#udp.close();
  }

  async #connect(): Promise<net.Socket> {
    const socket = net.connect(this.#place.tcp.port, this.#place.tcp.host);
    socket.on('error', (error) => this.troubles.push(`tcp: ${error.message}`));
    await once(socket, 'connect');
    return socket;
  }

  async #tcp(count: number): Promise<void> {
    if (count <= 0) return;
    const each = Math.ceil(count / this.#sockets.length);
    let left = count;
    for (const socket of this.#sockets) {
      const lines = Math.min(each, left);
      if (lines === 0) break;
      left -= lines;
      const isFull = !socket.write(this.#text(lines));
      this.sent.tcp += lines;
      if (isFull) await once(socket, 'drain');
    }
  }

  #datagrams(count: number): void {
    const { host, port } = this.#place.udp;
    for (let index = 0; index < count; index++) this.#udp.send(line(this.#number++), port, host);
    if (count > 0) this.sent.udp += count;
  }

  async #everySecond(lines: number): Promise<void> {
    try {
      const passing = await this.#connect();
      passing.write(this.#text(1));
      this.sent.tcp++;
      await end(passing);
      const headers = { 'content-type': 'text/plain' };
      const answer = await fetch(`${this.#place.url}/api/v1/ingest`, { method: 'POST', headers, body: this.#text(lines) });
      if (answer.status === 200) this.sent.http += lines;
      else this.troubles.push(`http: ${answer.status} ${await answer.text()}`);
      const found = await fetch(`${this.#place.url}/api/v1/search?query=${encodeURIComponent('service:nova')}&limit=20`);
      if (found.status !== 200) this.troubles.push(`search: ${found.status}`);
      await found.text();
    } catch (error) {
      this.troubles.push((error as Error).message);
    }
  }

  #text(lines: number): string {
    let text = '';
    for (let index = 0; index < lines; index++) text += `${line(this.#number++)}\n`;
    return text;
  }

  async #follow(): Promise<void> {
    try {
      const answer = await fetch(`${this.#place.url}/api/v1/tail?query=${encodeURIComponent('service:cinder')}`, {
        signal: this.#left.signal,
      });
      for await (const chunk of answer.body!) this.#followed += Buffer.from(chunk).toString('latin1').split('event: record').length - 1;
    } catch (error) {
      if (!this.#left.signal.aborted) this.troubles.push(`tail: ${(error as Error).message}`);
    }
  }
}

async function end(socket: net.Socket): Promise<void> {
  if (socket.closed) return;
  const closed = once(socket, 'close');
  socket.end();
  socket.resume();
  await closed;
}
