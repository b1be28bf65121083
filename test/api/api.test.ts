/** The routes by requests without a socket, over the real memory engine and parsers: answers, errors, headers. */
import { afterEach, expect, test } from 'vitest';
import { ROUTES } from '../../src/api/routes.ts';
import { CodedError, ERRORS } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { formatTime } from '../../src/base/time.ts';
import { recordOf, START, testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function started(options: Parameters<typeof testApi>[0] = {}) {
  const parts = await testApi(options);
  open.push(parts.api);
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const { statusCode, headers: answered, body } = await parts.api.inject({ method: 'GET', url, headers });
    return { status: statusCode, headers: answered, body, json: () => JSON.parse(body) };
  };
  const post = async (payload: string | Buffer, type?: string, headers: Record<string, string> = {}) => {
    const { statusCode, body } = await parts.api.inject({
      method: 'POST',
      url: '/api/v1/ingest',
      payload,
      headers: type ? { 'content-type': type, ...headers } : headers,
    });
    return { status: statusCode, json: JSON.parse(body) };
  };
  return { ...parts, get, post };
}

/** Five records, a second apart. */
function fill(ingest: Awaited<ReturnType<typeof testApi>>['ingest']) {
  ingest.commit(
    Array.from({ length: 5 }, (_, index) =>
      recordOf(`line ${index}`, { time: START + index * 1e6, level: index === 3 ? 'ERROR' : 'INFO', raw: `<14>line ${index}` }),
    ),
  );
}

const messagesOf = (answer: { records: { message: string }[] }) => answer.records.map((record) => record.message);

test.each([
  ['', [4, 3, 2, 1, 0]],
  ['direction=forward', [0, 1, 2, 3, 4]],
  ['limit=2', [4, 3]],
  ['query=level:error', [3]],
  [`start=${encodeURIComponent(formatTime(START + 2e6))}`, [4, 3, 2]],
  [`end=${formatTime(START + 2e6)}`, [1, 0]],
  [`start=${START / 1000 + 1000}&end=${START / 1000 + 2000}`, [1]],
  ['since=1s', []],
  ['query=nothing', []],
])('search?%s', async (argumentsText, lines) => {
  const { get, ingest } = await started();
  fill(ingest);
  const { status, json } = await get(`/api/v1/search?${argumentsText}`);
  expect(status).toBe(200);
  expect(messagesOf(json())).toEqual(lines.map((line) => `line ${line}`));
  expect(json().stats.tookMs).toBeGreaterThanOrEqual(0);
});

test('cursors lead through everything once', async () => {
  const { get, ingest } = await started();
  fill(ingest);
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer: { records: { message: string }[]; next: string | null } = (
      await get(`/api/v1/search?limit=2&cursor=${encodeURIComponent(cursor)}`)
    ).json();
    seen.push(...messagesOf(answer));
    cursor = answer.next;
  }
  expect(seen).toEqual([4, 3, 2, 1, 0].map((line) => `line ${line}`));
});

test('raw texts only when asked', async () => {
  const { get, ingest } = await started();
  fill(ingest);
  expect((await get('/api/v1/search?limit=1')).json().records[0]).not.toHaveProperty('raw');
  expect((await get('/api/v1/search?limit=1&raw=true')).json().records[0].raw).toBe('<14>line 4');
});

test('a page is filled although the store answers in small and empty pages', async () => {
  const { get, ingest, reader } = await started();
  fill(ingest);
  const search = reader.search.bind(reader);
  reader.search = async (query, signal) => search({ ...query, limit: 1 }, signal);
  expect(messagesOf((await get('/api/v1/search?limit=4')).json())).toEqual(['line 4', 'line 3', 'line 2', 'line 1']);
});

test('NDJSON gives everything, page by page', async () => {
  const { get, ingest, reader } = await started();
  ingest.commit(Array.from({ length: limits.searchLimitMax + 5 }, (_, index) => recordOf(`line ${index}`)));
  const { headers, body } = await get('/api/v1/search?direction=forward', { accept: 'application/x-ndjson' });
  expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
  const lines = body.trimEnd().split('\n');
  expect(lines).toHaveLength(limits.searchLimitMax + 5);
  expect(JSON.parse(lines.at(-1)!).message).toBe(`line ${limits.searchLimitMax + 4}`);
  expect(reader.queries).toHaveLength(2);
  expect((await get('/api/v1/search?limit=3', { accept: 'application/x-ndjson' })).body.trimEnd().split('\n')).toHaveLength(3);
});

test('one record by its seq', async () => {
  const { get, ingest } = await started();
  fill(ingest);
  expect((await get('/api/v1/records/2')).json()).toMatchObject({ seq: 2, message: 'line 1', time: formatTime(START + 1e6) });
});

