/**
 * Follow over day files: records by seq, from where a follower was. Tail is a query that does not end, and
 * this is how it catches up. Units overlap in seq (sealing holds open tracebacks back), so a record
 * is passed on only when no unit left can hold an older one.
 */
import { marks } from '../../parsers/index.ts';
import { isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Filter, FollowEvent, FollowPage, LogRecord } from '../model.ts';
import { compile } from '../query/match.ts';
import type { DayView } from './day-view.ts';
import { blockTest } from './leaf.ts';
import { exactText } from './merge.ts';
import type { DaysReader } from './read.ts';
import { firstSeqOf, type Unit, unitsOf } from './units.ts';

export interface FollowQuery {
  readonly after: number;
  readonly filter: Filter;
  readonly limit: number;
  /** Records come as they are now, with what has joined them; of one that was passed before, the seq is that of the first news. */
  readonly isWhole?: boolean;
}

export function followDays(reader: DaysReader, query: FollowQuery): FollowPage {
  const deadline = performance.now() + limits.pageMsMax;
  const days = reader.days();
  const all = unitsOf(days);
  const units = all.filter(({ extent }) => extent.lastSeq > query.after).sort((a, b) => firstSeqOf(a) - firstSeqOf(b));
  const events: FollowEvent[] = [];
  let lost = lostBefore(days, all, query.after);
  for (let position = 0; position < units.length; position++) {
    lost += collectOrLose(reader, { unit: units[position]!, query, events });
    const next = units[position + 1];
    const settledBelow = next === undefined ? Number.POSITIVE_INFINITY : firstSeqOf(next);
    const settled = events.reduce((count, { seq }) => count + (seq < settledBelow ? 1 : 0), 0);
    // Units overlap: a page that ended without getting on would be asked for again and again.
    const getsOn = settled > 0 || settledBelow - 1 > query.after;
    const isFull = settled >= query.limit || events.reduce((chars, { record }) => chars + record.message.length, 0) > limits.pageBytesMax;
    if (next !== undefined && getsOn && (isFull || performance.now() > deadline)) {
      events.sort((a, b) => a.seq - b.seq);
      const shown = events.filter(({ seq }) => seq < settledBelow).slice(0, query.limit);
      const after = settled > query.limit ? shown.at(-1)!.seq : Math.max(query.after, settledBelow - 1);
      return { events: shown, after, caughtUp: false, lost };
    }
  }
  events.sort((a, b) => a.seq - b.seq);
  const shown = events.slice(0, query.limit);
  const whole = shown.length === events.length;
  const newest = units.reduce((last, { extent }) => Math.max(last, extent.lastSeq), Math.max(query.after, days.at(-1)?.baseSeq ?? 0));
  return { events: shown, after: whole ? newest : shown.at(-1)!.seq, caughtUp: whole, lost };
}

/** Records that retention took before the follower saw them. */
function lostBefore(days: readonly DayView[], units: readonly Unit[], after: number): number {
  if (after <= 0) return 0;
  // Nothing kept: the newest file, still empty, knows what was there.
  const empty = (days.at(-1)?.baseSeq ?? -1) + 1;
  const oldest = units.length === 0 ? empty : units.reduce((first, unit) => Math.min(first, firstSeqOf(unit)), Number.MAX_SAFE_INTEGER);
  let lost = oldest - 1 - after;
  for (const { jump } of days) if (jump !== undefined && jump[1] < oldest) lost -= Math.max(0, jump[1] - Math.max(jump[0], after));
  return Math.max(0, lost);
}

/** A unit that cannot be read does not end the following of the others: its records are lost to the follower, once. */
function collectOrLose(reader: DaysReader, of: { unit: Unit; query: FollowQuery; events: FollowEvent[] }): number {
  const found = of.events.length;
  try {
    collect(reader, of);
    return 0;
  } catch (error) {
    if (isCoded(error) && error.code === 'bad-query') throw error;
    of.events.length = found;
    const { unit, query } = of;
    return firstSeqOf(unit) > query.after ? unit.extent.lastSeq + 1 - firstSeqOf(unit) : 0;
  }
}

function collect(reader: DaysReader, of: { unit: Unit; query: FollowQuery; events: FollowEvent[] }): void {
  const { unit, query, events } = of;
  if (unit.kind === 'fresh') {
    const matches = compile(query.filter, marks);
    for (const record of unit.extent.records) if (isNews(record, query.after) && matches(record)) pushEvents(record, query, events);
    return;
  }
  const block = reader.block(unit.view, unit.extent);
  const test = blockTest(query.filter, block);
  const seqs = block.numbers('seq');
  const more = block.sparse('more');
  for (let index = 0; index < block.count; index++) {
    if (seqs[index]! <= query.after && !more.has(index)) continue;
    if (test(index)) {
      const record = block.record(index);
      if (isNews(record, query.after)) pushEvents(record, query, events);
    }
  }
}

function isNews(record: LogRecord, after: number): boolean {
  return record.seq > after || (record.more?.at(-2) ?? 0) > after;
}

/** A record is sent as it was first committed; what joined it later follows as `more`, also when both are one by now. */
function pushEvents(record: LogRecord, { after, isWhole = false }: FollowQuery, events: FollowEvent[]): void {
  const { more } = record;
  if (more === undefined || more.length === 0 || isWhole) {
    const seq = record.seq > after ? record.seq : more!.find((one, at) => at % 2 === 0 && one > after)!;
    events.push({ seq, kind: record.of === undefined ? 'record' : 'more', record: { ...record } });
    return;
  }
  const rawOf = rawParts(record);
  if (record.seq > after) {
    const message = record.message.slice(0, more[1]! - 1);
    events.push({ seq: record.seq, kind: 'record', record: { ...record, message, more: undefined, raw: rawOf(0, message) } });
  }
  for (let pair = 0; pair < more.length; pair += 2) {
    const seq = more[pair]!;
    if (seq <= after) continue;
    const end = pair + 3 < more.length ? more[pair + 3]! - 1 : record.message.length;
    const message = record.message.slice(more[pair + 1]!, end);
    events.push({
      seq,
      kind: 'more',
      record: { ...record, seq, of: record.seq, message, more: undefined, raw: rawOf(more[pair + 1]!, message) },
    });
  }
}

/**
 * The exact text of a part of a joined record, by where the part begins in its message: line for line, where both have as many (each
 * line came as a message of its own). Else nobody can tell any more, and the part's text stands for it.
 */
function rawParts(record: LogRecord): (start: number, message: string) => string {
  const exact = exactText(record).split('\n');
  const isByLine = exact.length === linesIn(record.message);
  return (start, message) => {
    if (!isByLine) return message;
    const first = start === 0 ? 0 : linesIn(record.message.slice(0, start)) - 1;
    return exact.slice(first, first + linesIn(message)).join('\n');
  };
}

function linesIn(text: string): number {
  return text.split('\n').length;
}
