/** JSON schemas of error groups and known errors; put under `components` by schemas.ts. */
import type { JsonSchema } from './route.ts';
import { arrayOf, COUNT, closed, objectOf, TEXT, TIME } from './schema-parts.ts';

const NAMED = arrayOf(objectOf({ name: TEXT, count: COUNT }));

const RADIUS = closed(
  {
    ...{ hosts: COUNT, services: COUNT, requests: COUNT, instances: COUNT, projects: COUNT },
    approximate: { const: true, description: 'There were too many to count exactly: within some percent' },
  },
  ['hosts', 'services', 'requests', 'instances', 'projects'],
);

const KNOWN = closed(
  {
    name: { type: 'string', description: 'Of `config/signatures.yaml`' },
    title: TEXT,
    services: arrayOf(TEXT, 'Only where these write it'),
    meaning: TEXT,
    check: arrayOf(TEXT, 'What to look at'),
    commands: arrayOf(TEXT),
    links: arrayOf(TEXT),
  },
  ['name', 'title', 'meaning', 'check', 'commands', 'links'],
);

const PARTS = closed(
  {
    by: { enum: ['exception', 'shape'], description: 'Of a traceback, its exception and frames; else the logger and the constant text' },
    exception: TEXT,
    frames: arrayOf(TEXT, "Innermost first, of the service's own code"),
    logger: TEXT,
    shape: { type: 'string', description: 'Variables as `<*>`' },
    rule: { type: 'string', description: 'The rule of the configuration that merged or split it' },
  },
  ['by'],
);

const SIGNATURE = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;

const GROUP_MEMBERS = {
  signature: SIGNATURE,
  title: TEXT,
  parts: PARTS,
  state: { enum: ['new', 'ongoing', 'regressed', 'quiet'] },
  level: { type: 'string', description: 'The strongest of its records' },
  firstSeen: TIME,
  lastSeen: TIME,
  count: { ...COUNT, description: 'Within the time asked about' },
  total: { ...COUNT, description: 'Since the group is known' },
  services: NAMED,
  hosts: NAMED,
  radius: { $ref: '#/components/schemas/BlastRadius' },
  sparkline: arrayOf(COUNT, 'Counts of equal steps over the time asked about'),
  known: { $ref: '#/components/schemas/KnownError' },
  samples: arrayOf({ type: 'integer', minimum: 1 }, 'Seqs of records, newest first'),
  folded: arrayOf(objectOf({ signature: SIGNATURE, title: TEXT, count: COUNT }), 'Groups with the same root, the largest first'),
  dependency: {
    type: 'string',
    description: '`host:port` of the broker, database or keystone that is the root; `unknown` where nobody says it',
  },
  snoozedUntil: { ...TIME, description: 'A snooze holds for it: nobody is told' },
} as const;
const GROUP_REQUIRED = Object.keys(GROUP_MEMBERS).filter((name) => !['known', 'folded', 'dependency', 'snoozedUntil'].includes(name));

export const ERROR_SCHEMAS = {
  KnownError: KNOWN,
  BlastRadius: RADIUS,
  ErrorGroup: closed(GROUP_MEMBERS, GROUP_REQUIRED),
  ErrorGroupWithRecords: closed(
    { ...GROUP_MEMBERS, records: arrayOf({ $ref: '#/components/schemas/Record' }, 'The samples that are still kept, newest first') },
    [...GROUP_REQUIRED, 'records'],
  ),
} as const satisfies Record<string, JsonSchema>;
