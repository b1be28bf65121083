/**
 * The body of a push as it was before it was packed: gzip, deflate, zstd. Bounded before it is built: unpacking stops at the limit of
 * the route, at `limits.unpackRatioMax` times the packed bytes, and waits while other requests hold `limits.unpackedBytesMax`.
 * Not here: what the body says. Invariant: a bomb costs no more than its limit, and nobody else's turn for longer than that takes.
 * Source: RFC 9110 section 8.4; RFC 8878 section 3.1.1.1.2 (a frame of zstd may ask for a window of any size, 8 MiB are enough).
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Ingest } from '../model.ts';
import { type ApiParts, type ApiRequest, headerOf } from './route.ts';

type Unpack = (body: Uint8Array, options: zlib.ZlibOptions) => Promise<Uint8Array>;

const gunzip = promisify(zlib.gunzip) as Unpack;
const inflate = promisify(zlib.inflate) as Unpack;
const zstd = promisify(zlib.zstdDecompress) as (body: Uint8Array, options: zlib.ZstdOptions) => Promise<Uint8Array>;
/** 2^23 bytes: what RFC 8878 asks every reader to have. */
const ZSTD = { params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } };

const UNPACKS: Readonly<Record<string, Unpack>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflate,
  zstd: (body, { maxOutputLength }) => zstd(body, { ...ZSTD, ...(maxOutputLength === undefined ? {} : { maxOutputLength }) }),
};
/** So small a body may grow beyond the ratio: a line of spaces is no bomb. */
const SMALL_BYTES = 1024 * 1024;
/** Requests that wait for room; more would only wait longer than their clients do. */
const WAITING_MAX = 256;
/** What they will need, in rooms: those that wait hold their bodies, too. */
const WAITING_ROOMS_MAX = 4;

/** Room of one server for what requests hold and have not answered. */
class Room {
  readonly #what: string;
  readonly #waitingBytesMax: number;
  #free: number;
  #waitingBytes = 0;
  readonly #waiting: { bytes: number; go: () => void }[] = [];

  constructor(bytes: number, what: string, waitingBytesMax = Number.POSITIVE_INFINITY) {
    this.#free = bytes;
    this.#what = what;
    this.#waitingBytesMax = waitingBytesMax;
  }

  async take(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && bytes <= this.#free) {
      this.#free -= bytes;
      return;
    }
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes + bytes > this.#waitingBytesMax)
      throw new CodedError('overloaded', `Too many ${this.#what}; send again in a second`);
    this.#waitingBytes += bytes;
    await new Promise<void>((go) => this.#waiting.push({ bytes, go }));
  }

  give(bytes: number): void {
    this.#free += bytes;
    while (this.#waiting.length > 0 && this.#waiting[0]!.bytes <= this.#free) {
      const { bytes: wanted, go } = this.#waiting.shift()!;
      this.#waitingBytes -= wanted;
      this.#free -= wanted;
      go();
    }
  }
}

interface Rooms {
  readonly unpacked: Room;
  readonly decoded: Room;
}

const rooms = new WeakMap<Ingest, Rooms>();

function roomsOf(ingest: Ingest): Rooms {
  let own = rooms.get(ingest);
  if (own === undefined) {
    const { unpackedBytesMax, decodedBytesMax } = limits;
    own = {
      unpacked: new Room(unpackedBytesMax, 'packed bodies wait to be unpacked'),
      decoded: new Room(decodedBytesMax, 'pushes wait to be read', WAITING_ROOMS_MAX * decodedBytesMax),
    };
    rooms.set(ingest, own);
  }
  return own;
}

/** Calls `use` when there is room for the objects that this body becomes; they are its own until it is done. Throws `overloaded`. */
export async function withObjects<T>(parts: ApiParts, body: Uint8Array, use: () => Promise<T>): Promise<T> {
  const room = roomsOf(parts.ingest).decoded;
  const held = Math.min(limits.decodedBytesMax, body.length * limits.decodedRatio);
  await room.take(held);
  try {
    return await use();
  } finally {
    room.give(held);
  }
}

/** Calls `use` with the body as it was before it was packed. Throws `bad-body`, `overloaded`, and `too-large`, which is counted: agents give such a push up. */
export async function withBody<T>(parts: ApiParts, request: ApiRequest, use: (body: Uint8Array) => Promise<T>): Promise<T> {
  try {
    return await unpacked(parts, request, use);
  } catch (error) {
    if (isCoded(error) && error.code === 'too-large') parts.counters?.lose('body-too-large', request.peer);
    throw error;
  }
}

async function unpacked<T>(parts: ApiParts, request: ApiRequest, use: (body: Uint8Array) => Promise<T>): Promise<T> {
  const body = request.body ?? new Uint8Array();
  const encoding = (headerOf(request, 'content-encoding') ?? 'identity').trim().toLowerCase();
  // Clients of Loki say so of the block within, which the route opens.
  if (encoding === 'identity' || encoding === '' || encoding === 'snappy') return use(body);
  const unpack = Object.hasOwn(UNPACKS, encoding) ? UNPACKS[encoding] : undefined;
  if (unpack === undefined) throw new CodedError('bad-body', 'That Content-Encoding is not understood here; gzip, deflate and zstd are');
  const most = Math.min(limits.ingestBodyBytesMax, Math.max(SMALL_BYTES, body.length * limits.unpackRatioMax));
  const room = roomsOf(parts.ingest).unpacked;
  let held = most;
  await room.take(held);
  try {
    const whole = await unpacking(unpack, body, most);
    room.give(held - whole.length);
    held = whole.length;
    return await use(whole);
  } finally {
    room.give(held);
  }
}

async function unpacking(unpack: Unpack, body: Uint8Array, most: number): Promise<Uint8Array> {
  try {
    return await unpack(body, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new CodedError('too-large', `The body becomes more than ${most} bytes when it is unpacked`);
    throw new CodedError('bad-body', `The body cannot be unpacked: ${(error as Error).message.slice(0, 100)}`);
  }
}
