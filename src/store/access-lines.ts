/**
 * The access lines of a block, read or about to be written, added to the sums of their endpoints: by the plan of their shape where it has one
 * (access-plan.ts), else by their own text. Rows of families count as what they are: access lines have no continuations.
 *
 * Invariant: the sums are those of a look at the text of every record (oracle: test/store/endpoints.test.ts), whoever gives the records.
 */
import { marks } from '../../parsers/index.ts';
import { mayHaveHttp } from '../../parsers/marks-may.ts';
import { SLOT } from '../base/shape.ts';
import type { LogRecord } from '../model.ts';
import { endpointOf } from '../report/endpoint.ts';
import type { AccessPlans, NumbersRead, ShapeSpread, SlotsRead } from './access-plan.ts';
import type { Block, ShapeRow } from './block-read.ts';
import type { Codes } from './codecs.ts';
import type { EndpointSums, Sum } from './endpoint-sums.ts';
import type { MarkSlot } from './mark-slots.ts';
import type { ShapeEntry, SlotValues } from './shape-book.ts';
import { powerOf } from './slot-values.ts';
import { textProbe } from './text-marks.ts';

/** Records of one shape. */
export interface ShapeRecords extends SlotsRead {
  readonly shape: ShapeRow;
  /** Indices of its records, in the order of its variables. */
  readonly indices: ArrayLike<number>;
}

interface Column {
  readonly values: readonly unknown[];
  readonly codes: Codes;
}

export interface AccessSource {
  readonly shapes: Iterable<ShapeRecords>;
  /** Indices of the records without a shape. */
  readonly texts: Iterable<number>;
  readonly format: Column;
  readonly logger: Column;
  readonly service: Column;
  /** With all that marks of access lines look at; valid until the next call. */
  record(index: number): LogRecord;
  /** Absent: all count. */
  readonly isIn?: (index: number) => boolean;
}

/** Texts that are read in one step: a millisecond or less. */
const STEP_TEXTS = 200;

interface Walk {
  readonly source: AccessSource;
  readonly sums: EndpointSums;
  readonly mayHave: (text: string, formatCode: number) => boolean;
  /** Texts read since the last step. */
  read: number;
}

/** In steps, as blocks are made. */
export function* addAccess(source: AccessSource, sums: EndpointSums, plans: AccessPlans): Generator<void, void, void> {
  const mayHave = (text: string, code: number): boolean =>
    mayHaveHttp({ text, format: source.format.values[code] as string | undefined, level: undefined });
  const walk: Walk = { source, sums, mayHave, read: 0 };
  for (const records of source.shapes) {
    if (!mayBeAccess(walk, records)) continue;
    yield* addShape(walk, records, plans.seen(records.shape, records, records.indices.length));
  }
  for (const index of source.texts) {
    if (source.isIn?.(index) === false) continue;
    const record = source.record(index);
    if (!mayHave(record.message, source.format.codes[index]!)) continue;
    addText(walk, record, index);
    if (isStep(walk)) yield;
  }
}

/** In one of the formats of its records. */
function mayBeAccess({ source, mayHave }: Walk, { shape, indices }: ShapeRecords): boolean {
  let before = -1;
  for (let place = 0; place < indices.length; place++) {
    const code = source.format.codes[indices[place]!]!;
    if (code === before) continue;
    if (mayHave(shape.text, code)) return true;
    before = code;
  }
  return false;
}

function* addShape(walk: Walk, records: ShapeRecords, spread: ShapeSpread): Generator<void, void, void> {
  const { format, logger, service, isIn } = walk.source;
  const kinds = new Map<number, Kind>();
  let [keyBefore, kind] = [-1, NO_KIND];
  for (let place = 0; place < records.indices.length; place++) {
    const index = records.indices[place]!;
    if (isIn?.(index) === false) continue;
    const key = (format.codes[index]! * logger.values.length + logger.codes[index]!) * service.values.length + service.codes[index]!;
    // Fast path - neighbours are mostly alike.
    if (key !== keyBefore) {
      kind = kinds.get(key) ?? kindOf(walk, { records, spread, index });
      kinds.set(key, kind);
      keyBefore = key;
    }
    if (kind.isNone) continue;
    const { sum, status, duration } = kind;
    if (sum !== undefined && status !== undefined) {
      walk.sums.add(sum, status.values[place]! / status.by, duration === undefined ? Number.NaN : duration.values[place]! / duration.by);
      continue;
    }
    addText(walk, walk.source.record(index), index);
    if (isStep(walk)) yield;
  }
}

