/**
 * Retention of a running service, over HTTP and in the terminal: what is too old goes at the start, and by a change of the settings while
 * it runs; log, status, followers and those who hold a number or a cursor hear of it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDays } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { makeRecords } from '../contract/records.ts';
import { eventually, startService, temporaryFolder } from './service.ts';

const DAY_US = 86_400e6;

/** 100 records that arrived on each of these days before now. */
function foldersOf(daysAgo: readonly number[]): string {
  const data = join(temporaryFolder(), 'data');
  let nowUs = 0;
  const store = openDays({ folder: data, nowUs: () => nowUs });
  for (const [index, days] of daysAgo.entries()) {
    nowUs = Date.now() * 1000 - days * DAY_US;
    store.append(makeRecords({ seed: index + 1, count: 100 }).map((record) => ({ ...record, received: nowUs })));
  }
  store.close();
  return data;
}

const filesOf = (data: string): number => listDays(data).length;

test('at the start, and by a change of the file', async () => {
  // The file of five days ago was closed three days ago, when the next one began.
  const data = foldersOf([5, 3, 1, 0]);
  const config = join(temporaryFolder(), 'stacktrail.yaml');
  writeFileSync(config, 'retention:\n  age: 60h\n');
  const service = await startService({ data, words: ['--config', config] });
  expect(filesOf(data)).toBe(3);
  const { store } = await service.status();
  expect(store).toMatchObject({ firstSeq: 101, lastSeq: 400, records: 300 });
  expect(service.program.err()).toMatch(/"records":100.*dropped \d{4}-\d\d-\d\d\.db: older than retention\.age/);
  expect(await service.counted('records.dropped', 'age')).toBe(100);

  const get = async (path: string): Promise<{ status: number; body: { code?: string; next?: string } }> => {
    const response = await fetch(`${service.url}/api/v1/${path}`);
    return { status: response.status, body: (await response.json()) as { code?: string; next?: string } };
  };
  expect(await get('records/7')).toMatchObject({ status: 410, body: { code: 'gone' } });
  expect(await get('records/107')).toMatchObject({ status: 200 });
  const { next } = (await get('search?query=seq:%3C200&direction=forward&limit=10')).body;
  expect(next).toBeTypeOf('string');

  writeFileSync(config, 'retention:\n  age: 12h\n');
  await eventually(async () => expect(await service.counted('records.dropped', 'age')).toBe(200));
  expect((await service.status()).store).toMatchObject({ records: 200 });
  expect(await get(`search?direction=forward&limit=10&cursor=${next}`)).toMatchObject({ status: 410, body: { code: 'gone' } });

  // A tail that was at 150 when it went away: 50 of the dropped are lost to it, the rest comes.
  const leaving = new AbortController();
  const response = await fetch(`${service.url}/api/v1/tail?after=150`, { signal: leaving.signal });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('id: 400\n')) break;
  }
  leaving.abort();
  expect(text).toMatch(/event: lost\ndata: .*50/);
  expect(text.match(/^id: (\d+)$/m)?.[1]).toBe('201');
  expect((await service.ingest('<14>Mar  1 10:20:30 c01 nova-api: later\n')).status).toBe(200);
  expect((await service.status()).lastSeq).toBe(401);
  await service.stop();
});
