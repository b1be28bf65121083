/** `GET /api/v1/alerts` and `POST /api/v1/alerts/test`: how receivers of alerts are doing, and a test alert to each. Not here: alerts (service/alerts.ts). */
import { CodedError } from '../base/errors.ts';
import { type ApiParts, jsonAnswer, type Route, type TellsAlerts } from './route.ts';
import { arrayOf, COUNT, objectOf, TEXT } from './schemas.ts';

export const alertsStatus: Route = {
  method: 'GET',
  path: '/api/v1/alerts',
  group: 'Errors',
  say: 'Receivers of alerts, with what each answered last, and when the next reports are due',
  arguments: {},
  responses: [
    {
      status: 200,
      say: 'Receivers by name',
      types: {
        'application/json': objectOf({
          alerts: arrayOf(
            objectOf(
              {
                ...{ receiver: TEXT, kind: TEXT },
                failures: { ...COUNT, description: 'Since it last took one' },
                answer: { type: 'string', description: 'Absent: nothing was sent since the start' },
              },
              ['answer'],
            ),
          ),
          reports: arrayOf(objectOf({ name: TEXT, next: TEXT })),
        }),
      },
    },
  ],
  errors: [],
  answer: async (parts) => jsonAnswer(tellerOf(parts).status()),
};

export const alertsTest: Route = {
  method: 'POST',
  path: '/api/v1/alerts/test',
  group: 'Errors',
  say: 'Sends a test alert to every receiver of alerts, and says what each answered',
  arguments: {},
  responses: [
    {
      status: 200,
      say: 'In the order of the configuration; empty where there are none',
      types: {
        'application/json': objectOf({
          receivers: arrayOf(objectOf({ receiver: TEXT, kind: TEXT, isTaken: { type: 'boolean' }, answer: TEXT })),
        }),
      },
    },
  ],
  errors: ['too-many', 'wrong-origin'],
  async answer(parts) {
    return jsonAnswer({ receivers: await tellerOf(parts).test() });
  },
};

function tellerOf({ alerts }: ApiParts): TellsAlerts {
  if (alerts === undefined) throw new CodedError('not-found', 'Nobody is told of anything here');
  return alerts;
}
