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
import { type Piece, pieceOf } from './files-piece.ts';
import { bytesAt, headOf, ownerOf, Replaced, standingOf, Unfollowable } from './files-place.ts';
import { HEAD_BYTES, type Place, TAIL_BYTES, tailOf, writePlace } from './fingerprint.ts';
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
  /** What is in it already is not wanted, unless some of it was taken before. */
  readonly fromEnd: boolean;
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
  /** Why the intake took nothing of it; it is tried again. */
  refusal: string | undefined;
  /** Others that are read first. */
  after: LogBody[] = [];
  /** Of the last look. */
  size = 0;
  #finding: Promise<boolean> | undefined;
  /** How it began when it was placed; nothing of it was read yet. */
  #expected: Buffer = Buffer.alloc(0);
  #sizeBefore = 0;
  #seen: { size: number; modifiedMs: number } | undefined;
  #fromEnd: boolean;
  /** Where that was, once it is known. */
  #endAt: number | undefined;
  readonly #ino: bigint;
  readonly #around: BodyAround;
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

  constructor({ path, setPath, ino, fromEnd }: BodyFrom, around: BodyAround) {
    this.path = path;
    this.setPath = setPath;
    this.owner = ownerOf(ino, setPath);
    this.#ino = ino;
    this.#fromEnd = fromEnd;
    this.#around = around;
  }

  /** Some of it was taken before, or is now. */
  get isKnown(): boolean {
    return this.#after !== '';
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

  /** Where it begins is known, or it holds nothing yet. */
  get isPlaced(): boolean {
    return this.#source !== undefined || this.#seen !== undefined;
  }

  /** It has been placed, and read as far as it goes. */
  get isRead(): boolean {
    return this.#seen !== undefined && !this.#isRefused;
  }

  /** Differs from what was read. */
  hasChanged(size: number, modifiedMs: number): boolean {
    return this.#seen === undefined || this.#seen.size !== size || this.#seen.modifiedMs !== modifiedMs;
  }

  /** Throws what the system says, also where another file has its name by now. */
  async open(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    const handle = await open(this.path, 'r');
    const { ino } = await handle.stat({ bigint: true });
    if (ino !== this.#ino) {
      await handle.close();
      throw new Replaced('was replaced before it could be opened');
    }
    this.#handle = handle;
    return handle;
  }

  /** Opens and places it, where that was not done; false while it holds no line. Throws what the system or the intake says. */
  find(): Promise<boolean> {
    // One at a time: who looks for older files and who reads may ask at once, and must get the same place.
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  async #find(): Promise<boolean> {
    if (this.#isRefused) {
      if (!this.isSettled) return false;
      this.#isRefused = false;
      this.#forget();
    }
    if (this.#source !== undefined) return true;
    const handle = await this.open();
    const stats = await handle.stat();
    this.size = stats.size;
    const head = await headOf(handle);
    const isBegun = head.includes(LF) || head.length === HEAD_BYTES || (this.#isOver && head.length > 0);
    if (!isBegun) {
      // What comes now is new.
      this.#fromEnd = false;
      this.#seen = { size: stats.size, modifiedMs: Math.floor(stats.mtimeMs) };
      return false;
    }
    const not = notText(head);
    if (not !== undefined) throw new Unfollowable(`is ${not}`);
    const { owner, path } = this;
    const asking = { handle, path, owner, isFresh: this.#isFresh, host: hostname(), ingest: this.#around.ingest };
    const standing = await standingOf(head, asking);
    this.#source = standing.source;
    this.#after = standing.after;
    this.#place = standing.place;
    this.#before = standing.before;
    this.#expected = standing.place.at === 0 ? head.subarray(0, OVERLAP_BYTES) : Buffer.alloc(0);
    if (!this.isKnown && this.#fromEnd && !this.#isFresh) await this.#markEnd(stats.size);
    return true;
  }

  /** Reads one piece. Throws what the system or the intake says. */
  async step(buffer: Buffer): Promise<Step> {
    if (this.#inFlightBytes > IN_FLIGHT_BYTES_MAX) return 'full';
    if (!(await this.find())) return this.#isRefused ? 'full' : this.#isOver ? 'over' : 'idle';
    const stats = await this.#handle!.stat();
    const { size } = stats;
    const mtimeMs = Math.floor(stats.mtimeMs);
    this.#sizeBefore = this.size;
    this.size = size;
    if (size < this.#place.at || size < this.#expected.length) return 'truncated';
    if (!this.#isOver && !this.hasChanged(size, mtimeMs)) return 'idle';
    const expected = this.#place.at === 0 ? this.#expected : this.#before.subarray(-OVERLAP_BYTES);
    const overlap = this.#place.at === 0 ? 0 : expected.length;
    const { bytesRead } = await this.#handle!.read(buffer, 0, READ_BYTES, this.#place.at - overlap);
    if (bytesRead < expected.length || !buffer.subarray(0, expected.length).equals(expected)) return 'truncated';
    const isAtEnd = bytesRead < READ_BYTES;
    const taken = this.#take(buffer.subarray(overlap, bytesRead), isAtEnd, mtimeMs * 1000);
    if (taken < bytesRead - overlap && taken > 0) return 'more';
    if (!isAtEnd) return 'more';
    this.#seen = { size, modifiedMs: mtimeMs };
    return this.#isOver ? 'over' : 'idle';
  }

  /** What was in it is gone; it begins anew. Bytes that were seen and not read. Only when all is settled. */
  truncate(): number {
    const missed = Math.max(0, this.#sizeBefore - this.#place.at);
    this.#forget();
    this.#isFresh = true;
    return missed;
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
    this.#after = '';
    this.#expected = Buffer.alloc(0);
    this.#place = { at: 0, tail: '', cut: false };
    this.#before = Buffer.alloc(0);
    this.#seen = undefined;
  }

  /** What is in it counts as taken, but for a last line without its end. */
  async #markEnd(size: number): Promise<void> {
    const oldest = Math.max(0, size - limits.messageBytesMax);
    const tail = await bytesAt(this.#handle!, oldest, size);
    this.#endAt ??= oldest + (tail.lastIndexOf(LF) + 1 || (oldest === 0 ? 0 : tail.length));
    const end = this.#endAt;
    this.#before = await bytesAt(this.#handle!, Math.max(0, end - TAIL_BYTES), end);
    this.#hand({ bytes: Buffer.alloc(0), spans: [], flags: undefined, cut: false, skipped: 0 }, { at: end, nearUs: undefined });
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
    this.#place = { at, tail: tailOf(this.#before), cut, owner: this.owner };
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
