/**
 * Rows as they were committed -> records as they are read: continuations (`of`) become part of the record they
 * belong to (merge.ts says how the texts join). Not here: merging on disk, which sealing does.
 *
 * Invariants: a continuation is never a record of its own while its parent is kept; where retention has taken
 * the parent, the oldest continuation stands for it, so that nothing kept is out of reach.
 */
import type { LogRecord } from '../model.ts';
import { joined } from './merge.ts';

/** Families of rows: which rows are records, which only continue one. */
export interface Families {
  /** In the order of the rows. */
  readonly records: readonly LogRecord[];
  /** Seq of a continuation -> seq of the record that it is part of. */
  readonly parentOf: ReadonlyMap<number, number>;
}

/** `rows` in the order of their seq. The rows are not changed. */
export function folded(rows: readonly LogRecord[]): Families {
  const children = new Map<number, LogRecord[]>();
  for (const row of rows) {
    if (row.of === undefined) continue;
    const siblings = children.get(row.of);
    if (siblings === undefined) children.set(row.of, [row]);
    else siblings.push(row);
  }
  if (children.size === 0) return { records: rows, parentOf: new Map() };
  const kept = new Set(rows.map(({ seq }) => seq));
  const parentOf = new Map<number, number>();
  const records: LogRecord[] = [];
  for (const row of rows) {
    if (row.of !== undefined && parentOf.has(row.seq)) continue;
    const family = row.of !== undefined && !kept.has(row.of) ? children.get(row.of)!.slice(1) : children.get(row.seq);
    for (const child of family ?? []) parentOf.set(child.seq, row.seq);
    records.push(family?.length ? joined(row, family, true) : row);
  }
  return { records, parentOf };
}
