/**
 * The query workers, seen from the main thread: a `Reader` that gives each request to the worker with the least to
 * do. A worker that dies is replaced, and what it was asked is asked again once; twice is an error,
 * because then the question kills. One that hangs (a pattern that backtracks for ever hears no stop) is ended,
 * so no question outlives its time. Workers that cannot even start are tried again later and later, not in a circle.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CodedError, fromMessage } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type {
  CountAnswer,
  CountQuery,
  EndpointList,
  EndpointReader,
  EntityAnswer,
  ErrorExplain,
  ErrorHistory,
  ErrorList,
  ErrorQuestion,
  ErrorReader,
  ErrorTally,
  ErrorWant,
  Filter,
  FollowWant,
  Query,
  Reader,
  RenderedFollow,
  RenderedPage,
  RenderedStory,
  ReportRange,
  SignatureEntry,
  StoreStatus,
  StoryWant,
} from '../model.ts';
import type { PoolAnswer, PoolRequest } from './pool-protocol.ts';

type Question = PoolRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

interface Asked {
  readonly question: Question;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** How often it was asked. */
  tries: number;
  askedMs: number;
}

interface Member {
  readonly worker: Worker;
  readonly asked: Map<number, Asked>;
  /** Resolves when the worker (or who came in its place) is up; rejects when none could start. */
  readonly up: PromiseWithResolvers<void>;
  isUp: boolean;
  /** When the worker was last heard, or was given something to do after a rest. */
  heardMs: number;
  trouble: string | undefined;
}

export interface PoolOptions {
  /** For tests. */
  readonly stuckMs?: number;
  /** Known errors, by which groups are recognised. */
  readonly known?: readonly SignatureEntry[];
}

const TRIES_MAX = 2;
/** A worker says something at least when a search of its own is over time; one that is silent for longer hangs. */
const STUCK_MS = limits.queryMsMax + 5000;
/** How often that is looked for, in parts of it. */
const LOOKS = 20;
/** Starts that fail in a row before it is said, and before the next waits: first a second, then twice as long each time. */
const STARTS_MAX = 3;
const BACK_OFF_MS = { first: 1000, longest: 60_000 };

export class QueryPool implements Reader, ErrorReader, EndpointReader {
  readonly #folder: string;
  readonly #known: readonly SignatureEntry[];
  #members: Member[];
  #nextId = 1;
  #closed = false;
  #failedStarts = 0;
  readonly #stuckMs: number;
  readonly #watch: NodeJS.Timeout;
  /** Workers that died and were replaced. */
  replaced = 0;

  constructor(folder: string, workers: number, options: PoolOptions = {}) {
    this.#folder = folder;
    this.#known = options.known ?? [];
    this.#stuckMs = options.stuckMs ?? STUCK_MS;
    this.#watch = setInterval(() => this.#endStuck(), this.#stuckMs / LOOKS).unref();
    this.#members = Array.from({ length: workers }, () => this.#start());
  }

