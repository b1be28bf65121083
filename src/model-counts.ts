/**
 * Counting instead of listing: what a histogram, facets and statistics ask of a store, and what it answers. Part of
 * model.ts, which exports it: import from there. Types only.
 */
import type { FieldName, Filter, SearchStats } from './model.ts';

/** Numbers that can be measured; both are read off access lines. */
export type MeasureName = Extract<FieldName, 'duration' | 'bytes' | 'status'>;

export interface CountQuery {
  readonly filter: Filter;
  /** Record time, µs, inclusive. */
  readonly start?: number;
  /** Record time, µs, exclusive. */
  readonly end?: number;
  /**
   * One answer per list: rows for each combination of values of its fields. `[[]]` is the plain count. Of a field with several
   * values (flags) each counts. Not by `message` or `seq`: each record has its own.
   */
  readonly by: readonly (readonly FieldName[])[];
  /** Width of the buckets of time, µs; absent: one bucket over everything. Edges are whole multiples since 1970. */
  readonly stepUs?: number;
  /** Records without this number do not count. */
  readonly measure?: MeasureName;
  /**
   * Combinations of values kept per list, most frequent first; the records of the others are summed up in `others`. Records that have
   * none of the fields are always a row, and none of these.
   */
  readonly rowsMax: number;
}

export interface CountRow {
  /** Beginning of the bucket, µs; absent without steps. */
  time?: number;
  /** Values in the order of `by`; undefined: records without that field. */
  values: (string | undefined)[];
  count: number;
  measured?: Measured;
}

/** Percentiles are nearest ranks, within 1 % of the true value. */
export interface Measured {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface CountList {
  /** By combination, most frequent first, equal ones by their text; those of one combination by time. Empty buckets are left out. */
  rows: CountRow[];
  others: number;
  /** There were so many combinations that rare ones were let go: counts of rows may be too small, `others` too large. */
  approximate?: true;
}

export interface CountAnswer {
  /** Records that matched. */
  count: number;
  /** In the order of `by`. */
  lists: CountList[];
  stats: SearchStats;
}
