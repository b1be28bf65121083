/** Texts that fit a terminal: never wider than asked for, nothing lost where they are broken, in linear time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columns, cut, fitted, rowsOf } from '../../src/base/width.ts';

test.each([
  ['', 0],
  ['nova', 4],
  ['übel', 4],
  ['日本', 4],
  ['e\u0301', 1],
  ['😀', 2],
])('%j has %i columns', (text, want) => {
  expect(columns(text)).toBe(want);
});

test.each([
  ['nova-compute', 20, 'nova-compute'],
  ['nova-compute', 12, 'nova-compute'],
  ['nova-compute', 8, 'nova-co…'],
  ['nova-compute', 1, '…'],
  ['nova-compute', 0, ''],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
  ['a😀b', 3, 'a…'],
])('%j cut to %i: %j', (text, width, want) => {
  expect(cut(text, width)).toBe(want);
  expect(columns(fitted(text, width))).toBe(width);
});

test.each<[string, number, number, string[]]>([
  ['', 10, 9, ['']],
  ['one two three four', 9, 9, ['one two', 'three', 'four']],
  ['one two three four', 9, 2, ['one two', 'three fo…']],
  ['aaaaaaaaaaaa bb', 5, 9, ['aaaaa', 'aaaaa', 'aa bb']],
  ['a /usr/lib/python3', 8, 9, ['a /usr/l', 'ib/pytho', 'n3']],
  ['日本語', 3, 9, ['日', '本', '語']],
  ['日本', 1, 9, ['日', '本']],
  ['😀😀', 1, 9, ['😀', '😀']],
])('%j in rows of %i, at most %i: %j', (text, width, max, want) => {
  expect(rowsOf(text, width, max)).toEqual(want);
});

test('rows lose nothing but the spaces they are broken at, and none is wider', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, width) => {
      const rows = rowsOf(text, width);
      for (const row of rows) expect(columns(row)).toBeLessThanOrEqual(width);
      expect(rows.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});

test('a text of a mebibyte is broken as fast as it is read', () => {
  const rows = rowsOf('x'.repeat(1024 * 1024), 80);
  expect(rows).toHaveLength(Math.ceil((1024 * 1024) / 80));
  expect(rowsOf(`e${'\u0301'.repeat(1024 * 1024)}`, 80)).toHaveLength(1);
});
