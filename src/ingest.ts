/**
 * Ingest on the main thread: gathers the runs of all receivers into batches, hands them to the ingest worker, and
 * resolves the promises of `accept` when the worker says that their batch is on disk.
 *
 * At most one batch waits at the worker besides the one that it parses; while it is busy the next batch grows, so
 * load makes batches larger, not more. Parsing, joining and the store are the worker's (ingest/worker.ts).
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CodedError, fromMessage } from './base/errors.ts';
import { limits } from './base/limits.ts';
import { addRun, type Buffers, extentOf, type Filling, grow, makeBatch, messageOf } from './ingest/batch.ts';
import { diskIsLow, HELD, Patience } from './ingest/low-disk.ts';
import type { IngestOptions, StartedIngest } from './ingest/options.ts';
import { PositionQuestions } from './ingest/position-questions.ts';
import type { CommittedMessage, FromWorker, KeptMessage, ReadingSettings, ToWorker, WorkerOptions } from './ingest/protocol.ts';
import { SavedQuestions } from './ingest/saved.ts';
import type { Committed, KeepingStatus, KeepSettings, LogRecord, MessageRun, Position } from './model.ts';
import { WalSync } from './store/wal-sync.ts';

/** Young: 4 to 64 MiB are equally fast, the small ones use less memory and stay in the processor's cache (bench:ingest). Old: below 2 GiB the engine collects it so often that ingest costs a fifth more. */
const WORKER_HEAP = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 2048 } as const;
/** Batches at the worker that it has not parsed: one in work, one that it finds when it is done. */
const UNPARSED_MAX = 2;
const STOP_MS_MAX = 10_000;
/** Buffers kept for the next batches: allocating 256 KiB for each of a thousand small batches a second costs more than parsing them. */
const SPARE_MAX = 4;

export type { IngestOptions, StartedIngest } from './ingest/options.ts';

