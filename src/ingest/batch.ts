/**
 * A batch that is being filled: the runs of all receivers one behind the other in one buffer, until it is handed to the
 * ingest worker. Not here: when it is sent, and what becomes of it (src/ingest.ts).
 *
 * A run with a position is judged by itself: whoever said how far its source is wants to hear whether just this run
 * was taken, so it has an answer of its own besides that of its batch.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { MessageFlag, MessageRun, Transport } from '../model.ts';
import type { BatchRun, MessageBatch } from './protocol.ts';

/** Whose senders wait for the commit: they answer it. */
const WAITING: ReadonlySet<Transport> = new Set<Transport>(['http', 'relp']);
/** First size of a batch's arrays; they double. */
const MESSAGES_MIN = 1024;

/** Buffers kept for the next batches: allocating 256 KiB for each of a thousand small batches a second costs more than parsing them. */
export interface Buffers {
  readonly bytes: ArrayBuffer;
  readonly spans: ArrayBuffer;
}

export interface Filling {
  bytes: Uint8Array;
  used: number;
  spans: Uint32Array;
  count: number;
  runs: BatchRun[];
  flags: Map<number, MessageFlag>;
  urgent: boolean;
  /** Runs whose source was not where they said it is; known when the batch is done. */
  readonly stale: Set<number>;
  /** Runs whose clients can be refused each by itself. */
  refusals: { readonly run: number; readonly reject: (error: Error) => void }[];
  done: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

export function makeBatch(size: number, spare: Buffers | undefined): Filling {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Nobody may be waiting (UDP): an unheard refusal is no crash; receivers that wait hear it through `accept`.
  promise.catch(() => undefined);
  const fits = spare !== undefined && spare.bytes.byteLength >= size;
  const bytes = new Uint8Array(fits ? spare.bytes : new ArrayBuffer(Math.max(size, limits.batchBytesMax / 4)));
  const spans = new Uint32Array(spare?.spans ?? new ArrayBuffer(MESSAGES_MIN * 8));
  return {
    bytes,
    used: 0,
    spans,
    count: 0,
    runs: [],
    flags: new Map(),
    urgent: false,
    stale: new Set(),
    refusals: [],
    done: promise,
    resolve,
    reject,
  };
}

export function grow(batch: Filling, size: number): void {
  const bytes = new Uint8Array(new ArrayBuffer(Math.max(batch.bytes.length * 2, batch.used + size)));
  bytes.set(batch.bytes.subarray(0, batch.used));
  batch.bytes = bytes;
}

/** Where the messages of a run begin in its bytes, and how many bytes and messages they are. */
export interface RunExtent {
  readonly from: number;
  readonly size: number;
  readonly count: number;
}

export function extentOf({ spans }: MessageRun): RunExtent {
  const count = spans.length >> 1;
  return count === 0 ? { from: 0, size: 0, count } : { from: spans[0]!, size: spans[count * 2 - 1]! - spans[0]!, count };
}

/** Resolves when the run is on disk. */
export function addRun(batch: Filling, run: MessageRun, { from, size, count }: RunExtent): Promise<void> {
  batch.bytes.set(run.bytes.subarray(from, from + size), batch.used);
  if ((batch.count + count) * 2 > batch.spans.length) {
    const spans = new Uint32Array(Math.max(batch.spans.length * 2, (batch.count + count) * 2));
    spans.set(batch.spans.subarray(0, batch.count * 2));
    batch.spans = spans;
  }
  const shift = batch.used - from;
  const base = batch.count * 2;
  for (let index = 0; index < count * 2; index++) batch.spans[base + index] = run.spans[index]! + shift;
  if (run.flags) for (const [index, flag] of run.flags) batch.flags.set(batch.count + index, flag);
  batch.runs.push({ first: batch.count, source: run.source, received: run.received, position: run.position });
  // A small run of a file is its end, and somebody waits for it; a large one has company, and fills a block with it.
  batch.urgent ||= WAITING.has(run.source.transport) || (run.position !== undefined && count < limits.commitUnderLoadRecords);
  batch.used += size;
  batch.count += count;
  if (run.position !== undefined) return judged(batch, batch.runs.length - 1);
  return run.source.transport === 'http' ? refusable(batch, batch.runs.length - 1) : batch.done;
}

/** A client that waits for its answer: it may get one before the batch has its (low-disk.ts). */
function refusable(batch: Filling, run: number): Promise<void> {
  const { promise: refused, reject } = Promise.withResolvers<never>();
  batch.refusals.push({ run, reject });
  const done = Promise.race([batch.done, refused]);
  done.catch(() => undefined);
  return done;
}

function judged(batch: Filling, run: number): Promise<void> {
  const taken = batch.done.then(() => {
    if (batch.stale.has(run))
      throw new CodedError('position-moved', 'the source is not where this part of it begins: another process has taken it');
  });
  taken.catch(() => undefined);
  return taken;
}

export function messageOf(id: number, batch: Filling): MessageBatch {
  const { bytes, used, count, spans, runs, flags, urgent } = batch;
  return { kind: 'batch', id, bytes: bytes.subarray(0, used), count, spans, runs, flags, urgent };
}
