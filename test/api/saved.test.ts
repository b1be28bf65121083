/** Saved searches over HTTP: made, changed, listed, forgotten; what is no search is refused with a reason. Over the real state.db. */
import { afterEach, expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function started() {
  const parts = await testApi();
  open.push(parts.api);
  const ask = async (method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown) => {
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const headers = { 'content-type': 'application/json' };
    const request = { method, url: `/api/v1/saved${path}`, ...(body === undefined ? {} : { payload, headers }) };
    const answer = await parts.api.inject(request);
    return { status: answer.statusCode, headers: answer.headers, json: answer.body === '' ? undefined : JSON.parse(answer.body) };
  };
  return { ...parts, ask };
}

const SEARCH = { query: 'level:>=error service:nova', since: '15m', title: 'Errors of nova', fields: ['time', 'message'] };

test('made, read, listed, changed, forgotten', async () => {
  const { ask } = await started();
  const made = await ask('PUT', '/nova-errors', SEARCH);
  expect(made).toMatchObject({ status: 201, headers: { location: '/api/v1/saved/nova-errors' }, json: { name: 'nova-errors', ...SEARCH } });
  expect(made.json.changed).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect((await ask('GET', '/nova-errors')).json).toEqual(made.json);
  const changed = await ask('PUT', '/nova-errors', { query: '' });
  expect([changed.status, changed.json]).toEqual([200, { name: 'nova-errors', query: '', changed: expect.any(String) }]);
  expect(changed.headers).not.toHaveProperty('location');
  expect((await ask('GET', '')).json).toEqual({ saved: [changed.json] });
  expect(await ask('DELETE', '/nova-errors')).toMatchObject({ status: 204, json: undefined });
  expect((await ask('DELETE', '/nova-errors')).json.code).toBe('not-found');
  expect((await ask('GET', '/nova-errors')).json.code).toBe('not-found');
  expect((await ask('GET', '')).json).toEqual({ saved: [] });
});

test('the list is by name, whatever the order in which they came', async () => {
  const { ask } = await started();
  for (const name of ['b', 'C', 'a.2', 'a.10', '1']) await ask('PUT', `/${name}`, { query: '' });
  for (let again = 0; again < 2; again++)
    expect((await ask('GET', '')).json.saved.map(({ name }: { name: string }) => name)).toEqual(['1', 'C', 'a.10', 'a.2', 'b']);
});

test('what was read can be sent back as it is', async () => {
  const { ask } = await started();
  const { json } = await ask('PUT', '/x', SEARCH);
  expect((await ask('PUT', '/x', json)).status).toBe(200);
  expect((await ask('PUT', '/y', json)).json).toMatchObject({ code: 'bad-body', detail: expect.stringContaining('"name"') });
});

test.each<[unknown, string, string]>([
  ['', 'bad-body', 'not JSON'],
  ['{', 'bad-body', 'not JSON'],
  [Buffer.from([0x7b, 0xff, 0x7d]), 'bad-body', 'not JSON'],
  ['[]', 'bad-body', 'no JSON object'],
  ['null', 'bad-body', 'no JSON object'],
  ['"x"', 'bad-body', 'no JSON object'],
  [{}, 'bad-body', '"query" is missing'],
  [{ query: 7 }, 'bad-body', '"query" is not a text'],
  [{ query: 'levl:error' }, 'bad-query', 'no field'],
  [{ query: 'a'.repeat(limits.queryCharsMax + 1) }, 'bad-body', 'more than 8192 characters'],
  [{ query: '', since: 'soon' }, 'bad-body', '"since": '],
  [{ query: '', until: 7 }, 'bad-body', '"until" is not a text'],
  [{ query: '', title: 'x'.repeat(201) }, 'bad-body', '"title" has more than 200 characters'],
  [{ query: '', fields: 'time' }, 'bad-body', '"fields" is not a list'],
  [{ query: '', fields: ['time', 7] }, 'bad-body', '"fields" is not a list'],
  [{ query: '', fields: ['hots'] }, 'bad-body', 'did you mean host?'],
  [{ query: '', qurey: '' }, 'bad-body', 'did you mean query?'],
  ['{"query":"","__proto__":{"x":1}}', 'bad-body', '"__proto__" is no member'],
])('the body %j is refused', async (body, code, detail) => {
  const { ask } = await started();
  expect((await ask('PUT', '/x', body)).json).toMatchObject({ code, detail: expect.stringContaining(detail) });
  expect((await ask('GET', '')).json).toEqual({ saved: [] });
});

test('a wrong query says where', async () => {
  const { ask } = await started();
  expect((await ask('PUT', '/x', { query: 'nova levl:error' })).json).toMatchObject({
    position: 5,
    suggestion: expect.stringContaining('level:'),
  });
});

test.each(['.x', '-x', 'a b', 'a%2Fb', 'x'.repeat(65), '%00', 'ä'])('the name %s is refused', async (name) => {
  const { ask } = await started();
  for (const method of ['GET', 'PUT', 'DELETE'] as const)
    expect((await ask(method, `/${encodeURI(name).replace('%25', '%')}`, method === 'PUT' ? { query: '' } : undefined)).json.code).toBe(
      'bad-argument',
    );
});

test('there is an end to their number, not to changing them', async () => {
  const { ask, saved } = await started();
  const changed = '2026-11-22T08:24:11.000000Z';
  for (let index = 0; index < limits.savedSearchesMax; index++) await saved.keep({ name: `s${index}`, query: '', changed });
  expect((await ask('PUT', '/one-more', { query: '' })).json.code).toBe('too-many');
  expect((await ask('PUT', '/s7', { query: 'x' })).status).toBe(200);
  expect((await ask('DELETE', '/s8')).status).toBe(204);
  expect((await ask('PUT', '/one-more', { query: '' })).status).toBe(201);
  expect((await ask('GET', '')).json.saved).toHaveLength(limits.savedSearchesMax);
});

test('a body that is too large is refused before it is read', async () => {
  const { ask } = await started();
  expect((await ask('PUT', '/x', { query: '', title: 'x'.repeat(limits.savedSearchBytesMax) })).json.code).toBe('too-large');
});
