/** The routes that count: buckets without gaps, values and their rest, percentiles; forms; errors with their place. */
import { afterEach, describe, expect, test } from 'vitest';
import { formatTime } from '../../src/base/time.ts';
import type { LogRecord } from '../../src/model.ts';
import { recordOf, START, testApi } from './parts.ts';

const MINUTE = 60e6;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function started(records: LogRecord[]) {
  const parts = await testApi();
  open.push(parts.api);
  if (records.length > 0) parts.ingest.commit(records);
  const get = async (url: string, accept?: string) => {
    const { statusCode, headers, body } = await parts.api.inject({
      method: 'GET',
      url: `/api/v1/${url}`,
      headers: accept === undefined ? {} : { accept },
    });
    return { status: statusCode, headers, body, json: () => JSON.parse(body) };
  };
  return { ...parts, get };
}

/** START is 08:24:11: three errors in that minute, one INFO two minutes later, and one of another service without a host. */
const FIVE = [
  recordOf('first', { time: START, level: 'ERROR' }),
  recordOf('second', { time: START + 1e6, level: 'ERROR' }),
  recordOf('third', { time: START + 2e6, level: 'ERROR', host: 'c02' }),
  recordOf('fourth', { time: START + 2 * MINUTE, level: 'INFO' }),
  recordOf('fifth', { time: START + 2 * MINUTE, level: 'WARNING', service: 'cinder', host: undefined }),
];
const at = (minutes: number) => formatTime(Date.UTC(2026, 10, 22, 8, 24) * 1000 + minutes * MINUTE);

describe('histogram', () => {
  test('buckets from the first to the last record, empty ones among them', async () => {
    const { get } = await started(FIVE);
    const { status, json } = await get('histogram?step=1m&by=level');
    expect(status).toBe(200);
    const { stats, ...answer } = json();
    expect(answer).toEqual({
      start: at(0),
      end: at(3),
      stepSeconds: 60,
      by: 'level',
      buckets: [
        { time: at(0), count: 3, values: { ERROR: 3 } },
        { time: at(1), count: 0, values: {} },
        { time: at(2), count: 2, values: { INFO: 1, WARNING: 1 } },
      ],
      total: 5,
      others: 0,
    });
    expect(stats.tookMs).toBeGreaterThanOrEqual(0);
  });

  test.each([
    [`start=${at(-2)}&end=${at(5)}&step=1m`, [0, 0, 3, 0, 2, 0, 0]],
    [`start=${at(1)}&step=1m`, [0, 2]],
    [`end=${at(2)}&step=1m`, [3, 0]],
    [`start=${at(0)}&end=${at(4)}&step=2m`, [3, 2]],
    [`start=${at(10)}&end=${at(12)}&step=1m`, [0, 0]],
    ['query=level:error&step=60', [3]],
    ['query=level:error&step=1s', [1, 1, 1]],
    ['query=nosuchword', []],
    ['query=nosuchword&step=1m', []],
    [`query=nosuchword&start=${at(0)}&end=${at(2)}&step=1m`, [0, 0]],
  ])('%s', async (argumentsText, counts) => {
    const { get } = await started(FIVE);
    const { buckets, total, others } = (await get(`histogram?${argumentsText}`)).json();
    expect(buckets.map(({ count }: { count: number }) => count)).toEqual(counts);
    expect([total, others]).toEqual([counts.reduce((sum, count) => sum + count, 0), 0]);
  });

  test('what is not shown is among the others: rarer values, and records without the field', async () => {
    const { get } = await started(FIVE);
    const { buckets, others, total } = (await get('histogram?step=1d&by=host&limit=1')).json();
    expect(buckets.map(({ count, values }: { count: number; values: object }) => [count, values])).toEqual([[5, { c01: 3 }]]);
    expect([total, others]).toEqual([5, 2]);
  });

  test('a value may be called as anything', async () => {
    const { get } = await started(['__proto__', 'constructor', 'toString'].map((host) => recordOf('x', { host, time: START })));
    const { body } = await get('histogram?step=1d&by=host');
    expect(body).toContain('"values":{"__proto__":1,"constructor":1,"toString":1}');
  });

  test.each([
    [59, 1],
    [60, 1],
    [61, 2],
    [3600, 60],
    [86_400, 1800],
    [40 * 86_400, 86_400],
  ])('auto cuts %i s into steps of %i s', async (seconds, stepSeconds) => {
    const { get } = await started([]);
    const { json } = await get(`histogram?start=${START / 1e6}&end=${START / 1e6 + seconds}`);
    expect(json().stepSeconds).toBe(stepSeconds);
    expect(json().buckets.length).toBeGreaterThan(19);
    expect(json().buckets.length).toBeLessThanOrEqual(61);
  });

  test('auto without a range looks at what was found: a few records within a year are not one bucket', async () => {
    const { get } = await started([
      recordOf('old', { time: START - 300 * 86_400e6 }),
      ...Array.from({ length: 50 }, (_, index) => recordOf('needle', { time: START + index * 60e6 })),
    ]);
    const { stepSeconds, buckets, total } = (await get('histogram?query=needle')).json();
    expect([stepSeconds, total]).toEqual([60, 50]);
    expect(buckets).toHaveLength(50);
  });

  test('nothing stored: no bucket', async () => {
    const { get } = await started([]);
    expect((await get('histogram')).json()).toMatchObject({ start: null, end: null, buckets: [], total: 0 });
  });
});

