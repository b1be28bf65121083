/** More series than are watched: a flood of new signatures in one minute, over many minutes, and what is known meanwhile. */
import { expect, test } from 'vitest';
import { SERIES_MAX, type SpikeCount, SpikeFinder } from '../../src/report/spike-finder.ts';

const START = Math.floor(Date.UTC(2026, 10, 1) / 60_000);
/** Each signature has a series as a whole and one at its place. */
const FLOOD = SERIES_MAX;
const flood = (minute: number, amount: number): SpikeCount[] =>
  Array.from({ length: amount }, (_, index) => [`flood ${minute} ${index}`, 'nova', 'c1', 1] as const);

test('a flood in one minute: bounded, counted, and what is known is still judged', () => {
  const finder = new SpikeFinder();
  const usual = (minute: number): SpikeCount[] => (minute % 20 === 0 ? [['a', 'nova', 'c1', 1]] : []);
  for (let minute = 0; minute < 24 * 60; minute++) finder.minute({ minute: START + minute, counts: usual(minute) });
  const at = START + 24 * 60;
  expect(finder.minute({ minute: at, counts: flood(0, FLOOD) }).openings).toEqual([]);
  expect(finder.size).toBeLessThanOrEqual(SERIES_MAX);
  expect(finder.forgotten).toBeGreaterThanOrEqual(FLOOD / 2);
  const { openings } = finder.minute({ minute: at + 1, counts: [...flood(1, FLOOD), ['a', 'nova', 'c1', 40]] });
  expect([...new Set(openings.map(({ signature }) => signature))]).toEqual(['a']);
  // The newest are taken up again, in the place of the oldest.
  for (let minute = 2; minute < 10; minute++) {
    expect(finder.minute({ minute: at + minute, counts: flood(minute, 300) }).openings).toEqual([]);
    expect(finder.size).toBeLessThanOrEqual(SERIES_MAX);
  }
  const late = finder.minute({ minute: at + 10, counts: [['news', 'nova', 'c1', 9]] });
  expect(late.openings).toMatchObject([{ kind: 'new', signature: 'news' }]);
});
