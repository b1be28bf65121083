/**
 * Keeps the folder within its limits: rolls files early enough, drops the oldest by age of arrival and by total size, and
 * watches the disk. Beside the writer, in its thread. Not here: the decisions (retention.ts, disk.ts).
 *
 * Invariants: the file that is written is never dropped; what is dropped is always the oldest; every drop is counted and said.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Counters } from '../base/counters.ts';
import { toMessage } from '../base/errors.ts';
import { spaceBytes } from '../base/space.ts';
import type { KeepingStatus, KeepSettings } from '../model.ts';
import { AgeClock, steadyUs } from './age-clock.ts';
import { DayFile } from './day-file.ts';
import { Disk, type DiskSpace } from './disk.ts';
import { folderBytes, listDays, listSetAside } from './folder.ts';
import { type ClosedFile, type Due, dropFile, dueFiles, rollLimitsOf } from './retention.ts';
import type { DaysWriter } from './write.ts';

/** For the log. */
export interface KeepNote {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface KeeperOptions {
  readonly writer: DaysWriter;
  readonly settings: KeepSettings;
  readonly counters: Counters;
  /** For tests. */
  readonly nowUs?: () => number;
  readonly steadyUs?: () => number;
  readonly probe?: () => DiskSpace;
}

const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;

export class Keeper {
  readonly #writer: DaysWriter;
  readonly #counters: Counters;
  readonly #nowUs: () => number;
  readonly #steadyUs: () => number;
  readonly #ageClock: AgeClock;
  readonly #disk: Disk;
  #settings: KeepSettings;
  #diskSinceUs: number;
  #notes: KeepNote[] = [];
  #troublesSaid = 0;
  /** Of closed files, which do not change. */
  readonly #closedUs = new Map<string, number>();

  constructor(options: KeeperOptions) {
    this.#writer = options.writer;
    this.#settings = options.settings;
    this.#counters = options.counters;
    this.#nowUs = options.nowUs ?? (() => Date.now() * 1000);
    this.#steadyUs = options.steadyUs ?? steadyUs;
    this.#ageClock = new AgeClock(this.#newestUs());
    this.#disk = new Disk(options.writer.folder, options.settings.reserve, options.probe);
    this.#diskSinceUs = this.#nowUs();
  }

  /** From now on; `look` acts on it. */
  configure(settings: KeepSettings): void {
    this.#settings = settings;
    this.#disk.configure(settings.reserve);
  }

  /** At the start, when a file was rolled, and every minute: true when files were dropped. */
  look(): boolean {
    this.lookAtDisk();
    this.#sayTroubles();
    const bytesMax = this.#bytesMax;
    this.#writer.configure(rollLimitsOf({ ageUs: this.#settings.ageUs, bytesMax }));
    try {
      this.#writer.rollIfDue();
    } catch (error) {
      // The next append says it to whom it concerns; what is closed can still be dropped.
      this.#note('warn', 'the day file cannot be closed yet', { error: toMessage(error).message });
    }
    const due = dueFiles(this.#closedFiles(), {
      nowUs: this.#ageNowUs(),
      bytes: folderBytes(this.#writer.folder) - this.#disk.fileBytes,
      ageUs: this.#settings.ageUs,
      bytesMax,
    });
    for (const one of due) this.#drop(one);
    if (due.length > 0) this.lookAtDisk();
    return due.length > 0;
  }

  #ageNowUs(): number {
    const nowUs = this.#nowUs();
    const { ageUs } = this.#settings;
    if (ageUs === undefined) return nowUs;
    const before = this.#ageClock.aheadUs;
    const ageNowUs = this.#ageClock.look({ nowUs, steadyUs: this.#steadyUs() }, ageUs);
    if (this.#ageClock.aheadUs > before) {
      const text =
        'the clock went ahead, or nothing was written for long: retention.age does not count that time until the clock has gone on for a day';
      this.#note('warn', text, { aheadHours: Math.round(this.#ageClock.aheadUs / HOUR_US) });
    }
    return ageNowUs;
  }

