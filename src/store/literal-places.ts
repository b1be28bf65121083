/**
 * Which records of a shape need be looked at for a condition on texts: those whose variables hold one of its literals. The values of one
 * slot stand together on disk, so that one search over a few bytes replaces building thousands of messages.
 *
 * Invariant: a message that the condition finds is among the places, and it finds each that is certain (oracle: test/store/verdict.test.ts).
 */
import { SLOT } from '../base/shape.ts';
import { isTokenUnit } from '../base/tokens.ts';
import { addressOf } from '../base/whole-ids.ts';
import type { Filter } from '../model.ts';
import { literalsOf, type TextFilter } from '../query/literals.ts';
import { messageFilter } from '../query/match.ts';
import { addressPlaces } from './address-places.ts';
import type { Block, ShapeRow } from './block-read.ts';
import { type Reach, reachOf } from './shape-reach.ts';

export interface Places {
  readonly possible: ReadonlySet<number>;
  /** Of those: the condition holds, no message need be built (a number in a million lines: most of its cost). */
  readonly certain: ReadonlySet<number>;
}

/** Places among the records of shape `code` of the block; undefined: all of them may. */
export type PlacesOf = (shape: ShapeRow, code: number) => Places | undefined;

/** Undefined when nothing can be told of the filter. */
export function literalPlaces(filter: Filter, block: Block): PlacesOf | undefined {
  const text = textFilter(filter);
  if (text === undefined) return undefined;
  if (text.kind === 'id' && addressOf(text.id) !== undefined) return (shape, code) => addressPlaces(block, text.id, { shape, code });
  const literals = literalsOf(text);
  if (literals.some((all) => all.length === 0)) return undefined;
  const isToken = text.kind === 'phrase';
  return (shape, code) => {
    const possible = new Set<number>();
    const certain = new Set<number>();
    for (const all of literals) {
      const best = rarest(shape, all);
      if (best === undefined) return undefined;
      for (const slot of best.reach.slots) {
        const found = block.variables().placesWith(code - 1, slot, { text: best.literal, isToken });
        const isEnough = settles(text, shape, slot);
        for (const place of found) {
          possible.add(place);
          if (isEnough) certain.add(place);
        }
      }
    }
    return { possible, certain };
  };
}

const ASCII = /^[\x20-\x7e]*$/;

/** Does the condition hold where its one literal stands in a variable? A part of a text does; a word where the variable is that word. */
function settles(text: TextFilter, shape: ShapeRow, slot: number): boolean {
  // Beyond ASCII folding looks at the neighbours (the Greek sigma at the end of a word).
  if (text.kind === 'substring') return ASCII.test(text.text);
  return text.kind === 'phrase' && text.tokens.length === 1 && shape.kinds[slot] === SLOT.integer && standsAlone(shape, slot);
}

/** No variable and no character of a token touches it. */
function standsAlone({ pieces, kinds }: ShapeRow, slot: number): boolean {
  const [before, behind] = [pieces[slot]!, pieces[slot + 1]!];
  const begins = slot === 0 ? before === '' : false;
  const ends = slot === kinds.length - 1 ? behind === '' : false;
  return (begins || isBorder(before.charCodeAt(before.length - 1))) && (ends || isBorder(behind.charCodeAt(0)));
}

/** Not a number: there is no character, but another variable. */
function isBorder(unit: number): boolean {
  return !Number.isNaN(unit) && !isTokenUnit(unit);
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
