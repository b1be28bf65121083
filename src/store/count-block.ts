/**
 * Counts one sealed block: from its digest where that decides and all of the block lies in one bucket of time, else from the columns of
 * the records that the digest leaves over.
 */
import { marks } from '../../parsers/index.ts';
import type { CountQuery, FieldName, MeasureName } from '../model.ts';
import { measureOf, valuesOf } from '../query/values.ts';
import type { Block } from './block-read.ts';
import type { IdName } from './columns.ts';
import { addSlice, type Buckets, type Dimension, type Slice } from './count-slice.ts';
import type { CountTable } from './count-table.ts';
import type { Digest, DigestColumn } from './digest.ts';
import type { DigestJudge, ShapeOf, Verdicts } from './digest-verdict.ts';
import { FIELD_COLUMNS, FIELD_IDS } from './field-columns.ts';
import { blockTest } from './leaf.ts';
import { slotMeasures } from './mark-measures.ts';
import { VERDICT } from './shape-verdict.ts';
import { mayHaveTest, textProbe } from './text-marks.ts';

export interface BlockCount {
  readonly query: CountQuery;
  readonly judge: DigestJudge;
  /** One for each list of the query. */
  readonly tables: readonly CountTable[];
}

export interface BlockPart {
  readonly digest: Digest | undefined;
  readonly shapeOf: ShapeOf;
  /** Opens the block, when its digest does not say all. */
  readonly open: () => Block;
  /** Bucket of all of its records; undefined when it has several. */
  readonly bucket: number | undefined;
  /** All of its records lie in the range asked for. */
  readonly isInside: boolean;
  /** Rows that belong to a family, by seq: they are counted elsewhere. Absent: none. */
  readonly isMember?: (seq: number) => boolean;
}

/** Records counted. `scanned` tells how many were looked at one by one. */
export function countBlock(count: BlockCount, part: BlockPart): { counted: number; scanned: number } {
  const { digest } = part;
  if (digest === undefined) return countRecords(count, part, undefined);
  const verdicts = count.judge(digest, part.shapeOf);
  if (verdicts.every((verdict) => verdict === VERDICT.no)) return { counted: 0, scanned: 0 };
  if (part.bucket !== undefined && part.isInside && part.isMember === undefined && isAnswer(count.query, digest, verdicts))
    return { counted: countRows(count, digest, { verdicts, bucket: part.bucket }), scanned: 0 };
  return countRecords(count, part, verdicts);
}

/** Does the digest know all that is asked? */
function isAnswer({ by, measure }: CountQuery, { columns }: Digest, verdicts: Verdicts): boolean {
  if (measure !== undefined || verdicts.includes(VERDICT.maybe)) return false;
  return by.every((fields) => fields.every((field) => FIELD_COLUMNS[field] !== undefined && columns.has(FIELD_COLUMNS[field])));
}

function countRows({ query, tables }: BlockCount, digest: Digest, of: { verdicts: Verdicts; bucket: number }): number {
  const chosen: number[] = [];
  let counted = 0;
  for (let row = 0; row < of.verdicts.length; row++) {
    if (of.verdicts[row] !== VERDICT.yes) continue;
    chosen.push(row);
    counted += digest.counts[row]!;
  }
  const slice: Slice = {
    chosen: Int32Array.from(chosen),
    weights: digest.counts,
    buckets: of.bucket,
    dimension: (field) => digest.columns.get(FIELD_COLUMNS[field]!) as DigestColumn,
  };
  for (let list = 0; list < tables.length; list++) addSlice(slice, query.by[list]!, tables[list]!);
  return counted;
}

// ------------------------------------------------------------------------------------------- from the columns

function countRecords(count: BlockCount, part: BlockPart, verdicts: Verdicts | undefined): { counted: number; scanned: number } {
  const block = part.open();
  const { query, tables } = count;
  let chosen = chosenRecords(query, block, { ...part, verdicts });
  const measures = query.measure === undefined ? undefined : measuresOf(query.measure, block, chosen);
  if (measures !== undefined) chosen = chosen.filter((index) => !Number.isNaN(measures[index]));
  if (chosen.length === 0) return { counted: 0, scanned: block.count };
  const readings = new Map<FieldName, Dimension>();
  const slice: Slice = {
    chosen,
    buckets: part.bucket ?? bucketsOf(block.numbers('time'), query.stepUs!),
    dimension(field) {
      let dimension = readings.get(field);
      dimension ??= dimensionOf(field, block, chosen);
      readings.set(field, dimension);
      return dimension;
    },
    ...(measures === undefined ? {} : { measures }),
  };
  // All of them before the first is added: a damaged column leaves out the whole block.
  for (const fields of query.by) for (const field of fields) slice.dimension(field);
  for (let list = 0; list < tables.length; list++) addSlice(slice, query.by[list]!, tables[list]!);
  return { counted: chosen.length, scanned: block.count };
}

