/**
 * Requests by endpoint within a time: how many, how many failed, how long they took. Access lines are found by their block's digest, their
 * numbers by their shape's variables (mark-measures.ts), and where all lines of a shape ask for one endpoint it is found out once for all.
 *
 * Bounded: LINES_MAX lines are read; where there are more, one of so many blocks is, evenly over the time, and counts are multiplied.
 * ENDPOINTS_MAX endpoints are told apart; what scanners make up counts as `''`. Not here: what an endpoint is (report/endpoint.ts).
 */
import { marks } from '../../parsers/index.ts';
import { toMessage } from '../base/errors.ts';
import { SLOT } from '../base/shape.ts';
import type { EndpointCount, EndpointList, Filter, HttpAccess, ReportRange } from '../model.ts';
import { endpointOf } from '../report/endpoint.ts';
import type { Block } from './block-read.ts';
import { digestJudge } from './digest-verdict.ts';
import { slotMeasures } from './mark-measures.ts';
import { messageOf, SLOTS_MAX } from './mark-slots.ts';
import type { DaysReader } from './read.ts';
import { VERDICT } from './shape-verdict.ts';
import { Sketch } from './sketch.ts';
import { fieldsProbe, mayHaveTest, textProbe } from './text-marks.ts';
import { type Unit, unitsOf } from './units.ts';

/** About half a second of one core: 1.4 µs each. */
export const LINES_MAX = 400_000;
/** A cloud has some hundred. */
const ENDPOINTS_MAX = 2000;
const HAS_STATUS: Filter = { kind: 'field', field: 'status', op: '>=', value: '0' };

type BlockUnit = Unit & { kind: 'block' };

class Sums {
  readonly #of = new Map<string, Sum>();
  lines = 0;

