/**
 * The API's neighbours for tests: the real memory engine and the real parsers behind a thin Reader and Ingest, in
 * one thread, with every moment in the hands of the test: commits can be told late, pages can be held back.
 */
import { parse } from '../../parsers/index.ts';
import { createApi } from '../../src/api/api.ts';
import { CodedError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { publicJson } from '../../src/base/public.ts';
import { emptyRecord } from '../../src/base/record.ts';
import { createFollow, type FollowOptions } from '../../src/follow.ts';
import type {
  Committed,
  CountQuery,
  FollowWant,
  Ingest,
  LogRecord,
  MessageRun,
  Position,
  Query,
  Reader,
  Store,
  StoryWant,
} from '../../src/model.ts';
import { tellEntity } from '../../src/store/entity.ts';
import { openMemory } from '../../src/store/memory.ts';
import { exactText } from '../../src/store/merge.ts';
import { shown } from '../../src/store/show.ts';
import { tellStory } from '../../src/store/story.ts';
import { PlainFinder, run } from '../store/plain-finder.ts';
import { testSaved } from './saved-parts.ts';

export const START = Date.UTC(2026, 10, 22, 8, 24, 11) * 1000;

/** A record with a message; time goes on by one second per record made. */
export function recordOf(message: string, change: Partial<LogRecord> = {}): LogRecord {
  return {
    ...emptyRecord(START, 'tcp', '10.0.0.3'),
    host: 'c01',
    service: 'nova',
    program: 'nova-compute',
    level: 'INFO',
    message,
    ...change,
  };
}

export class TestIngest implements Ingest {
  readonly runs: MessageRun[] = [];
  pendingBytes = 0;
  lastSeq = 0;
  wanted = false;
  /** Positions by source. */
  readonly taken = new Map<string, string>();
  /** Rejects the next runs. */
  trouble: CodedError | undefined;
  readonly #store: Store;
  readonly #listeners = new Set<(committed: Committed) => void>();

  constructor(store: Store) {
    this.#store = store;
  }

  async accept(run: MessageRun): Promise<void> {
    if (this.trouble) throw this.trouble;
    if (run.position) {
      const { source, value, after } = run.position;
      if ((this.taken.get(source) ?? '') !== after) throw new CodedError('position-moved', 'the source was taken further');
      this.taken.set(source, value);
    }
    this.runs.push(run);
    const records: LogRecord[] = [];
    for (let index = 0; index < run.spans.length; index += 2) {
      const text = Buffer.from(run.bytes.subarray(run.spans[index]!, run.spans[index + 1]!)).toString();
      const flag = run.flags?.get(index / 2);
      const { transport, peer, hints } = run.source;
      records.push(parse(text, { received: run.received, transport, peer, hints, zone: 0, ...(flag ? { flag } : {}) }));
    }
    this.commit(records);
  }

  /** Stores and tells at once. */
  commit(records: LogRecord[]): void {
    this.tell(this.store(records));
  }

  /** Stores without telling: the reader is ahead of the news. */
  store(records: LogRecord[]): Committed {
    const { firstSeq, lastSeq } = this.#store.append(records);
    return { firstSeq, lastSeq, records: this.wanted ? structuredClone(records) : undefined };
  }

  tell(committed: Committed): void {
    this.lastSeq = committed.lastSeq;
    for (const listener of this.#listeners) listener(committed);
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get committedSeq(): number {
    return this.lastSeq;
  }

  wantRecords(wanted: boolean): void {
    this.wanted = wanted;
  }

  async positions(sources: readonly string[]): Promise<Position[]> {
    return sources.flatMap((source) => (this.taken.has(source) ? [{ source, value: this.taken.get(source)! }] : []));
  }

  async stop(): Promise<void> {}
}

export class TestReader implements Reader {
  readonly store: Store;
  readonly queries: Query[] = [];
  readonly counts: CountQuery[] = [];
  follows = 0;
  /** Called before each page; a test holds pages back or breaks them with it. */
  beforePage: () => Promise<void> | void = () => {};

  constructor(store: Store) {
    this.store = store;
  }

  async search(query: Query, signal?: AbortSignal) {
    await this.beforePage();
    signal?.throwIfAborted();
    this.queries.push(query);
    const { records, next, stats } = this.store.search(query);
    const lines = records.map((record) => publicJson(record, {}, query.raw ? (record.raw ?? record.message) : undefined));
    const { show } = query;
    const text = lines.map((json) => (show === undefined ? `${json}\n` : shown(json, show))).join('');
    const rest = { count: records.length, ...(next === undefined ? {} : { next }), stats };
    return show === undefined ? { ndjson: text, ...rest } : { ndjson: '', shown: text, ...rest };
  }

  async follow(after: number, filter: Query['filter'], { limit, raw }: FollowWant) {
    await this.beforePage();
    this.follows++;
    const page = this.store.follow(after, filter, limit);
    return {
      ...page,
      events: page.events.map(({ seq, kind, record }) => ({
        seq,
        kind,
        json: publicJson(record, {}, raw ? exactText(record) : undefined),
      })),
    };
  }

  async aggregate(query: CountQuery) {
    this.counts.push(query);
    return this.store.aggregate(query);
  }

  async record(seq: number) {
    const record = this.store.record(seq);
    return record && publicJson(record, {});
  }

  async trace(want: StoryWant) {
    return run(tellStory(new PlainFinder(this.store), want));
  }

  async entity(id: string) {
    return run(tellEntity(new PlainFinder(this.store), id));
  }

  async status() {
    return this.store.status();
  }

  async close() {}
}

export async function testApi(options: FollowOptions & { isReady?: () => boolean; hosts?: readonly string[] } = {}) {
  const store = openMemory();
  const ingest = new TestIngest(store);
  const reader = new TestReader(store);
  const follow = createFollow(reader, ingest, options);
  const saved = testSaved();
  const api = await createApi({
    reader,
    ingest,
    follow,
    saved,
    status: async () => ({ store: store.status() }),
    log: silentLog,
    ...(options.isReady ? { isReady: options.isReady } : {}),
    ...(options.hosts ? { hosts: options.hosts } : {}),
  });
  return { store, ingest, reader, follow, saved, api };
}
