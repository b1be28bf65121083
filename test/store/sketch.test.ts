/** Percentiles of a sketch are within 1 % of the nearest rank of the sorted numbers, whatever their magnitude. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sketch } from '../../src/store/sketch.ts';

const numbers = fc.oneof(
  fc.double({ min: 1e-9, max: 1e15, noNaN: true }),
  fc.integer({ min: 0, max: 1000 }),
  fc.constantFrom(0, 1e-9, 200, 404, 500, 0.001, 1e15),
  fc.double({ min: 0.1, max: 2, noNaN: true }),
);

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

test('percentiles are within 1 %, count and maximum exact', () => {
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 400 }), (values) => {
      const measured = sketchOf(values).measured()!;
      const sorted = values.toSorted((a, b) => a - b);
      expect([measured.count, measured.max]).toEqual([values.length, sorted.at(-1)]);
      for (const percent of [50, 95, 99] as const) {
        const want = sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
        expect(Math.abs(measured[`p${percent}`] - want)).toBeLessThanOrEqual(want * 0.01 + 2e-9);
      }
    }),
    { numRuns: 2000 },
  );
});

test('nothing measured is nothing', () => {
  expect(new Sketch().measured()).toBeUndefined();
});

test('a million numbers of one magnitude are few steps', () => {
  const values = Array.from({ length: 100_000 }, (_, index) => 0.1 + (index % 5000) / 5000);
  expect(sketchOf(values).size).toBeLessThan(150);
});
