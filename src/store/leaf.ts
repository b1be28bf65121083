/**
 * Decides a filter on the records of a block without taking the records out: on dictionaries, shapes and the
 * table of ids where these suffice, on the rebuilt message where they do not.
 *
 * Meaning comes from query/match.ts alone: a dictionary value is judged by running the compiled leaf on a
 * record that holds nothing else. Invariant (oracle tests): the answer equals that of the whole record.
 */
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../base/record.ts';
import { SLOT } from '../base/shape.ts';
import type { Filter, LogRecord } from '../model.ts';
import { type Literals, literalsOf, type TextFilter } from '../query/literals.ts';
import { compile } from '../query/match.ts';
import type { Block, ShapeRow } from './block-read.ts';
import type { ColumnName, DictionaryName, IdName } from './columns.ts';
import type { Digest } from './digest.ts';
import { mayStand } from './digest-verdict.ts';
import { FIELD_COLUMNS, FIELD_IDS, WORD_COLUMNS, WORD_IDS } from './field-columns.ts';
import { idsWith } from './ids.ts';
import { literalPlaces, type Places } from './literal-places.ts';
import { numberSkip } from './mark-slots.ts';
import { type ShapeJudge, shapeJudge, VERDICT } from './shape-verdict.ts';
import { mayHaveTest, textProbe } from './text-marks.ts';

/** Does record `index` of the block match? */
export type Test = (index: number) => boolean;
type Matcher = (record: LogRecord) => boolean;

const ALWAYS: Test = () => true;
const NEVER: Test = () => false;

/** With its digest it need not read columns in which the filter's words cannot stand. */
export function blockTest(filter: Filter, block: Block, digest?: Digest): Test {
  switch (filter.kind) {
    case 'all':
      return ALWAYS;
    case 'and':
      return allOf(filter.of.map((part) => blockTest(part, block, digest)));
    case 'or':
      return anyOf(filter.of.map((part) => blockTest(part, block, digest)));
    case 'not': {
      const test = blockTest(filter.of, block, digest);
      if (test === NEVER) return ALWAYS;
      return test === ALWAYS ? NEVER : (index) => !test(index);
    }
    case 'field':
      return fieldTest(filter, block);
    default:
      return textTest(filter, block, digest);
  }
}

function allOf(tests: readonly Test[]): Test {
  if (tests.includes(NEVER)) return NEVER;
  const real = tests.filter((test) => test !== ALWAYS);
  if (real.length < 2) return real[0] ?? ALWAYS;
  return (index) => {
    for (const test of real) if (!test(index)) return false;
    return true;
  };
}

function anyOf(tests: readonly Test[]): Test {
  if (tests.includes(ALWAYS)) return ALWAYS;
  const real = tests.filter((test) => test !== NEVER);
  if (real.length < 2) return real[0] ?? NEVER;
  return (index) => {
    for (const test of real) if (test(index)) return true;
    return false;
  };
}

function fieldTest(filter: Filter & { kind: 'field' }, block: Block): Test {
  const matches = compile(filter, marks);
  const column = FIELD_COLUMNS[filter.field];
  if (column !== undefined) return dictionaryTest(block, column, matches);
  const ids = FIELD_IDS[filter.field];
  if (ids !== undefined) return idColumnTest(block, ids, { matches });
  if (filter.field === 'message') return messageTest(filter, block, matches);
  if (filter.field === 'seq') {
    const probe = emptyRecord(0, 'udp', '');
    return (index) => {
      probe.seq = block.numbers('seq')[index]!;
      return matches(probe);
    };
  }
  return markTest(filter, block, matches);
}

/** What is read off the text: status, duration, exception … */
function markTest(filter: Filter & { kind: 'field' }, block: Block, matches: Matcher): Test {
  const probe = textProbe(block);
  const mayHave = mayHaveTest(filter.field, block);
  const skip = numberSkip(filter, block, probe);
  if (skip === undefined) return (index) => mayHave(index) && matches(probe(index));
  return (index) => mayHave(index) && !skip(index) && matches(probe(index));
}

function dictionaryTest(block: Block, column: DictionaryName, matches: Matcher): Test {
  const { values, codes } = block.dictionary(column);
  const probe = emptyRecord(0, 'udp', '');
  const fields = probe as unknown as Record<string, unknown>;
  const verdicts = values.map((value) => {
    fields[column] = value;
    return value !== undefined && matches(probe);
  });
  if (verdicts.every((verdict) => !verdict)) return NEVER;
  if (verdicts.every((verdict) => verdict)) return ALWAYS;
  return (index) => verdicts[codes[index]!]!;
}

