/**
 * What a count has found so far: for each list of fields the combinations of values, and in each the buckets of time.
 * Memory is bounded: beyond `limits.countBytesMax` the rarest combinations are let go, and the answer says so.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { CountList, CountQuery, CountRow } from '../model.ts';
import { Sketch } from './sketch.ts';

export type Values = readonly (string | undefined)[];

/** Records of one combination in one bucket. */
export interface Cell {
  count: number;
  readonly sketch: Sketch | undefined;
}

interface Group {
  readonly values: Values;
  count: number;
  /** By number of the bucket: its beginning divided by the step. */
  readonly cells: Map<number, Cell>;
}

/** Rough bytes of a group beside its text and of a cell, for the budget. */
const GROUP_BYTES = 200;
const CELL_BYTES = 60;
const SKETCH_BYTES = 400;

export class CountTable {
  readonly #groups = new Map<string | undefined, Group>();
  readonly #query: CountQuery;
  /** Place of the one field with several values, if it is in the list. */
  readonly #several: number;
  #bytes = 0;
  #dropped = 0;
  #approximate = false;

  constructor(query: CountQuery, list: number) {
    this.#query = query;
    this.#several = query.by[list]!.indexOf('flags');
  }

  /** `count` records more; `sketch` of the answer takes their measure. Several flags are several combinations. */
  add(values: Values, bucket: number, count: number): readonly Cell[] {
    const text = this.#several < 0 ? undefined : values[this.#several];
    if (text === undefined || !text.includes(' ')) return [this.#add(values, bucket, count)];
    return text.split(' ').map((one) => this.#add(values.with(this.#several, one), bucket, count));
  }

  #add(values: Values, bucket: number, count: number): Cell {
    const key = keyOf(values);
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#bytes > limits.countBytesMax) this.#prune();
      group = { values: [...values], count: 0, cells: new Map() };
      this.#groups.set(key, group);
      this.#bytes += GROUP_BYTES + values.reduce((chars, value) => chars + (value?.length ?? 0) * 2, 0);
    }
    group.count += count;
    let cell = group.cells.get(bucket);
    if (cell === undefined) {
      const sketch = this.#query.measure === undefined ? undefined : new Sketch();
      cell = { count: 0, sketch };
      group.cells.set(bucket, cell);
      this.#bytes += CELL_BYTES + (sketch === undefined ? 0 : SKETCH_BYTES);
    }
    cell.count += count;
    return cell;
  }

  /** Lets go of the rarer half, never of those that are asked for. */
  #prune(): void {
    const groups = [...this.#groups].sort(([, a], [, b]) => b.count - a.count);
    const kept = Math.max(groups.length >> 1, this.#query.rowsMax);
    // What is asked for alone is too much: one group with millions of buckets, or thousands of each.
    if (kept >= groups.length) throw new CodedError('bad-argument', 'That makes too many buckets: give a longer step or a shorter time');
    for (const [key, { count, values }] of groups.slice(kept)) {
      if (isAbsent(values)) continue;
      this.#dropped += count;
      this.#groups.delete(key);
    }
    this.#approximate = true;
    this.#bytes = this.#groups.values().reduce((bytes, group) => bytes + bytesOf(group), 0);
  }

  finish(): CountList {
    const groups = [...this.#groups.values()].sort(compareGroups);
    const { stepUs, rowsMax } = this.#query;
    const kept = new Set(keptOf(groups, rowsMax));
    const rows = [...kept].flatMap(({ values, cells }) =>
      [...cells]
        .sort(([a], [b]) => a - b)
        .map(([bucket, { count, sketch }]): CountRow => {
          const row: CountRow = { values: [...values], count };
          if (stepUs !== undefined) row.time = bucket * stepUs;
          const measured = sketch?.measured();
          if (measured !== undefined) row.measured = measured;
          return row;
        }),
    );
    const others = groups.reduce((sum, group) => (kept.has(group) ? sum : sum + group.count), this.#dropped);
    return this.#approximate ? { rows, others, approximate: true } : { rows, others };
  }
}

/** Of combinations in their order: those with values up to `rowsMax`, and the one without any. */
export function keptOf<T extends { readonly values: Values }>(sorted: readonly T[], rowsMax: number): T[] {
  let left = rowsMax;
  return sorted.filter(({ values }) => isAbsent(values) || left-- > 0);
}

function isAbsent(values: Values): boolean {
  return values.every((value) => value === undefined);
}

function bytesOf({ values, cells }: Group): number {
  let bytes = GROUP_BYTES;
  for (const value of values) bytes += (value?.length ?? 0) * 2;
  for (const { sketch } of cells.values()) bytes += CELL_BYTES + (sketch === undefined ? 0 : SKETCH_BYTES);
  return bytes;
}

/** Lengths before the texts, so that no text can pass for two. */
function keyOf(values: Values): string | undefined {
  if (values.length === 1) return values[0];
  let key = '';
  for (const value of values) key += value === undefined ? '-' : `${value.length}:${value}`;
  return key;
}

function compareGroups(a: Group, b: Group): number {
  return b.count - a.count || compareValues(a.values, b.values);
}

/** By text; what is absent comes last. */
export function compareValues(a: Values, b: Values): number {
  for (let index = 0; index < a.length; index++) {
    const [left, right] = [a[index], b[index]];
    if (left === right) continue;
    if (left === undefined) return 1;
    return right === undefined || left < right ? -1 : 1;
  }
  return 0;
}
