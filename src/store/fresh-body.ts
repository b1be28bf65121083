/**
 * The body of a fresh row: one committed batch as JSON, from 16 KiB on packed, behind its checksum. FORMAT.md draws it.
 * Not here: the table it lies in (day-file.ts). Bodies of older programs (kinds 0 and 1) have no checksum and are read as they are.
 *
 *   OFFSET SIZE MEANING
 *        0    1 2 = JSON follows, 3 = zstd of JSON follows
 *        1    4 crc32 of what follows, little endian
 *        5    … array of records, absent properties left out
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { emptyRecord } from '../base/record.ts';
import type { LogRecord } from '../model.ts';

/** A batch with more JSON than this is written packed: below, the call costs more than the bytes. */
const PACK_BYTES_MIN = 16 * 1024;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** A batch is sealed at 4 MiB of text; escaped and with all its properties it is far from this. A damaged length must not ask for more. */
const UNPACK_BYTES_MAX = 256 * 1024 * 1024;
const HEAD_BYTES = 5;
const KIND = { plainUnchecked: 0, packedUnchecked: 1, plain: 2, packed: 3 } as const;

export function encodeFresh(records: readonly LogRecord[]): Buffer {
  const json = Buffer.from(JSON.stringify(records));
  const isPacked = json.length >= PACK_BYTES_MIN;
  const data = isPacked ? zstdCompressSync(json, FAST) : json;
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = isPacked ? KIND.packed : KIND.plain;
  head.writeUInt32LE(crc32(data), 1);
  return Buffer.concat([head, data]);
}

/** Throws when the body is damaged. */
export function decodeFresh(body: Buffer): LogRecord[] {
  const rows = JSON.parse(jsonOf(body).toString()) as LogRecord[];
  // One hidden class, whatever the JSON left out.
  return rows.map((row) => Object.assign(emptyRecord(row.received, row.transport, row.peer), row));
}

function jsonOf(body: Buffer): Buffer {
  const kind = body[0];
  if (kind === KIND.plainUnchecked) return body.subarray(1);
  if (kind === KIND.packedUnchecked) return unpack(body.subarray(1));
  if (kind !== KIND.plain && kind !== KIND.packed) throw new Error(`unknown kind of body ${kind}`);
  const data = body.subarray(HEAD_BYTES);
  if (body.length < HEAD_BYTES || crc32(data) !== body.readUInt32LE(1)) throw new Error('it does not match its checksum');
  return kind === KIND.packed ? unpack(data) : data;
}

function unpack(data: Buffer): Buffer {
  return zstdDecompressSync(data, { maxOutputLength: UNPACK_BYTES_MAX });
}
