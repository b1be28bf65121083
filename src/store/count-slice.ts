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

/** Which bucket a place is in: `numbers[codes[place]]`. */
export interface Buckets {
  readonly codes: Uint16Array;
  readonly numbers: readonly number[];
}

export interface Slice {
  /** Places that count. */
  readonly chosen: Int32Array;
  /** Records that a place stands for; absent: one. */
  readonly weights?: ArrayLike<number>;
  dimension(field: FieldName): Dimension;
  /** Number of the one bucket of all, or a code for each place. */
  readonly buckets: number | Buckets;
  /** The number that is measured, by place. */
  readonly measures?: Float64Array;
}

export function addSlice(slice: Slice, fields: readonly FieldName[], table: CountTable): void {
  const { chosen, weights, buckets, measures } = slice;
  if (chosen.length === 0) return;
  const dimensions = fields.map((field) => slice.dimension(field));
  const numbering = numbered(slice, dimensions);
  const { ids, first } = numbering;
  const sums = new Float64Array(first.length);
  if (weights === undefined) for (let at = 0; at < ids.length; at++) sums[ids[at]!]!++;
  else for (let at = 0; at < ids.length; at++) sums[ids[at]!]! += weights[chosen[at]!]!;
  const cells: (readonly Cell[])[] = [];
  for (let id = 0; id < sums.length; id++) {
    const place = chosen[first[id]!]!;
    const values = dimensions.map((dimension) => dimension.values[dimension.codes[place]!]);
    cells.push(table.add(values, typeof buckets === 'number' ? buckets : buckets.numbers[buckets.codes[place]!]!, sums[id]!));
  }
  if (measures === undefined) return;
  for (let at = 0; at < chosen.length; at++) {
    for (const cell of cells[ids[at]!]!) cell.sketch!.add(measures[chosen[at]!]!);
  }
}

/** `ids[at]`: which combination place `chosen[at]` has; `first[id]`: where in `chosen` it was met first. */
interface Numbering {
  readonly ids: Int32Array;
  readonly first: readonly number[];
}

function numbered({ chosen, buckets }: Slice, dimensions: readonly Dimension[]): Numbering {
  let numbering: Numbering = { ids: new Int32Array(chosen.length), first: [0] };
  for (const { codes, values } of dimensions) numbering = refined(numbering, chosen, { codes, size: values.length });
  return typeof buckets === 'number' ? numbering : refined(numbering, chosen, { codes: buckets.codes, size: buckets.numbers.length });
}

/** Up to here a table of all possible numbers is quicker than a map of those that there are. */
const DENSE_MAX = 65_536;

function refined({ ids, first }: Numbering, chosen: Int32Array, by: { codes: ArrayLike<number>; size: number }): Numbering {
  const { codes, size } = by;
  if (size <= 1) return { ids, first };
  const next = new Int32Array(ids.length);
  const found: number[] = [];
  if (first.length * size > DENSE_MAX) return refinedByMap({ ids, first }, chosen, by);
  const known = new Int32Array(first.length * size).fill(-1);
  for (let at = 0; at < ids.length; at++) {
    const key = ids[at]! * size + codes[chosen[at]!]!;
    let id = known[key]!;
    if (id < 0) {
      id = found.push(at) - 1;
      known[key] = id;
    }
    next[at] = id;
  }
  return { ids: next, first: found };
}

function refinedByMap({ ids }: Numbering, chosen: Int32Array, { codes, size }: { codes: ArrayLike<number>; size: number }): Numbering {
  const next = new Int32Array(ids.length);
  const found: number[] = [];
  const known = new Map<number, number>();
  for (let at = 0; at < ids.length; at++) {
    const key = ids[at]! * size + codes[chosen[at]!]!;
    let id = known.get(key);
    if (id === undefined) {
      id = found.push(at) - 1;
      known.set(key, id);
    }
    next[at] = id;
  }
  return { ids: next, first: found };
}
