/** A folder with its writer and keeper, on a clock of its own, and a disk that has room: what retention does is told by the files. */
import { Counters } from '../../src/base/counters.ts';
import type { KeepSettings } from '../../src/model.ts';
import { openWriter } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { Keeper } from '../../src/store/keep.ts';
import { makeRecords } from '../contract/records.ts';
import { LATER_US } from './scene.ts';
import { newFolder } from './sealed.ts';

export const HOUR_US = 3600e6;
export const DAY_US = 24 * HOUR_US;
export const KEEP_ALL: KeepSettings = { ageUs: undefined, size: undefined, reserve: undefined };

export class Kept {
  readonly folder = newFolder();
  nowUs = LATER_US;
  /** What the wall clock is ahead of the steady one. */
  jumpUs = 0;
  readonly counters = new Counters();
  owned = openWriter({ folder: this.folder, nowUs: () => this.nowUs });
  keeper: Keeper;
  #seed = 0;

  constructor(settings: Partial<KeepSettings> = {}) {
    this.keeper = this.#keep({ ...KEEP_ALL, ...settings });
  }

  #keep(settings: KeepSettings): Keeper {
    return new Keeper({
      writer: this.owned.writer,
      settings,
      counters: this.counters,
      nowUs: () => this.nowUs,
      steadyUs: () => this.nowUs - this.jumpUs,
      probe: () => ({ freeBytes: 1e12, totalBytes: 1e12 }),
    });
  }

  reopen(settings: Partial<KeepSettings> = {}): void {
    this.owned.close();
    this.owned = openWriter({ folder: this.folder, nowUs: () => this.nowUs });
    this.keeper = this.#keep({ ...KEEP_ALL, ...settings });
  }

  append(count: number): number {
    const records = makeRecords({ seed: ++this.#seed, count });
    return this.owned.writer.append(records.map((record) => ({ ...record, received: this.nowUs }))).lastSeq;
  }

  /** The wall clock goes ahead (or back) while nothing else moves. */
  jump(us: number): void {
    this.nowUs += us;
    this.jumpUs += us;
  }

  /** 100 records on each of so many days. */
  days(count: number): void {
    for (let day = 0; day < count; day++) {
      if (day > 0) this.nowUs += DAY_US;
      this.append(100);
    }
  }

  get files(): string[] {
    return listDays(this.folder).map(({ file }) => file);
  }
}
