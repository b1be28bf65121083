/**
 * The protobuf wire format, as far as the pushes of Loki and OTLP use it: fields of a message one after the other. Pure. Not here:
 * what a field means (loki-push.ts, otlp-logs.ts), groups, packed numbers.
 *
 * Invariant: never reads outside of its message, whatever it announces; a field is at least two bytes, so the work is linear in the
 * body. Fields that a reader does not know are skipped. Source: protobuf's encoding guide.
 */
import { isUtf8 } from 'node:buffer';
import { CodedError } from '../base/errors.ts';

/** A message, and the field that was read last. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  field: number;
  wire: number;
  /** Of a number, unsigned 64 bits. */
  value: bigint;
  /** Of text, bytes or a message within. */
  start: number;
  stop: number;
}

export const NUMBER = 0;
const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

export function open(bytes: Uint8Array, start = 0, end = bytes.length): Cursor {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: buffer, at: start, end, field: 0, wire: 0, value: 0n, start: 0, stop: 0 };
}

/** The message within, of the field read last. */
export function within(cursor: Cursor): Cursor {
  if (cursor.wire !== BYTES) throw broken('a message is none');
  return open(cursor.bytes, cursor.start, cursor.stop);
}

/** Reads the next field; false at the end. Throws `bad-body`. */
export function next(cursor: Cursor): boolean {
  if (cursor.at >= cursor.end) return false;
  const tag = Number(varint(cursor));
  cursor.field = Math.floor(tag / 8);
  cursor.wire = tag % 8;
  if (cursor.field === 0 || tag > 0xffffffff) throw broken('a field has no number');
  if (cursor.wire === NUMBER) cursor.value = varint(cursor);
  else if (cursor.wire === FIXED64) cursor.value = cursor.bytes.readBigUInt64LE(take(cursor, 8));
  else if (cursor.wire === FIXED32) cursor.value = BigInt(cursor.bytes.readUInt32LE(take(cursor, 4)));
  else if (cursor.wire === BYTES) {
    const length = varint(cursor);
    if (length > BigInt(cursor.end - cursor.at)) throw broken('a field is longer than its message');
    cursor.start = take(cursor, Number(length));
    cursor.stop = cursor.at;
  } else throw broken('a field is of a kind that is not used');
  return true;
}

function take(cursor: Cursor, count: number): number {
  const { at } = cursor;
  if (count > cursor.end - at) throw broken('it ends within a field');
  cursor.at = at + count;
  return at;
}

function varint(cursor: Cursor): bigint {
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = cursor.bytes[take(cursor, 1)]!;
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt(low);
  }
  let value = BigInt(low);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[take(cursor, 1)]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw broken('a number has more than ten bytes');
}

/** Text of the field read last. What is not UTF-8 is read as Latin-1, so that every byte stays recoverable. */
export function text(cursor: Cursor): string {
  const own = bytes(cursor);
  return own.toString(isUtf8(own) ? 'utf8' : 'latin1');
}

export function bytes(cursor: Cursor): Buffer {
  if (cursor.wire !== BYTES) throw broken('a text is none');
  return cursor.bytes.subarray(cursor.start, cursor.stop);
}

/** `int64` and `int32`: negative ones stand as 64 bits. */
export function signed(cursor: Cursor): bigint {
  if (cursor.wire === BYTES) throw broken('a number is none');
  return BigInt.asIntN(64, cursor.value);
}

/** A number of whatever width, unsigned. */
export function unsigned(cursor: Cursor): bigint {
  if (cursor.wire === BYTES) throw broken('a number is none');
  return cursor.value;
}

export function double(cursor: Cursor): number {
  if (cursor.wire !== FIXED64) throw broken('a fraction is none');
  return cursor.bytes.readDoubleLE(cursor.at - 8);
}

export function broken(why: string): CodedError {
  return new CodedError('bad-body', `The body is not the protobuf message of this route: ${why}`);
}
