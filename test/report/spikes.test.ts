/** Spikes on counts that are made here: what opens, when, what it says, what closes it. */
import { describe, expect, test } from 'vitest';
import type { SpikeCount } from '../../src/report/spike-finder.ts';
import { oddsOfAtLeast } from '../../src/report/spike-odds.ts';
import { SilenceWatch } from '../../src/report/spike-silence.ts';
import { isSnoozed } from '../../src/report/spike-view.ts';
import { DAY, type Given, MINUTE_US, one, Play, START } from './spike-play.ts';

describe('odds of a count', () => {
  test.for([
    // Poisson: 1 - (e^-2)(1 + 2 + 2); NB with k = 1 (geometric), mean 1: 0.5^3.
    { count: 3, mean: 2, variance: 2, want: 0.3233 },
    { count: 3, mean: 1, variance: 2, want: 0.125 },
    { count: 0, mean: 1, variance: 2, want: 1 },
    { count: 10, mean: 1, variance: 2, want: 0.5 ** 10 },
    { count: 1, mean: 100, variance: 300, want: 1 },
  ])('$count of $mean with variance $variance', ({ count, mean, variance, want }) => {
    expect(oddsOfAtLeast(count, mean, variance) / want).toBeCloseTo(1, 2);
  });
});

describe('growth', () => {
  /** One error every twenty minutes, always. */
  const usual = (minute: number): Given => one('a', minute % 20 === 0 ? 1 : 0);

  test('ten times the usual is found within two minutes, says what is usual, and is over when it is over', () => {
    const play = new Play().run(3 * DAY, usual);
    expect(play.told).toEqual([]);
    const began = play.minute;
    play.run(10, () => one('a', 6)).run(30, usual);
    const [spike, ...others] = play.told;
    expect(others).toEqual([]);
    expect(spike).toMatchObject({ kind: 'growth', signature: 'a', title: 'title of a', service: 'nova', host: 'c1', level: 'ERROR' });
    expect(Date.parse(spike!.since)).toBe(began * 60_000);
    expect(Date.parse(spike!.found) / 60_000 - began).toBeLessThanOrEqual(2);
    expect(spike!.baseline).toBeLessThan(0.3);
    expect(spike!.observed).toBeGreaterThanOrEqual(5);
    expect(spike!.count).toBeGreaterThanOrEqual(60);
    expect(spike!.rule).toMatch(/^\d+ errors of this signature( here)? in .*, usual are 0\.\d+; by chance/);
    const minutesLong = (Date.parse(spike!.until!) - Date.parse(spike!.since)) / 60_000;
    expect(minutesLong).toBeGreaterThan(10);
    expect(minutesLong).toBeLessThan(30);
    expect(spike!.evidence.length).toBeGreaterThan(0);
    expect(spike!.link.path).toContain(`line=${spike!.evidence[0]}`);
    expect(spike!.link).toMatchObject({ query: 'service:nova host:c1 "title of a"' });
  });

  test('a rhythm of the day is no spike, the same number at night is', () => {
    const hour = (minute: number): number => Math.floor(minute / 60) % 24;
    const rhythm = (minute: number): Given => one('a', (hour(minute) >= 9 && hour(minute) < 17) || minute % 10 === 0 ? 1 : 0);
    const play = new Play().run(14 * DAY, rhythm);
    const learned = play.told.length;
    play.run(7 * DAY, rhythm);
    expect(play.told.length).toBe(learned);
    play.run(3 * 60, rhythm).run(15, () => one('a', 8));
    expect(play.told.length).toBe(learned + 1);
  });

  test('what stays is usual after half a day', () => {
    const play = new Play().run(3 * DAY, usual).run(DAY, () => one('a', 3));
    expect(play.told).toMatchObject([{ kind: 'growth', until: expect.any(String) }]);
    expect(play.run(DAY, () => one('a', 3)).told).toHaveLength(1);
  });

  test('a fault of one host names the host', () => {
    const everywhere = (minute: number): SpikeCount[] =>
      ['c1', 'c2', 'c3', 'c4'].map((host, index) => ['a', 'nova', host, (minute + index) % 7 === 0 ? 1 : 0]);
    const some = (minute: number): SpikeCount[] => everywhere(minute).filter(([, , , count]) => count > 0);
    const play = new Play().run(3 * DAY, (minute) => ({ counts: some(minute) }));
    play.run(8, (minute) => ({ counts: [...some(minute), ['a', 'nova', 'c3', 9]] }));
    const [spike] = play.told;
    expect(Object.keys(play.board.spikes[0]!.places)).toContain('nova\nc3');
    expect(spike!.count).toBeGreaterThanOrEqual(60);
  });
});

