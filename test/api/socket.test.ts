/**
 * Every refusal is problem JSON, byte by byte over a real socket: what is no HTTP, what is too long, what nobody answers,
 * whom nobody expects. And clients that leave: nothing is answered, nothing is logged as a bug, nothing stays behind.
 */
import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { socketProblem } from '../../src/api/socket-problem.ts';
import { ERRORS, type ErrorCode } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { recordOf, testApi } from './parts.ts';

let parts: Awaited<ReturnType<typeof testApi>>;
let port: number;

beforeAll(async () => {
  parts = await testApi({ hosts: ['logs.example.com'] });
  ({ port } = await parts.api.listen('127.0.0.1', 0));
  parts.ingest.commit(Array.from({ length: 3 }, (_, index) => recordOf(`line ${index}`)));
});
afterAll(() => parts.api.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends the bytes, then reads the one answer to its end. */
async function exchange(bytes: string | Buffer): Promise<Answer> {
  const socket = net.connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  // A server that closes while we still send resets the connection; what it said came before.
  socket.on('error', () => {});
  socket.write(bytes);
  while (!isWhole(text) && !socket.closed) await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  socket.destroy();
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  return { status: Number(first.split(' ')[1]), headers, body: Buffer.from(body, 'latin1').toString() };
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

const ask = (line: string, headers = 'Host: localhost\r\n', body = ''): string => `${line} HTTP/1.1\r\n${headers}\r\n${body}`;
const sized = (body: string): string =>
  `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;

const CASES: readonly [name: string, bytes: string | Buffer, code: ErrorCode, headers?: Record<string, string>][] = [
  ['an unknown route', ask('GET /nothing'), 'not-found'],
  ['the root by a method that it does not take', ask('POST /'), 'bad-method', { allow: 'GET, HEAD' }],
  ['a route with one part too many', ask('GET /api/v1/search/x'), 'not-found'],
  ['a route with an empty part', ask('GET /api/v1/saved/'), 'bad-argument'],
  ['a method that a route with an empty part does not take', ask('POST /api/v1/saved/'), 'bad-method', { allow: 'GET, HEAD, PUT, DELETE' }],
  ['a method that the route does not take', ask('POST /api/v1/search'), 'bad-method', { allow: 'GET, HEAD' }],
  ['a method that nobody takes', ask('PATCH /api/v1/saved/x'), 'bad-method', { allow: 'GET, HEAD, PUT, DELETE' }],
  ['OPTIONS: there is no CORS', ask('OPTIONS /api/v1/ingest'), 'bad-method', { allow: 'POST' }],
  ['a method that is none', ask('FOO /'), 'bad-request', { connection: 'close' }],
  ['bytes that are not HTTP', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x0a, 0x0a]), 'bad-request', { connection: 'close' }],
  ['syslog on the wrong port', '<14>Nov 22 08:24:11 c01 nova-api: hello\n\n', 'bad-request'],
  ['a header without a colon', ask('GET /api/v1/search', 'Host: localhost\r\nnonsense\r\n'), 'bad-request'],
  ['two lengths', ask('POST /api/v1/ingest', 'Host: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n', 'ab'), 'bad-request'],
  [
    'a length and chunks',
    ask('POST /api/v1/ingest', 'Host: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    'bad-request',
  ],
  ['a path with half an escape', ask('GET /api/v1/records/%zz'), 'bad-request'],
  ['a path that is no UTF-8', ask('GET /api/v1/records/%ff'), 'bad-request'],
  ['no Host', ask('GET /api/v1/search', ''), 'bad-request'],
  ['an expectation', ask('GET /api/v1/search', 'Host: localhost\r\nExpect: wonders\r\n'), 'bad-request'],
  ['a page that rebinds its name', ask('GET /api/v1/search', 'Host: evil.example\r\n'), 'wrong-host'],
  ['an unknown route under a wrong name', ask('GET /nothing', 'Host: evil.example\r\n'), 'wrong-host'],
  ['a page of another site that writes', ask('PUT /api/v1/saved/x', 'Host: localhost\r\nOrigin: http://evil.example\r\n'), 'wrong-origin'],
  [
    'a page of another site that deletes',
    ask('DELETE /api/v1/saved/x', 'Host: localhost\r\nSec-Fetch-Site: cross-site\r\n'),
    'wrong-origin',
  ],
  ['an address that is too long', ask(`GET /api/v1/search?query=${'a'.repeat(100_000)}`), 'header-too-large', { connection: 'close' }],
  ['a header that is too long', ask('GET /api/v1/search', `Host: localhost\r\nX: ${'a'.repeat(100_000)}\r\n`), 'header-too-large'],
  ['a query that is too long', ask(`GET /api/v1/search?query=${'a'.repeat(limits.queryCharsMax + 1)}`), 'bad-query'],
  ['an argument that there is not', ask('GET /-/healthy?verbose=1'), 'bad-argument'],
  ['a seq as long as an address', ask(`GET /api/v1/records/${'1'.repeat(3000)}`), 'bad-argument'],
  ['a body that is no JSON', ask('PUT /api/v1/saved/x', sized('{"query"'), '{"query"'), 'bad-body'],
  ['an empty body', ask('PUT /api/v1/saved/x', sized('')), 'bad-body'],
  ['no body at all', ask('PUT /api/v1/saved/x'), 'bad-body'],
  ['a body that says it is too large', ask('PUT /api/v1/saved/x', 'Host: localhost\r\nContent-Length: 1000000\r\n'), 'too-large'],
];

test.each(CASES)('%s', async (_name, bytes, code, headers = {}) => {
  const { status, headers: answered, body } = await exchange(bytes);
  expect(JSON.parse(body)).toEqual({
    type: 'about:blank',
    code,
    title: ERRORS[code].title,
    status: ERRORS[code].status,
    detail: expect.stringMatching(/\S/),
    ...(code === 'bad-query' ? { position: expect.any(Number), length: expect.any(Number) } : {}),
  });
  expect(status).toBe(ERRORS[code].status);
  expect(answered).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...headers,
  });
});

test.each([
  ['HTTP/1.0 without a Host, as load balancers ask', 'GET /-/healthy HTTP/1.0\r\n\r\n'],
  ['a name of the setting', ask('GET /-/healthy', 'Host: Logs.Example.com\r\n')],
  [
    'a page of ours behind a proxy that writes',
    ask('PUT /api/v1/saved/x', `Origin: https://logs.example.com\r\n${sized('{"query":""}')}`, '{"query":""}'),
  ],
])('%s is answered', async (_name, bytes) => {
  expect([200, 201]).toContain((await exchange(bytes)).status);
});

