/** A store of the engine `days` in a state, with all rows that were ever committed to it: what it has to answer is what `memory` says of them. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import type { LogRecord, Store } from '../../src/model.ts';
import { type DaysStore, openDays } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { openMemory } from '../../src/store/memory.ts';
import type { WriterOptions } from '../../src/store/write.ts';
import { DIRECTIONS, everything, followed } from '../contract/reading.ts';
import { continuationOf, makeRecords, START_US } from '../contract/records.ts';
import { newFolder } from './sealed.ts';

export const DAY_US = 86_400_000_000;
/** Long after the records' arrival: nothing is held back for lines that may still come. */
export const LATER_US = START_US + DAY_US / 2;

export class Scene {
  readonly folder: string;
  store: DaysStore;
  nowUs = LATER_US;
  /** As they were committed, in the order of seq. */
  readonly rows: LogRecord[] = [];
  #seed = 0;
  #how: WriterOptions = {};

  constructor(folder = newFolder()) {
    this.folder = folder;
    this.store = this.#open();
  }

  #open(): DaysStore {
    return openDays({ folder: this.folder, nowUs: () => this.nowUs }, this.#how);
  }

  reopen(): void {
    this.store.close();
    this.store = this.#open();
  }

  /** From now on blocks are sealed by `seal`, as the ingest worker does it. */
  sealLater(): void {
    this.#how = { sealing: 'later' };
    this.reopen();
  }

  /** So many of the smallest steps of a sealing that is due; to its end without a number. */
  seal(steps = Number.POSITIVE_INFINITY): void {
    for (let step = 0; step < steps && this.store.writer.isSealDue; step++) this.store.writer.seal(0);
  }

  /** Commits records of the cloud, or those given; seqs have to go on without a gap. */
  append(given: number | readonly LogRecord[]): LogRecord[] {
    const records = typeof given === 'number' ? makeRecords({ seed: ++this.#seed, count: given }) : given;
    const result = this.store.append(records.map((record) => ({ ...record })));
    expect(result.firstSeq).toBe(this.rows.length + 1);
    const stored = result.records.map((record) => ({ ...record }));
    this.rows.push(...stored);
    expect(result.lastSeq).toBe(this.rows.length);
    return stored;
  }

  /** The store answers as one that keeps everything in an array. */
  agrees(store: Store = this.store): void {
    const plain = openMemory();
    plain.append(this.rows.map((row) => ({ ...row })));
    for (const direction of DIRECTIONS)
      expect(everything(store, { direction, limit: 97 }).map(known)).toEqual(everything(plain, { direction }).map(known));
    expect(followed(store, { limit: 83 }).map(({ seq, kind, record }) => ({ seq, kind, message: record.message }))).toEqual(
      followed(plain).map(({ seq, kind, record }) => ({ seq, kind, message: record.message })),
    );
    for (let seq = 0; seq <= this.rows.length + 1; seq += 1 + (this.rows.length >> 5))
      expect(only(store.record(seq))).toEqual(only(plain.record(seq)));
    const { records, firstSeq, lastSeq, oldest, newest } = plain.status();
    expect(store.status()).toMatchObject({ records, firstSeq, lastSeq, oldest, newest });
  }
}

/** Records joined in steps may be spelled in another form than those joined at once; the rest is the same. */
function known(record: LogRecord): Partial<LogRecord> {
  return record.more === undefined
    ? record
    : { seq: record.seq, time: record.time, message: record.message, more: record.more, host: record.host };
}

function only(record: LogRecord | undefined): Partial<LogRecord> | undefined {
  return record === undefined ? undefined : known(record);
}

type Limits = { -readonly [K in keyof typeof limits]: number };

/** Smaller limits while `run` runs: what takes gigabytes outside takes kilobytes here. */
export function withLimits<T>(smaller: Partial<Limits>, run: () => T): T {
  const before = { ...limits };
  Object.assign(limits, smaller);
  try {
    return run();
  } finally {
    Object.assign(limits, before);
  }
}

/** Two days, not closed yet: 300 records in two sealed blocks; then a block of 100, a family, and 12 fresh records. */
export function openTwoDays(): Scene {
  const scene = new Scene();
  for (let round = 0; round < 2; round++) {
    scene.append(150);
    scene.store.flush();
  }
  scene.nowUs += DAY_US;
  const [parent] = scene.append(100);
  scene.store.flush();
  scene.append([continuationOf(parent!, 'zebra')]);
  for (const count of [5, 7]) scene.append(count);
  return scene;
}

/** Closed, with the paths of its day files. */
export function closed(scene: Scene): Scene & { files: string[] } {
  scene.store.close();
  return Object.assign(scene, { files: listDays(scene.folder).map(({ file }) => join(scene.folder, file)) });
}
