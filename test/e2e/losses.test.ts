/** Losses of the real service: told with time, source and what to do, over HTTP and in the terminal, also after a restart. */
import { expect, test } from 'vitest';
import { openTcp } from '../receive/senders.ts';
import { eventually, startService } from './service.ts';

interface Told {
  readonly losses: { reason: string; source: string; amount: number; first: string; last: string; remedy: string }[];
}

test('are kept across a restart, with those that came since', async () => {
  const first = await startService();
  const lossesOf = async (url: string, since = ''): Promise<Told['losses']> =>
    ((await (await fetch(`${url}/api/v1/losses${since}`)).json()) as Told).losses;
  expect(await lossesOf(first.url)).toEqual([]);
  const sender = await openTcp(first.tcp);
  await sender.send('', '', '<13>one');
  await eventually(async () => expect(await first.search('one')).toHaveLength(1));
  expect(await lossesOf(first.url)).toMatchObject([{ reason: 'empty', source: '127.0.0.1', amount: 2 }]);
  await sender.send('', '<13>two');
  await eventually(async () => expect(await first.search('two')).toHaveLength(1));
  await sender.close();
  await first.stop();

  const second = await startService({ data: first.data });
  const [kept] = await lossesOf(second.url);
  expect(kept).toMatchObject({ reason: 'empty', source: '127.0.0.1', amount: 3, remedy: expect.stringMatching(/./) });
  expect(Date.parse(kept!.first)).toBeLessThanOrEqual(Date.parse(kept!.last));
  expect((await second.status()).losses).toMatchObject([{ reason: 'empty', amount: 3 }]);
  expect(await lossesOf(second.url, '?since=2100-01-01T00:00:00Z')).toEqual([]);
  expect((await fetch(`${second.url}/api/v1/losses?since=soon`)).status).toBe(400);
  const { out } = await second.run('status');
  expect(out).toMatch(/reason +source +amount +firstAt +lastAt +remedy\n +empty +127\.0\.0\.1 +3 +\S+ +\S+ +.*harmless/);
  await second.stop();
});
