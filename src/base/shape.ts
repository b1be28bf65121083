/**
 * Splits a message into its shape (the constant text) and its variables (tokens with a digit, ids).
 *
 * One pass over the characters. A variable is a whole token (base/tokens.ts) that holds a digit, or
 * one of the composites: a dashed UUID, 32 hex digits, a MAC. So constant text never holds a digit, and
 * a word without a digit is decided by the shape alone. The shape's text has one marker character
 * (MARKERS) per variable. Invariant: `join(shape, variables)` is the message, unit for unit.
 * Messages that hold marker characters, are very long or have very many variables have no shape.
 */
import { ASCII_CLASS, isTokenUnit } from './tokens.ts';

/** Kinds of variables; their number + 1 is the marker character in a shape's text. */
export const SLOT = {
  /** Dashed lower-case UUID. */
  uuid: 0,
  /** 32 lower-case hex digits. */
  hex32: 1,
  /** Decimal integer of at most 15 digits without a leading zero. */
  integer: 2,
  /** Any other token with a digit, or a MAC. */
  text: 3,
  /** Decimal fraction `123.4567` of at most 15 digits, integer part without a leading zero. */
  decimal: 4,
  /** An even number of lower-case hex digits, 8 or more, letters among them. */
  hex: 5,
} as const;
export const MARKERS = ['\x01', '\x02', '\x03', '\x04', '\x05', '\x06'] as const;
/** Characters below this are reserved for markers. */
const RESERVED_BELOW = 9;
/** Beyond these a message is a dump, not a sentence: kept as text. */
export const SHAPE_CHARS_MAX = 32_768;
export const SHAPE_SLOTS_MAX = 1024;

const DIGITS_MAX = 15;

/** Result of the newest `split`, reused by the next one: the hot path allocates nothing. */
export interface Split {
  count: number;
  readonly kind: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** For integer the value; for decimal the digits without the dot. */
  readonly value: Float64Array;
  /** 32 bits of the constant text and the kinds: a key to look shapes up by, never a proof that they are the same. */
  hash: number;
}

const split_: Split = {
  count: 0,
  kind: new Uint8Array(SHAPE_SLOTS_MAX),
  start: new Int32Array(SHAPE_SLOTS_MAX),
  end: new Int32Array(SHAPE_SLOTS_MAX),
  value: new Float64Array(SHAPE_SLOTS_MAX),
  hash: 0,
};

/** 1 = 0-9, 2 = a-f, 3 = A-F. */
const HEX_CLASS = new Uint8Array(128);
for (let code = 48; code < 58; code++) HEX_CLASS[code] = 1;
for (let code = 97; code < 103; code++) HEX_CLASS[code] = 2;
for (let code = 65; code < 71; code++) HEX_CLASS[code] = 3;

const DASH = 45;
const DOT = 46;
const COLON = 58;

function isLowerHexRun(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 128) return false;
    const kind = HEX_CLASS[unit]!;
    if (kind === 0 || kind === 3) return false;
  }
  return true;
}

/** Is there a dashed lower-case UUID at `at` (36 units)? The first eight digits may be known to be hex. */
export function isUuidAt(text: string, at: number): boolean {
  return (
    text.length >= at + 36 &&
    text.charCodeAt(at + 8) === DASH &&
    text.charCodeAt(at + 13) === DASH &&
    text.charCodeAt(at + 18) === DASH &&
    text.charCodeAt(at + 23) === DASH &&
    isLowerHexRun(text, at, at + 8) &&
    isLowerHexRun(text, at + 9, at + 13) &&
    isLowerHexRun(text, at + 14, at + 18) &&
    isLowerHexRun(text, at + 19, at + 23) &&
    isLowerHexRun(text, at + 24, at + 36)
  );
}

/** Six pairs of hex digits with colons at `at`, ending at a token's end? */
function isMacAt(text: string, at: number): boolean {
  if (text.length < at + 17) return false;
  for (let pair = 0; pair < 6; pair++) {
    const from = at + pair * 3;
    const first = text.charCodeAt(from);
    const second = text.charCodeAt(from + 1);
    if (first >= 128 || second >= 128 || HEX_CLASS[first] === 0 || HEX_CLASS[second] === 0) return false;
    if (pair < 5 && text.charCodeAt(from + 2) !== COLON) return false;
  }
  return at + 17 === text.length || !isTokenUnit(text.charCodeAt(at + 17));
}

/** The token that `classify` looked at: kind of the variable or -1, and where the variable begins and ends. */
let tokenKind = -1;
let tokenFrom = 0;
let tokenEnd = 0;
let tokenValue = 0;

