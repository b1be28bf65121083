/**
 * A filter decided on the rows of a digest: yes and no hold for all records of a row, maybe means that columns decide.
 * Meaning comes from query/match.ts, as in leaf.ts: a value is judged by running the compiled leaf on a record that holds nothing else.
 *
 * Invariant (oracle: test/store/digest.test.ts): whatever is said here is what the filter says of each record of the row.
 */

import { marks } from '../../parsers/index.ts';
import type { MayHave } from '../../parsers/marks-may.ts';
import { emptyRecord } from '../base/record.ts';
import type { FieldName, Filter, LogRecord } from '../model.ts';
import { type Literals, literalsOf, type TextFilter } from '../query/literals.ts';
import { compile } from '../query/match.ts';
import type { ShapeRow } from './block-read.ts';
import type { ColumnName } from './columns.ts';
import type { Digest } from './digest.ts';
import { FIELD_COLUMNS, FIELD_IDS, WORD_COLUMNS, WORD_IDS } from './field-columns.ts';
import { shapeJudge, VERDICT, type Verdict } from './shape-verdict.ts';
import { MAY_HAVE } from './text-marks.ts';

/** A verdict per row. */
export type Verdicts = Uint8Array;
/** Shapes by their number in the file. */
export type ShapeOf = (number: number) => ShapeRow;
export type DigestJudge = (digest: Digest, shapeOf: ShapeOf) => Verdicts;

export function digestJudge(filter: Filter): DigestJudge {
  switch (filter.kind) {
    case 'all':
      return (digest) => constant(digest, VERDICT.yes);
    case 'and':
      return combined(filter.of.map(digestJudge), VERDICT.no, VERDICT.yes);
    case 'or':
      return combined(filter.of.map(digestJudge), VERDICT.yes, VERDICT.no);
    case 'not': {
      const judge = digestJudge(filter.of);
      return (digest, shapeOf) => judge(digest, shapeOf).map((verdict) => (verdict === VERDICT.maybe ? verdict : 1 - verdict));
    }
    case 'field':
      return fieldJudge(filter);
    default:
      return textJudge(filter);
  }
}

function constant({ counts }: Digest, verdict: Verdict): Verdicts {
  return new Uint8Array(counts.length).fill(verdict);
}

/** `decisive`: one part of it decides; without any: `neutral`. */
function combined(judges: readonly DigestJudge[], decisive: Verdict, neutral: Verdict): DigestJudge {
  return (digest, shapeOf) => {
    const all = constant(digest, neutral);
    for (const judge of judges) {
      const one = judge(digest, shapeOf);
      for (let row = 0; row < all.length; row++) {
        if (one[row] === decisive) all[row] = decisive;
        else if (one[row] === VERDICT.maybe && all[row] !== decisive) all[row] = VERDICT.maybe;
      }
    }
    return all;
  };
}

type Matcher = (record: LogRecord) => boolean;

/** Verdicts on the values of a column; lists are shared between blocks, so each is judged once. */
function valuesJudge(column: ColumnName, matches: Matcher): (values: readonly (string | undefined)[]) => Verdicts {
  const known = new Map<readonly unknown[], Verdicts>();
  const probe = emptyRecord(0, 'udp', '');
  const fields = probe as unknown as Record<string, unknown>;
  return (values) => {
    let verdicts = known.get(values);
    if (verdicts === undefined) {
      verdicts = Uint8Array.from(values, (value) => {
        fields[column] = value;
        return value !== undefined && matches(probe) ? VERDICT.yes : VERDICT.no;
      });
      known.set(values, verdicts);
    }
    return verdicts;
  };
}

