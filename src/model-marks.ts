/**
 * What can be read off a record's text at any time: access fields, exception, trouble with broker and database,
 * notifications, typed ids. Part of model.ts, which exports it all: import from there. Types, and the tables of kinds
 * that queries and documents show.
 *
 * An id of kind `called` is an edge: the record's own request (`request`) is the caller.
 */

export interface HttpAccess {
  method: string;
  path: string;
  status: number;
  bytes?: number;
  /** Seconds. */
  duration?: number;
}

export interface ExceptionMark {
  class: string;
  message?: string;
  /** The innermost frame of the service's own code: `file:line function`; where no frame is its own, the innermost. */
  culprit?: string;
  /** What began it: the first of a chain (`During handling of …`), or what a remote service raised (`Remote error: …`). */
  cause?: { class: string; message?: string };
}

/** Trouble with the message broker; `connected` and `unblocked` say that it is over. */
export const AMQP_KINDS = [
  'unreachable',
  'refused',
  'reconnecting',
  'connected',
  'closed',
  'heartbeat',
  'timeout',
  'blocked',
  'unblocked',
  'missing-queue',
  'late-reply',
  'publish',
  'consume',
] as const;
export interface AmqpMark {
  kind: (typeof AMQP_KINDS)[number];
  /** `host:port`, IPv6 addresses in brackets. */
  broker?: string;
}

/** Trouble with the database. */
export const DATABASE_KINDS = [
  'gone-away',
  'deadlock',
  'lock-timeout',
  'pool-exhausted',
  'too-many',
  'refused',
  'denied',
  'not-ready',
  'read-only',
  'duplicate',
] as const;
export interface DatabaseMark {
  kind: (typeof DATABASE_KINDS)[number];
  /** The host that the text names, with its port where it has one. */
  server?: string;
}

/** A notification that the driver `log` of oslo.messaging wrote, or what dnsmasq did with a lease (`DHCPACK`). */
export interface EventMark {
  /** `compute.instance.create.end` */
  type: string;
  /** `compute.cmp1` */
  publisher?: string;
  /** Of the resource after the event: `active`, `in-use`, `ERROR`. */
  state?: string;
}

export type IdKind =
  | 'request'
  | 'instance'
  | 'volume'
  | 'image'
  | 'port'
  | 'network'
  | 'message'
  | 'domain'
  | 'mac'
  | 'ip'
  | 'swift'
  | 'project'
  | 'user'
  | 'router'
  | 'subnet'
  | 'snapshot'
  /** A request that this record's own request made in another service. */
  | 'called'
  /** Queue of the replies to one process: `reply_<hex>`. */
  | 'reply'
  /** One connection to the broker; its own log and that of the service both name it. */
  | 'connection'
  | 'uuid'
  | 'hex';

export interface TypedId {
  kind: IdKind;
  /** In canonical spelling: lower case, requests with `req-`, UUIDs dashed. */
  id: string;
}

/** What can be read off a record's text at any time; computed when reading, never stored (parsers/README.md says why). */
export interface Marks {
  ids?: TypedId[];
  http?: HttpAccess;
  exception?: ExceptionMark;
  amqp?: AmqpMark;
  database?: DatabaseMark;
  event?: EventMark;
}
