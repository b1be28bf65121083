/**
 * Is there room on the disk? Says `low` below the reserve that the settings keep back, `full` when a commit was refused, and
 * `ok` again when there is a little more than the reserve. Holds the reserve file, and gives it back when it is needed.
 * Not here: what low means for receivers (ingest.ts).
 */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { spaceBytes } from '../base/space.ts';
import type { SpaceSetting } from '../model.ts';
import { RESERVE_FILE } from './folder.ts';
import { ReserveFile } from './reserve.ts';

export type DiskState = 'ok' | 'low' | 'full';

export interface DiskSpace {
  /** For us: without what the file system keeps for root. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export function diskSpace(folder: string): DiskSpace {
  const { bsize, blocks, bavail } = statfsSync(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** Two write-ahead logs at their largest: a checkpoint, and what is committed until receivers have stopped. */
const RESERVE_FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Of what is kept back, this part lies in the file; the rest is simply left free. */
const RESERVE_FILE_PART = 4;
/** The file is made when only so many times the reserve is free: on an empty disk it would be most of a young data folder, for nothing. */
const NEAR = 8;
/** And given back when so many times as much is free again. */
const FAR = 16;
/** Free space at which the file is given back, as part of it: not a moment before it is needed. */
const GIVE_PART = 4;
/** `ok` again with this much more than the reserve, so that it does not go to and fro with every commit. */
const MORE = 1.1;
/** A disk that has refused a commit has room again with this much, also where nothing is kept back. */
const ROOM_BYTES_MIN = 4 * 1024 * 1024;

export class Disk {
  readonly #probe: () => DiskSpace;
  readonly #file: ReserveFile;
  #reserve: SpaceSetting | undefined;
  #space: DiskSpace = { freeBytes: 0, totalBytes: 0 };
  #state: DiskState = 'ok';

  constructor(folder: string, reserve: SpaceSetting | undefined, probe = () => diskSpace(folder)) {
    this.#probe = probe;
    this.#reserve = reserve;
    this.#file = new ReserveFile(join(folder, RESERVE_FILE));
  }

  get state(): DiskState {
    return this.#state;
  }

  get space(): DiskSpace {
    return this.#space;
  }

  get reserveBytes(): number {
    return this.#reserve === undefined ? 0 : spaceBytes(this.#reserve, this.#space.totalBytes);
  }

  /** Of the reserve file; they are ours, but no data. */
  get fileBytes(): number {
    return this.#file.bytes;
  }

  configure(reserve: SpaceSetting | undefined): void {
    this.#reserve = reserve;
  }

  /** Some microseconds. */
  look(): DiskState {
    this.#space = this.#probe();
    const { freeBytes } = this.#space;
    const { reserveBytes } = this;
    const enough = this.#state === 'full' ? Math.max(reserveBytes * MORE, ROOM_BYTES_MIN) : reserveBytes * MORE;
    if (this.#state === 'ok' ? freeBytes < reserveBytes : freeBytes < enough) {
      if (this.#state === 'ok') this.#state = 'low';
      if (freeBytes < this.#file.bytes / GIVE_PART) this.#file.give();
    } else {
      this.#state = 'ok';
      this.#keepFile();
    }
    return this.#state;
  }

  /** A commit was refused. True: there is room now, try again. */
  refused(): boolean {
    this.#state = 'full';
    return this.#file.give();
  }

  #keepFile(): void {
    const { reserveBytes } = this;
    const bytes = Math.min(RESERVE_FILE_BYTES_MAX, Math.floor(reserveBytes / RESERVE_FILE_PART));
    const freeBytes = this.#space.freeBytes + this.#file.bytes;
    if (bytes === 0 || freeBytes > reserveBytes * FAR) this.#file.give();
    // Taking it must not bring us below the reserve.
    else if (this.#file.bytes !== bytes && freeBytes < reserveBytes * NEAR && freeBytes > reserveBytes * MORE + bytes)
      this.#file.take(bytes);
  }
}