interface Measure {
  readonly values: ArrayLike<number>;
  readonly by: number;
}

/** Records of one shape, format, logger and service. */
interface Kind {
  readonly isNone: boolean;
  /** Absent: each is read. */
  readonly sum?: Sum;
  readonly status?: Measure;
  readonly duration?: Measure | undefined;
}

const NO_KIND: Kind = { isNone: true };

function kindOf(walk: Walk, of: { records: ShapeRecords; spread: ShapeSpread; index: number }): Kind {
  const { source, sums, mayHave } = walk;
  const { records, spread, index } = of;
  if (!mayHave(records.shape.text, source.format.codes[index]!)) return NO_KIND;
  const plan = spread.planOf(source, index);
  if (plan === undefined) return { isNone: false };
  const { status, duration } = plan;
  return {
    isNone: false,
    sum: sums.sumOf(serviceOf(source, index), plan.endpoint),
    status: measureOf(records, status),
    duration: duration === undefined ? undefined : measureOf(records, duration),
  };
}

function measureOf(records: ShapeRecords, { slot, divisor }: MarkSlot): Measure {
  return { values: records.numbers(slot)!.values, by: divisor };
}

function serviceOf({ service }: AccessSource, index: number): string {
  return String(service.values[service.codes[index]!] ?? '');
}

function addText({ source, sums }: Walk, record: LogRecord, index: number): void {
  const { http } = marks(record, 'http');
  if (http !== undefined)
    sums.add(sums.sumOf(serviceOf(source, index), endpointOf(http.method, http.path)), http.status, http.duration ?? Number.NaN);
}

function isStep(walk: Walk): boolean {
  walk.read = (walk.read + 1) % STEP_TEXTS;
  return walk.read === 0;
}

// ------------------------------------------------------------------------------------------- who gives the records

/** A sealed block. */
export function accessOf(block: Block, isIn?: (index: number) => boolean): AccessSource {
  const { list, codes } = block.shapes();
  const indices: number[][] = Array.from({ length: list.length + 1 }, () => []);
  for (let index = 0; index < block.count; index++) indices[codes[index]!]!.push(index);
  const variables = block.variables();
  const shapes = list.map((shape, code): ShapeRecords => {
    const known = new Map<number, NumbersRead | undefined>();
    const numbers = (slot: number): NumbersRead | undefined => {
      if (!known.has(slot)) known.set(slot, variables.numbers(code, slot));
      return known.get(slot);
    };
    return { shape, indices: indices[code + 1]!, numbers, texts: (slot) => variables.distinct(code, slot) };
  });
  const [format, logger, service] = [block.dictionary('format'), block.dictionary('logger'), block.dictionary('service')];
  return { shapes, texts: indices[0]!, format, logger, service, record: textProbe(block), ...(isIn === undefined ? {} : { isIn }) };
}

/** Records on their way into a block, as the shape book has taken them apart. */
export interface WrittenRecords {
  readonly records: readonly LogRecord[];
  readonly shapes: readonly ShapeEntry[];
  /** Per record; 0: without a shape. */
  readonly shapeCodes: Codes;
  readonly column: (name: 'format' | 'logger' | 'service') => Column;
}

export function writtenAccess({ records, shapes, shapeCodes, column }: WrittenRecords): AccessSource {
  const texts: number[] = [];
  for (let index = 0; index < records.length; index++) if (shapeCodes[index] === 0) texts.push(index);
  return {
    shapes: shapes.map((shape): ShapeRecords => {
      const known = new Map<number, NumbersRead | undefined>();
      const numbers = (slot: number): NumbersRead | undefined => {
        if (!known.has(slot)) known.set(slot, writtenNumbers(shape.slots[slot]!));
        return known.get(slot);
      };
      return { shape, indices: shape.records, numbers, texts: (slot) => shape.slots[slot]!.texts };
    }),
    texts,
    ...{ format: column('format'), logger: column('logger'), service: column('service') },
    record: (index) => records[index]!,
  };
}

/** As `Variables.numbers` reads them. */
function writtenNumbers({ kind, numbers, scales }: SlotValues): NumbersRead | undefined {
  if (kind === SLOT.integer) return { values: numbers, scales: undefined };
  if (kind !== SLOT.decimal) return undefined;
  const values = new Float64Array(numbers.length);
  for (let place = 0; place < values.length; place++) values[place] = numbers[place]! / powerOf(scales[place]!);
  return { values, scales };
}
