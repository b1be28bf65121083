/**
 * `GET /api/v1/search`: a page of records as JSON, or - by `Accept` - all of them as NDJSON, as lines for people or as CSV,
 * pulled page by page as the client reads and stopped when it leaves. Lines and CSV with a `limit` are a page, too, whose
 * cursor is in a header. Not here: matching and rendering; query workers hand over finished text, this route only puts it together.
 */
import { CSV_FIELDS, CSV_FIELDS_DEFAULT, type CsvField, csvFields, csvHeader } from '../base/csv.ts';
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { formatTime, nowUs } from '../base/time.ts';
import type { Query, Reader, RenderedPage, Show } from '../model.ts';
import { CONTENT_TYPES, type Form, formOf } from './accept.ts';
import { addStats, damageHeader, gather, membersOf, pagesOf, textOf } from './pages.ts';
import { numberOf, queryOf, RANGE_ARGUMENTS } from './query-arguments.ts';
import { type ApiAnswer, type ApiParts, type ApiRequest, JSON_TYPE, type Route, type RouteResponse } from './route.ts';
import { SAVED_ARGUMENT, SAVED_HEADER_SAY, toldSaved, withSaved } from './saved-arguments.ts';
import { arrayOf, objectOf, refTo, TEXT } from './schemas.ts';

const FORMS: readonly Form[] = ['json', 'ndjson', 'text', 'csv'];

/** Forms that can be downloaded, and how their files end. */
const FILE_ENDINGS = { ndjson: 'ndjson', csv: 'csv', text: 'log' } as const satisfies Partial<Record<Form, string>>;
type Download = keyof typeof FILE_ENDINGS;

const NEXT = { type: ['string', 'null'], description: 'Pass it as `cursor` for the next page; null: nothing is left' };

const PAGE: RouteResponse = {
  status: 200,
  say: 'A page of records; NDJSON, and lines and CSV without `limit`, are all of them',
  types: {
    'application/json': objectOf(
      {
        records: arrayOf(refTo('Record')),
        next: NEXT,
        saved: { type: 'string', description: 'Name of the saved search that stood in; absent without `saved`' },
        stats: refTo('SearchStats'),
      },
      ['saved'],
    ),
    'application/x-ndjson': { anyOf: [refTo('Record'), objectOf({ stats: refTo('SearchStats'), next: NEXT })] },
    'text/plain': TEXT,
    'text/csv': TEXT,
  },
  headers: {
    'x-next-cursor': 'Of a page of lines or CSV: `cursor` of the next one; absent when nothing is left',
    'x-damaged': 'How many places could not be read, where that is known before the answer begins',
    'content-disposition': 'With `download`: name of the file',
    ...SAVED_HEADER_SAY,
  },
};

export const search: Route = {
  method: 'GET',
  path: '/api/v1/search',
  group: 'Records',
  say: 'Records that match, newest first, as JSON, or by `Accept` as `application/x-ndjson`, `text/plain` or `text/csv`',
  arguments: {
    ...RANGE_ARGUMENTS,
    fields: {
      type: 'string',
      maxLength: 1024,
      description: `Columns of text/csv, separated by commas: ${CSV_FIELDS.join(' ')}; default: ${CSV_FIELDS_DEFAULT.join(' ')}`,
    },
    stats: {
      type: 'string',
      enum: ['true', 'false'],
      description:
        'Of NDJSON: the last line is `{"stats":{…},"next":…}`, what the search cost and what could not be read, and where it goes on',
    },
    saved: SAVED_ARGUMENT,
    download: {
      type: 'string',
      enum: Object.keys(FILE_ENDINGS),
      description: 'Everything in this form, whatever `Accept` says, as a file to keep (`Content-Disposition`)',
    },
  },
  responses: [PAGE],
  errors: ['bad-query', 'bad-argument', 'bad-cursor', 'not-found', 'gone', 'timeout'],
  async answer(parts, asked) {
    const request = await withSaved(parts, asked);
    return toldSaved(await answered(parts, request), request);
  },
};

