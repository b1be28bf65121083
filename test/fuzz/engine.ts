/**
 * Fuzzes one target in a thread of its own (run.ts watches over it): batches of mutated inputs, coverage after each batch, and where one reached something new,
 * the input that did is found by halving and kept. An input that throws, takes long, or grows faster than its length is a failure.
 * The input at work stands in shared memory, so that also one that never ends is known.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { type Dice, diceOf, mutate } from './mutate.ts';
import type { Target } from './targets.ts';

/** Shared with whoever watches: a number per input, 0 while none is at work; its length; its bytes. */
export const BOARD = { turn: 0, length: 1, headBytes: 8, bytesMax: 128 * 1024 } as const;

export interface FuzzOptions {
  /** Module whose `TARGETS` has the target. */
  readonly module: string;
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
  readonly board: SharedArrayBuffer;
}

export interface Failure {
  readonly why: string;
  readonly input: Uint8Array;
}

export interface Report {
  readonly inputs: number;
  readonly kept: number;
  readonly parts: number;
  readonly slowestMs: number;
  readonly failure?: Failure;
}

/** A batch is as long as its coverage is worth asking for. */
const BATCH_MS = 100;
const BATCH_INPUTS_MAX = 2000;
const KEPT_MAX = 3000;
/** Inputs kept of one batch: what they do not reach comes again. */
const KEEP_ROUNDS_MAX = 3;
const KEEP_SHARE = 0.3;
/** Processor time of one input of at most INPUT_BYTES_MAX, the work of its checks included; measured again before it counts. */
const INPUT_MS_MAX = 1500;
/** What takes less over GROWN_BYTES needs no second look (as in test/parsers/hostile.test.ts). */
const MOMENT_MS = 60;
const GROWN_BYTES = 64 * 1024;
/** Doubling the input doubles a linear cost and quadruples a quadratic one. */
const GROWTH_MAX = 3;
const TRIES = 4;

