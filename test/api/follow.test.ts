/** Following: nobody loses or gets a record twice, wherever it comes from - pages, the ring, or one after the other. */
import { setImmediate as breathe } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { createFollow, type Follow, type FollowBatch, type FollowOptions, type FollowRequest } from '../../src/follow.ts';
import type { Committed } from '../../src/model.ts';
import { parse } from '../../src/query/parse.ts';
import { openMemory } from '../../src/store/memory.ts';
import { recordOf, TestIngest, TestReader } from './parts.ts';

function parts(options: FollowOptions = {}) {
  const store = openMemory();
  const ingest = new TestIngest(store);
  const reader = new TestReader(store);
  return { ingest, reader, follow: createFollow(reader, ingest, options) };
}

/** Reads a follow in the background; `reach` waits until everything up to a seq was looked at. */
function listen(follow: Follow, request: Partial<FollowRequest> = {}) {
  const leaving = new AbortController();
  const batches: FollowBatch[] = [];
  let wake = () => {};
  let failure: unknown;
  const done = (async () => {
    try {
      for await (const batch of follow.open({ filter: parse(''), signal: leaving.signal, ...request })) {
        batches.push(batch);
        wake();
      }
    } catch (error) {
      failure = error;
      wake();
    }
  })();
  const news = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  return {
    done,
    seqs: () => batches.flatMap((batch) => batch.events.map((event) => event.seq)),
    messages: () =>
      batches.flatMap((batch) => batch.events.map((event) => `${event.kind} ${(JSON.parse(event.json) as { message: string }).message}`)),
    lost: () => batches.reduce((sum, batch) => sum + batch.lost, 0),
    async reach(after: number) {
      while (failure === undefined && (batches.at(-1)?.after ?? -1) < after) await news();
      if (failure !== undefined) throw failure;
    },
    async leave() {
      leaving.abort();
      await done;
    },
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const some = (count: number) => Array.from({ length: count }, (_, index) => recordOf(`line ${index}`));

test('begins with what comes now', async () => {
  const { ingest, follow } = parts();
  ingest.commit(some(3));
  const listener = listen(follow);
  await listener.reach(3);
  ingest.commit(some(2));
  ingest.commit(some(1));
  await listener.reach(6);
  expect(listener.seqs()).toEqual([4, 5, 6]);
  await listener.leave();
});

test('live records are taken from the ring, not from the store', async () => {
  const { ingest, reader, follow } = parts();
  const listener = listen(follow);
  await listener.reach(0);
  ingest.commit(some(500));
  await listener.reach(500);
  expect(listener.seqs()).toEqual(range(1, 500));
  expect(reader.follows).toBe(0);
  await listener.leave();
});

test('resumes behind a seq: pages first, then live', async () => {
  const { ingest, follow } = parts({ eventsMax: 3 });
  ingest.commit(some(10));
  const listener = listen(follow, { after: 2 });
  await listener.reach(10);
  ingest.commit(some(5));
  await listener.reach(15);
  expect(listener.seqs()).toEqual(range(3, 15));
  await listener.leave();
});

test('only what matches, and the rest is looked at all the same', async () => {
  const { ingest, follow } = parts();
  const listener = listen(follow, { filter: parse('level:error') });
  await listener.reach(0);
  ingest.commit([recordOf('a'), recordOf('b', { level: 'ERROR' }), recordOf('c')]);
  await listener.reach(3);
  expect(listener.messages()).toEqual(['record b']);
  await listener.leave();
});

test('the last lines come first, in the order of seq, and are not repeated', async () => {
  const { ingest, follow } = parts();
  ingest.commit([recordOf('a', { level: 'ERROR' }), recordOf('b'), recordOf('c', { level: 'ERROR' }), recordOf('d', { level: 'ERROR' })]);
  const listener = listen(follow, { filter: parse('level:error'), lines: 2 });
  await listener.reach(4);
  ingest.commit([recordOf('e', { level: 'ERROR' })]);
  await listener.reach(5);
  expect(listener.messages()).toEqual(['record c', 'record d', 'record e']);
  await listener.leave();
});

test('what arrives while the last lines are searched comes once', async () => {
  const { ingest, reader, follow } = parts();
  ingest.commit(some(3));
  reader.beforePage = () => {
    reader.beforePage = () => {};
    ingest.commit(some(2));
  };
  const listener = listen(follow, { lines: 3 });
  await listener.reach(5);
  expect(new Set(listener.seqs()).size).toBe(listener.seqs().length);
  expect(listener.seqs().slice(-2)).toEqual([4, 5]);
  await listener.leave();
});

test('a continuation that was committed later is an event `more` of its parent', async () => {
  const { ingest, follow } = parts();
  const listener = listen(follow);
  await listener.reach(0);
  ingest.commit([recordOf('Traceback')]);
  ingest.commit([recordOf('  File "x"', { of: 1 })]);
  await listener.reach(2);
  expect(listener.messages()).toEqual(['record Traceback', 'more   File "x"']);
  await listener.leave();
});

test('who falls behind the ring pages through the store', async () => {
  const { ingest, reader, follow } = parts({ ringBytesMax: 4000, eventsMax: 2 });
  const leaving = new AbortController();
  const slow = follow.open({ filter: parse(''), signal: leaving.signal })[Symbol.asyncIterator]();
  await slow.next();
  for (let round = 0; round < 20; round++) ingest.commit(some(5));
  const seqs: number[] = [];
  while (seqs.length < 100) seqs.push(...((await slow.next()).value as FollowBatch).events.map((event) => event.seq));
  expect(seqs).toEqual(range(1, 100));
  expect(reader.follows).toBeGreaterThan(0);
  leaving.abort();
  expect((await slow.next()).done).toBe(true);
});

test('records are asked for only while somebody follows', async () => {
  const { ingest, follow } = parts();
  expect(ingest.wanted).toBe(false);
  const first = listen(follow);
  const second = listen(follow);
  await first.reach(0);
  await second.reach(0);
  expect([ingest.wanted, follow.followers]).toEqual([true, 2]);
  await first.leave();
  expect(ingest.wanted).toBe(true);
  await second.leave();
  expect([ingest.wanted, follow.followers]).toEqual([false, 0]);
});

test('a commit without its records leaves no hole', async () => {
  const { ingest, follow } = parts();
  const listener = listen(follow);
  await listener.reach(0);
  ingest.commit(some(2));
  ingest.tell({ ...ingest.store(some(3)), records: undefined });
  ingest.commit(some(2));
  await listener.reach(7);
  expect(listener.seqs()).toEqual(range(1, 7));
  await listener.leave();
});

test('pages without a match are looked at once, and the place moves on', async () => {
  const { ingest, reader, follow } = parts({ eventsMax: 3 });
  ingest.commit([...some(50), recordOf('wanted', { level: 'ERROR' }), ...some(50)]);
  const listener = listen(follow, { after: 0, filter: parse('level:error') });
  await listener.reach(101);
  expect(listener.messages()).toEqual(['record wanted']);
  expect(reader.follows).toBeLessThanOrEqual(Math.ceil(101 / 3) + 1);
  await listener.leave();
});

test('a view of the store that lags behind the news is asked again', async () => {
  const { ingest, reader, follow } = parts();
  const real = reader.follow.bind(reader);
  let stale = 3;
  reader.follow = async (after, filter, limit) =>
    stale-- > 0 ? { events: [], after, caughtUp: true, lost: 0 } : real(after, filter, limit);
  const listener = listen(follow, { after: 0 });
  await listener.reach(0);
  ingest.tell({ ...ingest.store(some(2)), records: undefined });
  await listener.reach(2);
  expect(listener.seqs()).toEqual([1, 2]);
  await listener.leave();
});

test('a seq of other data is refused instead of waiting for it in silence', async () => {
  const { ingest, follow } = parts();
  ingest.commit(some(3));
  await expect(listen(follow, { after: 4 }).reach(4)).rejects.toMatchObject({ code: 'gone' });
  expect(follow.followers).toBe(0);
  // The store may be ahead of the news.
  ingest.store(some(1));
  const listener = listen(follow, { after: 4 });
  await listener.reach(4);
  await listener.leave();
});

test('a wrong regular expression is refused with the first batch', async () => {
  const { follow } = parts();
  await expect(listen(follow, { filter: { kind: 'regex', source: '(', flags: '' } }).reach(0)).rejects.toMatchObject({ code: 'bad-query' });
});

test('followers are bounded', async () => {
  const { follow } = parts();
  const listeners = Array.from({ length: limits.followersMax }, () => listen(follow));
  await Promise.all(listeners.map((one) => one.reach(0)));
  await expect(listen(follow).reach(0)).rejects.toMatchObject({ code: 'too-many' });
  follow.close();
  await Promise.all(listeners.map((one) => one.done));
  expect(follow.followers).toBe(0);
});

test('a failing store ends the follow with its error', async () => {
  const { ingest, reader, follow } = parts();
  ingest.commit(some(3));
  reader.beforePage = () => {
    throw new Error('worker died');
  };
  await expect(listen(follow, { after: 0 }).reach(3)).rejects.toThrow('worker died');
  expect([follow.followers, ingest.wanted]).toEqual([0, false]);
});

/** What may happen in between, in any order: commits told at once, late, or without records; a second follower coming and going. */
type Step = { kind: 'commit' | 'store' | 'tell' | 'bare' | 'visit' | 'pause'; count: number };
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('commit', 'store', 'tell', 'bare', 'visit', 'pause') as fc.Arbitrary<Step['kind']>,
    count: fc.integer({ min: 1, max: 7 }),
  }),
  { minLength: 5, maxLength: 40 },
);

test('any interleaving of paging and live: each record once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 4 }), async (plan, after, pagePauses) => {
      const { ingest, reader, follow } = parts({ ringBytesMax: 8000, eventsMax: 3 });
      reader.beforePage = async () => {
        for (let pause = 0; pause < pagePauses; pause++) await breathe();
      };
      ingest.commit(some(5));
      const listener = listen(follow, { after });
      const untold: Committed[] = [];
      const tellAll = () => {
        for (const committed of untold.splice(0)) ingest.tell(committed);
      };
      let total = 5;
      for (const step of plan) {
        if (step.kind === 'commit' || step.kind === 'store' || step.kind === 'bare') {
          const committed = ingest.store(some(step.count));
          untold.push(step.kind === 'bare' ? { ...committed, records: undefined } : committed);
          total += step.count;
          if (step.kind !== 'store') tellAll();
        } else if (step.kind === 'tell') tellAll();
        else if (step.kind === 'visit') await listen(follow).leave();
        for (let pause = 0; pause < step.count; pause++) await breathe();
      }
      tellAll();
      await listener.reach(total);
      expect(listener.seqs()).toEqual(range(after + 1, total));
      await listener.leave();
    }),
    { numRuns: 150 },
  );
});
