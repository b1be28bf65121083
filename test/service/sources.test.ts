/** Hosts in the order in which an operator looks for them, with what is known of each. */
import { expect, test } from 'vitest';
import { sourcesOf } from '../../src/service/sources.ts';

const S = 1_000_000;
const NOW = 10_000 * S;

test('silent ones first, the newest silence before older ones; then who was heard longest ago', () => {
  const told = {
    heard: [
      ['fresh', NOW - 1 * S, 2 * S],
      ['gone-long', NOW - 9000 * S, 2 * S],
      ['slow', NOW - 400 * S, 100 * S],
      ['gone-now', NOW - 301 * S, 1 * S],
    ] as const,
    skew: [
      ['fresh', 320_400],
      ['gone-now', -7_200_000_000],
    ] as const,
    zones: new Map([
      ['slow', 345],
      ['fresh', -90],
    ]),
  };
  expect(sourcesOf(told, NOW)).toEqual([
    { host: 'gone-now', lastUs: NOW - 301 * S, usualPauseSeconds: 1, silentSeconds: 301, skewSeconds: -7200 },
    { host: 'gone-long', lastUs: NOW - 9000 * S, usualPauseSeconds: 2, silentSeconds: 9000 },
    { host: 'slow', lastUs: NOW - 400 * S, usualPauseSeconds: 100, zone: '+05:45' },
    { host: 'fresh', lastUs: NOW - 1 * S, usualPauseSeconds: 2, skewSeconds: 0.32, zone: '-01:30' },
  ]);
});
