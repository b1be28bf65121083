/** Zones of people: names, summer and winter, hours that come twice or never; and how times are written and typed in them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { agoText, stampOf } from '../../src/base/stamp.ts';
import { formatTime, parseTime } from '../../src/base/time.ts';
import { LOCAL, momentOf, offsetText, UTC, wallOf, zoneOf } from '../../src/base/zone.ts';

const us = (text: string) => Date.parse(text) * 1000;
const WINTER = us('2026-01-15T12:00:00Z');
const SUMMER = us('2026-07-15T12:00:00Z');

test.each([
  ['utc', 'UTC', 'Z', 'Z'],
  ['Z', 'UTC', 'Z', 'Z'],
  ['+02:00', '+02:00', '+02:00', '+02:00'],
  ['-0330', '-0330', '-03:30', '-03:30'],
  ['+5', '+5', '+05:00', '+05:00'],
  ['UTC+9', 'UTC+9', '+09:00', '+09:00'],
  ['Europe/Berlin', 'Europe/Berlin', '+01:00', '+02:00'],
  ['europe/berlin', 'Europe/Berlin', '+01:00', '+02:00'],
  ['America/St_Johns', 'America/St_Johns', '-03:30', '-02:30'],
  ['Asia/Kathmandu', 'Asia/Kathmandu', '+05:45', '+05:45'],
  ['Australia/Sydney', 'Australia/Sydney', '+11:00', '+10:00'],
])('%s', (text, name, winter, summer) => {
  const zone = zoneOf(text);
  // ICU may know a city by an older spelling.
  expect([name, 'Asia/Katmandu']).toContain(zone.name);
  expect([offsetText(zone.offsetUs(WINTER)), offsetText(zone.offsetUs(SUMMER))]).toEqual([winter, summer]);
});

test('local is the zone of the process', () => {
  expect(zoneOf('Local')).toBe(LOCAL);
  expect(LOCAL.offsetUs(SUMMER)).toBe(-new Date('2026-07-15T12:00:00Z').getTimezoneOffset() * 60e6 || 0);
});

test.each([
  ['Berlin', 'Europe/Berlin'],
  ['new york', 'America/New_York'],
  ['Europe/Berln', 'Europe/Berlin'],
  ['Berln', 'Europe/Berlin'],
  ['', undefined],
  ['+25:00', undefined],
  ['+02:99', undefined],
  ['Middle/Earth\x1b', undefined],
])('%j is refused, and %j proposed', (text, suggestion) => {
  let error: unknown;
  try {
    zoneOf(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(CodedError);
  const { code, place, message } = error as CodedError;
  expect([code, place?.suggestion]).toEqual(['bad-argument', suggestion]);
  expect(message).not.toContain('\x1b');
});

const BERLIN = zoneOf('Europe/Berlin');

test.each([
  ['2026-01-15T12:00:00Z', '2026-01-15T11:00:00.000000Z'],
  ['2026-07-15T12:00:00Z', '2026-07-15T10:00:00.000000Z'],
  // 29 March, 02:00 -> 03:00: there is no 02:30.
  ['2026-03-29T01:30:00Z', '2026-03-29T00:30:00.000000Z'],
  ['2026-03-29T02:30:00Z', '2026-03-29T01:30:00.000000Z'],
  ['2026-03-29T03:30:00Z', '2026-03-29T01:30:00.000000Z'],
  // 25 October, 03:00 -> 02:00: 02:30 comes twice.
  ['2026-10-25T02:30:00Z', '2026-10-25T00:30:00.000000Z'],
  ['2026-10-25T03:30:00Z', '2026-10-25T02:30:00.000000Z'],
])('clocks of Berlin show %s at %s', (wall, moment) => {
  expect(formatTime(momentOf(BERLIN, us(wall)))).toBe(moment);
});

test('a moment is found by what its clock shows, but for the hour that comes twice', () => {
  const zones = ['UTC', '+05:45', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo'].map(zoneOf);
  fc.assert(
    fc.property(fc.integer({ min: us('1990-01-01'), max: us('2037-01-01') }), fc.constantFrom(...zones), (time, zone) => {
      const found = momentOf(zone, wallOf(zone, time));
      expect(wallOf(zone, found)).toBe(wallOf(zone, time));
      expect(found === time || found === time - 3600e6 || found === time - 1800e6).toBe(true);
    }),
  );
});

test.each([
  ['full', 'UTC', '2026-07-15 12:00:00.123'],
  ['full', 'Europe/Berlin', '2026-07-15 14:00:00.123'],
  ['short', 'Europe/Berlin', '14:00:00.123'],
  ['iso', 'Europe/Berlin', '2026-07-15T14:00:00.123456+02:00'],
  ['iso', 'UTC', '2026-07-15T12:00:00.123456Z'],
  ['iso', '-03:30', '2026-07-15T08:30:00.123456-03:30'],
  ['relative', 'UTC', '  3m05s ago'],
  ['none', 'UTC', ''],
] as const)('as %s in %s: %j', (form, zone, want) => {
  expect(stampOf(form, zoneOf(zone), () => SUMMER + 185e6 + 123_456)(SUMMER + 123_456)).toBe(want);
});

test.each([
  [0, '0s ago'],
  [59.9e6, '59s ago'],
  [60e6, '1m00s ago'],
  [3 * 3600e6 + 125e6, '3h02m ago'],
  [100 * 3600e6, '4d04h ago'],
  [-12e6, 'in 12s'],
  [-0.5e6, '0s ago'],
])('%d µs are %s', (span, want) => {
  expect(agoText(span)).toBe(want);
});

/** 2026-11-22 18:30 in Tokyo. */
const NOW = us('2026-11-22T09:30:00Z');
test.each([
  ['today', '2026-11-21T15:00:00.000000Z'],
  ['yesterday 14:00', '2026-11-21T05:00:00.000000Z'],
  ['03:00', '2026-11-21T18:00:00.000000Z'],
  ['2026-11-22 08:24:11.5', '2026-11-21T23:24:11.500000Z'],
  ['2026-11-22', '2026-11-21T15:00:00.000000Z'],
  // These say themselves when they are.
  ['2026-11-22T08:24:11Z', '2026-11-22T08:24:11.000000Z'],
  ['2026-11-22 08:24 +01:00', '2026-11-22T07:24:00.000000Z'],
  ['15m', '2026-11-22T09:15:00.000000Z'],
  ['1700000000', '2023-11-14T22:13:20.000000Z'],
])('%j typed in Tokyo is %s', (text, want) => {
  expect(formatTime(parseTime(text, NOW, zoneOf('Asia/Tokyo')))).toBe(want);
});

test('typed in UTC', () => {
  expect(formatTime(parseTime('yesterday', NOW, UTC))).toBe('2026-11-21T00:00:00.000000Z');
});
