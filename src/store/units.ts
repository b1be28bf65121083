/**
 * Units: the sealed blocks and fresh batches of the day files in one form, for search and follow, and the
 * families whose members lie in different units.
 */
import { toMessage } from '../base/errors.ts';
import type { Filter, LogRecord } from '../model.ts';
import type { BlockRow } from './block-read.ts';
import type { DayView, Fresh } from './day-view.ts';
import { indexExpression } from './index-query.ts';
import type { DaysReader } from './read.ts';

export type Unit =
  | { readonly kind: 'block'; readonly view: DayView; readonly extent: BlockRow }
  | { readonly kind: 'fresh'; readonly view: DayView; readonly extent: Fresh };

export function unitsOf(days: readonly DayView[]): Unit[] {
  return days.flatMap((view) => [
    ...view.blocks.map((extent): Unit => ({ kind: 'block', view, extent })),
    ...view.fresh.map((extent): Unit => ({ kind: 'fresh', view, extent })),
  ]);
}

/** Record `index` of a unit, the caller's own. */
export function recordOf(reader: DaysReader, unit: Unit, index: number): LogRecord {
  return unit.kind === 'fresh' ? { ...unit.extent.records[index]! } : reader.block(unit.view, unit.extent).record(index);
}

/** Seq of the first row. */
export function firstSeqOf({ kind, extent }: Unit): number {
  return kind === 'block' ? extent.firstSeq : Number(extent.key.slice(0, extent.key.indexOf(' ')));
}

/** Seq of the oldest row that is kept; undefined when there is none, or when an older file is damaged and may hold some. */
export function oldestSeqOf(days: readonly DayView[]): number | undefined {
  const first = days.findIndex((view) => view.blocks.length + view.fresh.length > 0);
  // All was dropped: the newest file, still empty, knows where its seqs begin.
  if (first < 0) return days.at(-1)?.baseSeq ? days.at(-1)!.baseSeq! + 1 : undefined;
  if (days.slice(0, first + 1).some((view) => view.damaged.length > 0)) return undefined;
  return unitsOf(days).reduce((oldest, unit) => Math.min(oldest, firstSeqOf(unit)), Number.MAX_SAFE_INTEGER);
}

/** The row that has this seq, or into which the continuation with this seq was merged. */
export function rowWith(reader: DaysReader, units: readonly Unit[], seq: number): LogRecord | undefined {
  for (const unit of units) {
    if (seq < firstSeqOf(unit) || seq > unit.extent.lastSeq) continue;
    const index = indexIn(reader, unit, seq);
    if (index >= 0) return recordOf(reader, unit, index);
  }
  return undefined;
}

function indexIn(reader: DaysReader, unit: Unit, seq: number): number {
  const holds = (more: unknown): boolean => (more as number[] | undefined)?.some((value, at) => at % 2 === 0 && value === seq) ?? false;
  if (unit.kind === 'fresh') return unit.extent.records.findIndex((record) => record.seq === seq || holds(record.more));
  const block = reader.block(unit.view, unit.extent);
  const index = block.numbers('seq').indexOf(seq);
  if (index >= 0) return index;
  for (const [at, more] of block.sparse('more')) if (holds(more)) return at;
  return -1;
}

/** Continuations with rows of their own: who belongs to whom. */
export interface Families {
  readonly childrenOf: ReadonlyMap<number, readonly number[]>;
  readonly children: ReadonlySet<number>;
}

export function familiesOf(days: readonly DayView[]): Families {
  const childrenOf = new Map<number, number[]>();
  const children = new Set<number>();
  for (const view of days) {
    for (const [parent, child] of view.families) {
      const siblings = childrenOf.get(parent);
      if (siblings) siblings.push(child);
      else childrenOf.set(parent, [child]);
      children.add(child);
    }
  }
  for (const siblings of childrenOf.values()) siblings.sort((a, b) => a - b);
  return { childrenOf, children };
}

/** Which blocks can hold what the filter needs, asked of each file's index once. */
export class IndexAnswers {
  readonly #expression: string | undefined;
  readonly #reader: DaysReader;
  readonly #answers = new Map<DayView, ReadonlySet<number>>();
  readonly damaged: string[] = [];

  constructor(reader: DaysReader, filter: Filter) {
    this.#reader = reader;
    this.#expression = indexExpression(filter);
  }

  mayHold(unit: Unit): boolean {
    if (this.#expression === undefined || unit.kind === 'fresh') return true;
    let blocks = this.#answers.get(unit.view);
    if (blocks === undefined) {
      blocks = this.#blocksWith(unit.view, this.#expression);
      this.#answers.set(unit.view, blocks);
    }
    return blocks.has(unit.extent.id);
  }

  /** An index that cannot be read excludes nothing. */
  #blocksWith(view: DayView, expression: string): ReadonlySet<number> {
    try {
      return this.#reader.use(view).file.words.blocksWith(expression);
    } catch (error) {
      if (view.isDropped) return new Set();
      this.damaged.push(`${view.name}, index: ${toMessage(error).message}`);
      return new Set(view.blocks.map(({ id }) => id));
    }
  }
}
