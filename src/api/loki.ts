/**
 * `POST /loki/api/v1/push`, for promtail, Alloy, Fluent Bit, Vector, Docker's driver and rsyslog's omhttp: protobuf in a Snappy block, or
 * JSON. 204 only when every entry is on disk; entries of JSON that are none are refused with 400 after the good ones were stored.
 * An entry becomes the JSON push that would send just it, which is what the record keeps. Not here: decoding (receive/loki-push.ts).
 * Source: Loki's HTTP API (Content-Type says which form; without one it is protobuf).
 */
import { CodedError } from '../base/errors.ts';
import { type JsonBounds, jsonExcess } from '../base/json-limits.ts';
import { limits } from '../base/limits.ts';
import { decodeLokiPush, type LokiPush, type LokiStream, readLokiJson } from '../receive/loki-push.ts';
import { unsnappy } from '../receive/snappy.ts';
import { acceptTexts, refuseOverload } from './deliver.ts';
import { type ApiRequest, headerOf, type Route } from './route.ts';
import { withBody, withObjects } from './unpack.ts';

/** An entry of three values, with labels and metadata beside it. */
export const PUSH_BOUNDS: JsonBounds = { depthMax: 64, valuesMax: 8 * limits.pushItemsMax };

export const lokiPush: Route = {
  method: 'POST',
  path: '/loki/api/v1/push',
  group: 'Writing, Loki',
  say: 'Streams of entries, as protobuf in Snappy or as JSON; 204 only when durable',
  arguments: {},
  bodyBytesMax: limits.ingestBodyBytesMax,
  bodyTypes: {
    'application/x-protobuf': { type: 'string', contentMediaType: 'application/x-protobuf' },
    'application/json': { type: 'object', required: ['streams'] },
  },
  responses: [{ status: 204, say: 'Every entry is on disk', types: {} }],
  errors: ['bad-body', 'wrong-origin', 'too-large', 'overloaded', 'disk-full'],
  refuse: refuseOverload,
  answer(parts, request) {
    return withBody(parts, request, (body) =>
      withObjects(parts, body, async () => {
        const { streams, bad } = pushOf(request, body);
        checkSize(streams);
        await acceptTexts(parts, texts(streams), { peer: request.peer, hints: { item: 'loki' } });
        if (bad > 0) throw new CodedError('bad-body', `${bad} entries or streams are none and were not taken; the others are on disk`);
        return { status: 204, type: '', body: '' };
      }),
    );
  },
};

function pushOf(request: ApiRequest, body: Uint8Array): LokiPush {
  const isJson = /json/.test(headerOf(request, 'content-type') ?? '');
  return isJson ? readLokiJson(jsonOf(body)) : decodeLokiPush(unsnappy(body, limits.ingestBodyBytesMax));
}

/** A body that is one JSON text. Throws `bad-body`, `too-large`. */
export function jsonOf(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  const excess = jsonExcess(text, PUSH_BOUNDS);
  if (excess !== undefined) throw new CodedError('too-large', `The body is too much: ${excess}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CodedError('bad-body', `The body is not JSON: ${(error as Error).message.slice(0, 100)}`);
  }
}

/** Labels stand in each entry's record: many short entries with long labels would become more than was sent. */
function checkSize(streams: readonly LokiStream[]): void {
  let size = 0;
  for (const { labels, entries } of streams) {
    const shared = JSON.stringify(labels).length;
    for (const { line } of entries) size += shared + line.length;
  }
  if (size > limits.pushTextBytesMax)
    throw new CodedError('too-large', `The push becomes more than ${limits.pushTextBytesMax} bytes with its labels; send several`);
}

function* texts(streams: readonly LokiStream[]): Generator<string> {
  for (const { labels, entries } of streams) {
    const stream = JSON.stringify(labels);
    for (const { time, line, metadata } of entries) {
      const value = metadata === undefined ? [time, line] : [time, line, metadata];
      yield `{"stream":${stream},"values":[${JSON.stringify(value)}]}`;
    }
  }
}
