/** What a story shows before it is text or page: how long, the tree, the records with their silences and repetitions, the line of time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Story, StorySpan } from '../../src/model.ts';
import { axisOf } from '../../src/report/story-view-axis.ts';
import { type StoryItem, skewsTold, toldRecords, wholeError } from '../../src/report/story-view-records.ts';
import { microsOf, offsetText, spanText } from '../../src/report/story-view-time.ts';
import { placeOf, type TreeRow, treeRows } from '../../src/report/story-view-tree.ts';
import { at, BOOT, failedBoot, IMAGE, INSTANCE, recordOf, requestOf, START, spanOf, storyOf } from './told.ts';

test.each([
  [0, '0 ms'],
  [0.4, '0.4 ms'],
  [9.96, '10 ms'],
  [212.4, '212 ms'],
  [999.6, '1.0 s'],
  [12_400, '12.4 s'],
  [59_960, '1 m 00 s'],
  [185_000, '3 m 05 s'],
  [3_599_900, '1 h 00 m'],
  [8_040_000, '2 h 14 m'],
  [273_600_000, '3 d 04 h'],
  [-1500, '-1.5 s'],
])('%d ms are %j', (ms, want) => {
  expect(spanText(ms)).toBe(want);
});

test.each([
  [0, '+0.000'],
  [3_204_400, '+3.204'],
  [-1_500_000, '-1.500'],
  [723_204_000, '+12:03.204'],
  [4_323_204_000, '+1:12:03.204'],
  [177_123_000_000, '+2d 01:12:03'],
])('%d µs from the start are %j', (us, want) => {
  expect(offsetText(us)).toBe(want);
});

test.each([
  ['2026-11-22T08:24:11.548123Z', 1_795_335_851_548_123],
  ['2026-11-22T08:24:11Z', 1_795_335_851_000_000],
  ['yesterday', Number.NaN],
])('%s in µs', (time, want) => {
  expect(microsOf(time)).toBe(want);
});

// ------------------------------------------------------------------------------------------- the tree

function told(rows: readonly TreeRow[]): string[] {
  return rows.map(({ depth, request, span, times }) => {
    const what = [request?.operation ?? request?.id, span && placeOf(span)].filter((part) => part !== undefined).join(' ');
    return `${'  '.repeat(depth)}${what}${times > 1 ? ` x${times}` : ''}`;
  });
}

test('a request heads its spans; who only looks is counted', () => {
  expect(told(treeRows(failedBoot(), { folds: true }))).toEqual([
    'POST /v2.1/servers',
    '  nova-api@ctl01',
    '    GET /v2/images/{id} glance-api@ctl01',
    '    nova-compute@cmp02',
    'GET /v2.1/servers/{id} nova-api@ctl01 x3',
    'dnsmasq-dhcp@net01',
  ]);
  expect(told(treeRows(failedBoot(), { folds: false })).slice(4)).toEqual([
    'GET /v2.1/servers/{id} nova-api@ctl01',
    'GET /v2.1/servers/{id} nova-api@ctl01',
    'GET /v2.1/servers/{id} nova-api@ctl01',
    'dnsmasq-dhcp@net01',
  ]);
});

test('a request that heads several spans lasts as long as all of them', () => {
  const [head] = treeRows(failedBoot(), { folds: true });
  expect(head!.pieces).toEqual([{ startUs: microsOf(at(0)), endUs: microsOf(at(15_400)) }]);
  expect(head).toMatchObject({ tookMs: 15_400, level: 'ERROR', records: 4 });
});

const ASKED = { operation: 'GET /v2.1/servers/{id}' };
test.each<[string, Partial<Story>, string[]]>([
  [
    'alike in a row',
    { spans: [0, 1, 2].map((span) => spanOf(span, { program: 'dnsmasq', host: 'net01', from: span })) },
    ['dnsmasq@net01 x3'],
  ],
  [
    'alike, but others are between',
    { spans: [0, 1, 2, 3].map((span) => spanOf(span, { program: span === 1 ? 'ovs' : 'dnsmasq', from: span })) },
    ['dnsmasq@ctl01', 'ovs@ctl01', 'dnsmasq@ctl01', 'dnsmasq@ctl01'],
  ],
  [
    'who looks is counted also with what it asks of others',
    {
      requests: ['req-1', 'req-2', 'req-3'].map((id) => requestOf(id, ASKED)),
      spans: [0, 1, 2].flatMap((index) => [
        spanOf(index * 2, { request: `req-${index + 1}`, from: index * 10 }),
        spanOf(index * 2 + 1, { parent: index * 2, program: 'neutron', from: index * 10 }),
      ]),
    },
    ['GET /v2.1/servers/{id} nova-api@ctl01 x3', '  neutron@ctl01 x3'],
  ],
  [
    'what failed is told by itself',
    {
      requests: ['req-1', 'req-2', 'req-3'].map((id) => requestOf(id, { ...ASKED, outcome: id === 'req-2' ? 'failed' : 'ok' })),
      spans: [0, 1, 2].map((span) => spanOf(span, { request: `req-${span + 1}`, from: span })),
    },
    ['GET /v2.1/servers/{id} nova-api@ctl01', 'GET /v2.1/servers/{id} nova-api@ctl01', 'GET /v2.1/servers/{id} nova-api@ctl01'],
  ],
  ['a request that the story does not list', { spans: [spanOf(0, { request: 'req-x' })] }, ['nova-api@ctl01']],
  ['spans that say nothing of themselves', { spans: [bare(0), bare(1)] }, ['-', '-']],
])('%s', (_name, words, want) => {
  expect(told(treeRows(storyOf(words), { folds: true }))).toEqual(want);
});

function bare(span: number): StorySpan {
  return { span, start: START, end: START, durationMs: 0, selfMs: 0, records: 1, seq: span + 1 };
}

test('every span is in one row, whatever their parents are', () => {
  const parents = fc.array(fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined }), { maxLength: 12 });
  const request = fc.constantFrom(BOOT, IMAGE, undefined);
  fc.assert(
    fc.property(parents, fc.array(request, { minLength: 12, maxLength: 12 }), (wanted, requests) => {
      const spans = wanted.map((parent, span) => spanOf(span, { parent, from: span, request: requests[span] } as Partial<StorySpan>));
      const story = storyOf({ spans, requests: [requestOf(BOOT), requestOf(IMAGE)] });
      const rows = treeRows(story, { folds: false }).filter((row) => row.span !== undefined);
      expect(rows.map((row) => row.span!.span).sort((a, b) => a - b)).toEqual(spans.map(({ span }) => span));
      const counted = treeRows(story, { folds: true }).filter((row) => row.span !== undefined);
      expect(counted.reduce((sum, row) => sum + row.times, 0)).toBe(spans.length);
    }),
  );
});

test('a chain of ten thousand calls is shown', () => {
  const spans = Array.from({ length: 10_000 }, (_, span) => spanOf(span, { from: span, ...(span === 0 ? {} : { parent: span - 1 }) }));
  expect(treeRows(storyOf({ spans }), { folds: true })).toHaveLength(10_000);
});

// ------------------------------------------------------------------------------------------- the records

function tellItems(items: readonly StoryItem[]): string[] {
  return items.map((item) => {
    if (item.kind === 'gap') return `gap ${item.durationMs}`;
    return item.times === 1
      ? `${item.record.seq}`
      : `${item.record.seq} x${item.times} until ${offsetText(item.untilUs - microsOf(START))}`;
  });
}

test('DEBUG is left away but where it leads to another request', () => {
  const { items, hidden } = toldRecords(failedBoot(), { debug: false, folds: true });
  expect(tellItems(items)).toEqual(['1', '2', '4', '5', '6 x3 until +3.000', 'gap 12400', '9', '10']);
  expect(hidden).toBe(1);
});

test('all of it', () => {
  const { items, hidden } = toldRecords(failedBoot(), { debug: true, folds: false });
  expect(tellItems(items)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', 'gap 12400', '9', '10']);
  expect(hidden).toBe(0);
});

const polled = (seq: number, ms: number) => recordOf({ seq, ms, message: `waiting for ${seq}` });
test.each<[string, Partial<Story>, string[]]>([
  ['a story of DEBUG alone is shown', { records: [recordOf({ seq: 1, ms: 0, level: 'DEBUG' })] }, ['1']],
  ['two alike are two', { records: [polled(1, 0), polled(2, 10)] }, ['1', '2']],
  ['three alike are one', { records: [polled(1, 0), polled(2, 10), polled(3, 20)] }, ['1 x3 until +0.020']],
  ['alike of another host', { records: [polled(1, 0), { ...polled(2, 10), host: 'ctl02' }, polled(3, 20)] }, ['1', '2', '3']],
  [
    'silences as long as always between what repeats are none',
    {
      records: [0, 10, 20, 30].map((seconds, index) => polled(index + 1, seconds * 1000)),
      gaps: [1, 2, 3].map((seq) => ({ afterSeq: seq, beforeSeq: seq + 1, durationMs: 10_000 })),
    },
    ['1 x4 until +30.000'],
  ],
  [
    'a long silence ends a repetition',
    {
      records: [0, 1, 2, 60, 61, 62].map((seconds, index) => polled(index + 1, seconds * 1000)),
      gaps: [{ afterSeq: 3, beforeSeq: 4, durationMs: 58_000 }],
    },
    ['1 x3 until +2.000', 'gap 58000', '4 x3 until +1:02.000'],
  ],
  [
    'a silence that DEBUG ends is told before the next record',
    {
      records: [recordOf({ seq: 1, ms: 0 }), recordOf({ seq: 2, ms: 9000, level: 'DEBUG' }), recordOf({ seq: 3, ms: 9001 })],
      gaps: [{ afterSeq: 1, beforeSeq: 2, durationMs: 9000 }],
    },
    ['1', 'gap 9000', '3'],
  ],
])('%s', (_name, words, want) => {
  expect(tellItems(toldRecords(storyOf(words), { debug: false, folds: true }).items)).toEqual(want);
});

test('shown and hidden records are all records', () => {
  const record = fc.record({
    level: fc.constantFrom('DEBUG', 'INFO', 'ERROR'),
    message: fc.constantFrom('a 1', 'a 2', 'b'),
    gap: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), fc.boolean(), (words, folds) => {
      const records = words.map(({ level, message }, index) => recordOf({ seq: index + 1, ms: index, level, message }));
      const gaps = words.flatMap(({ gap }, index) => (gap && index > 0 ? [{ afterSeq: index, beforeSeq: index + 1, durationMs: 1 }] : []));
      const { items, hidden } = toldRecords(storyOf({ records, gaps }), { debug: false, folds });
      expect(items.reduce((sum, item) => sum + (item.kind === 'record' ? item.times : 0), hidden)).toBe(records.length);
    }),
  );
});

test('the first error is told with the whole text of its record', () => {
  const story = failedBoot();
  expect(story.firstError!.message).toHaveLength(100);
  expect(wholeError(story)!.message).toBe(story.records.find(({ seq }) => seq === 9)!.message);
  expect(wholeError({ ...story, records: [] })!.message).toHaveLength(100);
});

test('a clock that is off by less than is not known is no news', () => {
  const skew = [
    { host: 'a', against: 'b', skewMs: 4, errorMs: 50, pairs: 3 },
    { host: 'c', against: 'b', skewMs: -1200, errorMs: 50, pairs: 3 },
  ];
  expect(skewsTold(storyOf({ skew })).map(({ host }) => host)).toEqual(['c']);
  expect(skewsTold(storyOf({ skew, deskewed: true })).map(({ host }) => host)).toEqual(['a', 'c']);
});

// ------------------------------------------------------------------------------------------- the line of time

test('a long silence is shortened, and what is before and after it has the room', () => {
  const axis = axisOf(failedBoot());
  expect(axis.breaks).toMatchObject([{ from: expect.any(Number), to: expect.any(Number), durationMs: 12_400 }]);
  expect(axis.at(microsOf(at(3000)))).toBeGreaterThan(0.9);
  expect(axis.at(microsOf(at(15_400))) - axis.at(microsOf(at(3000)))).toBeCloseTo(0.03);
});

test('days of silence do not hide the minutes between two silences of hours', () => {
  const minutes = [0, 1, 2, 4000, 4001, 4002, 4200, 4201];
  const records = minutes.map((minute, index) => recordOf({ seq: index + 1, ms: minute * 60_000 }));
  const gaps = [
    { afterSeq: 6, beforeSeq: 7, durationMs: 198 * 60_000 },
    { afterSeq: 3, beforeSeq: 4, durationMs: 3998 * 60_000 },
  ];
  const axis = axisOf(storyOf({ records, gaps }));
  expect(axis.breaks.map(({ durationMs }) => durationMs / 60_000)).toEqual([3998, 198]);
  expect(axis.at(microsOf(at(4002 * 60_000))) - axis.at(microsOf(at(4000 * 60_000)))).toBeGreaterThan(0.3);
});

test('later is never further left, and nothing is outside', () => {
  const moments = fc.uniqueArray(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(moments, fc.array(fc.integer({ min: -1000, max: 101_000 })), (times, asked) => {
      const records = times.toSorted((a, b) => a - b).map((ms, index) => recordOf({ seq: index + 1, ms }));
      const gaps = records.slice(1).map((record, index) => ({
        afterSeq: index + 1,
        beforeSeq: index + 2,
        durationMs: (microsOf(record.time) - microsOf(records[index]!.time)) / 1000,
      }));
      const axis = axisOf(storyOf({ records, gaps }));
      const places = [0, ...asked.toSorted((a, b) => a - b).map((ms) => axis.at(microsOf(at(ms)))), 1];
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(axis.at(microsOf(records[0]!.time))).toBe(0);
      if (records.length > 1) expect(axis.at(microsOf(records.at(-1)!.time))).toBeCloseTo(1);
    }),
  );
});

test('a story of one moment has a line, too', () => {
  const axis = axisOf(storyOf({ records: [recordOf({ seq: 1, ms: 0 })] }));
  expect([axis.at(microsOf(at(0))), axis.at(microsOf(at(5)))]).toEqual([0, 0]);
  expect(axisOf(storyOf({ id: INSTANCE })).breaks).toEqual([]);
});