describe('facets', () => {
  test('the usual fields; every record is a value, among others, or without', async () => {
    const { get } = await started(FIVE);
    const { facets, others, absent, total } = (await get('facets?limit=1')).json();
    expect(facets).toEqual({
      level: [{ value: 'ERROR', count: 3 }],
      service: [{ value: 'nova', count: 4 }],
      host: [{ value: 'c01', count: 3 }],
      program: [{ value: 'nova-compute', count: 5 }],
      logger: [],
    });
    expect(others).toEqual({ level: 2, service: 1, host: 1, program: 0, logger: 0 });
    expect(absent).toEqual({ level: 0, service: 0, host: 1, program: 0, logger: 5 });
    expect(total).toBe(5);
  });

  test('ids, classes of exceptions, and other names of fields', async () => {
    const uuid = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
    const trace =
      'boom\nTraceback (most recent call last):\n  File "/usr/lib/python3/nova/x.py", line 1, in f\nnova.exception.NoValidHost: none';
    const { get } = await started([
      recordOf(trace, { level: 'ERROR', instance: uuid, request: `req-${uuid}`, project: 'p1' }),
      recordOf('fine', { instance: uuid }),
    ]);
    const { facets } = (await get('facets?fields=instance,req_id,tenant,exception,host')).json();
    expect(facets).toEqual({
      instance: [{ value: uuid, count: 2 }],
      request: [{ value: `req-${uuid}`, count: 1 }],
      project: [{ value: 'p1', count: 1 }],
      exception: [{ value: 'nova.exception.NoValidHost', count: 1 }],
      host: [{ value: 'c01', count: 2 }],
    });
  });
});

const access = (status: number, seconds: number, method = 'GET') =>
  recordOf(`10.0.0.1 "${method} /v2.1/servers HTTP/1.1" status: ${status} len: 100 time: ${seconds.toFixed(7)}`, { logger: 'nova.api' });

describe('stats', () => {
  const records = [
    ...Array.from({ length: 100 }, (_, index) => access(200, (index + 1) / 100)),
    access(500, 3, 'POST'),
    recordOf('no access line'),
  ];

  test('percentiles by a field', async () => {
    const { get } = await started(records);
    const { of, by, rows, total, others } = (await get('stats?of=duration&by=method')).json();
    expect([of, by, total, others]).toEqual(['duration', 'method', 101, 0]);
    expect(rows).toEqual([
      { value: 'GET', count: 100, p50: 0.5, p95: 0.95, p99: 0.99, max: 1 },
      { value: 'POST', count: 1, p50: 3, p95: 3, p99: 3, max: 3 },
    ]);
  });

  test('of everything, and what the query leaves over', async () => {
    const { get } = await started(records);
    expect((await get('stats?of=bytes')).json().rows).toEqual([{ count: 101, p50: 100, p95: 100, p99: 100, max: 100 }]);
    expect((await get('stats?of=status&query=status:%3E=500')).json().rows).toMatchObject([{ count: 1, max: 500 }]);
    expect((await get('stats?of=status&by=msgid')).json().rows).toMatchObject([{ value: null, count: 101 }]);
    expect((await get('stats?of=status&by=status&limit=1')).json()).toMatchObject({ rows: [{ value: '200', count: 100 }], others: 1 });
    expect((await get('stats?of=duration&query=nosuchword')).json()).toMatchObject({ rows: [], total: 0 });
  });
});

