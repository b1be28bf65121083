/**
 * The contract of every Store (model.ts): what ingest, search and tail rely on. An engine is one row of the table
 * in store.test.ts; what it cannot do is skipped in the open, with the reason.
 *
 * With `settle` everything is tried twice: as it was committed, and after the engine has brought it into the form
 * in which it rests (engine `days` seals it). Answers must not depend on that. Random queries: store-oracle.ts.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { marks } from '../../parsers/index.ts';
import type { FollowEvent, LogRecord, Query, Store } from '../../src/model.ts';
import { compile } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { ALL, DIRECTIONS, everything, followed, inOrder, query, refusal } from './reading.ts';
import { castOf, continuationOf, makeRecords, START_US } from './records.ts';
import { countTests } from './store-counts.ts';
import { oracleTests } from './store-oracle.ts';

export interface StoreOptions {
  /** Brings what is stored into the form in which it rests. */
  readonly settle?: (store: Store) => void;
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

/** What a test gets. */
export interface Bench {
  readonly store: Store;
  /** Appends in batches of at most `batch`, settles, gives the records with their seq. */
  fill(records: LogRecord[], batch?: number): LogRecord[];
}
export type ContractTest = (bench: Bench) => void;

export function storeContract(name: string, open: () => Store, options: StoreOptions = {}): void {
  const skipped = new Set((options.skip ?? []).flatMap(({ tests }) => tests));
  const forms: [string, ((store: Store) => void) | undefined][] = [['as committed', undefined]];
  if (options.settle) forms.push(['settled', options.settle]);
  describe.each(forms)(`store ${name}, %s`, (_form, settle) => {
    let store: Store;
    let closed: () => boolean;
    beforeEach(() => {
      store = open();
      closed = () => refusal(() => store.status()) === 'store-closed';
    });
    afterEach(() => {
      if (!closed()) store.close();
    });
    const fill = (records: LogRecord[], batch = 100): LogRecord[] => {
      const stored: LogRecord[] = [];
      for (let at = 0; at < records.length; at += batch)
        stored.push(...store.append(records.slice(at, at + batch).map((record) => ({ ...record }))).records);
      settle?.(store);
      return stored;
    };
    for (const [title, run] of Object.entries({ ...TESTS, ...oracleTests, ...countTests })) {
      test.skipIf(skipped.has(title))(title, () => run({ store, fill }));
    }
  });
}

const seqs = (records: readonly { seq: number }[]): number[] => records.map(({ seq }) => seq);

