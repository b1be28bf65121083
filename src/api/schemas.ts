/**
 * JSON schemas (dialect 2020-12) of what several routes answer: one literal per shape, named by the routes' rows as
 * `refTo(name)` and put under `components` by openapi.ts. Closed (`additionalProperties: false`) where the shape is ours,
 * so that the test which holds real answers against them finds what is not documented.
 */
import { ERRORS } from '../base/errors.ts';
import { AMQP_KINDS, DATABASE_KINDS, LEVELS } from '../model.ts';
import type { JsonSchema } from './route.ts';
import { arrayOf, COUNT, closed, objectOf, TEXT, TIME } from './schema-parts.ts';
import { ERROR_SCHEMAS } from './schemas-errors.ts';
import { REPORT_SCHEMAS } from './schemas-report.ts';
import { SPIKE_SCHEMAS } from './schemas-spikes.ts';
import { storySchemas } from './schemas-story.ts';

export { arrayOf, COUNT, objectOf, TEXT } from './schema-parts.ts';

export type SchemaName =
  | 'Record'
  | 'SearchStats'
  | 'Problem'
  | 'SavedSearch'
  | keyof typeof ERROR_SCHEMAS
  | keyof typeof REPORT_SCHEMAS
  | keyof typeof SPIKE_SCHEMAS
  | keyof ReturnType<typeof storySchemas>;

export function refTo(name: SchemaName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

const MARKS = {
  ids: arrayOf(objectOf({ kind: TEXT, id: TEXT }), 'Every id of the record, in canonical spelling'),
  http: closed({ method: TEXT, path: TEXT, status: COUNT, bytes: COUNT, duration: { type: 'number', description: 'Seconds' } }, [
    'method',
    'path',
    'status',
  ]),
  exception: closed({ class: TEXT, message: TEXT, culprit: TEXT, cause: closed({ class: TEXT, message: TEXT }, ['class']) }, ['class']),
  amqp: closed({ kind: { enum: AMQP_KINDS }, broker: TEXT }, ['kind']),
  database: closed({ kind: { enum: DATABASE_KINDS }, server: TEXT }, ['kind']),
  event: closed({ type: TEXT, publisher: TEXT, state: TEXT }, ['type']),
} as const satisfies Record<string, JsonSchema>;

const RECORD = closed(
  {
    seq: { type: 'integer', minimum: 1, description: 'Number that the store gave it; what came later has a higher one' },
    time: TIME,
    received: TIME,
    transport: TEXT,
    peer: { type: 'string', description: 'Address that sent it' },
    host: TEXT,
    facility: { type: 'integer', minimum: 0, maximum: 23 },
    severity: { type: 'integer', minimum: 0, maximum: 7 },
    level: { enum: LEVELS },
    service: TEXT,
    program: TEXT,
    pid: COUNT,
    logger: TEXT,
    request: TEXT,
    globalRequest: TEXT,
    user: TEXT,
    project: TEXT,
    domain: TEXT,
    systemScope: TEXT,
    userDomain: TEXT,
    projectDomain: TEXT,
    instance: TEXT,
    msgid: TEXT,
    structuredData: TEXT,
    flags: { type: 'string', description: 'What is odd about it: `truncated`, `latin1`, …' },
    zone: { type: 'integer', description: 'Minutes east of UTC that were applied to a stamp without a zone' },
    format: { type: 'string', description: 'Parser of its text' },
    of: { type: 'integer', description: 'Seq of the record that this text continues' },
    ...MARKS,
    message: { type: 'string', description: 'Lines of a joined record are separated by \\n' },
    raw: { type: 'string', description: 'The text exactly as received, where it was asked for' },
  },
  ['seq', 'time', 'received', 'transport', 'peer', 'message'],
);

const SEARCH_STATS = closed(
  {
    blocksRead: COUNT,
    blocksSkipped: COUNT,
    recordsScanned: COUNT,
    tookMs: { type: 'number', minimum: 0 },
    damaged: arrayOf(TEXT, 'What could not be read, and is missing in the answer'),
  },
  ['blocksRead', 'blocksSkipped', 'recordsScanned', 'tookMs'],
);

const PROBLEM = closed(
  {
    type: { const: 'about:blank' },
    code: { enum: Object.keys(ERRORS), description: 'Stable; what a program decides by' },
    title: TEXT,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'For people' },
    position: { type: 'integer', minimum: 0, description: "First wrong character of the argument's text, in UTF-16 units" },
    length: { type: 'integer', minimum: 1, description: 'How many characters are wrong' },
    suggestion: { type: 'string', description: 'What to type instead' },
  },
  ['type', 'code', 'title', 'status', 'detail'],
);

const SAVED_SEARCH = closed(
  {
    name: TEXT,
    query: TEXT,
    since: { type: 'string', description: 'As it was given: `15m` stays the last 15 minutes' },
    until: TEXT,
    title: TEXT,
    fields: arrayOf(TEXT, 'Columns to show'),
    changed: TIME,
  },
  ['name', 'query', 'changed'],
);

export const SCHEMAS: Readonly<Record<SchemaName, JsonSchema>> = {
  Record: RECORD,
  SearchStats: SEARCH_STATS,
  Problem: PROBLEM,
  SavedSearch: SAVED_SEARCH,
  ...ERROR_SCHEMAS,
  ...REPORT_SCHEMAS,
  ...SPIKE_SCHEMAS,
  ...storySchemas(RECORD),
};