  sumOf(service: string, endpoint: string): Sum {
    const key = `${service}\0${endpoint}`;
    let sum = this.#of.get(key);
    if (sum === undefined) {
      if (this.#of.size >= ENDPOINTS_MAX && endpoint !== '') return this.sumOf(service, '');
      sum = { service, endpoint, count: 0, clientErrors: 0, serverErrors: 0, durations: new Sketch() };
      this.#of.set(key, sum);
    }
    return sum;
  }

  /** For how many lines one stands. */
  weight = 1;

  add(sum: Sum, status: number, duration: number | undefined): void {
    this.lines++;
    sum.count += this.weight;
    if (status >= 500) sum.serverErrors += this.weight;
    else if (status >= 400) sum.clientErrors += this.weight;
    if (duration !== undefined && duration >= 0) sum.durations.add(duration);
  }

  list(oneOf: number): EndpointList {
    const endpoints = [...this.#of.values()]
      .filter(({ count }) => count > 0)
      .sort((one, other) => other.count - one.count || (one.endpoint < other.endpoint ? -1 : 1))
      .map(({ durations, ...sum }): EndpointCount => {
        const duration = durations.measured();
        return { ...sum, ...(duration === undefined ? {} : { duration }) };
      });
    return { endpoints, lines: this.lines, oneOf };
  }
}

interface Sum {
  readonly service: string;
  readonly endpoint: string;
  count: number;
  clientErrors: number;
  serverErrors: number;
  readonly durations: Sketch;
}

/** Yields between blocks. */
export function* endpointSteps(reader: DaysReader, range: ReportRange, linesMax = LINES_MAX): Generator<undefined, EndpointList> {
  const sums = new Sums();
  const blocks: BlockUnit[] = [];
  const judge = digestJudge(HAS_STATUS);
  let expected = 0;
  for (const unit of unitsOf(reader.days())) {
    if (unit.extent.maxTime < range.startUs || unit.extent.minTime >= range.endUs) continue;
    if (unit.kind === 'fresh') addFresh(sums, unit, range);
    else {
      const lines = linesOf(reader, unit, judge);
      if (lines === 0) continue;
      expected += lines;
      blocks.push(unit);
    }
    if (blocks.length % 50 === 0) yield;
  }
  // What is not sealed was read as a whole: a few thousand lines at most.
  const oneOf = Math.max(1, Math.ceil(expected / linesMax));
  sums.weight = oneOf;
  for (let at = 0; at < blocks.length; at += oneOf) {
    const unit = blocks[at]!;
    try {
      addBlock(sums, reader.block(unit.view, unit.extent), range);
    } catch (error) {
      // A damaged block is told of by the counts of the same report.
      if (toMessage(error).code === 'bad-query') throw error;
    }
    yield;
  }
  return sums.list(oneOf);
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

function addFresh(sums: Sums, { extent }: Unit & { kind: 'fresh' }, { startUs, endUs }: ReportRange): void {
  for (const record of extent.records) {
    if (record.time < startUs || record.time >= endUs) continue;
    const { http } = marks(record, 'http');
    if (http !== undefined) sums.add(sums.sumOf(record.service ?? '', endpointOf(http.method, http.path)), http.status, http.duration);
  }
}

function addBlock(sums: Sums, block: Block, { startUs, endUs }: ReportRange): void {
  const may = mayHaveTest('status', block);
  const times = block.numbers('time');
  const { codes } = block.shapes();
  const [service, format, logger] = [block.dictionary('service'), block.dictionary('format'), block.dictionary('logger')];
  const [statuses, durations] = [slotMeasures('status', block), slotMeasures('duration', block)];
  const probe = textProbe(block);
  const known = new Map<number, Sum | undefined>();
  for (let index = 0; index < block.count; index++) {
    if (times[index]! < startUs || times[index]! >= endUs || !may(index)) continue;
    const kind = (codes[index]! * format.values.length + format.codes[index]!) * logger.values.length + logger.codes[index]!;
    const key = kind * service.values.length + service.codes[index]!;
    const of = String(service.values[service.codes[index]!] ?? '');
    let sum = known.get(key);
    if (sum === undefined && !known.has(key)) {
      const endpoint = endpointOfShape(block, index);
      sum = endpoint === undefined ? undefined : sums.sumOf(of, endpoint);
      known.set(key, sum);
    }
    const status = sum === undefined ? undefined : statuses(index);
    const duration = status === undefined ? undefined : durations(index);
    if (sum !== undefined && status !== undefined && duration !== undefined) {
      if (!Number.isNaN(status)) sums.add(sum, status, Number.isNaN(duration) ? undefined : duration);
      continue;
    }
    const { http } = marks(probe(index), 'http');
    if (http !== undefined) sums.add(sums.sumOf(of, endpointOf(http.method, http.path)), http.status, http.duration);
  }
}

// ------------------------------------------------------------------------------------------- once for a shape

/**
 * The endpoint of all records of one shape, format and logger; undefined where they may differ. Two texts are tried, as mark-measures.ts does: if
 * variables that are as short, and as long, as they come make one endpoint, so does everything between.
 */
function endpointOfShape(block: Block, index: number): string | undefined {
  const { list, codes } = block.shapes();
  const shape = list[codes[index]! - 1];
  if (shape === undefined || shape.kinds.length > SLOTS_MAX) return undefined;
  const fields = fieldsProbe(block)(index);
  const short: string[] = [];
  const long: string[] = [];
  for (let slot = 0; slot < shape.kinds.length; slot++) {
    const ends = slotEnds(block, { code: codes[index]! - 1, slot, kind: shape.kinds[slot]! });
    if (ends === undefined) return undefined;
    short.push(ends[0]);
    long.push(ends[1]);
  }
  const [one, other] = [short, long].map((values) => marks({ ...fields, message: messageOf(shape, values) }, 'http').http);
  const [name, again, own] = [one, other, marks(textProbe(block)(index), 'http').http].map(nameOf);
  return name !== undefined && name === again && name === own ? name : undefined;
}

function nameOf(http: HttpAccess | undefined): string | undefined {
  return http === undefined ? undefined : endpointOf(http.method, http.path);
}

const UUID_ENDS = ['00000000-0000-0000-0000-000000000000', 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa'] as const;

function slotEnds(block: Block, { code, slot, kind }: { code: number; slot: number; kind: number }): readonly [string, string] | undefined {
  if (kind === SLOT.uuid) return UUID_ENDS;
  if (kind === SLOT.hex32) return ['0'.repeat(32), 'a'.repeat(32)];
  const numbers = block.variables().numbers(code, slot);
  if (numbers === undefined) return textEnds(block.variables().distinct(code, slot));
  const [least, most] = ends(numbers.values);
  const [fewest, largest] = numbers.scales === undefined ? [0, 0] : ends(numbers.scales);
  return [least.toFixed(fewest), most.toFixed(largest)];
}

function ends(values: ArrayLike<number>): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (let at = 0; at < values.length; at++) {
    least = Math.min(least, values[at]!);
    most = Math.max(most, values[at]!);
  }
  return [least, most];
}

/** One value stands for itself: `v3` of a path. Of several none may say more than that it is one: `AUTH_…` is an account of Swift. */
function textEnds(values: readonly string[]): readonly [string, string] | undefined {
  if (values.length === 1) return [values[0]!, values[0]!];
  if (!values.every((value) => /^[\dA-Za-z]+$/.test(value))) return undefined;
  const [least, most] = ends(values.map((value) => value.length));
  return ['0'.repeat(least), 'a'.repeat(most)];
}
