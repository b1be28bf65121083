/**
 * Decides a filter on the records of a block without taking the records out: on dictionaries, shapes and the
 * table of ids where these suffice, on the rebuilt message where they do not.
 *
 * Meaning comes from query/match.ts alone: a dictionary value is judged by running the compiled leaf on a
 * record that holds nothing else. Invariant (oracle tests): the answer equals that of the whole record.
 */
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../base/record.ts';
import type { Filter, LogRecord } from '../model.ts';
import { type Literals, literalsOf, type TextFilter } from '../query/literals.ts';
import { compile } from '../query/match.ts';
import type { Block } from './block-read.ts';
import { ALWAYS, allOf, anyOf, bounded, NEVER, type Test } from './block-test.ts';
import type { ColumnName, DictionaryName } from './columns.ts';
import type { Digest } from './digest.ts';
import { mayStand } from './digest-verdict.ts';
import { FIELD_COLUMNS, FIELD_IDS, WORD_COLUMNS, WORD_IDS } from './field-columns.ts';
import { idColumnTest, idTest, idTextsTest } from './leaf-ids.ts';
import { literalPlaces, type Places } from './literal-places.ts';
import { numberSkip } from './mark-slots.ts';
import { type ShapeJudge, shapeJudge, VERDICT } from './shape-verdict.ts';
import { mayHaveTest, textProbe } from './text-marks.ts';
import { textsHolding } from './text-places.ts';

type Matcher = (record: LogRecord) => boolean;

/** Of the newest filters: one is asked of a thousand blocks. */
const matchers = new WeakMap<Filter, Matcher>();

function matcherOf(filter: Filter): Matcher {
  let matcher = matchers.get(filter);
  if (matcher === undefined) {
    matcher = compile(filter, marks);
    matchers.set(filter, matcher);
  }
  return matcher;
}

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

function fieldTest(filter: Filter & { kind: 'field' }, block: Block): Test {
  const matches = matcherOf(filter);
  const column = FIELD_COLUMNS[filter.field];
  if (column !== undefined) return dictionaryTest(block, column, matches);
  const ids = FIELD_IDS[filter.field];
  if (ids !== undefined) return idColumnTest(block, ids, { matches });
  if (filter.field === 'message') return messageTest(filter, block, { matches });
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

/** Bare words, phrases, ids, substrings, expressions: in the message or any field of words. */
function textTest(filter: TextFilter, block: Block, digest: Digest | undefined): Test {
  const matches = matcherOf(filter);
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
      tests.push(canBeInIds(filter) ? idColumnTest(block, column, { matches, part }) : idTextsTest(block, column, matches));
    tests.push(messageTest(filter, block, { matches, literals }));
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

interface MessageMatch {
  readonly matches: Matcher;
  readonly literals?: Literals;
}

function messageTest(filter: Filter, block: Block, { matches, literals }: MessageMatch): Test {
  const { list, codes, places, counts } = block.shapes();
  const texts = literals === undefined || counts[0] === 0 ? undefined : textsHolding(block, literals);
  const verdicts = [texts?.size === 0 ? VERDICT.no : VERDICT.maybe, ...list.map(judgeFor(filter))];
  if (verdicts.every((verdict, code) => verdict === VERDICT.no || counts[code] === 0)) return NEVER;
  const probe = emptyRecord(0, 'udp', '');
  const placesOf = literalPlaces(filter, block);
  const candidates = new Map<number, Places | undefined>();
  let most = texts?.size ?? counts[0]!;
  for (let code = 1; code < counts.length; code++) if (verdicts[code] !== VERDICT.no) most += counts[code]!;
  return bounded((index) => {
    const code = codes[index]!;
    const verdict = verdicts[code];
    if (verdict !== VERDICT.maybe) return verdict === VERDICT.yes;
    if (code === 0 && texts?.has(places[index]!) === false) return false;
    if (code !== 0 && placesOf !== undefined) {
      if (!candidates.has(code)) candidates.set(code, placesOf(list[code - 1]!, code));
      const known = candidates.get(code);
      if (known?.possible.has(places[index]!) === false) return false;
      if (known?.certain.has(places[index]!)) return true;
    }
    probe.message = block.message(index);
    return matches(probe);
  }, most);
}
