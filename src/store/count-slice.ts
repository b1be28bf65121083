/**
 * Adds a part of a block to the tables: its records by their columns, or the rows of its digest by theirs, with how many
 * records each stands for. Combinations are numbered within the part first, so that the tables are touched once for each.
 */
import type { FieldName } from '../model.ts';
import type { Cell, CountTable } from './count-table.ts';

/** A code for each place, and what the codes stand for. */
export interface Dimension {
  readonly codes: ArrayLike<number>;
  readonly values: readonly (string | undefined)[];
}

export interface Slice {
  /** Places that count. */
  readonly chosen: Int32Array;
  /** Records that a place stands for; absent: one. */
  readonly weights?: ArrayLike<number>;
  dimension(field: FieldName): Dimension;
  /** Number of the bucket: of a place, or the one of all. */
  readonly buckets: Float64Array | number;
  /** The number that is measured, by place. */
  readonly measures?: Float64Array;
}

export function addSlice(slice: Slice, fields: readonly FieldName[], table: CountTable): void {
  const { chosen, weights, buckets, measures } = slice;
  if (chosen.length === 0) return;
  const dimensions = fields.map((field) => slice.dimension(field));
  const numbering = numbered(slice, dimensions);
  const sums = new Float64Array(numbering.first.length);
  for (let at = 0; at < chosen.length; at++) sums[numbering.ids[at]!]! += weights === undefined ? 1 : weights[chosen[at]!]!;
  const cells: (readonly Cell[])[] = [];
  for (let id = 0; id < sums.length; id++) {
    const place = chosen[numbering.first[id]!]!;
    const values = dimensions.map((dimension) => dimension.values[dimension.codes[place]!]);
    cells.push(table.add(values, typeof buckets === 'number' ? buckets : buckets[place]!, sums[id]!));
  }
  if (measures === undefined) return;
  for (let at = 0; at < chosen.length; at++) {
    for (const cell of cells[numbering.ids[at]!]!) cell.sketch!.add(measures[chosen[at]!]!);
  }
}

/** `ids[at]`: which combination place `chosen[at]` has; `first[id]`: where in `chosen` it was met first. */
interface Numbering {
  readonly ids: Int32Array;
  readonly first: readonly number[];
}

function numbered({ chosen, buckets }: Slice, dimensions: readonly Dimension[]): Numbering {
  let numbering: Numbering = { ids: new Int32Array(chosen.length), first: [0] };
  for (const { codes, values } of dimensions) numbering = refined(numbering, (at) => codes[chosen[at]!]!, values.length);
  if (typeof buckets === 'number') return numbering;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const place of chosen) {
    least = Math.min(least, buckets[place]!);
    most = Math.max(most, buckets[place]!);
  }
  return refined(numbering, (at) => buckets[chosen[at]!]! - least, most - least + 1);
}

/** Up to here a table of all possible numbers is quicker than a map of those that there are. */
const DENSE_MAX = 65_536;

function refined({ ids, first }: Numbering, codeAt: (at: number) => number, size: number): Numbering {
  const possible = first.length * size;
  const dense = possible <= DENSE_MAX ? new Int32Array(possible).fill(-1) : undefined;
  const sparse = new Map<number, number>();
  const next = new Int32Array(ids.length);
  const found: number[] = [];
  for (let at = 0; at < ids.length; at++) {
    const key = ids[at]! * size + codeAt(at);
    let id = dense === undefined ? (sparse.get(key) ?? -1) : dense[key]!;
    if (id < 0) {
      id = found.push(at) - 1;
      if (dense === undefined) sparse.set(key, id);
      else dense[key] = id;
    }
    next[at] = id;
  }
  return { ids: next, first: found };
}
