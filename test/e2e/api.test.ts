/**
 * The API document is true of the running service: every route's real answer fits its schema, every code that a route
 * documents is really answered by it, and no code is answered that it does not document. A route that is new in the table
 * fails here until it has an example; what cannot be provoked in a moment is listed with the reason.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMON_ERRORS, PROBLEM_MEDIA_TYPE } from '../../src/api/openapi.ts';
import type { JsonSchema, Route } from '../../src/api/route.ts';
import { ROUTES } from '../../src/api/routes.ts';
import { SCHEMAS } from '../../src/api/schemas.ts';
import type { ErrorCode } from '../../src/base/errors.ts';
import { writeCursor } from '../../src/store/cursor.ts';
import { listDays } from '../../src/store/folder.ts';
import { Scene } from '../store/scene.ts';
import { API, type Ask, EXAMPLES, nameOf, SAVED } from './api-examples.ts';
import { type RunningService, startService } from './service.ts';

const scene = new Scene();
let service: RunningService;
/** A cursor and a seq of a day that was dropped while the service ran. */
const dropped = { cursor: '', seq: 3 };

beforeAll(async () => {
  // A day and the next, some time ago.
  for (const day of [1, 2]) {
    scene.nowUs = Date.UTC(2026, 8, day) * 1000;
    scene.append(20);
  }
  scene.store.close();
  service = await startService({ data: scene.folder, words: ['--retention-size', 'none'] });
  const lines = [
    '<11>Nov 22 08:24:11 c01 nova-compute[7]: 2026-11-22 08:24:11.548 7 ERROR nova.compute.manager [req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c u p - - -] broken',
    '<14>Nov 22 08:24:12 c01 nova-api[8]: 2026-11-22 08:24:12.548 8 INFO nova.osapi_compute.wsgi.server [req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c u p - - -] 192.0.2.79 "GET /v2.1/servers HTTP/1.1" status: 200 len: 457 time: 0.0147210',
    '<14>Nov 22 08:24:13 c01 odd\x1bprogram: text',
  ];
  expect((await service.ingest(lines.join('\n'))).status).toBe(200);
  dropped.cursor = writeCursor({ time: scene.rows[dropped.seq - 1]!.time, seq: dropped.seq });
  const [oldest] = listDays(scene.folder);
  for (const end of ['', '-wal', '-shm']) rmSync(join(scene.folder, oldest!.file + end), { force: true });
});
afterAll(() => service.stop());

