/**
 * Saved searches: `GET /saved`, `GET PUT DELETE /saved/{name}`. One is checked when it comes - its query parses, its times
 * are times, its columns exist - so that whoever asks it later gets an answer and no riddle. Kept in state.db by the
 * ingest thread; an answer other than an error means that it is on disk.
 */
import { csvFields } from '../base/csv.ts';
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { didYouMean } from '../base/nearest.ts';
import { formatTime, nowUs, parseTime } from '../base/time.ts';
import type { SavedSearch } from '../model.ts';
import { parse } from '../query/parse.ts';
import { type ApiRequest, type ArgumentSchema, jsonAnswer, type Route } from './route.ts';
import { SAVED_NAME } from './saved-arguments.ts';
import { arrayOf, refTo, TEXT } from './schemas.ts';

/** A line of a list. */
const TITLE_CHARS_MAX = 200;
const TIME_CHARS_MAX = 64;

const NAME: ArgumentSchema = { type: 'string', description: 'Letters, digits, `.`, `_` and `-`; at most 64', maxLength: 64 };
const SEARCH = { 'application/json': refTo('SavedSearch') };
const GROUP = 'Saved searches';

/** What a body may hold; `name` and `changed` may come back as they were read, the address and the clock decide. */
const MEMBERS = ['query', 'since', 'until', 'title', 'fields', 'name', 'changed'] as const;

const BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['query'],
  properties: {
    query: { type: 'string', description: `At most ${limits.queryCharsMax} characters; '' finds everything` },
    since: { type: 'string', description: 'A time such as `15m`' },
    until: TEXT,
    title: { type: 'string', description: `For people, at most ${TITLE_CHARS_MAX} characters` },
    fields: arrayOf(TEXT, 'Columns to show, of those of CSV'),
    name: { type: 'string', description: 'That of the address, or absent' },
    changed: { type: 'string', description: 'Ignored: the server says it' },
  },
} as const;

export const savedList: Route = {
  method: 'GET',
  path: '/api/v1/saved',
  group: GROUP,
  say: 'All saved searches, by name',
  arguments: {},
  responses: [
    {
      status: 200,
      say: 'By name',
      types: {
        'application/json': {
          type: 'object',
          additionalProperties: false,
          required: ['saved'],
          properties: { saved: arrayOf(refTo('SavedSearch')) },
        },
      },
    },
  ],
  errors: [],
  async answer(parts) {
    return jsonAnswer({ saved: await parts.saved.list() });
  },
};

export const savedOne: Route = {
  method: 'GET',
  path: '/api/v1/saved/:name',
  group: GROUP,
  say: 'One saved search; `GET /api/v1/search?saved=NAME` asks it',
  arguments: {},
  params: { name: NAME },
  responses: [{ status: 200, say: 'The search', types: SEARCH }],
  errors: ['bad-argument', 'not-found'],
  async answer(parts, request) {
    const search = await parts.saved.one(nameOf(request));
    if (search === undefined) throw nobody();
    return jsonAnswer(search);
  },
};

export const savedKeep: Route = {
  method: 'PUT',
  path: '/api/v1/saved/:name',
  group: GROUP,
  say: 'Keeps a search `{"query":…, "since":…, "until":…, "title":…, "fields":[…]}` under this name, or changes it',
  arguments: {},
  params: { name: NAME },
  bodyBytesMax: limits.savedSearchBytesMax,
  bodyTypes: { 'application/json': BODY },
  responses: [
    { status: 200, say: 'It was changed, on disk', types: SEARCH },
    { status: 201, say: 'It was made, on disk', types: SEARCH, headers: { location: 'Where it is' } },
  ],
  errors: ['bad-argument', 'bad-body', 'bad-query', 'wrong-origin', 'too-large', 'too-many', 'disk-full'],
  async answer(parts, request) {
    const name = nameOf(request);
    const search = searchOf(name, bodyOf(request));
    const isNew = await parts.saved.keep(search);
    const answer = jsonAnswer(search, isNew ? 201 : 200);
    return isNew ? { ...answer, headers: { location: `/api/v1/saved/${name}` } } : answer;
  },
};

export const savedDrop: Route = {
  method: 'DELETE',
  path: '/api/v1/saved/:name',
  group: GROUP,
  say: 'Forgets a saved search',
  arguments: {},
  params: { name: NAME },
  responses: [{ status: 204, say: 'It is gone, on disk', types: {} }],
  errors: ['bad-argument', 'wrong-origin', 'not-found', 'disk-full'],
  async answer(parts, request) {
    if (!(await parts.saved.drop(nameOf(request)))) throw nobody();
    return { status: 204, type: 'text/plain', body: '' };
  },
};

function nameOf(request: ApiRequest): string {
  const name = request.params.name ?? '';
  if (!SAVED_NAME.test(name))
    throw new CodedError('bad-argument', 'A name has letters, digits, ".", "_" and "-", begins with a letter or digit, at most 64 in all');
  return name;
}

function nobody(): CodedError {
  return new CodedError('not-found', 'There is no saved search of that name; GET /api/v1/saved lists them');
}

/** The body as an object; throws `bad-body`. */
function bodyOf(request: ApiRequest): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body ?? new Uint8Array()));
  } catch (error) {
    throw new CodedError('bad-body', `The body is not JSON: ${(error as Error).message.slice(0, 100)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CodedError('bad-body', 'The body is no JSON object like {"query":"level:error"}');
  return value as Record<string, unknown>;
}

function searchOf(name: string, body: Readonly<Record<string, unknown>>): SavedSearch {
  for (const member of Object.keys(body)) {
    if ((MEMBERS as readonly string[]).includes(member)) continue;
    throw new CodedError('bad-body', `"${member.slice(0, 64)}" is no member of a saved search${didYouMean(member, MEMBERS)}`);
  }
  if (body.name !== undefined && body.name !== name) throw new CodedError('bad-body', '"name" is another than that of the address');
  const query = textOf(body, 'query', limits.queryCharsMax);
  if (query === undefined) throw new CodedError('bad-body', '"query" is missing; "" finds everything');
  parse(query);
  const [since, until] = [timeOf(body, 'since'), timeOf(body, 'until')];
  const title = textOf(body, 'title', TITLE_CHARS_MAX);
  const fields = columnsOf(body.fields);
  return {
    name,
    query,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(title === undefined ? {} : { title }),
    ...(fields === undefined ? {} : { fields }),
    changed: formatTime(nowUs()),
  };
}

function textOf(body: Readonly<Record<string, unknown>>, member: string, charsMax: number): string | undefined {
  const value = body[member];
  if (value === undefined || value === null || (value === '' && member !== 'query')) return undefined;
  if (typeof value !== 'string') throw new CodedError('bad-body', `"${member}" is not a text`);
  if (value.length > charsMax) throw new CodedError('bad-body', `"${member}" has more than ${charsMax} characters`);
  return value;
}

function timeOf(body: Readonly<Record<string, unknown>>, member: 'since' | 'until'): string | undefined {
  const text = textOf(body, member, TIME_CHARS_MAX);
  if (text === undefined) return undefined;
  try {
    parseTime(text, nowUs());
  } catch (error) {
    throw error instanceof CodedError ? new CodedError('bad-body', `"${member}": ${error.message}`, error.place) : error;
  }
  return text;
}

function columnsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string' || one.includes(',')))
    throw new CodedError('bad-body', '"fields" is not a list of names of columns');
  if (value.length === 0) return undefined;
  try {
    return csvFields(value.join(','));
  } catch (error) {
    throw error instanceof CodedError ? new CodedError('bad-body', `"fields": ${error.message}`) : error;
  }
}
