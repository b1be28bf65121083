/** Errors by group for a scrape: bounded, nothing is lost between what is shown and the others, and no counter falls. */
import { expect, test } from 'vitest';
import { GroupCounts, SHOWN_MAX } from '../../src/base/group-counts.ts';

const sumOf = (counts: GroupCounts): number => counts.shown().reduce((sum, { count }) => sum + count, counts.others);

test('the first groups are shown, one that comes much more often takes the place of the least', () => {
  const counts = new GroupCounts();
  for (let index = 0; index < SHOWN_MAX; index++) counts.add(`g${index}`, 'ERROR', 10 + index);
  expect(counts.shown()).toHaveLength(SHOWN_MAX);
  expect(counts.others).toBe(0);
  counts.add('new', 'CRITICAL', 19);
  expect(counts.shown().map(({ signature }) => signature)).not.toContain('new');
  expect(counts.others).toBe(19);
  // Twice those of g0: what it had is counted in the others, and g0's goes there.
  counts.add('new', 'CRITICAL', 1);
  expect(counts.shown().at(-1)).toEqual({ signature: 'new', level: 'CRITICAL', count: 1 });
  expect(counts.shown().map(({ signature }) => signature)).not.toContain('g0');
  expect(counts.others).toBe(29);
});

test('a flood of groups: bounded, all are counted, none falls while it is shown', () => {
  const counts = new GroupCounts();
  let [sum, others] = [0, 0];
  let before = new Map<string, number>();
  for (let index = 0; index < 9000; index++) {
    const signature = index % 3 === 0 ? `often${index % 20}` : `once${index}`;
    const count = 1 + (index % 4);
    counts.add(signature, 'ERROR', count);
    sum += count;
    const now = new Map(counts.shown().map((one) => [one.signature, one.count]));
    const fell = [...now].filter(([one, value]) => value < (before.get(one) ?? 0));
    // One comparison a round: thousands of matchers take seconds.
    if (now.size > SHOWN_MAX || counts.others < others || fell.length > 0)
      expect({ index, size: now.size, fell }).toBe('bounded and rising');
    [others, before] = [counts.others, now];
  }
  expect(sumOf(counts)).toBe(sum);
  const often = counts.shown().filter(({ signature }) => signature.startsWith('often'));
  expect(often).toHaveLength(20);
});
