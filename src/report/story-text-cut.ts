/**
 * Which rows of a long tree a terminal shows: a network is used by a thousand requests, and whoever asks for it looks for what went wrong, how it began and what
 * it is like now. Whole requests are kept, with all that they led to. Part of story-text-tree.ts; pure. With --full, and in files and pipes, nothing is cut.
 *
 * Invariant: rows that are kept and those that are counted as left out are all rows, in their order.
 */
import { rankOf, type TreeRow } from './story-view-tree.ts';

/** Four screens. */
const ROWS_MAX = 200;
/** Of them, for what failed. */
const FAILED_PART = 0.5;

export type CutRow = TreeRow | { readonly leftOut: number };

export function cutRows(rows: readonly TreeRow[]): readonly CutRow[] {
  if (rows.length <= ROWS_MAX) return rows;
  const groups = groupsOf(rows);
  const kept = new Set<readonly TreeRow[]>();
  let left = ROWS_MAX;
  const keep = (group: readonly TreeRow[], most: number): boolean => {
    if (kept.has(group)) return true;
    if (kept.size > 0 && ROWS_MAX - left + group.length > most) return false;
    kept.add(group);
    left -= group.length;
    return true;
  };
  for (const group of groups) if (group.some(isBad) && !keep(group, ROWS_MAX * FAILED_PART)) break;
  const half = ROWS_MAX - left / 2;
  for (const group of groups) if (!keep(group, half)) break;
  for (const group of groups.toReversed()) if (!keep(group, ROWS_MAX)) break;
  return told(groups, kept);
}

/** What stands at the left, with all below it. */
function groupsOf(rows: readonly TreeRow[]): TreeRow[][] {
  const groups: TreeRow[][] = [];
  for (const row of rows) {
    if (row.depth === 0 || groups.length === 0) groups.push([row]);
    else groups.at(-1)!.push(row);
  }
  return groups;
}

function isBad({ level, request }: TreeRow): boolean {
  return rankOf(level) >= rankOf('ERROR') || request?.outcome === 'failed';
}

function told(groups: readonly (readonly TreeRow[])[], kept: ReadonlySet<readonly TreeRow[]>): CutRow[] {
  const rows: CutRow[] = [];
  let leftOut = 0;
  for (const group of groups) {
    if (!kept.has(group)) {
      leftOut += group.length;
      continue;
    }
    if (leftOut > 0) rows.push({ leftOut });
    leftOut = 0;
    rows.push(...group);
  }
  if (leftOut > 0) rows.push({ leftOut });
  return rows;
}
