/**
 * Search over day files: units in the order of their extreme times, each narrowed by index and time,
 * decided on its columns, until nothing that is left can come before what was found.
 *
 * Orders by (time, seq). Families in different units are judged whole: the parent with its
 * continuations, which are never answers of their own. A unit that cannot be read does not end the search
 * of the others: it is counted in the statistics.
 */
import { marks } from '../../parsers/index.ts';
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { LogRecord, Query, SearchPage, SearchStats } from '../model.ts';
import { compile } from '../query/match.ts';
import { type Cursor, readCursor, writeCursor } from './cursor.ts';
import type { DayView } from './day-view.ts';
import { DigestSkip } from './digest-skip.ts';
import { freshCandidates } from './fresh-text.ts';
import { blockTest } from './leaf.ts';
import type { DaysReader } from './read.ts';
import { type Families, familiesOf, IndexAnswers, oldestSeqOf, recordOf, type Unit, unitsOf } from './units.ts';

interface Hit {
  readonly time: number;
  readonly seq: number;
  /** Where it lies … */
  readonly unit?: Unit;
  readonly index?: number;
  /** … or itself: a family's record. */
  readonly record?: LogRecord;
}

/** Everything one search needs in its parts. */
interface Search {
  readonly reader: DaysReader;
  readonly query: Query;
  readonly cursor: Cursor | undefined;
  readonly families: Families;
  readonly stats: SearchStats;
  readonly hits: Hits;
  /** What could not be read, a line per unit. */
  readonly damaged: Set<string>;
}

/** Keeps the best hits: one more than asked for, which tells whether there is a next page. */
class Hits {
  readonly #wanted: number;
  readonly #sign: number;
  list: Hit[] = [];

  constructor(query: Query) {
    this.#wanted = query.limit + 1;
    this.#sign = query.direction === 'backward' ? -1 : 1;
  }

  compare = (a: Cursor, b: Cursor): number => this.#sign * (a.time - b.time || a.seq - b.seq);

