/** Gaps in meta sequenceId: counted when they are sure, and never made up. */
import { expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { Gaps } from '../../src/ingest/gaps.ts';

const NOON_US = Date.UTC(2026, 2, 1, 12) * 1000;

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** What is missed of one host's numbers, one message a millisecond; `*` before a number: another host's. */
function missed(numbers: readonly (number | string)[], stepUs = 1000): number {
  const gaps = new Gaps();
  let received = NOON_US;
  let sum = 0;
  for (const number of numbers) {
    received += stepUs;
    const host = typeof number === 'string' ? 'c02' : 'c01';
    const id = String(number).replace('*', '');
    const text = `<13>1 2026-03-01T12:00:00Z ${host} app 1 - [timeQuality tzKnown="1"][meta sysUpTime="]\\"" sequenceId="${id}"] hi`;
    sum += gaps.note(parse(text, { received, transport: 'tcp', peer: '10.0.0.9', zone: 0 }));
  }
  return sum;
}

const interleaved = range(1, 600).flatMap((index) => [1000 + index, 5 + index]);
const duplicates = [...range(1, 500), ...range(400, 900)];

test.each<[string, (number | string)[], number]>([
  ['in order', range(1, 1000), 0],
  ['begun in the middle', range(500, 1500), 0],
  ['five are missing', [...range(1, 100), ...range(106, 600)], 5],
  ['five are missing, not yet sure', [...range(1, 100), ...range(106, 110)], 0],
  ['two gaps', [...range(1, 100), ...range(106, 600), ...range(611, 1000)], 15],
  ['overtaken datagrams', [1, 3, 2, 5, 6, 4, ...range(7, 600)], 0],
  ['one overtaken, one missing', [1, 4, 2, ...range(5, 600)], 1],
  ['begun anew', [...range(1, 500), ...range(1, 500)], 0],
  ['another numbering far away', [...range(1, 500), ...range(90_000_000, 90_000_500)], 0],
  ['two originators behind one name', interleaved, 0],
  ['sent again after a break', duplicates, 0],
  ['two hosts of one peer', range(1, 500).flatMap((index) => [index, `*${index + 7000}`]), 0],
  ['numbers that are none', [0, 99_999_999_999, -4, ...range(1, 10)].map(Number), 0],
])('%s', (_, numbers, want) => {
  expect(missed(numbers)).toBe(want);
});

test.each<[string, number[], number[], number]>([
  ['what a crash lost, and what nobody heard', range(1, 400), range(450, 900), 49],
  ['nothing was lost', range(1, 400), range(401, 900), 0],
  ['a gap of before is not counted again', [...range(1, 100), ...range(106, 500)], range(501, 900), 0],
  ['a gap that was not sure yet', [...range(1, 100), ...range(106, 110)], range(111, 500), 5],
  ['begun anew meanwhile', range(1, 400), range(1, 400), 0],
])('across a start: %s', (_, before, after, want) => {
  const recordOf = (number: number) =>
    parse(`<13>1 2026-03-01T12:00:00Z c01 app 1 - [meta sequenceId="${number}"] hi`, {
      received: NOON_US + number,
      transport: 'tcp',
      peer: '10.0.0.9',
      zone: 0,
    });
  const gaps = new Gaps();
  gaps.remember(before.map(recordOf));
  expect(after.reduce((sum, number) => sum + gaps.note(recordOf(number)), 0)).toBe(want);
});

test('a sender that says little is sure after half a minute', () => {
  expect(missed([1, 2, 5, 6, 7, 8], 10e6)).toBe(2);
});

test('messages without a number cost nothing and say nothing', () => {
  const given = { received: NOON_US, transport: 'udp', peer: '10.0.0.9', zone: 0 } as const;
  const gaps = new Gaps();
  expect(gaps.note(parse('<13>1 2026-03-01T12:00:00Z c01 app 1 - [x sequenceId="5"] hi', given))).toBe(0);
  expect(gaps.note(parse('<13>Mar  1 12:00:00 c01 app: [meta sequenceId="9"] hi', given))).toBe(0);
});