async function answered(parts: ApiParts, request: ApiRequest): Promise<ApiAnswer> {
  const kept = request.arguments.download as Download | undefined;
  const form = kept ?? formOf(request, FORMS);
  const fields = fieldsOf(request, form);
  const limit = numberOf(request, 'limit');
  if (form === 'json') return pageAnswer(parts, request, limit ?? limits.searchLimitDefault);
  const show = showOf(form, fields);
  const query = { ...queryOf(request, { nowUs: nowUs(), limit: limit ?? Number.POSITIVE_INFINITY }), ...show };
  if (limit !== undefined && limit < 1) throw new CodedError('bad-argument', 'limit is at least 1; leave it away to get everything');
  const head = form === 'csv' ? csvHeader(fields) : '';
  if (kept === undefined && form !== 'ndjson' && limit !== undefined && limit <= limits.searchLimitMax)
    return linesPage(parts.reader, { query, form, head }, request.signal);
  const withStats = form === 'ndjson' && request.arguments.stats === 'true';
  const answer = await streamAnswer(parts.reader, { query, form, head, withStats }, request.signal);
  return kept === undefined ? answer : { ...answer, headers: { ...answer.headers, ...fileHeader(kept) } };
}

/** Named by the moment: a folder of downloads holds several. */
function fileHeader(form: Download): Record<string, string> {
  const now = formatTime(nowUs()).slice(0, 19).replaceAll(':', '');
  return { 'content-disposition': `attachment; filename="stacktrail-${now}Z.${FILE_ENDINGS[form]}"` };
}

/** Checked also where they are not used: a misspelt column is a mistake in every form. */
function fieldsOf(request: ApiRequest, form: Form): readonly CsvField[] {
  const { fields } = request.arguments;
  if (fields === undefined || fields === '') return CSV_FIELDS_DEFAULT;
  const columns = csvFields(fields);
  if (columns.includes('raw') && form === 'csv' && request.arguments.raw === 'false')
    throw new CodedError('bad-argument', 'The column raw needs raw=true, which is the default with it');
  return columns;
}

function showOf(form: Form, fields: readonly CsvField[]): { show?: Show; raw?: true } {
  if (form === 'text') return { show: { form } };
  if (form === 'csv') return { show: { form, fields }, ...(fields.includes('raw') ? { raw: true } : {}) };
  return {};
}

async function pageAnswer({ reader }: ApiParts, request: ApiRequest, limit: number): Promise<ApiAnswer> {
  if (limit < 1 || limit > limits.searchLimitMax) {
    throw new CodedError('bad-argument', `limit is from 1 to ${limits.searchLimitMax}; cursor or Accept: application/x-ndjson give more`);
  }
  const { text, next, stats } = await gather(reader, queryOf(request, { nowUs: nowUs(), limit }), request.signal);
  const { saved = '' } = request.arguments;
  const stoodIn = saved === '' ? '' : `"saved":${JSON.stringify(saved)},`;
  const body = `{"records":[${membersOf(text)}],"next":${JSON.stringify(next ?? null)},${stoodIn}"stats":${JSON.stringify(stats)}}\n`;
  return { type: JSON_TYPE, body };
}

interface Lines {
  readonly query: Query;
  readonly form: Form;
  /** Before the first record. */
  readonly head: string;
  /** Behind the last record of a stream. */
  readonly withStats?: boolean;
}

async function linesPage(reader: Reader, { query, form, head }: Lines, signal: AbortSignal): Promise<ApiAnswer> {
  const { text, next, stats } = await gather(reader, query, signal);
  const headers = { ...damageHeader(stats), ...(next === undefined ? {} : { 'x-next-cursor': next }) };
  return { type: CONTENT_TYPES[form], headers, body: head + text };
}

/** A screenful: rare words are found in a few blocks, a hundred of them in many (bench:browser). */
const FIRST_MAX = 25;

async function streamAnswer(reader: Reader, lines: Lines, signal: AbortSignal): Promise<ApiAnswer> {
  const pages = pagesOf(reader, lines.query, { signal, firstMax: FIRST_MAX });
  // The first page is awaited here, so that a wrong query is an error and not half an answer.
  const first = await pages.next();
  const headers = { 'x-accel-buffering': 'no', ...(first.done ? {} : damageHeader(first.value.stats)) };
  return { type: CONTENT_TYPES[lines.form], headers, body: textsOf(lines, first, pages) };
}

async function* textsOf(lines: Lines, first: IteratorResult<RenderedPage>, pages: AsyncGenerator<RenderedPage>): AsyncGenerator<string> {
  if (lines.head !== '') yield lines.head;
  if (first.done) return;
  const stats = { ...first.value.stats };
  let { next } = first.value;
  if (textOf(first.value) !== '') yield textOf(first.value);
  for await (const page of pages) {
    addStats(stats, page.stats);
    next = page.next;
    if (textOf(page) !== '') yield textOf(page);
  }
  if (lines.withStats) yield `${JSON.stringify({ stats, next: next ?? null })}\n`;
}
