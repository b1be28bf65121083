/**
 * What names a file by its content, so that it is known again under another name, rotated, or compressed: a hash of its first
 * bytes; and how far it was taken: an offset and a hash of the bytes before that, so that another file with the same beginning
 * is told from it. Pure. Offsets count the bytes of the log itself, not those of an archive of it.
 *
 * A file that is shorter than HEAD_BYTES is named by the largest power of two of its bytes, and still has that name when it
 * has grown. Limits: files are taken for the same whose first 4096 bytes and last 4096 before the offset are the same; a
 * short one that occurs on several hosts is one of its host only where that is said (`scope`).
 */
import { hash } from 'node:crypto';

export const HEAD_BYTES = 4096;
/** Some twenty lines, with stamps to the millisecond and ids in them. */
export const TAIL_BYTES = 4096;
/** Hex digits: 128 bits are enough that two files never share a name by chance. */
const NAME_CHARS = 32;
const TAIL_CHARS = 16;

/** Names that a file with this beginning may have been given, the one for it first. `scope`: whose it is, where files are so short that others hold the same. */
export function namesOf(head: Uint8Array, scope: string): string[] {
  const names: string[] = [];
  for (let bytes = HEAD_BYTES; bytes >= 1; bytes /= 2) if (bytes <= head.length) names.push(nameOf(head.subarray(0, bytes), scope));
  return names;
}

function nameOf(head: Uint8Array, scope: string): string {
  const whose = head.length < HEAD_BYTES ? scope : '';
  return `${head.length}:${hash('sha256', Buffer.concat([Buffer.from(`${whose}\0`), head]), 'hex').slice(0, NAME_CHARS)}`;
}

/** The name is that of a file which was shorter than HEAD_BYTES: it may have others by now. */
export function isShort(name: string): boolean {
  return Number.parseInt(name, 10) < HEAD_BYTES;
}

export interface Place {
  /** Bytes of the log before it. */
  readonly at: number;
  /** Of the last TAIL_BYTES before it, or all there are. */
  readonly tail: string;
  /** It is within a line that was cut there: its rest is not wanted. */
  readonly cut: boolean;
  /** Whose it is, of a followed file: its inode, and a hash of the path of its rotated set (files-place.ts). */
  readonly owner?: string | undefined;
}

export function tailOf(bytes: Uint8Array): string {
  return hash('sha256', bytes.subarray(-TAIL_BYTES), 'hex').slice(0, TAIL_CHARS);
}

/** As `Position.value`. */
export function writePlace({ at, tail, cut, owner }: Place): string {
  return `${at} ${tail}${cut ? ' cut' : ''}${owner === undefined ? '' : ` of ${owner}`}`;
}

/** Undefined for what is none of ours. */
export function readPlace(value: string): Place | undefined {
  const [, at, tail, cut, owner] = /^(\d{1,15}) ([0-9a-f]{16})( cut)?(?: of (\d{1,20}:[0-9a-f]{12}))?$/.exec(value) ?? [];
  if (at === undefined || tail === undefined) return undefined;
  return { at: Number(at), tail, cut: cut !== undefined, ...(owner === undefined ? {} : { owner }) };
}

/** A free name behind those that are known: as many files begin with the same bytes. */
export function nextName(name: string, known: readonly string[]): string {
  if (!known.includes(name)) return name;
  let number = 2;
  while (known.includes(`${name}#${number}`)) number++;
  return `${name}#${number}`;
}
