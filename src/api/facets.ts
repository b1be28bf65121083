/** `GET /api/v1/facets`: the most frequent values of fields among the records that match. Not here: counting (store/count.ts). */
import { nowUs } from '../base/time.ts';
import type { CountList } from '../model.ts';
import { formOf } from './accept.ts';
import {
  type Cell,
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
import { arrayOf, COUNT, objectOf, TEXT } from './schemas.ts';

/** What narrows a search down first; columns that are counted without reading records. */
const FIELDS_DEFAULT = 'level,service,host,program,logger';
const FIELDS_MAX = 16;
const VALUES = { fallback: 10, max: 1000 };
const BY_FIELD = { type: 'object', additionalProperties: COUNT } as const;

export const facets: Route = {
  method: 'GET',
  path: '/api/v1/facets',
  group: 'Counts',
  say: 'The most frequent values of fields; also as `text/plain` and `text/csv`',
  arguments: {
    ...COUNT_ARGUMENTS,
    fields: fieldArgument(`Fields, separated by commas, at most ${FIELDS_MAX}; default \`${FIELDS_DEFAULT}\`; of`),
    limit: limitArgument(`Values of each field, at most ${VALUES.max}; default ${VALUES.fallback}`),
  },
  responses: [
    countResponse('Values by field, most frequent first', {
      facets: { type: 'object', additionalProperties: arrayOf(objectOf({ value: TEXT, count: COUNT })) },
      others: { ...BY_FIELD, description: 'Records with rarer values' },
      absent: { ...BY_FIELD, description: 'Records without the field' },
      approximate: arrayOf(TEXT, 'Fields with too many values to keep: rare ones may be missing or too small'),
      total: COUNT,
    }),
  ],
  errors: COUNT_ERRORS,
  async answer({ reader }, request) {
    const form = formOf(request, COUNT_FORMS);
    const fields = fieldsOf(request.arguments.fields || FIELDS_DEFAULT, FIELDS_MAX);
    const limit = limitOf(request, VALUES);
    const query = { ...rangeOf(request, nowUs()), by: fields.map((field) => [field]), rowsMax: limit };
    const { count, lists, stats } = await reader.aggregate(query, request.signal);
    const found = fields.map((field, index) => ({ field, ...facetOf(lists[index]!) }));
    if (form !== 'json') {
      const rows = found.flatMap(({ field, values }) => values.map(({ value, count: own }): Cell[] => [field, value, own]));
      return tableAnswer(form, [['field', 'value', 'count'], ...rows], stats);
    }
    const approximate = found.filter((one) => one.approximate).map(({ field }) => field);
    return jsonAnswer({
      facets: Object.fromEntries(found.map(({ field, values }) => [field, values])),
      others: Object.fromEntries(found.map(({ field, others }) => [field, others])),
      absent: Object.fromEntries(found.map(({ field, absent }) => [field, absent])),
      ...(approximate.length > 0 ? { approximate } : {}),
      total: count,
      stats,
    });
  },
};

function facetOf({ rows, others, approximate }: CountList) {
  const values = rows.flatMap(({ values: [value], count }) => (value === undefined ? [] : [{ value, count }]));
  const absent = rows.find(({ values: [value] }) => value === undefined)?.count ?? 0;
  return { values, others, absent, approximate: approximate === true };
}
