/**
 * RELP frames out of a byte stream: `TXNR SP COMMAND [SP DATALEN] [SP DATA] LF`. Not here: what commands mean, answers.
 * Invariants: the frames do not depend on how the stream was cut into chunks; nothing is allocated from an announced length;
 * whoever does not speak RELP is told apart at the first wrong byte. Source: librelp's relp.md, "Framing".
 */
import type { CarryBudget } from './framing.ts';

export interface RelpFrame {
  readonly txnr: number;
  readonly command: string;
  /** Into `bytes` of the batch: where the data lie. */
  readonly start: number;
  readonly end: number;
  /** Bytes of the data beyond the limit, which are not here. */
  readonly cutBytes: number;
}

export interface RelpSink {
  /** Whole frames, in order; `bytes` is valid only during the call. */
  frames(bytes: Uint8Array, frames: readonly RelpFrame[]): void;
  /** The stream is no RELP from here on; nothing more is read. */
  wrong(why: string): void;
}

const LF = 10;
const SPACE = 32;
const [ZERO, NINE] = [48, 57];
const TXNR_DIGITS_MAX = 9;
const COMMAND_CHARS_MAX = 32;
const LENGTH_DIGITS_MAX = 9;
/** First size of a buffer: holds nearly every message. */
const CARRY_BYTES_MIN = 4096;
/** A frame that announces more is no log message; up to here the rest of one is skipped. */
const DATA_BYTES_MAX = 16 * 1024 * 1024;
/** All that can stand before the data. */
const HEAD_BYTES_MAX = TXNR_DIGITS_MAX + COMMAND_CHARS_MAX + LENGTH_DIGITS_MAX + 3;

interface Head {
  readonly txnr: number;
  readonly command: string;
  readonly length: number;
  /** Index behind it. */
  readonly end: number;
}

export class RelpSplitter {
  readonly #sink: RelpSink;
  readonly #bytesMax: number;
  readonly #budget: CarryBudget;
  /** What is left of a chunk: a head that is not whole, or a frame that is not. */
  #carry: Buffer = Buffer.alloc(0);
  #carried = 0;
  /** The frame whose data are coming. */
  #open: { head: Head; missing: number; isFull: boolean } | undefined;
  #isWrong = false;
  /** Grows whenever a frame has ended. */
  #turns = 0;

  constructor(sink: RelpSink, of: { messageBytesMax: number; budget: CarryBudget }) {
    this.#sink = sink;
    this.#bytesMax = of.messageBytesMax;
    this.#budget = of.budget;
  }

  /** A number that stays while the same frame is under way; undefined between frames. */
  get openFrame(): number | undefined {
    return this.#open === undefined && this.#carried === 0 ? undefined : this.#turns;
  }

