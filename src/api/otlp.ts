/**
 * `POST /v1/logs` of OTLP/HTTP: protobuf or JSON. 200 means that every log record is on disk, but those that `partialSuccess` counts as
 * rejected; 503 asks the exporter to send again. A log record becomes JSON with its resource and scope, which is what the record keeps.
 * Not here: decoding (receive/otlp-logs.ts), gRPC. Source: the OTLP specification 1.x, sections OTLP/HTTP and partial success.
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { decodeOtlpLogs, type OtlpResource } from '../receive/otlp-logs.ts';
import { acceptTexts, refuseOverload } from './deliver.ts';
import { jsonOf } from './loki.ts';
import { readOtlpJson } from './otlp-json.ts';
import { type ApiAnswer, headerOf, jsonAnswer, type Route } from './route.ts';
import { objectOf, TEXT } from './schemas.ts';
import { withBody, withObjects } from './unpack.ts';

const PROTOBUF = 'application/x-protobuf';

export const otlpLogs: Route = {
  method: 'POST',
  path: '/v1/logs',
  group: 'Writing, OpenTelemetry',
  say: 'Log records of OTLP/HTTP, protobuf or JSON; 200 only when durable',
  arguments: {},
  bodyBytesMax: limits.ingestBodyBytesMax,
  bodyTypes: {
    [PROTOBUF]: { type: 'string', contentMediaType: PROTOBUF },
    'application/json': { type: 'object' },
  },
  responses: [
    {
      status: 200,
      say: 'Every log record is on disk, but those that are counted as rejected',
      types: {
        'application/json': objectOf({ partialSuccess: objectOf({ rejectedLogRecords: TEXT, errorMessage: TEXT }) }, ['partialSuccess']),
        [PROTOBUF]: { type: 'string', contentMediaType: PROTOBUF },
      },
    },
  ],
  errors: ['bad-body', 'wrong-origin', 'too-large', 'overloaded', 'disk-full'],
  refuse: refuseOverload,
  answer(parts, request) {
    return withBody(parts, request, (body) =>
      withObjects(parts, body, async () => {
        const isJson = /json/.test(headerOf(request, 'content-type') ?? '');
        const { resources, bad } = isJson ? readOtlpJson(jsonOf(body)) : { resources: decodeOtlpLogs(body), bad: 0 };
        checkSize(resources);
        await acceptTexts(parts, texts(resources), { peer: request.peer, hints: { item: 'otlp' } });
        return answerOf(isJson, bad);
      }),
    );
  },
};

/** Only JSON can hold records that are none: protobuf that can be read has the right types. */
function answerOf(isJson: boolean, bad: number): ApiAnswer {
  if (!isJson) return { type: PROTOBUF, body: '' };
  if (bad === 0) return jsonAnswer({});
  return jsonAnswer({ partialSuccess: { rejectedLogRecords: String(bad), errorMessage: 'log records that are no objects' } });
}

/** The resource stands in each record. */
function checkSize(resources: readonly OtlpResource[]): void {
  let size = 0;
  for (const { resource, scopes } of resources) {
    const ofResource = lengthOf(resource);
    for (const { scope, logRecords } of scopes) size += logRecords.length * (ofResource + lengthOf(scope));
  }
  if (size > limits.pushTextBytesMax)
    throw new CodedError('too-large', `The push becomes more than ${limits.pushTextBytesMax} bytes with its resources; send several`);
}

function lengthOf(value: unknown): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

function* texts(resources: readonly OtlpResource[]): Generator<string> {
  for (const { resource, scopes } of resources) {
    const ofResource = resource === undefined ? '' : `"resource":${JSON.stringify(resource)},`;
    for (const { scope, logRecords } of scopes) {
      const shared = scope === undefined ? ofResource : `${ofResource}"scope":${JSON.stringify(scope)},`;
      for (const logRecord of logRecords) yield `{${shared}"logRecord":${JSON.stringify(logRecord)}}`;
    }
  }
}
