/**
 * What is disturbed: a service with every listener that there is, a second one whose RELP is inside TLS (a listener is either plain or not),
 * and all senders. Both are always disturbed alike. They keep their addresses and data over restarts, as they do in a cloud. Not here: how
 * they are disturbed (disturbances.ts).
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { formatAddress } from '../../src/base/address.ts';
import { eventually, type RunningService, startService, temporaryFolder } from '../e2e/service.ts';
import { tlsFile } from '../receive/senders.ts';
import { Book } from './book.ts';
import { type Places, TRANSPORTS } from './senders.ts';
import { Sending } from './sending.ts';

const CERTIFICATE = ['--tls-certificate', tlsFile('server.pem'), '--tls-key', tlsFile('server.key')];
/** What is refused for a full disk is refused at the last moment, and nothing is dropped for its size. */
const KEEPING = ['--disk-reserve', 'none', '--retention-size', 'none'];
const CLOCK = new URL('clock.ts', import.meta.url).href;
/** Of those who wait for an answer after each. */
const BATCHES = 3;
/** Nobody sends any more: all that waits for a disk, a lane or a resent frame is long there. */
const QUIET_MS_MAX = 180_000;

interface Loss {
  readonly reason: string;
  readonly source: string;
  readonly amount: number;
}

export interface WorldOptions {
  /** Where the data are; a small disk, say. */
  readonly data?: string;
}

export class World {
  readonly #data: string;
  readonly #clock: string;
  readonly #unix: string;
  readonly #logs: string;
  #words: readonly [string[], string[]] = [[], []];
  services: RunningService[] = [];
  readonly sendings: Sending[] = [];

