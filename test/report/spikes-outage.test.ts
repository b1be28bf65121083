/** Outages on counts that are made here: what stands below what, what stands alone, and what a text complains of. */
import { describe, expect, test } from 'vitest';
import { ALONE_AFTER_MINUTES } from '../../src/report/collapse.ts';
import { complaintOf } from '../../src/report/dependency.ts';
import { BROKER, DAY, type Given, one, outage, Play, places } from './spike-play.ts';

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
    { name: 'some of its usual errors shortly before the outage', before: 1, isBelow: true },
    { name: 'as many before the outage as in it', before: 8, isBelow: false },
  ])('$name', ({ before, isBelow }) => {
    const usual = (minute: number): Given => (minute % 60 === 0 ? one('slow', 1, ['nova', 'cmp01']) : blinks(minute));
    const early = (): Given => one('slow', before, ['nova', 'cmp01']);
    // Few a minute: it takes some minutes to be more than usual.
    const during = (): Given => ({ ...outage(), counts: [...outage().counts!, ['slow', 'nova', 'cmp01', 2]] });
    const play = new Play()
      .run(3 * DAY, usual)
      .run(1, early)
      .run(3)
      .run(6, during)
      .run(60, blinks);
    const root = play.told.find(({ dependency }) => dependency !== undefined)!;
    const slow = play.told.find(({ signature }) => signature === 'slow')!;
    expect(slow.foldedInto).toBe(isBelow ? root.id : undefined);
  });

  test('what trickles on after the outage stays below it, however long it takes to be calm', () => {
    const trickle = (minute: number): Given => (minute % 8 === 0 ? one('boom nova', 2, ['nova', 'ctl01']) : {});
    const play = new Play()
      .run(2 * DAY, blinks)
      .run(5, () => outage())
      .run(60, trickle)
      .run(60, blinks);
    const boom = play.told.find(({ signature }) => signature === 'boom nova')!;
    const root = play.told.find(({ dependency }) => dependency !== undefined)!;
    // It was open for longer than what would let it stand alone.
    expect(Date.parse(boom.until!) - Date.parse(root.until!)).toBeGreaterThan(ALONE_AFTER_MINUTES * 60_000);
    expect(boom.foldedInto).toBe(root.id);
    expect(play.told.filter(({ foldedInto }) => foldedInto === undefined)).toEqual([root]);
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
