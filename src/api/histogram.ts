/**
 * `GET /api/v1/histogram`: how many records match, in steps of time, and how many of each value of a field. Buckets begin at whole
 * multiples of the step since 1970 UTC; empty ones are there, too, from `start` to `end`, or from the first to the last
 * record where these are not given. Not here: counting (store/count.ts).
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { formatTime, nowUs } from '../base/time.ts';
import type { CountAnswer, CountQuery, FieldName, Reader } from '../model.ts';
import { formOf } from './accept.ts';
import {
  APPROXIMATE,
  type Cell,
  COUNT_ARGUMENTS,
  COUNT_ERRORS,
  COUNT_FORMS,
  countResponse,
  fieldArgument,
  fieldsOf,
  limitArgument,
  limitOf,
  niceStep,
  rangeOf,
  stepOf,
  stepText,
  tableAnswer,
} from './count-arguments.ts';
import { type ApiRequest, jsonAnswer, type Route } from './route.ts';
import { arrayOf, COUNT, objectOf, TEXT } from './schemas.ts';

/** More colours than that nobody tells apart. */
const VALUES = { fallback: 10, max: 100 };
/** Fewer buckets than this say that the guess of a step was too coarse. */
const BUCKETS_MIN = 20;

interface Bucket {
  time: string;
  count: number;
  values?: Record<string, number>;
}

export const histogram: Route = {
  method: 'GET',
  path: '/api/v1/histogram',
  group: 'Counts',
  say: 'Matching records by time, and by the values of a field; also as `text/plain` and `text/csv`',
  arguments: {
    ...COUNT_ARGUMENTS,
    step: {
      type: 'string',
      maxLength: 32,
      description: `\`30s\`, \`1m\`, \`1d\`; default \`auto\`: about 60 buckets. At most ${limits.countBucketsMax} buckets`,
    },
    by: fieldArgument('Field whose values are counted in each bucket'),
    limit: limitArgument(`Values shown, most frequent first, at most ${VALUES.max}; default ${VALUES.fallback}`),
  },
  responses: [
    countResponse('Buckets in the order of time, without gaps', {
      start: { type: ['string', 'null'], description: 'Beginning of the first bucket; null: there is none' },
      end: { type: ['string', 'null'], description: 'End of the last bucket, exclusive' },
      stepSeconds: { type: 'number' },
      by: { type: ['string', 'null'] },
      buckets: arrayOf(
        objectOf(
          {
            time: TEXT,
            count: COUNT,
            values: {
              type: 'object',
              additionalProperties: COUNT,
              description: 'Records of each value; those that are zero are left out',
            },
          },
          ['values'],
        ),
      ),
      total: COUNT,
      others: { type: 'integer', minimum: 0, description: 'Records that are in no `values`: of rarer values, or without the field' },
      approximate: APPROXIMATE,
    }),
  ],
  errors: COUNT_ERRORS,
  async answer({ reader }, request) {
    const form = formOf(request, COUNT_FORMS);
    const counted = await countedOf(reader, request);
    if (form === 'json') return jsonAnswer(counted);
    const columns = [...new Set(counted.buckets.flatMap(({ values }) => Object.keys(values ?? {})))].sort();
    const rows = counted.buckets.map(({ time, count, values }): Cell[] => [time, count, ...columns.map((column) => values?.[column] ?? 0)]);
    return tableAnswer(form, [['time', 'count', ...columns], ...rows], counted.stats);
  },
};

async function countedOf(reader: Reader, request: ApiRequest) {
  const range = rangeOf(request, nowUs());
  const { by: named = '' } = request.arguments;
  const [by] = named === '' ? [] : fieldsOf(named, 1);
  const asked = stepOf(request.arguments.step);
  const rowsMax = limitOf(request, VALUES);
  if (asked !== undefined && range.start !== undefined && range.end !== undefined) requireFew(range.end - range.start, asked);
  const query: CountQuery = {
    ...range,
    by: by === undefined ? [[]] : [[], [by]],
    stepUs: asked ?? (await guessedStep(reader, range)),
    rowsMax,
  };
  const answer = await reader.aggregate(query, request.signal);
  return asked === undefined ? refined(reader, { query, answer, by }, request.signal) : shown(query, answer, by);
}