describe('at once', () => {
  const healthy = (minute: number): Given => one('a', minute % 20 === 0 ? 1 : 0);
  test.for([
    { name: 'five in a minute', given: one('new', 5), kinds: ['new'] },
    { name: 'four in a minute', given: one('new', 4), kinds: [] },
    { name: 'five in a hurry over two minutes', given: { ...one('new', 4), change: { rushed: new Set(['new']) } }, kinds: ['new'] },
    { name: 'one CRITICAL', given: { ...one('new', 1), change: { critical: new Set(['new']) } }, kinds: ['critical'] },
  ])('a signature that was never seen: $name', ({ given, kinds }) => {
    const play = new Play().run(120, healthy).run(1, () => given);
    expect(play.told.map(({ kind }) => kind)).toEqual(kinds);
    play.run(90, healthy);
    expect(play.told.every(({ until }) => until !== undefined)).toBe(true);
  });

  test('a young store that is full of errors tells none as new', () => {
    const play = new Play().run(59, (minute) => one(`s${minute}`, 9));
    expect(play.told).toEqual([]);
  });

  test('a CRITICAL is not told again each hour', () => {
    const play = new Play()
      .run(120, healthy)
      .run(DAY, (minute) => (minute % 60 === 0 ? { ...one('bad', 1), change: { critical: new Set(['bad']) } } : {}));
    expect(play.told.map(({ kind }) => kind)).toEqual(['critical']);
  });
});

test('hosts that fall silent together are one spike; who speaks again closes it; a restart of ours is no silence', () => {
  const watch = new SilenceWatch(0);
  const play = new Play();
  const second = (at: number): number => START * MINUTE_US + at * 1e6;
  const look = (at: number, heardAt: Readonly<Record<string, number>>, from = watch): void => {
    const nowUs = second(at);
    const heard = Object.entries(heardAt).map(([host, last]) => [host, second(last), 3e6] as const);
    const { silent, back } = from.look(heard, nowUs);
    play.board.silence({ silent, back, nowUs });
  };
  for (let at = 0; at <= 3600; at += 10) look(at, { c1: at, c2: at, c3: at });
  expect(play.told).toEqual([]);
  for (let at = 3610; at <= 3800; at += 10) look(at, { c1: at, c2: 3602, c3: 3610 });
  expect(play.told).toMatchObject([
    { kind: 'silence', title: '2 hosts fell silent together', folded: [{ host: 'c2' }, { host: 'c3' }], baseline: 3 },
  ]);
  expect(Date.parse(play.told[0]!.found) / 1000 - second(3602) / 1e6).toBeLessThanOrEqual(120);
  look(3900, { c1: 3900, c2: 3895, c3: 3610 });
  expect(play.told[0]).not.toHaveProperty('until');
  look(3910, { c1: 3910, c2: 3910, c3: 3905 });
  expect(play.told[0]).toHaveProperty('until');
  const restarted = new SilenceWatch(second(9000));
  look(9010, { c1: 9010 }, restarted);
  expect(play.told).toHaveLength(1);
});

test('a snooze holds for what all of it fits', () => {
  const play = new Play().run(DAY).run(5, (minute) => (minute % 2 === 0 ? one('new', 9) : one('new', 9, ['nova', 'c2'])));
  const spike = play.board.spikes[0]!;
  const snooze = { name: 'x', until: '2099-01-01T00:00:00Z', changed: '' };
  expect(isSnoozed(spike, snooze)).toBe(false);
  for (const [fits, want] of [
    [{ signature: 'new' }, true],
    [{ spike: spike.id }, true],
    [{ service: 'nova' }, true],
    [{ service: 'nova', signature: 'other' }, false],
    // It is on c2, too.
    [{ host: 'c1' }, false],
  ] as const)
    expect(isSnoozed(spike, { ...snooze, ...fits })).toBe(want);
});
