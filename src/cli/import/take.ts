/**
 * One log into a sink: finds how far it was taken before, goes on there, and knows afterwards what of it is on disk. Never
 * throws for what one log can cause; `Stopped` ends the whole import.
 *
 * A log is known by its beginning (receive/fingerprint.ts). What was taken of it is believed only where the bytes before that
 * place are the same; else it is another log with the same beginning, and gets a name of its own.
 */
import { isCoded } from '../../base/errors.ts';
import type { Hints, Position } from '../../model.ts';
import { namesOf, nextName, type Place, readPlace, TAIL_BYTES, tailOf, writePlace } from '../../receive/fingerprint.ts';
import { Damaged } from './archive.ts';
import { type LogBytes, notText } from './content.ts';
import { type Part, Parts } from './parts.ts';
import type { Sink } from './sinks.ts';

export interface Log {
  readonly bytes: LogBytes;
  /** Path of its rotated set: the peer of its records. */
  readonly path: string;
  readonly hints: Hints;
  /** Whose it is, where that was said: short logs of several hosts may be the same. */
  readonly scope: string;
}

export interface Taken {
  /** On disk with this import. */
  lines: number;
  /** Bytes of the log that were there before, unpacked. */
  bytesBefore: number | undefined;
  /** Bytes of lines that are too long, left out. */
  bytesCut: number;
  /** A sentence about what was not taken. */
  trouble: string | undefined;
  /** It is no log; says what it is. */
  isNot: string | undefined;
}

export interface TakeAround {
  readonly sink: Sink;
  readonly stop: AbortSignal;
  readonly onLines: (lines: number) => void;
  readonly onRead: (log: LogBytes) => void;
}

/** What no other log would do better: the disk is full, the server is gone. */
export class Stopped extends Error {}

/** Another importer of the same log; with each try one of the two has got on. */
const TRIES_MAX = 1000;

export async function takeLog(log: Log, around: TakeAround): Promise<Taken> {
  const taken: Taken = { lines: 0, bytesBefore: undefined, bytesCut: 0, trouble: undefined, isNot: notText(log.bytes.head) };
  if (taken.isNot !== undefined) return taken;
  for (let tries = 1; ; tries++) {
    try {
      await takeOnce(log, around, taken);
      return taken;
    } catch (error) {
      if (error instanceof Damaged) {
        taken.trouble = `the archive is damaged: ${error.message}`;
        return taken;
      }
      if (isCoded(error) && error.code === 'position-moved' && tries < TRIES_MAX && !log.bytes.isPipe) continue;
      if (isCoded(error)) throw new Stopped(error.message);
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      taken.trouble = `it cannot be read on: ${(error as Error).message}`;
      return taken;
    }
  }
}

interface Start {
  readonly source: string;
  /** What the sink says of it. */
  readonly after: string;
  readonly place: Place;
  /** Bytes before the place. */
  readonly before: Uint8Array;
  /** From the place on. */
  readonly chunks: AsyncIterable<Buffer>;
}

async function takeOnce(log: Log, around: TakeAround, taken: Taken): Promise<void> {
  if (log.bytes.head.length === 0) {
    // Nothing in it, or an archive that is damaged from its first byte on: reading tells.
    for await (const _ of log.bytes.chunks());
    return;
  }
  const start = await startOf(log, around.sink);
  taken.bytesBefore ??= start.place.at;
  const parts = new Parts({ at: start.place.at, before: start.before, cut: start.place.cut });
  const sending = new Sending(start, log, { around, taken });
  try {
    for await (const chunk of start.chunks) {
      for (const part of parts.push(chunk)) await sending.send(part);
      around.onRead(log.bytes);
      if (around.stop.aborted) return;
    }
    for (const part of parts.finish()) await sending.send(part);
  } catch (error) {
    // Of what could be read, whole lines count; half a line is left for when the log can be read to its end.
    if (!isCoded(error)) for (const part of parts.wholeLines()) await sending.send(part);
    throw error;
  } finally {
    taken.bytesCut += parts.bytesCut;
    await sending.done();
  }
}

/** The parts of a log on their way, in order. */
class Sending {
  readonly #log: Log;
  readonly #around: TakeAround;
  readonly #taken: Taken;
  readonly #source: string;
  #after: string;
  #isFirst = true;
  readonly #open: Promise<void>[] = [];

  constructor({ source, after }: Start, log: Log, { around, taken }: { around: TakeAround; taken: Taken }) {
    this.#source = source;
    this.#after = after;
    this.#log = log;
    this.#around = around;
    this.#taken = taken;
  }

