/** What repeats in a story, told as one: by the same rule as in the terminal, and nothing is left out. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Story } from '../../src/model.ts';
import { toldRecords } from '../../src/report/story-view-records.ts';
import { foldedCount, type Run, runsOf } from '../../web/src/text/alike.ts';
import { gapsBefore, type ToldRecord, toldOf } from '../../web/src/text/story.ts';

const START = Date.UTC(2026, 10, 22, 8);
const record = (seq: number, message: string, { atMs = seq * 1000, ...more }: Partial<ToldRecord> & { atMs?: number } = {}): ToldRecord =>
  ({
    ...{ seq, time: new Date(START + atMs).toISOString().replace('Z', '000Z'), level: 'INFO', program: 'nova-compute', host: 'c1' },
    ...{ message, why: { id: 'I', kind: 'instance' } },
    ...more,
  }) as ToldRecord;
const sizes = (runs: readonly Run[]): number[] => runs.map(({ others }) => others.length + 1);
const none = new Map<number, number>();

test.each<[string, readonly string[], number[]]>([
  ['numbers and ids apart', ['try 1 of 20', 'try 2 of 20', 'try 13 of 20'], [3]],
  [
    'ids of any kind',
    ['port 903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7 waits', 'port deadbeef-dead-dead-dead-deadbeefdead waits', 'port 0badcafe waits'],
    [3],
  ],
  ['two are told themselves', ['try 1', 'try 2'], [1, 1]],
  ['another word is another line', ['try 1', 'try 2', 'give up', 'try 3', 'try 4', 'try 5'], [1, 1, 1, 3]],
  ['nothing', [], []],
])('alike: %s', (_say, texts, want) =>
  expect(
    sizes(
      runsOf(
        texts.map((text, index) => record(index, text)),
        none,
        () => false,
      ),
    ),
  ).toEqual(want),
);

test.each<[string, Partial<ToldRecord>]>([
  ['level', { level: 'WARNING' }],
  ['host', { host: 'c2' }],
  ['program', { program: 'nova-api' }],
])('another %s is not alike', (_say, other) => {
  const records = [0, 1, 2, 3, 4].map((seq) => record(seq, `try ${seq}`, seq === 2 ? other : {}));
  expect(sizes(runsOf(records, none, () => false))).toEqual([1, 1, 1, 1, 1]);
});

test('a silence longer than is usual between them ends a run; a usual one does not', () => {
  const every = (from: number, startMs: number) =>
    [0, 1, 2].map((index) => record(from + index, `try ${index}`, { atMs: startMs + index * 10_000 }));
  const records = [...every(0, 0), ...every(3, 100_000)];
  const gaps = new Map(records.slice(1).map(({ seq }) => [seq, 10_000]));
  expect(sizes(runsOf(records, gaps, () => false))).toEqual([3, 3]);
});

test('what is wanted one by one is told so, the others stay folded', () => {
  const records = ['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'b 3'].map((text, seq) => record(seq, text));
  const runs = runsOf(records, none, ({ record: { seq } }) => seq === 3);
  expect(sizes(runs)).toEqual([3, 1, 1, 1]);
  expect(foldedCount(runs)).toBe(2);
});

describe('against the terminal', () => {
  const TEXTS = [
    'Attempt 1 of 3 failed',
    'Attempt 2 of 3 failed',
    'Waiting for 903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7',
    'Waiting for port',
    'Took 7 seconds',
  ];

  test('the same records stand for the same others, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...TEXTS), fc.constantFrom(100, 1000, 60_000)), { maxLength: 40 }), (said) => {
        const atMs = (seq: number): number => said.slice(0, seq + 1).reduce((sum, [, waitMs]) => sum + waitMs, 0);
        const records = said.map(([text], seq) => record(seq, text, { atMs: atMs(seq) }));
        const gaps = records
          .slice(1)
          .flatMap(({ seq }, index) => (said[index + 1]![1] === 60_000 ? [{ afterSeq: index, beforeSeq: seq, durationMs: 60_000 }] : []));
        const story = {
          ...{ id: 'I', kind: 'instance', requests: [], entities: [], spans: [], edges: [], skew: [], deskewed: false, limits: [] },
          ...{ gaps, records },
        } as unknown as Story;
        const told = toldRecords(story, { debug: true, folds: true }).items.filter((item) => item.kind === 'record');
        const runs = runsOf(toldOf(story), gapsBefore(story, toldOf(story), toldOf(story)), () => false);
        expect(runs.map((run) => [run.record.seq, run.others.length + 1])).toEqual(told.map((item) => [item.record.seq, item.times]));
        expect(runs.flatMap((run) => [run.record, ...run.others])).toEqual(records);
      }),
    );
  });
});
