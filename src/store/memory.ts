/**
 * Engine `memory`: the store as plain as it can be, over an array. For tests, and the measure of what the other
 * engines have to answer: it has no index, so that it cannot forget anything. Not durable, not for amounts.
 *
 * Invariant: row i has seq i + 1.
 */
import { marks } from '../../parsers/index.ts';
import { CodedError } from '../base/errors.ts';
import type {
  AppendResult,
  CountAnswer,
  CountQuery,
  Filter,
  FollowEvent,
  FollowPage,
  LogRecord,
  Query,
  SearchPage,
  Store,
  StoreStatus,
} from '../model.ts';
import { compile, type ReadMarks } from '../query/match.ts';
import { countPlain } from './count-plain.ts';
import { type Cursor, readCursor, writeCursor } from './cursor.ts';
import { type Families, folded } from './fold.ts';

export interface MemoryOptions {
  /** Tests may bring their own. */
  readonly readMarks?: ReadMarks;
}

export function openMemory(options: MemoryOptions = {}): Store {
  return new MemoryStore(options.readMarks ?? marks);
}

class MemoryStore implements Store {
  readonly #readMarks: ReadMarks;
  readonly #rows: LogRecord[] = [];
  /** Of all rows; made again after each append. */
  #families: Families | undefined;
  #closed = false;

  constructor(readMarks: ReadMarks) {
    this.#readMarks = readMarks;
  }

  append(records: LogRecord[]): AppendResult {
    this.#requireOpen();
    const firstSeq = this.#rows.length + 1;
    for (const record of records) {
      record.seq = this.#rows.length + 1;
      this.#rows.push(copyOf(record));
    }
    this.#families = undefined;
    return { firstSeq, lastSeq: this.#rows.length, records };
  }

  search(query: Query): SearchPage {
    this.#requireOpen();
    const started = performance.now();
    const sign = query.direction === 'backward' ? -1 : 1;
    const compare = (a: Cursor, b: Cursor): number => sign * (a.time - b.time || a.seq - b.seq);
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const matches = compile(query.filter, this.#readMarks);
    const { records } = this.#folded();
    const found = records
      .filter(({ time }) => (query.start === undefined || time >= query.start) && (query.end === undefined || time < query.end))
      .filter((record) => after === undefined || compare(record, after) > 0)
      .filter(matches)
      .sort(compare);
    const shown = found.slice(0, query.limit);
    const tookMs = performance.now() - started;
    const page: SearchPage = {
      records: shown.map(copyOf),
      stats: { blocksRead: 0, blocksSkipped: 0, recordsScanned: records.length, tookMs },
    };
    const last = shown.at(-1);
    if (found.length > shown.length && last !== undefined) page.next = writeCursor(last);
    return page;
  }

  /** Each row is judged on its own: a continuation carries the ids and names of its parent. */
  follow(after: number, filter: Filter, limit: number): FollowPage {
    this.#requireOpen();
    const matches = compile(filter, this.#readMarks);
    const events: FollowEvent[] = [];
    let seen = Math.max(0, after);
    while (seen < this.#rows.length && events.length < limit) {
      const row = this.#rows[seen++]!;
      if (matches(row)) events.push({ seq: row.seq, kind: row.of === undefined ? 'record' : 'more', record: copyOf(row) });
    }
    return { events, after: Math.max(after, seen), caughtUp: seen >= this.#rows.length, lost: 0 };
  }

  aggregate(query: CountQuery): CountAnswer {
    this.#requireOpen();
    const started = performance.now();
    const { records } = this.#folded();
    const answer = countPlain(records, query, this.#readMarks);
    const tookMs = performance.now() - started;
    return { ...answer, stats: { blocksRead: 0, blocksSkipped: 0, recordsScanned: records.length, tookMs } };
  }

  record(seq: number): LogRecord | undefined {
    this.#requireOpen();
    const { records, parentOf } = this.#folded();
    const wanted = parentOf.get(seq) ?? seq;
    const found = records.find((record) => record.seq === wanted);
    return found === undefined ? undefined : copyOf(found);
  }

  status(): StoreStatus {
    this.#requireOpen();
    const { records } = this.#folded();
    const times = this.#rows.map(({ time }) => time);
    return {
      engine: 'memory',
      records: records.length,
      bytes: 0,
      firstSeq: this.#rows.length === 0 ? undefined : 1,
      lastSeq: this.#rows.length,
      oldest: times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b)),
      newest: times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)),
      days: [],
    };
  }

  close(): void {
    this.#requireOpen();
    this.#closed = true;
  }

  #folded(): Families {
    this.#families ??= folded(this.#rows);
    return this.#families;
  }

  #requireOpen(): void {
    if (this.#closed) throw new CodedError('store-closed', 'the store is closed');
  }
}

/** What goes in or out is nobody else's. */
function copyOf(record: LogRecord): LogRecord {
  return { ...record, more: record.more === undefined ? undefined : [...record.more] };
}
