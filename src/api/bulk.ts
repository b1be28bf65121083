/**
 * `_bulk` as Elasticsearch and OpenSearch have it, for clients that are set up for those: fluentd's plugins (Kolla), Fluent Bit,
 * rsyslog's omelasticsearch, Filebeat, Vector, Logstash. 200 means that every item with status 201 is on disk; a bad document has
 * status 400 of its own. What cannot be stored now fails the whole request with 503: omelasticsearch gives up items that fail one
 * by one, and every client sends a request again that failed as one.
 * Not here: the calls that clients make before the first push (elastic.ts). Index names order nothing; they stay in the record.
 */

import { limits } from '../base/limits.ts';
import type { Hints } from '../model.ts';
import { type BulkItem, bulkItems } from './bulk-items.ts';
import { acceptAll, refuseOverload } from './deliver.ts';
import { ELASTIC_ARGUMENTS, ELASTIC_HEADERS } from './elastic-arguments.ts';
import { type ApiAnswer, type ApiParts, type ApiRequest, jsonAnswer, type Route } from './route.ts';
import { arrayOf, objectOf, TEXT } from './schemas.ts';
import { withBody, withObjects } from './unpack.ts';

const COUNT = { type: 'integer', minimum: 0 } as const;
const ITEM = objectOf(
  {
    _index: TEXT,
    _id: TEXT,
    status: { type: 'integer', description: '201: on disk; 400: not taken, for the reason in `error`' },
    result: { const: 'created' },
    _version: COUNT,
    _shards: objectOf({ total: COUNT, successful: COUNT, failed: COUNT }),
    error: objectOf({ type: TEXT, reason: TEXT }),
  },
  ['_id', 'result', '_version', '_shards', 'error'],
);
const BULK_ANSWER = objectOf(
  {
    took: { type: 'integer', minimum: 0, description: 'ms' },
    errors: { type: 'boolean', description: 'Is there an item with status 400?' },
    items: arrayOf(
      { type: 'object', additionalProperties: ITEM, maxProperties: 1 },
      'One per action, in their order, by the name of the action',
    ),
  },
  [],
);

function route(method: 'POST' | 'PUT', path: string): Route {
  const isOfIndex = path.includes(':index');
  return {
    method,
    path,
    group: 'Writing, Elasticsearch',
    say: `Actions and documents as NDJSON${isOfIndex ? ', of this index' : ''}; 200 only when durable, bad documents answered one by one`,
    arguments: ELASTIC_ARGUMENTS,
    ...(isOfIndex && { params: { index: { type: 'string', description: 'Index of actions that name none; stays in the record' } } }),
    bodyBytesMax: limits.ingestBodyBytesMax,
    bodyTypes: { 'application/x-ndjson': TEXT },
    responses: [{ status: 200, say: 'Every item with status 201 is on disk', types: { 'application/json': BULK_ANSWER } }],
    errors: ['bad-body', 'wrong-origin', 'too-large', 'overloaded', 'disk-full'],
    refuse: refuseOverload,
    answer: (parts, request) => withBody(parts, request, (body) => withObjects(parts, body, () => answer(parts, request, body))),
  };
}

async function answer(parts: ApiParts, request: ApiRequest, body: Uint8Array): Promise<ApiAnswer> {
  const began = performance.now();
  const { index } = request.params;
  const items = bulkItems(body);
  const good = items.filter(({ error }) => error === undefined);
  const hints: Hints = { item: 'bulk', ...(index !== undefined && { index }) };
  await acceptAll(parts, { peer: request.peer, bytes: body, spans: good.flatMap(({ start, end }) => [start, end]), hints });
  const said = jsonAnswer({
    took: Math.round(performance.now() - began),
    errors: good.length < items.length,
    items: items.map((item) => ({ [item.op]: answerOf(item, index) })),
  });
  return { ...said, headers: ELASTIC_HEADERS };
}

function answerOf({ index, id, error }: BulkItem, ofPath: string | undefined): object {
  const about = { _index: index ?? ofPath ?? '', ...(id !== undefined && { _id: id }) };
  if (error !== undefined) return { ...about, status: 400, error: { type: 'mapper_parsing_exception', reason: error } };
  return { ...about, _version: 1, result: 'created', _shards: { total: 1, successful: 1, failed: 0 }, status: 201 };
}

export const bulkRoutes: readonly Route[] = [
  route('POST', '/_bulk'),
  route('PUT', '/_bulk'),
  route('POST', '/:index/_bulk'),
  route('PUT', '/:index/_bulk'),
];