  async send(part: Part): Promise<void> {
    const { sink, onLines } = this.#around;
    while (this.#open.length >= sink.partsAtOnce) await this.#open.shift();
    const value = writePlace(part.end);
    const position = { source: this.#source, after: this.#after, value };
    this.#after = value;
    const { path, hints } = this.#log;
    const sent = sink.take(part, { source: { transport: 'import', peer: path, hints }, position }).then(() => {
      const lines = part.spans.length / 2;
      this.#taken.lines += lines;
      onLines(lines);
    });
    // It is awaited in its turn.
    sent.catch(() => undefined);
    this.#open.push(sent);
    // The order of the others is told by what they come after; of the first one nobody knows that it will come.
    if (this.#isFirst) await sent;
    this.#isFirst = false;
  }

  /** All that was sent is on disk; throws what the first one was refused with. */
  async done(): Promise<void> {
    const results = await Promise.allSettled(this.#open.splice(0));
    const refused = results.find((result) => result.status === 'rejected');
    if (refused) throw refused.reason;
  }
}

// ------------------------------------------------------------------------------------------- where to go on

async function startOf(log: Log, sink: Sink): Promise<Start> {
  const names = namesOf(log.bytes.head, log.scope);
  const known = await sink.positions(names);
  const candidates = known
    .flatMap((position) => {
      const place = readPlace(position.value);
      return place === undefined ? [] : [{ position, place }];
    })
    .sort((a, b) => b.place.at - a.place.at);
  const { bytes } = log;
  if (bytes.packing === 'plain' && !bytes.isPipe) {
    for (const { position, place } of candidates) {
      const before = await bytes.slice(Math.max(0, place.at - TAIL_BYTES), place.at);
      if (isBehind(before, place)) return { ...startFrom(position, place, before), chunks: bytes.chunks(place.at) };
    }
  } else {
    const found = await unpackTo(bytes, candidates);
    if (found) return found;
  }
  const source = nextName(
    names[0]!,
    known.map((position) => position.source),
  );
  return { source, after: '', place: { at: 0, tail: '', cut: false }, before: new Uint8Array(), chunks: bytes.chunks() };
}

interface Candidate {
  readonly position: Position;
  readonly place: Place;
}

function startFrom({ source, value }: Position, place: Place, before: Uint8Array): Omit<Start, 'chunks'> {
  return { source, after: value, place, before };
}

function isBehind(before: Uint8Array, { at, tail }: Place): boolean {
  return before.length === Math.min(at, TAIL_BYTES) && tailOf(before) === tail;
}

/** Unpacks as far as the candidate that was taken furthest, looks at all on the way, and goes on behind the best. */
async function unpackTo(bytes: LogBytes, candidates: readonly Candidate[]): Promise<Start | undefined> {
  if (candidates.length === 0) return undefined;
  const furthest = candidates[0]!;
  const first = await skipTo(bytes, candidates);
  if (first.best === furthest) return { ...startFrom(furthest.position, furthest.place, first.before), chunks: first.rest };
  await first.rest.return(undefined);
  if (bytes.isPipe)
    throw new PipeTrouble('stdin begins like a log of which more, or something else, was imported before; import it from a file');
  if (first.best === undefined) return undefined;
  const again = await skipTo(bytes, [first.best]);
  return { ...startFrom(first.best.position, first.best.place, again.before), chunks: again.rest };
}

/** Reads as an error of the machine does: this log cannot be taken, the others can. */
class PipeTrouble extends Error {
  readonly syscall = 'read';
}

interface Skipped {
  /** The furthest of the candidates whose bytes are the same. */
  readonly best: Candidate | undefined;
  readonly before: Buffer;
  readonly rest: AsyncGenerator<Buffer>;
}

async function skipTo(bytes: LogBytes, candidates: readonly Candidate[]): Promise<Skipped> {
  const nearest = candidates.toReversed();
  const chunks = bytes.chunks();
  let before: Buffer = Buffer.alloc(0);
  let best: Candidate | undefined;
  let at = 0;
  let left: Buffer = Buffer.alloc(0);
  const pass = (passed: Buffer): void => {
    at += passed.length;
    before = passed.length >= TAIL_BYTES ? passed.subarray(-TAIL_BYTES) : Buffer.concat([before, passed]).subarray(-TAIL_BYTES);
  };
  while (nearest.length > 0) {
    const candidate = nearest[0]!;
    const missing = candidate.place.at - at;
    if (left.length >= missing) {
      pass(left.subarray(0, missing));
      left = left.subarray(missing);
      if (isBehind(before, candidate.place)) best = candidate;
      nearest.shift();
      continue;
    }
    pass(left);
    const next = await nextChunk(chunks);
    if (next === undefined) {
      left = Buffer.alloc(0);
      break;
    }
    left = next;
  }
  return { best, before, rest: after(left, chunks) };
}

/** The next chunk; undefined at the end, also where an archive is damaged: whoever reads on hears of it. */
async function nextChunk(chunks: AsyncGenerator<Buffer>): Promise<Buffer | undefined> {
  try {
    const { done, value } = await chunks.next();
    return done ? undefined : value;
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

async function* after(first: Buffer, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* chunks;
}