class IngestThread implements StartedIngest {
  readonly #worker: Worker;
  readonly #options: IngestOptions;
  readonly #listeners = new Set<(committed: Committed) => void>();
  /** Batches that were sent and are not committed, oldest first. */
  readonly #out: { id: number; batch: Filling }[] = [];
  #filling: Filling | undefined;
  /** Full batches of senders that can wait, while the disk is low. */
  #held: Filling[] = [];
  #unparsed = 0;
  /** Of the day file that the worker writes. */
  #log: WalSync | undefined;
  /** All answers to batches, in order. */
  #answers: Promise<void> = Promise.resolve();
  readonly #positions = new PositionQuestions(
    (request) => this.#worker.postMessage(request satisfies ToWorker),
    (log) => this.#onDisk(log),
  );
  /** Buffers that came back. */
  readonly #spare: Buffers[] = [];
  #scheduled = false;
  #nextId = 1;
  #lastSeq: number;
  #committedSeq: number;
  #pendingBytes = 0;
  #ended: CodedError | undefined;
  #onStopped: (() => void) | undefined;
  #stopping: Promise<void> | undefined;
  #keeping: KeepingStatus | undefined;
  #mayHold = true;
  readonly #patience = new Patience(() => this.#out.map(({ batch }) => batch));
  readonly saved = new SavedQuestions((request) => this.#worker.postMessage(request satisfies ToWorker));

  constructor(worker: Worker, lastSeq: number, options: IngestOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#lastSeq = lastSeq;
    this.#committedSeq = lastSeq;
    worker.on('message', (message: FromWorker) => this.#hear(message));
    worker.on('error', (error: Error) => this.#end(new CodedError('internal', `the ingest thread failed: ${error.message}`)));
    worker.on('exit', () => this.#end(new CodedError('store-closed', 'the ingest thread has ended')));
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get committedSeq(): number {
    return this.#committedSeq;
  }

  get keeping(): KeepingStatus | undefined {
    return this.#keeping;
  }

  get isReadOnly(): boolean {
    return this.#mayHold && this.#keeping !== undefined && this.#keeping.disk !== 'ok';
  }

  accept(run: MessageRun): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.isReadOnly && !HELD.has(run.source.transport)) return Promise.reject(diskIsLow(this.#keeping!));
    const extent = extentOf(run);
    const { size, count } = extent;
    // Without messages there may still be a position: blank lines are read, too.
    if (count === 0 && run.position === undefined) return Promise.resolve();
    let batch = this.#filling;
    if (batch !== undefined && batch.used + size > batch.bytes.length) {
      // Full, and the worker is busy: this batch waits in line behind the others.
      if (batch.used > 0 && batch.bytes.length >= limits.batchBytesMax) this.#send(batch);
      else grow(batch, size);
      batch = this.#filling;
    }
    batch ??= this.#filling = makeBatch(size, this.#spare.pop());
    this.#pendingBytes += size;
    const done = addRun(batch, run, extent);
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    }
    return done;
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#filling !== undefined && this.#unparsed < UNPARSED_MAX && !this.isReadOnly) this.#send(this.#filling);
  }

  #send(batch: Filling): void {
    this.#filling = undefined;
    if (this.isReadOnly) {
      this.#held.push(batch);
      return;
    }
    const id = this.#nextId++;
    this.#out.push({ id, batch });
    this.#unparsed++;
    const message = messageOf(id, batch);
    this.#worker.postMessage(message satisfies ToWorker, [batch.bytes.buffer as ArrayBuffer, batch.spans.buffer as ArrayBuffer]);
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'taken') {
      this.#unparsed--;
      if (this.#spare.length < SPARE_MAX) this.#spare.push(message);
      if (!this.#scheduled) this.#flush();
    } else if (message.kind === 'committed') {
      // What can be searched is counted at once; who waits is answered, and followers hear of it, when it is on disk.
      this.#options.counters.merge(message.counters);
      this.#committedSeq = Math.max(this.#committedSeq, message.lastSeq);
      this.#inOrder(this.#onDisk(message.log), message, () => this.#committed(message));
    } else if (message.kind === 'refused') this.#inOrder(Promise.reject(fromMessage(message.error)), message, () => undefined);
    else if (message.kind === 'stale') this.#out.find(({ id }) => id === message.batch)?.batch.stale.add(message.run);
    else if (message.kind === 'positions') this.#positions.hear(message);
    else if (message.kind === 'kept') this.#kept(message);
    else if (message.kind === 'saved') this.saved.hear(message);
    else if (message.kind === 'zone') this.#options.onZone?.(message.host, message.minutes);
    else if (message.kind === 'skew') this.#options.onSkew?.(message.hosts);
    else if (message.kind === 'heard') this.#options.onHeard?.(message.hosts);
    else if (message.kind === 'stopped') this.#onStopped?.();
  }

  /** Resolves when all that is in the log now is on disk. */
  #onDisk(path: string): Promise<void> {
    try {
      if (this.#log?.path !== path) {
        // The worker has brought the log of the day before to disk when it let go of it.
        this.#log?.close();
        this.#log = new WalSync(path);
      }
      return this.#log.synced().catch((error: CodedError) => {
        // What the disk did to pages that it refused nobody knows: going on could answer for records that are gone.
        if (error.code !== 'disk-full') this.#end(error);
        throw error;
      });
    } catch (error) {
      // A log that is gone was let go of by the worker, with all of it on disk.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Promise.resolve();
      return Promise.reject(new CodedError('store-unwritable', `${path} cannot be opened: ${(error as Error).message}`));
    }
  }

  /** Settles the batches up to that of an answer, after those of all answers before it. */
  #inOrder(durable: Promise<void>, { batch }: { batch: number }, done: () => void): void {
    durable.catch(() => undefined);
    this.#answers = this.#answers.then(() => durable).then(done, (error: Error) => this.#settle(batch, (refused) => refused.reject(error)));
  }

  #committed(message: CommittedMessage): void {
    this.#lastSeq = Math.max(this.#lastSeq, message.lastSeq);
    this.#settle(message.batch, (batch) => batch.resolve());
    if (message.lastSeq < message.firstSeq) return;
    const records = message.records === undefined ? undefined : (JSON.parse(message.records) as LogRecord[]);
    for (const listener of this.#listeners) listener({ firstSeq: message.firstSeq, lastSeq: message.lastSeq, records });
  }

  #settle(upTo: number, how: (batch: Filling) => void): void {
    while (this.#out.length > 0 && this.#out[0]!.id <= upTo) {
      const { batch } = this.#out.shift()!;
      this.#pendingBytes -= batch.used;
      how(batch);
    }
  }

  #end(error: CodedError): void {
    if (this.#ended) return;
    this.#ended = error;
    // What is in the log may still get to disk, and is answered then; the rest is refused.
    void this.#answers.then(() => this.#settle(Number.POSITIVE_INFINITY, (batch) => batch.reject(error)));
    this.#filling?.reject(error);
    this.#filling = undefined;
    for (const batch of this.#held.splice(0)) batch.reject(error);
    this.#positions.end(error);
    this.saved.end(error);
    if (this.#onStopped) this.#onStopped();
    else this.#options.onDeath?.(error);
  }

  #kept(message: KeptMessage): void {
    this.#options.counters.merge(message.counters);
    this.#keeping = message.status;
    // The file before was brought to disk when it was let go of; an open log would keep the space of a file that is dropped.
    if (this.#log !== undefined && this.#log.path !== message.log) {
      this.#log.close();
      this.#log = undefined;
    }
    for (const note of message.notes) this.#options.onNote?.(note);
    if (message.hasDropped) this.#options.onDropped?.();
    if (!this.isReadOnly) this.#sendHeld();
    else this.#patience.begin(diskIsLow(this.#keeping), this.#filling ? [...this.#held, this.#filling] : this.#held);
  }

  #sendHeld(): void {
    this.#patience.end();
    for (const batch of this.#held.splice(0)) this.#send(batch);
    if (!this.#scheduled) this.#flush();
  }

  configure(settings: KeepSettings): void {
    if (!this.#ended) this.#worker.postMessage({ kind: 'keep', settings } satisfies ToWorker);
  }

  configureReading(settings: ReadingSettings): void {
    if (!this.#ended) this.#worker.postMessage({ kind: 'reading', settings } satisfies ToWorker);
  }

  endHold(): void {
    this.#mayHold = false;
    this.#sendHeld();
  }

  positions(sources: readonly string[]): Promise<Position[]> {
    if (this.#ended) return Promise.reject(this.#ended);
    // What was accepted before is in the answer.
    if (this.#filling) this.#send(this.#filling);
    return this.#positions.ask(sources);
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  wantRecords(wanted: boolean): void {
    if (!this.#ended) this.#worker.postMessage({ kind: 'want', wanted } satisfies ToWorker);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#ended) return;
    const stopped = new Promise<void>((resolve) => {
      this.#onStopped = resolve;
    });
    this.endHold();
    if (this.#filling) this.#send(this.#filling);
    this.#worker.postMessage({ kind: 'stop' } satisfies ToWorker);
    const late = setTimeout(() => void this.#worker.terminate(), STOP_MS_MAX);
    await stopped;
    await this.#answers;
    clearTimeout(late);
    this.#log?.close();
    await this.#worker.terminate();
  }
}

/** Starts the worker; rejects with its coded error when the folder cannot be had. */
export function startIngest(options: IngestOptions): Promise<StartedIngest> {
  const { promise, resolve, reject } = Promise.withResolvers<StartedIngest>();
  const { folder, zone, zones, keep, facilities, site } = options;
  const workerData: WorkerOptions = { folder, zone, zones, keep, facilities, site };
  const worker = new Worker(new URL(`./ingest/worker${extname(import.meta.url)}`, import.meta.url), {
    workerData,
    resourceLimits: WORKER_HEAP,
  });
  worker.once('message', (message: FromWorker) => {
    worker.off('error', reject);
    if (message.kind === 'ready') resolve(new IngestThread(worker, message.lastSeq, options));
    else if (message.kind === 'failed') reject(fromMessage(message.error));
  });
  worker.once('error', reject);
  return promise;
}