/** `part`: must be in the id, when that is no other text. */
function idColumnTest(block: Block, column: IdName, of: { matches: Matcher; part?: string | undefined }): Test {
  const { kinds, positions } = block.ids(column);
  if (kinds.every((kind) => kind === 0)) return NEVER;
  const probe = emptyRecord(0, 'udp', '');
  const hits = of.part === undefined ? undefined : idsWith(block.idTable(), true, of.part);
  return (index) => {
    if (kinds[index] === 0 || (hits !== undefined && positions[index]! >= 0 && !hits.has(positions[index]!))) return false;
    probe[column] = block.id(column, index);
    return of.matches(probe);
  };
}

/** Bare words, phrases, ids, substrings, expressions: in the message or any field of words. */
function textTest(filter: TextFilter, block: Block, digest: Digest | undefined): Test {
  const matches = compile(filter, marks);
  const empty = emptyRecord(0, 'udp', '');
  // An expression that matches nothing at all would make every absent field match: only whole records tell.
  if (matches(empty)) return (index) => matches(block.record(index));
  const literals = literalsOf(filter);
  const part = literals.length === 1 ? literals[0]!.find((literal) => ID_PART.test(literal)) : undefined;
  const mayBeIn = (name: ColumnName): boolean => digest === undefined || mayHold(digest, name, { matches, literals });
  const tests: Test[] = WORD_COLUMNS.filter(mayBeIn).map((column) => dictionaryTest(block, column, matches));
  if (filter.kind === 'id' && HEX_ID.test(filter.id)) tests.push(idTest(filter.id, block, matches));
  else {
    for (const column of WORD_IDS.filter(mayBeIn))
      if (canBeInIds(filter) || block.ids(column).texts.size > 0) tests.push(idColumnTest(block, column, { matches, part }));
    tests.push(messageTest(filter, block, matches));
  }
  const structured = block.sparse('structuredData');
  if (structured.size > 0) {
    const probe = emptyRecord(0, 'udp', '');
    tests.push((index) => {
      probe.structuredData = structured.get(index) as string | undefined;
      return probe.structuredData !== undefined && matches(probe);
    });
  }
  return anyOf(tests);
}

/** By the digest: the column's values where it has them, else the characters of its texts. */
function mayHold(digest: Digest, name: ColumnName, { matches, literals }: { matches: Matcher; literals: Literals }): boolean {
  const column = digest.columns.get(name);
  if (column === undefined) return mayStand(digest, name, literals);
  const probe = emptyRecord(0, 'udp', '');
  const fields = probe as unknown as Record<string, unknown>;
  return column.values.some((value) => {
    fields[name] = value;
    return value !== undefined && matches(probe);
  });
}

const HEX_ID = /^[0-9a-f]{32}$/;
/** Tokens of UUIDs, with or without `req-`: only such words can be in an id column that holds no other texts. */
const ID_WORD = /^(?:req|[0-9a-f]{4}|[0-9a-f]{8}|[0-9a-f]{12})$/;
/** Can only be among the digits of an id: what begins with a digit does not reach out of `req-`. */
const ID_PART = /^[0-9a-f][0-9a-f-]+$/;

function canBeInIds(filter: Filter): boolean {
  return filter.kind !== 'id' && (filter.kind !== 'phrase' || filter.tokens.every((token) => ID_WORD.test(token)));
}

/** What shapes say of a filter, kept as long as the filter is: blocks of a file share most of their shapes. */
const judges = new WeakMap<Filter, ShapeJudge>();

function judgeFor(filter: Filter): ShapeJudge {
  let judge = judges.get(filter);
  if (judge === undefined) {
    judge = shapeJudge(filter);
    judges.set(filter, judge);
  }
  return judge;
}

function messageTest(filter: Filter, block: Block, matches: Matcher): Test {
  const { list, codes, places } = block.shapes();
  const verdicts = [VERDICT.maybe, ...list.map(judgeFor(filter))];
  if (verdicts.every((verdict, code) => verdict === VERDICT.no || (code === 0 && !codes.includes(0)))) return NEVER;
  const probe = emptyRecord(0, 'udp', '');
  const placesOf = literalPlaces(filter, block);
  const candidates = new Map<number, Places | undefined>();
  return (index) => {
    const code = codes[index]!;
    const verdict = verdicts[code];
    if (verdict !== VERDICT.maybe) return verdict === VERDICT.yes;
    if (code !== 0 && placesOf !== undefined) {
      if (!candidates.has(code)) candidates.set(code, placesOf(list[code - 1]!, code));
      const known = candidates.get(code);
      if (known?.possible.has(places[index]!) === false) return false;
      if (known?.certain.has(places[index]!)) return true;
    }
    probe.message = block.message(index);
    return matches(probe);
  };
}

