/** `GET /metrics`: numbers for Prometheus. Not here: which (service/metrics.ts). config/prometheus-alerts.yaml has rules for them. */
import { EXPOSITION_TYPE, exposition } from '../base/exposition.ts';
import type { Route } from './route.ts';
import { TEXT } from './schemas.ts';

export const metrics: Route = {
  method: 'GET',
  path: '/metrics',
  group: 'The service',
  say: 'Counters, losses by reason, connections, store, disk and durations for Prometheus',
  arguments: {},
  responses: [{ status: 200, say: 'The text format of Prometheus, 0.0.4', types: { 'text/plain': TEXT } }],
  errors: [],
  async answer(parts) {
    return { type: EXPOSITION_TYPE, body: exposition((await parts.metrics?.()) ?? []) };
  },
};
