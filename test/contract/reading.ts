/** Ways to read a store that the tests of the contract share: all pages, all events, the order, the code of a refusal. */
import { expect } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import type { Direction, Filter, FollowEvent, LogRecord, Query, Store } from '../../src/model.ts';

export const ALL: Filter = { kind: 'all' };
export const DIRECTIONS: readonly Direction[] = ['forward', 'backward'];

export function query(some: Partial<Query> = {}): Query {
  return { filter: ALL, limit: 100, direction: 'forward', ...some };
}

/** All pages of a query. Throws when a store gives pages without end. */
export function everything(store: Pick<Store, 'search'>, some: Partial<Query> = {}): LogRecord[] {
  const records: LogRecord[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 100_000; page++) {
    const answer = store.search(query({ ...some, ...(cursor === undefined ? {} : { cursor }) }));
    expect(answer.records.length).toBeLessThanOrEqual(some.limit ?? 100);
    records.push(...answer.records);
    if (answer.next === undefined) return records;
    cursor = answer.next;
  }
  throw new Error('the pages do not end');
}

export function followed(store: Store, some: { after?: number; filter?: Filter; limit?: number } = {}): FollowEvent[] {
  const events: FollowEvent[] = [];
  let after = some.after ?? 0;
  for (let page = 0; page < 100_000; page++) {
    const answer = store.follow(after, some.filter ?? ALL, some.limit ?? 100);
    expect(answer.lost).toBe(0);
    expect(answer.after).toBeGreaterThanOrEqual(after);
    events.push(...answer.events);
    after = answer.after;
    if (answer.caughtUp) return events;
  }
  throw new Error('the follower never catches up');
}

/** The order of search: by time, then seq. */
export function inOrder(records: readonly LogRecord[], direction: Direction): number[] {
  const sign = direction === 'backward' ? -1 : 1;
  return [...records].sort((a, b) => sign * (a.time - b.time || a.seq - b.seq)).map(({ seq }) => seq);
}

/** The code of the error that a call throws; undefined when it throws none. */
export function refusal(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return isCoded(error) ? error.code : String(error);
  }
  return undefined;
}