  add(hit: Hit): void {
    this.list.push(hit);
    // Sorting now and then costs less than a heap: most units add few hits or very many.
    if (this.list.length > 4 * this.#wanted + 1024) this.settle();
  }

  settle(): void {
    this.list.sort(this.compare);
    this.list.length = Math.min(this.list.length, this.#wanted);
  }

  /** The last hit that counts, when there are enough. */
  get worst(): Hit | undefined {
    if (this.list.length < this.#wanted) return undefined;
    this.settle();
    return this.list.at(-1);
  }
}

export function* searchDays(reader: DaysReader, query: Query): Generator<undefined, SearchPage> {
  const started = performance.now();
  const days = reader.days();
  const search: Search = {
    reader,
    query,
    cursor: query.cursor === undefined ? undefined : keptCursor(query.cursor, days),
    families: familiesOf(days),
    stats: { blocksRead: 0, blocksSkipped: 0, recordsScanned: 0, tookMs: 0 },
    hits: new Hits(query),
    damaged: new Set(),
  };
  const units = unitsOf(days);
  if (search.families.children.size > 0) searchFamilies(search, units);
  const index = new IndexAnswers(reader, query.filter);
  yield* searchUnits(search, orderUnits(units, query), { index, digests: new DigestSkip(reader, query.filter) });
  search.hits.settle();
  const page = finish(search, started);
  const damaged = [
    ...days.flatMap((view) => view.damaged.map((text) => `${view.name}: ${text}`)),
    ...index.damaged,
    ...search.damaged,
    ...reader.setAside,
  ];
  if (damaged.length > 0) page.stats.damaged = damaged;
  return page;
}

/** What stood behind a record that retention has dropped nobody knows any more: going on would skip it in silence. */
function keptCursor(text: string, days: readonly DayView[]): Cursor {
  const cursor = readCursor(text);
  const oldest = oldestSeqOf(days);
  if (oldest !== undefined && cursor.seq < oldest)
    throw new CodedError('gone', 'the cursor points to a record that retention has dropped meanwhile; search again without it');
  return cursor;
}

function orderUnits(units: Unit[], query: Query): Unit[] {
  return query.direction === 'backward'
    ? units.sort((a, b) => b.extent.maxTime - a.extent.maxTime)
    : units.sort((a, b) => a.extent.minTime - b.extent.minTime);
}

/** What tells of a unit that it need not be opened. */
interface Skips {
  readonly index: IndexAnswers;
  readonly digests: DigestSkip;
}

function* searchUnits(search: Search, units: readonly Unit[], { index, digests }: Skips): Generator<undefined, void> {
  const backward = search.query.direction === 'backward';
  for (const unit of units) {
    const { worst } = search.hits;
    if (worst !== undefined && (backward ? unit.extent.maxTime < worst.time : unit.extent.minTime > worst.time)) return;
    if (!overlaps(unit, search) || !index.mayHold(unit)) {
      search.stats.blocksSkipped++;
      continue;
    }
    if (!digests.mayHold(unit)) {
      search.stats.blocksSkipped++;
      // Reading a digest is some work, and there may be thousands.
      yield;
      continue;
    }
    search.stats.blocksRead++;
    if (unit.kind === 'fresh') scanFresh(search, unit);
    else scanBlock(search, unit);
    yield;
  }
}

function overlaps({ extent }: Unit, { query, cursor }: Search): boolean {
  if (query.start !== undefined && extent.maxTime < query.start) return false;
  if (query.end !== undefined && extent.minTime >= query.end) return false;
  if (cursor === undefined) return true;
  return query.direction === 'backward' ? extent.minTime <= cursor.time : extent.maxTime >= cursor.time;
}

/** Are all records of the unit in the range asked for? */
function isInside({ extent }: Unit, { query, cursor }: Search): boolean {
  if (query.start !== undefined && extent.minTime < query.start) return false;
  return cursor === undefined && (query.end === undefined || extent.maxTime < query.end);
}

/** Is a record with this place in the order asked for? */
function inRange({ query, cursor, hits }: Search, at: Cursor): boolean {
  if (query.start !== undefined && at.time < query.start) return false;
  if (query.end !== undefined && at.time >= query.end) return false;
  return cursor === undefined || hits.compare(at, cursor) > 0;
}

function scanFresh(search: Search, unit: Unit & { kind: 'fresh' }): void {
  const { records } = unit.extent;
  const matches = compile(search.query.filter, marks);
  const { families } = search;
  // Fast path - thousands of fresh records of which one holds the word (bench:search).
  const candidates = freshCandidates(records, search.query.filter) ?? records.keys();
  search.stats.recordsScanned += records.length;
  for (const index of candidates) {
    const record = records[index]!;
    if (!inRange(search, record) || families.children.has(record.seq) || families.childrenOf.has(record.seq)) continue;
    if (matches(record)) search.hits.add({ time: record.time, seq: record.seq, unit, index });
  }
}

function scanBlock(search: Search, unit: Unit & { kind: 'block' }): void {
  try {
    const block = search.reader.block(unit.view, unit.extent);
    const test = blockTest(search.query.filter, block);
    const times = block.numbers('time');
    const seqs = block.numbers('seq');
    const { families } = search;
    const { worst } = search.hits;
    search.stats.recordsScanned += block.count;
    const isWhole = worst === undefined && isInside(unit, search);
    for (let index = 0; index < block.count; index++) {
      // Fast path - no order to look at: the test alone decides, and most records fail it (bench:search).
      if (isWhole && !test(index)) continue;
      const at = { time: times[index]!, seq: seqs[index]! };
      if (!isWhole && (!inRange(search, at) || (worst !== undefined && search.hits.compare(at, worst) > 0) || !test(index))) continue;
      if (!families.children.has(at.seq) && !families.childrenOf.has(at.seq)) search.hits.add({ ...at, unit, index });
    }
  } catch (error) {
    noteDamage(search, unit, error);
  }
}

function noteDamage(search: Search, unit: Unit, error: unknown): void {
  if (error instanceof CodedError && error.code === 'bad-query') throw error;
  // Retention was faster than the search.
  if (unit.view.isDropped) return;
  const where = unit.kind === 'block' ? `block ${unit.extent.id}` : 'a fresh batch';
  search.damaged.add(`${unit.view.name}, ${where}: ${(error as Error).message}`);
}

/** The record, or undefined when it cannot be read: noted, and left out. */
function readRecord(search: Search, unit: Unit, index: number): LogRecord | undefined {
  try {
    return recordOf(search.reader, unit, index);
  } catch (error) {
    noteDamage(search, unit, error);
    return undefined;
  }
}

/** Families are few (sealing waits for open tracebacks): each is judged as the one record that it is. */
function searchFamilies(search: Search, units: readonly Unit[]): void {
  const matches = compile(search.query.filter, marks);
  const note = (unit: Unit, error: unknown): void => noteDamage(search, unit, error);
  for (const record of search.reader.families.records(search.reader, { families: search.families, units, note })) {
    if (inRange(search, record) && matches(record)) search.hits.add({ time: record.time, seq: record.seq, record: { ...record } });
  }
}

function finish(search: Search, started: number): SearchPage {
  const { query, hits, stats } = search;
  const more = hits.list.length > query.limit;
  const shown = hits.list.slice(0, query.limit);
  const { records, last } = readHits(search, shown);
  stats.tookMs = Math.round((performance.now() - started) * 1000) / 1000;
  const page: SearchPage = { records, stats };
  if (last !== undefined && (more || last !== shown.at(-1))) page.next = writeCursor(last);
  return page;
}

/** Records read before their size is known; then as many as will probably fill the page. */
const FIRST_READ = 64;

/** The records of the hits in order; a page of huge tracebacks ends early, and the cursor goes on behind its `last`. */
function readHits(search: Search, shown: readonly Hit[]): { records: LogRecord[]; last: Hit | undefined } {
  const records: LogRecord[] = [];
  let at = 0;
  let bytes = 0;
  while (at < shown.length && bytes <= limits.pageBytesMax) {
    const size = at === 0 ? FIRST_READ : Math.ceil(((limits.pageBytesMax - bytes) * at) / Math.max(bytes, at)) + 1;
    for (const record of readByUnit(search, shown.slice(at, at + size))) {
      if (bytes > limits.pageBytesMax) break;
      at++;
      if (record === undefined) continue;
      records.push(record);
      bytes += record.message.length + (record.raw?.length ?? 0);
    }
  }
  return { records, last: shown[at - 1] };
}

/**
 * One unit after another, whatever the order of the hits: neighbours in time may lie in any number of blocks, and opening
 * a block costs milliseconds while the cache holds few.
 */
function readByUnit(search: Search, hits: readonly Hit[]): (LogRecord | undefined)[] {
  const byUnit = Map.groupBy(hits.keys(), (index) => hits[index]!.unit);
  const records = new Array<LogRecord | undefined>(hits.length);
  for (const indices of byUnit.values()) {
    for (const index of indices) {
      const hit = hits[index]!;
      records[index] = hit.record ?? readRecord(search, hit.unit!, hit.index!);
    }
  }
  return records;
}
