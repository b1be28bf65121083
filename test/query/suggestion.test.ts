/** What a wrong query is answered with can be typed: every suggestion is itself a right query, however many mistakes there were. */
import { expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import { parse } from '../../src/query/parse.ts';

function suggestionFor(text: string): string | undefined {
  try {
    parse(text);
  } catch (error) {
    if (!isCoded(error)) throw error;
    return error.place?.suggestion;
  }
  throw new Error(`${text} is right`);
}

test.each<[string, string | undefined]>([
  ['levl:eror', 'level:error'],
  ['level:error )(', 'level:error'],
  ['servce:nova (levl:eror', 'service:nova (level:error)'],
  ['((((a', '((((a))))'],
  ['* AND', '"AND"'],
  ['nova "', 'nova'],
  ['()', undefined],
])('%s: %s', (text, want) => {
  expect(suggestionFor(text)).toBe(want);
});

test('10,000 random texts of the language: whatever is suggested is right', () => {
  const pieces = [
    'a',
    'nova',
    'levl',
    'level',
    ':',
    '>',
    '>=',
    '"',
    '(',
    ')',
    ' ',
    ' AND ',
    ' OR ',
    'NOT ',
    '-',
    '*',
    '/',
    '\\',
    '|',
    '[',
    'é',
  ];
  let seed = 11;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  let suggested = 0;
  for (let count = 0; count < 10_000; count++) {
    const text = Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]).join('');
    let suggestion: string | undefined;
    try {
      parse(text);
    } catch (error) {
      if (!isCoded(error)) throw error;
      suggestion = error.place?.suggestion;
    }
    if (suggestion === undefined) continue;
    suggested++;
    expect(() => parse(suggestion)).not.toThrow();
  }
  expect(suggested).toBeGreaterThan(1000);
});
