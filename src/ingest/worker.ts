/**
 * The ingest worker: batches of messages in, durable records out. Parses, joins, commits; the only thread
 * that writes the data folder.
 *
 * A batch that somebody waits for is committed at once; others wait for company (limits.commitAfterMs, under load until
 * a whole block is together). A commit is in the log when it is told; the main thread brings the log to disk and answers
 * then, while this thread goes on. A commit that a full disk refuses is tried again until there is room; one that is refused for
 * another reason is told, and those messages are gone from here.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { addFlag } from '../../parsers/header.ts';
import { Counters } from '../base/counters.ts';
import { type ErrorMessage, isCoded, toMessage } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { AppendResult, LogRecord } from '../model.ts';
import { type OwnedWriter, openWriter } from '../store/days.ts';
import { openState, type State } from '../store/state.ts';
import { ByService } from './by-service.ts';
import { Gaps } from './gaps.ts';
import { Heard } from './heard.ts';
import { Joiner } from './join.ts';
import { Keeping } from './keeping.ts';
import type { FromWorker, MessageBatch, PositionsRequest, ToWorker, WorkerOptions } from './protocol.ts';
import { type MutableGiven, Reading } from './reading.ts';
import { savedMessage } from './saved.ts';
import { Sealer } from './seal.ts';
import { Skew } from './skew.ts';
import { Sources } from './sources.ts';

/** Node's own slice without the decoding of arguments that `toString` does: 0.1 µs a line less (bench:ingest). */
interface Slices {
  latin1Slice(start: number, end: number): string;
}

/** How soon a full disk is tried again. */
const RETRY_MS = 1000;
/** How often is looked whether there is news of hosts, besides with every batch. */
const TELL_MS = 1000;

