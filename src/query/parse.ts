/**
 * Text of a query -> Filter. Juxtaposition is AND and binds tighter than OR; parentheses group, `NOT` and
 * `-` exclude. Groups stay as they were written, so that print.ts gives the same query back. Empty: all.
 *
 *   query := and (OR and)*      and := unary ([AND] unary)*      unary := (NOT | -) unary | ( query ) | term
 *
 * Throws CodedError 'bad-query' with place and suggestion. Bounded by limits.queryCharsMax and queryDepthMax.
 */
import { CodedError, type ErrorPlace, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Filter } from '../model.ts';
import { type Lexeme, lex } from './lex.ts';
import { filterOf } from './terms.ts';
import { quoted, replaced, wrong, wrongWith } from './wrong.ts';

export function parse(text: string): Filter {
  try {
    return read(text);
  } catch (error) {
    throw isCoded(error) && error.place?.suggestion !== undefined ? suggestingRight(error, error.place) : error;
  }
}

/** Mistakes of one query that are corrected for its suggestion. */
const MISTAKES_MAX = 8;

/** What to type instead must itself be right: further mistakes are corrected too, and what cannot be is not suggested. */
function suggestingRight(error: CodedError, place: ErrorPlace): CodedError {
  let { suggestion } = place;
  for (let mistakes = 0; suggestion !== undefined && mistakes < MISTAKES_MAX; mistakes++) {
    try {
      read(suggestion);
      return mistakes === 0 ? error : new CodedError(error.code, error.message, { ...place, suggestion });
    } catch (next) {
      if (!isCoded(next)) throw next;
      suggestion = next.place?.suggestion;
    }
  }
  const { suggestion: _, ...bare } = place;
  return new CodedError(error.code, error.message, bare);
}

function read(text: string): Filter {
  if (text.length > limits.queryCharsMax) {
    const start = text.slice(0, limits.queryCharsMax + 1);
    throw wrongWith(
      { text: start, at: limits.queryCharsMax, length: 1 },
      `the query has ${text.length} characters, ${limits.queryCharsMax} are the most: ask in several queries`,
      undefined,
    );
  }
  const reading: Reading = { text, lexemes: lex(text), next: 0 };
  if (reading.lexemes.length === 0) return { kind: 'all' };
  const filter = readOr(reading, 0);
  const left = reading.lexemes[reading.next];
  if (left === undefined) return filter;
  throw wrong({ text, at: left.at, length: left.length }, 'this parenthesis closes nothing', '');
}

interface Reading {
  readonly text: string;
  readonly lexemes: readonly Lexeme[];
  next: number;
}

function readOr(reading: Reading, depth: number): Filter {
  const of = [readAnd(reading, depth)];
  while (reading.lexemes[reading.next]?.kind === 'or') {
    reading.next++;
    of.push(readAnd(reading, depth));
  }
  return of.length === 1 ? of[0]! : { kind: 'or', of };
}

function readAnd(reading: Reading, depth: number): Filter {
  const of = [readUnary(reading, depth)];
  for (;;) {
    const lexeme = reading.lexemes[reading.next];
    if (lexeme === undefined || lexeme.kind === 'or' || lexeme.kind === 'close') break;
    if (lexeme.kind === 'and') reading.next++;
    of.push(readUnary(reading, depth));
  }
  return of.length === 1 ? of[0]! : { kind: 'and', of };
}

function readUnary(reading: Reading, depth: number): Filter {
  const lexeme = reading.lexemes[reading.next];
  if (lexeme === undefined || lexeme.kind === 'and' || lexeme.kind === 'or' || lexeme.kind === 'close')
    throw missingOperand(reading, lexeme);
  if (depth >= limits.queryDepthMax) {
    throw wrongWith(
      { text: reading.text, at: lexeme.at, length: lexeme.length },
      `more than ${limits.queryDepthMax} levels of parentheses and NOT`,
      undefined,
    );
  }
  reading.next++;
  if (lexeme.kind === 'not') return { kind: 'not', of: readUnary(reading, depth + 1) };
  if (lexeme.kind === 'term') return filterOf(reading.text, lexeme);
  const filter = readOr(reading, depth + 1);
  if (reading.lexemes[reading.next]?.kind !== 'close') {
    throw wrongWith({ text: reading.text, at: lexeme.at, length: 1 }, 'this parenthesis is not closed', `${reading.text})`);
  }
  reading.next++;
  return filter;
}

/** An operator without what it works on, an empty group, or a parenthesis too many. */
function missingOperand(reading: Reading, lexeme: Lexeme | undefined): Error {
  const { text } = reading;
  const before = reading.lexemes[reading.next - 1];
  if (before?.kind === 'open' && lexeme?.kind === 'close') {
    return wrong({ text, at: before.at, length: lexeme.at + 1 - before.at }, 'there is nothing between the parentheses', '');
  }
  if (before?.kind === 'open' && lexeme === undefined)
    return wrong({ text, at: before.at, length: 1 }, 'this parenthesis is not closed, and nothing follows it', '');
  if (lexeme?.kind === 'close' && (before === undefined || before.kind === 'term'))
    return wrong({ text, at: lexeme.at, length: 1 }, 'this parenthesis closes nothing', '');
  const sign = before !== undefined && before.kind !== 'open' ? before : lexeme!;
  const word = text.slice(sign.at, sign.at + sign.length);
  const side = sign === before ? 'behind' : 'before';
  const stretch = { text, at: sign.at, length: sign.length };
  const without = replaced(stretch, '').replace(/\s+\)/g, ')').trim();
  return wrongWith(
    stretch,
    `\`${word}\` needs something ${side} it; as a word to look for it is written ${quoted(word)}`,
    without === '' ? quoted(word) : without,
  );
}
