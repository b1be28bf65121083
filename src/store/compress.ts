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
  if (kind !== 1) throw new Error(`unknown packing ${kind}`);
  const packed = data.subarray(1);
  const chunkSize = contentBytes(packed) + 1;
  // Fast path - room for exactly what comes (one byte more, or a second round looks for the end): 12 instead of 19 µs a small column, and no 64 KiB for each.
  const isKnown = chunkSize > CHUNK_BYTES_MIN && chunkSize <= UNPACK_BYTES_MAX;
  return zstdDecompressSync(packed, { maxOutputLength: UNPACK_BYTES_MAX, ...(isKnown ? { chunkSize } : {}) });
}

/**
 * Several, as `unpack` does each. Fast path - frames behind one another are one call: 12-20 instead of 33-50 µs for each small one, and 24 of them make a record (bench:trace).
 * Throws when any is damaged.
 */
export function unpackAll(packed: readonly Buffer[]): Buffer[] {
  const sizes = packed.map((data) => (data[0] === 1 ? contentBytes(data.subarray(1)) : 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.filter((size) => size > 0).length < 2 || total > UNPACK_BYTES_MAX) return packed.map(unpack);
  const frames = Buffer.concat(packed.filter((_, index) => sizes[index]! > 0).map((data) => data.subarray(1)));
  const all = zstdDecompressSync(frames, { maxOutputLength: UNPACK_BYTES_MAX, chunkSize: total + 1 });
  if (all.length !== total) throw new Error('frames are not as long as they say');
  let at = 0;
  return packed.map((data, index) => {
    const size = sizes[index]!;
    if (size === 0) return unpack(data);
    at += size;
    return all.subarray(at - size, at);
  });
}

/** What node:zlib takes. */
const CHUNK_BYTES_MIN = 64;
const HEADER_BYTES = 14;

/** Frame_Content_Size of a frame of a single segment (RFC 8878 section 3.1.1.1); 0: it does not say. */
function contentBytes(frame: Buffer): number {
  const descriptor = frame[4] ?? 0;
  if ((descriptor & 0x20) === 0 || frame.length < HEADER_BYTES) return 0;
  switch (descriptor >> 6) {
    case 0:
      return frame[5]!;
    case 1:
      return frame.readUInt16LE(5) + 256;
    case 2:
      return frame.readUInt32LE(5);
    default:
      return 0;
  }
}
