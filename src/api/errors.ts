/**
 * `GET /api/v1/errors`, `GET /api/v1/errors/{signature}` and `GET /api/v1/explain`: the error groups within a time, one of them with sample
 * records, and what is near to a text. Not here: counting them (service/errors.ts), states and order (report/error-list.ts).
 */
import { CodedError } from '../base/errors.ts';
import { nowUs, parseTime } from '../base/time.ts';
import type { ErrorGroup, ErrorWant, GroupState } from '../model.ts';
import { groupsOf, rootedGroup, rootedList } from './error-roots.ts';
import { numberOf } from './query-arguments.ts';
import { type ApiRequest, type ArgumentSchema, type ErrorGroups, jsonAnswer, type Route } from './route.ts';
import { arrayOf, COUNT, objectOf, refTo, TEXT } from './schemas.ts';

const SINCE_DEFAULT = '24h';
/** What is near is looked for in what is kept for so long. */
const EXPLAIN_SINCE = '30d';
const LIMIT = { fallback: 100, max: 10_000 };
const STATES: readonly GroupState[] = ['new', 'ongoing', 'regressed', 'quiet'];
/** A link holds one signature; people type its beginning. */
const SIGNATURE = /^[0-9a-f]{4,16}$/;
const TEXT_CHARS_MAX = 8000;

const TIME_ARGUMENTS: Readonly<Record<string, ArgumentSchema>> = {
  since: { type: 'string', maxLength: 64, description: `Errors at or after this time, by whole minutes; default \`${SINCE_DEFAULT}\`` },
  until: { type: 'string', maxLength: 64, description: 'Errors before this time; default now' },
};
const SETTLED: ArgumentSchema = {
  type: 'string',
  enum: ['true', 'false'],
  description: 'First wait until everything that is stored by now is counted; else the last two seconds may be missing',
};

export const errors: Route = {
  method: 'GET',
  path: '/api/v1/errors',
  group: 'Errors',
  say: 'Error groups with counts in a time: new and regressed ones first, then by count',
  arguments: {
    ...TIME_ARGUMENTS,
    service: { type: 'string', maxLength: 64, description: 'Only what this service wrote' },
    new: { type: 'string', enum: ['true', 'false'], description: 'Only new ones; the same as `state=new`' },
    state: { type: 'string', enum: STATES, description: 'Only groups of this state' },
    limit: { type: 'string', pattern: '^[0-9]{1,9}$', description: `Groups, at most ${LIMIT.max}; default ${LIMIT.fallback}` },
    folded: {
      type: 'string',
      enum: ['true', 'false'],
      description: 'Also groups that are folded below that of an outage, each by itself',
    },
    settled: SETTLED,
  },
  responses: [
    {
      status: 200,
      say: 'The groups',
      types: {
        'application/json': objectOf({
          groups: arrayOf(refTo('ErrorGroup')),
          matched: { ...COUNT, description: 'Groups that matched, also those beyond the limit; without those that are folded' },
          overflow: { ...COUNT, description: 'Errors without a group of their own: there were too many signatures' },
          behind: { ...COUNT, description: 'Records that are stored and not yet counted' },
        }),
      },
    },
  ],
  errors: ['bad-argument', 'timeout'],
  async answer(parts, request) {
    const groups = groupsOf(parts);
    const { service, new: isNew, state } = request.arguments;
    const limit = numberOf(request, 'limit') ?? LIMIT.fallback;
    if (limit < 1 || limit > LIMIT.max) throw new CodedError('bad-argument', `limit is from 1 to ${LIMIT.max}`);
    await settle(groups, request);
    const wanted = isNew === 'true' ? 'new' : STATES.find((one) => one === state);
    const asked = { ...rangeOf(request), limit, ...(service ? { service } : {}), ...(wanted === undefined ? {} : { state: wanted }) };
    const list = await rootedList(parts, asked, { isFolded: request.arguments.folded !== 'true', signal: request.signal });
    return jsonAnswer({ ...list, behind: groups.behind });
  },
};