/** Decides what the token text[start, end) with `digits` digits is, and sets the four variables above. A composite may end behind the token. */
function classify(text: string, start: number, end: number): void {
  const digits = tokenDigits;
  const size = end - start;
  const after = end < text.length ? text.charCodeAt(end) : 0;
  tokenKind = -1;
  tokenFrom = start;
  tokenEnd = end;
  if (after === DASH && size >= 8 && isUuidAt(text, end - 8)) {
    tokenKind = SLOT.uuid;
    tokenFrom = end - 8;
    tokenEnd = tokenFrom + 36;
    return;
  }
  if (after === COLON && size === 2 && isMacAt(text, start)) {
    tokenKind = SLOT.text;
    tokenEnd = start + 17;
    return;
  }
  if (digits === 0) return;
  if (digits < size) {
    tokenKind = SLOT.text;
    if (size >= 8 && size % 2 === 0 && isLowerHexRun(text, start, end)) tokenKind = size === 32 ? SLOT.hex32 : SLOT.hex;
    // tap and qvo devices: `tapbaba8ae3-bd` is one name; its two last digits are no word of a sentence.
    else if (after === DASH && isDeviceTail(text, end)) tokenEnd = end + 3;
    return;
  }
  tokenKind = size <= DIGITS_MAX && (size === 1 || text.charCodeAt(start) !== 48) ? SLOT.integer : SLOT.text;
  if (tokenKind !== SLOT.integer) return;
  tokenValue = 0;
  for (let index = start; index < end; index++) tokenValue = tokenValue * 10 + text.charCodeAt(index) - 48;
  if (after === DOT) classifyDecimal(text, start, end);
}

function classifyDecimal(text: string, start: number, dot: number): void {
  const end = decimalEnd(text, start, dot);
  if (end === 0) return;
  for (let at = dot + 1; at < end; at++) tokenValue = tokenValue * 10 + text.charCodeAt(at) - 48;
  tokenEnd = end;
  tokenKind = SLOT.decimal;
}

/** Digits of the token that `tokenStop` passed, and the hash with its characters in it. */
let tokenDigits = 0;
let tokenHash = 0;

/** Index behind the token that begins at `from`. */
function tokenStop(text: string, from: number, hash: number): number {
  const length = text.length;
  let index = from;
  let digits = 0;
  while (index < length) {
    const unit = text.charCodeAt(index);
    const kind = unit < 128 ? ASCII_CLASS[unit]! : isTokenUnit(unit) ? 2 : 0;
    if (kind === 0) break;
    // Class 1 is a digit, 2 a letter.
    digits += kind & 1;
    hash = Math.imul(hash ^ unit, HASH_PRIME);
    index++;
  }
  tokenDigits = digits;
  tokenHash = hash;
  return index;
}

function hasDigit(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 58 && unit >= 48) return true;
  }
  return false;
}

const HASH_START = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

/** Splits; undefined when the message has no shape. The answer is valid until the next call. */
export function split(text: string): Split | undefined {
  const length = text.length;
  if (length > SHAPE_CHARS_MAX) return undefined;
  const out = split_;
  let count = 0;
  let hash = HASH_START;
  let index = 0;
  while (index < length) {
    const unit = text.charCodeAt(index);
    if (unit < 128 ? ASCII_CLASS[unit] === 0 : !isTokenUnit(unit)) {
      if (unit < RESERVED_BELOW) return undefined;
      hash = Math.imul(hash ^ unit, HASH_PRIME);
      index++;
      continue;
    }
    const stop = tokenStop(text, index, hash);
    classify(text, index, stop);
    if (tokenKind < 0) {
      hash = tokenHash;
      index = stop;
      continue;
    }
    if (count + 2 > SHAPE_SLOTS_MAX) return undefined;
    // What stands before a UUID in its token is constant (`volume_`), unless it holds a digit: then it is a variable of its own.
    if (tokenFrom > index) {
      if (hasDigit(text, index, tokenFrom)) {
        out.kind[count] = SLOT.text;
        out.start[count] = index;
        out.end[count++] = tokenFrom;
        hash = Math.imul(hash ^ (SLOT.text + 1), HASH_PRIME);
      } else for (let at = index; at < tokenFrom; at++) hash = Math.imul(hash ^ text.charCodeAt(at), HASH_PRIME);
    }
    out.kind[count] = tokenKind;
    out.start[count] = tokenFrom;
    out.end[count] = tokenEnd;
    out.value[count++] = tokenValue;
    hash = Math.imul(hash ^ (tokenKind + 1), HASH_PRIME);
    index = tokenEnd;
  }
  out.count = count;
  out.hash = hash;
  return out;
}

/** `Split.hash` of every message of this shape: a marker is hashed as its kind was. */
export function shapeKey(shape: string): number {
  let hash = HASH_START;
  for (let index = 0; index < shape.length; index++) hash = Math.imul(hash ^ shape.charCodeAt(index), HASH_PRIME);
  return hash;
}

/** End of a decimal fraction whose integer part is text[start, dot), or 0: not inside addresses and versions with more dots. */
function decimalEnd(text: string, start: number, dot: number): number {
  if (start > 1 && text.charCodeAt(start - 1) === DOT) return 0;
  let at = dot + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit < 48 || unit > 57) break;
    at++;
  }
  if (at === dot + 1 || at - start - 1 > DIGITS_MAX) return 0;
  if (at === text.length) return at;
  const after = text.charCodeAt(at);
  if (isTokenUnit(after)) return 0;
  // `1.2.3`: a version or an address; `1.5.` at the end of a sentence is still a number.
  if (after === DOT && at + 1 < text.length && ASCII_CLASS[text.charCodeAt(at + 1)] === 1) return 0;
  return at;
}

function isDeviceTail(text: string, dash: number): boolean {
  if (!isLowerHexRun(text, dash + 1, dash + 3) || text.length < dash + 3) return false;
  return text.length === dash + 3 || !isTokenUnit(text.charCodeAt(dash + 3));
}