class IngestWorker {
  readonly #port: MessagePort;
  readonly #owned: OwnedWriter;
  readonly #state: State;
  readonly #reading: Reading;
  readonly #skew = new Skew();
  readonly #heard = new Heard();
  readonly #gaps = new Gaps();
  readonly #byService = new ByService();
  readonly #joiner = new Joiner();
  readonly #sources: Sources;
  readonly #counters = new Counters();
  readonly #keeping: Keeping;
  readonly #sealer: Sealer;
  /** Records that a full disk refused: they are tried again, before all others. */
  #unsaved: LogRecord[] = [];
  #wanted = false;
  #newestBatch = 0;
  #committedBatch = 0;
  #urgent = false;
  /** A batch is being parsed: a commit now holds a part of it. */
  #parsing = false;
  /** Why a part of the batch that is being parsed was refused. */
  #broken: ErrorMessage | undefined;
  #firstAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(port: MessagePort, options: WorkerOptions) {
    this.#port = port;
    this.#owned = openWriter({ folder: options.folder }, { durability: 'log', sealing: 'later' });
    this.#sealer = new Sealer(this.#owned.writer, () => this.#keeping.hasRoom);
    this.#state = openState(options.folder);
    this.#reading = new Reading(options, { known: () => this.#state.zones(), learned: (host, minutes) => this.#learned(host, minutes) });
    this.#sources = new Sources(this.#owned.writer);
    // Who wrote a few lines and stopped must be told, too.
    setInterval(() => this.#tellSkew(), TELL_MS).unref();
    this.#joiner.remember(this.#owned.writer.fresh);
    this.#gaps.remember(this.#owned.writer.fresh);
    port.on('message', (message: ToWorker) => this.#hear(message));
    this.#keeping = new Keeping(this.#owned.writer, options.keep, (message) => this.#tell(message));
    this.#tell({ kind: 'ready', lastSeq: this.#owned.writer.lastSeq });
    this.#keeping.start();
    this.#sealer.look();
    for (const [host, minutes] of this.#state.zones()) this.#tell({ kind: 'zone', host, minutes });
  }

  #tell(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  #hear(message: ToWorker): void {
    if (this.#stopping) return;
    if (message.kind === 'batch') {
      this.#parse(message);
      this.#giveBack(message);
      this.#settle();
    } else if (message.kind === 'want') this.#wanted = message.wanted;
    else if (message.kind === 'positions') this.#answerPositions(message);
    else if (message.kind === 'keep') this.#keeping.configure(message.settings);
    else if (message.kind === 'reading') this.#reading.configure(message.settings);
    else if (message.kind === 'saved') this.#tell(savedMessage(message, (ask) => this.#state.saved(ask)));
    else this.#stop();
  }

  #giveBack({ bytes, spans }: MessageBatch): void {
    const buffers = { bytes: bytes.buffer as ArrayBuffer, spans: spans.buffer as ArrayBuffer };
    this.#port.postMessage({ kind: 'taken', ...buffers } satisfies FromWorker, [buffers.bytes, buffers.spans]);
  }

  #settle(): void {
    if (this.#newestBatch === this.#committedBatch) return;
    if (this.#urgent) this.#commit();
    else this.#timer ??= setTimeout(() => this.#due(), limits.commitAfterMs);
  }

  #due(): void {
    this.#timer = undefined;
    const waited = performance.now() - this.#firstAt;
    const busy = this.#joiner.size >= limits.commitUnderLoadRecords;
    const waitMs = this.#wanted ? limits.commitFollowedMs : limits.commitUnderLoadMs;
    if (busy && waited < waitMs) this.#timer = setTimeout(() => this.#due(), waitMs - waited);
    else this.#commit();
  }

  #parse(batch: MessageBatch): void {
    if (this.#newestBatch === this.#committedBatch) this.#firstAt = performance.now();
    this.#parsing = true;
    const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength) as Buffer & Slices;
    const ascii = isAscii(bytes);
    for (let run = 0; run < batch.runs.length; run++) {
      const { first, source, received, position, isRefused } = batch.runs[run]!;
      if (isRefused) continue;
      if (position !== undefined && !this.#sources.isAt(position)) {
        this.#tell({ kind: 'stale', batch: batch.id, run });
        continue;
      }
      const end = batch.runs[run + 1]?.first ?? batch.count;
      const given = this.#reading.about(source, received);
      this.#sources.begin(source, position?.source);
      for (let index = first; index < end; index++) {
        const start = batch.spans[index * 2]!;
        const stop = batch.spans[index * 2 + 1]!;
        given.flag = batch.flags.size === 0 ? undefined : batch.flags.get(index);
        if (ascii) this.#takeRecord(this.#reading.read(bytes.toString('latin1', start, stop), given));
        else this.#takeBytes(bytes.subarray(start, stop), given);
        // A whole block is together: sealed here and now, its records never become fresh rows. Messages with a position are committed with it, not before.
        if (position === undefined && this.#isBlockFull()) this.#commit();
      }
      if (position === undefined) continue;
      this.#sources.moved(position);
      if (this.#isBlockFull()) this.#commit();
    }
    this.#tellSkew();
    this.#parsing = false;
    this.#urgent ||= batch.urgent;
    this.#newestBatch = batch.id;
    if (this.#broken === undefined) return;
    // A part of this batch could not be committed: its sender must hear that, whatever became of the rest.
    const error = this.#broken;
    this.#broken = undefined;
    this.#tell({ kind: 'refused', batch: batch.id, error });
    this.#commit();
  }

  #tellSkew(): void {
    const hosts = this.#skew.due(performance.now() * 1000);
    if (hosts !== undefined) this.#tell({ kind: 'skew', hosts });
    const heard = this.#heard.due(performance.now() * 1000);
    if (heard !== undefined) this.#tell({ kind: 'heard', hosts: heard });
  }

  #isBlockFull(): boolean {
    // While the disk refuses, trying again with every line would help nobody.
    return this.#unsaved.length === 0 && this.#joiner.size >= this.#sealer.batchRecords;
  }

  #takeBytes(message: Buffer, given: MutableGiven): void {
    if (isUtf8(message)) {
      this.#takeRecord(this.#reading.read(message.toString(), given));
      return;
    }
    // Bytes that are not UTF-8 are read as Latin-1: every byte survives, and can be given back. A cut message keeps its own flag besides.
    given.flag ??= 'latin1';
    const record = this.#reading.read(message.toString('latin1'), given);
    addFlag(record, 'latin1');
    this.#takeRecord(record);
  }

