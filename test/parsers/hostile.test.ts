/**
 * Hostile texts of 64 KiB against every parser and against the marks: the cost may grow with the length, not with its square. Growth is
 * measured, not time: a quadratic step over 64 KiB is 4·10⁹ operations, seconds on any machine, so what takes less than a
 * moment needs no second look; for what takes longer the best of several tries is compared with that of half the length. A moment is
 * long beside a tick of the machine's clock for processor time (up to 10 ms): of a cost below one, half is none.
 */
import { describe, expect, test } from 'vitest';
import { BODIES, ENVELOPES, marks, parse } from '../../parsers/index.ts';
import { threadMs } from '../base/thread-time.ts';
import { behindEnvelope, exact, fresh, given } from './pieces.ts';

const SIZE = 64 * 1024;
const MOMENT_MS = 100;
/** Doubling the text doubles a linear cost and quadruples a quadratic one. */
const GROWTH_MAX = 3;
const TRIES = 5;
/** What is quadratic is so each time it is measured; a machine that was busy is not. */
const ROUNDS = 3;

const REPEATED = [
  ['0', 'a', 'a:', ' ', '\t', '\n', '#', '#012', '#011', '#033[0m', '\x1b[m', '[', ']', '(', '"', '\\', '%', '|', '{', '/', '.', '-', '='],
  [
    '[-] ',
    '[req-',
    '[a b="',
    '][',
    'tx',
    'req-',
    '- ',
    '1.',
    '1.1.',
    'fe80:',
    'a0:',
    ': A',
    'A.',
    '<1>',
    '\0',
    'é',
    '(pid=',
    '1 ',
    'a/',
    ' [',
  ],
  [
    '2017-05-16 00:00:00 ',
    '2017-05-16 00:00:00.000000 ',
    '1.2.3.4, ',
    '/a.log',
    '"message"',
    '[[',
    '00:',
    '{"a":',
    '} [',
    'instance-',
    'volume ',
  ],
].flat();

type CostMs = (text: string) => number;

function timed(work: (text: string) => void): CostMs {
  return (text) => threadMs(() => work(text));
}

/** Whether the best of several tries is still long, and grew with more than the length. */
function growsFaster(costMs: CostMs, long: string, short: string): boolean {
  const best = (text: string) => Math.min(...Array.from({ length: TRIES }, () => costMs(text)));
  const longMs = best(long);
  return longMs >= MOMENT_MS && longMs > GROWTH_MAX * best(short);
}

/** The heads with repeated text behind them for which the cost did not grow in a straight line. */
function crooked(costMs: CostMs, heads: readonly string[], repeats = REPEATED): string[] {
  const found: string[] = [];
  for (const head of heads) {
    for (const repeated of repeats) {
      const long = head + repeated.repeat(SIZE / repeated.length);
      if (costMs(long) < MOMENT_MS) continue;
      const short = head + repeated.repeat(SIZE / 2 / repeated.length);
      if (Array.from({ length: ROUNDS }).every(() => growsFaster(costMs, long, short))) found.push(`${head.slice(0, 60)} + ${repeated}`);
    }
  }
  return found;
}

/** A sample whole, its first half and its beginning: where a pattern is deep inside a line, and where it has just begun. */
function heads(samples: readonly string[]): string[] {
  return [...new Set(['', ...samples.flatMap((sample) => [sample, sample.slice(0, sample.length / 2), sample.slice(0, 30)])])];
}

describe('64 KiB of hostile text cost linear time', () => {
  test('the measure tells a quadratic cost from one in a straight line, however high', () => {
    expect(crooked((text) => text.length ** 2 / 1e6, ['x'], ['a/'])).toEqual(['x + a/']);
    expect(crooked((text) => text.length / 10, ['x'], ['a/'])).toEqual([]);
    const once = [500];
    expect(crooked((text) => once.pop() ?? (text.length >= SIZE ? 10 : 0), ['x'], ['a/'])).toEqual([]);
    expect(timed((text) => void text.repeat(2))('x')).toBeGreaterThanOrEqual(0);
  });

  test.each(ENVELOPES)('envelope $name', (envelope) => {
    const read = (text: string) => void envelope.read(text, fresh(), given);
    expect(crooked(timed(read), heads(envelope.samples))).toEqual([]);
  });

  test.each(BODIES)('body $name', (body) => {
    const read = (text: string) => {
      const { record, at } = behindEnvelope(text);
      body.read(text, at, record);
    };
    expect(crooked(timed(read), heads(body.samples))).toEqual([]);
  });

  test('the whole of parse, write and marks', () => {
    const firsts = [...ENVELOPES, ...BODIES].flatMap(({ samples }) => samples.slice(0, 1));
    expect(
      crooked(
        timed((text) => void marks(parse(text, given))),
        firsts,
      ),
    ).toEqual([]);
    for (const repeated of REPEATED) exact(`<134>May 16 00:00:00 h nova-api: ${repeated.repeat(SIZE / repeated.length)}`);
  });
});
