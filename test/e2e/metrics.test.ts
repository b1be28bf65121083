/**
 * `/metrics` of the real service: the text format is right, numbers are those of the status, labels are ours, and every metric that an
 * alert of config/prometheus-alerts.yaml names is there from the start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROUTES } from '../../src/api/routes.ts';
import { LOSS_REASONS } from '../../src/base/counters.ts';
import { exposition, Histogram } from '../../src/base/exposition.ts';
import { ROOT } from '../house/tables.ts';
import { openTcp } from '../receive/senders.ts';
import { eventually, type RunningService, startService } from './service.ts';

interface Scrape {
  readonly types: Map<string, string>;
  /** By name and labels as written. */
  readonly values: Map<string, number>;
}

const SAMPLE = /^([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? (-?[0-9.e+-]+|\+Inf|NaN)$/;

/** Throws at a line that is not of the format. */
function read(text: string): Scrape {
  const types = new Map<string, string>();
  const values = new Map<string, number>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    if (type) types.set(type[1]!, type[2]!);
    if (line.startsWith('# HELP ') || type) continue;
    const sample = SAMPLE.exec(line);
    expect(sample, line).not.toBeNull();
    expect(types.has(sample![1]!.replace(/_(bucket|sum|count)$/, '')) || types.has(sample![1]!), line).toBe(true);
    expect(values.has(`${sample![1]}${sample![2] ?? ''}`), `twice: ${line}`).toBe(false);
    values.set(`${sample![1]}${sample![2] ?? ''}`, Number(sample![3]!.replace('+Inf', 'Infinity')));
  }
  return { types, values };
}

let service: RunningService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const scrape = async (): Promise<Scrape> => {
  const response = await fetch(`${service.url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return read(await response.text());
};

test('every metric of an alert is there before anything has happened', async () => {
  const { values } = await scrape();
  const file = parse(readFileSync(join(ROOT, 'config', 'prometheus-alerts.yaml'), 'utf8')) as {
    groups: { rules: { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string } }[] }[];
  };
  const { rules } = file.groups[0]!;
  const names = new Set([...values.keys()].map((key) => key.replace(/\{.*/, '')));
  for (const { alert, expr, labels, annotations } of rules) {
    const used = expr.match(/\b(?:stacktrail|process)_[a-z_]+\b/g) ?? [];
    expect(used.length > 0 || alert === 'StacktrailDown', alert).toBe(true);
    for (const name of used) expect(names, alert).toContain(name);
    expect(labels.severity).toMatch(/^(critical|warning|info)$/);
    expect(annotations.summary).not.toBe('');
  }
  for (const reason of Object.keys(LOSS_REASONS)) expect(values.get(`stacktrail_messages_lost_total{reason="${reason}"}`)).toBe(0);
});

test('numbers are those of what happened; labels are words of ours', async () => {
  const sender = await openTcp(service.tcp);
  await sender.send('', '<134>ghost"\\ app[1]: one', '<131>nova-compute: two');
  await eventually(async () => expect(await service.search('')).toHaveLength(2));
  await fetch(`${service.url}/no/such/route`);
  const { values, types } = await scrape();
  expect(values.get('stacktrail_messages_received_total{transport="tcp"}')).toBe(2);
  expect(values.get('stacktrail_records_stored_total')).toBe(2);
  expect(values.get('stacktrail_messages_lost_total{reason="empty"}')).toBe(1);
  expect(values.get('stacktrail_connections{receiver="tcp"}')).toBe(1);
  expect(values.get('stacktrail_store_records')).toBe(2);
  expect(values.get('stacktrail_records_total{service="nova",level="ERROR"}')).toBe(1);
  const byService = [...values].filter(([key]) => key.startsWith('stacktrail_records_total{'));
  expect(byService.reduce((sum, [, count]) => sum + count, 0)).toBe(2);
  expect(values.get('stacktrail_commit_seconds_count')).toBeGreaterThanOrEqual(1);
  expect(values.get('stacktrail_http_request_seconds_count{route="/api/v1/search"}')).toBeGreaterThanOrEqual(1);
  expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  for (const name of types.keys()) expect(name).toMatch(/^(stacktrail|process)_[a-z_]+$/);
  for (const [name, type] of types) expect(name.endsWith('_total'), name).toBe(type === 'counter');
  const routes = [...values.keys()].flatMap((key) => /route="([^"]*)"/.exec(key)?.[1] ?? []);
  for (const route of routes) expect(ROUTES.map(({ path }) => path)).toContain(route);
  expect([...values.keys()].join()).not.toContain('ghost');
  await sender.close();
});

test('errors by group: the signature is that of the group', async () => {
  const line = 'nova-compute[7]: 2026-11-20 12:00:00.000 7 ERROR nova.virt.libvirt.driver [-] Connection to libvirt lost: 1';
  const sender = await openTcp(service.tcp);
  const before = (await scrape()).values;
  await sender.send(`<131>${line}`, `<131>${line}`);
  await sender.close();
  const group = await eventually(async () => {
    const response = await fetch(`${service.url}/api/v1/errors?since=2020-01-01&settled=true`);
    const { groups } = (await response.json()) as { groups: { signature: string; title: string; count: number }[] };
    const found = groups.find(({ title }) => title.includes('libvirt'));
    expect(found?.count).toBe(2);
    return found!;
  });
  const { values } = await scrape();
  const name = 'stacktrail_error_groups_records_total';
  expect(values.get(`${name}{signature="${group.signature}",level="ERROR"}`)).toBe(2);
  expect(values.get(`${name}{signature="other",level="other"}`)).toBe(before.get(`${name}{signature="other",level="other"}`));
});

test('hostile words cannot break out of a label; buckets of a histogram add up', () => {
  const histogram = new Histogram();
  for (const seconds of [0.0005, 0.001, 0.5, 100]) histogram.add(seconds);
  const text = exposition([
    { name: 'a', type: 'gauge', help: 'two\nlines', samples: [{ labels: { word: 'x"} 1\n\\' }, value: Number.POSITIVE_INFINITY }] },
    { name: 'h', type: 'histogram', help: 'h', samples: histogram.samples() },
  ]);
  const { values } = read(text);
  expect(text).toContain('a{word="x\\"} 1\\n\\\\"} +Inf\n');
  const le = (bound: string): number | undefined => values.get(`h_bucket{le="${bound}"}`);
  expect([le('0.001'), le('0.3'), le('1'), le('30'), le('+Inf'), values.get('h_count'), values.get('h_sum')]).toEqual([
    2, 2, 3, 3, 4, 4, 100.5015,
  ]);
});
