/**
 * What a shape alone says about a filter on the message: yes and no hold for every message of that shape,
 * maybe means that the variables decide.
 *
 * Rests on shape.ts: constant text holds no digit, variables are whole tokens or ids. A UUID need not hold a digit, nor
 * need a MAC: a word of the letters a-f alone, or one that such a part is glued to, is never decided here.
 */
import { MARKERS, SLOT } from '../base/shape.ts';
import { fold, hasPhrase, tokensOf } from '../base/tokens.ts';
import type { Filter } from '../model.ts';
import type { ShapeRow } from './block-read.ts';

export const VERDICT = { no: 0, yes: 1, maybe: 2 } as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

const MARKER = new RegExp(`[${MARKERS.join('')}]`, 'g');
/** `volume_abadcafe` before a UUID's first dash, `abcdefabcdef_disk` behind its last. */
const UNDECIDED_WORD = /\d|^[a-f]+$|[a-f]{8}$|^[a-f]{12}/;

interface Constants {
  /** Folded text in which each variable is a 0, so that it is part of the token it touches. */
  text: string;
  tokens: ReadonlySet<string>;
  /** Variables that can hold letters. */
  lettered: boolean;
}

const constants = new WeakMap<ShapeRow, Constants>();

function constantsOf(shape: ShapeRow): Constants {
  let known = constants.get(shape);
  if (known === undefined) {
    const text = fold(shape.text.replace(MARKER, '0'));
    const lettered = shape.kinds.some((kind) => kind !== SLOT.integer && kind !== SLOT.decimal);
    known = { text, tokens: new Set(tokensOf(text)), lettered };
    constants.set(shape, known);
  }
  return known;
}

export function shapeVerdict(filter: Filter, shape: ShapeRow): Verdict {
  if (filter.kind === 'phrase') return phraseVerdict(filter.tokens, shape);
  if (filter.kind === 'field' && filter.field === 'message' && filter.op === '=') return phraseVerdict(tokensOf(filter.value), shape);
  if (filter.kind === 'substring') return substringVerdict(fold(filter.text), shape);
  return VERDICT.maybe;
}

function phraseVerdict(tokens: readonly string[], shape: ShapeRow): Verdict {
  const { text, tokens: known } = constantsOf(shape);
  let decided = tokens.length > 0;
  for (const token of tokens) {
    if (UNDECIDED_WORD.test(token)) decided = false;
    else if (!known.has(token)) return VERDICT.no;
  }
  if (!decided) return shape.kinds.length === 0 && tokens.length > 0 ? exact(hasPhrase(text, tokens)) : VERDICT.maybe;
  return exact(hasPhrase(text, tokens));
}

function substringVerdict(text: string, shape: ShapeRow): Verdict {
  const { lettered } = constantsOf(shape);
  for (const piece of shape.pieces) if (fold(piece).includes(text)) return VERDICT.yes;
  if (shape.kinds.length === 0) return VERDICT.no;
  // Without a digit it can lie only in a variable with letters, or be the dot of a fraction.
  return /\d/.test(text) || text === '.' || lettered ? VERDICT.maybe : VERDICT.no;
}

function exact(answer: boolean): Verdict {
  return answer ? VERDICT.yes : VERDICT.no;
}
