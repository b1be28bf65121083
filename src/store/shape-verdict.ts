/**
 * What a shape alone says about a filter on the message: yes and no hold for every message of that shape,
 * maybe means that the variables decide.
 *
 * Rests on shape.ts: constant text holds no digit, variables are whole tokens or ids. A UUID need not hold a digit, nor
 * need a MAC: a word of the letters a-f alone, or one that such a part is glued to, is never decided here.
 */
import { MARKERS } from '../base/shape.ts';
import { fold, hasPhrase, isTokenUnit, tokensOf } from '../base/tokens.ts';
import type { Filter } from '../model.ts';
import { tokenGlobFinder } from '../query/glob.ts';
import { isLocal, type Literals, literalsOf, type TextFilter } from '../query/literals.ts';
import { messageFilter } from '../query/match.ts';
import { regexOf } from '../query/regex.ts';
import type { ShapeRow } from './block-read.ts';
import { couldHold, piecesOf } from './shape-reach.ts';

export const VERDICT = { no: 0, yes: 1, maybe: 2 } as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

const MARKER = new RegExp(`[${MARKERS.join('')}]`, 'g');
/** `volume_abadcafe` before a UUID's first dash, `abcdefabcdef_disk` behind its last. */
const UNDECIDED_WORD = /\d|^[a-f]+$|[a-f]{8}$|^[a-f]{12}/;

interface Constants {
  /** Folded text in which each variable is a 0, so that it is part of the token it touches. */
  text: string;
  tokens: ReadonlySet<string>;
}

const constants = new WeakMap<ShapeRow, Constants>();

function constantsOf(shape: ShapeRow): Constants {
  let known = constants.get(shape);
  if (known === undefined) {
    const text = fold(shape.text.replace(MARKER, '0'));
    known = { text, tokens: new Set(tokensOf(text)) };
    constants.set(shape, known);
  }
  return known;
}

export type ShapeJudge = (shape: ShapeRow) => Verdict;

/** What shapes say of a condition on texts, for each shape asked once. Conditions on fields other than the message are no texts. */
export function shapeJudge(filter: Filter): ShapeJudge {
  const known = new Map<ShapeRow, Verdict>();
  const judge = judgeOf(filter);
  return (shape) => {
    let verdict = known.get(shape);
    if (verdict === undefined) {
      verdict = judge(shape);
      known.set(shape, verdict);
    }
    return verdict;
  };
}

function judgeOf(filter: Filter): ShapeJudge {
  if (filter.kind === 'field') return filter.field === 'message' ? judgeOf(messageFilter(filter)) : () => VERDICT.maybe;
  if (filter.kind === 'all' || filter.kind === 'and' || filter.kind === 'or' || filter.kind === 'not') return () => VERDICT.maybe;
  const literals = literalsOf(filter);
  const holds = certainty(filter);
  return (shape) => {
    if (!mayHoldAny(shape, literals)) return VERDICT.no;
    return holds(shape);
  };
}

function mayHoldAny(shape: ShapeRow, literals: Literals): boolean {
  return literals.some((all) => all.every((literal) => couldHold(shape, literal)));
}

/** What can be said of a shape in which the literals may stand. */
function certainty(filter: TextFilter): ShapeJudge {
  switch (filter.kind) {
    case 'phrase':
      return (shape) => phraseVerdict(filter.tokens, shape);
    case 'substring': {
      const part = fold(filter.text);
      return (shape) => (piecesOf(shape).some((piece) => piece.includes(part)) ? VERDICT.yes : VERDICT.maybe);
    }
    case 'wildcard': {
      const finds = tokenGlobFinder(filter.pattern);
      return (shape) =>
        wholeOr(
          shape,
          (text) => finds(fold(text)),
          () => piecesOf(shape).some((piece, at) => finds(inner(piece, at, shape))),
        );
    }
    case 'regex': {
      const pattern = regexOf(`/${filter.source}/${filter.flags}`);
      const local = isLocal(filter.source);
      return (shape) =>
        wholeOr(
          shape,
          (text) => pattern.test(text),
          () => local && shape.pieces.some((piece) => pattern.test(piece)),
        );
    }
    case 'id':
      return () => VERDICT.maybe;
  }
}

/** A shape without variables is the message; of others a part may say yes. */
function wholeOr(shape: ShapeRow, whole: (text: string) => boolean, part: () => boolean): Verdict {
  if (shape.kinds.length === 0) return exact(whole(shape.text));
  return part() ? VERDICT.yes : VERDICT.maybe;
}

/** A piece without the tokens at its ends that a variable may go on. */
function inner(piece: string, at: number, shape: ShapeRow): string {
  let from = 0;
  let to = piece.length;
  if (at > 0) while (from < to && isTokenUnit(piece.charCodeAt(from))) from++;
  if (at < shape.kinds.length) while (to > from && isTokenUnit(piece.charCodeAt(to - 1))) to--;
  return piece.slice(from, to);
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

function exact(answer: boolean): Verdict {
  return answer ? VERDICT.yes : VERDICT.no;
}
