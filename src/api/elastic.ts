/**
 * The calls that clients of Elasticsearch and OpenSearch make before and between their pushes: who are you, are you well, is
 * there a template, a policy, an alias. Questions are answered by what is true: there is one node, and nothing of that kind is kept
 * (404); who then wants to set one up hears that it was acknowledged, for nothing here depends on it.
 * Not here: `_bulk` (bulk.ts), searching by their query language.
 *
 * Invariant: no client's setting is kept, and none of its data is taken by these. Sources: the checks of opensearch-ruby (`version.distribution`),
 * elastic-transport (`x-elastic-product`), libbeat (version, `_license`), Logstash (`_license`), omelasticsearch (`HEAD /_cat/health`), the sniffing of Ruby clients.
 */

import { limits } from '../base/limits.ts';
import { ELASTIC_ASK_ARGUMENTS, ELASTIC_HEADERS } from './elastic-arguments.ts';
import { type ApiAnswer, type ApiParts, type ApiRequest, headerOf, type JsonSchema, jsonAnswer, type Route } from './route.ts';
import { TEXT } from './schemas.ts';

const GROUP = 'Writing, Elasticsearch';
/** Current enough for those that refuse older servers; who names a version in its User-Agent gets its own, since Beats refuse servers older than they are. */
const ELASTIC_VERSION = '8.19.0';
const OPENSEARCH_VERSION = '2.19.0';
const AGENT_VERSION = /^Elastic-?\w*\/(\d{1,3}\.\d{1,3}\.\d{1,3})\b/i;
const ANY_OBJECT: JsonSchema = { type: 'object', description: 'In the form of Elasticsearch' };
/** Templates and policies are some kilobytes; Filebeat's has 1 MB. */
const SETTING_BYTES_MAX = 8 * 1024 * 1024;

interface Version {
  readonly number: string;
  readonly distribution?: 'opensearch';
}

/** opensearch-ruby refuses Elasticsearch from 8 on, Elastic's clients refuse OpenSearch: each is told what it is made for. */
export function versionFor(userAgent: string): Version {
  if (/opensearch/i.test(userAgent)) return { number: OPENSEARCH_VERSION, distribution: 'opensearch' };
  return { number: AGENT_VERSION.exec(userAgent)?.[1] ?? ELASTIC_VERSION };
}

function root(request: ApiRequest): object {
  const { number, distribution } = versionFor(headerOf(request, 'user-agent') ?? '');
  const kind = distribution === undefined ? { build_flavor: 'default' } : { distribution };
  return {
    name: 'stacktrail',
    cluster_name: 'stacktrail',
    cluster_uuid: 'stacktrail',
    version: {
      number,
      ...kind,
      build_type: 'stacktrail',
      build_snapshot: false,
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: distribution === undefined ? 'You Know, for Search' : 'The OpenSearch Project: https://opensearch.org/',
  };
}

const HEALTH = {
  cluster_name: 'stacktrail',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 0,
  delayed_unassigned_shards: 0,
  number_of_pending_tasks: 0,
  number_of_in_flight_fetch: 0,
  task_max_waiting_in_queue_millis: 0,
  active_shards_percent_as_number: 100,
};
const LICENSE = { status: 'active', uid: 'stacktrail', type: 'basic', issued_to: 'stacktrail', issuer: 'stacktrail' };
const OFF = { available: false, enabled: false };

/** Sniffing clients go on with what they find here: our address as they call it. */
function nodes(request: ApiRequest): object {
  const host = headerOf(request, 'host') ?? '';
  const address = /:\d+$/.test(host) ? host : `${host}:80`;
  const { number } = versionFor(headerOf(request, 'user-agent') ?? '');
  const node = {
    name: 'stacktrail',
    version: number,
    roles: ['data', 'ingest'],
    http: { publish_address: address, bound_address: [address] },
  };
  return { _nodes: { total: 1, successful: 1, failed: 0 }, cluster_name: 'stacktrail', nodes: { stacktrail: node } };
}

type Say = (request: ApiRequest, parts: ApiParts) => ApiAnswer;

function known(path: string, say: string, value: (request: ApiRequest) => object): Route {
  return {
    method: 'GET',
    path,
    group: GROUP,
    say,
    arguments: ELASTIC_ASK_ARGUMENTS,
    responses: [{ status: 200, say, types: { 'application/json': ANY_OBJECT } }],
    errors: [],
    answer: async (_parts, request) => said(value(request)),
  };
}

function said(value: object): ApiAnswer {
  return { ...jsonAnswer(value), headers: ELASTIC_HEADERS };
}

const NAME = { name: { type: 'string', description: 'Of a setting, which is not kept' } } as const;

/** What somebody may ask for and set up: there is none, and it is not needed. */
function setting(path: string, what: string): Route[] {
  const ask: Route = {
    method: 'GET',
    path,
    group: GROUP,
    say: `${what}: there is none (404), none is needed`,
    arguments: ELASTIC_ASK_ARGUMENTS,
    params: NAME,
    responses: [{ status: 404, say: 'There is none', types: { 'application/json': ANY_OBJECT } }],
    errors: [],
    answer: async () => ({ ...said({}), status: 404 }),
  };
  return [ask, { ...acknowledged(path, what), params: NAME }];
}

function acknowledged(path: string, what: string): Route {
  return {
    method: 'PUT',
    path,
    group: GROUP,
    say: `${what}: acknowledged and passed over, nothing here depends on it`,
    arguments: ELASTIC_ASK_ARGUMENTS,
    bodyBytesMax: Math.min(SETTING_BYTES_MAX, limits.ingestBodyBytesMax),
    bodyTypes: { 'application/json': ANY_OBJECT },
    responses: [{ status: 200, say: 'Acknowledged', types: { 'application/json': ANY_OBJECT } }],
    errors: ['wrong-origin', 'too-large'],
    answer: async () => said({ acknowledged: true }),
  };
}

const catHealth: Say = () => ({
  type: 'text/plain; charset=utf-8',
  headers: ELASTIC_HEADERS,
  body: 'stacktrail green 1 1 1 1 0 0 0 0 - 100.0%\n',
});

export const elasticRoutes: readonly Route[] = [
  known('/', 'What clients of Elasticsearch and OpenSearch ask first: name and version', root),
  known('/_cluster/health', 'Health, as one node that is well', () => HEALTH),
  {
    ...known('/_cat/health', 'The same as a line, which omelasticsearch asks for before it sends', () => HEALTH),
    responses: [{ status: 200, say: 'One line', types: { 'text/plain': TEXT } }],
    answer: async (parts, request) => catHealth(request, parts),
  },
  known('/_license', 'A licence, which Beats and Logstash ask for', () => ({ license: LICENSE })),
  known('/_xpack', 'Extensions: none', () => ({ license: LICENSE, features: { ilm: OFF, security: OFF, monitoring: OFF } })),
  known('/_nodes/http', 'The one node there is, by the name that the client called', nodes),
  ...setting('/_template/:name', 'index template'),
  ...setting('/_index_template/:name', 'index template'),
  ...setting('/_component_template/:name', 'component template'),
  ...setting('/_data_stream/:name', 'data stream'),
  ...setting('/_ilm/policy/:name', 'lifecycle policy'),
  ...setting('/_plugins/_ism/policies/:name', 'lifecycle policy'),
  ...setting('/_ingest/pipeline/:name', 'ingest pipeline'),
  ...setting('/_alias/:name', 'alias').slice(0, 1),
];
