/**
 * Packing of columns: zstd level 1 where it pays, else as they are. Level 3 is no smaller on log columns
 * and slower; a call costs 20-30 µs whatever the size, so small ones stay as they are.
 * The first byte says which: 0 = as is, 1 = zstd. Unpacking is bounded: a damaged length cannot ask for more memory than a block may have.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Below this the call costs more than the disk space. */
const PACK_BYTES_MIN = 96;
/** No column of a block may unpack to more: 4 MiB of text plus one message of 1 MiB, escaped (JSON) at worst six-fold. */
const UNPACK_BYTES_MAX = 64 * 1024 * 1024;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_contentSizeFlag]: 1 } };

export function pack(data: Uint8Array): Buffer {
  if (data.length >= PACK_BYTES_MIN) {
    const packed = zstdCompressSync(data, FAST);
    if (packed.length < data.length) return Buffer.concat([Buffer.from([1]), packed]);
  }
  return Buffer.concat([Buffer.from([0]), data]);
}

/** Throws when the bytes are damaged. */
export function unpack(data: Buffer): Buffer {
  const kind = data[0];
  if (kind === 0) return data.subarray(1);
  if (kind === 1) return zstdDecompressSync(data.subarray(1), { maxOutputLength: UNPACK_BYTES_MAX });
  throw new Error(`unknown packing ${kind}`);
}
