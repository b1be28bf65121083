/**
 * Requests by endpoint within a time: how many, how many failed, how long they took. Blocks that lie within the time tell the sums that they keep
 * (endpoint-sums.ts); those across its edges, those of earlier programs and what is not sealed yet are read.
 *
 * Bounded: LINES_MAX lines of blocks are read; where there are more, one of so many of these blocks is, evenly over the time, and counts for the others,
 * too (`oneOf`). Not here: what an endpoint is (report/endpoint.ts).
 */
import { marks } from '../../parsers/index.ts';
import { toMessage } from '../base/errors.ts';
import type { EndpointList, Filter, ReportRange } from '../model.ts';
import { endpointOf } from '../report/endpoint.ts';
import { accessOf, addAccess } from './access-lines.ts';
import { AccessPlans } from './access-plan.ts';
import type { Block, BlockRow } from './block-read.ts';
import { digestJudge } from './digest-verdict.ts';
import { EndpointSums } from './endpoint-sums.ts';
import type { DaysReader } from './read.ts';
import { VERDICT } from './shape-verdict.ts';
import { type Unit, unitsOf } from './units.ts';

/** A second of one core and a half on a busy machine: 7 µs each on the simulated cloud, with opening its blocks. */
export const LINES_MAX = 200_000;
const HAS_STATUS: Filter = { kind: 'field', field: 'status', op: '>=', value: '0' };
/** Blocks between two steps while only sums are added: some milliseconds. */
const STEP_BLOCKS = 20;

type BlockUnit = Unit & { kind: 'block' };

/** What is known of shapes lives as long as they do. */
const plans = new AccessPlans();

/** Yields between blocks. */
export function* endpointSteps(reader: DaysReader, range: ReportRange, linesMax = LINES_MAX): Generator<undefined, EndpointList> {
  const sums = new EndpointSums();
  const blocks: BlockUnit[] = [];
  let steps = 0;
  for (const unit of unitsOf(reader.days())) {
    if (unit.extent.maxTime < range.startUs || unit.extent.minTime >= range.endUs) continue;
    if (unit.kind === 'fresh') addFresh(sums, unit, range);
    else if (!isInside(unit.extent, range) || !addKept(sums, reader, unit)) blocks.push(unit);
    if (++steps % STEP_BLOCKS === 0) yield;
  }
  const { chosen, oneOf } = yield* chosenBlocks(reader, blocks, linesMax);
  sums.weight = oneOf;
  for (const unit of chosen) {
    try {
      yield* readBlock(sums, reader.block(unit.view, unit.extent), range);
    } catch (error) {
      // A damaged block is told of by the counts of the same report.
      if (toMessage(error).code === 'bad-query') throw error;
    }
    yield;
  }
  return sums.list(oneOf);
}

function isInside({ minTime, maxTime }: BlockRow, { startUs, endUs }: ReportRange): boolean {
  return minTime >= startUs && maxTime < endUs;
}

/** False where a block keeps none that can be read. */
function addKept(sums: EndpointSums, reader: DaysReader, { view, extent }: BlockUnit): boolean {
  try {
    const kept = reader.use(view).file.endpoints(extent.id);
    return kept !== undefined && sums.merge(kept);
  } catch {
    // The block itself will tell what is wrong.
    return false;
  }
}

/** Those that are read: all, or one of so many. What is not sealed was read as a whole: a few thousand lines at most. */
function* chosenBlocks(
  reader: DaysReader,
  blocks: readonly BlockUnit[],
  linesMax: number,
): Generator<undefined, { chosen: readonly BlockUnit[]; oneOf: number }> {
  const judge = digestJudge(HAS_STATUS);
  const withLines: BlockUnit[] = [];
  let expected = 0;
  for (const unit of blocks) {
    const lines = linesOf(reader, unit, judge);
    expected += lines;
    if (lines > 0 && withLines.push(unit) % STEP_BLOCKS === 0) yield;
  }
  const oneOf = Math.max(1, Math.ceil(expected / linesMax));
  return { chosen: withLines.filter((_, at) => at % oneOf === 0), oneOf };
}

/** How many lines of a block may be requests; all where its digest says nothing. */
function linesOf(reader: DaysReader, { view, extent }: BlockUnit, judge: ReturnType<typeof digestJudge>): number {
  const digest = reader.use(view).digest(extent);
  if (digest === undefined) return extent.count;
  const verdicts = judge(digest, (number) => view.file.shape(number));
  let lines = 0;
  for (let row = 0; row < verdicts.length; row++) if (verdicts[row] !== VERDICT.no) lines += digest.counts[row]!;
  return lines;
}

function addFresh(sums: EndpointSums, { extent }: Unit & { kind: 'fresh' }, { startUs, endUs }: ReportRange): void {
  for (const record of extent.records) {
    if (record.time < startUs || record.time >= endUs) continue;
    const { http } = marks(record, 'http');
    if (http !== undefined)
      sums.add(sums.sumOf(record.service ?? '', endpointOf(http.method, http.path)), http.status, http.duration ?? Number.NaN);
  }
}

function* readBlock(sums: EndpointSums, block: Block, range: ReportRange): Generator<undefined, void> {
  const times = isInside(block.row, range) ? undefined : block.numbers('time');
  const isIn = times && ((index: number): boolean => times[index]! >= range.startUs && times[index]! < range.endUs);
  // Added at its end, so that what is damaged counts not at all.
  const own = new EndpointSums();
  own.weight = sums.weight;
  for (const _ of addAccess(accessOf(block, isIn), own, plans)) yield;
  sums.addAll(own);
}
