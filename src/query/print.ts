/**
 * Filter -> text of a query. Invariant: `parse(print(filter))` is the filter again, for every filter
 * that `parse` can give; for others (nested `all`, groups of one) it means the same.
 */
import { tokensOf } from '../base/tokens.ts';
import type { Filter } from '../model.ts';
import { FIELDS } from './fields.ts';
import { idOf } from './ids.ts';
import { quoted } from './wrong.ts';

export function print(filter: Filter): string {
  if (filter.kind === 'all') return '';
  return filter.kind === 'or' ? printOr(filter.of) : filter.kind === 'and' ? printAnd(filter.of) : printUnary(filter);
}

function printOr(of: readonly Filter[]): string {
  if (of.length === 0) return `-${EVERYTHING}`;
  return of.map((one) => (one.kind === 'and' && of.length > 1 && one.of.length > 1 ? printAnd(one.of) : printUnary(one))).join(' OR ');
}

function printAnd(of: readonly Filter[]): string {
  return of.length === 0 ? EVERYTHING : of.map(printUnary).join(' ');
}

/** True for every record; the language has no word for it. */
const EVERYTHING = 'seq:>=0';

function printUnary(filter: Filter): string {
  switch (filter.kind) {
    case 'all':
      return EVERYTHING;
    case 'and':
    case 'or':
      return filter.of.length < 2 ? print(filter) : `(${print(filter)})`;
    case 'not':
      return `-${printUnary(filter.of)}`;
    case 'phrase':
      return isPlain(filter.text) ? filter.text : quoted(filter.text);
    case 'wildcard':
      return printStars(filter.pattern);
    case 'substring':
      return `*${PLAIN.test(filter.text) ? filter.text : quoted(filter.text)}*`;
    case 'regex':
      return `/${filter.source}/${filter.flags}`;
    case 'id':
      return filter.text;
    case 'field':
      return `${filter.field}:${printCondition(filter)}`;
  }
}

function printCondition(filter: Extract<Filter, { kind: 'field' }>): string {
  const { field, op, value } = filter;
  // A path's regular expression ends at a space (lex.ts); parse never gives one with a space in it.
  if (op === '/') return field === 'path' ? value.replace(/\s/g, '\\s') : value;
  if (op === '~') return printStars(value);
  const written = FIELDS[field].kind === 'level' ? value.toLowerCase() : value;
  const plain = PLAIN_VALUE.test(written) ? written : quoted(written);
  return op === '=' ? plain : op + plain;
}

const PLAIN = /^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_.-]*$/u;
const PLAIN_VALUE = /^[\p{L}\p{M}\p{N}_+.-][\p{L}\p{M}\p{N}_.:@%+,=#~-]*$/u;

/** Can the phrase stand without quotes and still be read as one? */
function isPlain(text: string): boolean {
  return (
    PLAIN.test(text) &&
    !/^(?:AND|OR|NOT)$/.test(text) &&
    idOf(text) === undefined &&
    idOf(text.replace(/\.+$/, '')) === undefined &&
    tokensOf(text).length > 0
  );
}

/** Literals between stars, quoted where they need it. */
function printStars(pattern: string): string {
  return pattern
    .split('*')
    .map((literal) => (literal === '' || PLAIN.test(literal) ? literal : quoted(literal)))
    .join('*');
}
