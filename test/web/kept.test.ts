/** What a live tail keeps: bounded, in order, with stable indexes; what joins a record later joins it where it is. */
import { describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../web/src/api/answers.ts';
import { Kept } from '../../web/src/state/kept.ts';

const record = (seq: number, message = `line ${seq}`, more: object = {}): PublicRecord =>
  ({ seq, time: '2026-11-22T10:00:00.000000Z', received: '2026-11-22T10:00:00.000000Z', message, ...more }) as PublicRecord;
const texts = (kept: Kept): (string | undefined)[] => kept.newest(1e9).map(({ record: one, note }) => one?.message ?? note?.text);

describe('what is kept', () => {
  test.each([
    ['by number', 5, 1e9, 20, 10, 5],
    ['by characters', 1e9, 100, 20, 10, 10],
    ['always the newest, however long', 5, 3, 4, 10, 1],
  ])('is bounded %s', (_say, itemsMax, charsMax, count, chars, want) => {
    const kept = new Kept(itemsMax, charsMax);
    for (let seq = 1; seq <= count; seq++) kept.add(record(seq), chars);
    expect(kept.end - kept.begin).toBe(want);
    expect(texts(kept)).toEqual(Array.from({ length: want }, (_, index) => `line ${count - want + 1 + index}`));
    expect(kept.end).toBe(count);
  });

  test('stays bounded and in order over a hundred thousand lines', () => {
    const kept = new Kept();
    for (let seq = 1; seq <= 100_000; seq++) kept.add(record(seq), 500);
    expect(kept.end - kept.begin).toBeLessThanOrEqual(10_000);
    expect(kept.end - kept.begin).toBeGreaterThan(9000);
    const seqs = kept.newest(1e9).map((item) => item.record!.seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => 100_000 - seqs.length + 1 + index));
    expect(kept.at(kept.begin)!.key).toBe(kept.begin);
    expect(kept.at(kept.begin - 1)).toBeUndefined();
  });
});

test('text that joins a record is behind it, in another object with the same key', () => {
  const kept = new Kept();
  kept.add(record(1), 10);
  kept.add(record(2), 10);
  const [before] = kept.newest(2);
  kept.more(record(3, 'Traceback', { of: 1, exception: { class: 'X' } }), 10);
  const [after] = kept.newest(2);
  expect(after).not.toBe(before);
  expect(after!.key).toBe(before!.key);
  expect(after!.record).toMatchObject({ seq: 1, message: 'line 1\nTraceback', exception: { class: 'X' } });
  expect(before!.record!.message).toBe('line 1');
});

test('text that joins a record which is gone is a line of its own', () => {
  const kept = new Kept(2);
  for (let seq = 1; seq <= 3; seq++) kept.add(record(seq), 1);
  kept.more(record(4, 'more', { of: 1 }), 1);
  expect(texts(kept)).toEqual(['line 3', 'more']);
});

test('notes stand between records; a note on the newest note takes its place', () => {
  const kept = new Kept();
  kept.add(record(1), 1);
  kept.note({ text: 'lost: 1', isLoss: true });
  kept.renote({ text: 'lost: 2', isLoss: true });
  kept.add(record(2), 1);
  kept.renote({ text: 'lost: 3', isLoss: true });
  expect(texts(kept)).toEqual(['line 1', 'lost: 2', 'line 2', 'lost: 3']);
});

test('cleared it is empty, and indexes go on', () => {
  const kept = new Kept();
  kept.add(record(1), 1);
  kept.clear();
  expect(kept.newest(10)).toEqual([]);
  kept.add(record(2), 1);
  expect(kept.newest(10)[0]!.key).toBe(1);
});
