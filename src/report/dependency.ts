/**
 * What a record complains of: the broker, the database or keystone, with the address where the text says it. Trouble that is of the
 * service's own making - a deadlock, a duplicate - is no complaint. Pure; the marks come from parsers/marks.ts.
 *
 * Source: the texts of keystoneauth1 (session.py: `Unable to establish connection to %s`, `Request to %s timed out`), of keystonemiddleware
 * (`Identity server`, `Unable to validate token`), and the kinds of marks-amqp.ts and marks-database.ts.
 */
import type { AmqpMark, DatabaseMark, DependencyKind, Marks } from '../model.ts';

export interface Complaint {
  readonly kind: DependencyKind;
  /** `host:port`; absent: the text does not say. */
  readonly address?: string;
}

const BROKER_KINDS: ReadonlySet<AmqpMark['kind']> = new Set([
  'unreachable',
  'refused',
  'reconnecting',
  'closed',
  'heartbeat',
  'timeout',
  'blocked',
  'publish',
  'consume',
]);
const DATABASE_KINDS: ReadonlySet<DatabaseMark['kind']> = new Set([
  'gone-away',
  'refused',
  'too-many',
  'pool-exhausted',
  'not-ready',
  'read-only',
]);
/** Of MySQL, where the text names the host alone. */
const DATABASE_PORT = 3306;
const HEAD_CHARS_MAX = 4096;
/** A refused connection to keystone: by its port, its path, or the name that deployments give it. */
const KEYSTONE =
  /(?:Unable to establish connection to|Request to|Failed to contact the endpoint at|Could not find versioned identity endpoints|Connection refused.{0,80}) ?(https?:\/\/(\[[0-9a-fA-F:]{2,45}\]|[A-Za-z0-9_.-]{1,253})(?::(\d{1,5}))?(\/[^\s'":,)]{0,200})?)/;
const IDENTITY =
  /Identity server (?:rejected|.{0,40}unavailable)|Critical(?:ly)? fail.{0,40}token|Keystone service is temporarily unavailable|Unable to validate token/;
const KEYSTONE_PORTS: ReadonlySet<string | undefined> = new Set(['5000', '35357']);

export function complaintOf({ amqp, database }: Marks, message: string): Complaint | undefined {
  if (amqp !== undefined && BROKER_KINDS.has(amqp.kind))
    return amqp.broker === undefined ? { kind: 'broker' } : { kind: 'broker', address: amqp.broker };
  if (database !== undefined && DATABASE_KINDS.has(database.kind)) {
    const { server } = database;
    if (server === undefined || server.startsWith('/')) return { kind: 'database' };
    return { kind: 'database', address: server.includes(':') ? server : `${server}:${DATABASE_PORT}` };
  }
  return keystoneOf(message.length > 2 * HEAD_CHARS_MAX ? message.slice(0, HEAD_CHARS_MAX) + message.slice(-HEAD_CHARS_MAX) : message);
}

function keystoneOf(text: string): Complaint | undefined {
  const match = KEYSTONE.exec(text);
  if (match !== null) {
    const [, url = '', host = '', port, path = ''] = match;
    if (KEYSTONE_PORTS.has(port) || /^\/(?:identity|v3\/auth|v2\.0\/tokens)/.test(path))
      return { kind: 'keystone', address: `${host.toLowerCase()}:${port ?? (url.startsWith('https') ? '443' : '80')}` };
  }
  return IDENTITY.test(text) ? { kind: 'keystone' } : undefined;
}
