/**
 * The arguments that all reading routes share - `query start end since limit direction cursor` - and how
 * they become a `Query`. Ranges are [start, end) of record time. Throws `bad-query` and `bad-argument`
 * with the place in the argument's text.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseTime } from '../base/time.ts';
import type { Direction, Filter, Query } from '../model.ts';
import { parse } from '../query/parse.ts';
import type { ApiRequest, ArgumentSchema } from './route.ts';

/** Longer texts are no time; the cursor is ours and short. */
const TIME_CHARS_MAX = 64;
const CURSOR_CHARS_MAX = 512;

export const QUERY_ARGUMENT: ArgumentSchema = {
  type: 'string',
  description: 'What to find, e.g. `level:error service:nova`; nothing finds everything',
};

export const RANGE_ARGUMENTS = {
  query: QUERY_ARGUMENT,
  start: {
    type: 'string',
    maxLength: TIME_CHARS_MAX,
    description: 'Oldest record time, inclusive: RFC 3339, unix time, `2h`, `yesterday 14:00`',
  },
  end: { type: 'string', maxLength: TIME_CHARS_MAX, description: 'Newest record time, exclusive' },
  since: { type: 'string', maxLength: TIME_CHARS_MAX, description: 'Another word for start, e.g. `15m`' },
  limit: {
    type: 'string',
    pattern: '^[0-9]{1,9}$',
    description: `Records, at most ${limits.searchLimitMax} a page; default ${limits.searchLimitDefault}`,
  },
  direction: { type: 'string', enum: ['backward', 'forward'], description: 'Newest first (default) or oldest first' },
  cursor: { type: 'string', maxLength: CURSOR_CHARS_MAX, description: '`next` of the page before, with the same query and direction' },
  raw: { type: 'string', enum: ['true', 'false'], description: 'Also the text exactly as received, as `raw` of each record' },
} as const satisfies Record<string, ArgumentSchema>;

/** The filter of `query`; throws `bad-query`. */
export function filterOf(request: ApiRequest): Filter {
  return parse(request.arguments.query ?? '');
}

/** Everything but the limit, which every way of answering bounds by itself. */
export function queryOf(request: ApiRequest, given: { nowUs: number; limit: number }): Query {
  const { start, end, since, direction, cursor, raw } = request.arguments;
  if (start !== undefined && since !== undefined) throw new CodedError('bad-argument', 'start and since say the same: give one of them');
  const from = timeOf(start ?? since, start === undefined ? 'since' : 'start', given.nowUs);
  const to = timeOf(end, 'end', given.nowUs);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new CodedError('bad-argument', 'The range is empty: start is not before end');
  }
  return {
    filter: filterOf(request),
    limit: given.limit,
    direction: (direction as Direction | undefined) ?? 'backward',
    ...(from === undefined ? {} : { start: from }),
    ...(to === undefined ? {} : { end: to }),
    ...(cursor === undefined || cursor === '' ? {} : { cursor }),
    ...(raw === 'true' ? { raw: true } : {}),
  };
}

function timeOf(text: string | undefined, name: string, nowUs: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return parseTime(text, nowUs);
  } catch (error) {
    throw error instanceof CodedError ? new CodedError(error.code, `${name}: ${error.message}`, error.place) : error;
  }
}

/** The number of an argument whose schema let only digits pass. */
export function numberOf(request: ApiRequest, name: string): number | undefined {
  const text = request.arguments[name];
  return text === undefined ? undefined : Number(text);
}
