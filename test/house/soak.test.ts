/** The soak's measure: a leak under the noise of garbage collections is seen, peaks without one are not. */
import { expect, test } from 'vitest';
import { diceOf } from '../fuzz/mutate.ts';
import { growthOf } from '../soak/slope.ts';

/** A saw of 60 MiB, as a heap is, with peaks now and then. */
function memory(perSecond: number, seed: number): { seconds: number; rssMiB: number }[] {
  const dice = diceOf(seed);
  return Array.from({ length: 90 }, (_, second) => {
    const peak = dice() < 0.05 ? 200 * dice() : 0;
    return { seconds: second + dice() / 10, rssMiB: 300 + second * perSecond + (second % 13) * 4 + peak };
  });
}

test.each([1, 2, 3, 4, 5, 6])('seed %s', (seed) => {
  expect(Math.abs(growthOf(memory(0, seed), 'rssMiB').growth)).toBeLessThan(20);
  const { growth, seconds, middle } = growthOf(memory(1, seed), 'rssMiB');
  expect(growth).toBeGreaterThan(70);
  expect(growth).toBeLessThan(110);
  expect(seconds).toBeCloseTo(89, 0);
  expect(middle).toBeGreaterThan(330);
});

test('few samples, and none', () => {
  expect(
    growthOf(
      [
        { seconds: 0, d: 5 },
        { seconds: 10, d: 8 },
      ],
      'd',
    ),
  ).toEqual({ growth: 3, middle: 6.5, seconds: 10 });
  const many = Array.from({ length: 3600 }, (_, seconds) => ({ seconds, d: 70 + (seconds % 7 === 0 ? 1 : 0) }));
  expect(growthOf(many, 'd').growth).toBe(0);
  expect(() => growthOf([], 'd')).toThrow();
});
