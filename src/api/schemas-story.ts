/** JSON schemas of stories and entities (model-story.ts); part of schemas.ts. */
import type { JsonSchema } from './route.ts';
import { arrayOf, COUNT, closed, objectOf, TEXT, TIME } from './schema-parts.ts';

const SEQ: JsonSchema = { type: 'integer', minimum: 1 };
const MS: JsonSchema = { type: 'number', description: 'Milliseconds' };
const SPAN: JsonSchema = { type: 'integer', minimum: 0, description: 'Index in `spans`' };
const WHY = objectOf({ id: TEXT, kind: TEXT });
const EXCEPTION = closed({ class: TEXT, message: TEXT, culprit: TEXT }, ['class']);

const REQUEST = objectOf(
  {
    id: TEXT,
    global: TEXT,
    operation: { type: 'string', description: 'What was asked for: its access line without ids, else its first words' },
    caller: { type: 'string', description: 'The request that made it' },
    services: arrayOf(TEXT),
    hosts: arrayOf(TEXT),
    start: TIME,
    end: TIME,
    durationMs: MS,
    records: COUNT,
    user: TEXT,
    project: TEXT,
    outcome: { enum: ['ok', 'failed'] },
    isShared: { const: true, description: 'It touches other things as well: only its records with an id of the story are here' },
  },
  ['global', 'operation', 'caller', 'user', 'project', 'isShared'],
);

const ENTITY = objectOf({ kind: TEXT, id: TEXT, records: COUNT, through: objectOf({ id: TEXT, seq: SEQ }) }, ['through']);

const STORY_SPAN = objectOf(
  {
    span: SPAN,
    parent: SPAN,
    request: TEXT,
    service: TEXT,
    host: TEXT,
    program: TEXT,
    pid: COUNT,
    start: TIME,
    end: TIME,
    durationMs: MS,
    selfMs: MS,
    records: COUNT,
    level: TEXT,
    seq: SEQ,
  },
  ['parent', 'request', 'service', 'host', 'program', 'pid', 'level'],
);

const ERROR = objectOf(
  { seq: SEQ, time: TIME, level: TEXT, service: TEXT, host: TEXT, program: TEXT, request: TEXT, message: TEXT, exception: EXCEPTION },
  ['service', 'host', 'program', 'request', 'exception'],
);

const STEP = objectOf(
  {
    state: { enum: ['missing', 'slow'] },
    text: TEXT,
    service: TEXT,
    program: TEXT,
    usualPercent: { type: 'number', description: 'Of a hundred successful runs, in how many it comes' },
    usualMs: { type: 'number', description: 'Milliseconds after the step before it, in 95 of 100 runs at most' },
    tookMs: MS,
    seq: SEQ,
    afterSeq: SEQ,
    due: TIME,
  },
  ['service', 'program', 'tookMs', 'seq', 'afterSeq'],
);
const FAULT = objectOf(
  {
    state: { enum: ['error', 'missing', 'slow'] },
    service: TEXT,
    program: TEXT,
    host: TEXT,
    request: TEXT,
    time: TIME,
    seq: SEQ,
    text: TEXT,
  },
  ['service', 'program', 'host', 'request', 'seq'],
);
const LIMIT = objectOf({ what: { enum: ['records', 'requests', 'ids', 'time', 'bytes', 'usual'] }, text: TEXT });

const PART: JsonSchema = { type: 'number', minimum: 0, maximum: 1, description: 'Of the line of time' };
const TREE = objectOf({
  rows: arrayOf(
    objectOf(
      {
        depth: COUNT,
        request: { type: 'integer', minimum: 0, description: 'Index in `requests`' },
        spans: arrayOf(SPAN, 'All that the row stands for'),
        times: COUNT,
        pieces: arrayOf(objectOf({ start: TIME, end: TIME })),
        tookMs: MS,
        selfMs: MS,
        records: COUNT,
        level: TEXT,
      },
      ['request', 'selfMs', 'level'],
    ),
  ),
  breaks: arrayOf(objectOf({ start: TIME, end: TIME, from: PART, to: PART }), 'Silences, shortened; the line is even between them'),
});

const HEAD_PROPERTIES = {
  id: { type: 'string', description: 'In canonical spelling' },
  kind: TEXT,
  note: TEXT,
  start: TIME,
  end: TIME,
  durationMs: MS,
  firstError: ERROR,
  missing: arrayOf(objectOf({ operation: TEXT, request: TEXT, learnedFrom: COUNT, steps: arrayOf(STEP) })),
  firstFault: FAULT,
  requests: arrayOf(REQUEST),
  entities: arrayOf(ENTITY),
  spans: arrayOf(STORY_SPAN),
  gaps: arrayOf(objectOf({ afterSeq: SEQ, beforeSeq: SEQ, durationMs: MS })),
  edges: arrayOf(objectOf({ from: TEXT, to: TEXT, by: { enum: ['called', 'global', 'resource'] }, seq: SEQ })),
  skew: arrayOf(objectOf({ host: TEXT, against: TEXT, skewMs: MS, errorMs: MS, pairs: COUNT })),
  deskewed: { type: 'boolean' },
  limits: arrayOf(LIMIT, 'Limits that were reached, and what was left out'),
  tree: TREE,
  stats: objectOf({ tookMs: MS, searches: COUNT, recordsScanned: COUNT, damaged: arrayOf(TEXT) }, ['damaged']),
} as const satisfies Record<string, JsonSchema>;
const HEAD_OPTIONAL = ['note', 'start', 'end', 'durationMs', 'firstError', 'missing', 'firstFault', 'tree'];

const NAMED = arrayOf(objectOf({ name: TEXT, records: COUNT }));
const ENTITY_ANSWER = objectOf({
  id: TEXT,
  kind: TEXT,
  firstSeen: TIME,
  lastSeen: TIME,
  records: COUNT,
  services: NAMED,
  hosts: NAMED,
  related: arrayOf(objectOf({ kind: TEXT, id: TEXT, records: COUNT })),
  shared: arrayOf(objectOf({ kind: TEXT, id: TEXT })),
  limits: arrayOf(LIMIT),
});

/** `record`: the schema of a record, of which one of a story has more. */
export function storySchemas(record: JsonSchema) {
  const { properties, required } = record as { properties: Record<string, JsonSchema>; required: string[] };
  const own = { why: WHY, span: SPAN, skewMs: { ...MS, description: 'By how much its time was corrected' } };
  const storyRecord = closed({ ...properties, ...own }, [...required, 'why']);
  return {
    Story: objectOf({ ...HEAD_PROPERTIES, records: arrayOf(storyRecord) }, HEAD_OPTIONAL),
    StoryHead: objectOf(HEAD_PROPERTIES, HEAD_OPTIONAL),
    StoryRecord: storyRecord,
    Entity: ENTITY_ANSWER,
  };
}
