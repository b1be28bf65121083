/**
 * Counting the store in slices: however it is cut, whatever was sealed or joined in between, every error counts once, as the record that
 * a search shows. The oracle looks at all records at once.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { foundIn } from '../../parsers/marks-exception.ts';
import { ownFrames } from '../../parsers/marks-own-frames.ts';
import { emptyRecord } from '../../src/base/record.ts';
import type { ErrorTally, LogRecord } from '../../src/model.ts';
import { Tally } from '../../src/report/error-tally.ts';
import { errorSlice, type SliceWant, TALLY_GROUPS_MAX } from '../../src/store/error-slice.ts';
import { DaysReader } from '../../src/store/read.ts';
import { everything } from '../contract/reading.ts';
import { continuationOf, START_US } from '../contract/records.ts';
import { Scene } from './scene.ts';

const TRACE = 'Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/nova/a.py", line 7, in f\n    g()\nKeyError: 1';
const ALL_SETTLED = Number.MAX_SAFE_INTEGER;

let scene: Scene;
let reader: DaysReader;
beforeEach(() => {
  scene = new Scene();
  reader = new DaysReader(scene.folder);
});
afterEach(() => {
  reader.close();
  scene.store.close();
});

/** One slice; its tallies are one where the other ends. */
function slice(want: SliceWant): ErrorTally[] {
  const steps = errorSlice(reader, want);
  for (;;) {
    const step = steps.next();
    if (!step.done) continue;
    const tallies = step.value;
    expect(tallies.map(({ from }) => from)).toEqual([want.after, ...tallies.slice(0, -1).map(({ after }) => after)]);
    return tallies;
  }
}

/** From `after` to the end; a slice has to get on. */
function slices(limit: number, change: Partial<SliceWant> = {}): ErrorTally[] {
  const all: ErrorTally[] = [];
  let after = change.after ?? 0;
  for (;;) {
    const tallies = slice({ settledUs: ALL_SETTLED, ...change, limit, after });
    all.push(...tallies);
    const last = tallies.at(-1)!;
    if (last.caughtUp) return all;
    expect(last.after).toBeGreaterThan(after);
    after = last.after;
  }
}

function sums(tallies: readonly ErrorTally[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { groups } of tallies)
    for (const group of groups) {
      counts[group.signature] = (counts[group.signature] ?? 0) + group.count;
      expect(group.counts.reduce((sum, [, , , count]) => sum + count, 0)).toBe(group.count);
    }
  return counts;
}

const isError = ({ level, message }: LogRecord): boolean =>
  level === 'ERROR' || level === 'CRITICAL' || message.includes('Traceback (most recent call last)');

function oracle(): Record<string, number> {
  const tally = new Tally();
  for (const record of everything(scene.store, { direction: 'forward' }).filter(isError)) {
    const found = foundIn(record);
    tally.add(record, found && { mark: found.mark, ...ownFrames(found.frames) });
  }
  return Object.fromEntries(tally.groups().map(({ signature, count }) => [signature, count]));
}

const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

function record(message: string, level: LogRecord['level'], change: Partial<LogRecord> = {}): LogRecord {
  return {
    ...emptyRecord(START_US, 'tcp', '10.0.0.3'),
    host: 'c01',
    service: 'nova',
    program: 'nova-compute',
    pid: 7,
    level,
    message,
    ...change,
  };
}

test.each([3, 50, 100_000])('slices of %i records: what the oracle counts, in sealed and fresh records alike', (limit) => {
  for (let round = 0; round < 3; round++) {
    const stored = scene.append(600);
    scene.append([continuationOf(stored.find(isError)!, TRACE), record('later', 'INFO')]);
    if (round < 2) scene.store.flush();
  }
  const want = oracle();
  expect(total(want)).toBeGreaterThan(100);
  expect(sums(slices(limit))).toEqual(want);
});

