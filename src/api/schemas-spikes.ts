/** JSON schemas of spikes and snoozes; put under `components` by schemas.ts. */
import type { JsonSchema } from './route.ts';
import { arrayOf, COUNT, closed, objectOf, TEXT, TIME } from './schema-parts.ts';

const SEQ = { type: 'integer', minimum: 1 } as const;
const SIGNATURE = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;

const SPIKE = objectOf(
  {
    id: SIGNATURE,
    kind: { enum: ['growth', 'new', 'critical', 'silence'] },
    signature: { ...SIGNATURE, description: 'Of the error group; absent: silence, or an outage of several groups' },
    title: TEXT,
    level: TEXT,
    service: { type: 'string', description: 'Absent: several' },
    host: { type: 'string', description: 'Absent: several' },
    since: TIME,
    found: TIME,
    until: { ...TIME, description: 'Absent: it goes on' },
    lastSeen: TIME,
    observed: { ...COUNT, description: 'Errors in the window in which it was found; seconds of silence' },
    baseline: { type: 'number', description: 'Usual in such a window; the usual longest pause in seconds' },
    windowMinutes: COUNT,
    count: COUNT,
    rule: { type: 'string', description: 'The rule that fired, with its numbers' },
    evidence: arrayOf(SEQ, 'Seqs of records, newest first'),
    link: objectOf({ query: TEXT, from: TIME, to: TIME, line: SEQ, path: TEXT }, ['line']),
    dependency: objectOf({
      kind: { enum: ['broker', 'database', 'keystone'] },
      address: TEXT,
      services: arrayOf(TEXT),
      hosts: arrayOf(TEXT),
    }),
    folded: arrayOf(
      objectOf({ signature: SIGNATURE, title: TEXT, service: TEXT, host: TEXT, count: COUNT }, ['signature', 'service', 'host']),
      'The same cause: what stands below an outage, or the hosts that fell silent together',
    ),
    foldedInto: { ...SIGNATURE, description: 'The spike below which it stands' },
    snoozedUntil: TIME,
    maintenance: { type: 'string', description: 'The maintenance window in which it began' },
  },
  [...['signature', 'level', 'service', 'host', 'until', 'windowMinutes', 'dependency'], ...['foldedInto', 'snoozedUntil', 'maintenance']],
);

export const SPIKE_SCHEMAS = {
  Spike: SPIKE,
  SpikeList: objectOf({
    spikes: arrayOf({ $ref: '#/components/schemas/Spike' }),
    watermark: { ...TIME, description: 'Every minute before it is judged' },
    series: COUNT,
    forgotten: { ...COUNT, description: 'Series that were too many' },
  }),
  Snooze: closed(
    { name: TEXT, spike: TEXT, signature: TEXT, service: TEXT, host: TEXT, dependency: TEXT, until: TIME, reason: TEXT, changed: TIME },
    ['name', 'until', 'changed'],
  ),
} as const satisfies Record<string, JsonSchema>;