/** The records that match and count here. */
function chosenRecords(query: CountQuery, block: Block, part: BlockPart & { verdicts: Verdicts | undefined }): Int32Array {
  const codes = block.shapes().codes;
  const known = part.verdicts === undefined ? undefined : byCode(block, part, part.verdicts);
  const test = known?.includes(VERDICT.maybe) === false ? undefined : blockTest(query.filter, block, part.digest);
  const times = part.isInside ? undefined : block.numbers('time');
  const seqs = part.isMember === undefined ? undefined : block.numbers('seq');
  const { start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY } = query;
  const chosen = new Int32Array(block.count);
  let size = 0;
  for (let index = 0; index < block.count; index++) {
    const verdict = known === undefined ? VERDICT.maybe : known[codes[index]!]!;
    if (verdict === VERDICT.no || (verdict === VERDICT.maybe && !test!(index))) continue;
    if (times !== undefined && !(times[index]! >= start && times[index]! < end)) continue;
    if (seqs !== undefined && part.isMember!(seqs[index]!)) continue;
    chosen[size++] = index;
  }
  return chosen.subarray(0, size);
}

/** What the rows of the digest say together for each code of the block's shapes. */
function byCode(block: Block, { digest, shapeOf }: BlockPart, verdicts: Verdicts): Uint8Array {
  const { values, codes } = digest!.shapes;
  const said = new Map<unknown, number>();
  for (let row = 0; row < verdicts.length; row++) {
    const number = values[codes[row]!]!;
    const shape = number === 0 ? undefined : shapeOf(number);
    const before = said.get(shape);
    said.set(shape, before === undefined || before === verdicts[row] ? verdicts[row]! : VERDICT.maybe);
  }
  return Uint8Array.from([undefined, ...block.shapes().list], (shape) => said.get(shape) ?? VERDICT.maybe);
}

/** Neighbours are mostly in one bucket, so that its edges are compared before anything is divided. */
function bucketsOf(times: Float64Array, stepUs: number): Buckets {
  const codes = new Uint16Array(times.length);
  const numbers: number[] = [];
  const known = new Map<number, number>();
  let [from, to, code] = [0, 0, -1];
  for (let index = 0; index < times.length; index++) {
    const time = times[index]!;
    if (!(time >= from && time < to)) {
      const number = Math.floor(time / stepUs);
      [from, to] = [number * stepUs, (number + 1) * stepUs];
      code = known.get(number) ?? numbers.push(number) - 1;
      known.set(number, code);
    }
    codes[index] = code;
  }
  return { codes, numbers };
}

function dimensionOf(field: FieldName, block: Block, chosen: Int32Array): Dimension {
  const column = FIELD_COLUMNS[field];
  if (column !== undefined) {
    const { values, codes } = block.dictionary(column);
    return { codes, values: values.map((value) => (value === undefined ? undefined : String(value))) };
  }
  const ids = FIELD_IDS[field];
  if (ids !== undefined) return idDimension(ids, block, chosen);
  const read = ofText(field, block);
  const codes = new Uint16Array(block.count);
  const values: (string | undefined)[] = [];
  const known = new Map<string | undefined, number>();
  for (const index of chosen) {
    const value = read(index);
    let code = known.get(value);
    if (code === undefined) {
      code = values.push(value) - 1;
      known.set(value, code);
    }
    codes[index] = code;
  }
  return { codes, values };
}

/** Equal ids are one position in the block's table: a text is made for each, not for each record. */
function idDimension(name: IdName, block: Block, chosen: Int32Array): Dimension {
  const { kinds, positions } = block.ids(name);
  const codes = new Uint16Array(block.count);
  const values: (string | undefined)[] = [];
  const known = new Map<number, number>();
  for (const index of chosen) {
    const key = positions[index]! * 4 + kinds[index]!;
    let code = known.get(key);
    if (code === undefined) {
      code = values.push(block.id(name, index)) - 1;
      known.set(key, code);
    }
    codes[index] = code;
  }
  return { codes, values };
}

/** A value that is read off the text, of the records that may have it. */
function ofText(field: FieldName, block: Block): (index: number) => string | undefined {
  const read = valuesOf(field, marks);
  const mayHave = mayHaveTest(field, block);
  const probe = textProbe(block);
  return (index) => (mayHave(index) ? read(probe(index))[0] : undefined);
}

function measuresOf(name: MeasureName, block: Block, chosen: Int32Array): Float64Array {
  const mayHave = mayHaveTest(name, block);
  const probe = textProbe(block);
  const read = measureOf(name, marks);
  const told = slotMeasures(name, block);
  const measures = new Float64Array(block.count).fill(Number.NaN);
  for (const index of chosen) if (mayHave(index)) measures[index] = told(index) ?? read(probe(index)) ?? Number.NaN;
  return measures;
}
