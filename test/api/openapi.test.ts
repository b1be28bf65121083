/**
 * The API's documents agree with the tables of the code, both ways: routes, arguments, shapes, codes. That they also agree with
 * what the service answers is test/e2e/api.test.ts.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { PAGE_POLICY, pageOf } from '../../src/api/docs-page.ts';
import { COMMON_ERRORS, type OpenApiDocument, openApiOf } from '../../src/api/openapi.ts';
import { ROUTES } from '../../src/api/routes.ts';
import { SCHEMAS } from '../../src/api/schemas.ts';
import { ERRORS, type ErrorCode } from '../../src/base/errors.ts';
import { ROOT, tablesIn } from '../house/tables.ts';
import { testApi } from './parts.ts';

const DOCUMENT = openApiOf(ROUTES, '1.2.3');
const operations = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation, name: `${method.toUpperCase()} ${path}` })),
);

/** Every object within a value. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const one of Object.values(value)) yield* objectsIn(one);
}

test('every route is an operation, and the other way round', () => {
  expect(operations.map(({ name }) => name).toSorted()).toEqual(
    ROUTES.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`).toSorted(),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('paths and parameters name the same parts', () => {
  for (const { path, operation, name } of operations) {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
    expect(inPath, name).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    for (const { description } of operation.parameters) expect(description, name).not.toBe('');
  }
});

test('every reference leads somewhere', () => {
  for (const { $ref } of objectsIn(DOCUMENT)) {
    if (typeof $ref !== 'string') continue;
    const found = $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], DOCUMENT);
    expect(found, $ref).toBeDefined();
  }
});

test('every schema can be compiled, and every response says something', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const object of objectsIn([DOCUMENT.paths, DOCUMENT.components.responses])) {
    if (typeof object.schema === 'object')
      expect(() => ajv.compile({ ...(object.schema as object), components: { schemas: SCHEMAS } })).not.toThrow();
  }
  for (const { operation, name } of operations) {
    const responses = Object.entries(operation.responses);
    expect(
      responses.map(([status]) => status),
      name,
    ).toContain('default');
    for (const [, response] of responses) if (!('$ref' in response)) expect(response.description, name).toMatch(/\S/);
  }
});

test('who takes a body says of what type and how large; who writes refuses other sites', () => {
  for (const route of ROUTES) {
    const writes = route.method !== 'GET';
    expect([route.path, route.bodyTypes !== undefined]).toEqual([route.path, route.bodyBytesMax !== undefined]);
    expect([route.path, route.errors.includes('wrong-origin')]).toEqual([route.path, writes]);
    expect([route.path, route.errors.includes('too-large')]).toEqual([route.path, route.bodyBytesMax !== undefined]);
  }
});

// --------------------------------------------------------------------------------------------------- codes

/** What answers requests; not what starts the service, listens for syslog or is a client. */
const ANSWERING = [
  'src/api/*.ts',
  'src/follow.ts',
  'src/query/*.ts',
  'src/base/{csv,time}.ts',
  'src/store/{search,cursor,pool,query-worker,read,units,saved,day-*,block-*}.ts',
];
/** http.ts also listens; these are said at the start, where there is no request yet. */
const AT_START: readonly string[] = ['port-busy', 'bad-setting', 'store-format'];

test('every code that answering can throw is documented by a route, or as common', () => {
  const documented = new Set<string>([...COMMON_ERRORS, ...ROUTES.flatMap(({ errors }) => errors)]);
  const thrown = globSync(ANSWERING, { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/CodedError\(\s*'([a-z-]+)'/g)].map((match) => `${match[1]} in ${file}`),
  );
  expect(thrown.length).toBeGreaterThan(30);
  const strange = thrown.filter((one) => !documented.has(one.split(' ')[0]!) && !AT_START.includes(one.split(' ')[0]!));
  expect(strange).toEqual([]);
});

test('a code that is documented for a status has that status in the table of errors', () => {
  for (const { operation, name } of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if ('$ref' in response || Number(status) < 400) continue;
      const codes = [...objectsIn(response)].flatMap(({ code }) => ((code as { enum?: string[] } | undefined)?.enum ?? []) as ErrorCode[]);
      for (const code of codes) expect([name, code, ERRORS[code].status]).toEqual([name, code, Number(status)]);
    }
  }
});

test('README.md lists the same routes, arguments and codes', () => {
  const tables = tablesIn(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  for (const { method, path, operation } of operations) {
    const row = tables
      .get('routes')!
      .split('\n')
      .find((line) => line.startsWith(`| \`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}\` |`));
    const named = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    expect([...(row?.split(' | ')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1])).toEqual(named);
  }
  const codes = [...tables.get('errors')!.matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)]);
  expect(codes).toEqual(Object.entries(ERRORS).map(([code, { status }]) => [code, status]));
});

// ---------------------------------------------------------------------------------------------------- page

test('the page names every operation, argument, code and shape, and its links lead somewhere', () => {
  const page = pageOf(DOCUMENT);
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]));
  for (const { operation } of operations) expect(ids).toContain(operation.operationId);
  for (const code of Object.keys(ERRORS)) expect(ids).toContain(`error-${code}`);
  for (const name of Object.keys(SCHEMAS)) expect(ids).toContain(`shape-${name}`);
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  for (const route of ROUTES) for (const name of Object.keys(route.arguments)) expect(page).toContain(`<code>${name}</code>`);
});

test('the page has no script, and nothing from elsewhere; its policy allows its own style only', () => {
  const page = pageOf(DOCUMENT);
  expect(page).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|javascript:|https?:\/\//i);
  const style = /<style>([\s\S]*)<\/style>/.exec(page)![1]!;
  expect(PAGE_POLICY).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(PAGE_POLICY).toMatch(/^default-src 'none'; /);
  expect(page).not.toMatch(/ style=/);
});

test('whatever a text of the document holds is shown, never obeyed', () => {
  const hostile = '<script>alert(1)</script> " \' & `a<b`';
  const [first] = ROUTES;
  const route = {
    ...first!,
    say: hostile,
    group: hostile,
    arguments: { [hostile]: { type: 'string' as const, description: hostile, enum: [hostile] } },
    responses: [
      {
        status: 200,
        say: hostile,
        types: { [hostile]: { type: hostile, properties: { [hostile]: { description: hostile } } } },
        headers: { [hostile]: hostile },
      },
    ],
  };
  const page = pageOf(openApiOf([route], hostile));
  expect(page).not.toContain('<script');
  expect(page.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;/g)!.length).toBeGreaterThan(8);
});

test('both are served, the page with its policy', async () => {
  const { api } = await testApi();
  const document = await api.inject({ method: 'GET', url: '/api/openapi.json' });
  expect((JSON.parse(document.body) as OpenApiDocument).paths).toEqual(JSON.parse(JSON.stringify(DOCUMENT.paths)));
  const page = await api.inject({ method: 'GET', url: '/api/docs' });
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': PAGE_POLICY,
    'x-frame-options': 'DENY',
  });
  await api.close();
});
