/** A clock that jumps ahead makes nothing old until it has gone on for a day; one that comes back leaves no trace. */
import { expect, test } from 'vitest';
import { AgeClock } from '../../src/store/age-clock.ts';
import { DAY_US, HOUR_US, Kept } from './kept.ts';

const MINUTE_US = 60e6;
const YEAR_US = 365 * DAY_US;

// biome-ignore format: a line a case
/** Looks as [wall, steady] in hours after the newest record; `want`: what age is measured by, in hours. */
test.each<[name: string, ageHours: number, looks: [wall: number, steady: number, want: number][]]>([
  ['both go on', 240, [[0, 0, 0], [10, 10, 10], [1000, 1000, 1000]]],
  ['a short stop of the service', 240, [[23, 0, 23], [24, 1, 24]]],
  ['a long stop counts after a day', 240, [[100, 0, 0], [110, 10, 10], [123.9, 23.9, 23.9], [124, 24, 124], [125, 25, 125]]],
  ['a jump while it runs', 240, [[0, 0, 0], [5000, 1, 1], [5010, 11, 11], [5024, 25, 5024]]],
  ['a jump that is put right', 240, [[0, 0, 0], [5000, 1, 1], [3, 3, 3], [4, 4, 4]]],
  ['a jump in two parts begins to wait anew', 240, [[0, 0, 0], [100, 0, 0], [220, 20, 20], [240, 40, 40], [244, 44, 244]]],
  ['a short age waits as long as it is', 8, [[0, 0, 0], [100, 1, 1], [107, 8, 8], [108, 9, 108]]],
  ['a clock that goes back', 240, [[0, 0, 0], [-5000, 1, -5000], [-4999, 2, -4999]]],
])('%s', (_name, ageHours, looks) => {
  const clock = new AgeClock(0);
  const got = looks.map(
    ([wall, steady]) => clock.look({ nowUs: wall * HOUR_US, steadyUs: steady * HOUR_US }, ageHours * HOUR_US) / HOUR_US,
  );
  expect(got).toEqual(looks.map(([, , want]) => expect.closeTo(want, 6)));
});

test('an empty folder believes its clock', () => {
  expect(new AgeClock(undefined).look({ nowUs: 7, steadyUs: 1e9 }, HOUR_US)).toBe(7);
});

test('ten years ahead: nothing is dropped, it is said, and the clock may come back', () => {
  const kept = new Kept({ ageUs: 30 * DAY_US });
  kept.days(4);
  kept.keeper.look();
  kept.jump(10 * YEAR_US);
  expect(kept.keeper.look()).toBe(false);
  expect(kept.keeper.takeNotes()).toEqual([
    expect.objectContaining({ level: 'warn', text: expect.stringMatching(/^the clock went ahead/), facts: { aheadHours: 87_600 } }),
  ]);
  kept.append(10);
  for (let hour = 0; hour < 20; hour++) {
    kept.nowUs += HOUR_US;
    expect(kept.keeper.look()).toBe(false);
  }
  kept.jump(-10 * YEAR_US);
  kept.keeper.look();
  kept.append(10);
  expect(kept.counters.value('records.dropped', 'age')).toBe(0);
  // What was noted by the wrong clock keeps nothing for ten years.
  const days = kept.files.length;
  for (let day = 0; day < 40; day++) {
    kept.nowUs += DAY_US;
    kept.append(1);
    kept.keeper.look();
  }
  expect(kept.counters.value('records.dropped', 'age')).toBeGreaterThanOrEqual(420);
  expect(kept.files.length).toBeLessThan(days + 40);
  kept.owned.close();
});

test('a clock that is right after all drops what is old a day later, also over the restart that found it', () => {
  const kept = new Kept({ ageUs: 30 * DAY_US });
  kept.days(4);
  kept.nowUs += 60 * DAY_US;
  kept.reopen({ ageUs: 30 * DAY_US });
  expect(kept.keeper.look()).toBe(false);
  kept.nowUs += DAY_US - MINUTE_US;
  expect(kept.keeper.look()).toBe(false);
  kept.nowUs += MINUTE_US;
  expect(kept.keeper.look()).toBe(true);
  expect(kept.counters.value('records.dropped', 'age')).toBeGreaterThanOrEqual(300);
  kept.owned.close();
});
