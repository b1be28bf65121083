/**
 * Retention and the disk inside the ingest worker: when they are looked at, and telling the main thread of it.
 * Not here: what is done then (store/keep.ts), and what a low disk means for senders (src/ingest.ts).
 */
import { Counters } from '../base/counters.ts';
import type { KeepSettings } from '../model.ts';
import { Keeper } from '../store/keep.ts';
import type { DaysWriter } from '../store/write.ts';
import type { KeptMessage } from './protocol.ts';

/** Ages are in hours and sizes in blocks: a minute late is soon enough. */
const LOOK_MS = 60_000;
/** At 100 MB/s a second fills a fifth of the default reserve; asking costs some microseconds. */
const LOOK_AT_DISK_MS = 1000;

const FREE_STEP_BYTES = 64 * 1024 * 1024;

const KEEP_ALL: KeepSettings = { ageUs: undefined, size: undefined, reserve: undefined };

export class Keeping {
  readonly #writer: DaysWriter;
  readonly #keeper: Keeper;
  readonly #counters = new Counters();
  readonly #tell: (message: KeptMessage) => void;
  readonly #timers: NodeJS.Timeout[] = [];
  #file: string | undefined;
  #said = '';

  constructor(writer: DaysWriter, settings: KeepSettings | undefined, tell: (message: KeptMessage) => void) {
    this.#writer = writer;
    this.#tell = tell;
    this.#keeper = new Keeper({ writer, settings: settings ?? KEEP_ALL, counters: this.#counters });
  }

  start(): void {
    this.#look();
    this.#timers.push(setInterval(() => this.#look(), LOOK_MS));
    this.#timers.push(setInterval(() => this.#lookAtDisk(), LOOK_AT_DISK_MS));
  }

  configure(settings: KeepSettings): void {
    this.#keeper.configure(settings);
    this.#look();
  }

  /** After each commit: a file that was rolled is one that may be dropped. */
  committed(): void {
    if (this.#writer.current?.file !== this.#file) this.#look();
  }

  /** The disk is not low. */
  get hasRoom(): boolean {
    return this.#keeper.isDiskOk;
  }

  /** The disk refused a commit. True: try again, there is room now. */
  refused(): boolean {
    const hasRoom = this.#keeper.diskRefused();
    this.#say(false);
    return hasRoom;
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #look(): void {
    const hasDropped = this.#keeper.look();
    this.#file = this.#writer.current?.file;
    this.#say(hasDropped);
  }

  #lookAtDisk(): void {
    this.#keeper.lookAtDisk();
    this.#say(false);
  }

  /** Free space changes with every second; less than this is no news. */
  #say(hasDropped: boolean): void {
    const status = this.#keeper.status();
    const notes = this.#keeper.takeNotes();
    const { log } = this.#writer;
    const news = JSON.stringify([{ ...status, freeBytes: Math.round(status.freeBytes / FREE_STEP_BYTES) }, log]);
    if (news === this.#said && notes.length === 0 && !hasDropped) return;
    this.#said = news;
    this.#tell({ kind: 'kept', status, notes, hasDropped, log, counters: this.#counters.take() });
  }
}
