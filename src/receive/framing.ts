/**
 * Splits the byte stream of one connection into messages. Not here: sockets, text, syslog headers.
 *
 * Framing is decided anew for every frame (RFC 6587; rsyslog mixes both on one connection):
 *   counted  `[1-9][0-9]{0,6} ` followed by `<` or by `{"`: that many bytes are the message (section 3.4.1)
 *   line     everything else, up to LF (section 3.4.2); a count that is none of these is part of the line
 * `{"` serves JSON templates in counted frames, which would otherwise never end; a line `12 {"…` is the price.
 * Invariants: the messages do not depend on how the stream was cut into chunks; no byte of text vanishes
 * uncounted; nothing is allocated from an announced length. Source: RFC 6587; rsyslog's fall back to lines.
 */
import { limits } from '../base/limits.ts';
import type { MessageFlag } from '../model.ts';

export interface FrameSink {
  /** Messages found, in order; `bytes` is valid only during the call. */
  deliver(bytes: Uint8Array, spans: number[], flags: ReadonlyMap<number, MessageFlag> | undefined): void;
  /** That many bytes of a message were beyond the limit; called as they are skipped. */
  cut(bytes: number): void;
  empty(frames: number): void;
}

/** Bytes that partial frames of all connections together may still take; shared by the splitters of a listener. */
export interface CarryBudget {
  bytesLeft: number;
}

export interface SplitterOptions {
  /** At least 8, so that the digits of a count fit. */
  readonly messageBytesMax?: number;
  readonly budget?: CarryBudget;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
/** Framing bytes that a message of the largest size may bring along before it counts as too long: CR LF or NUL LF. */
const TRAILER_BYTES = 2;
/** First size of the buffer for a partial frame: holds nearly every log line, and 2000 idle connections cost 8 MB. */
const CARRY_BYTES_MIN = 4096;

type State = 'start' | 'line' | 'counted' | 'skip-line' | 'skip-counted';

export class Splitter {
  readonly #sink: FrameSink;
  readonly #messageBytesMax: number;
  readonly #budget: CarryBudget;
  #state: State = 'start';
  /** The partial frame so far: from its first byte in 'start', without the count in 'counted'. */
  #carry = Buffer.alloc(0);
  #carried = 0;
  /** Bytes of a counted frame that have not arrived. */
  #missing = 0;
  /** Grows whenever another frame may have begun. */
  #turns = 0;

  constructor(sink: FrameSink, options: SplitterOptions = {}) {
    this.#sink = sink;
    this.#messageBytesMax = options.messageBytesMax ?? limits.messageBytesMax;
    this.#budget = options.budget ?? { bytesLeft: Number.POSITIVE_INFINITY };
  }

  /** Takes the next bytes of the stream. Delivers spans into `chunk` itself; only a frame that spans chunks is copied. */
  push(bytes: Uint8Array): void {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = this.#state === 'start' && this.#carried === 0 ? 0 : this.#resume(chunk);
    if (at < chunk.length) this.#scan(chunk, at);
  }

  /** A number that stays while the same frame is under way; undefined between frames. */
  get openFrame(): number | undefined {
    return this.#state === 'start' && this.#carried === 0 ? undefined : this.#turns;
  }

