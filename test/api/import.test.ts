/** Parts of files over HTTP: taken once, in the order of their positions whatever their order of arrival, or refused with the reason. */
import { afterEach, expect, test, vi } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const one of open.splice(0)) await one.close();
});

async function started() {
  const { api, ingest } = await testApi();
  open.push(api);
  const send = async (body: string | Buffer, some: Record<string, string>) => {
    const { statusCode, body: text } = await api.inject({
      method: 'POST',
      url: `/api/v1/import?${new URLSearchParams({ source: 'f', ...some })}`,
      headers: { 'content-type': 'text/plain' },
      payload: body,
    });
    return { status: statusCode, json: JSON.parse(text) };
  };
  const get = async (sources: string) => {
    const { statusCode, body } = await api.inject({ method: 'GET', url: `/api/v1/positions?sources=${sources}` });
    return { status: statusCode, json: JSON.parse(body) };
  };
  return { ingest, send, get };
}

test('a part is lines, hints and a position', async () => {
  const { ingest, send, get } = await started();
  const some = {
    value: '10',
    path: '/var/log/x.log',
    host: 'c07',
    program: 'nova-api',
    service: 'nova',
    nearUs: '1577880000000000',
    zone: '-60',
  };
  expect(await send('one\r\n\ntwo', some)).toEqual({ status: 200, json: { lines: 2 } });
  const hints = { host: 'c07', program: 'nova-api', service: 'nova', nearUs: 1_577_880_000_000_000, zone: -60 };
  expect(ingest.runs).toMatchObject([
    {
      source: { transport: 'import', peer: '/var/log/x.log', hints },
      position: { source: 'f', value: '10', after: '' },
      spans: [0, 3, 6, 9],
    },
  ]);
  expect(await get('f,g')).toEqual({ status: 200, json: { positions: [{ source: 'f', value: '10' }] } });
});

test('a part that is sent again is refused', async () => {
  const { ingest, send } = await started();
  await send('one\n', { value: '1' });
  expect(await send('one\n', { value: '1' })).toMatchObject({ status: 409, json: { code: 'position-moved' } });
  expect(ingest.runs.length).toBe(1);
});

test('parts that come in any order are taken in theirs', async () => {
  const { ingest, send } = await started();
  await send('line 0\n', { value: '1' });
  const order = [4, 2, 5, 3, 1];
  const answers = await Promise.all(order.map((number) => send(`line ${number}\n`, { after: String(number), value: String(number + 1) })));
  expect(answers.map(({ status }) => status)).toEqual(order.map(() => 200));
  expect(ingest.runs.map(({ position }) => position?.value)).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('a part whose turn never comes is judged after a while', async () => {
  const { ingest, send } = await started();
  await send('line 0\n', { value: '1' });
  expect(await send('line 9\n', { after: '9', value: '10' })).toMatchObject({ status: 409 });
  expect(ingest.runs.length).toBe(1);
});

test.each([
  [{ value: '' }, 'x', 400, 'bad-argument'],
  [{ source: '', value: '1' }, 'x', 400, 'bad-argument'],
  [{ value: '1', zone: 'Berlin' }, 'x', 400, 'bad-argument'],
  [{ value: '1', cut: 'maybe' }, 'x', 400, 'bad-argument'],
  [{ value: '1' }, 'x\n'.repeat(limits.importLinesMax + 1), 413, 'too-large'],
  [{ value: '1' }, Buffer.alloc(limits.importBodyBytesMax + 1, 0x78), 413, 'too-large'],
])('%j is refused', async (some, body, status, code) => {
  const { ingest, send } = await started();
  expect(await send(body, some)).toMatchObject({ status, json: { code } });
  expect(ingest.runs).toEqual([]);
});

test('what the intake says is said to the client, and the place stays where it was', async () => {
  const { ingest, send, get } = await started();
  ingest.trouble = new CodedError('disk-full', 'no room');
  expect(await send('x\n', { value: '1' })).toMatchObject({ status: 503, json: { code: 'disk-full' } });
  ingest.trouble = undefined;
  expect((await get('f')).json).toEqual({ positions: [] });
  ingest.pendingBytes = limits.intakeBytesMax + 1;
  expect(await send('x\n', { value: '1' })).toMatchObject({ status: 503, json: { code: 'overloaded' } });
  expect((await get(Array.from({ length: 1001 }, (_, index) => index).join(','))).json.code).toBe('bad-argument');
});
