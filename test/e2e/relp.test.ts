/**
 * RELP with the client that the field uses, a real rsyslogd with omrelp: what it has sent is there, each once, in order. And with
 * a client of our own that keeps what is not acknowledged: when the server is killed in the middle, twice, nothing is missing
 * and no more comes twice than its window. (rsyslog 8.2302 itself drops lines while its action is suspended: what it then
 * sends has gaps, so it cannot be the witness of the second test.)
 */
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/base/address.ts';
import { needBinary, needFile } from '../need.ts';
import { openRelp, type RelpClient } from '../receive/relp-client.ts';
import { startRsyslogd } from './rsyslogd.ts';
import { eventually, type RunningService, startService } from './service.ts';

const rsyslogd = needBinary('rsyslogd');
const MODULES = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib/rsyslog', '/usr/lib64/rsyslog'];
const omrelp = needFile('omrelp.so', MODULES);

const forward = (port: number): string => `module(load="omrelp")
*.* action(type="omrelp" target="127.0.0.1" port="${port}" windowSize="500" timeout="10" action.resumeRetryCount="-1")`;

/** Numbers of the lines that are stored, in the order of seq. */
async function stored(service: RunningService): Promise<number[]> {
  const headers = { accept: 'application/x-ndjson' };
  const response = await fetch(`${service.url}/api/v1/search?direction=forward&query=program:numbered`, { headers });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  const records = lines.map((line) => JSON.parse(line) as { seq: number; message: string });
  return records.sort((a, b) => a.seq - b.seq).map(({ message }) => Number(/^line (\d+)$/.exec(message)![1]));
}

const lineOf = (index: number): string => `<134>Nov 22 09:00:00 relpnode numbered: line ${index}`;

test.skipIf(rsyslogd === undefined || omrelp === undefined)('omrelp delivers each message once and in order', async () => {
  const service = await startService({ relp: '127.0.0.1:0' });
  const client = await startRsyslogd({ path: rsyslogd!, hostName: 'relpnode', forward: forward(service.relp.port) });
  await client.udp.send(...Array.from({ length: 200 }, (_, index) => lineOf(index)));
  await eventually(async () => expect((await stored(service)).length).toBe(200));
  expect(await stored(service)).toEqual(Array.from({ length: 200 }, (_, index) => index));
  const [record] = await service.search('"line 7"');
  expect(record).toMatchObject({ transport: 'relp', host: 'relpnode', program: 'numbered', level: 'INFO' });
  expect(await service.counted('messages.received', 'relp')).toBeGreaterThanOrEqual(200);
  await client.stop();
  await service.stop();
});

describe('a client that keeps what is not acknowledged', () => {
  const LINES = 3000;
  const WINDOW = 400;

  /** Sends what the last client had no answer for, then goes on, until all is answered or the connection is gone. */
  async function sendFrom(next: number, client: RelpClient, onAcknowledged: (count: number) => void): Promise<number> {
    const gone = new Promise<void>((resolve) => client.socket.once('close', () => resolve()));
    let sent = next;
    let isGone = false;
    void gone.then(() => {
      isGone = true;
    });
    const acknowledged = (): number => next + [...client.answers].filter(([txnr, text]) => txnr > 1 && text === '200 OK').length;
    while (!isGone && acknowledged() < LINES) {
      while (sent < LINES && sent - acknowledged() < WINDOW) client.frame('syslog', lineOf(sent++));
      onAcknowledged(acknowledged());
      await Promise.race([gone, new Promise((resolve) => client.socket.once('data', resolve))]);
    }
    return acknowledged();
  }

  test('misses nothing when the server is killed, twice', async () => {
    let service = await startService({ relp: '127.0.0.1:0' });
    const { data } = service;
    const relp = formatAddress(service.relp);
    let acknowledged = 0;
    for (const killAt of [LINES / 4, LINES / 2, Number.POSITIVE_INFINITY]) {
      let killed: Promise<unknown> | undefined;
      const client = await openRelp(service.relp);
      acknowledged = await sendFrom(acknowledged, client, (count) => {
        if (count >= killAt) killed ??= service.kill();
      });
      await client.close();
      if (killAt === Number.POSITIVE_INFINITY) break;
      await killed;
      service = await startService({ data, relp });
      // What was acknowledged before the kill is there.
      expect(new Set(await stored(service)).size).toBeGreaterThanOrEqual(acknowledged);
    }
    expect(acknowledged).toBe(LINES);
    const numbers = await stored(service);
    expect(new Set(numbers).size).toBe(LINES);
    expect(numbers.length - LINES).toBeLessThanOrEqual(2 * WINDOW);
    await service.stop();
  });
});
