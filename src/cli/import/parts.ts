/**
 * Chunks of a log -> parts of whole lines, each with the place in the log behind it: what is committed at once, and where to go
 * on. A line longer than a message may be is cut, and its rest left out. Not here: where the chunks come from.
 *
 * Invariant: the parts are all bytes from the first place on, in order, but for the rests of cut lines, which are counted.
 */
import { limits } from '../../base/limits.ts';
import type { MessageFlag } from '../../model.ts';
import { linesOf } from '../../receive/file-lines.ts';
import { type Place, TAIL_BYTES, tailOf } from '../../receive/fingerprint.ts';

const LF = 10;
const CR = 13;

export interface Part {
  readonly bytes: Buffer;
  readonly spans: readonly number[];
  readonly flags: ReadonlyMap<number, MessageFlag> | undefined;
  /** Its last line is the beginning of one that is too long. */
  readonly cut: boolean;
  readonly end: Place;
}

export interface PartsFrom {
  /** Offset of the first chunk. */
  readonly at: number;
  /** Bytes before that, TAIL_BYTES of them where there are as many. */
  readonly before: Uint8Array;
  /** They are the rest of a line that was cut. */
  readonly cut: boolean;
}

export class Parts {
  #at: number;
  #before: Buffer;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #skips = false;
  /** What is skipped of a line that was cut before has been told before. */
  #counts: boolean;
  /** Of lines that are too long. */
  bytesCut = 0;

  /** The first line is the rest of one whose beginning was taken when it had no end yet. */
  #isRest: boolean;

  constructor({ at, before, cut }: PartsFrom) {
    this.#at = at;
    this.#before = Buffer.from(before);
    this.#skips = cut;
    this.#counts = !cut;
    this.#isRest = !cut && at > 0 && this.#before.at(-1) !== LF;
  }

  *push(chunk: Buffer): Generator<Part> {
    let rest = chunk;
    if (this.#skips) {
      const end = rest.indexOf(LF);
      const skipped = end < 0 ? rest.length : end + 1;
      if (this.#counts) this.bytesCut += end < 0 ? skipped : skipped - 1;
      this.#pass(rest.subarray(0, skipped));
      this.#skips = end < 0;
      this.#counts ||= !this.#skips;
      rest = rest.subarray(skipped);
    }
    while (rest.length > 0) {
      const taken = rest.subarray(0, limits.importPartBytesMax - this.#heldBytes);
      this.#held.push(taken);
      this.#heldBytes += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#heldBytes === limits.importPartBytesMax) {
        yield* this.#whole();
        if (this.#skips && rest.length > 0) {
          yield* this.push(rest);
          return;
        }
      }
    }
  }

  /** The log is over: its last line may lack its end. */
  *finish(): Generator<Part> {
    yield* this.#partsOf(this.#take(), false);
  }

  /** The log cannot be read on: what is whole of it. */
  *wholeLines(): Generator<Part> {
    const bytes = this.#take();
    yield* this.#partsOf(bytes.subarray(0, bytes.lastIndexOf(LF) + 1), false);
  }

  /** A full part's whole lines; its rest is the beginning of the next one, or of a line that is too long. */
  *#whole(): Generator<Part> {
    const bytes = this.#take();
    const end = bytes.lastIndexOf(LF) + 1;
    if (end === 0) {
      this.#skips = true;
      yield* this.#partsOf(bytes, true);
      return;
    }
    yield* this.#partsOf(bytes.subarray(0, end), false);
    if (end < bytes.length) {
      this.#held.push(bytes.subarray(end));
      this.#heldBytes = bytes.length - end;
    }
  }

  #take(): Buffer {
    const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes;
  }

  *#partsOf(bytes: Buffer, cut: boolean): Generator<Part> {
    for (let rest = bytes; rest.length > 0; ) {
      const { spans, flags, end } = linesOf(rest, { cut, linesMax: limits.importLinesMax });
      const own = rest.subarray(0, end);
      this.#pass(own);
      const isCut = cut && end === rest.length;
      yield {
        bytes: own,
        spans,
        flags: this.#flagged(own, flags),
        cut: isCut,
        end: { at: this.#at, tail: tailOf(this.#before), cut: isCut },
      };
      rest = rest.subarray(end);
    }
  }

  #flagged(bytes: Buffer, flags: ReadonlyMap<number, MessageFlag> | undefined): ReadonlyMap<number, MessageFlag> | undefined {
    if (!this.#isRest) return flags;
    this.#isRest = false;
    // Its end may have been nothing but the \n.
    return bytes[0] === LF || bytes[0] === CR ? flags : new Map([[0, 'incomplete'], ...(flags ?? [])]);
  }

  #pass(bytes: Buffer): void {
    this.#at += bytes.length;
    this.#before = bytes.length >= TAIL_BYTES ? bytes.subarray(-TAIL_BYTES) : Buffer.concat([this.#before, bytes]).subarray(-TAIL_BYTES);
  }
}