test.each(['/api/v1/search', '/api/v1/records/1', '/api/docs', '/-/ready', '/api/v1/records/9'])(
  'HEAD %s is GET without its body',
  async (path) => {
    const head = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'HEAD' });
    const get = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(await head.text()).toBe('');
    expect(head.status).toBe(get.status);
    const body = await get.text();
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    // Of a search the time it took is a part: its length is its own.
    if (path !== '/api/v1/search') expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(body));
  },
);

test('HEAD of what streams ends at once, and follows nobody', async () => {
  for (const [path, accept] of [
    ['/api/v1/tail', 'text/event-stream'],
    ['/api/v1/search', 'application/x-ndjson'],
  ] as const) {
    const head = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'HEAD', headers: { accept } });
    expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([200, '', null]);
  }
  await expect.poll(() => parts.follow.followers).toBe(0);
});

test('clients that leave in the middle of a request, a body or an answer cost nothing', async () => {
  const starts = [
    'GET /api/v1/sea',
    ask('POST /api/v1/ingest', 'Host: localhost\r\nContent-Length: 100\r\n', 'half of a li'),
    ask('GET /api/v1/tail'),
  ];
  for (const bytes of starts) {
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write(bytes, resolve));
    socket.resetAndDestroy();
  }
  await expect.poll(() => parts.follow.followers).toBe(0);
  const before = parts.ingest.lastSeq;
  expect((await exchange(ask('GET /-/healthy'))).status).toBe(200);
  expect(parts.ingest.lastSeq).toBe(before);
});

test('nonsense behind a stream that is under way breaks it off; nothing is written into it', async () => {
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.write(ask('GET /api/v1/tail'));
  await expect.poll(() => text).toContain('retry: 1000');
  socket.write('nonsense nonsense\r\n\r\n');
  await closed;
  expect(text).not.toContain('bad-request');
});

test.each([
  ['HPE_HEADER_OVERFLOW', 'header-too-large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'slow-request'],
  ['HPE_INVALID_METHOD', 'bad-request'],
  [undefined, 'bad-request'],
] as const)('%s on the socket is %s', (code, want) => {
  expect(socketProblem(code).code).toBe(want);
});