async function ask(route: Route, { path, accept, body, headers, announces }: Ask, signal?: AbortSignal): Promise<Response> {
  if (announces !== undefined) return announced(route, path, announces);
  return fetch(service.url + path, {
    method: route.method,
    headers: { ...(accept === undefined ? {} : { accept }), ...headers },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function announced({ method }: Route, path: string, bytes: number): Promise<Response> {
  const request = http.request(service.url + path, { method, headers: { 'content-length': bytes } });
  request.flushHeaders();
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  const text = (await answer.setEncoding('utf8').toArray()).join('');
  request.destroy();
  return new Response(text, { status: answer.statusCode!, headers: { 'content-type': String(answer.headers['content-type']) } });
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

function validator(schema: JsonSchema): ValidateFunction {
  return ajv.compile({ ...schema, components: { schemas: SCHEMAS } });
}

function expectValid(schema: JsonSchema, value: unknown): void {
  const valid = validator(schema);
  const isValid = valid(value);
  expect(valid.errors ?? [], JSON.stringify(value).slice(0, 2000)).toEqual([]);
  expect(isValid).toBe(true);
}

// ------------------------------------------------------------------------------------------- good answers

describe('good answers', () => {
  test('every route has an example', () => {
    expect(ROUTES.map(nameOf).filter((name) => !EXAMPLES.some(([route]) => route === name))).toEqual([]);
  });

  test.each(EXAMPLES)('%s: %i for %o', async (name, status, example) => {
    const route = ROUTES.find((one) => nameOf(one) === name)!;
    const leaving = new AbortController();
    const response = await ask(route, example, leaving.signal);
    const documented = route.responses.find((one) => one.status === status);
    expect(documented, `${name} documents no ${status}`).toBeDefined();
    expect(response.status, name).toBe(status);
    const type = response.headers.get('content-type')?.split(';')[0];
    if (example.accept !== undefined) expect(type).toBe(example.accept);
    if (type === undefined) {
      expect(documented!.types).toEqual({});
      expect(await response.text()).toBe('');
      return;
    }
    const schema = documented!.types[type];
    expect(schema, `${name} documents no ${type}`).toBeDefined();
    for (const value of await valuesOf(response, type)) expectValid(schema!, value);
    leaving.abort();
  });
});

/** What of a body the schema speaks of: the whole, or each of its parts. */
async function valuesOf(response: Response, type: string): Promise<unknown[]> {
  if (type === 'text/event-stream') return firstEvents(response);
  const text = await response.text();
  expect(text).not.toBe('');
  if (type === 'application/json') return [JSON.parse(text)];
  if (type !== 'application/x-ndjson') return [text];
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The data of the events that come at once. */
async function firstEvents(response: Response): Promise<unknown[]> {
  const { value } = await response.body!.pipeThrough(new TextDecoderStream()).getReader().read();
  const events = [...value!.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!));
  expect(events.length).toBeGreaterThan(5);
  return events;
}

// ------------------------------------------------------------------------------------------------- errors

/** Codes that take a flood, a full disk or half a minute; other tests bring them about. */
const NOT_HERE: Partial<Record<ErrorCode, string>> = {
  timeout: 'takes limits.queryMsMax; test/store/pool.test.ts',
  'too-many': 'takes a thousand followers or 500 searches; test/api/follow.test.ts, test/api/saved.test.ts',
  overloaded: 'takes a disk that hangs; test/api/api.test.ts',
  'disk-full': 'takes a full disk; test/api/api.test.ts',
};

/** A request that a route must answer with this code; undefined: nobody knows one. */
function provocation(route: Route, code: ErrorCode): Ask | undefined {
  const path = route.path
    .replace(':seq', '25')
    .replace(':name', 'nosuch')
    .replace(':index', 'logs')
    .replace(':signature', '00000000000000ff')
    .replace(':id', '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c');
  const takes = (argument: string): boolean => argument in route.arguments;
  switch (code) {
    case 'bad-argument':
      return { path: `${path}?nonsense=1` };
    case 'bad-query':
      if (takes('query')) return { path: `${path}?query=level:${takes('of') ? '&of=duration' : ''}` };
      return { path, body: '{"query":"level:"}' };
    case 'bad-cursor':
      return { path: `${path}?cursor=nonsense` };
    case 'not-found':
      if (takes('saved')) return { path: `${path}?saved=nosuch` };
      return {
        path: route.path
          .replace(':seq', '999999')
          .replace(':name', 'nosuch')
          .replace(':signature', '00000000000000ff')
          .replace(':id', '00000000-5b1a-4bd3-a9b7-7bfe4e1f1d8c'),
      };
    case 'gone':
      if (takes('cursor')) return { path: `${path}?cursor=${dropped.cursor}` };
      if (takes('after') && !takes('before')) return { path: `${path}?after=999999` };
      return { path: route.path.replace(':seq', String(dropped.seq)) };
    case 'bad-body':
      return { path, body: '\xff{', headers: { 'content-encoding': 'gzip' } };
    case 'too-large':
      return { path, announces: (route.bodyBytesMax ?? 0) + 1 };
    case 'wrong-origin':
      return { path, headers: { origin: 'http://evil.example' } };
    case 'position-moved':
      return { path: `${path}?source=f1&after=77&value=78`, body: 'x\n' };
    default:
      return undefined;
  }
}

describe('errors', () => {
  const pairs = ROUTES.flatMap((route) =>
    [...new Set([...route.errors, ...(route.anyArguments ? [] : ['bad-argument' as const])])].map((code) => [nameOf(route), code] as const),
  );

  test.each(pairs.filter(([, code]) => NOT_HERE[code] === undefined))('%s answers %s', async (name, code) => {
    const route = ROUTES.find((one) => nameOf(one) === name)!;
    const example = provocation(route, code);
    expect(example, `no request is known for which ${name} answers ${code}`).toBeDefined();
    const response = await ask(route, example!);
    const problem = (await response.json()) as { code: string };
    expect(problem.code, JSON.stringify(problem)).toBe(code);
    expect(response.headers.get('content-type')).toBe(`${PROBLEM_MEDIA_TYPE}; charset=utf-8`);
    expectValid({ $ref: '#/components/schemas/Problem' }, problem);
  });

  test('what any request can meet is not said again on a route, but where it means something of its own', () => {
    const ownMeaning: readonly ErrorCode[] = ['bad-argument', 'not-found'];
    for (const route of ROUTES)
      expect(
        route.errors.filter((code) => COMMON_ERRORS.includes(code) && !ownMeaning.includes(code)),
        nameOf(route),
      ).toEqual([]);
  });
});

// ------------------------------------------------------------------------------------------- what outlives

test('a saved search outlives kill -9; the setting http.hosts lets a proxy in', async () => {
  const first = await startService({ words: ['--http-hosts', 'logs.example.com'] });
  const put = await fetch(`${first.url}${API}/saved/kept`, { method: 'PUT', body: SAVED });
  expect(put.status).toBe(201);
  await first.kill();
  const second = await startService({ data: first.data });
  expect(await (await fetch(`${second.url}${API}/saved/kept`)).json()).toEqual(await put.json());
  await second.stop();
});
