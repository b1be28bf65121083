/** What may be said of a block's texts without looking: a held run of eight hex digits is never denied. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HexRuns } from '../../src/store/hex-runs.ts';

const RUNS: readonly [text: string, run: string, want: boolean][] = [
  ['903b85d0', '903b85d0', true],
  ['x903b85d0-dbd8', '903b85d0', true],
  ['0903b85d01', '903b85d0', true],
  ['903b85d-0', '903b85d0', false],
  ['', '903b85d0', false],
  ['ffffffff', 'ffffffff', true],
];

test.each(RUNS)('%j and %s: %s', (text, run, want) => {
  expect(new HexRuns(text).mayHold(run)).toBe(want);
});

test('what a text holds is never denied', () => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789abcdefgx-ı'), maxLength: 200 });
  fc.assert(
    fc.property(text, (one) => {
      const runs = new HexRuns(one);
      for (const [, run] of one.matchAll(/(?=([0-9a-f]{8}))/g)) expect(runs.mayHold(run!)).toBe(true);
    }),
  );
});
