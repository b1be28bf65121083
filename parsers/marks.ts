/**
 * What can be read off a record's text at any time: typed ids, access fields, the exception, trouble with the broker
 * and the database, notifications. Computed when a record is read or matched, never at ingest, so a better rule needs no
 * re-import. Not here: the fields that `parse` sets.
 *
 * Invariant: pure, bounded, linear in the text. One file for each mark; `marks(record, part)` reads one alone, so that a
 * condition on the status of a million records does not look for ids in them.
 */
import type { LogRecord, Marks } from '../src/model.ts';
import { amqpOf } from './marks-amqp.ts';
import { databaseOf } from './marks-database.ts';
import { leaseOf } from './marks-dhcp.ts';
import { eventOf } from './marks-event.ts';
import { exceptionOf } from './marks-exception.ts';
import { httpOf } from './marks-http.ts';
import { idsOf } from './marks-ids.ts';

type Part = keyof Marks;

const READ: { readonly [P in Part]-?: (record: LogRecord) => Marks[P] | undefined } = {
  ids: (record) => {
    const ids = idsOf(record);
    const resource = eventOf(record)?.resource;
    if (resource !== undefined) {
      const known = ids.findIndex(({ id }) => id === resource.id);
      if (known < 0) ids.push(resource);
      else if (ids[known]!.kind === 'uuid') ids[known] = resource;
    }
    return ids.length === 0 ? undefined : ids;
  },
  http: httpOf,
  exception: exceptionOf,
  amqp: amqpOf,
  database: databaseOf,
  event: (record) => eventOf(record)?.mark ?? leaseOf(record),
};
const PARTS = Object.keys(READ) as readonly Part[];

/** All marks of the record, or one of them. */
export function marks(record: LogRecord, part?: Part): Marks {
  const found: Marks = {};
  if (part === undefined) for (const each of PARTS) read(record, each, found);
  else read(record, part, found);
  return found;
}

function read<P extends Part>(record: LogRecord, part: P, found: Marks): void {
  const mark = READ[part](record);
  if (mark !== undefined) found[part] = mark as Marks[P];
}
