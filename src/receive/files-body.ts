/**
 * One followed file, by its inode and not by its name: read to its end through all renaming, piece by piece, each accepted together with
 * the place behind it. Says what it found; who reads when is files.ts.
 *
 * Invariant: a piece comes after the piece before it, or is refused (`position-moved`); then, and after every other refusal, the
 * file is placed anew by what is on disk. So whatever happens no line is skipped and none is there twice. Bytes before the place are
 * read again with each piece: a file that was truncated and has grown again is told from one that only grew.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Counters } from '../base/counters.ts';
import { isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nowUs } from '../base/time.ts';
import type { Hints, Ingest } from '../model.ts';
import type { KinFile, Missed, Stamp } from './files-options.ts';
import { type Piece, pieceOf } from './files-piece.ts';
import { headOf, ownerOf, Replaced, standingOf, Unfollowable } from './files-place.ts';
import { HEAD_BYTES, isShort, type Place, TAIL_BYTES, tailOf, writePlace } from './fingerprint.ts';
import { notText } from './not-text.ts';

/** Compared with each piece: a line of a log, with its stamp, is hardly longer. */
const OVERLAP_BYTES = 256;
/** A piece is at most a message that is just not too long. */
export const READ_BYTES = limits.messageBytesMax + OVERLAP_BYTES;
/** Of one file, waiting for the disk: as much as a connection may have. */
const IN_FLIGHT_BYTES_MAX = limits.connectionBytesMax;
/** A file that nobody wrote for a day is a finished one: its stamps without a year are older than that, not around now. */
const OLD_AFTER_US = 86_400 * 1_000_000;
const LF = 10;

/** `more`: there may be more now; `idle`: not before it grows; `full`: not before the disk has got on; `truncated`: `truncate` is due. */
export type Step = 'more' | 'idle' | 'full' | 'truncated' | 'over';

export interface BodyAround {
  readonly ingest: Pick<Ingest, 'accept' | 'positions'>;
  readonly counters: Counters;
  /** Of the file's records, at a moment. */
  hints(setPath: string, atUs: number): Hints;
  /** Something of it got to disk, or was refused. */
  onSettled(body: LogBody): void;
}

export interface BodyFrom {
  readonly path: string;
  readonly setPath: string;
  readonly ino: bigint;
  /** All that are followed of its rotated set, itself included: one collection, which lives. */
  readonly kin: ReadonlySet<KinFile>;
}

export class LogBody {
  /** As it is called now, or was at last. */
  path: string;
  readonly setPath: string;
  readonly owner: string;
  /** Since it has lost the name under which it is followed; ms of the clock that only goes forward. */
  lostAtMs: number | undefined;
  /** When it was last found to have grown. */
  grownAtMs = 0;
  /** What keeps it from being read. */
  trouble: string | undefined;
  /** It is no log, or a copy that is not whole: nothing of it is wanted as it is. */
  isUnwanted = false;
  /** Why the intake took nothing of it; it is tried again. */
  refusal: string | undefined;
  /** Others that are read first. */
  after: LogBody[] = [];
  /** Of the last look. */
  size = 0;
  stamp: Stamp = { size: -1, modifiedMs: -1 };
  /** How it began when it was placed; nothing of it was read yet. */
  #expected: Buffer = Buffer.alloc(0);
  #sizeBefore = 0;
  #seen: Stamp | undefined;
  readonly #kin: ReadonlySet<KinFile>;
  readonly ino: bigint;
  readonly #around: BodyAround;
  /** Whose its places are: a copy that goes on where another file was read does it in that one's name, which may still lie there. */
  #owner: string;
  #isOnDisk = false;
  #handle: FileHandle | undefined;
  #source: string | undefined;
  #after = '';
  #place: Place = { at: 0, tail: '', cut: false };
  #before: Buffer = Buffer.alloc(0);
  #inFlight = 0;
  #inFlightBytes = 0;
  #isRefused = false;
  #isFresh = false;
  #isOver = false;

