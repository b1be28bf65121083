/** Spikes on counts that are made here: what opens, when, what it says, what closes it, and what stands below what. */
import { describe, expect, test } from 'vitest';
import type { Complained } from '../../src/report/collapse.ts';
import { complaintOf } from '../../src/report/dependency.ts';
import { type BoardMinute, SpikeBoard } from '../../src/report/spike-board.ts';
import type { SpikeCount } from '../../src/report/spike-finder.ts';
import { oddsOfAtLeast } from '../../src/report/spike-odds.ts';
import { SilenceWatch } from '../../src/report/spike-silence.ts';
import { isSnoozed, spikeList } from '../../src/report/spike-view.ts';

const MINUTE_US = 60e6;
const DAY = 24 * 60;
/** A Sunday, 00:00 UTC. */
const START = Math.floor(Date.UTC(2026, 10, 1) / 60_000);
const ALL = { startUs: 0, endUs: Number.MAX_SAFE_INTEGER };

interface Given {
  readonly counts?: readonly SpikeCount[];
  readonly complaints?: readonly Complained[];
  readonly change?: Partial<BoardMinute>;
}

/** A board that goes through minutes; `at` gives what is in each. */
class Play {
  readonly board = new SpikeBoard();
  minute = START;

  run(minutes: number, at: (minute: number) => Given = () => ({})): this {
    for (const end = this.minute + minutes; this.minute < end; this.minute++) {
      const { counts = [], complaints = [], change = {} } = at(this.minute);
      this.board.minute({
        ...{ minute: this.minute, counts, complaints, nowUs: (this.minute + 1) * MINUTE_US },
        facts: (signature) => ({ title: `title of ${signature}`, level: 'ERROR', samples: [[this.minute - START, 'nova', 'c1']] }),
        ...change,
      });
    }
    return this;
  }

  /** All, folded ones too, oldest first. */
  get told() {
    const by = { snoozes: [], nowUs: this.minute * MINUTE_US };
    return spikeList(this.board.spikes, { ...ALL, withFolded: true }, by).toReversed();
  }
}

const one = (signature: string, count: number, place: readonly [string, string] = ['nova', 'c1']): Given => ({
  counts: count === 0 ? [] : [[signature, ...place, count]],
});

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

const BROKER = 'ctl01:5672';
const places = [
  ['nova', 'cmp01'],
  ['nova', 'ctl01'],
  ['neutron', 'net01'],
  ['cinder', 'ctl01'],
] as const;
/** All complain of the broker; what comes of it carries no address, or no word of a broker. */
function outage(of: readonly (readonly [string, string])[] = places): Given {
  const counts: SpikeCount[] = of.flatMap(([service, host]) => [
    ['unreachable', service, host, 4] as const,
    ['timeout', service, host, 3] as const,
    [`boom ${service}`, service, host, 6] as const,
  ]);
  const complaints = of.flatMap(([service, host]): Complained[] => [
    { kind: 'broker', address: BROKER, signature: 'unreachable', service, host, count: 4 },
    { kind: 'broker', signature: 'timeout', service, host, count: 3 },
  ]);
  return { counts, complaints };
}

describe('collapse', () => {
  const blinks = (minute: number): Given =>
    minute % 50 === 0
      ? {
          counts: [['unreachable', 'nova', 'cmp01', 1]],
          complaints: [{ kind: 'broker', address: BROKER, signature: 'unreachable', service: 'nova', host: 'cmp01', count: 1 }],
        }
      : {};

  test.for([
    { name: 'after a day', minutes: DAY },
    { name: 'in the first hour', minutes: 20 },
  ])('an outage of the broker is one spike with everything below it, $name', ({ minutes }) => {
    const play = new Play()
      .run(minutes, blinks)
      .run(5, () => outage())
      .run(40, blinks);
    const told = play.told.filter(({ foldedInto }) => foldedInto === undefined);
    expect(told).toMatchObject([
      { dependency: { kind: 'broker', address: BROKER }, link: { query: `broker:"${BROKER}"` }, until: expect.any(String) },
    ]);
    expect([...told[0]!.dependency!.services].sort()).toEqual(['cinder', 'neutron', 'nova']);
    expect(told[0]!.title).toBe(`Message broker ${BROKER} is away or refuses`);
    expect(Date.parse(told[0]!.found) - Date.parse(told[0]!.since)).toBeLessThanOrEqual(120_000);
    if (minutes === DAY) {
      const below = play.told.filter(({ foldedInto }) => foldedInto === told[0]!.id).map(({ signature }) => signature);
      expect(below.sort()).toEqual(['boom cinder', 'boom neutron', 'boom nova', 'timeout', 'unreachable']);
      expect(told[0]!.folded.map(({ signature }) => signature).sort()).toEqual(below);
      expect(told[0]!.count).toBeGreaterThanOrEqual(5 * places.length * 13 - 13 * places.length);
    }
  });

  test('one host that lost its way is not an outage', () => {
    const play = new Play().run(DAY, blinks).run(5, () => outage([['nova', 'cmp01']]));
    expect(play.told.every(({ dependency }) => dependency === undefined)).toBe(true);
    expect(play.told.length).toBeGreaterThan(0);
  });

  test('what is elsewhere, complains of something else, or outlives the outage stands alone', () => {
    const other: Given = {
      counts: [
        ['swift is ill', 'swift', 'st01', 9],
        ['deadlocked', 'nova', 'ctl01', 9],
      ],
      complaints: [{ kind: 'database', address: 'db:3306', signature: 'deadlocked', service: 'nova', host: 'ctl01', count: 9 }],
    };
    const both = (): Given => ({
      counts: [...outage().counts!, ...other.counts!],
      complaints: [...outage().complaints!, ...other.complaints!],
    });
    const play = new Play().run(DAY, blinks).run(5, both);
    const alone = play.told.filter(({ foldedInto, dependency }) => foldedInto === undefined && dependency === undefined);
    expect(alone.map(({ signature }) => signature).sort()).toEqual(['deadlocked', 'swift is ill']);
    play.run(60, () => one('boom nova', 6, ['nova', 'ctl01']));
    expect(play.told.find(({ signature }) => signature === 'boom nova')).not.toHaveProperty('foldedInto');
  });

  test.for([
    {
      text: 'Unable to establish connection to http://ctl01:5000/v3/auth/tokens: HTTPConnectionPool',
      want: { kind: 'keystone', address: 'ctl01:5000' },
    },
    {
      text: 'Unable to establish connection to https://api.example.org/identity/v3',
      want: { kind: 'keystone', address: 'api.example.org:443' },
    },
    { text: 'Unable to establish connection to http://ctl01:9696/v2.0/ports', want: undefined },
    { text: 'Identity server rejected authorization', want: { kind: 'keystone' } },
    { text: 'all is well', want: undefined },
  ])('complaint: $text', ({ text, want }) => {
    expect(complaintOf({}, text)).toEqual(want);
  });

  test.for([
    { marks: { amqp: { kind: 'unreachable', broker: BROKER } }, want: { kind: 'broker', address: BROKER } },
    { marks: { amqp: { kind: 'timeout' } }, want: { kind: 'broker' } },
    { marks: { amqp: { kind: 'connected', broker: BROKER } }, want: undefined },
    { marks: { database: { kind: 'refused', server: 'db1' } }, want: { kind: 'database', address: 'db1:3306' } },
    { marks: { database: { kind: 'deadlock' } }, want: undefined },
  ] as const)('complaint by mark: $marks', ({ marks, want }) => {
    expect(complaintOf(marks, '')).toEqual(want);
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
