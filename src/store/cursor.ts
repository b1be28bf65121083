/**
 * Cursors of search: the place of the last record of a page in the order (time, seq). Opaque to
 * clients, the same for all engines and both directions; the next page begins right behind it.
 *
 *   OFFSET SIZE MEANING            as base64url, 24 characters
 *        0    1 version, 1
 *        1    8 time, µs, signed, big endian
 *        9    7 seq, big endian
 *       16    2 check: FNV-1a of the bytes before, folded to 16 bits (finds typing mistakes, is no secret)
 */
import { CodedError } from '../base/errors.ts';

export interface Cursor {
  /** µs. */
  readonly time: number;
  readonly seq: number;
}

const VERSION = 1;
const BYTES = 18;
const SEQ_AT = 9;
const CHECK_AT = 16;
const TEXT = /^[A-Za-z0-9_-]{24}$/;

export function writeCursor(cursor: Cursor): string {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = VERSION;
  bytes.writeBigInt64BE(BigInt(cursor.time), 1);
  // 7 bytes hold every safe integer, Buffer writes at most 6 or 8.
  bytes.writeUInt8(Math.floor(cursor.seq / 2 ** 48), SEQ_AT);
  bytes.writeUIntBE(cursor.seq % 2 ** 48, SEQ_AT + 1, 6);
  bytes.writeUInt16BE(checkOf(bytes), CHECK_AT);
  return bytes.toString('base64url');
}

/** Throws CodedError 'bad-cursor' for whatever `writeCursor` did not write. */
export function readCursor(text: string): Cursor {
  const bytes = Buffer.from(TEXT.test(text) ? text : '', 'base64url');
  if (bytes.length !== BYTES || bytes[0] !== VERSION || bytes.readUInt16BE(CHECK_AT) !== checkOf(bytes)) throw refused();
  const time = Number(bytes.readBigInt64BE(1));
  const seq = bytes.readUInt8(SEQ_AT) * 2 ** 48 + bytes.readUIntBE(SEQ_AT + 1, 6);
  // A time beyond 2^53 is what a wrong clock sent: a double that was written comes back as the same one.
  if (!Number.isSafeInteger(seq)) throw refused();
  return { time, seq };
}

function checkOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < CHECK_AT; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
  return (hash ^ (hash >>> 16)) & 0xffff;
}

function refused(): CodedError {
  return new CodedError('bad-cursor', 'the cursor is not one of ours: pass on `next` of the page before, or none for the first page');
}
