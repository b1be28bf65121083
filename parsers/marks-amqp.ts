/**
 * Trouble with the message broker, by kind and with the broker's `host:port`: what oslo.messaging, its ancestors in the
 * incubator, kombu, py-amqp and RabbitMQ itself write about connections, replies and queues. Part of marks.ts.
 *
 * Invariant: one look at HEAD_CHARS_MAX and TAIL_CHARS_MAX characters of the text; bounded patterns, so linear. The first kind
 * that fits wins: what says more stands first. Source: impl_rabbit.py, impl_qpid.py, amqpdriver.py and rpc/amqp.py
 * from Essex to today, and RabbitMQ's log messages.
 */
import type { AmqpMark, LogRecord } from '../src/model.ts';

type Kind = AmqpMark['kind'];

/** The text of the record; a traceback's last line says why. */
const HEAD_CHARS_MAX = 4096;
const TAIL_CHARS_MAX = 2048;

/** No text below is without one of these. */
const HINT = /amqp|broker|rabbit|heart|reply|repl[iy]|rpc|exchange|queue|topic|connect|MessagingTimeout|calling threads|memory resource/i;

/** `on HOST:PORT`, `server HOST:PORT`; IPv6 addresses stand without brackets. */
const BROKER = String.raw`([A-Za-z0-9_.:[\]-]{1,255}):(\d{1,5})`;
const onServer = (before: string, behind: string): RegExp => new RegExp(`${before}${BROKER}(?!\\w)${behind}`);

/** Group 1 and 2, where there are any: host and port of the broker. */
const TABLE: readonly (readonly [Kind, RegExp])[] = [
  ['refused', onServer('AMQP server ', ' closed the connection\\. Check login credentials')],
  ['refused', /ACCESS_REFUSED - |Login was refused using authentication mechanism|AccessRefused: /],
  ['unreachable', onServer('AMQP server on ', ' is unreachable')],
  ['unreachable', onServer('Unable to connect to AMQP server on ', ' after ')],
  ['unreachable', /Unable to connect to AMQP server: /],
  ['unreachable', /(?:^|\s)Connection failed: .{0,300}\(retrying in [\d.]{1,12} seconds\)/],
  ['reconnecting', onServer('Reconnecting to AMQP server on ', '')],
  ['connected', onServer('(?:Connected|Reconnected) to AMQP server on ', '')],
  ['connected', /Connected to AMQP server on ([\w.:-]{1,255})(?=\s|$)/],
  ['reconnecting', /A recoverable connection\/channel error occurred, trying to reconnect|^Delaying reconnect for /],
  ['heartbeat', /Unexpected error during heart(?:beat|beart) thread processing|Too many heartbeats missed/],
  ['heartbeat', /missed heartbeats from client|Heartbeat (?:timeout|missed)|no heartbeat received/i],
  ['late-reply', /[Nn]o calling threads waiting for msg_id/],
  ['missing-queue', /doesn't exist, drop reply to |due to a missing queue |exchange .{1,200}? doesn't exist yet, retrying/],
  ['missing-queue', /Failed to declare consumer for topic|Declaring queue failed with|NOT_FOUND - no (?:queue|exchange) /],
  ['missing-queue', /Internal amqp error \(541\) during queue declare|is stuck on unresponsive node/],
  ['timeout', /Timed out waiting for a reply|MessagingTimeout|Timed out waiting for RPC response|Timeout while waiting on RPC response/],
  ['timeout', /failed to send after \d{1,9} seconds due to a broker issue/],
  ['unblocked', /The broker has unblocked the connection/],
  ['blocked', /The broker has blocked the connection|(?:memory|disk) resource limit alarm set/],
  ['unblocked', /(?:memory|disk) resource limit alarm cleared/],
  ['publish', /Failed to publish message to topic/],
  ['consume', /Failed to consume message from queue/],
  ['closed', onServer('closing AMQP connection <[\\d.]{1,30}> \\([^ )]{1,280} -> ', '')],
  ['closed', /client unexpectedly closed TCP connection|CONNECTION_FORCED - |Socket closed|Server unexpectedly closed connection/],
];

/** RabbitMQ's own word for every connection that ends: trouble only where it warns. */
const ENDED: Kind = 'closed';
const CALM: ReadonlySet<string | undefined> = new Set(['DEBUG', 'INFO', 'AUDIT']);

export function amqpOf({ message, level }: LogRecord): AmqpMark | undefined {
  const text =
    message.length > HEAD_CHARS_MAX + TAIL_CHARS_MAX ? `${message.slice(0, HEAD_CHARS_MAX)}\n${message.slice(-TAIL_CHARS_MAX)}` : message;
  if (!HINT.test(text)) return undefined;
  for (const [kind, pattern] of TABLE) {
    const match = pattern.exec(text);
    if (match === null || (kind === ENDED && CALM.has(level))) continue;
    const broker = brokerOf(match[1], match[2]);
    return broker === undefined ? { kind } : { kind, broker };
  }
  return undefined;
}

function brokerOf(host: string | undefined, port: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (port === undefined) return bare;
  return bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`;
}