  /** The last arrival that is known without reading blocks; too early is on the safe side. */
  #newestUs(): number | undefined {
    const { folder, current, fresh } = this.#writer;
    const last = fresh.reduce((newest, { received }) => Math.max(newest, received), 0);
    if (last > 0) return last;
    return current && ofFile(join(folder, current.file), (file) => file.notes.get('createdUs'));
  }

  lookAtDisk(): void {
    const before = this.#disk.state;
    this.#noteDisk(before, this.#disk.look());
  }

  /** A commit was refused for want of space. True: try again, there is room now. */
  diskRefused(): boolean {
    const before = this.#disk.state;
    const hasRoom = this.#disk.refused();
    this.#noteDisk(before, this.#disk.state);
    return hasRoom;
  }

  get isDiskOk(): boolean {
    return this.#disk.state === 'ok';
  }

  /** What has to be logged since the last call. */
  takeNotes(): KeepNote[] {
    this.#sayTroubles();
    return this.#notes.splice(0);
  }

  status(): KeepingStatus {
    const { freeBytes } = this.#disk.space;
    const { ageUs } = this.#settings;
    return {
      disk: this.#disk.state,
      diskSinceUs: this.#diskSinceUs,
      freeBytes,
      reserveBytes: this.#disk.reserveBytes,
      bytesMax: this.#bytesMax,
      ageMaxHours: ageUs === undefined ? undefined : ageUs / HOUR_US,
      setAside: listSetAside(this.#writer.folder),
    };
  }

  get #bytesMax(): number | undefined {
    const { size } = this.#settings;
    return size === undefined ? undefined : spaceBytes(size, this.#disk.space.totalBytes);
  }

  #closedFiles(): ClosedFile[] {
    const { folder, current } = this.#writer;
    const closed: ClosedFile[] = [];
    for (const { file, day } of listDays(folder)) {
      if (file === current?.file) break;
      const path = join(folder, file);
      const bytes = sizeOf(path) + sizeOf(`${path}-wal`) + sizeOf(`${path}-shm`);
      let closedUs = this.#closedUs.get(file);
      if (closedUs === undefined) {
        closedUs = closedUsOf(path) ?? Date.parse(`${day}T00:00:00Z`) * 1000 + DAY_US;
        this.#closedUs.set(file, closedUs);
      }
      closed.push({ file, bytes, closedUs });
    }
    // Noted by a clock that was ahead: nothing in a file arrived after a newer one was closed, nor later than now.
    let untilUs = this.#nowUs();
    for (const [index, one] of [...closed.entries()].reverse()) {
      untilUs = Math.min(untilUs, one.closedUs);
      closed[index] = { ...one, closedUs: untilUs };
    }
    return closed;
  }

  #drop({ file, reason }: Due): void {
    const path = join(this.#writer.folder, file);
    const records = recordsOf(path);
    const bytes = sizeOf(path) + sizeOf(`${path}-wal`);
    try {
      this.#writer.carryPositions(file);
    } catch (error) {
      this.#note('warn', `what ${file} says of imported files is lost`, { error: toMessage(error).message });
    }
    try {
      dropFile(path);
    } catch (error) {
      this.#note('error', `${path} should be dropped and cannot be removed`, { error: toMessage(error).message });
      return;
    }
    this.#closedUs.delete(file);
    this.#counters.add('records.dropped', records ?? 0, reason);
    this.#counters.add('bytes.dropped', bytes, reason);
    const why = reason === 'age' ? 'older than retention.age' : 'the folder is larger than retention.size';
    this.#note('info', `dropped ${file}: ${why}`, { records: records ?? 'unknown, the file is damaged', bytes });
  }

  #noteDisk(before: string, state: string): void {
    if (before === state) return;
    this.#diskSinceUs = this.#nowUs();
    const facts = { freeBytes: this.#disk.space.freeBytes, reserveBytes: this.#disk.reserveBytes };
    if (state === 'low') this.#note('error', 'the disk is low: nothing new is stored until there is more room; queries go on', facts);
    else if (state === 'full') this.#note('error', 'the disk is full: nothing new is stored until there is room; queries go on', facts);
    else this.#note('info', 'the disk has room again: storing goes on', facts);
  }

  #sayTroubles(): void {
    const { troubles } = this.#writer;
    for (; this.#troublesSaid < troubles.length; this.#troublesSaid++) {
      const { text, records } = troubles[this.#troublesSaid]!;
      this.#note('error', text, { records: records === 0 ? 'unknown' : records });
      this.#counters.add('store.damaged', 1);
    }
  }

  #note(level: KeepNote['level'], text: string, facts: KeepNote['facts']): void {
    this.#notes.push({ level, text, facts });
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Undefined for a file of an older program, and for one that cannot be read. */
function closedUsOf(path: string): number | undefined {
  return ofFile(path, (file) => file.notes.get('closedUs'));
}

function recordsOf(path: string): number | undefined {
  return ofFile(path, (file) => {
    const rows = [...file.freshRows(), ...file.blocks()];
    return rows.reduce((sum, { count }) => sum + count, 0) - file.families().length;
  });
}

function ofFile<T>(path: string, read: (file: DayFile) => T): T | undefined {
  try {
    const file = new DayFile(path, 'read');
    try {
      return file.isMade ? read(file) : undefined;
    } finally {
      file.close();
    }
  } catch {
    return undefined;
  }
}
