/**
 * What must stand in a text for a condition on texts to hold: a store that knows that none of it can be there need not look.
 * Not here: whether the condition does hold (match.ts), what an index must hold (need.ts).
 *
 * Invariant: whatever text `compile(filter)` finds, in one of the alternatives every literal is a part of `fold(text)`
 * (oracle: test/query/literals.test.ts). One empty alternative says nothing.
 */
import { fold, tokensOf } from '../base/tokens.ts';
import type { Filter } from '../model.ts';
import { tokenPatterns } from './glob.ts';
import { isAddress } from './ids.ts';

export type TextFilter = Extract<Filter, { kind: 'phrase' | 'wildcard' | 'substring' | 'regex' | 'id' }>;
/** One of these lists; of that, all. */
export type Literals = readonly (readonly string[])[];

const ANYTHING: Literals = [[]];
const HEX32 = /^[0-9a-f]{32}$/;
/** Of a UUID in any spelling: there is no dash before the ninth digit. */
const ID_HEAD = 8;

export function literalsOf(filter: TextFilter): Literals {
  switch (filter.kind) {
    case 'phrase':
      return [filter.tokens];
    case 'substring':
      return [[fold(filter.text)]];
    case 'wildcard':
      return [tokenPatterns(filter.pattern).flatMap((part) => part.split('*').filter((literal) => literal !== ''))];
    case 'id':
      return [idLiterals(filter.id)];
    case 'regex':
      return regexLiterals(filter.source, filter.flags);
  }
}

/** Addresses stand as they are, and their parts with them; of MACs and swift transactions the tokens do. */
function idLiterals(id: string): string[] {
  if (HEX32.test(id)) return [id.slice(0, ID_HEAD)];
  return isAddress(id) ? [id, ...tokensOf(id)] : tokensOf(id);
}

/** Expressions are read this far; longer ones are lists of words. */
const SOURCE_CHARS_MAX = 2000;
const PLAIN = /[A-Za-z0-9 _\-"'=,:;<>@%&~`!#/]/;
const ESCAPED_PUNCTUATION = /[.*+?^$()[\]{}|\\/\-"' =,:;<>@%&~`!#]/;

/** The runs of plain characters outside of groups, that are neither optional nor one of several. */
function regexLiterals(source: string, flags: string): Literals {
  // Flag v nests classes; with u and i together `k` and `s` have partners beyond ASCII.
  if (source.length > SOURCE_CHARS_MAX || flags.includes('v') || (flags.includes('u') && flags.includes('i'))) return ANYTHING;
  const alternatives: string[][] = [[]];
  let run = '';
  const end = (): void => {
    if (run !== '') alternatives.at(-1)!.push(fold(run));
    run = '';
  };
  for (let at = 0; at < source.length; ) {
    const unit = source[at]!;
    const plain = unit === '\\' ? escaped(source, at) : PLAIN.test(unit) ? unit : undefined;
    if (plain !== undefined) {
      at += unit === '\\' ? 2 : 1;
      const quantifier = source[at];
      // `ab?`, `ab*`, `ab{0,2}`: the b need not be there.
      if (quantifier === '?' || quantifier === '*' || quantifier === '{') end();
      else run += plain;
      if (quantifier === '+') end();
      continue;
    }
    end();
    if (unit === '|') alternatives.push([]);
    at = behind(source, at);
  }
  end();
  return alternatives;
}

function escaped(source: string, at: number): string | undefined {
  const unit = source[at + 1];
  return unit !== undefined && ESCAPED_PUNCTUATION.test(unit) ? unit : undefined;
}

/** Index behind what begins at `at` and says nothing: an escape, a class, a group, a quantifier, anything else. */
function behind(source: string, at: number): number {
  const unit = source[at];
  if (unit === '\\') return at + behindEscape(source, at);
  if (unit === '[') return behindClass(source, at);
  if (unit === '{') {
    const close = source.indexOf('}', at);
    return close < 0 ? source.length : close + 1;
  }
  return unit === '(' ? behindGroup(source, at) : at + 1;
}

/** `\x41`, `\u0041`, `\u{41}`, `\p{L}`, `\k<name>`, `\cA`, `\12`: their digits are no text. */
const ESCAPE = /\\(?:x[0-9a-f]{2}|u\{[^}]*\}|u[0-9a-f]{4}|p\{[^}]*\}|k<[^>]*>|c[a-z]|\d+|[\s\S])/iy;

function behindEscape(source: string, at: number): number {
  ESCAPE.lastIndex = at;
  return ESCAPE.exec(source)?.[0].length ?? 1;
}

function behindClass(source: string, at: number): number {
  for (let index = at + 1; index < source.length; index++) {
    if (source[index] === '\\') index++;
    else if (source[index] === ']') return index + 1;
  }
  return source.length;
}

function behindGroup(source: string, at: number): number {
  let depth = 0;
  for (let index = at; index < source.length; ) {
    const unit = source[index];
    if (unit === '\\') index += behindEscape(source, index);
    else if (unit === '[') index = behindClass(source, index);
    else {
      index++;
      if (unit === '(') depth++;
      else if (unit === ')' && --depth === 0) return index;
    }
  }
  return source.length;
}

const CLASS = /\[(?:\\[\s\S]|[^\]\\])*\]/g;
const ASSERTION = /[\^$]|\\[bB]|\(\?<?[=!]/;

/** Does the expression look at nothing around what it finds? Then what it finds in a part it finds in the whole. */
export function isLocal(source: string): boolean {
  return !ASSERTION.test(source.replace(CLASS, '').replace(/\\[^bB]/g, ''));
}
