/** Times that people type, and times as we write them. The zone is set, so that local time is the same everywhere. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { displayTime, formatTime, parseStamp, parseTime } from '../../src/base/time.ts';

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** 2026-11-22 10:30:00 in Berlin (+01:00). */
const NOW = Date.UTC(2026, 10, 22, 9, 30) * 1000;

test.each([
  ['now', '2026-11-22T09:30:00.000000Z'],
  ['15m', '2026-11-22T09:15:00.000000Z'],
  [' 2h ', '2026-11-22T07:30:00.000000Z'],
  ['1h30m', '2026-11-22T08:00:00.000000Z'],
  ['1.5h', '2026-11-22T08:00:00.000000Z'],
  ['1d', '2026-11-21T09:30:00.000000Z'],
  ['1w', '2026-11-15T09:30:00.000000Z'],
  ['500ms', '2026-11-22T09:29:59.500000Z'],
  ['-15m', '2026-11-22T09:15:00.000000Z'],
  ['now-1h', '2026-11-22T08:30:00.000000Z'],
  ['now - 1h', '2026-11-22T08:30:00.000000Z'],
  ['now+5m', '2026-11-22T09:35:00.000000Z'],
  ['today', '2026-11-21T23:00:00.000000Z'],
  ['yesterday', '2026-11-20T23:00:00.000000Z'],
  ['yesterday 14:00', '2026-11-21T13:00:00.000000Z'],
  ['Today 8:05:09', '2026-11-22T07:05:09.000000Z'],
  ['14:00', '2026-11-22T13:00:00.000000Z'],
  ['2026-11-22T08:24:11.548Z', '2026-11-22T08:24:11.548000Z'],
  ['2026-11-22t08:24:11.5481234567Z'.replace('4567', '45'), '2026-11-22T08:24:11.548123Z'],
  ['2026-11-22 08:24:11,548 +01:00', '2026-11-22T07:24:11.548000Z'],
  ['2026-11-22T08:24:11-0330', '2026-11-22T11:54:11.000000Z'],
  ['2026-11-22 08:24 UTC', '2026-11-22T08:24:00.000000Z'],
  // Without a zone: local, summer and winter.
  ['2026-11-22 08:24:11', '2026-11-22T07:24:11.000000Z'],
  ['2026-07-22 08:24:11', '2026-07-22T06:24:11.000000Z'],
  ['2026-07-22', '2026-07-21T22:00:00.000000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
  ['0', '1970-01-01T00:00:00.000000Z'],
  ['1700000000', '2023-11-14T22:13:20.000000Z'],
  ['1700000000.25', '2023-11-14T22:13:20.250000Z'],
  ['1700000000123', '2023-11-14T22:13:20.123000Z'],
  ['1700000000123456', '2023-11-14T22:13:20.123456Z'],
  ['1700000000123456789', '2023-11-14T22:13:20.123456Z'],
])('%j is %s', (text, want) => {
  expect(formatTime(parseTime(text, NOW))).toBe(want);
});

test.each([
  ['', 0, 1, '15m'],
  ['   ', 0, 1, '15m'],
  ['15', 0, 2, '15m'],
  ['10 minutes', 0, 10, '10m'],
  ['1h 10 mins', 3, 7, '10m'],
  ['5 parsecs', 0, 9, undefined],
  ['now 1h', 4, 2, 'now-1h'],
  ['now-', 0, 4, 'now-1h'],
  ['yesterday 25:00', 10, 5, 'yesterday 14:00'],
  ['2026-02-30', 0, 10, undefined],
  ['2026-13-01T00:00:00Z', 0, 10, undefined],
  ['2026-11-22T24:00:00Z', 11, 9, undefined],
  ['2026-11-22T08:24:11+99:00', 19, 6, undefined],
  ['2026-11-22T08:24:11 02:00', 0, 25, '2026-11-22T08:24:11%2B02:00'],
  ['99999999w', 0, 9, undefined],
  ['9'.repeat(400), 0, 400, '15m'],
  ['gestern', 0, 7, '15m'],
])('%j is refused at %i+%i', (text, position, length, suggestion) => {
  const wrong = refusal(() => parseTime(text, NOW));
  expect(wrong.code).toBe('bad-argument');
  expect(wrong.place).toEqual({ text, position, length, ...(suggestion === undefined ? {} : { suggestion }) });
});

test('a stamp is only what means the same whenever it is read', () => {
  expect(parseStamp('2026-11-22T08:24:11.548Z')).toBe(Date.UTC(2026, 10, 22, 8, 24, 11, 548) * 1000);
  expect(refusal(() => parseStamp('15m')).code).toBe('bad-argument');
  expect(refusal(() => parseStamp('yesterday')).code).toBe('bad-argument');
});

test('any text is a time or is refused with a place inside of it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9nowtTZ:.+-]{0,30}$/)), (text) => {
      try {
        expect(Number.isSafeInteger(parseTime(text, NOW))).toBe(true);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        expect(error.place!.position).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(0, 0, 1) * 1000, max: Date.UTC(9999, 11, 31) * 1000 }), (timeUs) => {
      expect(parseTime(formatTime(timeUs), NOW)).toBe(timeUs);
    }),
  );
});

test('display is local', () => {
  expect(displayTime(NOW + 1500)).toBe('2026-11-22 10:30:00.001');
  expect(displayTime(Number.NaN)).toBe('NaN');
});

function refusal(run: () => unknown): CodedError {
  try {
    run();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('was accepted');
}
