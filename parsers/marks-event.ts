/**
 * Notifications that oslo.messaging's driver `log` wrote as log lines: `INFO oslo.messaging.notification.<event type> [context] {JSON}`.
 * Event type, publisher, and the state of the resource; its id goes to the ids, with the kind that the event type tells.
 * Part of marks.ts. What StackTach was made of.
 *
 * Invariant: JSON of a cut line is read by its names; nothing throws. Source: oslo.messaging notify/_impl_log.py, the
 * incubator's log_notifier.py, legacy and versioned payloads of nova, cinder, glance, neutron.
 */
import type { EventMark, IdKind, LogRecord, TypedId } from '../src/model.ts';
import { hasUuid } from './marks-kind.ts';

const LOGGER = '.notification.';
const EVENT_TYPE = /^[A-Za-z][\w.-]{2,200}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** JSON beyond this is not parsed, only looked through. */
const JSON_CHARS_MAX = 256 * 1024;

/** Word of the event type -> kind of its resource, and where payloads keep its id. */
const RESOURCES: readonly (readonly [word: string, kind: IdKind, keys: readonly string[]])[] = [
  ['instance', 'instance', ['instance_id', 'uuid']],
  ['volume', 'volume', ['volume_id', 'id']],
  ['snapshot', 'snapshot', ['snapshot_id', 'id']],
  ['image', 'image', ['id', 'image_id']],
  ['port', 'port', ['id', 'port_id']],
  ['network', 'network', ['id', 'network_id']],
  ['subnet', 'subnet', ['id', 'subnet_id']],
  ['router', 'router', ['id', 'router_id']],
];
/** Where payloads keep the state: nova (legacy, versioned), cinder, glance and neutron. */
const STATES = ['new_state', 'state', 'status'] as const;

interface Event {
  readonly mark: EventMark;
  readonly resource: TypedId | undefined;
}
type Fields = Readonly<Record<string, unknown>>;

export function isEvent({ logger, message }: LogRecord): boolean {
  return logger?.includes(LOGGER) === true && message.startsWith('{');
}

export function eventOf(record: LogRecord): Event | undefined {
  if (!isEvent(record)) return undefined;
  const { logger, message } = record;
  const body = parsed(message);
  const named = logger!.slice(logger!.indexOf(LOGGER) + LOGGER.length);
  // As it stands in the text, so that the words of an index find it.
  const type = valueIn(message, 'event_type') ?? named;
  if (!EVENT_TYPE.test(type)) return undefined;
  const mark: EventMark = { type };
  const publisher = text(body?.publisher_id) ?? valueIn(message, 'publisher_id');
  if (publisher !== undefined) mark.publisher = publisher;
  const [word, kind, keys] = RESOURCES.find(([name]) => type.split('.').includes(name)) ?? ['', 'uuid' as const, []];
  const payload = body === undefined ? undefined : payloadOf(body, word);
  const state = firstOf(STATES, payload, message);
  if (state !== undefined) mark.state = state;
  const id = firstOf(keys, payload, message);
  const resource = id !== undefined && hasUuid(kind) && UUID.test(id) ? { kind, id: id.toLowerCase() } : undefined;
  return { mark, resource };
}

function parsed(message: string): Fields | undefined {
  if (message.length > JSON_CHARS_MAX) return undefined;
  try {
    return fields(JSON.parse(message));
  } catch {
    // Cut on its way, or a driver's NaN: valueIn looks through the text.
    return undefined;
  }
}

/** Versioned payloads wrap their fields, neutron's name the resource first. */
function payloadOf(body: Fields, word: string): Fields | undefined {
  const payload = fields(body.payload);
  const inner = fields(payload?.['nova_object.data']) ?? fields(payload?.[word]) ?? payload;
  const update = fields(fields(inner?.state_update)?.['nova_object.data']);
  return update === undefined ? inner : { ...inner, state: update.state };
}

function firstOf(keys: readonly string[], payload: Fields | undefined, message: string): string | undefined {
  for (const key of keys) {
    const value = payload === undefined ? valueIn(message, key) : text(payload[key]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 255 ? value : undefined;
}

/** The text behind `"key": "` in JSON that cannot be parsed. */
function valueIn(message: string, key: string): string | undefined {
  const at = message.indexOf(`"${key}": "`);
  if (at < 0) return undefined;
  const start = at + key.length + 5;
  const end = message.indexOf('"', start);
  return end < 0 ? undefined : text(message.slice(start, end));
}
