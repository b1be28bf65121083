/**
 * The reading half of engine `days`: keeps views of the day files and answers from them.
 * Lives in a query worker (or beside the writer in tests); holds no transaction between calls.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { CountAnswer, CountQuery, Filter, FollowPage, LogRecord, Query, SearchPage, StoreStatus } from '../model.ts';
import type { Block, BlockRow } from './block-read.ts';
import { countDays } from './count.ts';
import { DayView } from './day-view.ts';
import { FamilyRecords } from './family.ts';
import { folderBytes, listDays, listSetAside } from './folder.ts';
import { followDays } from './follow.ts';
import { searchDays } from './search.ts';
import { storeError } from './sqlite.ts';
import { familiesOf, oldestSeqOf, rowWith, unitsOf } from './units.ts';

/** What opened blocks of one file may hold by their own reckoning; a block of 8192 records read in full is 3 MB. */
const BLOCKS_BYTES_MAX = 12 * 1024 * 1024;

export class DaysReader {
  readonly families = new FamilyRecords();
  readonly #folder: string;
  readonly #views = new Map<string, DayView>();
  #closed = false;
  #uses = 0;
  /** Files that were damaged and renamed, as sentences. */
  setAside: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The day files as they are now, oldest first. */
  days(): DayView[] {
    if (this.#closed) throw new CodedError('store-closed', 'the store is closed');
    const names = listDays(this.#folder);
    this.setAside = listSetAside(this.#folder).map((file) => `${file}: was damaged and set aside, its records are missing`);
    const present = new Set(names.map(({ file }) => file));
    for (const [file, view] of this.#views) {
      if (present.has(file)) continue;
      view.isDropped = true;
      view.close();
      this.#views.delete(file);
      this.families.forget();
    }
    const views = names.map(({ file }) => this.#view(file));
    // A file that was rolled away from is never written again, so one look after that is the last that it needs.
    for (let index = 0; index < views.length; index++) {
      const view = views[index]!;
      if (!view.isFinal || view.damaged.length > 0 || view.blocks.length + view.fresh.length === 0)
        view.isFinal = this.#refresh(view) && index < views.length - 1;
      if (!view.isMade && index < views.length - 1) view.damaged = ['the file is empty'];
    }
    return views;
  }

  /** A file that cannot be read does not keep the others from answering; one of a newer version stops us. */
  #refresh(view: DayView): boolean {
    try {
      this.use(view).refresh();
      return true;
    } catch (error) {
      const coded = storeError(error, view.path);
      if (!isCoded(coded) || coded.code === 'store-format') throw coded;
      view.close();
      view.isDropped = !existsSync(view.path);
      view.damaged = view.isDropped ? [] : [coded.message];
      return false;
    }
  }

  #view(file: string): DayView {
    let view = this.#views.get(file);
    if (view === undefined) {
      view = new DayView(join(this.#folder, file), file);
      this.#views.set(file, view);
    }
    return view;
  }

  /** Marks a file as needed now, and closes the one needed least when too many are open. */
  use(view: DayView): DayView {
    view.usedAt = ++this.#uses;
    if (view.isOpen) return view;
    const open = [...this.#views.values()].filter((other) => other.isOpen);
    if (open.length >= limits.dayFilesOpenMax) open.sort((a, b) => a.usedAt - b.usedAt)[0]!.close();
    return view;
  }

  block(view: DayView, row: BlockRow): Block {
    return this.use(view).block(row, BLOCKS_BYTES_MAX);
  }

  /** Yields between blocks, so that a worker can hear a stop; the answer is the generator's return value. */
  *searchSteps(query: Query): Generator<undefined, SearchPage> {
    return yield* searchDays(this, query);
  }

  search(query: Query): SearchPage {
    const steps = this.searchSteps(query);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** Yields between units, as `searchSteps` does. */
  *countSteps(query: CountQuery): Generator<undefined, CountAnswer> {
    return yield* countDays(this, query);
  }

  aggregate(query: CountQuery): CountAnswer {
    const steps = this.countSteps(query);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  follow(after: number, filter: Filter, limit: number): FollowPage {
    return followDays(this, { after, filter, limit });
  }

  /** The record with this seq, also when that is the seq of a line that is part of another record by now. */
  record(seq: number): LogRecord | undefined {
    const days = this.days();
    const row = rowWith(this, unitsOf(days), seq);
    if (row === undefined) return undefined;
    const start = row.of ?? row.seq;
    // Where retention has taken the parent, the oldest continuation stands for it.
    for (const candidate of [start, ...(familiesOf(days).childrenOf.get(start) ?? [])]) {
      const record = this.#folded(candidate);
      if (record !== undefined) return record;
    }
    return undefined;
  }

  #folded(seq: number): LogRecord | undefined {
    const filter = { kind: 'field', field: 'seq', op: '=', value: String(seq) } as const;
    return this.search({ filter, limit: 1, direction: 'forward' }).records[0];
  }

  status(): StoreStatus {
    const days = this.days();
    let oldest: number | undefined;
    let newest: number | undefined;
    let lastSeq = days.at(-1)?.baseSeq ?? 0;
    const firstSeq = oldestSeqOf(days);
    const sizes = days.map((view) => {
      for (const { minTime, maxTime, lastSeq: last } of [...view.blocks, ...view.fresh]) {
        oldest = Math.min(oldest ?? minTime, minTime);
        newest = Math.max(newest ?? maxTime, maxTime);
        lastSeq = Math.max(lastSeq, last);
      }
      const fresh = view.fresh.reduce((sum, { records }) => sum + records.length, 0);
      const records = fresh + view.blocks.reduce((sum, { count }) => sum + count, 0) - view.families.length + orphansOf(view, firstSeq);
      return { name: view.name, records, bytes: view.bytes, blocks: view.blocks.length, fresh };
    });
    const records = sizes.reduce((sum, day) => sum + day.records, 0);
    return {
      engine: 'days',
      records,
      bytes: folderBytes(this.#folder),
      firstSeq,
      lastSeq,
      oldest,
      newest,
      days: sizes,
      ...this.#damages(days),
    };
  }

  /** What searches say, too. */
  #damages(days: readonly DayView[]): { damaged?: string[] } {
    const damaged = [...days.flatMap((view) => view.damaged.map((text) => `${view.name}: ${text}`)), ...this.setAside];
    return damaged.length === 0 ? {} : { damaged };
  }

  close(): void {
    this.#closed = true;
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
  }
}

/** Continuations whose parent retention has taken: of each family the first stands for it, and is a record. */
function orphansOf({ families }: DayView, firstSeq = 0): number {
  return new Set(families.flatMap(([parent]) => (parent < firstSeq ? [parent] : []))).size;
}