describe('a traceback that comes after its head', () => {
  test.each<LogRecord['level']>(['ERROR', 'INFO', undefined])(
    'the head is %s: counted once, wherever the slices end, sealed in between or not',
    (level) => {
      for (const seals of [false, true]) {
        const [head] = scene.append([record(`broken ${seals}`, level)]);
        const before = scene.rows.length - 1;
        const first = slices(10, { after: before });
        scene.append([record('between', 'INFO')]);
        if (seals) scene.store.flush();
        scene.append([continuationOf(head!, TRACE), continuationOf(head!, 'and more')]);
        const after = first.at(-1)!.after;
        const second = slices(1, { after });
        if (seals) scene.store.flush();
        const third = slices(10, { after: second.at(-1)!.after });
        expect([level, seals, total(sums([...first, ...second, ...third]))]).toEqual([level, seals, 1]);
      }
    },
  );

  test('in one slice it is one record with its traceback', () => {
    const [head] = scene.append([record('broken', 'ERROR')]);
    scene.append([continuationOf(head!, TRACE)]);
    const [tally] = slices(10);
    expect(tally!.groups).toMatchObject([{ count: 1, parts: { by: 'exception', exception: 'KeyError', frames: ['nova/a.py f'] } }]);
    scene.store.flush();
    expect(sums(slices(10))).toEqual(sums([tally!]));
  });

  test('in a block into which it was merged, cut between head and traceback', () => {
    const [head] = scene.append([record('quiet head', 'INFO')]);
    scene.append([record('x', 'ERROR'), continuationOf(head!, TRACE), record('y', 'ERROR')]);
    scene.store.flush();
    expect(total(sums(slices(1)))).toBe(3);
    expect(total(sums(slices(10, { after: head!.seq })))).toBe(3);
    expect(total(sums(slices(10, { after: head!.seq + 2 })))).toBe(1);
  });
});

test('what has just arrived waits until it is settled', () => {
  scene.append([
    record('old', 'ERROR', { received: 1000 }),
    record('young', 'ERROR', { received: 2000 }),
    record('younger', 'ERROR', { received: 3000 }),
  ]);
  const [first] = slice({ after: 0, settledUs: 1500, limit: 10 }) as [ErrorTally];
  expect([first.after, first.caughtUp, total(sums([first]))]).toEqual([1, true, 1]);
  const [second] = slice({ after: first.after, settledUs: 2000, limit: 10 }) as [ErrorTally];
  expect([second.after, total(sums([second]))]).toEqual([2, 1]);
  expect(total(sums(slices(10, { after: second.after })))).toBe(1);
});

test('warnings count where they are known, and only then', () => {
  scene.append([record('the broker has blocked', 'WARNING'), record('deprecated option', 'WARNING'), record('blocked, info', 'INFO')]);
  expect(slices(10)[0]!.groups).toEqual([]);
  const known = slices(10, { countsWarning: ({ message }) => message.includes('blocked') });
  expect(known[0]!.groups).toMatchObject([{ count: 1, level: 'WARNING', title: 'the broker has blocked' }]);
});

test('whom it hits: each once', () => {
  const one = { request: 'req-1', instance: 'i-1', project: 'p-1' };
  scene.append([
    record('lost', 'ERROR', one),
    record('lost', 'ERROR', { ...one, request: 'req-2', host: 'c02' }),
    record('lost', 'CRITICAL', { service: 'glance' }),
  ]);
  const [group] = slices(10)[0]!.groups;
  expect(group).toMatchObject({
    count: 3,
    level: 'CRITICAL',
    samples: [
      [3, 'glance', 'c01'],
      [2, 'nova', 'c02'],
      [1, 'nova', 'c01'],
    ],
  });
  // One byte, then eight for each.
  expect(group!.radius.map(({ length }) => (length - 1) / 8)).toEqual([2, 2, 2, 1, 1]);
});

test('a slice of many different errors comes in parts that can be committed one by one', () => {
  const word = (index: number): string =>
    String.fromCharCode(97 + Math.floor(index / 676), 97 + (Math.floor(index / 26) % 26), 97 + (index % 26));
  scene.append(Array.from({ length: 2 * TALLY_GROUPS_MAX + 7 }, (_, index) => record(`strange ${word(index)}`, 'ERROR')));
  const tallies = slices(100_000);
  expect(tallies.map(({ groups }) => groups.length)).toEqual([TALLY_GROUPS_MAX, TALLY_GROUPS_MAX, 7]);
  expect(sums(tallies)).toEqual(oracle());
});
