/**
 * Clients that operators try first, straight to the service: `logger` of util-linux over the network in each of its forms, and loggen of syslog-ng at
 * its rate, over several connections at once, every message of it counted by its number. Not here: rsyslogd (rsyslog.test.ts, relp.test.ts,
 * tls.test.ts, omelasticsearch.test.ts), the Unix socket of a machine (unix.test.ts).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needBinary, wishBinary } from '../need.ts';
import { tlsFile } from '../receive/senders.ts';
import { eventually, type RunningService, start, startService, temporaryFolder } from './service.ts';

let service: RunningService;
let tlsPort = 0;
let path = '';
beforeAll(async () => {
  path = join(temporaryFolder(), 'log');
  const tls = ['--tls', '127.0.0.1:0', '--tls-certificate', tlsFile('server.pem'), '--tls-key', tlsFile('server.key')];
  service = await startService({ words: [...tls, '--unix', path] });
  tlsPort = JSON.parse(readFileSync(service.readyFile, 'utf8')).tls.port;
});
afterAll(() => service.stop());

const logger = needBinary('logger');

test.skipIf(!logger).each([
  { name: 'UDP, RFC 3164', words: ['-d', '--rfc3164'], transport: 'udp' },
  { name: 'UDP, RFC 5424', words: ['-d', '--rfc5424'], transport: 'udp' },
  { name: 'TCP, lines', words: ['-T', '--rfc3164'], transport: 'tcp' },
  { name: 'TCP, octet counts', words: ['-T', '--rfc5424', '--octet-count'], transport: 'tcp' },
])('logger over $name', async ({ name, words, transport }) => {
  const { port } = transport === 'udp' ? service.udp : service.tcp;
  const text = `client ${name.replaceAll(/\W+/g, '_')} says ünïcode`;
  const to = ['-n', '127.0.0.1', '-P', String(port), ...words, '-t', 'nova-compute', '-p', 'local0.err'];
  // RFC 3164 has no zone: the first lines of a host are taken for UTC.
  const { status, stderr } = spawnSync(logger!, [...to, text], { env: { ...process.env, TZ: 'UTC' } });
  expect(status, String(stderr)).toBe(0);
  const records = await eventually(async () => {
    const found = await service.search(`"${text.split(' ')[1]}"`);
    expect(found).toHaveLength(1);
    return found;
  });
  expect(records).toMatchObject([{ transport, program: 'nova-compute', service: 'nova', facility: 16, level: 'ERROR', message: text }]);
  expect(Math.abs(Date.parse(records[0]!.time) - Date.now())).toBeLessThan(60_000);
});

// Its package is a syslog daemon that does not go together with rsyslog: unpacked beside it (.ci/run) it needs SYSLOGNG_PREFIX and LD_LIBRARY_PATH.
const loggen = wishBinary('loggen');
/** Of each connection. */
const MESSAGES = 2000;
const CONNECTIONS = 3;
const RATE = 5000;

const places = (): Record<string, string[]> => ({
  tcp: ['-i', '-S', '127.0.0.1', String(service.tcp.port)],
  udp: ['-i', '-D', '127.0.0.1', String(service.udp.port)],
  tls: ['-U', '127.0.0.1', String(tlsPort)],
  unix: ['-x', '-D', path],
});

test.skipIf(!loggen).each([
  { name: 'TCP, lines', transport: 'tcp', words: [] },
  { name: 'TCP, octet counts', transport: 'tcp', words: ['-P'] },
  { name: 'TCP, RFC 5424 in lines', transport: 'tcp', words: ['-P', '-F'] },
  { name: 'TLS', transport: 'tls', words: ['-P'] },
  { name: 'UDP', transport: 'udp', words: ['-P', '-F'] },
  { name: 'a Unix socket', transport: 'unix', words: [] },
])('loggen over $name: every number of every connection once', async ({ transport, words }) => {
  const { store, losses: lossesBefore } = await service.status();
  await nextSecond();
  const many = ['-n', String(MESSAGES), '-r', String(RATE), `--active-connections=${CONNECTIONS}`, '-s', '300', '-Q'];
  const ended = await start(loggen!, [...words, ...many, ...places()[transport]!]).ended;
  expect(ended.code, ended.err).toBe(0);
  const sent = Number(/count=(\d+)/.exec(ended.out + ended.err)?.[1]);
  // It counts for all connections together.
  expect(sent).toBeGreaterThanOrEqual(MESSAGES);
  // Nothing holds up a sender of UDP: where the machine is busy and the kernel's buffer small, the kernel drops, and says how many.
  const lost = (losses: typeof lossesBefore): number =>
    losses.filter(({ reason }) => reason === 'kernel-udp').reduce((sum, { amount }) => sum + amount, 0);
  const dropped = await eventually(async () => {
    const status = await service.status();
    const more = lost(status.losses) - lost(lossesBefore);
    expect(status.store.records).toBe(store.records + sent - more);
    return more;
  });
  if (transport !== 'udp') expect(dropped).toBe(0);
  expect(dropped).toBeLessThan(sent);
  const runid = /runid: (\d+)/.exec(await newest(transport))![1];
  const texts = await stored(`transport:${transport} "runid: ${runid}"`);
  const numbers = new Set(texts.map((text) => /seq: \d{10}, thread: \d{4}/.exec(text)?.[0]));
  expect({ texts: texts.length, numbers: numbers.size, unknown: numbers.has(undefined) }).toEqual({
    texts: sent - dropped,
    numbers: sent - dropped,
    unknown: false,
  });
  expect((await service.status()).losses.filter(({ reason }) => reason !== 'kernel-udp')).toEqual([]);
});

/** loggen calls a run after the second in which it starts; two of the same second could not be told apart. */
function nextSecond(): Promise<void> {
  return sleep(1000 - (Date.now() % 1000) + 20);
}

async function newest(transport: string): Promise<string> {
  const [record] = await service.search(`transport:${transport} runid`, { direction: 'backward', limit: '1' });
  return record!.message;
}

async function stored(query: string): Promise<string[]> {
  const response = await fetch(`${service.url}/api/v1/search?${new URLSearchParams({ query, direction: 'forward' })}`, {
    headers: { accept: 'application/x-ndjson' },
  });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { message: string }).message);
}
