/** JSON schema of a report; put under `components` by schemas.ts. The type is `Report` of model-report.ts. */
import { arrayOf, COUNT, objectOf, TEXT, TIME } from './schema-parts.ts';

const NUMBER = { type: 'number', minimum: 0 } as const;
const SHARE = { type: 'number', minimum: 0, maximum: 1 } as const;
const TALKERS = arrayOf(objectOf({ name: TEXT, records: COUNT, errors: COUNT, share: SHARE }));
const STEPS = arrayOf(COUNT, 'Counts of equal steps over the time');

const GROUP = objectOf(
  {
    ...{ signature: TEXT, title: TEXT, level: TEXT, state: TEXT, count: COUNT },
    before: { ...COUNT, description: 'In the equally long time before' },
    ...{ firstSeen: TIME, lastSeen: TIME, services: arrayOf(TEXT), hosts: arrayOf(TEXT) },
    radius: { type: 'object', description: 'As of error groups' },
    sparkline: STEPS,
    known: objectOf({ title: TEXT, meaning: TEXT, check: arrayOf(TEXT) }),
    path: { type: 'string', description: 'Page of this server with the newest of its records' },
  },
  ['known'],
);

function groupsOf(description: string) {
  return { ...objectOf({ matched: COUNT, count: COUNT, top: arrayOf(GROUP, 'The most frequent') }), description };
}

const ENDPOINT = objectOf(
  {
    ...{ endpoint: TEXT, service: TEXT, count: COUNT, clientErrors: COUNT, serverErrors: COUNT, errorRate: SHARE },
    ...{ p50Ms: NUMBER, p95Ms: NUMBER, p99Ms: NUMBER, maxMs: NUMBER },
  },
  ['p50Ms', 'p95Ms', 'p99Ms', 'maxMs'],
);

export const REPORT_SCHEMAS = {
  Report: objectOf(
    {
      ...{ since: TIME, until: TIME, made: TIME, records: COUNT, recordsBefore: COUNT, errors: COUNT, errorsBefore: COUNT },
      levels: arrayOf(objectOf({ name: TEXT, count: COUNT })),
      services: arrayOf(
        objectOf({ name: TEXT, records: COUNT, errors: COUNT, errorsBefore: COUNT, new: COUNT, back: COUNT, grown: COUNT }),
        'With the most errors first',
      ),
      groups: objectOf({
        new: groupsOf('Never seen before'),
        back: groupsOf('After a day or more of silence'),
        grown: groupsOf('Twice as many as in the time before, and ten at least'),
        steady: groupsOf('Went on'),
        over: groupsOf('Were there in the time before, and are not any more'),
      }),
      spikes: arrayOf({ type: 'object' }, 'As of `/api/v1/spikes`'),
      errorSteps: STEPS,
      talkers: objectOf({ hosts: TALKERS, programs: TALKERS }),
      endpoints: arrayOf(ENDPOINT, 'Most frequent first'),
      endpointsFromOneOf: {
        ...COUNT,
        description: 'Counts of endpoints are estimates: of the blocks that keep no sums of requests themselves one of so many was read',
      },
      capacity: objectOf(
        {
          ...{ records: COUNT, bytes: COUNT, bytesPerRecord: NUMBER, bytesPerDay: NUMBER, freeBytes: COUNT, daysLeft: NUMBER },
          end: { enum: ['drop', 'refuse'], description: 'After `daysLeft`: retention takes the oldest, or nothing new is stored' },
        },
        ['bytesPerDay', 'daysLeft', 'end'],
      ),
      losses: arrayOf(objectOf({ reason: TEXT, source: TEXT, amount: COUNT, firstAt: NUMBER, lastAt: TIME, remedy: TEXT }, ['firstAt'])),
      silent: arrayOf(objectOf({ host: TEXT, lastHeard: TIME, silentSeconds: COUNT, usualPauseSeconds: COUNT })),
      damaged: arrayOf(TEXT, 'What could not be read, and was left out'),
    },
    ['spikes', 'endpointsFromOneOf', 'damaged'],
  ),
} as const;
