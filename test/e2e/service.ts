/**
 * A running `stacktrail serve` for tests: a process of its own on free ports and a temporary data folder. Started,
 * asked over HTTP, stopped or killed; a second one can be started on the same folder and ports. The library of the
 * end-to-end and crash tests; not here: the process itself (program.ts), senders (../receive/senders.ts).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, formatAddress } from '../../src/base/address.ts';
import type { PublicRecord } from '../../src/base/public.ts';
import type { SearchStats } from '../../src/model.ts';
import { type Ended, eventually, type Program, stacktrail, temporaryFolder } from './program.ts';

export { type Ended, eventually, type Program, patient, stacktrail, start, temporaryFolder } from './program.ts';

/** A loaded machine; without load it takes half a second. */
const START_MS_MAX = 60_000;

export interface ServiceOptions {
  /** Default: a new one. */
  readonly data?: string;
  /** `HOST:PORT`, default 127.0.0.1:0. */
  readonly http?: string;
  readonly udp?: string;
  readonly tcp?: string;
  /** Default: off. */
  readonly relp?: string;
  /** More words for `serve`. */
  readonly words?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

export interface Status {
  readonly lastSeq: number;
  readonly pendingBytes: number;
  readonly followers: number;
  readonly counters: Readonly<Record<string, number | Record<string, number>>>;
  readonly losses: readonly { reason: string; source: string; amount: number }[];
  readonly store: { records: number; lastSeq: number; bytes: number };
  readonly zones: Readonly<Record<string, number>>;
}

export interface SearchAnswer {
  readonly records: PublicRecord[];
  readonly next: string | null;
  readonly stats: SearchStats;
}

export interface RunningService {
  readonly program: Program;
  readonly data: string;
  /** All bound addresses, as JSON. */
  readonly readyFile: string;
  readonly url: string;
  readonly http: Address;
  readonly udp: Address;
  readonly tcp: Address;
  /** Where that was asked for. */
  readonly relp: Address;
  /** One page, oldest first, 1000 records unless `words` say otherwise; throws what a refusal says. */
  search(query: string, words?: Readonly<Record<string, string>>): Promise<PublicRecord[]>;
  status(): Promise<Status>;
  /** Sum of a counter over its labels, or that of one label; 0 when nothing was counted. */
  counted(name: string, label?: string): Promise<number>;
  /** Lines to `POST /api/v1/ingest`; resolves with the answer. */
  ingest(body: string | Uint8Array, contentType?: string): Promise<{ status: number; body: unknown }>;
  /** A verb that talks to this service, to its end. */
  run(...words: string[]): Promise<Ended>;
  /** The same, left running. */
  begin(...words: string[]): Program;
  /** SIGTERM; resolves when the process is gone. */
  stop(): Promise<Ended>;
  /** kill -9. */
  kill(): Promise<Ended>;
}

export async function startService(options: ServiceOptions = {}): Promise<RunningService> {
  const folder = temporaryFolder();
  const data = options.data ?? join(folder, 'data');
  const readyFile = join(folder, 'ready.json');
  const any = '127.0.0.1:0';
  const words = ['serve', '--data', data, '--http', options.http ?? any, '--udp', options.udp ?? any, '--tcp', options.tcp ?? any];
  if (options.relp !== undefined) words.push('--relp', options.relp);
  words.push('--ready-file', readyFile, ...(options.words ?? []));
  const program = stacktrail(words, options.environment);
  let early: Ended | undefined;
  void program.ended.then((ended) => {
    early = ended;
  });
  await eventually(() => {
    if (early === undefined && !existsSync(readyFile)) throw new Error(`the service is not up:\n${program.err()}`);
  }, START_MS_MAX);
  if (early !== undefined) throw new Error(`the service ended with ${early.code ?? early.signal} at its start:\n${early.err}`);
  const addresses = JSON.parse(readFileSync(readyFile, 'utf8')) as { http: Address; udp: Address; tcp: Address; relp: Address };
  return { ...addresses, ...asked(`http://${formatAddress(addresses.http)}`), ...ending(program), program, data, readyFile };
}

function ending(program: Program): Pick<RunningService, 'stop' | 'kill'> {
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    program.signal(signal);
    return program.ended;
  };
  return { stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** What can be asked of a service that listens at a URL. */
export function asked(url: string): Pick<RunningService, 'url' | 'search' | 'status' | 'counted' | 'ingest' | 'run' | 'begin'> {
  const status = async (): Promise<Status> => (await get(url, '/api/v1/status', {})) as Status;
  const begin = (...words: string[]): Program => stacktrail(words, { STACKTRAIL_URL: url });
  return {
    url,
    async search(query, words = {}) {
      const answer = await get(url, '/api/v1/search', { query, direction: 'forward', limit: '1000', ...words });
      return (answer as SearchAnswer).records;
    },
    status,
    async counted(name, label) {
      const value = (await status()).counters[name] ?? 0;
      if (typeof value === 'number') return label === undefined ? value : 0;
      return label === undefined ? Object.values(value).reduce((sum, one) => sum + one, 0) : (value[label] ?? 0);
    },
    async ingest(body, contentType = 'text/plain') {
      const response = await fetch(`${url}/api/v1/ingest`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      });
      return { status: response.status, body: await response.json() };
    },
    run: (...words) => begin(...words).ended,
    begin,
  };
}

async function get(url: string, path: string, words: Readonly<Record<string, string>>): Promise<unknown> {
  const response = await fetch(`${url}${path}?${new URLSearchParams(words)}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${path} ${JSON.stringify(words)}: ${response.status} ${text}`);
  return JSON.parse(text);
}
