/** `GET /api/v1/losses`: what was lost, cut or refused since when, by reason and source, with what can be done. Also across restarts. */
import { CodedError } from '../base/errors.ts';
import { formatTime, nowUs, parseTime } from '../base/time.ts';
import { jsonAnswer, type Route } from './route.ts';
import { arrayOf, objectOf, TEXT } from './schemas.ts';

const SINCE_DEFAULT = '24h';
const TIME = { type: 'string', format: 'date-time' } as const;

export const losses: Route = {
  method: 'GET',
  path: '/api/v1/losses',
  group: 'The service',
  say: 'What was lost, cut or refused, by reason and source, with first and last time and what can be done; kept across restarts',
  arguments: {
    since: { type: 'string', maxLength: 64, description: `Losses at or after this time, e.g. \`15m\`; default \`${SINCE_DEFAULT}\`` },
  },
  responses: [
    {
      status: 200,
      say: 'Newest first; none is an empty list',
      types: {
        'application/json': objectOf(
          {
            losses: arrayOf(
              objectOf({ reason: TEXT, source: TEXT, amount: { type: 'integer', minimum: 1 }, first: TIME, last: TIME, remedy: TEXT }, [
                'reason',
                'source',
                'amount',
                'first',
                'last',
                'remedy',
              ]),
            ),
          },
          ['losses'],
        ),
      },
    },
  ],
  errors: ['bad-argument'],
  async answer(parts, request) {
    const found = (await parts.losses?.(sinceOf(request.arguments.since || SINCE_DEFAULT))) ?? [];
    const told = found.map(({ firstAt, lastAt, reason, source, amount, remedy }) => ({
      reason,
      source,
      amount,
      first: formatTime(firstAt),
      last: formatTime(lastAt),
      remedy,
    }));
    return jsonAnswer({ losses: told });
  },
};

function sinceOf(text: string): number {
  try {
    return parseTime(text, nowUs());
  } catch (error) {
    throw error instanceof CodedError ? new CodedError(error.code, `since: ${error.message}`, error.place) : error;
  }
}