  push(chunk: Buffer): void {
    if (this.#isWrong) return;
    let at = 0;
    if (this.#open !== undefined) at = this.#fill(chunk);
    else if (this.#carried > 0) {
      const whole = Buffer.concat([this.#carry.subarray(0, this.#carried), chunk]);
      this.#release();
      this.#scan(whole, 0);
      return;
    }
    if (at < chunk.length && !this.#isWrong) this.#scan(chunk, at);
  }

  /** The stream is over; half a frame was never acknowledged, its sender has it still. */
  end(): void {
    this.#release();
    this.#open = undefined;
  }

  #scan(bytes: Buffer, from: number): void {
    const frames: RelpFrame[] = [];
    let at = from;
    while (at < bytes.length && !this.#isWrong) {
      // Some clients set a second LF behind a frame.
      if (bytes[at] === LF) {
        at++;
        continue;
      }
      const head = readHead(bytes, at);
      if (typeof head === 'string') {
        this.#tell(bytes, frames.splice(0));
        this.#fail(head);
        return;
      }
      if (head === undefined) {
        this.#keep(bytes.subarray(at));
        break;
      }
      const end = head.end + head.length;
      if (end >= bytes.length) {
        this.#begin(head, bytes);
        break;
      }
      if (bytes[end] !== LF) {
        this.#tell(bytes, frames.splice(0));
        this.#fail('a frame does not end where it said');
        return;
      }
      const kept = Math.min(head.length, this.#bytesMax);
      frames.push({ txnr: head.txnr, command: head.command, start: head.end, end: head.end + kept, cutBytes: head.length - kept });
      at = end + 1;
    }
    this.#tell(bytes, frames);
  }

  #tell(bytes: Buffer, frames: RelpFrame[]): void {
    if (frames.length === 0) return;
    this.#turns++;
    this.#sink.frames(bytes, frames);
  }

  /** A frame whose data are not all here. */
  #begin(head: Head, bytes: Buffer): void {
    const there = bytes.subarray(head.end);
    this.#open = { head, missing: head.length + 1 - there.length, isFull: false };
    this.#collect(there);
  }

  /** Data of the open frame and its LF; answers where the next frame begins. */
  #fill(chunk: Buffer): number {
    const open = this.#open!;
    const taken = Math.min(open.missing, chunk.length);
    open.missing -= taken;
    this.#collect(chunk.subarray(0, taken));
    if (open.missing > 0) return taken;
    const { head } = open;
    const bytes = this.#carry;
    // The LF is the last byte, kept or skipped with the rest.
    const last = chunk[taken - 1];
    const carried = this.#carried;
    this.#release();
    this.#open = undefined;
    this.#turns++;
    if (last !== LF) {
      this.#fail('a frame does not end where it said');
      return taken;
    }
    const end = Math.min(carried, head.length);
    this.#sink.frames(bytes, [{ txnr: head.txnr, command: head.command, start: 0, end, cutBytes: head.length - end }]);
    return taken;
  }

  #collect(bytes: Buffer): void {
    const open = this.#open!;
    // What comes after a gap would read as if there were none.
    if (open.isFull) return;
    const room = Math.min(open.head.length, this.#bytesMax) - this.#carried;
    open.isFull = !this.#keep(bytes.subarray(0, Math.max(0, room)));
  }

  /** Grows by doubling, and not beyond what all connections may take together; false: not all did fit. The smallest buffer is always given. */
  #keep(bytes: Buffer): boolean {
    const needed = this.#carried + bytes.length;
    if (needed > this.#carry.length) {
      let size = Math.max(CARRY_BYTES_MIN, 2 ** Math.ceil(Math.log2(Math.max(needed, 1))));
      if (size - this.#carry.length > this.#budget.bytesLeft) size = Math.max(CARRY_BYTES_MIN, this.#carry.length);
      this.#budget.bytesLeft -= size - this.#carry.length;
      const grown = Buffer.allocUnsafe(size);
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    const kept = Math.min(bytes.length, this.#carry.length - this.#carried);
    bytes.copy(this.#carry, this.#carried, 0, kept);
    this.#carried += kept;
    return kept === bytes.length;
  }

  #release(): void {
    this.#budget.bytesLeft += this.#carry.length;
    this.#carry = Buffer.alloc(0);
    this.#carried = 0;
  }

  #fail(why: string): void {
    this.#isWrong = true;
    this.end();
    this.#sink.wrong(why);
  }
}

/** The head of a frame at `at`; undefined while it is not whole; a sentence when it is none. */
function readHead(bytes: Buffer, at: number): Head | undefined | string {
  const txnr = readNumber(bytes, at, TXNR_DIGITS_MAX);
  if (txnr === undefined) return bytes.length - at > HEAD_BYTES_MAX ? 'no number at the beginning of a frame' : undefined;
  if (typeof txnr === 'string') return `no number at the beginning of a frame`;
  if (bytes[txnr.end] !== SPACE) return 'no space behind the number of a frame';
  let end = txnr.end + 1;
  while (end < bytes.length && isLetter(bytes[end]!) && end - txnr.end <= COMMAND_CHARS_MAX + 1) end++;
  const chars = end - txnr.end - 1;
  if (chars > COMMAND_CHARS_MAX) return 'a command of more than 32 letters';
  if (end >= bytes.length) return undefined;
  if (chars === 0 || bytes[end] !== SPACE) return 'no command in a frame';
  const length = readNumber(bytes, end + 1, LENGTH_DIGITS_MAX);
  if (length === undefined) return undefined;
  if (typeof length === 'string') return 'no length in a frame';
  if (length.value > DATA_BYTES_MAX) return `a frame of ${length.value} bytes`;
  const command = bytes.toString('latin1', txnr.end + 1, end);
  if (length.value === 0) return { txnr: txnr.value, command, length: 0, end: length.end };
  if (bytes[length.end] !== SPACE) return 'no space before the data of a frame';
  return { txnr: txnr.value, command, length: length.value, end: length.end + 1 };
}

/** Digits up to a byte that is none, which must be there; undefined: more must come; text: no number. */
function readNumber(bytes: Buffer, at: number, digitsMax: number): { value: number; end: number } | undefined | string {
  let value = 0;
  let end = at;
  while (end < bytes.length && bytes[end]! >= ZERO && bytes[end]! <= NINE) {
    value = value * 10 + bytes[end]! - ZERO;
    if (++end - at > digitsMax) return 'too many digits';
  }
  if (end >= bytes.length) return undefined;
  return end === at ? 'no digit' : { value, end };
}

function isLetter(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90);
}