  /** The stream is over: what was carried is delivered. `broken` says that the sender did not end it. */
  end(broken = false): void {
    if (this.#state === 'counted') this.#finish(true, 'incomplete');
    else if (this.#carried > 0) this.#finish(false, broken ? 'incomplete' : undefined);
    this.#state = 'start';
    this.#release(0);
  }

  /** Fast path - whole frames inside one chunk: a memchr and two pushes a line (test/bench/receive.ts). */
  #scan(chunk: Buffer, from: number): void {
    const length = chunk.length;
    const bytesMax = this.#messageBytesMax;
    const spans: number[] = [];
    let flags: Map<number, MessageFlag> | undefined;
    let empties = 0;
    let bytesCut = 0;
    let at = from;
    let state: State = 'start';
    while (at < length) {
      const first = chunk[at]!;
      const count = first >= 0x31 && first <= 0x39 ? readCount(chunk, at, length) : 0;
      if (count < 0) break;
      const start = count > 0 ? at + digitsOf(count) + 1 : at;
      const stop = count > 0 ? start + count : chunk.indexOf(LF, at);
      if (stop < 0 || stop > length) {
        state = count > 0 ? 'counted' : 'line';
        this.#missing = count;
        at = start;
        break;
      }
      at = count > 0 ? stop : stop + 1;
      // Past TRAILER_BYTES the end is not looked at: a carried frame of that size no longer has one.
      const end = stop - start > bytesMax + TRAILER_BYTES ? stop : (count > 0 ? frameEnd : lineEnd)(chunk, start, stop);
      if (end === start) empties++;
      else if (end - start > bytesMax) {
        flags ??= new Map();
        flags.set(spans.length >> 1, 'truncated');
        bytesCut += end - start - bytesMax;
        spans.push(start, start + bytesMax);
      } else spans.push(start, end);
    }
    this.#turns++;
    if (spans.length > 0) this.#sink.deliver(chunk, spans, flags);
    if (empties > 0) this.#sink.empty(empties);
    if (bytesCut > 0) this.#sink.cut(bytesCut);
    this.#state = state;
    if (at < length) this.#append(chunk, at, length);
  }

  /** Slow path - goes on with the frame that began in an earlier chunk; answers where the next frame begins. */
  #resume(chunk: Buffer): number {
    let at = 0;
    if (this.#state === 'start') at = this.#decide(chunk);
    if (this.#state === 'start' || at === chunk.length) return at;
    const counted = this.#state === 'counted' || this.#state === 'skip-counted';
    const found = counted ? at + this.#missing : chunk.indexOf(LF, at);
    const complete = found >= 0 && found <= chunk.length;
    const stop = complete ? found : chunk.length;
    this.#append(chunk, at, stop);
    if (!complete) return stop;
    if (this.#state === 'line' || this.#state === 'counted') this.#finish(counted);
    this.#state = 'start';
    return counted ? stop : stop + 1;
  }

  /** Byte by byte until it is clear whether the carried digits are a count: ten bytes at most. */
  #decide(chunk: Buffer): number {
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] === LF) {
        this.#state = 'line';
        return at;
      }
      this.#append(chunk, at, at + 1);
      const count = readCount(this.#carry, 0, this.#carried);
      if (count < 0) continue;
      this.#state = count > 0 ? 'counted' : 'line';
      if (count > 0) {
        this.#carry.copyWithin(0, digitsOf(count) + 1, this.#carried);
        this.#carried -= digitsOf(count) + 1;
        this.#missing = count - this.#carried;
        if (this.#missing === 0) {
          this.#finish(true);
          this.#state = 'start';
        }
      }
      return at + 1;
    }
    return chunk.length;
  }