/**
 * A UUID is compared as its position in the block's table; texts are asked only where it can stand in another
 * spelling. All records at once: a needle's block has 8192 of them and one that counts.
 */
function idTest(hex: string, block: Block, matches: Matcher): Test {
  const wanted = positionOf(block.idTable(), Buffer.from(hex, 'hex'));
  const hits = new Uint8Array(block.count);
  for (const column of WORD_IDS) {
    const { positions, texts } = block.ids(column);
    if (wanted >= 0) for (let index = 0; index < hits.length; index++) if (positions[index] === wanted) hits[index] = 1;
    const probe = emptyRecord(0, 'udp', '');
    for (const [index, text] of texts) {
      probe[column] = text;
      if (matches(probe)) hits[index] = 1;
    }
  }
  markMessages({ hex, wanted, hits, matches }, block);
  return hits.includes(1) ? (index) => hits[index] === 1 : NEVER;
}

interface IdSearch {
  hex: string;
  wanted: number;
  hits: Uint8Array;
  matches: Matcher;
}

/** Marks the records whose message holds the id. */
function markMessages({ hex, wanted, hits, matches }: IdSearch, block: Block): void {
  const { list, codes, places } = block.shapes();
  const candidates = list.map((shape, code) => placesOf({ shape, code, wanted, prefix: hex.slice(0, 8) }, block));
  const probe = emptyRecord(0, 'udp', '');
  for (let index = 0; index < hits.length; index++) {
    if (hits[index] === 1) continue;
    const code = codes[index]!;
    const possible = code === 0 ? EVERYWHERE : candidates[code - 1]!;
    if (possible === NOWHERE || (possible !== EVERYWHERE && !possible.has(places[index]!))) continue;
    probe.message = block.message(index);
    if (matches(probe)) hits[index] = 1;
  }
}

const ONLY_DIGITS = /^\d+$/;
const NOWHERE: ReadonlySet<number> = new Set();
const EVERYWHERE: ReadonlySet<number> = new Set();

interface ShapeId {
  shape: ShapeRow;
  code: number;
  wanted: number;
  prefix: string;
}

/**
 * In which of the shape's records can the id stand? Exact for UUID slots, generous for others: its first eight digits lie in one
 * variable (also behind the dot of a fraction), or, when they are letters and no lower-case UUID's, in the constant text.
 */
function placesOf({ shape, code, wanted, prefix }: ShapeId, block: Block): ReadonlySet<number> {
  if (!/\d/.test(prefix) && shape.pieces.some((piece) => piece.toLowerCase().includes(prefix))) return EVERYWHERE;
  const isNumber = ONLY_DIGITS.test(prefix);
  const variables = block.variables();
  const found = new Set<number>();
  for (let slot = 0; slot < shape.kinds.length; slot++) {
    const kind = shape.kinds[slot]!;
    let at: number[];
    if (kind === SLOT.uuid || kind === SLOT.hex32) at = wanted < 0 ? [] : placesEqual(variables.positions(code, slot), wanted);
    else if (kind === SLOT.decimal || kind === SLOT.integer ? isNumber : variables.mayHold(code, slot, prefix))
      at = placesHolding(variables.values(code)[slot]!, prefix);
    else continue;
    for (const place of at) found.add(place);
  }
  return found.size === 0 ? NOWHERE : found;
}

function placesEqual(positions: Int32Array, wanted: number): number[] {
  const places: number[] = [];
  for (let place = positions.indexOf(wanted); place >= 0; place = positions.indexOf(wanted, place + 1)) places.push(place);
  return places;
}

function placesHolding(values: readonly string[], prefix: string): number[] {
  const places: number[] = [];
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    if (value.length >= prefix.length && value.toLowerCase().includes(prefix)) places.push(place);
  }
  return places;
}

function positionOf(table: Buffer, id: Buffer): number {
  for (let from = table.indexOf(id); from >= 0; from = table.indexOf(id, from + 1)) if (from % 16 === 0) return from / 16;
  return -1;
}
