/** Ranges of the plugin, and what its text never holds. */
import { expect, test } from 'vitest';
import { checkText } from '../../src/cli/check.ts';
import { alerts, readRange } from '../../src/cli/check-range.ts';
import type { ErrorGroup } from '../../src/model.ts';

test.each([
  // range, values that are fine, values that alert
  ['10', [0, 5, 10], [-1, 11]],
  ['10:', [10, 1e9], [9, 0, -1]],
  ['~:10', [-1e9, 0, 10], [11]],
  ['10:20', [10, 15, 20], [9, 21]],
  ['@10:20', [9, 21], [10, 15, 20]],
  ['@10', [-1, 11], [0, 10]],
  ['0', [0], [1]],
  ['1:', [1], [0]],
  [':5', [0, 5], [6, -1]],
  ['-5:2.5', [-5, 2.5], [-5.5, 2.6]],
  ['@~:', [], [-1, 0, 1]],
])('the range %s', (text, fine, wrong) => {
  const range = readRange(text, '-w');
  expect(fine.filter((value) => alerts(range, value))).toEqual([]);
  expect(wrong.filter((value) => !alerts(range, value))).toEqual([]);
});

test.each(['', ':', '~:', '@', 'ten', '1:2:3', '20:10', '~', '10;20', '1e3', '~:~', '--', ' 10'])('%j is no range', (text) => {
  expect(() => readRange(text, '-w')).toThrow(expect.objectContaining({ code: 'bad-argument', message: expect.stringContaining('-w') }));
});

test('no range never alerts', () => {
  expect(alerts(undefined, 1e9)).toBe(false);
});

test('hostile titles and names of services stay where they are', () => {
  const title = 'a | evil=99;;;; \x1b[2J\nb';
  const group: Partial<ErrorGroup> = {
    title,
    count: 3,
    state: 'new',
    services: [{ name: 'x|y', count: 3 }],
    hosts: [{ name: 'h|1', count: 3 }],
    signature: 'ab',
  };
  const found = { total: 3, services: [{ value: "it's a|b=c", count: 3 }], groups: [group as ErrorGroup] };
  const limits = { warning: readRange('@1:5', '-w'), critical: undefined };
  const text = checkText(1, found, { given: undefined, since: 'yesterday 14:00', ...limits, isVerbose: true });
  expect(text.split('\n')).toEqual([
    "STACKTRAIL WARNING - 3 errors since yesterday 14:00 | errors=3;@1:5;;0; 'it''s a¦b_c_errors'=3;;;0;",
    '3 a ¦ evil=99;;;; \\x1b[2J\\nb (new, x¦y) [ab; on h¦1 3]',
    '',
  ]);
});
