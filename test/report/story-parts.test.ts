/** The parts of a story, each on records made for it: spans, gaps, edges, order. */
import { describe, expect, test } from 'vitest';
import { coveredUs } from '../../src/report/story-spans.ts';
import { called, HOUR_START, pieces, request, type Said, START_US } from './pieces.ts';
import { told, toldOf } from './story-of.ts';

const UUID = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c';

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

  const access = (path: string, seconds: number): string =>
    `10.0.0.1 "GET ${path} HTTP/1.1" status: 200 len: 7 time: ${seconds.toFixed(7)}`;

  test('an access line tells when its server began: the span, its request and the story begin then', () => {
    const { head } = told([
      { ms: 1000, by: API, request: 1, text: access('/v2.1/servers', 0.8) },
      { ms: 1100, by: COMPUTE, request: 1 },
    ]);
    expect(head).toMatchObject({ start: `${HOUR_START}.200000Z`, durationMs: 900, end: `${HOUR_START.slice(0, -1)}1.100000Z` });
    expect(head.requests[0]).toMatchObject({ start: head.start, durationMs: 900 });
    expect(head.spans.map(({ program, durationMs, start }) => ({ program, durationMs, start }))).toEqual([
      { program: 'nova-api', durationMs: 800, start: head.start },
      { program: 'nova-compute', durationMs: 0, start: head.end },
    ]);
  });

  test.each<[what: string, said: Said[], parents: (string | undefined)[]]>([
    [
      'whose answer was being made meanwhile caused it, though its line comes last',
      [
        { ms: 300, by: COMPUTE, request: 1, text: access('/b', 0.1) },
        { ms: 1000, by: API, request: 1, text: access('/a', 0.9) },
      ],
      ['nova-api undefined', 'nova-compute nova-api'],
    ],
    [
      'who has answered calls nobody any more, when somebody else is at work',
      [
        { ms: 0, by: CONDUCTOR, request: 1 },
        { ms: 100, by: API, request: 1, text: access('/a', 0.01) },
        { ms: 200, by: COMPUTE, request: 1 },
      ],
      ['nova-conductor undefined', 'nova-api nova-conductor', 'nova-compute nova-conductor'],
    ],
    [
      'but was the one, when nobody else was',
      [
        { ms: 100, by: API, request: 1, text: access('/a', 0.01) },
        { ms: 200, by: COMPUTE, request: 1 },
      ],
      ['nova-api undefined', 'nova-compute nova-api'],
    ],
    [
      'storage of swift is called by the proxy, whatever whole seconds say',
      [
        { ms: 1000, by: 's1 object-server 7', request: 1, text: access('/o', 0.05) },
        { ms: 1000, by: 's2 object-server 8', request: 1, text: access('/o', 0.02) },
        { ms: 1785, by: 'p proxy-server 9', request: 1, text: access('/v1/o', 0.04) },
      ],
      ['object-server proxy-server', 'object-server proxy-server', 'proxy-server undefined'],
    ],
  ])('%s', (_, said, parents) => {
    const { spans } = told(said).head;
    expect(spans.map(({ program, parent }) => `${program} ${spans[parent ?? -1]?.program}`)).toEqual(parents);
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
