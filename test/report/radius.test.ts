/** Sets that say how many: exact while small, within some percent beyond, the same in whatever order and by whatever way merged. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DistinctSet } from '../../src/report/radius.ts';

function of(texts: Iterable<string>): DistinctSet {
  const set = new DistinctSet();
  for (const text of texts) set.add(text);
  return set;
}
const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `req-${from + index}-cmp${index % 7}`);

test('exact up to 64, and twice is once', () => {
  for (const count of [0, 1, 2, 63, 64]) {
    const set = of([...numbered(count), ...numbered(count)]);
    expect([set.size, set.isExact]).toEqual([count, true]);
  }
  expect(of(numbered(65)).isExact).toBe(false);
});

test.each([100, 300, 1000, 3000, 10_000, 100_000])('%i within a tenth', (count) => {
  for (const from of [0, 1e6, 2e6]) {
    const { size } = of(numbered(count, from));
    expect(Math.abs(size - count) / count).toBeLessThan(0.1);
  }
});

test('merged, written and read again: the set of all', () => {
  const texts = fc.array(fc.integer({ min: 0, max: 300 }).map(String), { maxLength: 200 });
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const all = of([...one, ...other]);
      const merged = DistinctSet.from(of(one).bytes());
      merged.merge(of(other).bytes());
      expect(merged.size).toBe(all.size);
      expect(DistinctSet.from(all.bytes()).bytes()).toEqual(all.bytes());
      if (merged.isExact === all.isExact) expect(merged.bytes()).toEqual(all.bytes());
    }),
  );
});

test('bytes that are none of ours are nothing', () => {
  for (const bytes of [[], [7], [1, 2, 3], [0, 1], [2, ...new Array(1024).fill(9)]]) {
    expect(DistinctSet.from(Uint8Array.from(bytes as number[])).size).toBe(0);
  }
});