  constructor({ data }: WorldOptions = {}) {
    const folder = temporaryFolder();
    this.#data = data ?? folder;
    this.#clock = join(folder, 'clock');
    this.#unix = join(folder, 'log');
    this.#logs = join(folder, 'logs');
    mkdirSync(this.#logs);
    writeFileSync(this.#clock, '0');
  }

  async start(): Promise<void> {
    const any = '127.0.0.1:0';
    const files = ['--files', join(this.#logs, '*.log')];
    this.#words = [
      ['--tls', any, ...CERTIFICATE, '--unix', this.#unix, ...files, ...KEEPING],
      ['--relp-tls', 'on', ...CERTIFICATE, ...KEEPING],
    ];
    await this.#up();
    const [first] = this.services;
    this.#words[0][1] = formatAddress(addressesOf(first!).tls!);
    // What is rotated before the first look at a pattern is nobody's (src/receive/README.md): senders begin when that is over.
    appendFileSync(join(this.#logs, 'conserve.log'), '2026-03-01 10:20:29.000 7 INFO nova.compute [-] before the first\n');
    await eventually(async () => {
      if ((await first!.status()).store.records !== 1) throw new Error('files are not followed');
    }, QUIET_MS_MAX);
    for (const transport of TRANSPORTS) this.sendings.push(new Sending(transport, () => this.places));
  }

  /** Both again, where they were. */
  async restart(): Promise<void> {
    await this.#up();
  }

  async kill(): Promise<void> {
    await Promise.all(this.services.map((service) => service.kill()));
  }

  signal(name: NodeJS.Signals): void {
    for (const { program } of this.services) program.signal(name);
  }

  /** What day it is for the services from now on: so much later than it is. */
  setClock(offsetMs: number): void {
    writeFileSync(this.#clock, String(offsetMs));
  }

  get places(): Places {
    const [first, second] = this.services;
    const { tls } = addressesOf(first!);
    return {
      http: first!.url,
      udp: first!.udp.port,
      tcp: first!.tcp.port,
      tls: tls!.port,
      relp: first!.relp.port,
      relpTls: second!.relp.port,
      unix: this.#unix,
      logs: this.#logs,
    };
  }

  /** Each has sent so many more, those who wait for answers some batches. */
  async sendMore(count: number): Promise<void> {
    const goals = this.sendings.map(({ sent, transport }) => sent + (transport.isAnswered ? BATCHES * transport.window : count));
    await eventually(() => {
      const late = this.sendings.filter((sending, index) => sending.sent < goals[index]!);
      if (late.length > 0) throw new Error(`do not get on: ${late.map((one) => `${one.transport.name} (${one.trouble})`).join(', ')}`);
    }, QUIET_MS_MAX);
  }

  /** Nobody sends any more, all that is answered is, and nothing moves in the services. */
  async end(): Promise<void> {
    for (const sending of this.sendings) sending.stop();
    await Promise.all(this.sendings.map(({ done }) => done));
    let before = '';
    await eventually(async () => {
      const status = JSON.stringify(await Promise.all(this.services.map(standing)));
      const isQuiet = status === before && !status.includes('"isBusy":true');
      before = status;
      if (!isQuiet) throw new Error(`not quiet: ${status}`);
    }, QUIET_MS_MAX);
  }

  /** All records of both services; once those of files are there, or do not come. Their sender is answered by the file, not by us. */
  async read(): Promise<Book> {
    const { sent } = this.sendings.find(({ transport }) => transport.name === 'files')!;
    let book = new Book();
    await eventually(async () => {
      book = await this.#readAll();
      const { missing } = book.count('files', sent);
      if (missing !== '') throw new Error(`not read yet: ${missing}`);
    }, QUIET_MS_MAX).catch((error) =>
      process.stderr.write(`${error.message} ${JSON.stringify(this.services.map((s) => s.program.err()))}\n`),
    );
    return book;
  }

  async #readAll(): Promise<Book> {
    const book = new Book();
    for (const { url } of this.services) {
      const response = await fetch(`${url}/api/v1/search?query=conserve&direction=forward`, {
        headers: { accept: 'application/x-ndjson' },
      });
      for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) book.note(line);
    }
    return book;
  }

  async losses(): Promise<Loss[]> {
    const answers = this.services.map(
      async ({ url }) => (await (await fetch(`${url}/api/v1/losses?since=1970-01-01T00:00:00Z`)).json()) as { losses: Loss[] },
    );
    return (await Promise.all(answers)).flatMap(({ losses }) => losses);
  }

  async stop(): Promise<(number | null)[]> {
    return (await Promise.all(this.services.map((service) => service.stop()))).map(({ code }) => code);
  }

  async #up(): Promise<void> {
    const environment = { NODE_OPTIONS: `--import=${CLOCK}`, CONSERVATION_CLOCK: this.#clock };
    const old = this.services;
    this.services = await Promise.all(
      this.#words.map((words, index) => {
        const { http, udp, tcp, relp } = old[index] ?? {};
        const kept = [http, udp, tcp, relp].map((address) => (address === undefined ? '127.0.0.1:0' : formatAddress(address)));
        const [httpAt, udpAt, tcpAt, relpAt] = kept as [string, string, string, string];
        const data = join(this.#data, `data-${index}`);
        return startService({ data, http: httpAt, udp: udpAt, tcp: tcpAt, relp: relpAt, words, environment });
      }),
    );
  }
}

function addressesOf(service: RunningService): { tls?: { host: string; port: number } } {
  return JSON.parse(readFileSync(service.readyFile, 'utf8'));
}

/** What moves while something is under way. The kernel's drops are asked for once a second, so two equal ones are a second apart. */
async function standing(service: RunningService): Promise<object> {
  const before = Date.now();
  const status = (await service.status()) as unknown as {
    store: object;
    pendingBytes: number;
    files?: { behindBytes: number };
    losses: object;
  };
  const { store, pendingBytes, files, losses } = status;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1100 - (Date.now() - before))));
  return { records: (store as { records: number }).records, losses, isBusy: pendingBytes > 0 || (files?.behindBytes ?? 0) > 0 };
}
