/**
 * What one term of a query means: words, phrases, substrings, wildcards, ids, field conditions. Checks
 * values against the kind of their field and puts them into canonical spelling. Not here: cutting the
 * text (lex.ts), combining terms (parse.ts).
 */

import { nearest } from '../base/nearest.ts';
import { fold, tokensOf } from '../base/tokens.ts';
import type { FieldName, Filter } from '../model.ts';
import { FACILITY_NAMES, FIELDS, facilityNumber, levelNamed, nearestLevel, SEVERITY_NAMES, severityNumber } from './fields.ts';
import { hasTokenPart } from './glob.ts';
import { idOf } from './ids.ts';
import { isPattern, type Pattern, type Term, type Word } from './lex.ts';
import { quoted, type Stretch, wrong } from './wrong.ts';

/** The filter of a term of the query `text`. */
export function filterOf(text: string, term: Term): Filter {
  const stretch = { text, at: term.at, length: term.length };
  if (isPattern(term.value)) return patternFilter(stretch, term, term.value);
  if (term.field === undefined) return wordFilter(stretch, term.value);
  return { kind: 'field', field: term.field, ...fieldCondition(text, { ...term, field: term.field, word: term.value }) };
}

function patternFilter(stretch: Stretch, term: Term, { source, flags }: Pattern): Filter {
  try {
    new RegExp(source, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : 'unknown';
    const value = { text: stretch.text, at: term.valueAt, length: source.length + flags.length + 2 };
    throw wrong(value, `the regular expression cannot be read: ${reason}`, `*${quoted(source)}*`);
  }
  if (term.field === undefined) return { kind: 'regex', source, flags };
  if (term.op !== '=') throw wrong(stretch, 'a regular expression cannot be compared', `${term.field}:/${source}/${flags}`);
  return { kind: 'field', field: term.field, op: '/', value: `/${source}/${flags}` };
}

function wordFilter(stretch: Stretch, word: Word): Filter {
  const { literals } = word;
  if (literals.length === 1) {
    const text = literals[0]!;
    const id = word.quoted ? undefined : idOf(text);
    if (id !== undefined) return { kind: 'id', id, text };
    return phraseFilter(stretch, text);
  }
  if (literals.length === 3 && literals[0] === '' && literals[2] === '') return { kind: 'substring', text: literals[1]! };
  const pattern = fold(wildcard(stretch, word));
  if (hasTokenPart(pattern)) return { kind: 'wildcard', pattern };
  throw wrong(stretch, '`*` alone finds everything: leave it out', '');
}

function phraseFilter(stretch: Stretch, text: string): Filter {
  const tokens = tokensOf(text);
  if (tokens.length > 0) return { kind: 'phrase', tokens, text };
  if (text === '') throw wrong(stretch, 'there is nothing between the quotes', '');
  throw wrong(stretch, 'there is no letter or digit in this word; as a part of the text it is written between stars', `*${quoted(text)}*`);
}

/** The literals joined by stars; a star between quotes cannot stand beside one that is a wildcard. */
function wildcard(stretch: Stretch, word: Word): string {
  if (!word.quotedStar) return word.literals.join('*');
  const source = word.literals.map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('.*');
  throw wrong(stretch, 'a `*` between quotes beside one that is a wildcard: use a regular expression', `/${source}/i`);
}

interface Condition {
  readonly op: Extract<Filter, { kind: 'field' }>['op'];
  readonly value: string;
}

interface FieldTerm extends Term {
  readonly field: FieldName;
  readonly word: Word;
}

function fieldCondition(text: string, term: FieldTerm): Condition {
  const { kind } = FIELDS[term.field];
  const value = { text, at: term.valueAt, length: term.at + term.length - term.valueAt };
  if (term.op !== '=' && (kind === 'text' || kind === 'id' || kind === 'message')) {
    const plain = text.slice(term.valueAt, term.at + term.length);
    throw wrong({ text, at: term.at, length: term.length }, `\`${term.field}\` is a text and cannot be compared`, `${term.field}:${plain}`);
  }
  if (term.word.literals.length > 1) {
    if (term.op !== '=') throw wrong(value, 'a wildcard cannot be compared', 'level' === kind ? 'warning' : '100');
    return { op: '~', value: fieldWildcard(value, term) };
  }
  return { op: term.op, value: canonical(value, term) };
}

function fieldWildcard(stretch: Stretch, term: FieldTerm): string {
  const { literals } = term.word;
  if (term.field === 'message' && literals.every((literal) => tokensOf(literal).length === 0) && !isSubstring(literals)) {
    throw wrong(stretch, 'every record has a message: leave this out', '*text*');
  }
  return wildcard(stretch, term.word);
}

function isSubstring(literals: readonly string[]): boolean {
  return literals.length === 3 && literals[0] === '' && literals[1] !== '' && literals[2] === '';
}

/** The value as filters carry it; throws where it makes no sense for the field. */
function canonical(stretch: Stretch, term: FieldTerm): string {
  const text = term.word.literals[0]!;
  if (text === '') throw wrong(stretch, 'there is nothing between the quotes', '*');
  switch (FIELDS[term.field].kind) {
    case 'number':
      return numberValue(stretch, text);
    case 'level':
      return levelValue(stretch, term, text);
    case 'facility':
      return codedValue(stretch, text, { number: facilityNumber, names: FACILITY_NAMES, what: 'facility' });
    case 'severity':
      return codedValue(stretch, text, { number: severityNumber, names: SEVERITY_NAMES, what: 'severity' });
    case 'message':
      if (tokensOf(text).length > 0) return text;
      throw wrong(
        stretch,
        'there is no letter or digit in this word; as a part of the text it is written between stars',
        `*${quoted(text)}*`,
      );
    default:
      return text;
  }
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
/** What people write behind numbers, and by how much it multiplies. */
const UNITS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1_048_576,
  g: 1e9,
  gb: 1e9,
  gib: 1_073_741_824,
};

function numberValue(stretch: Stretch, text: string): string {
  if (NUMBER.test(text) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER) return text;
  if (NUMBER.test(text)) throw wrong(stretch, `\`${text}\` is too large`, String(Number.MAX_SAFE_INTEGER));
  const unit = /^([\d.]+)\s*([a-z]+)$/i.exec(text);
  const factor = unit ? UNITS[unit[2]!.toLowerCase()] : undefined;
  if (factor !== undefined && NUMBER.test(unit![1]!)) {
    throw wrong(
      stretch,
      `\`${text}\` is no number: seconds and bytes are written without a unit`,
      String(Number((Number(unit![1]) * factor).toPrecision(12))),
    );
  }
  const digits = /\d+(?:\.\d+)?/.exec(text)?.[0];
  throw wrong(stretch, `\`${text}\` is no number`, digits ?? '100');
}

function levelValue(stretch: Stretch, term: FieldTerm, text: string): string {
  const level = levelNamed(text);
  if (level !== undefined) return level;
  const several = text.split(/[,|]/);
  if (several.length > 1 && several.every((word) => levelNamed(word) !== undefined)) {
    const whole = { text: stretch.text, at: term.at, length: term.length };
    throw wrong(whole, 'several levels are written one by one', `(${several.map((word) => `level:${word}`).join(' OR ')})`);
  }
  throw wrong(stretch, `there is no level \`${text}\`: debug trace info audit warning error critical`, nearestLevel(text) ?? 'error');
}

interface Codes {
  readonly number: (word: string) => number | undefined;
  readonly names: readonly string[];
  readonly what: string;
}

function codedValue(stretch: Stretch, text: string, codes: Codes): string {
  if (codes.number(text) !== undefined) return text.toLowerCase();
  throw wrong(
    stretch,
    `there is no ${codes.what} \`${text}\`: a number from 0 to ${codes.names.length - 1}, or a name`,
    nearest(text, codes.names) ?? codes.names.at(-1)!,
  );
}
