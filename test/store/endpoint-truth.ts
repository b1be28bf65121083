/** Requests by endpoint as a look at every record tells them, and whether a list of the store says the same. */
import { expect } from 'vitest';
import { marks } from '../../parsers/index.ts';
import type { EndpointList, LogRecord } from '../../src/model.ts';
import { endpointOf } from '../../src/report/endpoint.ts';

export interface Looked {
  count: number;
  clientErrors: number;
  serverErrors: number;
  durations: number[];
}

/** By service and endpoint. */
export function lookedAt(records: readonly LogRecord[]): Map<string, Looked> {
  const sums = new Map<string, Looked>();
  for (const record of records) {
    const { http } = marks(record, 'http');
    if (http === undefined) continue;
    const key = `${record.service ?? ''} ${endpointOf(http.method, http.path)}`;
    const sum = sums.get(key) ?? { count: 0, clientErrors: 0, serverErrors: 0, durations: [] };
    sums.set(key, sum);
    sum.count++;
    if (http.status >= 500) sum.serverErrors++;
    else if (http.status >= 400) sum.clientErrors++;
    if (http.duration !== undefined) sum.durations.push(http.duration);
  }
  return sums;
}

/** Counts and maxima are exact, percentiles are nearest ranks within a percent. */
export function expectLooked(found: EndpointList, want: ReadonlyMap<string, Looked>): void {
  expect(found.oneOf).toBe(1);
  const told = found.endpoints.map(({ service, endpoint, count, clientErrors, serverErrors }) => [
    `${service} ${endpoint}`,
    { count, clientErrors, serverErrors },
  ]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries([...want].map(([key, { durations: _, ...sum }]) => [key, sum])));
  expect(told.length).toBe(want.size);
  expect(found.lines).toBe([...want.values()].reduce((sum, { count }) => sum + count, 0));
  for (const { service, endpoint, duration } of found.endpoints) {
    const durations = want.get(`${service} ${endpoint}`)!.durations.toSorted((one, other) => one - other);
    expect(duration?.count ?? 0, endpoint).toBe(durations.length);
    if (duration === undefined) continue;
    for (const percent of [50, 95, 99] as const) {
      const rank = durations[Math.max(0, Math.ceil((percent / 100) * durations.length) - 1)]!;
      expect(Math.abs(duration[`p${percent}`] - rank), `${endpoint} p${percent}`).toBeLessThanOrEqual(0.01 * rank + 1e-9);
    }
    expect(duration.max).toBe(durations.at(-1));
  }
}
