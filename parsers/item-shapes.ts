/**
 * The wrappings of items, opened: any JSON object, an entry of Loki, a log record of OTLP, each as a flat list of names and
 * values. Part of item.ts. A text that a client wrapped twice (`{"log":"{…}"}`) stays as it is.
 *
 * Invariant: linear in the text; every value of the item is in the list once. Sources: Loki's push API (stream, values, structured
 * metadata), the OTLP JSON encoding (camelCase names, 64 bit numbers as text), OpenTelemetry's table of severity numbers.
 */
import type { Level } from '../src/model.ts';

export type Entry = readonly [name: string, value: unknown];

/** Members of members become names with a dot so deep; what lies deeper is one value. */
const FLAT_DEPTH_MAX = 6;

/** `{"host":{"name":"c01"}}` -> `host.name`. Lists are values. */
export function flatten(value: Readonly<Record<string, unknown>>): Entry[] {
  const entries: Entry[] = [];
  addFlat(entries, value, { prefix: '', depth: 1 });
  return entries;
}

function addFlat(entries: Entry[], value: Readonly<Record<string, unknown>>, { prefix, depth }: { prefix: string; depth: number }): void {
  for (const [name, member] of Object.entries(value)) {
    if (isObject(member) && depth < FLAT_DEPTH_MAX) addFlat(entries, member, { prefix: `${prefix}${name}.`, depth: depth + 1 });
    else entries.push([prefix + name, member]);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{"stream":{labels},"values":[["ns","line",{metadata}]]}` with one value, as src/api/loki.ts writes it. */
export function lokiEntries(value: Readonly<Record<string, unknown>>): Entry[] | undefined {
  const { stream, values } = value;
  const entry: unknown = Array.isArray(values) ? values[0] : undefined;
  if (!isObject(stream) || !Array.isArray(entry)) return undefined;
  const [time, line, metadata] = entry as unknown[];
  const said = isObject(metadata) ? flatten(metadata) : [];
  return [['@timestamp', time], ['message', line], ...said, ...flatten(stream)];
}

/** `{"resource":{…},"scope":{…},"logRecord":{…}}`, as src/api/otlp.ts writes it. */
export function otlpEntries(value: Readonly<Record<string, unknown>>): Entry[] | undefined {
  const { resource, scope, logRecord } = value;
  if (!isObject(logRecord)) return undefined;
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, body, attributes, ...others } = logRecord;
  const time = isTime(timeUnixNano) ? timeUnixNano : observedTimeUnixNano;
  const said = plainValue(body);
  const entries: Entry[] = [
    ['@timestamp', time],
    ['message', typeof said === 'string' || said === undefined ? said : JSON.stringify(said)],
    ['level', levelOfNumber(severityNumber) ?? severityText],
    ['severity_text', severityText],
    ['severity_number', severityNumber],
    ['observed', time === observedTimeUnixNano ? undefined : observedTimeUnixNano],
    ...attributesOf(attributes),
    ...flatten(others),
  ];
  if (isObject(scope)) {
    const { attributes: ofScope, name, ...more } = scope;
    entries.push(['scope.name', name], ...attributesOf(ofScope), ...flatten({ scope: more }));
  }
  if (isObject(resource)) {
    const { attributes: ofResource, ...more } = resource;
    entries.push(...attributesOf(ofResource), ...flatten({ resource: more }));
  }
  return entries.filter(([, one]) => one !== undefined);
}

function isTime(value: unknown): boolean {
  return value !== undefined && value !== null && value !== 0 && value !== '0' && value !== '';
}

function attributesOf(value: unknown): Entry[] {
  if (!Array.isArray(value)) return value === undefined ? [] : [['attributes', value]];
  return value.flatMap((one: unknown): Entry[] => {
    if (!isObject(one) || typeof one.key !== 'string') return [['attributes', one]];
    return [[one.key, plainValue(one.value)]];
  });
}

/** AnyValue as the value it stands for. */
function plainValue(value: unknown): unknown {
  if (!isObject(value)) return value;
  if ('arrayValue' in value) {
    const items = isObject(value.arrayValue) ? value.arrayValue.values : undefined;
    return Array.isArray(items) ? items.map(plainValue) : [];
  }
  if ('kvlistValue' in value) {
    const pairs = isObject(value.kvlistValue) ? value.kvlistValue.values : undefined;
    return Object.fromEntries(attributesOf(Array.isArray(pairs) ? pairs : []));
  }
  const kind = ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'bytesValue'].find((name) => name in value);
  return kind === undefined ? (Object.keys(value).length === 0 ? undefined : value) : value[kind];
}

/** 1-4 TRACE, 5-8 DEBUG, 9-12 INFO, 13-16 WARN, 17-20 ERROR, 21-24 FATAL. */
const LEVEL_OF_RANGE: readonly Level[] = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

function levelOfNumber(value: unknown): Level | undefined {
  const number = typeof value === 'string' ? numberNamed(value) : value;
  return typeof number === 'number' && number >= 1 && number <= 24 ? LEVEL_OF_RANGE[Math.floor((number - 1) / 4)] : undefined;
}

/** Some exporters write the enum's name: `SEVERITY_NUMBER_ERROR2`. */
function numberNamed(name: string): number | undefined {
  const match = /^SEVERITY_NUMBER_(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)([234]?)$/.exec(name);
  if (match === null) return undefined;
  return ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].indexOf(match[1]!) * 4 + Number(match[2] || 1);
}
