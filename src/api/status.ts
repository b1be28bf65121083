/**
 * `GET /api/v1/status` (what the service says of itself), and the two answers for supervisors:
 * `/-/healthy` (the process answers) and `/-/ready` (it takes and finds logs).
 */
import { jsonAnswer, type Route } from './route.ts';
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
    const isReady = !request.signal.aborted && (parts.isReady?.() ?? true);
    return isReady
      ? { type: TEXT_TYPE, body: 'ready\n' }
      : { status: 503, type: TEXT_TYPE, headers: { 'retry-after': '1' }, body: 'not ready\n' };
  },
};
