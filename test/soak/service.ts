/** The service under soak: a process of its own on free ports; what Linux and it itself say of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from '../../src/base/address.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const START_MS_MAX = 60_000;

export interface Place {
  readonly url: string;
  readonly tcp: Address;
  readonly udp: Address;
}

export interface Sample {
  /** Since the first one. */
  readonly seconds: number;
  readonly rssMiB: number;
  readonly descriptors: number;
}

export interface Books {
  readonly received: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly joined: number;
  /** Losses by reason. */
  readonly lost: Readonly<Record<string, number>>;
  readonly pendingBytes: number;
}

export class SoakedService {
  readonly #child: ChildProcess;
  readonly #startMs = performance.now();
  readonly place: Place;
  #err: string[];

  private constructor(child: ChildProcess, place: Place, err: string[]) {
    this.#child = child;
    this.place = place;
    this.#err = err;
  }

  static async start(folder: string): Promise<SoakedService> {
    const ready = join(folder, 'ready.json');
    const free = ['--http', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--tcp', '127.0.0.1:0'];
    // A limit of size, so that retention works, too, in a long run.
    const words = [
      'serve',
      '--data',
      join(folder, 'data'),
      ...free,
      '--ready-file',
      ready,
      '--retention-size',
      '1GiB',
      '--log-level',
      'warn',
    ];
    const child = spawn(process.execPath, [...process.execArgv, MAIN, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    process.on('exit', () => child.kill('SIGKILL'));
    const err: string[] = [];
    child.stderr!.on('data', (bytes: Buffer) => {
      err.push(bytes.toString());
      if (err.length > 100) err.shift();
    });
    const untilMs = performance.now() + START_MS_MAX;
    while (!existsSync(ready)) {
      if (child.exitCode !== null || performance.now() > untilMs) throw new Error(`the service did not start: ${err.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { http, tcp, udp } = JSON.parse(readFileSync(ready, 'utf8')) as { http: Address; tcp: Address; udp: Address };
    return new SoakedService(child, { url: `http://${http.host}:${http.port}`, tcp, udp }, err);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null;
  }

  said(): string {
    return this.#err.join('');
  }

  sample(): Sample {
    const proc = `/proc/${this.#child.pid}`;
    const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`${proc}/status`, 'utf8'))![1];
    const seconds = (performance.now() - this.#startMs) / 1000;
    return { seconds, rssMiB: Number(rss) / 1024, descriptors: readdirSync(`${proc}/fd`).length };
  }

  async books(): Promise<Books> {
    const status = (await (await fetch(`${this.place.url}/api/v1/status`)).json()) as {
      counters: Record<string, number | Record<string, number>>;
      pendingBytes: number;
    };
    const group = (name: string): Record<string, number> => (status.counters[name] ?? {}) as Record<string, number>;
    const one = (name: string): number => (status.counters[name] ?? 0) as number;
    return {
      received: group('messages.received'),
      stored: one('records.stored'),
      joined: one('lines.joined'),
      lost: group('messages.lost'),
      pendingBytes: status.pendingBytes,
    };
  }

  /** SIGTERM; answers the exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }
}