/** Processor time of this thread: on a busy machine others take the rest. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

class Fuzzer {
  readonly #target: Target;
  readonly #dice: Dice;
  readonly #coverage = new Coverage();
  readonly #head: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #kept: Buffer[] = [];
  readonly #startMs = performance.now();
  #keepMs = 0;
  #inputs = 0;
  #slowest: { ms: number; input: Buffer } = { ms: 0, input: Buffer.alloc(0) };

  constructor(target: Target, { seed, board }: FuzzOptions) {
    this.#target = target;
    this.#dice = diceOf(seed);
    this.#head = new Int32Array(board, 0, 2);
    this.#bytes = new Uint8Array(board, BOARD.headBytes);
  }

  run(seconds: number): Report {
    const endMs = performance.now() + seconds * 1000;
    let failure: Failure | undefined;
    const first = this.#target.seeds().map((seed) => Buffer.from(seed));
    for (const seed of [Buffer.alloc(0), ...first]) {
      failure ??= this.#try(seed);
      this.#kept.push(seed);
    }
    this.#coverage.news(this.#coverage.take());
    while (failure === undefined && performance.now() < endMs) failure = this.#batch();
    failure ??= this.#growth();
    this.#coverage.close();
    return {
      inputs: this.#inputs,
      kept: this.#kept.length,
      parts: this.#coverage.size,
      slowestMs: this.#slowest.ms,
      ...(failure && { failure }),
    };
  }

  #batch(): Failure | undefined {
    const batch: Buffer[] = [];
    const startMs = performance.now();
    while (batch.length < BATCH_INPUTS_MAX && performance.now() - startMs < BATCH_MS) {
      const input = mutate(this.#pick(), this.#kept, this.#dice);
      batch.push(input);
      const failure = this.#try(input);
      if (failure !== undefined) return failure;
    }
    const parts = this.#coverage.take();
    const keepFrom = performance.now();
    // Where it has found much, most of the time must still go into inputs; what is not looked at now comes again.
    if (this.#keepMs <= KEEP_SHARE * (keepFrom - this.#startMs)) {
      const fresh = this.#coverage.news(parts);
      if (fresh.length > 0) this.#keep(batch, new Set(fresh));
      this.#keepMs += performance.now() - keepFrom;
    }
    return undefined;
  }

  /** New ones more often than old ones. */
  #pick(): Buffer {
    const dice = this.#dice();
    return this.#kept[Math.floor((this.#dice() < 0.5 ? 1 - dice ** 3 : dice) * this.#kept.length)] ?? this.#kept[0]!;
  }

  /** Keeps inputs of the batch that reach the parts of `wanted`, until none is left or it has taken long. */
  #keep(batch: readonly Buffer[], wanted: Set<string>): void {
    for (let rounds = 0; rounds < KEEP_ROUNDS_MAX && wanted.size > 0 && this.#kept.length < KEPT_MAX; rounds++) {
      let candidates = batch;
      while (candidates.length > 1) {
        const half = candidates.slice(0, candidates.length >> 1);
        for (const input of half) this.#target.run(Buffer.from(input));
        candidates = this.#coverage.take().some((part) => wanted.has(part)) ? half : candidates.slice(half.length);
      }
      const found = candidates[0]!;
      this.#kept.push(found);
      this.#target.run(Buffer.from(found));
      for (const part of this.#coverage.take()) wanted.delete(part);
    }
  }

  #try(input: Buffer): Failure | undefined {
    this.#bytes.set(input.subarray(0, BOARD.bytesMax));
    Atomics.store(this.#head, BOARD.length, input.length);
    Atomics.store(this.#head, BOARD.turn, ++this.#inputs);
    const startMs = performance.now();
    try {
      this.#target.run(Buffer.from(input));
    } catch (error) {
      return { why: error instanceof Error ? (error.stack ?? error.message) : String(error), input };
    } finally {
      Atomics.store(this.#head, BOARD.turn, 0);
    }
    const ms = performance.now() - startMs;
    if (ms > this.#slowest.ms) this.#slowest = { ms, input };
    if (ms <= INPUT_MS_MAX || this.#cost(input, this.#target.run) <= INPUT_MS_MAX) return undefined;
    return { why: `takes more than ${INPUT_MS_MAX} ms of processor time`, input };
  }

  /** Best of several tries. */
  #cost(input: Buffer, act: Target['run']): number {
    let best = Number.POSITIVE_INFINITY;
    for (let left = TRIES; left > 0 && best > MOMENT_MS; left--) {
      const startMs = cpuMs();
      act(Buffer.from(input));
      best = Math.min(best, cpuMs() - startMs);
    }
    return best;
  }

  /** The slowest input, over and over, costs in proportion to its length. */
  #growth(): Failure | undefined {
    const { input } = this.#slowest;
    if (input.length === 0) return undefined;
    const grown = (bytes: number): Buffer => Buffer.alloc(bytes, input);
    const whole = grown(GROWN_BYTES);
    this.#bytes.set(whole.subarray(0, BOARD.bytesMax));
    Atomics.store(this.#head, BOARD.length, whole.length);
    Atomics.store(this.#head, BOARD.turn, ++this.#inputs);
    try {
      const act = this.#target.grow ?? this.#target.run;
      const ms = this.#cost(whole, act);
      if (ms <= MOMENT_MS) return undefined;
      const growth = ms / this.#cost(grown(GROWN_BYTES / 2), act);
      return growth <= GROWTH_MAX ? undefined : { why: `twice the length costs ${growth.toFixed(1)} times as much`, input: whole };
    } catch (error) {
      return { why: error instanceof Error ? (error.stack ?? error.message) : String(error), input: whole };
    } finally {
      Atomics.store(this.#head, BOARD.turn, 0);
    }
  }
}

export async function targetOf(module: string, name: string): Promise<Target | undefined> {
  const { TARGETS } = (await import(module)) as { TARGETS: readonly Target[] };
  return TARGETS.find((target) => target.name === name);
}

if (!isMainThread && parentPort !== null && (workerData as FuzzOptions | undefined)?.board !== undefined) {
  const options = workerData as FuzzOptions;
  const target = await targetOf(options.module, options.name);
  if (target === undefined) throw new Error(`no target ${options.name}`);
  parentPort.postMessage(new Fuzzer(target, options).run(options.seconds) satisfies Report);
}