test.each([
  ['/api/v1/search?query=level:', 'bad-query', undefined],
  ['/api/v1/search?query=%28a', 'bad-query', undefined],
  ['/api/v1/search?limit=0', 'bad-argument', 'limit is from 1'],
  ['/api/v1/search?limit=10001', 'bad-argument', 'limit is from 1'],
  ['/api/v1/search?limit=many', 'bad-argument', 'limit is a whole number'],
  ['/api/v1/search?since=15', 'bad-argument', 'since: '],
  ['/api/v1/search?since=1h&start=2h', 'bad-argument', 'one of them'],
  ['/api/v1/search?start=1h&end=2h', 'bad-argument', 'range is empty'],
  ['/api/v1/search?direction=up', 'bad-argument', 'backward, forward'],
  ['/api/v1/search?qurey=x', 'bad-argument', 'did you mean query?'],
  ['/api/v1/search?<script>=x', 'bad-argument', 'no such argument'],
  ['/api/v1/search?query=a&query=b', 'bad-argument', 'more than once'],
  ['/api/v1/search?cursor=nonsense', 'bad-cursor', undefined],
  ['/api/v1/records/0', 'bad-argument', 'whole number'],
  ['/api/v1/records/99999999999999999', 'bad-argument', 'whole number'],
  ['/api/v1/records/7', 'not-found', 'no record 7'],
  ['/api/v1/tail?after=9', 'gone', 'no record 9'],
  ['/api/v1/tail?lines=10001', 'bad-argument', 'at most'],
  ['/api/v1/tail?query=level:', 'bad-query', undefined],
  ['/api/v1/nothing', 'not-found', 'no such route'],
] as const)('%s is %s', async (url, code, detail) => {
  const { get } = await started();
  const { status, headers, body, json } = await get(url);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect([status, json().status, json().code, json().title]).toEqual([ERRORS[code].status, ERRORS[code].status, code, ERRORS[code].title]);
  expect(json().detail).toContain(detail ?? '');
  expect(body).not.toContain('<script>');
});

test('a wrong query says where and what to type', async () => {
  const { get } = await started();
  const problem = (await get('/api/v1/search?query=nova+levl:error')).json();
  expect(problem).toMatchObject({ code: 'bad-query', position: 5, suggestion: expect.stringContaining('level:error') });
  expect(problem.length).toBeGreaterThan(0);
});