export const errorGroup: Route = {
  method: 'GET',
  path: '/api/v1/errors/:signature',
  group: 'Errors',
  say: 'One error group with sample records, what it hit, and what to do',
  arguments: { ...TIME_ARGUMENTS, settled: SETTLED },
  params: { signature: { type: 'string', description: 'Signature, or its first digits', pattern: SIGNATURE.source } },
  responses: [{ status: 200, say: 'The group', types: { 'application/json': refTo('ErrorGroupWithRecords') } }],
  errors: ['bad-argument', 'not-found', 'timeout'],
  async answer(parts, request) {
    const groups = groupsOf(parts);
    const signature = (request.params.signature ?? '').toLowerCase();
    if (!SIGNATURE.test(signature))
      throw new CodedError('bad-argument', 'A signature has 16 hex digits; the first four or more are enough');
    await settle(groups, request);
    const range = rangeOf(request);
    const group = await rootedGroup(parts, await oneGroup(groups, { ...range, signature, limit: 2 }, request.signal), {
      ...range,
      signal: request.signal,
    });
    const texts = await Promise.all(group.samples.map((seq) => parts.reader.record(seq)));
    const records = texts.filter((text) => text !== undefined);
    // Records are JSON already.
    return { type: 'application/json; charset=utf-8', body: `${JSON.stringify(group).slice(0, -1)},"records":[${records.join(',')}]}\n` };
  },
};

export const explain: Route = {
  method: 'GET',
  path: '/api/v1/explain',
  group: 'Errors',
  say: 'The known error that a text is, and the nearest known errors and error groups',
  arguments: {
    text: { type: 'string', maxLength: TEXT_CHARS_MAX, description: 'A line of a log, words, or the signature of a group' },
    since: { ...TIME_ARGUMENTS.since!, description: `Groups that were seen since; default \`${EXPLAIN_SINCE}\`` },
  },
  responses: [
    {
      status: 200,
      say: 'Best first; `is` is absent where no known error matches',
      types: {
        'application/json': objectOf(
          {
            text: TEXT,
            is: refTo('KnownError'),
            near: arrayOf(objectOf({ score: { type: 'number' }, known: refTo('KnownError') })),
            groups: arrayOf(
              objectOf({ score: { type: 'number' }, signature: TEXT, title: TEXT, count: COUNT, known: TEXT }, ['known']),
              'Of `known` the name',
            ),
          },
          ['is'],
        ),
      },
    },
  ],
  errors: ['bad-argument', 'timeout'],
  async answer(parts, request) {
    const text = (request.arguments.text ?? '').trim();
    if (text === '') throw new CodedError('bad-argument', 'text is missing: a line of a log, words, or a signature');
    const asked = { ...rangeOf(request, EXPLAIN_SINCE), limit: LIMIT.max };
    return jsonAnswer(await groupsOf(parts).explain(text, asked, request.signal));
  },
};

async function settle(groups: ErrorGroups, request: ApiRequest): Promise<void> {
  if (request.arguments.settled === 'true') await groups.settled(request.signal);
}

async function oneGroup(groups: ErrorGroups, asked: Omit<ErrorWant, 'rules'>, signal: AbortSignal): Promise<ErrorGroup> {
  const found = await groups.list(asked, signal);
  const [group, second] = found.groups;
  if (group === undefined)
    throw new CodedError('not-found', `No error group ${asked.signature} has counts in this time; give an earlier since`);
  if (second !== undefined) throw new CodedError('bad-argument', `Several signatures begin with ${asked.signature}: give more of it`);
  return group;
}

function rangeOf(request: ApiRequest, since = SINCE_DEFAULT): { startUs: number; endUs: number } {
  const now = nowUs();
  const startUs = timeOf('since', request.arguments.since || since, now);
  const endUs = request.arguments.until ? timeOf('until', request.arguments.until, now) : now;
  if (endUs <= startUs) throw new CodedError('bad-argument', 'until is not later than since');
  return { startUs, endUs };
}

function timeOf(name: string, text: string, now: number): number {
  try {
    return parseTime(text, now);
  } catch (error) {
    throw error instanceof CodedError ? new CodedError(error.code, `${name}: ${error.message}`, error.place) : error;
  }
}
