/**
 * Counting over day files: units narrowed by index and time, each counted by its digest or its columns (count-block.ts), fresh rows one by
 * one. Families in different units are counted as the one record that each is. A unit that cannot be read does not end the
 * count of the others: it is named in the statistics.
 */
import { marks } from '../../parsers/index.ts';
import { toMessage } from '../base/errors.ts';
import type { CountAnswer, CountQuery, Filter, LogRecord, SearchStats } from '../model.ts';
import { compile } from '../query/match.ts';
import { measureOf, valuesOf } from '../query/values.ts';
import { type BlockCount, countBlock } from './count-block.ts';
import { CountTable, type Values } from './count-table.ts';
import { digestJudge } from './digest-verdict.ts';
import { freshCandidates } from './fresh-text.ts';
import type { DaysReader } from './read.ts';
import { type Families, familiesOf, firstSeqOf, IndexAnswers, type Unit, unitsOf } from './units.ts';

interface Count extends BlockCount {
  readonly reader: DaysReader;
  readonly families: Families;
  /** Members of families, ascending. */
  readonly members: readonly number[];
  readonly stats: SearchStats;
  readonly damaged: Set<string>;
  /** False when it does not count. */
  readonly addRecord: (record: LogRecord) => boolean;
  counted: number;
}

/** Yields between units, so that a worker can hear a stop. */
export function* countDays(reader: DaysReader, query: CountQuery): Generator<undefined, CountAnswer> {
  const started = performance.now();
  const days = reader.days();
  const units = unitsOf(days);
  const families = familiesOf(days);
  const tables = query.by.map((_, list) => new CountTable(query, list));
  const count: Count = {
    reader,
    query,
    families,
    members: [...families.children, ...families.childrenOf.keys()].sort((a, b) => a - b),
    judge: digestJudge(measuredOnly(query)),
    tables,
    stats: { blocksRead: 0, blocksSkipped: 0, recordsScanned: 0, tookMs: 0 },
    damaged: new Set(),
    addRecord: recordCounter(query, tables),
    counted: 0,
  };
  if (families.children.size > 0) countFamilies(count, units);
  const index = new IndexAnswers(reader, query.filter);
  for (const unit of units) {
    if (!overlaps(unit, query) || !index.mayHold(unit)) {
      count.stats.blocksSkipped++;
      continue;
    }
    count.stats.blocksRead++;
    if (unit.kind === 'fresh') countFresh(count, unit);
    else countUnit(count, unit);
    yield;
  }
  count.stats.tookMs = Math.round((performance.now() - started) * 1000) / 1000;
  const ofFiles = days.flatMap((view) => view.damaged.map((text) => `${view.name}: ${text}`));
  const damaged = [...ofFiles, ...reader.setAside, ...index.damaged, ...count.damaged];
  if (damaged.length > 0) count.stats.damaged = damaged;
  return { count: count.counted, lists: tables.map((table) => table.finish()), stats: count.stats };
}

function overlaps({ extent }: Unit, { start, end }: CountQuery): boolean {
  return (start === undefined || extent.maxTime >= start) && (end === undefined || extent.minTime < end);
}

function inRange(time: number, { start, end }: CountQuery): boolean {
  return (start === undefined || time >= start) && (end === undefined || time < end);
}

/** A digest can tell which records have no such number. */
function measuredOnly({ filter, measure }: CountQuery): Filter {
  if (measure === undefined) return filter;
  return { kind: 'and', of: [filter, { kind: 'field', field: measure, op: '>=', value: '0' }] };
}

/** Adds one record to each table: how fresh rows and families are counted. */
function recordCounter(query: CountQuery, tables: readonly CountTable[]): (record: LogRecord) => boolean {
  const lists = query.by.map((fields) => fields.map((field) => valuesOf(field, marks)));
  const measure = query.measure === undefined ? undefined : measureOf(query.measure, marks);
  return (record) => {
    const bucket = query.stepUs === undefined ? 0 : Math.floor(record.time / query.stepUs);
    const value = measure?.(record);
    if (measure !== undefined && value === undefined) return false;
    for (let list = 0; list < lists.length; list++) {
      // Several values of one field come joined; the table takes them apart.
      const values: Values = lists[list]!.map((read) => {
        const found = read(record);
        return found.length === 0 ? undefined : found.join(' ');
      });
      for (const cell of tables[list]!.add(values, bucket, 1)) if (value !== undefined) cell.sketch!.add(value);
    }
    return true;
  };
}

function countFamilies(count: Count, units: readonly Unit[]): void {
  const matches = compile(count.query.filter, marks);
  const note = (unit: Unit, error: unknown): void => noteDamage(count, unit, error);
  for (const record of count.reader.families.records(count.reader, { families: count.families, units, note })) {
    if (!inRange(record.time, count.query) || !matches(record)) continue;
    if (count.addRecord(record)) count.counted++;
  }
}

function countFresh(count: Count, unit: Unit & { kind: 'fresh' }): void {
  const matches = compile(count.query.filter, marks);
  const { children, childrenOf } = count.families;
  const { records } = unit.extent;
  count.stats.recordsScanned += records.length;
  for (const index of freshCandidates(records, count.query.filter) ?? records.keys()) {
    const record = records[index]!;
    if (!inRange(record.time, count.query) || children.has(record.seq) || childrenOf.has(record.seq) || !matches(record)) continue;
    if (count.addRecord(record)) count.counted++;
  }
}

function countUnit(count: Count, unit: Unit & { kind: 'block' }): void {
  const { query, reader, families } = count;
  const { view, extent } = unit;
  const { stepUs, start, end } = query;
  const bucket = stepUs === undefined ? 0 : Math.floor(extent.minTime / stepUs);
  try {
    const file = reader.use(view);
    const { counted, scanned } = countBlock(count, {
      digest: file.digest(extent),
      shapeOf: (number) => view.file.shape(number),
      open: () => reader.block(view, extent),
      bucket: stepUs === undefined || bucket === Math.floor(extent.maxTime / stepUs) ? bucket : undefined,
      isInside: (start === undefined || extent.minTime >= start) && (end === undefined || extent.maxTime < end),
      ...(holdsMember(count.members, firstSeqOf(unit), extent.lastSeq)
        ? { isMember: (seq: number) => families.children.has(seq) || families.childrenOf.has(seq) }
        : {}),
    });
    count.counted += counted;
    count.stats.recordsScanned += scanned;
  } catch (error) {
    noteDamage(count, unit, error);
  }
}

/** Is one of the ascending `members` in [first, last]? */
function holdsMember(members: readonly number[], first: number, last: number): boolean {
  let from = 0;
  let to = members.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (members[middle]! < first) from = middle + 1;
    else to = middle;
  }
  return from < members.length && members[from]! <= last;
}

function noteDamage(count: Count, unit: Unit, error: unknown): void {
  const { code, message } = toMessage(error);
  // The question is wrong, not the block.
  if (code === 'bad-query' || code === 'bad-argument') throw error;
  const where = unit.kind === 'block' ? `block ${unit.extent.id}` : 'a fresh batch';
  count.damaged.add(`${unit.view.name}, ${where}: ${message}`);
}
