/** Requests by endpoint: sealed and fresh, whole and in part of the time, equal to a look at every record; a sample is near it. */
import { afterAll, describe, expect, test } from 'vitest';
import { marks } from '../../parsers/index.ts';
import type { EndpointList, LogRecord } from '../../src/model.ts';
import { endpointOf } from '../../src/report/endpoint.ts';
import { endpointSteps } from '../../src/store/endpoints.ts';
import { CLOUD_START_US, cloudScene } from './cloud-scene.ts';

const scene = cloudScene(20_000, 7);
afterAll(() => scene.close());

function counted(startUs: number, endUs: number, linesMax?: number): EndpointList {
  const steps = endpointSteps(scene.reader, { startUs, endUs }, linesMax);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const records: LogRecord[] = scene.plain.search({ filter: { kind: 'all' }, limit: 100_000, direction: 'forward' }).records;

/** What a look at every record says. */
function looked(startUs: number, endUs: number) {
  const sums = new Map<string, { count: number; clientErrors: number; serverErrors: number; durations: number[] }>();
  for (const record of records) {
    if (record.time < startUs || record.time >= endUs) continue;
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

const end = CLOUD_START_US + 3600e6;

describe.each([
  ['all of the time', 0, end],
  ['a part of it', CLOUD_START_US + 60e6, CLOUD_START_US + 200e6],
])('%s', (_name, startUs, endUs) => {
  const found = counted(startUs, endUs);
  const want = looked(startUs, endUs);

  test('every endpoint with its requests and errors', () => {
    expect(want.size).toBeGreaterThan(10);
    expect(found.oneOf).toBe(1);
    const told = found.endpoints.map(({ service, endpoint, count, clientErrors, serverErrors }) => [
      `${service} ${endpoint}`,
      { count, clientErrors, serverErrors },
    ]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries([...want].map(([key, { durations: _, ...sum }]) => [key, sum])));
    expect(found.lines).toBe([...want.values()].reduce((sum, { count }) => sum + count, 0));
  });

  test('percentiles are within a percent', () => {
    for (const { service, endpoint, duration } of found.endpoints) {
      const durations = want.get(`${service} ${endpoint}`)!.durations.toSorted((one, other) => one - other);
      expect(duration?.count ?? 0, endpoint).toBe(durations.length);
      if (duration === undefined) continue;
      const rank = (percent: number): number => durations[Math.max(0, Math.ceil((percent / 100) * durations.length) - 1)]!;
      for (const [name, percent] of [
        ['p50', 50],
        ['p95', 95],
        ['p99', 99],
      ] as const)
        expect(Math.abs(duration[name] - rank(percent)), `${endpoint} ${name}`).toBeLessThanOrEqual(0.01 * rank(percent) + 1e-9);
      expect(duration.max).toBe(durations.at(-1));
    }
  });
});

test('nobody has ids in its endpoint, so there are few', () => {
  const { endpoints } = counted(0, end);
  expect(endpoints.length).toBeLessThan(150);
  expect(endpoints.filter(({ endpoint }) => /[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{32}/.test(endpoint))).toEqual([]);
});

test('of too many lines a part is read, and counts are near the truth', () => {
  const whole = counted(0, end);
  const part = counted(0, end, Math.ceil(whole.lines / 3));
  expect(part.oneOf).toBeGreaterThan(1);
  expect(part.lines).toBeLessThan(whole.lines);
  const sum = (list: EndpointList): number => list.endpoints.reduce((all, { count }) => all + count, 0);
  expect(sum(part) / sum(whole)).toBeGreaterThan(0.5);
  expect(sum(part) / sum(whole)).toBeLessThan(2);
});
