/**
 * `POST /api/v1/ingest`: plain lines or NDJSON. 200 means that every accepted line is on disk. Which of the two:
 * by Content-Type where it says so, else (curl says `x-www-form-urlencoded`) NDJSON when the body begins with `{`.
 * Not here: what a line or an object means (parsers/), unpacking (unpack.ts), the way to the disk (deliver.ts).
 */
import { limits } from '../base/limits.ts';
import { acceptAll, refuseOverload } from './deliver.ts';
import { jsonMessages, plainMessages } from './ingest-messages.ts';
import { type ApiRequest, headerOf, jsonAnswer, type Route } from './route.ts';
import { arrayOf, objectOf, TEXT } from './schemas.ts';
import { withBody } from './unpack.ts';

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
  refuse: refuseOverload,
  async answer(parts, request) {
    return withBody(parts, request, async (body) => {
      const isItems = isJson(request, body);
      const { bytes, spans, errors } = isItems ? jsonMessages(body) : plainMessages(body);
      await acceptAll(parts, { peer: request.peer, bytes, spans, ...(isItems && { hints: { item: 'object' } }) });
      const { length } = errors;
      if (length > LINE_ERRORS_MAX) errors.length = LINE_ERRORS_MAX;
      return jsonAnswer({ accepted: spans.length / 2, errors, ...(length > LINE_ERRORS_MAX ? { errorCount: length } : {}) });
    });
  },
};

function isJson(request: ApiRequest, body: Uint8Array): boolean {
  const type = headerOf(request, 'content-type') ?? '';
  if (/json/.test(type)) return true;
  if (/^text\//.test(type)) return false;
  const first = body.find((byte) => byte > 0x20);
  return first === '{'.charCodeAt(0);
}