  constructor({ path, setPath, ino, kin }: BodyFrom, around: BodyAround) {
    this.path = path;
    this.setPath = setPath;
    this.owner = ownerOf(ino, setPath);
    this.#owner = this.owner;
    this.ino = ino;
    this.#kin = kin;
    this.#around = around;
  }

  /** Its name among the positions, once it is placed. */
  get source(): string | undefined {
    return this.#source;
  }

  /**
   * It has the name of a short file, and nothing of it is on disk under that yet: a copy of it, longer by then, would get another name. Whoever
   * waits for its line's end is not: that may be for ever.
   */
  get isBeginning(): boolean {
    if (this.trouble !== undefined || this.#isOnDisk || this.#source === undefined || !isShort(this.#source)) return false;
    return this.#seen === undefined || this.#inFlight > 0;
  }

  /** It may be placed now, or is already. */
  get mayBegin(): boolean {
    if (this.#source !== undefined) return true;
    for (const one of this.#kin) if (one !== this && one.isBeginning) return false;
    return true;
  }

  get isSettled(): boolean {
    return this.#inFlight === 0;
  }

  get behindBytes(): number {
    return Math.max(0, this.size - this.#place.at);
  }

  /** It may have grown. */
  lookAgain(): void {
    this.#seen = undefined;
  }

  /** It has been placed, and read as far as it goes. */
  get isRead(): boolean {
    return this.#seen !== undefined && !this.#isRefused;
  }

  /** Differs from what was read. */
  hasChanged({ size, modifiedMs }: Stamp): boolean {
    return this.#seen === undefined || this.#seen.size !== size || this.#seen.modifiedMs !== modifiedMs;
  }

  /** Throws what the system says, also where another file has its name by now. */
  async open(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    const handle = await open(this.path, 'r');
    const { ino } = await handle.stat({ bigint: true });
    if (ino !== this.ino) {
      await handle.close();
      throw new Replaced('was replaced before it could be opened');
    }
    this.#handle = handle;
    return handle;
  }

  /** Opens and places it, where that was not done; false while it holds no line. Throws what the system or the intake says. */
  async #find(): Promise<boolean> {
    if (this.#isRefused) {
      if (!this.isSettled) return false;
      this.#isRefused = false;
      this.#forget();
    }
    if (this.#source !== undefined) return true;
    const handle = await this.open();
    const stats = await handle.stat();
    const stamp = this.#stampOf(stats);
    const head = await headOf(handle);
    const isBegun = head.includes(LF) || head.length === HEAD_BYTES || (this.#isOver && head.length > 0);
    if (!isBegun) {
      this.#seen = stamp;
      return false;
    }
    const not = notText(head);
    if (not !== undefined) throw new Unfollowable(`is ${not}`);
    const { owner, path } = this;
    const asking = { handle, path, owner, isFresh: this.#isFresh, host: hostname(), ingest: this.#around.ingest };
    const standing = await standingOf(head, asking);
    this.#source = standing.source;
    this.#after = standing.after;
    this.#owner = standing.place.owner ?? this.owner;
    this.#isOnDisk = standing.after !== '';
    this.#place = standing.place;
    this.#before = standing.before;
    this.#expected = standing.place.at === 0 ? head.subarray(0, OVERLAP_BYTES) : Buffer.alloc(0);
    return true;
  }

  /** Reads one piece. Throws what the system or the intake says. */
  async step(buffer: Buffer): Promise<Step> {
    if (this.#inFlightBytes > IN_FLIGHT_BYTES_MAX) return 'full';
    if (!(await this.#find())) return this.#isRefused ? 'full' : this.#isOver ? 'over' : 'idle';
    const stats = await this.#handle!.stat();
    this.#sizeBefore = this.size;
    const stamp = this.#stampOf(stats);
    const { size, modifiedMs } = stamp;
    if (size < this.#place.at || size < this.#expected.length) return 'truncated';
    if (!this.#isOver && !this.hasChanged(stamp)) return 'idle';
    const expected = this.#place.at === 0 ? this.#expected : this.#before.subarray(-OVERLAP_BYTES);
    const overlap = this.#place.at === 0 ? 0 : expected.length;
    const { bytesRead } = await this.#handle!.read(buffer, 0, READ_BYTES, this.#place.at - overlap);
    if (bytesRead < expected.length || !buffer.subarray(0, expected.length).equals(expected)) return 'truncated';
    const isAtEnd = bytesRead < READ_BYTES;
    const taken = this.#take(buffer.subarray(overlap, bytesRead), isAtEnd, modifiedMs * 1000);
    if (taken < bytesRead - overlap && taken > 0) return 'more';
    if (!isAtEnd) return 'more';
    this.#seen = stamp;
    return this.#isOver ? 'over' : 'idle';
  }

  /** What was in it is gone; it begins anew. What was seen of it and not read. Only when all is settled. */
  truncate(): Missed | undefined {
    const [source, to] = [this.#source, this.#sizeBefore];
    const isMissed = source !== undefined && to > this.#place.at;
    const missed = isMissed ? { source, from: this.#place.at, to, path: this.path, setPath: this.setPath } : undefined;
    this.#forget();
    this.#isFresh = true;
    return missed;
  }

  #stampOf({ size, mtimeMs }: { size: number; mtimeMs: number }): Stamp {
    this.size = size;
    this.stamp = { size, modifiedMs: Math.floor(mtimeMs) };
    return this.stamp;
  }

  /** Nobody writes it any more: the next steps take its last line even without its end. */
  end(): void {
    this.#isOver = true;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #forget(): void {
    this.#source = undefined;
    this.#isOnDisk = false;
    this.#after = '';
    this.#expected = Buffer.alloc(0);
    this.#place = { at: 0, tail: '', cut: false };
    this.#before = Buffer.alloc(0);
    this.#seen = undefined;
  }

  /** Hands on what is whole of the bytes behind the place; how many were taken. */
  #take(bytes: Buffer, isAtEnd: boolean, modifiedUs: number): number {
    const isRest = this.#place.at > 0 && this.#before.at(-1) !== LF;
    const piece = pieceOf(bytes, { cut: this.#place.cut, isRest, isLast: this.#isOver && isAtEnd });
    if (piece === undefined) return 0;
    this.grownAtMs = performance.now();
    const { length } = piece.bytes;
    if (piece.skipped > 0) this.#around.counters.lose('truncated-bytes', this.setPath, piece.skipped);
    this.#before = Buffer.concat([this.#before, piece.bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    const nearUs = nowUs() - modifiedUs > OLD_AFTER_US ? Math.round(modifiedUs) : undefined;
    this.#hand(piece, { at: this.#place.at + length, nearUs });
    return length;
  }

  #hand({ bytes, spans, flags, cut }: Piece, { at, nearUs }: { at: number; nearUs: number | undefined }): void {
    const { ingest, counters } = this.#around;
    this.#place = { at, tail: tailOf(this.#before), cut, owner: this.#owner };
    const position = { source: this.#source!, after: this.#after, value: writePlace(this.#place) };
    this.#after = position.value;
    const received = nowUs();
    const hints = { ...this.#around.hints(this.setPath, nearUs ?? received), ...(nearUs === undefined ? {} : { nearUs }) };
    const source = { transport: 'file', peer: this.setPath, hints } as const;
    this.#inFlight++;
    this.#inFlightBytes += bytes.length;
    const settle = (): void => {
      this.#inFlight--;
      this.#inFlightBytes -= bytes.length;
      this.#around.onSettled(this);
    };
    const stored = (): void => {
      this.#isFresh = false;
      this.#isOnDisk = true;
      this.refusal = undefined;
      counters.add('messages.received', spans.length >> 1, 'file');
      counters.add('bytes.received', bytes.length, 'file');
      settle();
    };
    const refused = (error: unknown): void => {
      this.#isRefused = true;
      // Somebody else has taken it: the place is asked for again, at once.
      if (!isCoded(error) || error.code !== 'position-moved') this.refusal = (error as Error).message;
      settle();
    };
    ingest.accept({ source, received, bytes, spans, ...(flags && { flags }), position }).then(stored, refused);
  }
}
