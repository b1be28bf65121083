/** What the status page makes of answers: rates, concerns, words for sizes and spans; and words of losses, the same as the terminal's. */
import { describe, expect, test } from 'vitest';
import { LOSS_REASONS } from '../../src/base/counters.ts';
import { lossText as terminalText } from '../../src/base/loss-words.ts';
import type { StatusAnswer } from '../../web/src/api/answers-status.ts';
import { concernsOf } from '../../web/src/state/concerns.ts';
import { rateOf, ratesOf, receivedOf, sampleOf } from '../../web/src/state/rates.ts';
import { lossText } from '../../web/src/text/losses.ts';
import { bytesText, rateText, skewText, spanText } from '../../web/src/text/sizes.ts';

test.each(Object.keys(LOSS_REASONS))('%s is told in the words of the terminal', (reason) => {
  for (const amount of [1, 1234])
    for (const sources of [1, 4]) {
      const note = { reason, amount, sources, source: '10.0.0.1\u202e' };
      expect(lossText(note)).toBe(terminalText(note));
    }
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [202 * 1024 ** 3, '202 GiB'],
])('%d bytes are %s', (bytes, want) => expect(bytesText(bytes)).toBe(want));

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [61, '1 min 1 s'],
  [3600, '1 h'],
  [15 * 60 + 5, '15 min'],
  [90_000, '1 d 1 h'],
])('%d seconds are %s', (seconds, want) => expect(spanText(seconds)).toBe(want));

test.each([
  [0, '0 s'],
  [0.32, '+0.32 s'],
  [-2, '−2.0 s'],
  [-3600, '−1 h'],
])('a clock off by %d is %s', (seconds, want) => expect(skewText(seconds)).toBe(want));

test.each([
  [undefined, '–'],
  [0, '0'],
  [0.26, '0.3'],
  [1998.4, '1\u2009998'],
])('a rate of %s is %s', (rate, want) => expect(rateText(rate)).toBe(want));

const told = (change: object = {}): StatusAnswer =>
  ({
    startedUs: 0,
    lastSeq: 0,
    pendingBytes: 0,
    followers: 0,
    queryWorkersReplaced: 0,
    receivers: [],
    counters: {},
    store: { days: [] },
    ...change,
  }) as unknown as StatusAnswer;

describe('rates', () => {
  const sample = (atMs: number, udp: number) => sampleOf(told({ counters: { 'messages.received': { udp, tcp: 5 } } }), atMs);
  test('are of the last samples, between neighbours, and not of one', () => {
    const samples = [sample(0, 0), sample(2000, 200), sample(4000, 600)];
    expect(rateOf(samples, receivedOf)).toBe(150);
    expect(ratesOf(samples, receivedOf)).toEqual([100, 200]);
    expect(rateOf(samples.slice(0, 1), receivedOf)).toBeUndefined();
  });
  test('are not made of a counter that went down', () => {
    expect(rateOf([sample(0, 100), sample(2000, 10)], receivedOf)).toBeUndefined();
  });
});

describe('concerns', () => {
  const nowMs = Date.parse('2026-11-22T12:00:00Z');
  const loss = {
    reason: 'kernel-udp',
    source: '0.0.0.0:5514',
    amount: 120,
    first: '2026-11-22T11:00:00Z',
    last: '2026-11-22T11:59:00Z',
    remedy: 'raise it',
  };
  const source = { host: 'cmp07', last: '2026-11-22T11:00:00Z', usualPauseSeconds: 2 };
  test.each([
    ['nothing', {}, [], [], []],
    ['a loss of now', {}, [], [loss], ['wrong Lost: 120 datagrams dropped by the kernel, 0.0.0.0:5514 – raise it']],
    ['a loss of long ago', {}, [], [{ ...loss, last: '2026-11-22T10:00:00Z' }], []],
    ['what sends nothing', {}, [], [{ ...loss, reason: 'empty' }], []],
    ['a silent host', {}, [{ ...source, silentSeconds: 3600 }], [], ['look Silent: cmp07 (1 h)']],
    ['a clock', {}, [{ ...source, skewSeconds: -7200 }], [], ['look Clocks that are off: cmp07 (−2 h)']],
    ['a clock that is good enough', {}, [{ ...source, skewSeconds: 0.5 }], [], []],
    [
      'a low disk',
      { keeping: { disk: 'low', freeBytes: 1024, setAside: [] } },
      [],
      [],
      ['wrong The disk has less free than the reserve: nothing new is stored, queries go on. 1.0 KiB are free.'],
    ],
    [
      'a refused file',
      { config: { path: '/x', readUs: 0, refused: 'line 3: \u202eno', needsRestart: ['udp'] } },
      [],
      [],
      ['wrong The configuration file was refused, the old settings stay: line 3: \\u202eno', 'look Changed settings need a restart: udp'],
    ],
    ['a listener with a warning', { receivers: [{ receiver: 'batch', warnings: ['small buffer'] }] }, [], [], ['look batch: small buffer']],
  ])('%s', (_say, change, sources, losses, want) => {
    const found = concernsOf({ status: told(change), sources, losses }, nowMs);
    expect(found.map(({ kind, text }) => `${kind} ${text}`)).toEqual(want);
  });
});
