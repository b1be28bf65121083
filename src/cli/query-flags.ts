/**
 * The words of a reading verb and its flags -s -l --host as one query text. The words are read here, so
 * that a wrong query is shown as it was typed and without asking a server.
 */
import type { Arguments } from '../base/arguments.ts';
import { CodedError } from '../base/errors.ts';
import type { FieldName, Filter } from '../model.ts';
import { parse } from '../query/parse.ts';
import { print } from '../query/print.ts';

const FLAGS: readonly { flag: string; field: FieldName }[] = [
  { flag: 'service', field: 'service' },
  { flag: 'level', field: 'level' },
  { flag: 'host', field: 'host' },
];

/** Throws `bad-query` with the place in what was typed. */
export function queryText(given: Arguments): string {
  return textOf(queryFilter(given, given.words.join(' ')));
}

/** The same as a filter; `typed` is the query where the words are something else. */
export function queryFilter(given: Arguments, typed: string): Filter {
  return allOf([parse(typed), ...FLAGS.map(({ flag, field }) => anyOf(given, flag, field))]);
}

/** What matches all of them. */
export function allOf(filters: readonly Filter[]): Filter {
  const needed = filters.filter((filter) => filter.kind !== 'all');
  return needed.length > 1 ? { kind: 'and', of: needed } : (needed[0] ?? { kind: 'all' });
}

/** '' finds everything. */
export function textOf(filter: Filter): string {
  return filter.kind === 'all' ? '' : print(filter);
}

function anyOf(given: Arguments, flag: string, field: FieldName): Filter {
  const values = given.all(flag).flatMap((value) => value.split(','));
  if (values.length === 0) return { kind: 'all' };
  const filters = values.map((value) => one(flag, field, value.trim()));
  return filters.length === 1 ? filters[0]! : { kind: 'or', of: filters };
}

function one(flag: string, field: FieldName, value: string): Filter {
  const filter = value === '' ? undefined : parse(`${field}:${value}`);
  if (filter?.kind !== 'field' || filter.field !== field) {
    throw new CodedError(
      'bad-argument',
      `--${flag} takes one value like ${field === 'level' ? 'error or >=warning' : 'nova or n*'}; the query can say more`,
    );
  }
  return filter;
}
