/**
 * A push of Loki, decoded: protobuf (`logproto.PushRequest`) or JSON into streams of entries. Pure: bytes in, plain objects out.
 * Not here: Snappy (snappy.ts), routes, what labels mean (parsers/item-fields.ts).
 *
 * Invariant: a label text or an entry that is wrong costs only itself: such labels are kept as the text they were, such
 * entries are counted. Entries are bounded. Source: grafana/loki pkg/push/push.proto, its HTTP API; Go's quoting of label values.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Cursor, next, open, signed, text, within } from './protobuf.ts';

export interface LokiEntry {
  /** ns since 1970. */
  readonly time: string;
  readonly line: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface LokiStream {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly entries: readonly LokiEntry[];
}

export interface LokiPush {
  readonly streams: readonly LokiStream[];
  /** Entries that were none. */
  readonly bad: number;
}

interface Room {
  left: number;
}

// ---------------------------------------------------------------------------------------------- protobuf

/** Throws `bad-body`, `too-large`. */
export function decodeLokiPush(body: Uint8Array): LokiPush {
  const streams: LokiStream[] = [];
  const room = { left: limits.pushItemsMax };
  const cursor = open(body);
  while (next(cursor)) if (cursor.field === 1) streams.push(streamOf(within(cursor), room));
  return { streams, bad: 0 };
}

function streamOf(cursor: Cursor, room: Room): LokiStream {
  let labels = '';
  const entries: LokiEntry[] = [];
  use(room);
  while (next(cursor)) {
    if (cursor.field === 1) labels = text(cursor);
    else if (cursor.field === 2) {
      use(room);
      entries.push(entryOf(within(cursor), room));
    }
  }
  return { labels: readLabels(labels) ?? { labels }, entries };
}

function entryOf(cursor: Cursor, room: Room): LokiEntry {
  let time = '0';
  let line = '';
  let metadata: Record<string, unknown> | undefined;
  while (next(cursor)) {
    if (cursor.field === 1) time = timeOf(within(cursor));
    else if (cursor.field === 2) line = text(cursor);
    else if (cursor.field === 3 || cursor.field === 4) {
      use(room);
      metadata ??= {};
      addPair(metadata, within(cursor));
    }
  }
  return { time, line, ...(metadata && { metadata }) };
}

/** Structured metadata, and what Loki's clients parsed off the line. */
function addPair(pairs: Record<string, unknown>, cursor: Cursor): void {
  let name = '';
  let value = '';
  while (next(cursor)) {
    if (cursor.field === 1) name = text(cursor);
    else if (cursor.field === 2) value = text(cursor);
  }
  put(pairs, name, value);
}

/** Also `__proto__` is only a name. */
function put(pairs: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(pairs, name, { value, enumerable: true, configurable: true, writable: true });
}

function timeOf(cursor: Cursor): string {
  let seconds = 0n;
  let nanos = 0n;
  while (next(cursor)) {
    if (cursor.field === 1) seconds = signed(cursor);
    else if (cursor.field === 2) nanos = BigInt.asIntN(32, signed(cursor));
  }
  return String(seconds * 1_000_000_000n + nanos);
}

function use(room: Room): void {
  if (--room.left < 0) throw new CodedError('too-large', `The push has more than ${limits.pushItemsMax} entries; send several`);
}

// ------------------------------------------------------------------------------------------------ labels

const LABEL = /\s*([A-Za-z_][\w.:-]*)\s*=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(,|\}\s*$)/sy;
const GO_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** `{job="nova", host="c01"}`; undefined where it is not that. */
export function readLabels(labels: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  if (/^\{\s*\}$/.test(labels)) return pairs;
  if (!labels.startsWith('{')) return undefined;
  LABEL.lastIndex = 1;
  for (;;) {
    const match = LABEL.exec(labels);
    if (match === null) return undefined;
    put(pairs, match[1]!, unquote(match[2]!));
    if (match[3] !== ',') return pairs;
  }
}

function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner;
  return inner.replace(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (spelled) => {
    const kind = spelled[1]!;
    if (spelled.length > 2 && (kind === 'x' || kind === 'u')) return String.fromCharCode(Number.parseInt(spelled.slice(2), 16));
    return GO_ESCAPES[kind] ?? spelled.slice(1);
  });
}

// -------------------------------------------------------------------------------------------------- JSON

/** `{"streams":[{"stream":{…},"values":[["ns","line",{…}]]}]}`. Throws `bad-body`, `too-large`. */
export function readLokiJson(value: unknown): LokiPush {
  const streams = isObject(value) ? value.streams : undefined;
  if (!Array.isArray(streams)) throw new CodedError('bad-body', 'The body is no push of Loki: {"streams":[…]} is missing');
  const room = { left: limits.pushItemsMax };
  let bad = 0;
  const good = streams.flatMap((stream: unknown): LokiStream[] => {
    const values = isObject(stream) ? stream.values : undefined;
    if (!isObject(stream) || !isObject(stream.stream) || !Array.isArray(values)) {
      bad++;
      return [];
    }
    const entries: LokiEntry[] = [];
    for (const one of values as unknown[]) {
      use(room);
      const entry = jsonEntry(one);
      if (entry === undefined) bad++;
      else entries.push(entry);
    }
    return [{ labels: stream.stream, entries }];
  });
  return { streams: good, bad };
}

function jsonEntry(value: unknown): LokiEntry | undefined {
  if (!Array.isArray(value)) return undefined;
  const [time, line, metadata] = value as unknown[];
  if (typeof time !== 'string' || !/^-?\d{1,20}$/.test(time) || typeof line !== 'string') return undefined;
  if (metadata !== undefined && !isObject(metadata)) return undefined;
  return { time, line, ...(metadata && { metadata }) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