  #takeRecord(record: LogRecord): void {
    if (record.flags !== undefined) for (const word of record.flags.split(' ')) this.#counters.add('messages.flagged', 1, word);
    this.#skew.note(record);
    this.#heard.note(record);
    const missing = this.#gaps.note(record);
    if (missing > 0) this.#counters.lose('gap', record.host ?? record.peer, missing);
    this.#sources.dated(record);
    // A line that joined another is known by that.
    if (this.#joiner.add(record) && record.format === 'plain') this.#counters.add('lines.unparsed');
  }

  /** Commits what was taken; batches up to `#newestBatch` are whole in it. */
  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#newestBatch;
    this.#committedBatch = batch;
    this.#urgent = false;
    const { joinedCount, cutCount } = this.#joiner;
    const records = [...this.#unsaved, ...this.#joiner.finish()];
    if (joinedCount > 0) this.#counters.add('lines.joined', joinedCount);
    if (cutCount > 0) this.#counters.add('messages.flagged', cutCount, 'cut');
    try {
      const { firstSeq, lastSeq } = this.#append(records);
      this.#unsaved = [];
      this.#sources.settle();
      this.#counters.add('records.stored', records.length);
      this.#byService.add(records);
      const json = this.#wanted && records.length > 0 ? JSON.stringify(records) : undefined;
      this.#tell({
        kind: 'committed',
        batch,
        firstSeq,
        lastSeq,
        records: json,
        counters: { ...this.#counters.take(), services: this.#byService.take() },
        log: this.#owned.writer.log,
      });
      this.#keeping.committed();
      this.#sealer.look();
    } catch (error) {
      this.#joiner.forget();
      if (isFull(error) && !this.#stopping) {
        this.#unsaved = records;
        this.#timer = setTimeout(() => this.#commit(), RETRY_MS);
        return;
      }
      this.#unsaved = [];
      this.#sources.settle();
      const message = toMessage(error);
      if (this.#parsing) this.#broken = message;
      this.#tell({ kind: 'refused', batch, error: message });
    }
  }

  #append(records: LogRecord[]): AppendResult {
    try {
      return this.#owned.writer.append(records, this.#sources.moves);
    } catch (error) {
      if (!isFull(error) || !this.#keeping.refused()) throw error;
      return this.#owned.writer.append(records, this.#sources.moves);
    }
  }

  /** What is parsed is committed first: a position of which somebody hears is that of the newest part taken. */
  #answerPositions({ id, sources }: PositionsRequest): void {
    if (this.#sources.moves.size > 0) this.#commit();
    const answer = { kind: 'positions', id, log: this.#owned.writer.log } as const;
    try {
      this.#tell({ ...answer, positions: this.#sources.known(sources), error: undefined });
    } catch (error) {
      this.#tell({ ...answer, positions: [], error: toMessage(error) });
    }
  }

  #learned(host: string, minutes: number): void {
    try {
      this.#state.keepZone(host, minutes);
    } catch {
      // A full disk must not end this thread: the zone holds until the next start, which learns it again.
    }
    this.#tell({ kind: 'zone', host, minutes });
  }

  #stop(): void {
    this.#stopping = true;
    this.#keeping.stop();
    this.#sealer.stop();
    if (this.#newestBatch !== this.#committedBatch || this.#unsaved.length > 0) this.#commit();
    this.#state.close();
    this.#owned.close();
    this.#tell({ kind: 'stopped' });
    this.#port.close();
  }
}

function isFull(error: unknown): boolean {
  return isCoded(error) && error.code === 'disk-full';
}

const port = parentPort;
if (port === null) throw new Error('BUG: the ingest worker runs as a worker thread only');
try {
  new IngestWorker(port, workerData as WorkerOptions);
} catch (error) {
  port.postMessage({ kind: 'failed', error: toMessage(error) } satisfies FromWorker);
  port.close();
}
