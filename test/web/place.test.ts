/** The address and back, ranges and zones: what a person sees again when a link is opened. Every table row is (input, want). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, NOWHERE, placeOf } from '../../web/src/state/place.ts';
import { absolute, endsOf, moved, rangeText, rangeWords, widened } from '../../web/src/state/ranges.ts';
import { stacksOf, stepText } from '../../web/src/state/stacks.ts';
import { microsOf } from '../../web/src/state/window.ts';
import { fullTime, isZone, offsetMinutes, rowTime, shortTime, toMoment } from '../../web/src/state/zones.ts';

function parts(address: string): [string, string] {
  const [path = '', search = ''] = address.split(/\?(.*)/s);
  return [path, search === '' ? '' : `?${search}`];
}

test.each([
  [{}, 'search'],
  [{ query: 'level:error', from: '1h' }, 'search?q=level:error&from=1h'],
  [{ query: 'a b&c=d#e+f%' }, 'search?q=a+b%26c%3Dd%23e%2Bf%25'],
  [{ view: 'story', id: 'req-1/2' }, 'story/req-1%2F2'],
  [
    { line: '42', columns: 'host,logger', rows: 'full', zone: 'Asia/Tokyo' },
    'search?line=42&columns=host,logger&rows=full&zone=Asia/Tokyo',
  ],
  [{ more: { deskew: 'true' } }, 'search?deskew=true'],
] as const)('%o is %s, and back', (change, want) => {
  const place = { ...NOWHERE, ...change };
  expect(addressOf(place)).toBe(want);
  expect(placeOf(...parts(want))).toEqual(place);
});

test('every place comes back from its address', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, text, (query, from, id) => {
      const place = { ...NOWHERE, query, from, id: id.replace(/^$/, 'x') };
      expect(placeOf(...parts(addressOf(place)))).toEqual(place);
    }),
  );
});

test('what an address says wrongly is not there', () => {
  expect(placeOf('', '?line=x&rows=tall')).toEqual(NOWHERE);
  expect(placeOf('%zz', '').view).toBe('%zz');
});

test.each([
  [{ from: '', to: '' }, 'Last hour', { start: '1h' }],
  [{ from: 'all', to: '' }, 'Everything kept', {}],
  [{ from: '90m', to: '' }, 'Last 90m', { start: '90m' }],
  [
    { from: '2026-11-22T08:00:00Z', to: '2026-11-22T09:30:00Z' },
    '2026-11-22 08:00 – 09:30',
    { start: '2026-11-22T08:00:00Z', end: '2026-11-22T09:30:00Z' },
  ],
  [{ from: '2026-11-22T08:00:00Z', to: '' }, '2026-11-22 08:00 – now', { start: '2026-11-22T08:00:00Z' }],
  [{ from: '2h', to: '1h' }, '2h – 1h', { start: '2h', end: '1h' }],
] as const)('%o is called %s', (range, text, words) => {
  expect(rangeText(range, 'UTC')).toBe(text);
  expect(rangeWords(range)).toEqual(words);
});

test('a range moves and widens, and becomes absolute', () => {
  const nowMs = Date.UTC(2026, 10, 22, 12);
  const ends = endsOf({ from: '1h', to: '' }, { nowMs })!;
  expect(ends).toEqual({ fromMs: nowMs - 3_600_000, toMs: nowMs });
  expect(moved(ends, -0.5)).toEqual({ from: '2026-11-22T10:30:00.000Z', to: '2026-11-22T11:30:00.000Z' });
  expect(widened(ends)).toEqual({ from: '2026-11-22T10:30:00.000Z', to: '2026-11-22T12:30:00.000Z' });
  expect(absolute(nowMs, nowMs)).toEqual({ from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T12:00:00.001Z' });
  expect(endsOf({ from: 'all', to: '' }, { nowMs })).toBeUndefined();
  expect(endsOf({ from: 'yesterday 14:00', to: '' }, { nowMs })).toBeUndefined();
});

test.each([
  ['UTC', '2026-07-01T00:00:00Z', 0],
  ['Europe/Berlin', '2026-07-01T00:00:00Z', 120],
  ['Europe/Berlin', '2026-10-25T00:59:59Z', 120],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', 60],
  ['Asia/Kolkata', '2026-01-01T00:00:00Z', 330],
  ['America/St_Johns', '2026-01-01T00:00:00Z', -210],
  ['Pacific/Chatham', '2026-01-01T00:00:00Z', 825],
])('%s at %s is %i minutes east', (zone, at, want) => {
  expect(offsetMinutes(zone, Date.parse(at))).toBe(want);
});

test('times are shown in the zone', () => {
  const time = '2026-11-22T23:24:11.548213Z';
  expect(rowTime(time, 'UTC')).toBe('11-22 23:24:11.548');
  expect(rowTime(time, 'Asia/Tokyo')).toBe('11-23 08:24:11.548');
  expect(fullTime(time, 'America/St_Johns')).toBe('2026-11-22 19:54:11.548213 -03:30');
  expect(shortTime(Date.parse('2026-11-22T08:00:00Z'), 'UTC')).toBe('2026-11-22 08:00');
  expect([isZone('Asia/Tokyo'), isZone(''), isZone('<b>')]).toEqual([true, true, false]);
});

const NOW = Date.parse('2026-11-22T12:00:00Z');
test.each([
  ['15m', 'UTC', '15m'],
  ['1700000000', 'UTC', '1700000000'],
  ['2026-11-22T08:00:00Z', 'Asia/Tokyo', '2026-11-22T08:00:00Z'],
  ['2026-11-22T08:00:00+02:00', 'Asia/Tokyo', '2026-11-22T08:00:00+02:00'],
  ['2026-11-22 08:24:11', 'Europe/Berlin', '2026-11-22T07:24:11Z'],
  ['2026-11-22 08:24:11,548213', 'UTC', '2026-11-22T08:24:11.548213Z'],
  ['2026-11-22', 'Asia/Tokyo', '2026-11-21T15:00:00Z'],
  ['2026-02-30', 'UTC', '2026-02-30'],
  ['yesterday 14:00', 'Asia/Tokyo', '2026-11-21T05:00:00Z'],
  ['yesterday', 'UTC', '2026-11-21T00:00:00Z'],
  ['14:30:15', 'UTC', '2026-11-22T14:30:15Z'],
  ['25:00', 'UTC', '25:00'],
  // The hour that does not exist in spring.
  ['2026-03-29 02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
])('%s typed in %s is %s', (text, zone, want) => {
  expect(toMoment(text, zone, NOW)).toBe(want);
});

test('a record time is exact to the microsecond', () => {
  expect(microsOf('2026-11-22T08:24:11.548213Z')).toBe(Date.UTC(2026, 10, 22, 8, 24, 11) * 1000 + 548_213);
  expect(microsOf('2026-11-22T08:24:11Z')).toBe(Date.UTC(2026, 10, 22, 8, 24, 11) * 1000);
});

test('bars stand on each other, strongest level at the bottom, and nothing is counted twice', () => {
  const bucket = (minute: number, count: number, values: Record<string, number>) => ({
    time: `2026-11-22T08:0${minute}:00.000000Z`,
    count,
    values,
  });
  const answer = {
    start: null,
    end: null,
    stepSeconds: 60,
    total: 12,
    others: 1,
    stats: {} as never,
    buckets: [bucket(0, 5, { ERROR: 2, INFO: 3 }), bucket(1, 7, { INFO: 6 })],
  };
  const stacks = stacksOf(answer, undefined);
  expect(stacks.series.map(({ level }) => level)).toEqual(['NONE', 'INFO', 'ERROR']);
  expect(stacks.series.map(({ heights }) => heights)).toEqual([
    [5, 7],
    [5, 6],
    [2, 0],
  ]);
  expect(stacks.says[0]).toBe('5 records (2 ERROR, 3 INFO)');
  expect([stacks.fromMs, stacks.toMs]).toEqual([Date.UTC(2026, 10, 22, 8), Date.UTC(2026, 10, 22, 8, 2)]);
  expect(stacksOf(answer, { fromMs: 0, toMs: 9e15 }).fromMs).toBe(0);
  expect([stepText(60_000), stepText(900_000), stepText(86_400_000), stepText(250)]).toEqual(['1 min', '15 min', '1 d', '250 ms']);
});
