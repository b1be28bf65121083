/**
 * Compressed bytes in, the bytes of the log out: gzip, zstd and xz, told by their first bytes and not by a name, each also
 * as several members one behind the other. Pulled: what nobody takes is not unpacked.
 *
 * Invariant: whatever could be unpacked is handed out before `Damaged` is thrown. The streams of Node throw away what lies
 * in them when an error comes, so they are fed in small pieces and emptied after each.
 * Sources: RFC 1952 (members, trailing zeros are padding), RFC 8878 (frames), the .xz format 1.2.1 (magic numbers, stream padding).
 */
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { unxz } from './xz.ts';

export type Packing = 'plain' | 'gzip' | 'zstd' | 'xz';

/** The archive breaks off or is wrong from here on. */
export class Damaged extends Error {
  /** Bytes of the archive before the piece that could not be unpacked. */
  readonly packedAt: number;

  constructor(message: string, packedAt: number) {
    super(message);
    this.packedAt = packedAt;
  }
}

const MAGIC: readonly [Packing, readonly number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

/** Bytes that tell how something is packed. */
export const MAGIC_BYTES = 6;

export function packingOf(head: Uint8Array): Packing {
  return MAGIC.find(([, magic]) => magic.every((byte, index) => head[index] === byte))?.[0] ?? 'plain';
}

/**
 * Bytes of an archive that are unpacked at once: what comes out of them is in memory, and lost if they are damaged. gzip makes at most
 * 1032 bytes of one, zstd 128 KiB of four; calls of this size cost 3 % of an import (bench:import).
 */
const PIECE_BYTES = { gzip: 8192, zstd: 2048 } as const;
/** From a damaged place on: what can be read before it is little, and all of it counts. */
const FINE_BYTES = 16;
const OUT_BYTES = 256 * 1024;

export interface Unpacking {
  readonly packing: Packing;
  /** Bytes of the archive from which on it is unpacked in the finest pieces. */
  readonly fineFrom?: number;
}

export function unpack({ packing, fineFrom = Number.POSITIVE_INFINITY }: Unpacking, packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  if (packing === 'plain') return packed;
  if (packing === 'xz') return throughXz(packed);
  return throughZlib(packing, fineFrom, packed);
}

async function* throughZlib(packing: 'gzip' | 'zstd', fineFrom: number, packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const stream = packing === 'gzip' ? createGunzip({ chunkSize: OUT_BYTES }) : createZstdDecompress({ chunkSize: OUT_BYTES });
  const out: Buffer[] = [];
  let trouble: Error | undefined;
  // Flowing: what is unpacked comes at once, and no error can take it back.
  stream.on('data', (chunk: Buffer) => out.push(chunk));
  const over = new Promise<void>((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.once('error', (error) => {
      trouble = error;
      resolve();
    });
  });
  const isOver = (): boolean => trouble !== undefined || stream.readableEnded || stream.destroyed;
  let given = 0;
  /** Behind the last byte that is not zero: what follows an archive may be padding, and that means zeros. */
  let ends = 0;
  let seen = 0;
  try {
    for await (const chunk of packed) {
      const meant = meantBytes(chunk);
      if (meant > 0) ends = seen + meant;
      seen += chunk.length;
      for (let at = 0; at < chunk.length && !isOver(); ) {
        const piece = chunk.subarray(at, at + (given >= fineFrom ? FINE_BYTES : PIECE_BYTES[packing]));
        await Promise.race([new Promise<void>((resolve) => stream.write(piece, () => resolve())), over]);
        yield* out.splice(0);
        if (trouble !== undefined) throw new Damaged(trouble.message, given);
        given += piece.length;
        at += piece.length;
      }
    }
    if (!isOver()) {
      stream.end();
      await over;
    }
    yield* out.splice(0);
    if (trouble !== undefined) throw new Damaged(trouble.message, given);
    if (stream.bytesWritten < ends) throw new Damaged('what follows the end of the archive is no part of it', given);
  } finally {
    stream.destroy();
  }
}

async function* throughXz(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* unxz(packed);
  } catch (error) {
    // What cannot be read at all is not damaged.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new Damaged((error as Error).message, 0);
  }
}

/** Bytes without the zeros at their end. */
function meantBytes(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}
