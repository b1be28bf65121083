/**
 * The page of the browser and what it loads: who gets it at `/` and who the answer of Elasticsearch, caching, packing, how deep its
 * addresses are, what its policy allows, and what is said where it is not built.
 */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { elasticRoutes } from '../../src/api/elastic.ts';
import type { ApiAnswer, ApiParts, ApiRequest, Route } from '../../src/api/route.ts';
import { orPage, WEB_POLICY, webFiles, webRoutes } from '../../src/api/web.ts';
import { testApi } from './parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-web-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PAGE = '<!doctype html><base href="./" /><script src="./assets/a-1.js"></script>';
const SCRIPT = `'use strict';${'x();'.repeat(1000)}`;

function build(html = PAGE): string {
  const built = mkdtempSync(join(folder, 'built-'));
  mkdirSync(join(built, 'assets'));
  writeFileSync(join(built, 'index.html'), html);
  writeFileSync(join(built, 'assets', 'a-1.js'), SCRIPT);
  writeFileSync(join(built, 'assets', 'b-2.css'), 'a{}');
  return built;
}

async function get(routes: readonly Route[], path: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  const parts = path.split('/');
  const route = routes.find((one) => {
    const own = one.path.split('/');
    return own.length === parts.length && own.every((part, index) => part.startsWith(':') || part === parts[index]);
  })!;
  const names = route.path.split('/').map((part, index) => [part.slice(1), parts[index]!]);
  const request = {
    arguments: {},
    params: Object.fromEntries(names),
    headers,
    body: undefined,
    peer: '',
    signal: AbortSignal.timeout(1000),
  };
  return route.answer({} as ApiParts, request as ApiRequest);
}

const text = (answer: ApiAnswer): string =>
  typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body as Uint8Array).toString();

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

test.each([
  ['a browser', BROWSER, true],
  ['a reader of pages', 'text/html', true],
  ['curl', '*/*', false],
  ['fluentd, opensearch-ruby', undefined, false],
  ['elasticsearch-ruby', 'application/vnd.elasticsearch+json; compatible-with=8', false],
  ['a program that takes anything', 'application/json, text/html;q=0.5, */*;q=0.1', false],
  ['who refuses pages', 'text/html;q=0', false],
])('%s at /', async (_who, accept, isPage) => {
  const root = orPage(webFiles([build()]), elasticRoutes.find(({ path }) => path === '/')!);
  const answer = await get([root], '/', accept === undefined ? {} : { accept });
  expect(answer.type.split(';')[0]).toBe(isPage ? 'text/html' : 'application/json');
  expect(text(answer)).toContain(isPage ? '<base href="./"' : 'You Know, for Search');
});

test('/ of the whole service is a page for browsers, and the handshake for everybody else, with the headers of each', async () => {
  const { api } = await testApi();
  const page = await api.inject({ method: 'GET', url: '/', headers: { accept: BROWSER } });
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toBe(WEB_POLICY);
  expect(page.headers['x-content-type-options']).toBe('nosniff');
  expect(page.headers['x-frame-options']).toBe('DENY');
  const program = await api.inject({ method: 'GET', url: '/', headers: { accept: '*/*' } });
  expect(JSON.parse(program.body).version.number).toBeTruthy();
  expect(program.headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  const search = await api.inject({ method: 'GET', url: '/search?q=x&utm_source=chat', headers: { accept: BROWSER } });
  expect(search.statusCode).toBe(200);
  const head = await api.inject({ method: 'HEAD', url: '/search' });
  expect([head.statusCode, head.body]).toEqual([200, '']);
  const strange = await api.inject({ method: 'GET', url: '/assets/none.js' });
  expect(JSON.parse(strange.body).code).toBe('not-found');
  for (const url of ['/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/x'])
    expect((await api.inject({ method: 'GET', url })).statusCode, url).toBe(404);
  await api.close();
});

test('the policy lets nothing in that could be made of a log line', () => {
  expect(WEB_POLICY).not.toMatch(/unsafe|https?:|\*/);
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ])
    expect(WEB_POLICY.split('; ')).toContain(rule);
});

test('assets are kept for ever, packed for those who take it, and 304 for those who have them', async () => {
  const routes = webRoutes(webFiles([build()]));
  const plain = await get(routes, '/assets/a-1.js');
  expect(plain.type).toBe('text/javascript; charset=utf-8');
  expect(text(plain)).toBe(SCRIPT);
  expect(plain.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
  const packed = await get(routes, '/assets/a-1.js', { 'accept-encoding': 'gzip, deflate, br' });
  expect(packed.headers!['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.body as Uint8Array).toString()).toBe(SCRIPT);
  expect(packed.headers!.etag).not.toBe(plain.headers!.etag);
  const refused = await get(routes, '/assets/a-1.js', { 'accept-encoding': 'gzip;q=0, identity' });
  expect(refused.headers!['content-encoding']).toBeUndefined();
  const small = await get(routes, '/assets/b-2.css', { 'accept-encoding': 'gzip' });
  expect([small.type, text(small)]).toEqual(['text/css; charset=utf-8', 'a{}']);
  for (const known of [plain.headers!.etag!, `W/${plain.headers!.etag}`, `"x", ${plain.headers!.etag}`, '*']) {
    const same = await get(routes, '/assets/a-1.js', { 'if-none-match': known });
    expect([same.status, same.body]).toEqual([304, '']);
  }
  expect((await get(routes, '/assets/a-1.js', { 'if-none-match': '"other"' })).status).toBeUndefined();
});

test('the page is asked for again, and says how deep it lies', async () => {
  const files = webFiles([build()]);
  const answer = await get(webRoutes(files), '/search');
  expect(answer.headers!['cache-control']).toBe('no-cache');
  expect(text(answer)).toContain('<base href="./"');
  expect(Buffer.from(files.page(1)!.bytes).toString()).toContain('<base href="../"');
  const again = await get(webRoutes(files), '/search', { 'if-none-match': answer.headers!.etag! });
  expect(again.status).toBe(304);
});

test('a view that was built anew is served without a restart', async () => {
  const built = build();
  const files = webFiles([built]);
  expect(text(await get(webRoutes(files), '/search'))).toContain('a-1.js');
  writeFileSync(join(built, 'index.html'), PAGE.replace('a-1', 'a-9'));
  writeFileSync(join(built, 'assets', 'a-9.js'), 'new');
  utimesSync(join(built, 'index.html'), new Date(), new Date(Date.now() + 5000));
  expect(text(await get(webRoutes(files), '/search'))).toContain('a-9.js');
  expect(text(await get(webRoutes(files), '/assets/a-9.js'))).toBe('new');
});

test('where it is not built, the page says how to build it', async () => {
  const answer = await get(webRoutes(webFiles([join(folder, 'nothing')])), '/search');
  expect(answer.type).toBe('text/html; charset=utf-8');
  expect(text(answer)).toContain('npm run build');
  await expect(get(webRoutes(webFiles([join(folder, 'nothing')])), '/assets/a-1.js')).rejects.toMatchObject({ code: 'not-found' });
});
