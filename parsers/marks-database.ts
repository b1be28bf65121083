/**
 * Trouble with the database, by kind and with the server where the text names it: MySQL's and MariaDB's error numbers and
 * texts, Galera's, those of PostgreSQL, SQLAlchemy's pool, and the classes that oslo.db makes of them. Part of marks.ts.
 *
 * Invariant: one look at HEAD_CHARS_MAX and TAIL_CHARS_MAX characters of the text; bounded patterns, so linear. What says more
 * stands first. Source: oslo.db's exc_filters, the error list of the MySQL manual, what the services log.
 */
import type { DatabaseMark, LogRecord } from '../src/model.ts';

type Kind = DatabaseMark['kind'];

const HEAD_CHARS_MAX = 4096;
const TAIL_CHARS_MAX = 4096;

/** No text below is without one of these. */
const HINT = /mysql|mariadb|postgres|psycopg|sql|DB[A-Z]|lock|QueuePool|WSREP|wsrep|Duplicate entry|connections|\(\d{4}, /i;

/** A number of MySQL in the tuple that its drivers raise: `(2013, 'Lost …')`, `(1213, "…`. */
const numbered = (...numbers: readonly number[]): string => `\\((?:${numbers.join('|')}), ["'u]`;
const TABLE: readonly (readonly [Kind, RegExp])[] = [
  ['not-ready', new RegExp(`${numbered(1047)}|WSREP has not yet prepared node for application use|wsrep_(?:ready|on) = OFF`)],
  ['pool-exhausted', /QueuePool limit of size \d{1,9} overflow -?\d{1,9} reached|pool_size .{0,40} reached/],
  ['too-many', new RegExp(`${numbered(1040, 1203)}|Too many connections|remaining connection slots are reserved`)],
  ['deadlock', new RegExp(`${numbered(1213)}|Deadlock found when trying to get lock|DBDeadlock|deadlock detected`)],
  ['lock-timeout', new RegExp(`${numbered(1205)}|Lock wait timeout exceeded|LockNotAvailable`)],
  [
    'denied',
    new RegExp(`${numbered(1044, 1045)}|Access denied for user .{1,200}?@'([^']{1,255})'|password authentication failed for user`),
  ],
  ['refused', /Can't connect to (?:local )?(?:MySQL )?server (?:on|through socket) '([^']{1,255})'/],
  ['refused', new RegExp(`${numbered(2002, 2003, 2005)}|could not connect to server|SQL connection failed\\. \\d`)],
  ['gone-away', new RegExp(`${numbered(2006, 2013, 2014, 2055)}|(?:MySQL )?[Ss]erver has gone away`)],
  [
    'gone-away',
    /Lost connection to (?:MySQL )?(?:server|backend)|server closed the connection unexpectedly|MySQL Connection not available/,
  ],
  ['read-only', new RegExp(`${numbered(1290, 1792, 1836)}|--read-only option|READ ONLY transaction`)],
  ['duplicate', new RegExp(`${numbered(1062)}|Duplicate entry '|DBDuplicateEntry|duplicate key value violates unique constraint`)],
  ['gone-away', /DBConnectionError/],
];

export function databaseOf({ message }: LogRecord): DatabaseMark | undefined {
  const text =
    message.length > HEAD_CHARS_MAX + TAIL_CHARS_MAX ? `${message.slice(0, HEAD_CHARS_MAX)}\n${message.slice(-TAIL_CHARS_MAX)}` : message;
  if (!HINT.test(text)) return undefined;
  for (const [kind, pattern] of TABLE) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const server = kind === 'denied' ? undefined : match[1]?.toLowerCase();
    return server === undefined ? { kind } : { kind, server };
  }
  return undefined;
}
