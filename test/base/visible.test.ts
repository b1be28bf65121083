/** What a terminal would obey is shown, not sent. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleJson, visibleLines } from '../../src/base/visible.ts';

test.each([
  ['plain text, übel, 日本, 😀', 'plain text, übel, 日本, 😀', undefined],
  ['\x1b[31mred\x1b]0;title\x07', '\\x1b[31mred\\x1b]0;title\\x07', undefined],
  ['a\nb\tc\rd', 'a\\nb\\tc\\rd', 'a\nb\tc\\rd'],
  ['\0\x7f\x9b31m', '\\x00\\x7f\\x9b31m', undefined],
  ['user\u202egnp.exe\u2066', 'user\\u202egnp.exe\\u2066', undefined],
  ['a\u2028b\u2029c\u200bd\ufeff', 'a\\u2028b\\u2029c\\u200bd\\ufeff', undefined],
  ['\ud83d half, \ude00 half', '\\ud83d half, \\ude00 half', undefined],
])('%j', (text, want, wantLines) => {
  expect(visible(text)).toBe(want);
  expect(visibleLines(text)).toBe(wantLines ?? want);
});

test('no text gets a control character through, and JSON keeps its value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(visibleLines(text)).not.toMatch(/[^\P{Cc}\n\t]/u);
      const json = visibleJson(JSON.stringify(text));
      expect(json).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(JSON.parse(json)).toBe(text);
    }),
  );
});
