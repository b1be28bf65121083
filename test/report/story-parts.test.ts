/** The parts of a story, each on records made for it: spans, gaps, edges, skew, order, the first error. */
import { describe, expect, test } from 'vitest';
import { storyOf, type Telling } from '../../src/report/story.ts';
import { askedId } from '../../src/report/story-id.ts';
import { kindFound } from '../../src/report/story-kind.ts';
import { StoryLinks } from '../../src/report/story-links.ts';
import type { Piece } from '../../src/report/story-piece.ts';
import { skewOf } from '../../src/report/story-skew.ts';
import { coveredUs } from '../../src/report/story-spans.ts';
import { called, HOUR_START, pieces, request, type Said, START_US } from './pieces.ts';

const UUID = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c';

/** The story of request 1 and what it leads to. */
function told(said: readonly Said[], some: Partial<Telling> = {}) {
  return toldOf(pieces(said), some);
}

function toldOf(all: readonly Piece[], some: Partial<Telling> = {}, id = request(1)) {
  const story = new StoryLinks(askedId(id)!);
  const first = all.filter((piece) => piece.requestKey === story.asked.key || piece.globalKey === story.asked.key);
  story.next();
  story.decide(kindFound(askedId(id)!, first.length > 0 ? first : all).kind);
  story.take(all);
  while (story.next().length > 0);
  return storyOf(story, { recordsMax: 1000, deskew: false, stats: { tookMs: 0, searches: 0, recordsScanned: 0 }, ...some });
}

const API = 'ctl nova-api 1';
const CONDUCTOR = 'ctl nova-conductor 2';
const COMPUTE = 'cmp nova-compute 3';
const NEUTRON = 'net neutron-server 4';

describe('spans', () => {
  test('RPC order within a request, called edges between requests, self time without the children', () => {
    const { head } = told([
      { ms: 0, by: API, request: 1 },
      { ms: 10, by: API, request: 1 },
      { ms: 20, by: CONDUCTOR, request: 1 },
      { ms: 30, by: COMPUTE, request: 1 },
      { ms: 40, by: NEUTRON, request: 2 },
      { ms: 60, by: NEUTRON, request: 2 },
      { ms: 70, by: COMPUTE, request: 1, text: called(2) },
      { ms: 90, by: COMPUTE, request: 1 },
    ]);
    expect(
      head.spans.map(({ program, parent, durationMs, selfMs, records }) => ({ program, parent, durationMs, selfMs, records })),
    ).toEqual([
      { program: 'nova-api', parent: undefined, durationMs: 10, selfMs: 10, records: 2 },
      { program: 'nova-conductor', parent: 0, durationMs: 0, selfMs: 0, records: 1 },
      { program: 'nova-compute', parent: 1, durationMs: 60, selfMs: 40, records: 3 },
      { program: 'neutron-server', parent: 2, durationMs: 20, selfMs: 20, records: 2 },
    ]);
    expect(head.edges).toEqual([{ from: request(1), to: request(2), by: 'called', seq: 7 }]);
  });

  test('a process that is silent for long has two spans', () => {
    const { head } = told([0, 29_000, 60_000].map((ms) => ({ ms, request: 1 })));
    expect(head.spans.map(({ records, durationMs }) => [records, durationMs])).toEqual([
      [2, 29_000],
      [1, 0],
    ]);
  });

  test('a child that has the parent only as its global id', () => {
    const { head } = told([
      { ms: 0, by: API, request: 1 },
      { ms: 5, by: NEUTRON, request: 2, global: 1 },
    ]);
    expect(head.spans[1]).toMatchObject({ request: request(2), parent: 0 });
    expect(head.edges).toEqual([{ from: request(1), to: request(2), by: 'global', seq: 2 }]);
  });

  test.each<[string, [number, number][], number]>([
    ['nothing', [], 0],
    ['one within', [[10, 30]], 20],
    [
      'two that overlap',
      [
        [10, 30],
        [20, 50],
      ],
      40,
    ],
    [
      'one in another',
      [
        [10, 50],
        [20, 30],
      ],
      40,
    ],
    [
      'beyond both ends',
      [
        [-10, 20],
        [90, 200],
      ],
      30,
    ],
    [
      'outside',
      [
        [200, 300],
        [-5, -1],
      ],
      0,
    ],
  ])('covered: %s', (_, intervals, covered) => expect(coveredUs(intervals, 0, 100)).toBe(covered));
});

