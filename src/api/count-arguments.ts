/**
 * What the routes that count share: fields and steps out of arguments, and their answers as a table - aligned for people
 * (`text/plain`) or as CSV. Throws `bad-argument` with the place in the argument's text. Not here: what is counted.
 */
import { cellOf, rowOf } from '../base/csv.ts';
import { CodedError } from '../base/errors.ts';
import { visible } from '../base/visible.ts';
import { FIELD_NAMES, type FieldName, type Query, type SearchStats } from '../model.ts';
import { fieldNamed, nearestField } from '../query/fields.ts';
import { UNCOUNTED } from '../query/values.ts';
import { CONTENT_TYPES, type Form } from './accept.ts';
import { damageHeader } from './pages.ts';
import { numberOf, queryOf, RANGE_ARGUMENTS } from './query-arguments.ts';
import type { ApiAnswer, ApiRequest, ArgumentSchema, JsonSchema, RouteResponse } from './route.ts';
import { objectOf, refTo, TEXT } from './schemas.ts';

const { query, start, end, since } = RANGE_ARGUMENTS;
export const COUNT_ARGUMENTS = { query, start, end, since } as const;

/** Of every route that counts: the forms of its answer, and what it may refuse. */
export const COUNT_FORMS = ['json', 'text', 'csv'] as const;
export const COUNT_ERRORS = ['bad-query', 'bad-argument', 'timeout'] as const;
export const APPROXIMATE = {
  type: 'boolean',
  description: 'There were too many values to keep: rare ones may be missing or too small',
} as const;

/** Its answer: the members of the JSON, with what the store says of the search; the same as a table. */
export function countResponse(say: string, members: Readonly<Record<string, JsonSchema>>): RouteResponse {
  return {
    status: 200,
    say,
    types: {
      'application/json': objectOf({ ...members, stats: refTo('SearchStats') }, ['approximate']),
      'text/plain': TEXT,
      'text/csv': TEXT,
    },
    headers: { 'x-damaged': 'Of lines and CSV: how many places could not be read' },
  };
}

const COUNTED: readonly FieldName[] = FIELD_NAMES.filter((name) => !UNCOUNTED.has(name));
/** `fields` and `by` name fields of the query language, which has other names for them, too. */
export const FIELDS_SAY = COUNTED.join(' ');

export function fieldArgument(description: string): ArgumentSchema {
  return { type: 'string', maxLength: 256, description: `${description}: ${FIELDS_SAY}` };
}

export function limitArgument(description: string): ArgumentSchema {
  return { type: 'string', pattern: '^[0-9]{1,9}$', description };
}

/** Filter and range; the rest of a query is not for counts. */
export function rangeOf(request: ApiRequest, nowUs: number): Pick<Query, 'filter' | 'start' | 'end'> {
  const { filter, start: from, end: to } = queryOf(request, { nowUs, limit: 1 });
  return { filter, ...(from === undefined ? {} : { start: from }), ...(to === undefined ? {} : { end: to }) };
}

export function limitOf(request: ApiRequest, of: { fallback: number; max: number }): number {
  const limit = numberOf(request, 'limit') ?? of.fallback;
  if (limit < 1 || limit > of.max) throw new CodedError('bad-argument', `limit is from 1 to ${of.max}`);
  return limit;
}

/** Names of fields, separated by commas. */
export function fieldsOf(text: string, max: number): FieldName[] {
  const fields: FieldName[] = [];
  let position = 0;
  for (const part of text.split(',')) {
    const word = part.trim();
    const field = fieldNamed(word);
    const place = { text, position, length: Math.max(1, part.length) };
    if (field === undefined) {
      const suggestion = nearestField(word);
      const hint = suggestion === undefined ? `; there are ${FIELDS_SAY}` : `; did you mean ${suggestion}?`;
      throw new CodedError('bad-argument', `There is no field ${visible(word)}${hint}`, { ...place, ...(suggestion && { suggestion }) });
    }
    if (UNCOUNTED.has(field)) throw new CodedError('bad-argument', `Each record has a ${field} of its own; count by another field`, place);
    if (!fields.includes(field)) fields.push(field);
    position += part.length + 1;
  }
  if (fields.length > max) throw new CodedError('bad-argument', `That are more than ${max} fields at once`);
  return fields;
}

const UNITS_US: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6, w: 604_800e6 };
/** Shorter ones are finer than most clocks. */
const STEP_US_MIN = 1000;

/** `30s`, `1m`, `250ms`; a number alone is seconds. Undefined: `auto`. */
export function stepOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === 'auto') return undefined;
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\s*(us|ms|s|m|h|d|w)?$/.exec(text.trim());
  const stepUs = match === null ? Number.NaN : Math.round(Number(match[1]) * UNITS_US[match[2] ?? 's']!);
  if (Number.isNaN(stepUs) || stepUs < STEP_US_MIN) {
    const place = { text, position: 0, length: Math.max(1, text.length), suggestion: '1m' };
    throw new CodedError('bad-argument', 'A step is a length of time of at least 1 ms: 30s, 1m, 6h, 1d, or auto', place);
  }
  return stepUs;
}

const SECOND = 1e6;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths that a person reads off an axis; each at most 2.5 times the one before. */
const NICE_US: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1000),
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 7, 14, 30, 60, 120, 240, 365, 730, 1825, 3650, 7300, 18_250, 36_500, 73_000].map((days) => days * DAY),
];
/** What a chart of the usual width shows well. */
const BUCKETS_WANTED = 60;

/** The shortest nice step that cuts a range into about sixty. */
export function niceStep(rangeUs: number): number {
  return NICE_US.find((stepUs) => rangeUs / stepUs <= BUCKETS_WANTED) ?? NICE_US.at(-1)!;
}

/** `1m`, `90s`: as it can be typed. */
export function stepText(stepUs: number): string {
  const [unit, us] = Object.entries(UNITS_US).findLast(([, one]) => stepUs % one === 0) ?? ['us', 1];
  return `${stepUs / us}${unit}`;
}

export type Cell = string | number | undefined;

/** A table in the form that was asked for; the first row names the columns. Damage is told in a header, as there is no place for it inside. */
export function tableAnswer(form: Exclude<Form, 'json' | 'ndjson'>, rows: readonly (readonly Cell[])[], stats: SearchStats): ApiAnswer {
  const body = form === 'csv' ? rows.map((row) => rowOf(row.map(cellOf))).join('') : aligned(rows);
  return { type: CONTENT_TYPES[form], headers: damageHeader(stats), body };
}

/** Columns as wide as their longest cell, numbers to the right. What senders wrote is made visible. */
function aligned(rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell === undefined ? '-' : String(cell))));
  const widths = texts[0]!.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const isNumber = widths.map((_, column) => rows.slice(1).every((row) => typeof row[column] !== 'string'));
  return texts
    .map(
      (row) =>
        `${row
          .map((text, column) => (isNumber[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