test.each([
  [
    'histogram?step=1m&by=level',
    [
      'time                         count  ERROR  INFO  WARNING',
      `${at(0)}      3      3     0        0`,
      `${at(1)}      0      0     0        0`,
      `${at(2)}      2      0     1        1`,
    ],
  ],
  [
    'facets?fields=level,host&limit=2',
    ['field  value  count', 'level  ERROR      3', 'level  INFO       1', 'host   c01        3', 'host   c02        1'],
  ],
])('%s as lines for people', async (url, lines) => {
  const { get } = await started(FIVE);
  const { headers, body } = await get(url, 'text/plain');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(body.trimEnd().split('\n')).toEqual(lines);
});

test('what a sender wrote obeys nobody: not the terminal, not the spreadsheet', async () => {
  const { get } = await started([recordOf('x', { host: '\x1b[31mred' }), recordOf('x', { host: '=1+1,"2"' })]);
  expect((await get('facets?fields=host', 'text/plain')).body).not.toContain('\x1b');
  const { headers, body } = await get('facets?fields=host', 'text/csv');
  expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
  expect(body.split('\r\n')).toEqual(['field,value,count', 'host,\\x1b[31mred,1', 'host,"\'=1+1,""2""",1', '']);
});

test('stats as CSV', async () => {
  const { get } = await started([access(200, 0.5)]);
  expect((await get('stats?of=duration&by=status', 'text/csv')).body).toBe('status,count,p50,p95,p99,max\r\n200,1,0.5,0.5,0.5,0.5\r\n');
});

test.each([
  ['histogram?step=never', 'A step is a length of time', '1m'],
  ['histogram?step=0', 'A step is a length of time', '1m'],
  ['histogram?step=1us', 'at least 1 ms', '1m'],
  [`histogram?step=1s&start=${at(0)}&end=${at(60)}`, 'makes 3600 buckets', '1m'],
  ['histogram?step=1ms', 'makes 120001 buckets', '5s'],
  ['histogram?by=levle', 'did you mean level?', 'level'],
  ['histogram?by=level,host', 'more than 1 fields', undefined],
  ['histogram?by=message', 'Each record has a message of its own', undefined],
  ['histogram?by=level&limit=101', 'limit is from 1 to 100', undefined],
  ['histogram?start=1h&end=2h', 'range is empty', undefined],
  ['histogram?limt=1', 'did you mean limit?', undefined],
  ['facets?fields=level,,host', 'There is no field', undefined],
  ['facets?fields=seq', 'Each record has a seq of its own', undefined],
  ['facets?limit=0', 'limit is from 1 to 1000', undefined],
  ['stats', 'of is missing', undefined],
  ['stats?of=pid', 'of is one of duration, bytes, status', undefined],
])('%s is refused', async (url, detail, suggestion) => {
  const { get } = await started(FIVE);
  const { status, json } = await get(url);
  expect([status, json().code]).toEqual([400, 'bad-argument']);
  expect(json().detail).toContain(detail);
  expect(json().suggestion).toBe(suggestion);
});

test.each(['histogram', 'facets', 'stats?of=bytes'])('%s: a wrong query has its place', async (route) => {
  const { get } = await started([]);
  const { status, json } = await get(`${route}${route.includes('?') ? '&' : '?'}query=level:`);
  expect([status, json().code, typeof json().position]).toEqual([400, 'bad-query', 'number']);
});
