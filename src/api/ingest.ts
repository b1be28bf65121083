/**
 * `POST /api/v1/ingest`: plain lines or NDJSON. 200 means that every accepted line is on disk. Which of the two:
 * by Content-Type where it says so, else (curl says `x-www-form-urlencoded`) NDJSON when the body begins with `{`.
 * Not here: what a line means (parsers/), what an object becomes (ingest-messages.ts).
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nowUs } from '../base/time.ts';
import type { MessageFlag, MessageRun } from '../model.ts';
import { type BodyMessages, jsonMessages, plainMessages } from './ingest-messages.ts';
import { type ApiParts, type ApiRequest, headerOf, jsonAnswer, type Route } from './route.ts';
import { arrayOf, objectOf, TEXT } from './schemas.ts';

/** Errors of single lines in an answer; a client that gets so many wrong has one mistake, not many. */
const LINE_ERRORS_MAX = 1000;

export const ingest: Route = {
  method: 'POST',
  path: '/api/v1/ingest',
  group: 'Writing',
  say: 'Plain lines or NDJSON `{"message":…, "host":…, "program":…, "time":…, "level":…}`; 200 only when durable',
  arguments: {},
  bodyBytesMax: limits.ingestBodyBytesMax,
  bodyTypes: { 'text/plain': TEXT, 'application/x-ndjson': TEXT },
  responses: [
    {
      status: 200,
      say: 'Every accepted line is on disk',
      types: {
        'application/json': objectOf(
          {
            accepted: { type: 'integer', minimum: 0 },
            errors: arrayOf(
              objectOf({ line: { type: 'integer', minimum: 1 }, code: TEXT, message: TEXT }),
              'Lines that were not taken, from 1',
            ),
            errorCount: { type: 'integer', description: 'How many there were, where `errors` shows only the first' },
          },
          ['errorCount'],
        ),
      },
    },
  ],
  errors: ['bad-body', 'wrong-origin', 'too-large', 'overloaded', 'disk-full'],
  refuse(parts) {
    if (parts.ingest.pendingBytes > limits.intakeBytesMax)
      throw new CodedError('overloaded', 'Too much is waiting for the disk; send again in a second');
  },
  async answer(parts, request) {
    if ((headerOf(request, 'content-encoding') ?? 'identity') !== 'identity') {
      throw new CodedError('bad-body', 'Content-Encoding is not understood here; send the lines as they are');
    }
    const body = request.body ?? new Uint8Array();
    const { bytes, spans, errors } = isJson(request, body) ? jsonMessages(body) : plainMessages(body);
    await acceptAll(parts, { peer: request.peer, bytes, spans });
    const { length } = errors;
    if (length > LINE_ERRORS_MAX) errors.length = LINE_ERRORS_MAX;
    return jsonAnswer({ accepted: spans.length / 2, errors, ...(length > LINE_ERRORS_MAX ? { errorCount: length } : {}) });
  },
};

function isJson(request: ApiRequest, body: Uint8Array): boolean {
  const type = headerOf(request, 'content-type') ?? '';
  if (/json/.test(type)) return true;
  if (/^text\//.test(type)) return false;
  const first = body.find((byte) => byte > 0x20);
  return first === '{'.charCodeAt(0);
}

interface Arrival extends Omit<BodyMessages, 'errors'> {
  readonly peer: string;
}

/** Resolves when all is durable; the runs wait for the disk together, not one after another. */
async function acceptAll(parts: ApiParts, arrival: Arrival): Promise<void> {
  const { counters } = parts;
  const waiting: Promise<void>[] = [];
  for (const run of runsOf(arrival, counters && ((bytes) => counters.lose('truncated-bytes', arrival.peer, bytes)))) {
    counters?.add('messages.received', run.spans.length / 2, 'http');
    counters?.add('bytes.received', run.bytes.length, 'http');
    // When too much is on its way to the disk, only after what this request sent before.
    if (parts.ingest.pendingBytes > limits.intakeBytesMax) await Promise.all(waiting);
    const durable = parts.ingest.accept(run);
    // It may fail before it is waited for; `all` below throws it.
    durable.catch(() => {});
    waiting.push(durable);
  }
  await Promise.all(waiting);
}

/** Runs of about 1 MiB, as the receivers make them; too long messages are cut and flagged. */
function* runsOf(arrival: Arrival, onCut: ((bytes: number) => void) | undefined): Generator<MessageRun> {
  const { spans, bytes } = arrival;
  const source = { transport: 'http', peer: arrival.peer } as const;
  const received = nowUs();
  for (let index = 0; index < spans.length; ) {
    const base = spans[index]!;
    const own: number[] = [];
    const flags = new Map<number, MessageFlag>();
    while (index < spans.length && (own.length === 0 || spans[index + 1]! - base <= limits.batchBytesMax)) {
      const start = spans[index]!;
      const end = Math.min(spans[index + 1]!, start + limits.messageBytesMax);
      if (end < spans[index + 1]!) {
        flags.set(own.length / 2, 'truncated');
        onCut?.(spans[index + 1]! - end);
      }
      own.push(start - base, end - base);
      index += 2;
    }
    yield { source, received, bytes: bytes.subarray(base, base + own.at(-1)!), spans: own, flags };
  }
}
