/**
 * Which records of a shape need be looked at for a condition on texts: those whose variables hold one of its literals. The values of one
 * slot stand together on disk, so that one search over a few bytes replaces building thousands of messages.
 *
 * Invariant: a message that the condition finds is among the places (oracle: test/store/verdict.test.ts).
 */
import type { Filter } from '../model.ts';
import { literalsOf, type TextFilter } from '../query/literals.ts';
import { messageFilter } from '../query/match.ts';
import type { Block, ShapeRow } from './block-read.ts';
import { type Reach, reachOf } from './shape-reach.ts';

/** Places among the records of shape `code` of the block; undefined: all of them may. */
export type PlacesOf = (shape: ShapeRow, code: number) => ReadonlySet<number> | undefined;

/** Undefined when nothing can be told of the filter. */
export function literalPlaces(filter: Filter, block: Block): PlacesOf | undefined {
  const text = textFilter(filter);
  if (text === undefined) return undefined;
  const literals = literalsOf(text);
  if (literals.some((all) => all.length === 0)) return undefined;
  const isToken = text.kind === 'phrase';
  return (shape, code) => {
    const places = new Set<number>();
    for (const all of literals) {
      const best = rarest(shape, all);
      if (best === undefined) return undefined;
      for (const slot of best.reach.slots)
        for (const place of block.variables().placesWith(code - 1, slot, { text: best.literal, isToken })) places.add(place);
    }
    return places;
  };
}

function textFilter(filter: Filter): TextFilter | undefined {
  if (filter.kind === 'field') return filter.field === 'message' ? messageFilter(filter) : undefined;
  return filter.kind === 'all' || filter.kind === 'and' || filter.kind === 'or' || filter.kind === 'not' ? undefined : filter;
}

/** Of literals that must all be there, the longest that lies within one variable; undefined: there is none. */
function rarest(shape: ShapeRow, all: readonly string[]): { literal: string; reach: Reach } | undefined {
  let best: { literal: string; reach: Reach } | undefined;
  for (const literal of all) {
    if (best !== undefined && literal.length <= best.literal.length) continue;
    const reach = reachOf(shape, literal);
    if (!reach.inConstant && !reach.across) best = { literal, reach };
  }
  return best;
}
