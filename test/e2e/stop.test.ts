/**
 * SIGTERM while everybody sends: the service ends within its 5 seconds with exit 0, and whatever it has acknowledged (RELP, HTTP) is there
 * afterwards, each message once for each time it was sent. A line of plain TCP that was read is there, too, whole.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openRelp } from '../receive/relp-client.ts';
import { openTcp } from '../receive/senders.ts';
import { eventually, patient, type RunningService, startService } from './service.ts';

async function messagesOf(service: RunningService, program: string): Promise<string[]> {
  const words = new URLSearchParams({ query: `program:${program}`, direction: 'forward' });
  const response = await fetch(`${service.url}/api/v1/search?${words}`, { headers: { accept: 'application/x-ndjson' } });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { message: string }).message);
}

test('a stop under load keeps what it has acknowledged', async () => {
  const service = await startService({ relp: '127.0.0.1:0' });
  const [relp, tcp] = [await openRelp(service.relp), await openTcp(service.tcp)];
  let isOver = false;
  let tcpSent = 0;
  const httpStored: string[] = [];
  const sending = [
    (async () => {
      for (let index = 2; !isOver && !relp.socket.destroyed; index++) {
        relp.frame('syslog', `<134>byrelp: number ${index}`);
        if (index % 50 === 0) await sleep(1);
      }
    })(),
    (async () => {
      while (!isOver && !tcp.socket.destroyed) {
        await tcp.send(...Array.from({ length: 20 }, () => `<134>bytcp: number ${tcpSent++}`));
        await sleep(1);
      }
    })(),
    (async () => {
      for (let index = 0; !isOver; index++) {
        const answer = await service.ingest(`<134>byhttp: number ${index}`).catch(() => undefined);
        if (answer?.status === 200) httpStored.push(`number ${index}`);
        else return;
      }
    })(),
  ];
  await eventually(() => {
    expect(relp.answers.size).toBeGreaterThan(500);
    expect(httpStored.length).toBeGreaterThan(20);
  });
  const before = performance.now();
  const ended = await service.stop();
  expect(performance.now() - before).toBeLessThan(patient(5000));
  expect(ended.code, ended.err).toBe(0);
  isOver = true;
  relp.socket.destroy();
  tcp.socket.destroy();
  await Promise.all(sending);
  const relpStored = [...relp.answers].filter(([txnr, text]) => txnr > 1 && text === '200 OK').map(([txnr]) => `number ${txnr}`);

  const again = await startService({ data: service.data });
  const byRelp = await messagesOf(again, 'byrelp');
  expect(relpStored.filter((message) => !byRelp.includes(message))).toEqual([]);
  expect(new Set(byRelp).size).toBe(byRelp.length);
  const byHttp = new Set(await messagesOf(again, 'byhttp'));
  expect(httpStored.filter((message) => !byHttp.has(message))).toEqual([]);
  // Read in order and stored in order: what is there is the beginning of what was sent; only the last line may be cut.
  const byTcp = await messagesOf(again, 'bytcp');
  expect(byTcp.length).toBeGreaterThan(20);
  expect(byTcp.slice(0, -1)).toEqual(Array.from({ length: byTcp.length - 1 }, (_, index) => `number ${index}`));
  await again.stop();
});
