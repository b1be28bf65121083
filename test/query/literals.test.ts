/** Literals never lie: what a condition finds holds all of one alternative. Random conditions on random texts, and a table of expressions. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRecord } from '../../src/base/record.ts';
import { fold } from '../../src/base/tokens.ts';
import type { Filter } from '../../src/model.ts';
import { isLocal, literalsOf, type TextFilter } from '../../src/query/literals.ts';
import { compile } from '../../src/query/match.ts';
import { filters, texts } from './vocabulary.ts';

const regex = (source: string, flags = ''): TextFilter => ({ kind: 'regex', source, flags });
const finds = (filter: Filter, message: string): boolean => compile(filter, () => ({}))({ ...emptyRecord(1, 'udp', ''), message });

function holds(filter: TextFilter, text: string): boolean {
  const folded = fold(text);
  return literalsOf(filter).some((all) => all.every((literal) => folded.includes(literal)));
}

const isText = (filter: Filter): filter is TextFilter => !['all', 'and', 'or', 'not', 'field'].includes(filter.kind);

test('random conditions on random texts', () => {
  let found = 0;
  fc.assert(
    fc.property(filters.filter(isText), texts, (filter, text) => {
      if (!finds(filter, text)) return;
      found++;
      expect(holds(filter as TextFilter, text), JSON.stringify(filter)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(found).toBeGreaterThan(100);
});

/** Pieces of expressions and texts in which some of them match: quantifiers, classes, groups, escapes with digits, flags. */
const SOURCES = [
  'a',
  'b+',
  'c?',
  'd*',
  'e{0,1}',
  'f{2}',
  '[gh]',
  '(ij|k)',
  '(?:l)?',
  'm|n',
  '\\.',
  '\\d',
  '\\x61',
  '\\u0062',
  '\\bx',
  'Y',
  ' ',
  '.',
  '^',
  '$',
  '\\\\',
  '\\(',
  '(o\\)p)',
  '[)\\]]q',
  'é',
  'K',
  's',
];
const TEXTS = [
  'a',
  'b',
  'bb',
  'c',
  'd',
  'e',
  'ff',
  'g',
  'h',
  'ij',
  'k',
  'l',
  'm',
  'n',
  '.',
  '5',
  'x',
  'y',
  'Y',
  ' ',
  '\\',
  '(',
  'o)p',
  ')q',
  'é',
  'K',
  'ſ',
  'K',
];

test('random expressions on random texts', () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...SOURCES), { minLength: 1, maxLength: 5 }),
      fc.array(fc.constantFrom(...TEXTS), { maxLength: 8 }),
      fc.constantFrom('', 'i', 'u', 'iu', 's', 'v'),
      (source, text, flags) => {
        const filter = regex(source.join(''), flags);
        let is: boolean;
        try {
          is = finds(filter, text.join(''));
        } catch {
          return;
        }
        if (!is) return;
        found++;
        expect(holds(filter, text.join('')), `/${source.join('')}/${flags} in ${text.join('')}`).toBe(true);
      },
    ),
    { numRuns: 20_000 },
  );
  expect(found).toBeGreaterThan(2000);
});

describe('expressions', () => {
  test.each<[source: string, flags: string, want: string[][]]>([
    ['Errno 1\\d\\d', '', [['errno 1']]],
    ['status: [45]\\d\\d', '', [['status: ']]],
    ['Instance (spawned|destroyed) successfully', '', [['instance ', ' successfully']]],
    ['a|b c', '', [['a'], ['b c']]],
    ['colou?r', '', [['colo', 'r']]],
    ['ab{2}c', '', [['a', 'c']]],
    ['ab+c', '', [['ab', 'c']]],
    ['10\\.0\\.0\\.\\d+', '', [['10.0.0.']]],
    ['\\x41b', '', [['b']]],
    ['.*', '', [[]]],
    ['(a', '', [[]]],
    ['Kiss', 'iu', [[]]],
  ])('/%s/%s', (source, flags, want) => {
    expect(literalsOf(regex(source, flags))).toEqual(want);
  });

  test.each<[string, boolean]>([
    ['Instance (spawned|destroyed)', true],
    ['[^a]b', true],
    ['a\\$', true],
    ['\\\\b', true],
    ['^a', false],
    ['a$', false],
    ['\\ba', false],
    ['a\\B', false],
    ['a(?=b)', false],
    ['a(?!b)', false],
    ['(?<=a)b', false],
    ['(?<!a)b', false],
    ['(?<name>a)b', true],
  ])('/%s/ looks at nothing around what it finds: %s', (source, want) => {
    expect(isLocal(source)).toBe(want);
  });
});
