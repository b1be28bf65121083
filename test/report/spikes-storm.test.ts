/** So many errors at once that nobody reads each: the largest and every CRITICAL are told, the others are one spike; it ends; outages are told besides. */
import { expect, test } from 'vitest';
import type { SpikeCount } from '../../src/report/spike-finder.ts';
import { AT_ONCE_MAX } from '../../src/report/spike-storm.ts';
import { BROKER, DAY, one, outage, Play } from './spike-play.ts';

const calm = (minute: number) => one('a', minute % 20 === 0 ? 1 : 0);
const many = (amount: number, name = 'new'): SpikeCount[] =>
  Array.from({ length: amount }, (_, index) => [`${name} ${index}`, 'swift', `st${index % 7}`, 6 + (index % 50)] as const);

test('the largest and what is CRITICAL are told one by one, the others together; all ends', () => {
  const critical = new Set(['new 0']);
  const play = new Play().run(DAY, calm).run(1, () => ({ counts: many(1000), change: { critical } }));
  const told = play.told;
  expect(told).toHaveLength(AT_ONCE_MAX + 1);
  const [storm, ...others] = told.filter(({ signature }) => signature === undefined);
  expect(others).toEqual([]);
  expect(storm).toMatchObject({
    title: `${1000 - AT_ONCE_MAX} more kinds of errors began together`,
    service: 'swift',
    observed: 1000 - AT_ONCE_MAX,
    link: { query: 'service:swift level:>=error' },
  });
  const each = told.filter(({ signature }) => signature !== undefined);
  expect(each.find(({ signature }) => signature === 'new 0')).toMatchObject({ kind: 'critical' });
  expect(Math.min(...each.filter(({ kind }) => kind === 'new').map(({ count }) => count))).toBeGreaterThanOrEqual(50);
  // Nobody's errors are counted twice.
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(many(1000).reduce((sum, [, , , count]) => sum + count, 0));
  play.run(90, calm);
  expect(play.told.every(({ until }) => until !== undefined)).toBe(true);
});

test('an outage that makes hundreds of groups at once is one spike, the storm below it', () => {
  const play = new Play().run(DAY, calm).run(1, () => {
    const { counts, complaints } = outage();
    return {
      counts: [...counts!, ...many(300, 'boom').map(([name, , host, count]) => [name, 'nova', host, count] as const)],
      complaints: complaints!,
    };
  });
  const alone = play.told.filter(({ foldedInto }) => foldedInto === undefined);
  expect(alone).toMatchObject([{ dependency: { address: BROKER } }]);
  expect(play.told.length).toBeGreaterThan(AT_ONCE_MAX);
});