describe('gaps', () => {
  test.each<[string, Said[], [number, number, number][]]>([
    [
      'a second within a request',
      [
        { ms: 0, request: 1 },
        { ms: 1000, request: 1 },
      ],
      [[1, 2, 1000]],
    ],
    [
      'less is none',
      [
        { ms: 0, request: 1 },
        { ms: 999, request: 1 },
      ],
      [],
    ],
    [
      'between requests a second is none',
      [
        { ms: 0, request: 1 },
        { ms: 2000, request: 2, global: 1 },
      ],
      [],
    ],
    [
      'between requests a minute is one',
      [
        { ms: 0, request: 1 },
        { ms: 60_000, request: 2, global: 1 },
      ],
      [[1, 2, 60_000]],
    ],
  ])('%s', (_, said, gaps) => {
    expect(told(said).head.gaps.map(({ afterSeq, beforeSeq, durationMs }) => [afterSeq, beforeSeq, durationMs])).toEqual(gaps);
  });
});

describe('order', () => {
  const order = (said: readonly Said[]): number[] => told(said).records.map(({ piece }) => piece.seq);

  test('by time, and by arrival in the same millisecond', () => {
    const same = [
      { ms: 5, request: 1 },
      { ms: 3, request: 1 },
      { ms: 3, request: 1 },
      { ms: 1, request: 1 },
    ];
    expect(order(same)).toEqual([4, 2, 3, 1]);
  });

  const arrived = (ms: number) => ({ received: START_US + ms * 1000 });
  test.each<[string, Said[], number[]]>([
    [
      'a process that stamps whole seconds stands where it arrived',
      [
        { ms: 1500, request: 1 },
        { ms: 1000, by: 'net dnsmasq 9', text: request(1), more: arrived(1600) },
        { ms: 1700, request: 1 },
      ],
      [1, 2, 3],
    ],
    [
      'not where it arrived much later',
      [
        { ms: 1500, request: 1 },
        { ms: 1000, by: 'net dnsmasq 9', text: request(1), more: arrived(2000) },
      ],
      [2, 1],
    ],
    [
      'others do not: one line in a thousand ends in .000',
      [
        { ms: 1000, request: 1, more: arrived(1020) },
        { ms: 1010, request: 1, more: arrived(1021) },
      ],
      [1, 2],
    ],
  ])('%s', (_, said, seqs) => expect(order(said)).toEqual(seqs));
});

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

test('a story of too many records keeps both ends and the errors', () => {
  const said = Array.from({ length: 100 }, (_, ms) => ({
    ms,
    request: 1,
    more: { level: ms === 50 ? ('ERROR' as const) : ('INFO' as const) },
  }));
  const { head, records } = told(said, { recordsMax: 20 });
  const seqs = records.map(({ piece }) => piece.seq);
  expect(seqs.length).toBeLessThanOrEqual(20);
  expect([seqs[0], seqs.at(-1), seqs.includes(51)]).toEqual([1, 100, true]);
  expect(head.limits).toEqual([{ what: 'records', text: expect.stringContaining(`between ${HOUR_START}`) }]);
});

test('what works on the same thing, one after the other, is an edge', () => {
  const about = (ms: number, number: number, method: string): Said => ({
    ms,
    request: number,
    text: `10.0.0.1 "${method} /v2.1/servers/${UUID} HTTP/1.1" status: 200 len: 1 time: 0.1`,
    more: { format: 'oslo' },
  });
  const { head } = toldOf(pieces([about(0, 1, 'POST'), about(1000, 2, 'GET'), about(2000, 3, 'DELETE')]), {}, UUID);
  expect(head.edges).toEqual([{ from: request(1), to: request(3), by: 'resource', seq: 3 }]);
});
