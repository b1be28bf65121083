/** The story of an id in its forms: which one by `Accept` or `download`, masked for people, a page that does nothing, and the tree. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Story } from '../../src/model.ts';
import { recordOf, START, testApi } from './parts.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const INSTANCE = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c';
const REQUEST = 'req-14126b62-e8bd-4b6a-9456-c8f492aaaa62';
const SCRIPT = '<script>alert(1)</script> \u001b[31m';

async function started() {
  const parts = await testApi();
  open.push(parts.api);
  const of = { instance: INSTANCE, request: REQUEST, service: 'nova', program: 'nova-compute', host: 'cmp01' };
  parts.ingest.commit([
    recordOf('Took the order', { ...of, program: 'nova-api', host: 'ctl01', time: START }),
    recordOf(`Attempting claim ${SCRIPT}`, { ...of, time: START + 1e6 }),
    recordOf('Connecting with password=hunter2secret', { ...of, time: START + 40e6 }),
    recordOf('Instance failed to spawn\nTraceback (most recent call last):\nOSError: no space', {
      ...of,
      level: 'ERROR',
      time: START + 41e6,
    }),
  ]);
  const get = async (words = '', accept = '*/*', id = INSTANCE) => {
    const { statusCode, headers, body } = await parts.api.inject({
      method: 'GET',
      url: `/api/v1/trace/${id}${words}`,
      headers: { accept },
    });
    return { status: statusCode, type: headers['content-type'], headers, body };
  };
  return get;
}

/** What a browser sends when an address is opened. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test.each<[words: string, accept: string, type: string, file: string | undefined]>([
  ['', '*/*', 'application/json; charset=utf-8', undefined],
  ['', 'application/x-ndjson', 'application/x-ndjson; charset=utf-8', undefined],
  ['', 'text/plain', 'text/plain; charset=utf-8', undefined],
  ['', BROWSER, 'text/html; charset=utf-8', `attachment; filename="stacktrail-instance-${INSTANCE}.html"`],
  ['?download=html', '*/*', 'text/html; charset=utf-8', `attachment; filename="stacktrail-instance-${INSTANCE}.html"`],
  ['?download=text', 'application/json', 'text/plain; charset=utf-8', `attachment; filename="stacktrail-instance-${INSTANCE}.txt"`],
  ['?download=ndjson', '*/*', 'application/x-ndjson; charset=utf-8', `attachment; filename="stacktrail-instance-${INSTANCE}.ndjson"`],
])('%s with Accept: %s is %s', async (words, accept, type, file) => {
  const get = await started();
  const answer = await get(words, accept);
  expect(answer).toMatchObject({ status: 200, type });
  expect(answer.headers['content-disposition']).toBe(file);
  expect(answer.body).toContain('Instance failed to spawn');
});

describe('the page', () => {
  test('holds log text as text, allows nothing but its own style, and is shown by nobody as ours', async () => {
    const get = await started();
    const { body, headers } = await get('', BROWSER);
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(body).not.toContain('<script');
    expect(body).not.toContain('\u001b');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; .*; sandbox$/);
    expect(body).toContain(String(headers['content-security-policy']).split(';')[1]!.trim());
  });

  test('and the text have their secrets masked and times in the zone asked for', async () => {
    const get = await started();
    for (const form of ['html', 'text']) {
      const { body } = await get(`?download=${form}&zone=%2B05:00`);
      expect(body).not.toContain('hunter2secret');
      expect(body).toContain('password=***');
      expect(body).toContain('+05:00');
    }
    const hours = async (zone: string): Promise<string> =>
      /(\d\d):\d\d:\d\d\.\d{3}/.exec((await get(`?download=text&zone=${zone}`)).body)![1]!;
    expect((Number(await hours('%2B05:00')) - Number(await hours('UTC')) + 24) % 24).toBe(5);
  });

  test('of a story with thousands of records is whole', async () => {
    const parts = await testApi();
    open.push(parts.api);
    parts.ingest.commit(
      Array.from({ length: 3000 }, (_, index) =>
        recordOf(`step number${index}.`, { instance: INSTANCE, request: REQUEST, time: START + index * 1e3 }),
      ),
    );
    const { body } = await parts.api.inject({ method: 'GET', url: `/api/v1/trace/${INSTANCE}?download=html`, headers: {} });
    expect(Array.from({ length: 3000 }, (_, index) => index).filter((index) => !body.includes(`step number${index}.`))).toEqual([]);
    expect(body.trimEnd().endsWith('</html>')).toBe(true);
  });
});

test.each([
  ['?zone=Europe/Berln', 'Europe/Berlin'],
  ['?download=pdf', 'html'],
])('%s is refused with what can be asked for', async (words, says) => {
  const get = await started();
  const { status, body } = await get(words);
  expect(status).toBe(400);
  expect(body).toContain(says);
});

test('whoever asks for a page of an id that nobody has gets the reason, not an empty page', async () => {
  const get = await started();
  const answer = await get('', BROWSER, '00000000-0000-4000-8000-000000000000');
  expect(answer).toMatchObject({ status: 404, type: 'application/problem+json; charset=utf-8' });
});

test('the tree has every span in one row of its own, requests above theirs, and the long silence shortened', async () => {
  const get = await started();
  const story = JSON.parse((await get('?tree=true')).body) as Story;
  expect(JSON.parse((await get()).body)).not.toHaveProperty('tree');
  const { rows, breaks } = story.tree!;
  expect(rows[0]).toMatchObject({ depth: 0, request: 0, times: 1, level: 'ERROR', records: 4 });
  const told = rows.filter(({ request, spans }) => request === undefined || spans.length === 1).flatMap(({ spans }) => spans);
  expect(told.toSorted((a, b) => a - b)).toEqual(story.spans.map(({ span }) => span));
  for (const { pieces } of rows) for (const { start, end } of pieces) expect(start >= story.start! && end <= story.end!).toBe(true);
  const longest = breaks.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 39_000)!;
  expect(longest.to - longest.from).toBeLessThan(0.4);
  expect(breaks.every(({ from, to }, index) => from >= (breaks[index - 1]?.to ?? 0) && to > from && to <= 1)).toBe(true);
  const [head] = (await get('?tree=true', 'application/x-ndjson')).body.split('\n');
  expect((JSON.parse(head!) as Story).tree).toEqual(story.tree);
});
