/**
 * `GET /api/v1/stats`: count, percentiles and maximum of a number that access lines carry, by the values of a field. Not here:
 * counting (store/count.ts), how exact percentiles are (store/sketch.ts).
 */
import { CodedError } from '../base/errors.ts';
import { nowUs } from '../base/time.ts';
import type { CountRow, MeasureName } from '../model.ts';
import { formOf } from './accept.ts';
import {
  APPROXIMATE,
  COUNT_ARGUMENTS,
  COUNT_ERRORS,
  COUNT_FORMS,
  countResponse,
  fieldArgument,
  fieldsOf,
  limitArgument,
  limitOf,
  rangeOf,
  tableAnswer,
} from './count-arguments.ts';
import { jsonAnswer, type Route } from './route.ts';
import { arrayOf, COUNT, objectOf } from './schemas.ts';

const MEASURES: readonly MeasureName[] = ['duration', 'bytes', 'status'];
const ROWS = { fallback: 20, max: 1000 };
const NUMBER = { type: 'number', minimum: 0 } as const;
/** Digits that say something: percentiles are within 1 %. */
const DIGITS = 4;

export const stats: Route = {
  method: 'GET',
  path: '/api/v1/stats',
  group: 'Counts',
  say: 'Count, percentiles and maximum of `duration` (seconds), `bytes` or `status` of access lines; also as `text/plain` and `text/csv`',
  arguments: {
    ...COUNT_ARGUMENTS,
    of: { type: 'string', enum: MEASURES, description: 'The number; required' },
    by: fieldArgument('Field by whose values the rows are'),
    limit: limitArgument(`Rows, those with most records first, at most ${ROWS.max}; default ${ROWS.fallback}`),
  },
  responses: [
    countResponse('Records that have the number, most frequent value first; percentiles are within 1 %', {
      of: { enum: MEASURES },
      by: { type: ['string', 'null'] },
      rows: arrayOf(
        objectOf(
          {
            value: { type: ['string', 'null'], description: 'null: records without the field' },
            count: COUNT,
            p50: NUMBER,
            p95: NUMBER,
            p99: NUMBER,
            max: NUMBER,
          },
          ['value'],
        ),
      ),
      total: { ...COUNT, description: 'Records that have the number' },
      others: { ...COUNT, description: 'Of them, those with rarer values' },
      approximate: APPROXIMATE,
    }),
  ],
  errors: COUNT_ERRORS,
  async answer({ reader }, request) {
    const form = formOf(request, COUNT_FORMS);
    const { of, by: named = '' } = request.arguments;
    if (of === undefined) throw new CodedError('bad-argument', `of is missing: it is one of ${MEASURES.join(', ')}`);
    const by = named === '' ? [] : fieldsOf(named, 1);
    const limit = limitOf(request, ROWS);
    const query = { ...rangeOf(request, nowUs()), by: [by], measure: of as MeasureName, rowsMax: limit };
    const answer = await reader.aggregate(query, request.signal);
    const list = answer.lists[0]!;
    if (form !== 'json') {
      const head = [...by, 'count', 'p50', 'p95', 'p99', 'max'];
      const rows = list.rows.map((row) => [...row.values, ...Object.values(measuredOf(row))]);
      return tableAnswer(form, [head, ...rows], answer.stats);
    }
    return jsonAnswer({
      of,
      by: by[0] ?? null,
      rows: list.rows.map((row) => ({ ...(by.length === 0 ? {} : { value: row.values[0] ?? null }), ...measuredOf(row) })),
      total: answer.count,
      others: list.others,
      ...(list.approximate ? { approximate: true } : {}),
      stats: answer.stats,
    });
  },
};

/** Every row has measured: records without the number do not count. */
function measuredOf({ measured }: CountRow) {
  const { count, p50, p95, p99, max } = measured!;
  const rounded = (value: number): number => Number(value.toPrecision(DIGITS));
  return { count, p50: rounded(p50), p95: rounded(p95), p99: rounded(p99), max };
}
