/** Tokens: one meaning for writer, reader and query. What stands in a part of a text stands in the whole, too. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, hasPhrase, isTokenUnit, tokensOf } from '../../src/base/tokens.ts';
import { text as anyText } from './texts.ts';

describe('tokens of a text', () => {
  test.each<[text: string, tokens: string[]]>([
    ['', []],
    [' .-/"', []],
    ['No valid host', ['no', 'valid', 'host']],
    ['nova.compute-manager_x', ['nova', 'compute', 'manager_x']],
    ['__init__ a1b2', ['__init__', 'a1b2']],
    ['größe GRÖSSE', ['größe', 'grösse']],
    ['日本語、テスト', ['日本語', 'テスト']],
    ['ok🙂ok', ['ok🙂ok']],
    ['e\u0301te\u0301', ['e\u0301te\u0301']],
    ['İ', ['i\u0307']],
    ['ΑΣ ας ΣΑΣ', ['ασ', 'ασ', 'σασ']],
    ['\u212a', ['k']],
    ['a\u00a0b\u200bc', ['a', 'b', 'c']],
  ])('%j', (text, want) => {
    expect(tokensOf(text)).toEqual(want);
  });
});

test('tokens hold token characters alone, in the order of the text, with something between them', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const folded = fold(text);
      let at = 0;
      for (const token of tokensOf(text)) {
        expect([...token].every((character) => isTokenUnit(character.charCodeAt(0)))).toBe(true);
        const found = folded.indexOf(token, at);
        expect(found).toBeGreaterThanOrEqual(at);
        for (const unit of folded.slice(at, found)) expect(isTokenUnit(unit.charCodeAt(0))).toBe(false);
        at = found + token.length;
      }
      for (const unit of folded.slice(at)) expect(isTokenUnit(unit.charCodeAt(0))).toBe(false);
    }),
  );
});

test('folding does not look at the neighbours, and folding twice changes nothing', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      expect(fold(one + other)).toBe(fold(one) + fold(other));
      expect(fold(fold(one))).toBe(fold(one));
      expect(tokensOf(fold(one))).toEqual(tokensOf(one));
    }),
    { numRuns: 1000 },
  );
});

/** As it reads in the design: the tokens of the phrase stand in a row among the tokens of the text. */
function naiveHasPhrase(text: string, tokens: readonly string[]): boolean {
  const all = tokensOf(text);
  if (tokens.length === 0) return true;
  return all.some((_, start) => tokens.every((token, index) => all[start + index] === token));
}

test('hasPhrase is a row of tokens within the tokens of the text', () => {
  let found = 0;
  fc.assert(
    fc.property(anyText, fc.nat(20), fc.nat(4), anyText, (text, at, count, other) => {
      const all = tokensOf(text);
      const start = at % (all.length + 1);
      const phrases = [
        all.slice(start, start + count),
        tokensOf(other).slice(0, 2),
        [...all.slice(start, start + 1), ...all.slice(start, start + 1)],
      ];
      // A token's beginning, its end, and the token with more before it.
      const [token] = all.slice(start);
      if (token !== undefined) phrases.push([token.slice(0, -1)], [token.slice(1)], [`x${token}`]);
      for (const phrase of phrases) {
        if (phrase.includes('')) continue;
        const want = naiveHasPhrase(text, phrase);
        found += want ? 1 : 0;
        expect(hasPhrase(text, phrase), JSON.stringify(phrase)).toBe(want);
      }
    }),
    { numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(1000);
});

test('a phrase takes no quadratic time on what nearly matches', () => {
  const text = 'a-'.repeat(200_000);
  expect(hasPhrase(text, ['a', 'a', 'b'])).toBe(false);
});
