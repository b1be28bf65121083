/** The forms of a search: which one by `Accept`, lines, CSV, cursors in headers, saved searches in arguments. */
import { afterEach, expect, test } from 'vitest';
import { type Form, formOf } from '../../src/api/accept.ts';
import { SCHEMAS } from '../../src/api/schemas.ts';
import { CSV_FIELDS } from '../../src/base/csv.ts';
import { limits } from '../../src/base/limits.ts';
import { recordOf, START, testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function started() {
  const parts = await testApi();
  open.push(parts.api);
  parts.ingest.commit(
    Array.from({ length: 5 }, (_, index) =>
      recordOf(`line ${index}`, { time: START + index * 1e6, level: index === 3 ? 'ERROR' : 'INFO', raw: `<14>line ${index}` }),
    ),
  );
  const get = async (url: string, accept: string) => {
    const { statusCode, headers, body } = await parts.api.inject({ method: 'GET', url: `/api/v1/search?${url}`, headers: { accept } });
    return { status: statusCode, headers, body };
  };
  return { ...parts, get };
}

test.each<[string | undefined, Form]>([
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['application/json', 'json'],
  ['application/*', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['Application/X-NDJSON; charset=utf-8', 'ndjson'],
  ['text/plain', 'text'],
  ['text/*', 'text'],
  ['text/csv', 'csv'],
  ['text/csv, text/plain;q=0.5', 'csv'],
  ['text/plain;q=0.5, text/csv', 'csv'],
  ['text/csv;q=0, text/plain;q=0.1', 'text'],
  ['text/csv;q=x', 'json'],
  // What browsers send: we have no page of this.
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
  ['image/png', 'json'],
  [`${'a/b,'.repeat(100)}text/csv`, 'json'],
])('Accept: %s gives %s', (accept, want) => {
  const request = {
    arguments: {},
    params: {},
    headers: { accept },
    body: undefined,
    peer: '127.0.0.1',
    signal: new AbortController().signal,
  };
  expect(formOf(request, ['json', 'ndjson', 'text', 'csv'])).toBe(want);
});

test('lines are those of the terminal, times in UTC', async () => {
  const { get } = await started();
  const { headers, body } = await get('limit=2', 'text/plain');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(body).toBe(
    '2026-11-22T08:24:15.000000Z c01        nova-compute   INFO     line 4\n2026-11-22T08:24:14.000000Z c01        nova-compute   ERROR    line 3\n',
  );
});

test('further lines are indented, and nothing in a line is obeyed by a terminal', async () => {
  const { get, ingest } = await started();
  ingest.commit([recordOf('Traceback\n  File "x"\x1b[2J', { time: START + 9e6 })]);
  expect((await get('limit=1', 'text/plain')).body).toBe(
    '2026-11-22T08:24:20.000000Z c01        nova-compute   INFO     Traceback\n      File "x"\\x1b[2J\n',
  );
});

test.each(['text/plain', 'text/csv'])('%s: pages by the cursor in the header, once each', async (accept) => {
  const { get } = await started();
  const seen: string[] = [];
  let cursor: unknown = '';
  for (let page = 0; cursor !== undefined; page++) {
    expect(page).toBeLessThan(4);
    const { headers, body } = await get(`limit=2&fields=message&cursor=${cursor}`, accept);
    seen.push(...[...body.matchAll(/line \d/g)].map(([line]) => line));
    cursor = headers['x-next-cursor'];
  }
  expect(seen).toEqual(['line 4', 'line 3', 'line 2', 'line 1', 'line 0']);
});

test('CSV: a header row, the columns asked for, CRLF', async () => {
  const { get } = await started();
  const { headers, body } = await get('fields=seq,level,message,raw&direction=forward&limit=4', 'text/csv');
  expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
  expect(body).toBe(
    [
      'seq,level,message,raw',
      ...[1, 2, 3, 4].map((seq) => `${seq},${seq === 4 ? 'ERROR' : 'INFO'},line ${seq - 1},<14>line ${seq - 1}`),
      '',
    ].join('\r\n'),
  );
  expect((await get('query=nothing', 'text/csv')).body).toBe('time,host,service,program,pid,level,logger,request,instance,message\r\n');
});

test.each(['text/plain', 'text/csv', 'application/x-ndjson'])('%s without limit is everything, in pages of the store', async (accept) => {
  const { get, ingest, reader } = await started();
  ingest.commit(Array.from({ length: limits.searchLimitMax }, (_, index) => recordOf(`line ${index}`)));
  const { headers, body } = await get('fields=message', accept);
  expect(headers).not.toHaveProperty('x-next-cursor');
  expect(body.trimEnd().split('\n')).toHaveLength(limits.searchLimitMax + 5 + (accept === 'text/csv' ? 1 : 0));
  expect(reader.queries).toHaveLength(2);
  const more = await get(`limit=${limits.searchLimitMax + 2}&fields=message`, accept);
  expect(more.body.trimEnd().split('\n')).toHaveLength(limits.searchLimitMax + 2 + (accept === 'text/csv' ? 1 : 0));
});

test('what could not be read is told in a header where the answer has no other place', async () => {
  const { get, reader } = await started();
  const search = reader.search.bind(reader);
  reader.search = async (query, signal) => {
    const page = await search(query, signal);
    return { ...page, stats: { ...page.stats, damaged: ['2026-11-21.db, block 7: …', '2026-11-21.db, block 9: …'] } };
  };
  for (const accept of ['text/plain', 'text/csv', 'application/x-ndjson'])
    expect((await get('limit=1', accept)).headers['x-damaged']).toBe('2');
});

test.each([
  ['fields=time,hots', 'text/csv', 'bad-argument', 'did you mean host?'],
  ['fields=time,hots', 'application/json', 'bad-argument', 'did you mean host?'],
  ['fields=raw&raw=false', 'text/csv', 'bad-argument', 'raw needs raw=true'],
  ['limit=0', 'text/plain', 'bad-argument', 'at least 1'],
  ['query=level:', 'text/plain', 'bad-query', ''],
  ['cursor=x', 'text/csv', 'bad-cursor', ''],
  ['saved=nosuch', 'text/csv', 'not-found', 'no saved search'],
] as const)('?%s as %s is %s', async (url, accept, code, detail) => {
  const { get } = await started();
  const { headers, body } = await get(url, accept);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(JSON.parse(body)).toMatchObject({ code, detail: expect.stringContaining(detail) });
});

test.each([
  ['saved=errors', 'errors'],
  // Also where everything is given: it stood in for what was not.
  ['saved=errors&query=line', 'errors'],
  ['saved=', undefined],
  ['query=line', undefined],
] as const)('?%s says which saved search stood in: %s', async (url, name) => {
  const { get, saved } = await started();
  await saved.keep({ name: 'errors', query: 'level:error', changed: '2026-11-22T08:00:00.000000Z' });
  const { headers, body } = await get(url, 'application/json');
  expect([JSON.parse(body).saved, headers['x-saved-search']]).toEqual([name, name]);
  for (const accept of ['text/plain', 'text/csv', 'application/x-ndjson'])
    for (const limit of ['', '&limit=1', '&download=ndjson']) expect((await get(url + limit, accept)).headers['x-saved-search']).toBe(name);
});

test.each([
  ['saved=late', 'message\r\nline 4\r\nline 3\r\n'],
  ['saved=late&query=', 'message\r\nline 4\r\nline 3\r\n'],
  ['saved=late&fields=level', 'level\r\nINFO\r\nERROR\r\n'],
  ['saved=late&query=level:error', 'message\r\nline 3\r\n'],
  // A time of one's own takes the place of both of its times.
  ['saved=late&end=2026-11-22T08:24:13Z', 'message\r\nline 1\r\nline 0\r\n'],
])('?%s', async (url, want) => {
  const { get, saved } = await started();
  await saved.keep({
    name: 'late',
    query: 'line',
    since: '2026-11-22T08:24:14Z',
    until: '2026-11-22T09:00:00Z',
    fields: ['message'],
    changed: '2026-11-22T08:00:00.000000Z',
  });
  expect((await get(url, 'text/csv')).body).toBe(want);
});

test('every member of a record has a column, and every column is one', () => {
  const { properties } = SCHEMAS.Record as { properties: Record<string, { type?: string; properties?: object }> };
  const members = Object.entries(properties).flatMap(([name, { type, properties: own }]) =>
    type === 'object' ? Object.keys(own!).map((member) => `${name}.${member}`) : [name],
  );
  // `of` is only in tails: search folds a continuation into its record.
  expect(members.filter((name) => name !== 'of').toSorted()).toEqual(CSV_FIELDS.toSorted());
});