function fieldJudge(filter: Filter & { kind: 'field' }): DigestJudge {
  const matches = compile(filter, marks);
  const { field } = filter;
  if (field === 'message') {
    const judge = shapeJudge(filter);
    return (digest, shapeOf) => byShape(digest, shapeOf, judge);
  }
  const column = FIELD_COLUMNS[field] ?? FIELD_IDS[field];
  if (column === undefined) return markJudge(field);
  const judge = valuesJudge(column, matches);
  const probe = emptyRecord(0, 'udp', '');
  (probe as unknown as Record<string, unknown>)[column] = '';
  const takesEmpty = matches(probe);
  return (digest) => {
    const found = digest.columns.get(column);
    if (found === undefined) {
      // No characters at all: absent, or empty.
      const isAbsent = digest.letters.get(column)?.isEmpty === true;
      return constant(digest, isAbsent && !takesEmpty ? VERDICT.no : VERDICT.maybe);
    }
    const verdicts = judge(found.values);
    return Uint8Array.from(found.codes, (code) => verdicts[code]!);
  };
}

function byShape(digest: Digest, shapeOf: ShapeOf, judge: (shape: ShapeRow) => Verdict): Verdicts {
  const { values, codes } = digest.shapes;
  const verdicts = values.map((number) => (number === 0 ? VERDICT.maybe : judge(shapeOf(number))));
  return Uint8Array.from(codes, (code) => verdicts[code]!);
}

function markJudge(field: FieldName): DigestJudge {
  const mayHave = MAY_HAVE[field];
  if (mayHave === undefined) return (digest) => constant(digest, VERDICT.maybe);
  return (digest, shapeOf) => rowsThatMay(mayHave, digest, shapeOf);
}

/** Maybe for the rows whose records can have the mark, no for all others: without the mark there is no value of the field. */
function rowsThatMay(mayHave: MayHave, digest: Digest, shapeOf: ShapeOf): Verdicts {
  const { shapes, columns } = digest;
  const format = columns.get('format');
  const level = columns.get('level');
  if (format === undefined || level === undefined) return constant(digest, VERDICT.maybe);
  return Uint8Array.from(shapes.codes, (code, row) => {
    const number = shapes.values[code]!;
    if (number === 0) return VERDICT.maybe;
    const outline = { text: shapeOf(number).text, format: format.values[format.codes[row]!], level: level.values[level.codes[row]!] };
    return mayHave(outline) ? VERDICT.maybe : VERDICT.no;
  });
}

const OTHER_TEXTS = [...WORD_IDS, 'structuredData'] as const;

/** Bare words: in the message or any field of words. */
function textJudge(filter: TextFilter): DigestJudge {
  const matches = compile(filter, marks);
  // An expression that matches nothing at all: only whole records tell.
  if (matches(emptyRecord(0, 'udp', ''))) return (digest) => constant(digest, VERDICT.maybe);
  const judges = WORD_COLUMNS.map((name) => ({ name, judge: valuesJudge(name, matches) }));
  const judgeShape = shapeJudge(filter);
  const literals = literalsOf(filter);
  return (digest, shapeOf) => {
    const verdicts = byShape(digest, shapeOf, judgeShape);
    let elsewhere = OTHER_TEXTS.some((name) => mayStand(digest, name, literals));
    for (const { name, judge } of judges) {
      const column = digest.columns.get(name);
      if (column === undefined) elsewhere ||= mayStand(digest, name, literals);
      else addYes(verdicts, column.codes, judge(column.values));
    }
    if (elsewhere) for (let row = 0; row < verdicts.length; row++) if (verdicts[row] === VERDICT.no) verdicts[row] = VERDICT.maybe;
    return verdicts;
  };
}

function addYes(verdicts: Verdicts, codes: ArrayLike<number>, values: Verdicts): void {
  if (!values.includes(VERDICT.yes)) return;
  for (let row = 0; row < verdicts.length; row++) if (values[codes[row]!] === VERDICT.yes) verdicts[row] = VERDICT.yes;
}

export function mayStand(digest: Digest, name: ColumnName, literals: Literals): boolean {
  const letters = digest.letters.get(name);
  if (letters === undefined) return true;
  return !letters.isEmpty && literals.some((all) => all.every((literal) => letters.mayHold(literal)));
}
