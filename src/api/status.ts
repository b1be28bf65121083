/**
 * `GET /api/v1/status` (what the service says of itself), and the two answers for supervisors:
 * `/-/healthy` (the process answers) and `/-/ready` (it takes and finds logs).
 */
import { type ApiParts, type ApiRequest, jsonAnswer, type Route } from './route.ts';
import { TEXT } from './schemas.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';

export const status: Route = {
  method: 'GET',
  path: '/api/v1/status',
  group: 'The service',
  say: 'Receivers, counters, losses with reasons, days and sizes',
  arguments: {},
  responses: [
    {
      status: 200,
      say: 'What the service says of itself; its members grow with the service',
      types: { 'application/json': { type: 'object' } },
    },
  ],
  errors: [],
  async answer(parts) {
    return jsonAnswer(await parts.status());
  },
};

export const healthy: Route = {
  method: 'GET',
  path: '/-/healthy',
  group: 'The service',
  say: '200 while the process answers',
  arguments: {},
  responses: [{ status: 200, say: 'It does', types: { 'text/plain': TEXT } }],
  errors: [],
  async answer() {
    return { type: TEXT_TYPE, body: 'healthy\n' };
  },
};

export const ready: Route = {
  method: 'GET',
  path: '/-/ready',
  group: 'The service',
  say: '200 when logs are received and can be searched, else 503',
  arguments: {},
  responses: [
    { status: 200, say: 'It is', types: { 'text/plain': TEXT } },
    { status: 503, say: 'Not yet, or not any more', types: { 'text/plain': TEXT }, headers: { 'retry-after': 'Seconds' } },
  ],
  errors: [],
  async answer(parts, request) {
    const why = whyNot(parts, request);
    return why === undefined
      ? { type: TEXT_TYPE, body: 'ready\n' }
      : { status: 503, type: TEXT_TYPE, headers: { 'retry-after': '1' }, body: `not ready${why}\n` };
  },
};

function whyNot(parts: ApiParts, request: ApiRequest): string | undefined {
  if (request.signal.aborted || parts.isReady?.() === false) return '';
  // Who watches this wants to know before senders notice; queries are answered all the same.
  return parts.ingest.isReadOnly ? ': the disk is low, nothing new is stored; queries go on' : undefined;
}