const TESTS: Readonly<Record<string, ContractTest>> = {
  'an empty store has nothing, and says so without failing'({ store }) {
    for (const direction of DIRECTIONS) expect(store.search(query({ direction }))).toMatchObject({ records: [] });
    expect(store.search(query()).next).toBeUndefined();
    expect(store.follow(0, ALL, 10)).toEqual({ events: [], after: 0, caughtUp: true, lost: 0 });
    expect(store.record(1)).toBeUndefined();
    expect(store.status()).toMatchObject({ records: 0, firstSeq: undefined, lastSeq: 0, oldest: undefined, newest: undefined });
  },

  'append numbers records without a gap, over all batches'({ store }) {
    const records = makeRecords({ seed: 1, count: 30 });
    let last = 0;
    for (const size of [1, 7, 2, 20]) {
      const batch = records.splice(0, size).map((record) => ({ ...record }));
      const result = store.append(batch);
      expect(result).toMatchObject({ firstSeq: last + 1, lastSeq: last + size });
      expect(seqs(result.records)).toEqual(Array.from({ length: size }, (_, index) => last + 1 + index));
      last += size;
    }
    expect(store.status()).toMatchObject({ firstSeq: 1, lastSeq: 30 });
  },

  'what was appended is there at once, every field as it was'({ store, fill }) {
    const stored = fill(makeRecords({ seed: 2, count: 300, bigChars: 100_000 }));
    const found = everything(store);
    expect(seqs(found)).toEqual(inOrder(stored, 'forward'));
    for (const record of found) expect(record).toEqual(stored[record.seq - 1]);
    expect(Math.max(...found.map(({ message }) => message.length))).toBeGreaterThan(99_999);
  },

  'the store does not change when a record that it was given is changed later'({ store, fill }) {
    const [given] = fill(makeRecords({ seed: 3, count: 1 }));
    const before = { ...given! };
    given!.message = 'changed';
    expect(store.search(query()).records[0]).toEqual(before);
    expect(store.record(1)).toEqual(before);
  },

  'pages give each record once, in order, in both directions, whatever their size'({ store, fill }) {
    const stored = fill(makeRecords({ seed: 4, count: 120 }), 25);
    for (const direction of DIRECTIONS) {
      for (const limit of [1, 2, 7, 119, 120, 121])
        expect(seqs(everything(store, { direction, limit }))).toEqual(inOrder(stored, direction));
    }
  },

  'records of one time are told apart by seq'({ store, fill }) {
    const same = makeRecords({ seed: 5, count: 40 }).map((record) => ({ ...record, time: START_US }));
    fill(same, 7);
    for (const direction of DIRECTIONS) {
      const want = Array.from({ length: 40 }, (_, index) => (direction === 'forward' ? index + 1 : 40 - index));
      for (const limit of [1, 3, 40]) expect(seqs(everything(store, { direction, limit }))).toEqual(want);
    }
  },

  'ranges hold their start and not their end'({ store, fill }) {
    const stored = fill(makeRecords({ seed: 6, count: 60 }));
    const times = inOrder(stored, 'forward').map((seq) => stored[seq - 1]!.time);
    const edges: [number | undefined, number | undefined][] = [
      [times[10], times[40]],
      [times[10], undefined],
      [undefined, times[10]],
      [times[20], times[20]],
      [times[20], times[20]! + 1],
      [times[59]! + 1, undefined],
      [times[40], times[10]],
    ];
    for (const direction of DIRECTIONS) {
      for (const [start, end] of edges) {
        const want = stored.filter(({ time }) => time >= (start ?? 0) && time < (end ?? Number.MAX_SAFE_INTEGER));
        const range = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
        expect(seqs(everything(store, { direction, limit: 7, ...range }))).toEqual(inOrder(want, direction));
      }
    }
  },

  'a record that comes late is found where its time puts it, also between two pages'({ store, fill }) {
    fill(makeRecords({ seed: 7, count: 20 }));
    const first = store.search(query({ limit: 10 }));
    const edge = first.records[9]!.time;
    const [ahead, behind] = makeRecords({ seed: 8, count: 2 });
    fill([
      { ...behind!, time: edge + 1 },
      { ...ahead!, time: edge - 1 },
    ]);
    const rest = everything(store, { limit: 5, cursor: first.next! } as Partial<Query>);
    expect(seqs(rest)).toContain(21);
    expect(seqs(rest)).not.toContain(22);
    expect(new Set([...seqs(first.records), ...seqs(rest)]).size).toBe(21);
    expect(seqs(everything(store)).sort((a, b) => a - b)).toEqual(Array.from({ length: 22 }, (_, index) => index + 1));
  },

  'a cursor that is not ours is refused'({ store, fill }) {
    fill(makeRecords({ seed: 9, count: 3 }));
    const next = store.search(query({ limit: 1 })).next!;
    for (const cursor of ['', 'x', '0', `${next}A`, next.slice(1), `A${next.slice(1, -1)}B`, '../../etc/passwd', '{"time":1}']) {
      expect(
        refusal(() => store.search(query({ cursor }))),
        cursor,
      ).toBe('bad-cursor');
    }
  },

  'an id in any spelling finds every record that carries it'({ store, fill }) {
    const stored = fill(makeRecords({ seed: 10, count: 400 }));
    const { instances, requests, projects, txns } = castOf(10);
    for (const id of [...instances, ...requests, ...projects, ...txns]) {
      const want = stored.filter((record) => JSON.stringify(record).toLowerCase().includes(id));
      expect(want.length, id).toBeGreaterThan(0);
      for (const spelled of [
        id,
        id.toUpperCase(),
        id.replace('req-', ''),
        ...(id.startsWith('tx') ? [] : [id.replace('req-', '').replaceAll('-', '')]),
      ]) {
        expect(seqs(everything(store, { filter: parse(spelled) })), spelled).toEqual(inOrder(want, 'forward'));
      }
    }
  },

  'a continuation is read as a part of its record, never on its own'({ store, fill }) {
    const [first, parent, other] = fill(
      makeRecords({ seed: 11, count: 3 }).map((record, index) => ({ ...record, time: START_US + index })),
    );
    const one = continuationOf(parent!, 'Traceback (most recent call last):');
    const two = continuationOf(parent!, '  zebra.Error: stripes');
    fill([one]);
    fill([{ ...other!, seq: 0, time: START_US + 5 }, two]);
    const message = `${parent!.message}\n${one.message}\n${two.message}`;
    const at = parent!.message.length + 1;
    const want = { seq: 2, message, of: undefined, more: [4, at, 6, at + one.message.length + 1] };
    expect(seqs(everything(store, { limit: 2 }))).toEqual([first!.seq, 2, 3, 5]);
    expect(everything(store)[1]).toMatchObject(want);
    for (const seq of [2, 4, 6]) expect(store.record(seq)).toMatchObject(want);
    for (const text of ['zebra.Error', '"last zebra"', '*bra.Err*', 'seq:2'])
      expect(seqs(everything(store, { filter: parse(text) })), text).toEqual([2]);
    expect(seqs(everything(store, { filter: parse('-zebra') }))).toEqual([1, 3, 5]);
    expect(store.status()).toMatchObject({ records: 4, lastSeq: 6 });
  },

  'a condition on a record and its continuation together is met by the two of them'({ store, fill }) {
    const [parent] = fill(makeRecords({ seed: 12, count: 1 }).map((record) => ({ ...record, message: 'giraffe necks', raw: undefined })));
    fill([continuationOf(parent!, 'zebra stripes')]);
    const wanted = [
      'giraffe zebra',
      'necks -lion stripes',
      '"necks zebra"',
      '/necks\\nzebra/',
      '*necks\nzebra*'.replace(/\*(.*)\*/s, '*"$1"*'),
    ];
    for (const text of wanted) expect(seqs(everything(store, { filter: parse(text) })), text).toEqual([1]);
    for (const text of ['giraffe -zebra', '/^zebra/']) expect(seqs(everything(store, { filter: parse(text) })), text).toEqual([]);
  },

  'follow gives each row once by seq, from any place on, whatever the size of a page'({ store, fill }) {
    fill(makeRecords({ seed: 13, count: 80 }), 9);
    for (const limit of [1, 7, 80, 200]) {
      for (const after of [0, 1, 40, 79, 80])
        expect(seqs(followed(store, { after, limit }))).toEqual(Array.from({ length: 80 - after }, (_, index) => after + 1 + index));
    }
  },

  'follow goes on exactly where it was when records arrive in between'({ store, fill }) {
    const filter = parse('service:nova');
    const matches = compile(filter, marks);
    const events: FollowEvent[] = [];
    const stored: LogRecord[] = [];
    let after = 0;
    for (let round = 0; round < 8; round++) {
      stored.push(...fill(makeRecords({ seed: 100 + round, count: 13 })));
      // The follower is slower than the sender and falls behind.
      const page = store.follow(after, filter, 3);
      events.push(...page.events);
      after = page.after;
    }
    events.push(...followed(store, { after, filter }));
    const want = stored.filter(matches);
    expect(want.length).toBeGreaterThan(10);
    expect(seqs(events)).toEqual(seqs(want));
    expect(events.map(({ record }) => record)).toEqual(want);
    expect(store.follow(1e6, filter, 3)).toMatchObject({ events: [], caughtUp: true });
  },

  'follow sends a record as it was first, and what joined it later as more'({ store, fill }) {
    const [parent] = fill(makeRecords({ seed: 14, count: 2 }));
    fill([continuationOf(parent!, 'line one')]);
    fill([...makeRecords({ seed: 15, count: 1 }), continuationOf(parent!, 'line two')]);
    for (const limit of [1, 2, 10]) {
      const events = followed(store, { limit });
      expect(events.map(({ seq, kind }) => [seq, kind])).toEqual([
        [1, 'record'],
        [2, 'record'],
        [3, 'more'],
        [4, 'record'],
        [5, 'more'],
      ]);
      expect(events.map(({ record }) => record.seq)).toEqual([1, 2, 3, 4, 5]);
      expect(events[0]!.record).toEqual(parent);
      expect(events[2]!.record).toMatchObject({ of: 1, message: 'line one', host: parent!.host, request: parent!.request });
      expect(events[4]!.record).toMatchObject({ of: 1, message: 'line two' });
    }
    expect(seqs(followed(store, { after: 3 }))).toEqual([4, 5]);
  },

  'record gives one record, and nothing for a seq that is none'({ store, fill }) {
    const stored = fill(makeRecords({ seed: 16, count: 50 }));
    for (const seq of [1, 25, 50]) expect(store.record(seq)).toEqual(stored[seq - 1]);
    for (const seq of [0, -1, 51, 1.5, Number.MAX_SAFE_INTEGER]) expect(store.record(seq), String(seq)).toBeUndefined();
  },

  'status tells what is kept'({ store, fill }) {
    const stored = fill(makeRecords({ seed: 17, count: 50 }));
    const times = stored.map(({ time }) => time);
    expect(store.status()).toMatchObject({ records: 50, lastSeq: 50, oldest: Math.min(...times), newest: Math.max(...times) });
  },

  'a closed store refuses everything'({ store, fill }) {
    const [record] = fill(makeRecords({ seed: 18, count: 1 }));
    store.close();
    const calls = [
      () => store.append([record!]),
      () => store.search(query()),
      () => store.follow(0, ALL, 1),
      () => store.record(1),
      () => store.status(),
    ];
    for (const call of calls) expect(refusal(call)).toBe('store-closed');
  },
};
