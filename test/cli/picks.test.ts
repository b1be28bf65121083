/** -i, -e and -H: what they take, what they mark, and that none of them can take the terminal away. */
import { expect, test } from 'vitest';
import { parseArguments } from '../../src/base/arguments.ts';
import { CodedError } from '../../src/base/errors.ts';
import { publicRecord } from '../../src/base/public.ts';
import { patternOf, type Range } from '../../src/cli/pattern.ts';
import { marked, picksOf } from '../../src/cli/picks.ts';
import { tail } from '../../src/cli/rows-reading.ts';
import { recordOf } from '../api/parts.ts';
import { threadMs } from '../base/thread-time.ts';
import { testShell } from './shell.ts';

function picks(words: string[], color = false) {
  const terminal = testShell();
  return { ...picksOf(parseArguments(tail.flags, words), terminal.shell, color), err: terminal.err };
}

const record = publicRecord(recordOf('Timed out\nreq failed', { host: 'cmp01', logger: 'nova.compute', request: 'req-1' }), {});

test.each([
  [[], true],
  [['-i', 'out'], true],
  [['-i', 'OUT'], false],
  [['-i', '/OUT/i'], true],
  [['-i', 'failed$'], true],
  [['-i', '^req'], true],
  [['-i', 'cmp0[12]'], true],
  [['-i', 'nothing', '-i', 'nova\\.'], true],
  [['-e', 'out'], false],
  [['-e', 'nothing'], true],
  [['-i', 'out', '-e', 'cmp01'], false],
  [['-e', 'x', '-e', 'failed'], false],
])('%j takes the record: %j', (words, takes) => {
  expect(picks(words).takes(record)).toBe(takes);
});

test.each([
  [['-H', 'out'], false, 'timed out', 'timed »out«'],
  [['-H', 'o(?=u)'], false, 'out', '»o«ut'],
  [['-H', 'time', '-H', 'med'], false, 'timed', '»timed«'],
  [['-H', 'x*'], false, 'axb', 'a»x«b'],
  [['-H', 'out'], true, 'out', '\x1b[1;4mout\x1b[22;24m'],
] as [string[], boolean, string, string][])('%j marks (colour %j) %j', (words, color, text, want) => {
  expect(picks(words, color).mark?.(text)).toBe(want);
});

test('nothing is marked without -H', () => {
  expect(picks(['-i', 'x']).mark).toBeUndefined();
});

test.each<[Range[], string]>([
  [[], 'abcdef'],
  [
    [
      [0, 2],
      [1, 3],
    ],
    '<abc>def',
  ],
  [
    [
      [4, 6],
      [0, 1],
    ],
    '<a>bcd<ef>',
  ],
  [
    [
      [0, 1],
      [1, 2],
      [3, 3],
    ],
    '<ab>cdef',
  ],
])('%j', (ranges, want) => {
  expect(marked('abcdef', ranges, { before: '<', after: '>' })).toBe(want);
});

test.each(['(', '[a', 'a**', '/a/q', '/a/v', ''])('%j is refused', (text) => {
  expect(() => patternOf(text, 'include')).toThrow(CodedError);
});

/** Each of them takes for ever on that text, with V8's own engine. */
test.each([
  ['-i', '/(a+)+$/i'],
  ['-i', '(?=(a+)+$)a'],
  ['-e', '(a|a){40}$'],
])('%s %s ends, is said once, and hides nothing', (flag, pattern) => {
  const { takes, err } = picks([flag, pattern]);
  const hostile = publicRecord(recordOf(`${'a'.repeat(60)}!`, { host: undefined, program: undefined, logger: undefined }), {});
  for (let line = 0; line < 1000; line++) expect(takes(hostile)).toBe(true);
  expect(err().match(/takes too long/g)).toHaveLength(1);
});

test('an expression with one repetition is quick on a long line, also where the engine cannot fall back', () => {
  const tookMs = threadMs(() => {
    expect(patternOf('/a*b/i', 'include').find('a'.repeat(1024 * 1024), 1)).toBeUndefined();
    expect(patternOf('/a*b/i', 'include').find(`${'a'.repeat(4000)}b`, 1)).toEqual([[0, 4001]]);
  });
  expect(tookMs).toBeLessThan(5000);
});