/** Passes over the data for a better guess: each is about sixty times finer, so these reach from years to minutes. */
const PASSES_MAX = 3;

/** What was found may be a small part of the range that the step was guessed from: shown in finer steps until they fit. */
async function refined(reader: Reader, of: { query: CountQuery; answer: CountAnswer; by: FieldName | undefined }, signal: AbortSignal) {
  let { query, answer } = of;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const span = spanOf(query, answer);
    const buckets = span === undefined ? BUCKETS_MIN : span.last - span.first + 1;
    const stepUs = niceStep(buckets * query.stepUs!);
    if (buckets >= BUCKETS_MIN || stepUs >= query.stepUs!) break;
    query = { ...query, stepUs };
    answer = await reader.aggregate(query, signal);
  }
  return shown(query, answer, of.by);
}

function requireFew(rangeUs: number, stepUs: number): void {
  const buckets = Math.ceil(rangeUs / stepUs);
  if (buckets <= limits.countBucketsMax) return;
  const suggestion = stepText(niceStep(rangeUs));
  const text = `A step of ${stepText(stepUs)} makes ${buckets} buckets, and there may be ${limits.countBucketsMax}; take a longer step, like ${suggestion}, or a shorter range`;
  throw new CodedError('bad-argument', text, { text: stepText(stepUs), position: 0, length: stepText(stepUs).length, suggestion });
}

async function guessedStep(reader: Reader, { start, end }: { start?: number; end?: number }): Promise<number> {
  if (start !== undefined && end !== undefined) return niceStep(end - start);
  const { oldest = 0, newest = oldest } = await reader.status();
  return niceStep(Math.max(1, (end ?? newest) - (start ?? oldest)));
}

/** Numbers of the first and last bucket; undefined: there is none. */
interface Span {
  readonly first: number;
  readonly last: number;
}

function spanOf({ start, end, stepUs }: CountQuery, { lists }: CountAnswer): Span | undefined {
  const rows = lists[0]!.rows;
  const first = start === undefined ? rows[0]?.time : start;
  const last = end === undefined ? rows.at(-1)?.time : end - 1;
  if (first === undefined || last === undefined) return undefined;
  const span = { first: Math.floor(first / stepUs!), last: Math.floor(last / stepUs!) };
  return span.first > span.last ? undefined : span;
}

function shown(query: CountQuery, answer: CountAnswer, by: FieldName | undefined) {
  const span = spanOf(query, answer);
  const stepUs = query.stepUs!;
  if (span !== undefined) requireFew((span.last - span.first + 1) * stepUs, stepUs);
  const counts = new Map(answer.lists[0]!.rows.map((row) => [row.time! / stepUs, row.count]));
  const values = by === undefined ? undefined : valuesByBucket(answer, stepUs);
  const buckets: Bucket[] = [];
  let inside = 0;
  for (let at = span?.first ?? 0; at <= (span?.last ?? -1); at++) {
    const own = values?.get(at) ?? {};
    inside += Object.values(own).reduce((sum, count) => sum + count, 0);
    buckets.push({ time: formatTime(at * stepUs), count: counts.get(at) ?? 0, ...(values === undefined ? {} : { values: own }) });
  }
  return {
    start: span === undefined ? null : formatTime(span.first * stepUs),
    end: span === undefined ? null : formatTime((span.last + 1) * stepUs),
    stepSeconds: stepUs / 1e6,
    by: by ?? null,
    buckets,
    total: answer.count,
    others: by === undefined ? 0 : Math.max(0, answer.count - inside),
    ...(answer.lists[1]?.approximate ? { approximate: true } : {}),
    stats: answer.stats,
  };
}

/** The most frequent values; records without the field are among `others`. */
function valuesByBucket({ lists }: CountAnswer, stepUs: number): Map<number, Record<string, number>> {
  const buckets = new Map<number, Record<string, number>>();
  for (const { values, count, time } of lists[1]!.rows) {
    const [value] = values;
    if (value === undefined) continue;
    const bucket = buckets.get(time! / stepUs) ?? (Object.create(null) as Record<string, number>);
    bucket[value] = count;
    buckets.set(time! / stepUs, bucket);
  }
  return buckets;
}
