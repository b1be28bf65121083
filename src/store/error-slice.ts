/**
 * One slice of the store, counted: the errors between a seq and as far as a short time goes. Runs in a query worker and keeps nothing;
 * what it answers is a pure function of the records, so that whoever commits the answer with its `after` counts each error once.
 *
 * A record counts at the seq of its own row (an error without a level at that of the line where its traceback begins), with all lines
 * that have joined it. Lines join late: what is younger than the caller's `settledUs` waits. Lines that come later still do not change
 * what was counted. Not here: what a signature is (report/error-signature.ts).
 */
import { foundIn } from '../../parsers/marks-exception.ts';
import { ownFrames } from '../../parsers/marks-own-frames.ts';
import type { ErrorTally, Filter, LogRecord } from '../model.ts';
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
/** Longest without an answer: others wait for this worker. */
const SLICE_MS_MAX = 40;
const TRACEBACK_FILTER: Filter = { kind: 'phrase', tokens: ['traceback', 'most', 'recent', 'call', 'last'], text: TRACEBACK };
const filterFrom = (level: string): Filter => ({
  kind: 'or',
  of: [{ kind: 'field', field: 'level', op: '>=', value: level }, TRACEBACK_FILTER],
});

export function errorSlice(reader: DaysReader, want: SliceWant): ErrorTally {
  const { after: from, settledUs, limit, countsWarning } = want;
  const deadline = performance.now() + SLICE_MS_MAX;
  const page = followDays(reader, { after: from, filter: filterFrom(countsWarning ? 'WARNING' : 'ERROR'), limit, isWhole: true });
  const { childrenOf } = familiesOf(reader.days());
  const wholeOf = (record: LogRecord): LogRecord | undefined =>
    record.of === undefined && !childrenOf.has(record.seq) ? record : reader.record(record.seq);
  const found: { at: number; whole: LogRecord }[] = [];
  const seen = new Set<number>();
  let after = page.after;
  let caughtUp = page.caughtUp;
  for (const { seq, record } of page.events) {
    if (record.received > settledUs || (performance.now() > deadline && seen.size > 0)) {
      after = seq - 1;
      // What is unsettled is all there is for now.
      caughtUp = record.received > settledUs;
      break;
    }
    const head = record.of ?? record.seq;
    if (seen.has(head)) continue;
    seen.add(head);
    const whole = wholeOf(record);
    const at = whole === undefined ? undefined : countedAt(whole, countsWarning !== undefined);
    if (whole !== undefined && at !== undefined && at > from) found.push({ at, whole });
  }
  const tally = new Tally();
  for (const { at, whole } of found) {
    // Merged rows come by their first line; one whose traceback begins behind this slice comes again.
    if (at > after) continue;
    if (whole.level !== 'WARNING' || whole.message.includes(TRACEBACK) || countsWarning?.(whole)) tally.add(whole, raisedBy(whole));
  }
  return { from, after: Math.max(from, after), caughtUp, lost: page.lost, groups: tally.groups() };
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
