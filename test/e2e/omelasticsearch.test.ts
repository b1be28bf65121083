/**
 * `_bulk` with a client that the field uses, a real rsyslogd with omelasticsearch: it asks for our health, sends in bulk, and what it
 * has sent is there, each once and with its fields; while the server is away, and when it comes back, too. The action is that
 * of config/rsyslog-elasticsearch.conf.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatAddress } from '../../src/base/address.ts';
import { needBinary, needFile } from '../need.ts';
import { startRsyslogd } from './rsyslogd.ts';
import { eventually, type RunningService, startService } from './service.ts';

const rsyslogd = needBinary('rsyslogd');
const MODULES = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib/rsyslog', '/usr/lib64/rsyslog'];
const omelasticsearch = needFile('omelasticsearch.so', MODULES);

/** The file that we give to people, with this port. */
function forward(port: number): string {
  const file = readFileSync(join(import.meta.dirname, '..', '..', 'config', 'rsyslog-elasticsearch.conf'), 'utf8');
  expect(file).toContain('server="stacktrail.example.com" serverport="5580"');
  return file.replace('server="stacktrail.example.com" serverport="5580"', `server="127.0.0.1" serverport="${port}"`);
}

const lineOf = (index: number): string =>
  `<131>Nov 22 09:00:00 ctl1 numbered[77]: 2026-11-22 09:00:00.${String(index).padStart(3, '0')} 77 ERROR nova.x [-] line ${index} "quoted" \\ end`;

async function numbers(service: RunningService): Promise<number[]> {
  const records = await service.search('program:numbered');
  return records.map(({ message }) => Number(/^line (\d+)/.exec(message)![1])).sort((a, b) => a - b);
}

test.skipIf(rsyslogd === undefined || omelasticsearch === undefined)(
  'omelasticsearch delivers, also after the server was away',
  async () => {
    let service = await startService();
    const { data, http } = service;
    const client = await startRsyslogd({ path: rsyslogd!, hostName: 'ctl1', forward: forward(http.port) });
    await client.udp.send(...Array.from({ length: 200 }, (_, index) => lineOf(index)));
    await eventually(async () => expect((await numbers(service)).length).toBe(200));
    const [record] = await service.search('"line 7"', { raw: 'true' });
    expect(record).toMatchObject({
      transport: 'http',
      host: 'ctl1',
      program: 'numbered',
      facility: 16,
      severity: 3,
      level: 'ERROR',
      logger: 'nova.x',
      pid: 77,
      time: '2026-11-22T09:00:00.007000Z',
      message: 'line 7 "quoted" \\ end',
    });
    expect(record!.raw).toContain('{"index":{"_index": "syslog"');
    await service.stop();
    await client.udp.send(...Array.from({ length: 50 }, (_, index) => lineOf(200 + index)));
    service = await startService({ data, http: formatAddress(http) });
    await eventually(async () => expect(new Set(await numbers(service)).size).toBe(250), 60_000);
    expect(await numbers(service)).toEqual(Array.from({ length: 250 }, (_, index) => index));
    await client.stop();
    await service.stop();
  },
);