test('every answer has the security headers', async () => {
  const { get } = await started();
  for (const url of ['/api/v1/search', '/api/v1/nothing', '/api/v1/search?limit=x', '/-/healthy']) {
    expect((await get(url)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
  }
});

test('a bug does not tell its text', async () => {
  const { get, reader } = await started();
  reader.beforePage = () => {
    throw new Error('secret /path');
  };
  const { status, body, json } = await get('/api/v1/search');
  expect([status, json().code]).toEqual([500, 'internal']);
  expect(body).not.toContain('secret');
});

test('healthy, ready and status', async () => {
  let isReady = true;
  const { get, ingest } = await started({ isReady: () => isReady });
  fill(ingest);
  expect((await get('/-/healthy')).status).toBe(200);
  expect((await get('/-/ready')).status).toBe(200);
  isReady = false;
  expect((await get('/-/healthy')).status).toBe(200);
  expect((await get('/-/ready')).status).toBe(503);
  expect((await get('/api/v1/status')).json()).toMatchObject({ store: { records: 5 } });
});

test('the table of routes says what each takes', () => {
  const rows = ROUTES.map((route) => `${route.method} ${route.path}`);
  expect(new Set(rows).size).toBe(rows.length);
  for (const route of ROUTES) for (const argument of Object.values(route.arguments)) expect(argument.description).not.toBe('');
});

// ------------------------------------------------------------------------------------------- ingest

test.each([
  ['text/plain', 'one\ntwo\r\n\n\nthree', ['one', 'two', 'three']],
  [undefined, '<14>Nov 22 08:24:11 c01 nova-api: hello\n', ['hello']],
  ['text/plain', '{"message":"stays text"}\n', ['{"message":"stays text"}']],
  ['application/x-www-form-urlencoded', '{"message":"json by its look"}\n', ['json by its look']],
  ['application/x-ndjson', '{"message":"a"}\n\n{"message":"b\\nc"}', ['a', 'b\nc']],
  ['application/json; charset=utf-8', '{"message":"a","host":"c01"}', ['a']],
  ['text/plain', '', []],
] as const)('ingest %s %j', async (type, body, messages) => {
  const { post, get } = await started();
  expect(await post(body, type)).toEqual({ status: 200, json: { accepted: messages.length, errors: [] } });
  expect(messagesOf((await get('/api/v1/search?direction=forward')).json())).toEqual(messages);
});

test('an object becomes a record with its host, program, time and level', async () => {
  const { post, get, ingest } = await started();
  const object = {
    message: 'it "works" ]',
    host: 'c01',
    program: 'nova-compute',
    pid: 7,
    time: '2026-11-22T08:24:11.548123Z',
    level: 'error',
    extra: { deep: ['"]\\'] },
    user: 'me',
  };
  expect((await post(`${JSON.stringify(object)}\n`, 'application/x-ndjson')).json).toEqual({ accepted: 1, errors: [] });
  expect(Buffer.from(ingest.runs[0]!.bytes).toString()).toBe(JSON.stringify(object));
  expect((await get('/api/v1/records/1')).json()).toMatchObject({
    message: 'it "works" ]',
    host: 'c01',
    program: 'nova-compute',
    service: 'nova',
    pid: 7,
    level: 'ERROR',
    time: '2026-11-22T08:24:11.548123Z',
    transport: 'http',
    peer: '127.0.0.1',
    user: 'me',
    structuredData: '[item extra.deep="[\\"\\\\\\"\\]\\\\\\\\\\"\\]"]',
  });
  const { records } = (await get('/api/v1/search?raw=true')).json() as { records: { raw: string }[] };
  expect(records[0]!.raw).toBe(JSON.stringify(object));
});

test.each([
  ['{"message":', 'not JSON'],
  ['"text"', 'no JSON object'],
  ['[{"message":"a"}]', 'no JSON object'],
  ['{"host":"c01"}', '"message" is missing'],
  ['{"message":7}', '"message" is not a text'],
  ['{"message":""}', 'empty'],
  ['{"message":"a","host":7}', '"host" is not a text'],
  ['{"message":"a","host":"two words"}', '"host" is not one word'],
  ['{"message":"a","program":"p\\u0000"}', '"program" is not one word'],
  ['{"message":"a","time":"15m"}', '"time": '],
  ['{"message":"a","time":true}', '"time" is neither'],
  ['{"message":"a","level":"loud"}', '"level" is not one of'],
  [`{"message":"a","x":${'['.repeat(65)}${']'.repeat(65)}}`, 'nests deeper than 64'],
  [Buffer.from([0x7b, 0xff, 0x7d]), 'not UTF-8'],
])('a wrong line %s costs only itself', async (line, message) => {
  const { post } = await started();
  const body = Buffer.concat([Buffer.from('{"message":"before"}\n'), Buffer.from(line as string), Buffer.from('\n{"message":"after"}')]);
  const { status, json } = await post(body, 'application/x-ndjson');
  expect(status).toBe(200);
  expect(json).toEqual({ accepted: 2, errors: [{ line: 2, code: 'bad-body', message: expect.stringContaining(message) }] });
});

test('big bodies go to the disk in runs; too long lines are cut, flagged and counted', async () => {
  const { post, ingest } = await started();
  const long = 'x'.repeat(limits.messageBytesMax + 10);
  const lines = [...Array.from({ length: 3000 }, (_, index) => `line ${index} ${'y'.repeat(1000)}`), long, 'end'];
  expect((await post(lines.join('\n'), 'text/plain')).json).toEqual({ accepted: 3002, errors: [] });
  expect(ingest.runs.length).toBeGreaterThan(3);
  for (const run of ingest.runs) expect(run.bytes.length).toBeLessThanOrEqual(limits.batchBytesMax);
  expect(ingest.runs.flatMap((run) => [...(run.flags?.values() ?? [])])).toEqual(['truncated']);
  expect(ingest.lastSeq).toBe(3002);
});

test('refusals of ingest', async () => {
  const { post, ingest } = await started();
  expect((await post('a', 'text/plain', { 'content-encoding': 'gzip' })).json.code).toBe('bad-body');
  expect((await post('a', 'text/plain', { 'sec-fetch-site': 'cross-site' })).json.code).toBe('wrong-origin');
  expect((await post('a', 'text/plain', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  expect((await post(Buffer.alloc(limits.ingestBodyBytesMax + 1, 'a\n'), 'text/plain')).json.code).toBe('too-large');
  ingest.trouble = new CodedError('disk-full', 'no space left');
  expect(await post('a', 'text/plain')).toMatchObject({ status: 503, json: { code: 'disk-full', detail: 'no space left' } });
  ingest.pendingBytes = limits.intakeBytesMax + 1;
  expect(await post('a', 'text/plain')).toMatchObject({ status: 503, json: { code: 'overloaded' } });
});
