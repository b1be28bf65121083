/** parse and print are each other's inverse; random filters are those of vocabulary.ts. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import type { Filter } from '../../src/model.ts';
import { parse } from '../../src/query/parse.ts';
import { print } from '../../src/query/print.ts';
import { filters, texts } from './vocabulary.ts';

test('parse(print(filter)) is the filter', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(parse(print(filter))).toEqual(filter);
    }),
    { numRuns: 3000 },
  );
});

test('whatever text parses prints to a text that parses to the same; any other is refused with its place', () => {
  let right = 0;
  const check = (text: string) => {
    let filter: Filter;
    try {
      filter = parse(text);
    } catch (error) {
      if (!isCoded(error)) throw error;
      expect(error.code).toBe('bad-query');
      const place = error.place!;
      expect(place.position).toBeGreaterThanOrEqual(0);
      expect(place.length).toBeGreaterThan(0);
      expect(place.position + place.length).toBeLessThanOrEqual(place.text.length);
      return;
    }
    right++;
    expect(parse(print(filter))).toEqual(filter);
  };
  const soup = fc.array(
    fc.constantFrom('a', '"', '*', '(', ')', '-', ' ', '/', ':', 'host:', 'level:', '>=', 'OR', 'AND ', 'NOT ', '\\', 'err', '5', '.'),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        texts,
        soup.map((parts) => parts.join('')),
        fc.string({ unit: 'binary' }),
      ),
      check,
    ),
    { numRuns: 3000 },
  );
  expect(right).toBeGreaterThan(300);
});

const UNUSUAL: readonly (readonly [string, Filter, string])[] = [
  ['all', { kind: 'all' }, ''],
  ['all inside', { kind: 'not', of: { kind: 'all' } }, '-seq:>=0'],
  ['a group of one', { kind: 'and', of: [{ kind: 'phrase', tokens: ['a'], text: 'a' }] }, 'a'],
  ['an empty AND', { kind: 'and', of: [] }, 'seq:>=0'],
  ['an empty OR', { kind: 'or', of: [] }, '-seq:>=0'],
  ['an empty OR in an AND', { kind: 'and', of: [{ kind: 'or', of: [] }, { kind: 'all' }] }, '-seq:>=0 seq:>=0'],
];

test.each(UNUSUAL)('%s, which parse never gives, still prints to what it means', (_name, filter, want) => {
  expect(print(filter)).toBe(want);
});
