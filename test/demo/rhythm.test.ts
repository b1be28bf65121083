/** The week of a cloud: busy by day, quiet at night, and the asked rate on the whole. */
import { expect, it } from 'vitest';
import { Cloud } from '../../src/demo/cloud.ts';
import { rhythmAt } from '../../src/demo/rhythm.ts';

/** A Monday, local time. */
const MONDAY = new Date(2026, 2, 2).getTime() * 1000;
const HOUR_US = 3_600_000_000;

it('has a mean of 1 over the week', () => {
  let sum = 0;
  for (let minute = 0; minute < 168 * 60; minute++) sum += rhythmAt(MONDAY + minute * 60_000_000);
  expect(sum / (168 * 60)).toBeCloseTo(1, 2);
});

it.each([
  ['Monday 10:00 is busier than Monday 04:00', 10, 4, 3],
  ['Tuesday 14:00 is busier than Sunday 14:00', 24 + 14, 6 * 24 + 14, 1.8],
])('%s', (_title, busy, quiet, times) => {
  expect(rhythmAt(MONDAY + busy * HOUR_US)).toBeGreaterThan(times * rhythmAt(MONDAY + quiet * HOUR_US));
});

it('shapes the rate of the cloud and keeps its average', () => {
  const cloud = new Cloud({ seed: 2, startUs: MONDAY, linesPerSecond: 0.3, rhythm: true });
  const perDay = new Array<number>(7).fill(0);
  const night = { lines: 0 };
  const noon = { lines: 0 };
  for (let event = cloud.next(); event.atUs < 168 * HOUR_US; event = cloud.next()) {
    const hours = event.atUs / HOUR_US;
    perDay[Math.floor(hours / 24)]!++;
    if (hours % 24 >= 3 && hours % 24 < 6) night.lines++;
    if (hours % 24 >= 9 && hours % 24 < 12) noon.lines++;
  }
  const total = perDay.reduce((sum, lines) => sum + lines, 0);
  expect(total / (168 * 3600)).toBeGreaterThan(0.26);
  expect(total / (168 * 3600)).toBeLessThan(0.34);
  expect(noon.lines).toBeGreaterThan(2 * night.lines);
  // Saturday and Sunday.
  expect(perDay[1]!).toBeGreaterThan(1.4 * perDay[6]!);
});
