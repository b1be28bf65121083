/** Clocks that are wrong, in stories from records made for it: how far, what is put right, and which error was the first. */
import { describe, expect, test } from 'vitest';
import { skewOf } from '../../src/report/story-skew.ts';
import { called, pieces, type Said } from './pieces.ts';
import { told } from './story-of.ts';

const COMPUTE = 'cmp nova-compute 3';
const NEUTRON = 'net neutron-server 4';

/** compute asks neutron, whose clock is `ahead`: it takes 10 ms to get there and 10 ms back. */
const asked = (ahead: number, at = 1): Said[] => [
  { ms: at, by: COMPUTE, request: 1 },
  { ms: at + 10 + ahead, by: NEUTRON, request: 2, text: 'begin' },
  {
    ms: at + 30 + ahead,
    by: NEUTRON,
    request: 2,
    text: 'x',
    more: { format: 'oslo', message: '10.0.0.1 "GET /v2.0/ports HTTP/1.1" status: 200 len: 10 time: 0.02' },
  },
  { ms: at + 40, by: COMPUTE, request: 1, text: called(2) },
];

describe('skew', () => {
  test.each([
    [0, 0, 10],
    [500, 500, 10],
    [-500, -500, 10],
    [5, 0, 15],
  ])('a clock that is %d ms ahead is %d ± %d', (ahead, skewMs, errorMs) => {
    const [skew] = skewOf(pieces(asked(ahead)));
    expect(skew!.pairs).toBe(1);
    // Which of the two hosts is the measure is chosen by the number of their records, then by name.
    const sign = skew!.host === 'net' ? 1 : -1;
    expect([sign * skew!.skewMs, skew!.errorMs]).toEqual([skewMs === 0 ? sign * 0 : skewMs, errorMs]);
  });

  test('is shown, and applied only when asked for', () => {
    const said = asked(500);
    expect(told(said).head).toMatchObject({ deskewed: false, skew: [{ pairs: 1 }] });
    expect(told(said).records.map(({ piece }) => piece.seq)).toEqual([1, 4, 2, 3]);
    const corrected = told(said, { deskew: true });
    expect(corrected.head.deskewed).toBe(true);
    expect(corrected.records.map(({ piece }) => piece.seq)).toEqual([1, 2, 3, 4]);
    expect(corrected.records.some(({ skewMs }) => Math.abs(skewMs ?? 0) === 500)).toBe(true);
  });

  test('hosts that never call each other are told nothing about', () => {
    expect(
      skewOf(
        pieces([
          { ms: 0, by: COMPUTE, request: 1 },
          { ms: 9, by: NEUTRON, request: 1 },
        ]),
      ),
    ).toEqual([]);
  });
});

describe('the first error', () => {
  test.each<[string, Partial<Said>, number | undefined]>([
    ['a level of ERROR', { more: { level: 'ERROR' } }, 2],
    ['CRITICAL', { more: { level: 'CRITICAL' } }, 2],
    ['an answer 5xx', { text: '10.0.0.1 "GET /v2.0/ports HTTP/1.1" status: 503 len: 10 time: 0.02' }, 2],
    ['a warning is none', { more: { level: 'WARNING' } }, undefined],
    ['an answer 404 is none', { text: '10.0.0.1 "GET /v2.0/ports HTTP/1.1" status: 404 len: 10 time: 0.02' }, undefined],
  ])('%s', (_, said, seq) => {
    const { head } = told([
      { ms: 0, request: 1 },
      { ms: 1, request: 1, ...said, more: { format: 'oslo', ...said.more } },
    ]);
    expect(head.firstError?.seq).toBe(seq);
    expect(head.requests[0]!.outcome).toBe(seq === undefined ? 'ok' : 'failed');
  });

  // The request is answered after 20 ms on the other host, which may say why; the caller's own error is the 5th record, the other's the 6th.
  test.each<[string, number, { own: number; other: number }, number]>([
    ['the other clock is ahead, and its error was the first', 500, { own: 60, other: 21 }, 6],
    ['the other clock is ahead, and the own error was the first', 500, { own: 15, other: 25 }, 5],
    ['the other clock is behind, and the own error was the first', -500, { own: 15, other: 25 }, 5],
    ['the other clock is behind, and its error was the first', -500, { own: 60, other: 21 }, 6],
    ['clocks may agree: as it was written', 5, { own: 24, other: 21 }, 5],
  ])('is not whose clock is behind: %s', (_, ahead, { own, other }, seq) => {
    const error = { level: 'ERROR' as const };
    const { head, records } = told([
      ...asked(ahead),
      { ms: own, by: COMPUTE, request: 1, text: 'own', more: error },
      { ms: other + ahead, by: NEUTRON, request: 2, text: 'other', more: error },
    ]);
    expect(head.deskewed).toBe(false);
    expect(head.firstError?.seq).toBe(seq);
    // What is told keeps the order of the stamps.
    const times = records.map(({ piece }) => piece.orderUs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('has the traceback of the next record of its request', () => {
    const traceback = 'boom\nTraceback (most recent call last):\n  File "/x/nova/a.py", line 3, in f\n    g()\nValueError: no';
    const { head } = told([
      { ms: 0, request: 1, text: 'failed', more: { level: 'ERROR' } },
      { ms: 5, request: 1, text: traceback, more: { level: 'ERROR' } },
    ]);
    expect(head.firstError).toMatchObject({ seq: 1, exception: { class: 'ValueError', message: 'no' } });
  });
});
