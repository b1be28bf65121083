/**
 * The query workers, seen from the main thread: a `Reader` that gives each request to the worker with the least to
 * do. A worker that dies is replaced, and what it was asked is asked again once; twice is an error,
 * because then the question kills.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CodedError, fromMessage } from '../base/errors.ts';
import type { Filter, Query, Reader, RenderedFollow, RenderedPage, StoreStatus } from '../model.ts';
import type { PoolAnswer, PoolRequest } from './pool-protocol.ts';

type Question = PoolRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

interface Asked {
  readonly question: Question;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** How often it was asked. */
  tries: number;
}

interface Member {
  readonly worker: Worker;
  readonly asked: Map<number, Asked>;
  readonly ready: Promise<void>;
}

const TRIES_MAX = 2;

export class QueryPool implements Reader {
  readonly #folder: string;
  #members: Member[];
  #nextId = 1;
  #closed = false;
  /** Workers that died and were replaced. */
  replaced = 0;

  constructor(folder: string, workers: number) {
    this.#folder = folder;
    this.#members = Array.from({ length: workers }, () => this.#start());
  }

  /** All workers are up. */
  async ready(): Promise<void> {
    await Promise.all(this.#members.map(({ ready }) => ready));
  }

  #start(): Member {
    const worker = new Worker(new URL(`./query-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: { folder: this.#folder },
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 192 },
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    const member: Member = { worker, asked: new Map(), ready: promise };
    worker.on('message', (answer: PoolAnswer) => {
      if (answer.id === 0) resolve();
      else hear(member, answer);
    });
    // 'exit' follows; an unheard 'error' would end the process.
    worker.on('error', () => undefined);
    worker.on('exit', () => this.#replace(member));
    return member;
  }

  #replace(dead: Member): void {
    if (this.#closed) {
      for (const asked of dead.asked.values()) asked.reject(new CodedError('store-closed', 'the store is closed'));
      return;
    }
    this.replaced++;
    this.#members = this.#members.map((member) => (member === dead ? this.#start() : member));
    for (const asked of dead.asked.values()) {
      if (asked.tries >= TRIES_MAX) asked.reject(new CodedError('internal', 'the query ended its worker twice'));
      else this.#ask(asked);
    }
  }

  #ask(asked: Asked): { id: number; member: Member } {
    const member = this.#members.reduce((least, other) => (other.asked.size < least.asked.size ? other : least));
    const id = this.#nextId++;
    asked.tries++;
    member.asked.set(id, asked);
    member.worker.postMessage({ ...asked.question, id } as PoolRequest);
    return { id, member };
  }

  #request(question: Question, signal?: AbortSignal): Promise<unknown> {
    if (this.#closed) return Promise.reject(new CodedError('store-closed', 'the store is closed'));
    if (signal?.aborted) return Promise.reject(givenUp());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const asked: Asked = { question, resolve, reject, tries: 0 };
    this.#ask(asked);
    signal?.addEventListener('abort', () => this.#cancel(asked), { once: true });
    return promise;
  }

  #cancel(asked: Asked): void {
    for (const { asked: all, worker } of this.#members) {
      for (const [id, other] of all) {
        if (other !== asked) continue;
        all.delete(id);
        worker.postMessage({ id, kind: 'cancel' } satisfies PoolRequest);
        asked.reject(givenUp());
      }
    }
  }

  search(query: Query, signal?: AbortSignal): Promise<RenderedPage> {
    return this.#request({ kind: 'search', query }, signal) as Promise<RenderedPage>;
  }

  follow(after: number, filter: Filter, limit: number): Promise<RenderedFollow> {
    return this.#request({ kind: 'follow', after, filter, limit }) as Promise<RenderedFollow>;
  }

  record(seq: number): Promise<string | undefined> {
    return this.#request({ kind: 'record', seq }) as Promise<string | undefined>;
  }

  status(): Promise<StoreStatus> {
    return this.#request({ kind: 'status' }) as Promise<StoreStatus>;
  }

  /** For tests: the threads, so that one can be killed. */
  get workers(): readonly Worker[] {
    return this.#members.map(({ worker }) => worker);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }
}

function givenUp(): CodedError {
  return new CodedError('timeout', 'the search was given up');
}

function hear(member: Member, answer: PoolAnswer): void {
  const asked = member.asked.get(answer.id);
  if (asked === undefined) return;
  member.asked.delete(answer.id);
  if ('error' in answer) asked.reject(fromMessage(answer.error));
  else asked.resolve(answer.value);
}
