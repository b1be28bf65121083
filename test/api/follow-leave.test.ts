/** What a follow must not cost the others: a place that nobody uses, or the thread of the sockets. */
import { expect, test } from 'vitest';
import { createFollow, type FollowBatch } from '../../src/follow.ts';
import { parse } from '../../src/query/parse.ts';
import { openMemory } from '../../src/store/memory.ts';
import { recordOf, TestIngest, TestReader } from './parts.ts';

function parts() {
  const store = openMemory();
  const ingest = new TestIngest(store);
  const reader = new TestReader(store);
  return { ingest, reader, follow: createFollow(reader, ingest) };
}

const some = (count: number) => Array.from({ length: count }, (_, index) => recordOf(`line ${index}`));

test('who leaves while a batch waits for him is gone all the same', async () => {
  const { ingest, follow } = parts();
  const leaving = new AbortController();
  const batches = follow.open({ filter: parse(''), signal: leaving.signal });
  await batches.next();
  ingest.commit(some(1));
  await batches.next();
  // Suspended behind a batch that was taken; nobody asks for another.
  leaving.abort();
  expect([follow.followers, ingest.wanted]).toEqual([0, false]);
  expect((await batches.next()).done).toBe(true);
  expect(follow.followers).toBe(0);
});

test.each(['/line [0-3]$/', 'message:/line [0-3]$/', 'nova OR -/x/', 'compute -/line [4-9]/'])(
  '%s runs in the workers, never on the thread of the sockets',
  async (text) => {
    const { ingest, reader, follow } = parts();
    const leaving = new AbortController();
    const open = (query: string) => follow.open({ filter: parse(query), signal: leaving.signal });
    const [plain, patterned] = [open(''), open(text)];
    await Promise.all([plain.next(), patterned.next()]);
    ingest.commit(some(4));
    for (const batches of [plain, patterned]) {
      const { value } = await batches.next();
      expect((value as FollowBatch).events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    }
    expect(reader.follows).toBe(1);
    leaving.abort();
  },
);
