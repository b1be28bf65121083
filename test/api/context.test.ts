/** What stood around a record: scopes, their fallbacks, ends, forms, and records that are not there. Over the real memory engine. */
import { afterEach, expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import type { LogRecord } from '../../src/model.ts';
import { recordOf, START, testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Records in their order; a number of seconds after START, then what differs. */
async function stored(rows: readonly [second: number, change: Partial<LogRecord>][]) {
  const parts = await testApi();
  open.push(parts.api);
  parts.ingest.commit(rows.map(([second, change], index) => recordOf(`line ${index + 1}`, { time: START + second * 1e6, ...change })));
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const { statusCode, headers: answered, body } = await parts.api.inject({ method: 'GET', url: `/api/v1/records/${url}`, headers });
    return { status: statusCode, headers: answered, body, json: () => JSON.parse(body) };
  };
  return { ...parts, get };
}

const A = { host: 'c01', program: 'nova-compute', pid: 7, service: 'nova' } as const;
/** Eight records of two hosts, three programs, two services; seq 5 is late: its time is before that of seq 4. */
const CLOUD: readonly [number, Partial<LogRecord>][] = [
  [1, A],
  [2, { ...A, pid: 8 }],
  [3, { ...A, host: 'c02' }],
  [5, { ...A, request: 'req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', instance: '11111111-5b1a-4bd3-a9b7-7bfe4e1f1d8c' }],
  [4, A],
  [5, { ...A, host: 'c02', request: 'req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c' }],
  [6, { host: 'c01', program: 'kernel', pid: undefined, service: undefined }],
  [7, { ...A, host: 'C01', instance: '11111111-5b1a-4bd3-a9b7-7bfe4e1f1d8c' }],
];

test.each([
  // seq and arguments, seqs, scope, more before, more after
  ['4/context', [1, 5, 4, 8], 'process', false, false],
  ['4/context?scope=host', [1, 2, 5, 4, 7, 8], 'host', false, false],
  ['4/context?scope=service', [1, 2, 3, 5, 4, 6, 8], 'service', false, false],
  ['4/context?scope=all', [1, 2, 3, 5, 4, 6, 7, 8], 'all', false, false],
  ['4/context?scope=request', [4, 6], 'request', false, false],
  ['4/context?scope=instance', [4, 8], 'instance', false, false],
  ['4/context?scope=all&before=1&after=1', [5, 4, 6], 'all', true, true],
  ['4/context?scope=all&before=4&after=3', [1, 2, 3, 5, 4, 6, 7, 8], 'all', false, false],
  ['4/context?scope=all&before=3&after=2', [2, 3, 5, 4, 6, 7], 'all', true, true],
  ['4/context?before=0&after=0', [4], 'process', true, true],
  ['1/context?before=0&after=0&scope=all', [1], 'all', false, true],
  ['8/context?before=0&after=0&scope=all', [8], 'all', true, false],
  ['6/context?scope=all&before=2&after=0', [5, 4, 6], 'all', true, true],
] as const)('%s', async (url, seqs, scope, moreBefore, moreAfter) => {
  const { get } = await stored(CLOUD);
  const { status, json } = await get(url);
  expect(status).toBe(200);
  expect(json().records.map(({ seq }: { seq: number }) => seq)).toEqual(seqs);
  expect(json()).toMatchObject({
    seq: Number.parseInt(url, 10),
    scope,
    moreBefore,
    moreAfter,
    stats: { recordsScanned: expect.any(Number) },
  });
  expect(json()).not.toHaveProperty('note');
});

test.each([
  [{ pid: undefined }, 'process', 'process', 'no pid'],
  [{ program: undefined }, 'process', 'host', 'no program'],
  [{ program: undefined, pid: undefined }, 'process', 'host', 'no program and no pid'],
  [{ host: undefined }, 'process', 'service', 'no host'],
  [{ host: undefined }, 'host', 'service', 'no host'],
  [{ host: undefined, service: undefined }, 'host', 'all', 'no host'],
  [{ service: undefined }, 'service', 'all', 'no service'],
  [{}, 'request', 'process', 'no request'],
  [{ pid: undefined }, 'instance', 'process', 'no pid'],
] as const)('a record with %j: scope %s becomes %s', async (change, wanted, scope, note) => {
  const { get } = await stored([[1, { ...A, ...change }]]);
  const answer = (await get(`1/context?scope=${wanted}`)).json();
  expect(answer).toMatchObject({ scope, note: expect.stringContaining(note), records: [{ seq: 1 }] });
});

test('records of the same microsecond stand in the order of their seq', async () => {
  const { get } = await stored(Array.from({ length: 9 }, () => [1, A]));
  const { records, moreBefore, moreAfter } = (await get('5/context?before=2&after=3')).json();
  expect(records.map(({ seq }: { seq: number }) => seq)).toEqual([3, 4, 5, 6, 7, 8]);
  expect([moreBefore, moreAfter]).toEqual([true, true]);
});

test('a line that joined another record is answered by that record', async () => {
  const { get, ingest } = await stored([[1, A]]);
  ingest.commit([recordOf('Traceback', { ...A, time: START + 1e6, of: 1 }), recordOf('next', { ...A, time: START + 2e6 })]);
  const answer = (await get('2/context')).json();
  expect(answer.seq).toBe(1);
  expect(answer.records.map(({ seq, message }: { seq: number; message: string }) => [seq, message])).toEqual([
    [1, 'line 1\nTraceback'],
    [3, 'next'],
  ]);
});

test('the text as received comes with each of them where it is asked for', async () => {
  const { get } = await stored(CLOUD.map(([second, change], index) => [second, { ...change, raw: `<14>raw ${index + 1}` }]));
  const { records } = (await get('4/context?before=1&after=1&raw=true')).json();
  expect(records.map(({ raw }: { raw: string }) => raw)).toEqual(['<14>raw 5', '<14>raw 4', '<14>raw 8']);
  expect((await get('4/context?before=1')).json().records[0]).not.toHaveProperty('raw');
});

test('as NDJSON and as lines, with what the JSON says beside the records in headers', async () => {
  const { get } = await stored(CLOUD);
  const ndjson = await get('4/context?before=1&after=0', { accept: 'application/x-ndjson' });
  expect(ndjson.headers).toMatchObject({
    'content-type': 'application/x-ndjson; charset=utf-8',
    'x-scope': 'process',
    'x-more': 'before, after',
  });
  expect(
    ndjson.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq),
  ).toEqual([5, 4]);
  const text = await get('7/context', { accept: 'text/plain' });
  expect(text.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-scope': 'process' });
  expect(text.headers).not.toHaveProperty('x-more');
  expect(text.body).toBe('2026-11-22T08:24:17.000000Z c01        kernel         INFO     line 7\n');
});

test.each([
  ['9/context', 'not-found', 'no record 9; the newest is 8'],
  ['0/context', 'bad-argument', 'whole number'],
  ['x/context', 'bad-argument', 'whole number'],
  [`4/context?before=${limits.contextRecordsMax + 1}`, 'bad-argument', 'before is at most 1000'],
  ['4/context?after=1001', 'bad-argument', 'after is at most 1000'],
  ['4/context?after=-1', 'bad-argument', 'after is a whole number'],
  ['4/context?scope=galaxy', 'bad-argument', 'scope is one of process, host'],
  ['4/context?limit=3', 'bad-argument', 'no such argument'],
] as const)('%s is %s', async (url, code, detail) => {
  const { get } = await stored(CLOUD);
  expect((await get(url)).json()).toMatchObject({ code, detail: expect.stringContaining(detail) });
});

test('what retention has dropped is gone, for the record and for its context', async () => {
  const { get, reader } = await stored(CLOUD);
  // The memory engine drops nothing: it is told here what a days engine says (test/store/gone.test.ts) after it has.
  reader.record = async () => undefined;
  reader.status = async () => ({ ...reader.store.status(), firstSeq: 5 });
  for (const url of ['4', '4/context']) {
    const { status, json } = await get(url);
    expect([status, json().code, json().detail]).toEqual([410, 'gone', 'Record 4 was dropped by retention; the oldest kept one is 5']);
  }
  expect((await get('9')).json().code).toBe('not-found');
});

test('an empty store has no record', async () => {
  const { get } = await stored([]);
  expect((await get('1/context')).json()).toMatchObject({ code: 'not-found', detail: expect.stringContaining('nothing is stored yet') });
});
