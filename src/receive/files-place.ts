/**
 * Where a followed file goes on: of the positions that are known for files beginning like it, the one that is its own. Asks the intake,
 * reads the bytes in front of a place, and keeps nothing.
 *
 * Positions are shared with `stacktrail import` (fingerprint.ts), so content is what counts. But two files that are alive may hold the
 * same bytes (console logs of two instances), and both are wanted: a place that following wrote says whose it is - the inode, and the
 * rotated set - and holds for the file with that inode, and for a copy of it in its set (logrotate's copytruncate). A place that an
 * import wrote says nothing, and holds for whoever has the same bytes.
 */
import { hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Ingest } from '../model.ts';
import { HEAD_BYTES, namesOf, nextName, type Place, readPlace, TAIL_BYTES, tailOf } from './fingerprint.ts';
import { readName } from './log-name.ts';

/** Twelve hex digits: sets of one machine, told apart only where inode and content do not decide. */
const SET_CHARS = 12;

/** A stamp to the millisecond, a process, a logger: two files of a set do not begin with the same. */
const COPY_HEAD_BYTES = 64;

/** Another file has its name by now: it has to be looked for again. */
export class Replaced extends Error {}

/** What cannot be followed, in words for people. */
export class Unfollowable extends Error {}

export interface Asking {
  readonly handle: FileHandle;
  readonly path: string;
  readonly owner: string;
  /** It was truncated just now: what was taken under its inode is of what was in it before. */
  readonly isFresh: boolean;
  /** Our host: imports may have named short files by it. */
  readonly host: string;
  readonly ingest: Pick<Ingest, 'positions'>;
}

export interface Standing {
  readonly source: string;
  /** What the intake says of it; '' for nowhere yet. */
  readonly after: string;
  readonly place: Place;
  /** Bytes before the place. */
  readonly before: Buffer;
}

export function ownerOf(ino: bigint, setPath: string): string {
  return `${ino}:${hash('sha256', setPath, 'hex').slice(0, SET_CHARS)}`;
}

export async function headOf(handle: FileHandle): Promise<Buffer> {
  return bytesAt(handle, 0, HEAD_BYTES);
}

export async function bytesAt(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead);
}

/** Throws what the intake or the system says. `after` is '' where nothing of the file was taken. */
export async function standingOf(head: Buffer, asking: Asking): Promise<Standing> {
  const { handle, ingest } = asking;
  const names = namesOf(head, '');
  const known = await ingest.positions([...new Set([...names, ...namesOf(head, asking.host)])]);
  const candidates = known
    .flatMap(({ source, value }) => {
      const place = readPlace(value);
      return place !== undefined && isOurs(place, asking) ? [{ source, value, place }] : [];
    })
    .sort((a, b) => b.place.at - a.place.at);
  for (const { source, value, place } of candidates) {
    const before = await bytesAt(handle, Math.max(0, place.at - TAIL_BYTES), place.at);
    if (before.length === Math.min(place.at, TAIL_BYTES) && tailOf(before) === place.tail) return { source, after: value, place, before };
  }
  // A copy grows until it is whole, and then it has a place in it; an older, shorter one is taken already.
  const { size } = await handle.stat();
  const isRotated = readName(basename(asking.path)).age[0] !== 2;
  if (
    isRotated &&
    candidates.some(({ source, place }) => place.owner !== undefined && place.at > size && headBytesOf(source) >= COPY_HEAD_BYTES)
  )
    throw new Unfollowable('is shorter than what was read of its set and begins with it: a copy, perhaps not whole yet');
  const source = nextName(
    names[0]!,
    known.map((position) => position.source),
  );
  return { source, after: '', place: { at: 0, tail: '', cut: false }, before: Buffer.alloc(0) };
}

/** Bytes that a name is made of. */
function headBytesOf(source: string): number {
  return Number.parseInt(source, 10);
}

function isOurs({ owner, at }: Place, { owner: own, isFresh, path }: Asking): boolean {
  if (owner === undefined) return true;
  const [ino, set] = owner.split(':');
  const [ownIno, ownSet] = own.split(':');
  if (ino === ownIno) return !isFresh;
  // Under the name that is written a short file with the same beginning is a new one; 4 KiB with stamps in them do not come twice.
  return set === ownSet && (at >= HEAD_BYTES || readName(basename(path)).age[0] !== 2);
}
