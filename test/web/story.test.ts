/** Stories and error groups in the browser, the pure part: the same words and places as the service's own page, which records are shown, who is below whom. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ErrorGroup, Story, StoryRequest } from '../../src/model.ts';
import { axisOf } from '../../src/report/story-view-axis.ts';
import { storyTree } from '../../src/report/story-view-json.ts';
import { offsetText as reportOffset, spanText } from '../../src/report/story-view-time.ts';
import { groupsShown, queryOf, radiusText } from '../../web/src/text/groups.ts';
import { agoText, lengthText, offsetText, placeOnLine } from '../../web/src/text/spans.ts';
import { gapsBefore, pickedRecords, pickOf, requestTree, type ToldRecord, toldOf, whyOf } from '../../web/src/text/story.ts';

const START = Date.UTC(2026, 10, 22, 8);
const at = (ms: number): string => new Date(START + ms).toISOString().replace('Z', '000Z');

const record = (seq: number, more: Partial<ToldRecord> = {}): ToldRecord =>
  ({ seq, time: at(seq * 1000), message: `line ${seq}`, level: 'INFO', why: { id: 'I', kind: 'instance' }, ...more }) as ToldRecord;

const storyOf = (records: readonly ToldRecord[], more: Partial<Story> = {}): Story =>
  ({
    ...{ id: 'I', kind: 'instance', requests: [], entities: [], spans: [], gaps: [], edges: [], skew: [], deskewed: false, limits: [] },
    ...{ start: records[0]?.time, end: records.at(-1)?.time, stats: { tookMs: 0, searches: 0, recordsScanned: 0 } },
    records,
    ...more,
  }) as unknown as Story;

test('lengths and distances are written as on the page of the service', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), (ms) => {
      expect(lengthText(ms)).toBe(spanText(ms));
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: -1e13, max: 1e13 }), (us) => {
      expect(offsetText(us)).toBe(reportOffset(us));
    }),
  );
});

test('a moment stands where the page of the service puts it, silences shortened', () => {
  const records = [record(0), record(1), record(100), record(101), record(500), record(501)];
  const gaps = [
    { afterSeq: 1, beforeSeq: 100, durationMs: 99_000 },
    { afterSeq: 101, beforeSeq: 500, durationMs: 399_000 },
  ];
  const story = storyOf(records, { gaps });
  const { breaks } = storyTree(story);
  expect(breaks).toHaveLength(2);
  const place = placeOnLine({ start: story.start!, end: story.end! }, breaks);
  for (const ms of [-5, 0, 500, 1000, 50_000, 100_000, 100_500, 101_000, 300_000, 500_000, 500_500, 501_000, 600_000])
    expect(place(at(ms)), String(ms)).toBeCloseTo(axisOf(story).at((START + ms) * 1000), 3);
});

test.each([
  [at(0), 5000, '5 s ago'],
  [at(0), 61_000, '1 min ago'],
  [at(0), 7_300_000, '2 h ago'],
  [at(0), 400_000_000, '4 days ago'],
  [at(0), -5000, '0 s ago'],
])('%s was, after %s ms, %s', (time, ms, want) => expect(agoText(time, START + ms)).toBe(want));

describe('records of a story', () => {
  const records = [
    record(1, { program: 'nova-api', span: 0, request: 'req-a' }),
    record(2, { level: 'DEBUG', message: 'calls neutron', span: 0, request: 'req-a' }),
    record(3, { level: 'DEBUG', message: 'noise of developers', span: 1 }),
    record(4, { level: 'ERROR', message: 'Port PORT is gone', span: 1, ids: [{ kind: 'port', id: 'PORT' }] as never }),
  ];
  const story = storyOf(records, { edges: [{ from: 'req-a', to: 'req-b', by: 'called', seq: 2 }] });
  const NOTHING = { pick: undefined, find: '', isDebugShown: false, line: undefined };

  test.each<[string, Partial<typeof NOTHING> & { only?: string; line?: number }, number[], number]>([
    ['DEBUG is hidden but for what carries the story on', {}, [1, 2, 4], 1],
    ['or when a link leads to it', { line: 3 as never }, [1, 2, 3, 4], 0],
    ['or when it is wanted', { isDebugShown: true }, [1, 2, 3, 4], 0],
    ['of a span', { only: 'spans:0' }, [1, 2], 0],
    ['of spans', { only: 'spans:0,1' }, [1, 2, 4], 1],
    ['of a request', { only: 'request:req-a' }, [1, 2], 0],
    ['with an id', { only: 'id:PORT' }, [4], 0],
    ['warnings and worse', { only: 'level:warning' }, [4], 0],
    ['with words, wherever', { find: 'NOVA-api' }, [1], 0],
    ['with a phrase', { find: '"is gone"' }, [4], 0],
    ['without a word', { find: 'line -gone' }, [1], 0],
    ['with what only DEBUG says', { find: 'developers' }, [3], 0],
    ['with what nobody says', { find: 'nosuchword' }, [], 0],
  ])('%s', (_say, { only = '', ...wanted }, want, hidden) => {
    const picked = pickedRecords(story, { ...NOTHING, ...wanted, pick: pickOf(only) });
    expect(picked.records.map(({ seq }) => seq)).toEqual(want);
    expect(picked.hidden).toBe(hidden);
  });

  test.each(['', 'spans', 'spans:', 'nonsense:1', '<b>'])('%s picks nothing', (text) => expect(pickOf(text)).toBeUndefined());

  test('a silence is told before the next record that is shown, and never before the first', () => {
    const silent = storyOf(records, { gaps: [{ afterSeq: 2, beforeSeq: 3, durationMs: 9000 }] });
    const shown = toldOf(silent).filter(({ seq }) => seq !== 3);
    expect([...gapsBefore(silent, toldOf(silent), shown)]).toEqual([[4, 9000]]);
    expect([...gapsBefore(silent, toldOf(silent), shown.slice(-1))]).toEqual([]);
  });

  test('why is said only where neither the story nor the own request says it', () => {
    expect(whyOf(records[0]!, 'I')).toBeUndefined();
    expect(whyOf(record(1, { request: 'req-a', why: { id: 'req-a', kind: 'request' } }), 'I')).toBeUndefined();
    expect(whyOf(record(1, { why: { id: 'PORT', kind: 'port' } }), 'I')).toEqual({ id: 'PORT', kind: 'port' });
  });
});

test('requests stand below those that made them, each once, whatever is said of callers', () => {
  const request = (id: string, caller?: string) => ({ id, ...(caller === undefined ? {} : { caller }) }) as StoryRequest;
  const rows = (requests: StoryRequest[]) => requestTree(requests).map(({ index, depth }) => `${requests[index]!.id}${depth}`);
  expect(rows([request('a'), request('c', 'b'), request('b', 'a'), request('d')])).toEqual(['a0', 'b1', 'c2', 'd0']);
  expect(rows([request('a', 'b'), request('b', 'a'), request('c', 'gone'), request('d', 'd')]).toSorted()).toEqual([
    'a0',
    'b1',
    'c0',
    'd0',
  ]);
});

describe('error groups', () => {
  const group = (more: Partial<ErrorGroup>): ErrorGroup =>
    ({
      ...{ signature: 'aa', title: 'Volume <*> is lost', state: 'new', count: 1, firstSeen: at(0), lastSeen: at(0) },
      ...{
        parts: { by: 'shape', logger: 'cinder.volume', shape: 'Volume <*> is lost' },
        services: [{ name: 'cinder', count: 1 }],
        hosts: [],
      },
      radius: { hosts: 1, services: 1, requests: 0, instances: 0, projects: 0 },
      ...more,
    }) as ErrorGroup;
  const groups = [
    group({ signature: 'a1', count: 3, lastSeen: at(9000) }),
    group({
      signature: 'b2',
      count: 9,
      state: 'quiet',
      title: 'Other',
      parts: { by: 'exception', exception: 'nova.exception.NoValidHost' },
    }),
    group({ signature: 'c3', firstSeen: at(5000), radius: { hosts: 4, services: 1, requests: 2, instances: 7, projects: 1 } }),
  ];
  test.each([
    [{}, 'a1 b2 c3'],
    [{ state: 'quiet' as const }, 'b2'],
    [{ text: 'cinder LOST' }, 'a1 c3'],
    [{ text: 'novalid' }, 'b2'],
    [{ order: 'count' as const }, 'b2 a1 c3'],
    [{ order: 'last' as const }, 'a1 b2 c3'],
    [{ order: 'first' as const }, 'c3 a1 b2'],
    [{ order: 'radius' as const }, 'c3 a1 b2'],
  ])('%o shows %s', (wanted, want) => {
    const shown = groupsShown(groups, { state: undefined, text: '', order: 'state', ...wanted });
    expect(shown.map(({ signature }) => signature).join(' ')).toBe(want);
  });

  test('are searched by their exception, or the longest stretch of their text, whatever is in it', () => {
    expect(queryOf(groups[1]!)).toBe('exception:nova.exception.NoValidHost');
    expect(queryOf(groups[0]!)).toBe('"is lost"');
    expect(queryOf(group({ parts: { by: 'shape', shape: 'a "quoted\\ text" <*>' } }))).toBe('"a \\"quoted\\\\ text\\""');
    expect(queryOf(group({ parts: { by: 'shape', shape: '<*>' } }))).toBe('');
  });

  test('say whom they hit, and not whom they do not', () => {
    expect(radiusText(groups[0]!)).toBe('1 host');
    expect(radiusText(groups[2]!)).toBe('4 hosts, 2 requests, 7 instances, 1 project');
    expect(radiusText(group({ radius: { hosts: 1200, services: 1, requests: 0, instances: 0, projects: 0, approximate: true } }))).toBe(
      'about 1,200 hosts',
    );
  });
});