  /** Adds to the partial frame; one that grows past the limit is delivered cut, and its rest skipped. */
  #append(chunk: Buffer, from: number, to: number): void {
    const added = to - from;
    if (this.#state === 'counted' || this.#state === 'skip-counted') this.#missing -= added;
    if (added === 0) return;
    if (this.#state === 'skip-line' || this.#state === 'skip-counted') {
      this.#sink.cut(added);
      return;
    }
    const total = this.#carried + added;
    const room = this.#reserve(Math.min(total, this.#messageBytesMax + TRAILER_BYTES));
    if (total <= room) {
      chunk.copy(this.#carry, this.#carried, from, to);
      this.#carried = total;
      return;
    }
    const kept = Math.min(room, this.#messageBytesMax);
    if (kept > this.#carried) chunk.copy(this.#carry, this.#carried, from, from + kept - this.#carried);
    this.#state = this.#state === 'counted' ? 'skip-counted' : 'skip-line';
    this.#sink.deliver(this.#carry, [0, kept], new Map([[0, 'truncated']]));
    this.#sink.cut(total - kept);
    this.#carried = 0;
    this.#release(CARRY_BYTES_MIN);
  }

  /** Delivers the carried frame. */
  #finish(counted: boolean, flag?: MessageFlag): void {
    const bytesMax = this.#messageBytesMax;
    const end = (counted ? frameEnd : lineEnd)(this.#carry, 0, this.#carried);
    const kept = Math.min(end, bytesMax);
    const flagged = end > bytesMax ? 'truncated' : flag;
    if (end === 0) this.#sink.empty(1);
    else this.#sink.deliver(this.#carry, [0, kept], flagged && new Map([[0, flagged]]));
    if (end > kept) this.#sink.cut(end - kept);
    this.#carried = 0;
    this.#release(CARRY_BYTES_MIN);
  }

  /** Makes room for `wanted` bytes as far as the budget goes; answers how many fit. The smallest buffer is free. */
  #reserve(wanted: number): number {
    if (wanted <= this.#carry.length) return wanted;
    const doubled = Math.max(CARRY_BYTES_MIN, this.#carry.length * 2);
    let capacity = Math.min(Math.max(doubled, wanted), this.#messageBytesMax + TRAILER_BYTES);
    if (capacity < CARRY_BYTES_MIN) capacity = CARRY_BYTES_MIN;
    const cost = capacity - Math.max(this.#carry.length, CARRY_BYTES_MIN);
    if (cost > this.#budget.bytesLeft) {
      if (this.#carry.length >= CARRY_BYTES_MIN) return this.#carry.length;
      capacity = CARRY_BYTES_MIN;
    } else this.#budget.bytesLeft -= cost;
    const grown = Buffer.allocUnsafe(capacity);
    this.#carry.copy(grown, 0, 0, this.#carried);
    this.#carry = grown;
    return Math.min(wanted, capacity);
  }

  /** Gives a buffer larger than `bytesMax` back: one huge message must not cost its connection a megabyte for ever. */
  #release(bytesMax: number): void {
    if (this.#carry.length <= bytesMax) return;
    if (this.#carry.length > CARRY_BYTES_MIN) this.#budget.bytesLeft += this.#carry.length - CARRY_BYTES_MIN;
    this.#carry = Buffer.alloc(0);
    this.#carried = 0;
  }
}

/** The count that begins at `from`; 0: none, this is a line; -1: more bytes must tell. */
export function readCount(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  while (at < to) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    if (at - from === limits.octetCountDigitsMax || (at === from && digit === 0)) return 0;
    count = count * 10 + digit;
    at++;
  }
  if (at === to) return -1;
  if (at === from || bytes[at] !== SPACE) return 0;
  if (at + 1 === to) return -1;
  if (bytes[at + 1] === 0x3c) return count;
  if (bytes[at + 1] !== 0x7b || count < 2) return 0;
  if (at + 2 === to) return -1;
  return bytes[at + 2] === 0x22 ? count : 0;
}

function digitsOf(count: number): number {
  let digits = 1;
  for (let rest = count; rest >= 10; rest /= 10) digits++;
  return digits;
}

/** Where the text of the line in [start, stop) ends, its LF already taken: before NULs, the CR of CR LF, and NULs again. */
export function lineEnd(bytes: Uint8Array, start: number, stop: number): number {
  if (start === stop || bytes[stop - 1]! > CR) return stop;
  let end = withoutNuls(bytes, start, stop);
  if (end > start && bytes[end - 1] === CR) end--;
  return withoutNuls(bytes, start, end);
}

/** The same for a counted frame or a datagram, which may carry one LF of their own; CR without LF is text. */
export function frameEnd(bytes: Uint8Array, start: number, stop: number): number {
  if (start === stop || bytes[stop - 1]! > CR) return stop;
  const end = withoutNuls(bytes, start, stop);
  return end > start && bytes[end - 1] === LF ? lineEnd(bytes, start, end - 1) : end;
}

function withoutNuls(bytes: Uint8Array, start: number, stop: number): number {
  let end = stop;
  while (end > start && bytes[end - 1] === 0) end--;
  return end;
}
