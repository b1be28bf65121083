/** The first hour of a store: a healthy cloud is told of a new error or a CRITICAL, one that is full of errors is not told of each. */
import { expect, test } from 'vitest';
import { type SpikeCount, SpikeFinder, type SpikeMinute } from '../../src/report/spike-finder.ts';

const START = Math.floor(Date.UTC(2026, 10, 1) / 60_000);

/** Counts by minute since the beginning; what opened, as `minute kind signature`. */
function opened(until: number, at: (minute: number) => Omit<SpikeMinute, 'minute'>): string[] {
  const finder = new SpikeFinder();
  return Array.from({ length: until }, (_, minute) =>
    finder.minute({ ...at(minute), minute: START + minute }).openings.map(({ kind, signature }) => `${minute} ${kind} ${signature}`),
  ).flat();
}

const one = (signature: string, count: number, place: readonly [string, string] = ['nova', 'c1']): SpikeCount => [
  signature,
  ...place,
  count,
];
/** Every five minutes an error that was there from the beginning. */
const usual = (minute: number): SpikeCount[] => (minute % 5 === 0 ? [one('a', 1)] : []);

const bad = { counts: [one('bad', 9)] };
const hurried = { counts: [one('bad', 2)], rushed: new Set(['bad']) };
const critical = { counts: [one('bad', 1)], critical: new Set(['bad']) };
test.for([
  { name: 'a new one after ten minutes', minute: 10, given: bad, want: [] },
  { name: 'a new one after a calm quarter of an hour', minute: 16, given: bad, want: ['16 new bad'] },
  { name: 'a new one in a hurry over two minutes', minute: 16, given: hurried, want: ['16 new bad'] },
  { name: 'CRITICAL after ten minutes', minute: 10, given: critical, want: [] },
  { name: 'CRITICAL after a quarter of an hour', minute: 16, given: critical, want: ['16 critical bad'] },
  { name: 'more than usual, before that is known', minute: 30, given: { counts: [one('a', 40)] }, want: [] },
  { name: 'complaints, which have a rule of their own', minute: 30, given: { counts: [one('@broker ctl01:5672', 9, ['', ''])] }, want: [] },
])('a young store: $name', ({ minute, given, want }) => {
  expect(opened(minute + 1, (at) => (at === minute ? given : { counts: usual(at) }))).toEqual(want);
});

test.for([
  { name: 'of the service', place: ['nova', 'c2'], want: [] },
  { name: 'of another service', place: ['cinder', 'c1'], want: ['27 new bad'] },
] as const)('a young store, a new one after another $name', ({ place, want }) => {
  const at = (minute: number): SpikeCount[] => (minute === 20 ? [one('rare', 1, place)] : minute === 27 ? [one('bad', 9)] : usual(minute));
  expect(opened(28, (minute) => ({ counts: at(minute) }))).toEqual(want);
});

test('a cloud that is full of errors: a CRITICAL is told among them, the others are not', () => {
  const at = (minute: number) => ({ counts: [one(`s${minute}`, 9)], critical: new Set(minute === 40 ? ['s40'] : []) });
  expect(opened(60, at)).toEqual(['40 critical s40']);
});
