/**
 * One slice of the store, counted: the errors between a seq and as far as a short time goes. Runs in a query worker and keeps nothing;
 * what it answers is a pure function of the records, so that whoever commits the answer with its `after` counts each error once.
 *
 * A record counts at the seq of its own row (an error without a level at that of the line where its traceback begins), with all lines
 * that have joined it. Lines join late: what is younger than the caller's `settledUs` waits. Lines that come later still do not change
 * what was counted. Not here: what a signature is (report/error-signature.ts).
 */
import { amqpOf } from '../../parsers/marks-amqp.ts';
import { databaseOf } from '../../parsers/marks-database.ts';
import { foundIn } from '../../parsers/marks-exception.ts';
import { ownFrames } from '../../parsers/marks-own-frames.ts';
import type { ErrorTally, Filter, LogRecord } from '../model.ts';
import { complaintOf } from '../report/dependency.ts';
import type { Raised } from '../report/error-signature.ts';
import { Tally } from '../report/error-tally.ts';
import { followDays } from './follow.ts';
import type { DaysReader } from './read.ts';
import { familiesOf } from './units.ts';

export interface SliceWant {
  readonly after: number;
  /** Records that arrived later may still grow, µs. */
  readonly settledUs: number;
  /** Records looked at more closely. */
  readonly limit: number;
  /** Whether a warning is a known error; absent: none is. */
  readonly countsWarning?: (record: LogRecord) => boolean;
}

const TRACEBACK = 'Traceback (most recent call last)';
/** Groups of one tally: it is committed at once, and the ingest thread takes nothing else meanwhile (20 to 50 ms). */
export const TALLY_GROUPS_MAX = 500;
/** About 5 ms. */
const YIELD_RECORDS = 250;
const TRACEBACK_FILTER: Filter = { kind: 'phrase', tokens: ['traceback', 'most', 'recent', 'call', 'last'], text: TRACEBACK };
const filterFrom = (level: string): Filter => ({
  kind: 'or',
  of: [{ kind: 'field', field: 'level', op: '>=', value: level }, TRACEBACK_FILTER],
});

/** Tallies of one slice, each of bounded size, one where the other ends. Yields, so that searches go on beside it. */
export function* errorSlice(reader: DaysReader, want: SliceWant): Generator<undefined, ErrorTally[]> {
  const { after: from, settledUs, limit, countsWarning } = want;
  const page = followDays(reader, { after: from, filter: filterFrom(countsWarning ? 'WARNING' : 'ERROR'), limit, isWhole: true });
  yield;
  const { childrenOf } = familiesOf(reader.days());
  const wholeOf = (record: LogRecord): LogRecord | undefined =>
    record.of === undefined && !childrenOf.has(record.seq) ? record : reader.record(record.seq);
  const found: { at: number; whole: LogRecord }[] = [];
  const seen = new Set<number>();
  let { after, caughtUp } = page;
  for (const { seq, record } of page.events) {
    if (record.received > settledUs) {
      // What is unsettled is all there is for now.
      [after, caughtUp] = [seq - 1, true];
      break;
    }
    const head = record.of ?? record.seq;
    if (seen.has(head)) continue;
    seen.add(head);
    const whole = wholeOf(record);
    const at = whole === undefined ? undefined : countedAt(whole, countsWarning !== undefined);
    if (whole !== undefined && at !== undefined && at > from) found.push({ at, whole });
    if (seen.size % YIELD_RECORDS === 0) yield;
  }
  after = Math.max(from, after);
  // Merged rows come by their first line; one whose traceback begins behind this slice comes again.
  const due = found.filter(({ at }) => at <= after).sort((one, other) => one.at - other.at);
  return yield* tallied(due, { from, after, caughtUp, lost: page.lost, countsWarning });
}

interface Slice extends Pick<SliceWant, 'countsWarning'> {
  readonly from: number;
  readonly after: number;
  readonly caughtUp: boolean;
  readonly lost: number;
}

function* tallied(due: readonly { at: number; whole: LogRecord }[], slice: Slice): Generator<undefined, ErrorTally[]> {
  const tallies: ErrorTally[] = [];
  let { from, lost } = slice;
  let tally = new Tally();
  for (const [index, { at, whole }] of due.entries()) {
    if (whole.level !== 'WARNING' || whole.message.includes(TRACEBACK) || slice.countsWarning?.(whole))
      tally.add(whole, raisedBy(whole), complaintOf({ amqp: amqpOf(whole), database: databaseOf(whole) }, whole.message));
    if (index % YIELD_RECORDS === YIELD_RECORDS - 1) yield;
    if (tally.size < TALLY_GROUPS_MAX || index === due.length - 1) continue;
    tallies.push({ from, after: at, caughtUp: false, lost, groups: tally.groups() });
    [from, lost, tally] = [at, 0, new Tally()];
  }
  tallies.push({ from, after: slice.after, caughtUp: slice.caughtUp, lost, groups: tally.groups() });
  return tallies;
}

/** Seq of the line that makes the record an error; undefined: it is none. */
function countedAt({ level, message, seq, more = [] }: LogRecord, withWarnings: boolean): number | undefined {
  if (level === 'ERROR' || level === 'CRITICAL' || (level === 'WARNING' && withWarnings)) return seq;
  const begins = message.indexOf(TRACEBACK);
  if (begins < 0) return undefined;
  let at = seq;
  for (let pair = 0; pair < more.length && more[pair + 1]! <= begins; pair += 2) at = more[pair]!;
  return at;
}

function raisedBy(record: LogRecord): Raised | undefined {
  const found = foundIn(record);
  return found === undefined ? undefined : { mark: found.mark, ...ownFrames(found.frames) };
}
