/**
 * `GET /api/v1/status` (what the service says of itself), and the two answers for supervisors:
 * `/-/healthy` (the process answers) and `/-/ready` (it takes and finds logs).
 */
import { jsonAnswer, type Route } from './route.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';

export const status: Route = {
  method: 'GET',
  path: '/api/v1/status',
  say: 'Receivers, counters, losses with reasons, days and sizes',
  arguments: {},
  async answer(parts) {
    return jsonAnswer(await parts.status());
  },
};

export const healthy: Route = {
  method: 'GET',
  path: '/-/healthy',
  say: '200 while the process answers',
  arguments: {},
  async answer() {
    return { type: TEXT_TYPE, body: 'healthy\n' };
  },
};

export const ready: Route = {
  method: 'GET',
  path: '/-/ready',
  say: '200 when logs are received and can be searched, else 503',
  arguments: {},
  async answer(parts, request) {
    const isReady = !request.signal.aborted && (parts.isReady?.() ?? true);
    return isReady
      ? { type: TEXT_TYPE, body: 'ready\n' }
      : { status: 503, type: TEXT_TYPE, headers: { 'retry-after': '1' }, body: 'not ready\n' };
  },
};