  /** All workers are up; rejects when one cannot start. */
  async ready(): Promise<void> {
    await Promise.all(this.#members.map(({ up }) => up.promise));
  }

  #start(up = Promise.withResolvers<void>()): Member {
    const worker = new Worker(new URL(`./query-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: { folder: this.#folder, known: this.#known },
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 192 },
    });
    // Nobody may be waiting for it.
    up.promise.catch(() => undefined);
    const member: Member = { worker, asked: new Map(), up, isUp: false, heardMs: performance.now(), trouble: undefined };
    worker.on('message', (answer: PoolAnswer) => {
      member.heardMs = performance.now();
      if (answer.id !== 0) return hear(member, answer);
      member.isUp = true;
      this.#failedStarts = 0;
      up.resolve();
    });
    // 'exit' follows; an unheard 'error' would end the process.
    worker.on('error', (error: Error) => {
      member.trouble = error.message;
    });
    worker.on('exit', () => this.#replace(member));
    return member;
  }

  #replace(dead: Member): void {
    if (this.#closed) {
      const error = new CodedError('store-closed', 'the store is closed');
      dead.up.reject(error);
      for (const asked of dead.asked.values()) asked.reject(error);
      return;
    }
    this.replaced++;
    if (!dead.isUp && ++this.#failedStarts >= STARTS_MAX) this.#startLater(dead);
    else this.#members = this.#members.map((member) => (member === dead ? this.#start(dead.isUp ? undefined : dead.up) : member));
    for (const asked of dead.asked.values()) {
      if (asked.tries >= TRIES_MAX) asked.reject(new CodedError('internal', 'the query ended its worker twice'));
      else this.#ask(asked);
    }
  }

  #startLater(dead: Member): void {
    this.#members = this.#members.filter((member) => member !== dead);
    dead.up.reject(new CodedError('internal', `a query worker cannot start: ${dead.trouble ?? 'it ended'}`));
    const delayMs = Math.min(BACK_OFF_MS.first * 2 ** (this.#failedStarts - STARTS_MAX), BACK_OFF_MS.longest);
    setTimeout(() => {
      if (!this.#closed) this.#members.push(this.#start());
    }, delayMs).unref();
  }

  /** Ends workers that hang. What has waited there for too long is over time; the rest is asked again elsewhere. */
  #endStuck(): void {
    const lateMs = performance.now() - this.#stuckMs;
    for (const { worker, asked: all, heardMs, isUp } of this.#members) {
      // One that starts has not read its questions; on a busy machine that takes seconds.
      if (all.size === 0 || heardMs > (isUp ? lateMs : lateMs - STUCK_MS)) continue;
      for (const [id, asked] of all) {
        if (asked.askedMs > lateMs) continue;
        all.delete(id);
        asked.reject(new CodedError('timeout', 'the query took too long in one piece; give a simpler pattern or a time range'));
      }
      void worker.terminate();
    }
  }

  #ask(asked: Asked): void {
    if (this.#members.length === 0) {
      asked.reject(new CodedError('internal', 'no query worker can start; it is tried again'));
      return;
    }
    const member = this.#members.reduce((least, other) => (other.asked.size < least.asked.size ? other : least));
    const id = this.#nextId++;
    asked.tries++;
    asked.askedMs = performance.now();
    if (member.asked.size === 0) member.heardMs = asked.askedMs;
    member.asked.set(id, asked);
    member.worker.postMessage({ ...asked.question, id } as PoolRequest);
  }

  #request(question: Question, signal?: AbortSignal): Promise<unknown> {
    if (this.#closed) return Promise.reject(new CodedError('store-closed', 'the store is closed'));
    if (signal?.aborted) return Promise.reject(givenUp());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const asked: Asked = { question, resolve, reject, tries: 0, askedMs: 0 };
    if (signal !== undefined) {
      const cancel = (): void => this.#cancel(asked);
      // An export asks for thousands of pages under one signal: what is answered must not stay with it.
      const forget = (): void => signal.removeEventListener('abort', cancel);
      signal.addEventListener('abort', cancel, { once: true });
      promise.then(forget, forget);
    }
    this.#ask(asked);
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

  follow(after: number, filter: Filter, want: FollowWant): Promise<RenderedFollow> {
    return this.#request({ kind: 'follow', after, filter, want }) as Promise<RenderedFollow>;
  }

  aggregate(query: CountQuery, signal?: AbortSignal): Promise<CountAnswer> {
    return this.#request({ kind: 'count', query }, signal) as Promise<CountAnswer>;
  }

  countErrors(want: { after: number; settledUs: number; limit: number }): Promise<ErrorTally[]> {
    return this.#errors({ do: 'slice', ...want }) as Promise<ErrorTally[]>;
  }

  listErrors(want: ErrorWant, signal?: AbortSignal): Promise<ErrorList> {
    return this.#errors({ do: 'list', want }, signal) as Promise<ErrorList>;
  }

  explainError(text: string, want: ErrorWant, signal?: AbortSignal): Promise<ErrorExplain> {
    return this.#errors({ do: 'explain', text, want }, signal) as Promise<ErrorExplain>;
  }

  endpoints(range: ReportRange, signal?: AbortSignal): Promise<EndpointList> {
    return this.#request({ kind: 'endpoints', range }, signal) as Promise<EndpointList>;
  }

  errorHistory(from: number, until: number): Promise<ErrorHistory> {
    return this.#errors({ do: 'history', from, until }) as Promise<ErrorHistory>;
  }

  #errors(question: ErrorQuestion, signal?: AbortSignal): Promise<unknown> {
    return this.#request({ kind: 'errors', question }, signal);
  }

  record(seq: number): Promise<string | undefined> {
    return this.#request({ kind: 'record', seq }) as Promise<string | undefined>;
  }

  trace(want: StoryWant, signal?: AbortSignal): Promise<RenderedStory> {
    return this.#request({ kind: 'story', want }, signal) as Promise<RenderedStory>;
  }

  entity(id: string, signal?: AbortSignal): Promise<EntityAnswer> {
    return this.#request({ kind: 'entity', of: id }, signal) as Promise<EntityAnswer>;
  }

  status(): Promise<StoreStatus> {
    return this.#request({ kind: 'status' }) as Promise<StoreStatus>;
  }

  /** Files were dropped: idle workers must not keep them open, because that keeps their space. */
  letGo(): void {
    for (const { worker } of this.#members) worker.postMessage({ id: 0, kind: 'let-go' } satisfies PoolRequest);
  }

  /** For tests: the threads, so that one can be killed. */
  get workers(): readonly Worker[] {
    return this.#members.map(({ worker }) => worker);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }
}

function givenUp(): CodedError {
  return new CodedError('timeout', 'the query was given up');
}

function hear(member: Member, answer: PoolAnswer): void {
  const asked = member.asked.get(answer.id);
  if (asked === undefined) return;
  member.asked.delete(answer.id);
  if ('error' in answer) asked.reject(fromMessage(answer.error));
  else asked.resolve(answer.value);
}
