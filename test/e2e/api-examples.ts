/**
 * What is asked of each route, and the status of its answer: the table of api.test.ts, which fails until a new route has a row here. Data: a
 * scene of two days, of which the older was dropped, and three lines behind it. Not here: what is expected of answers.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { elasticRoutes } from '../../src/api/elastic.ts';
import type { Route } from '../../src/api/route.ts';
import { PAGES } from '../../src/api/web.ts';
import { buildView, isOlder } from '../../web/build.ts';

export interface Ask {
  /** Behind the route's path, with its parts filled in. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of a body that is announced and not sent: whoever refuses it does so at once. */
  readonly announces?: number;
}

export type Example = readonly [route: string, status: number, ask: Ask];

export const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;

/** A record of the day that is kept. */
const KEPT_SEQ = 25;

// What the page loads is named by its content, so it is built before its routes have examples.
if (isOlder()) await buildView();
const [asset] = readdirSync(join(import.meta.dirname, '../../dist/web/assets')).filter((name) => name.endsWith('.js'));

export const API = '/api/v1';
export const SAVED = '{"query":"level:error","since":"1h","title":"x","fields":["time"]}';
/** In this order: what is saved is read and forgotten. Several rows of a route: its other forms and shapes. */
export const EXAMPLES: readonly Example[] = [
  [`GET ${API}/search`, 200, { path: `${API}/search` }],
  [`GET ${API}/search`, 200, { path: `${API}/search?limit=2&raw=true` }],
  [`GET ${API}/search`, 200, { path: `${API}/search`, accept: 'application/x-ndjson' }],
  [`GET ${API}/search`, 200, { path: `${API}/search?stats=true`, accept: 'application/x-ndjson' }],
  [`GET ${API}/search`, 200, { path: `${API}/search?limit=2`, accept: 'text/plain' }],
  [`GET ${API}/search`, 200, { path: `${API}/search`, accept: 'text/csv' }],
  [`GET ${API}/search`, 200, { path: `${API}/search?download=csv` }],
  [`GET ${API}/tail`, 200, { path: `${API}/tail?lines=50` }],
  [`GET ${API}/records/:seq`, 200, { path: `${API}/records/${KEPT_SEQ}` }],
  [`GET ${API}/records/:seq/context`, 200, { path: `${API}/records/${KEPT_SEQ}/context?scope=instance` }],
  [`GET ${API}/records/:seq/context`, 200, { path: `${API}/records/42/context?scope=request`, accept: 'application/x-ndjson' }],
  [`GET ${API}/records/:seq/context`, 200, { path: `${API}/records/41/context?raw=true`, accept: 'text/plain' }],
  [`GET ${API}/entities/:id`, 200, { path: `${API}/entities/903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c` }],
  [`GET ${API}/trace/:id`, 200, { path: `${API}/trace/903B85D05B1A4BD3A9B77BFE4E1F1D8C` }],
  [
    `GET ${API}/trace/:id`,
    200,
    { path: `${API}/trace/req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c?limit=5&deskew=true`, accept: 'application/x-ndjson' },
  ],
  [`GET ${API}/trace/:id`, 200, { path: `${API}/trace/903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c?tree=true` }],
  [`GET ${API}/trace/:id`, 200, { path: `${API}/trace/903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c`, accept: 'text/plain' }],
  [`GET ${API}/trace/:id`, 200, { path: `${API}/trace/903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c?download=html&zone=UTC` }],
  [`GET ${API}/histogram`, 200, { path: `${API}/histogram?by=level` }],
  [`GET ${API}/spikes`, 200, { path: `${API}/spikes?since=2026-01-01&folded=true` }],
  [`PUT ${API}/snoozes/:name`, 201, { path: `${API}/snoozes/quiet`, body: '{"service":"nova","until":"2h"}' }],
  [`PUT ${API}/snoozes/:name`, 200, { path: `${API}/snoozes/quiet`, body: '{"host":"cmp01","until":"7d","reason":"x"}' }],
  [`GET ${API}/snoozes`, 200, { path: `${API}/snoozes` }],
  [`DELETE ${API}/snoozes/:name`, 204, { path: `${API}/snoozes/quiet` }],
  [`GET ${API}/errors`, 200, { path: `${API}/errors?since=2026-01-01&until=2100-01-01&settled=true` }],
  // Logger and text of a line above; whoever keeps a link to it relies on this hash.
  [`GET ${API}/alerts`, 200, { path: `${API}/alerts` }],
  [`POST ${API}/alerts/test`, 200, { path: `${API}/alerts/test` }],
  [`GET ${API}/report`, 200, { path: `${API}/report?since=2026-01-01&until=2026-12-31&settled=true` }],
  [`GET ${API}/errors/:signature`, 200, { path: `${API}/errors/09e360d389a18059?since=2026-01-01&until=2100-01-01&settled=true` }],
  [`GET ${API}/explain`, 200, { path: `${API}/explain?text=AMQP+server+on+a:5672+is+unreachable&since=2026-01-01` }],
  [`GET ${API}/explain`, 200, { path: `${API}/explain?text=broken+volume&since=2026-01-01` }],
  [`GET ${API}/losses`, 200, { path: `${API}/losses?since=1h` }],
  [`GET ${API}/sources`, 200, { path: `${API}/sources` }],
  ['GET /metrics', 200, { path: '/metrics' }],
  [`GET ${API}/histogram`, 200, { path: `${API}/histogram`, accept: 'text/plain' }],
  [`GET ${API}/facets`, 200, { path: `${API}/facets?fields=host,pid` }],
  [`GET ${API}/facets`, 200, { path: `${API}/facets`, accept: 'text/csv' }],
  [`GET ${API}/stats`, 200, { path: `${API}/stats?of=duration&by=service` }],
  [`GET ${API}/stats`, 200, { path: `${API}/stats?of=bytes`, accept: 'text/csv' }],
  [`POST ${API}/ingest`, 200, { path: `${API}/ingest`, body: '{"message":"x"}\n{"message":7}' }],
  [`POST ${API}/import`, 200, { path: `${API}/import?source=f1&after=&value=5`, body: 'line\n' }],
  [`GET ${API}/positions`, 200, { path: `${API}/positions?sources=f1` }],
  [`PUT ${API}/saved/:name`, 201, { path: `${API}/saved/errors`, body: SAVED }],
  [`PUT ${API}/saved/:name`, 200, { path: `${API}/saved/errors`, body: SAVED }],
  [`GET ${API}/saved`, 200, { path: `${API}/saved` }],
  [`GET ${API}/saved/:name`, 200, { path: `${API}/saved/errors` }],
  [`DELETE ${API}/saved/:name`, 204, { path: `${API}/saved/errors` }],
  [`GET ${API}/status`, 200, { path: `${API}/status` }],
  ['GET /api/openapi.json', 200, { path: '/api/openapi.json' }],
  ['GET /api/docs', 200, { path: '/api/docs' }],
  ['GET /-/healthy', 200, { path: '/-/healthy' }],
  ['GET /-/ready', 200, { path: '/-/ready' }],
  [
    'POST /_bulk',
    200,
    { path: '/_bulk?filter_path=items', body: '{"index":{"_index":"a","_id":"1"}}\n{"message":"x"}\n{"create":{}}\n7\n' },
  ],
  ['PUT /_bulk', 200, { path: '/_bulk', body: '{"index":{}}\n{"message":"x"}\n' }],
  ['POST /:index/_bulk', 200, { path: '/logs/_bulk', body: '{"index":{}}\n{"message":"x"}\n' }],
  ['PUT /:index/_bulk', 200, { path: '/logs/_bulk', body: '{"index":{}}\n{"message":"x"}\n' }],
  [
    'POST /loki/api/v1/push',
    204,
    {
      path: '/loki/api/v1/push',
      body: '{"streams":[{"stream":{"job":"x"},"values":[["1795335851000000000","line"]]}]}',
      headers: { 'content-type': 'application/json' },
    },
  ],
  [
    'POST /v1/logs',
    200,
    { path: '/v1/logs', body: '{"resourceLogs":[{"scopeLogs":[{"logRecords":[7]}]}]}', headers: { 'content-type': 'application/json' } },
  ],
  ...elasticRoutes.map((route): Example => {
    const ask = { path: route.path.replace(':name', 'logs'), ...(route.method === 'PUT' && { body: '{}' }) };
    return [nameOf(route), route.responses[0]!.status, ask];
  }),
  ...PAGES.map(({ path }): Example => [`GET ${path}`, 200, { path: `${path.replace(/:\w+/g, 'x')}?q=level:error`, accept: 'text/html' }]),
  ['GET /', 200, { path: '/', accept: 'text/html' }],
  ['GET /assets/:file', 200, { path: `/assets/${asset}` }],
  ['GET /assets/:file', 304, { path: `/assets/${asset}`, headers: { 'if-none-match': '*' } }],
];
