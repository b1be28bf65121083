/**
 * Programs of this machine that log by a Unix socket: logger of util-linux (syslog(3)'s form), Python's SysLogHandler, rsyslogd's
 * omuxsock where they are installed. Their messages name no host and no year.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PublicRecord } from '../../src/base/public.ts';
import { needBinary, needFile, wishBinary } from '../need.ts';
import { eventually, type RunningService, stacktrail, start, startService, temporaryFolder } from './service.ts';

let service: RunningService;
let path = '';
beforeAll(async () => {
  path = join(temporaryFolder(), 'log');
  service = await startService({ words: ['--unix', path] });
});
afterAll(() => service.stop());

/** Oldest first, when all are there. */
function found(query: string, count: number): Promise<PublicRecord[]> {
  return eventually(async () => {
    const records = await service.search(query);
    expect(records).toHaveLength(count);
    return records;
  });
}

const logger = needBinary('logger');
test.skipIf(!logger)('logger: this machine is the host, the pid is in the tag, the time is now', async () => {
  const before = Date.now();
  const { status, stderr } = spawnSync(logger!, ['-u', path, '-t', 'nova-compute', '--id=4711', '-p', 'local0.err', 'disk is gone']);
  expect(status, String(stderr)).toBe(0);
  spawnSync(logger!, ['-u', path, '-t', 'sshd', '-p', 'auth.info', 'session opened for user root']);
  const records = await found('transport:unix', 2);
  expect(records[0]).toMatchObject({
    host: hostname(),
    program: 'nova-compute',
    service: 'nova',
    pid: 4711,
    facility: 16,
    level: 'ERROR',
    message: 'disk is gone',
    transport: 'unix',
    peer: path,
  });
  expect(records[1]).toMatchObject({ host: hostname(), program: 'sshd', level: 'INFO', message: 'session opened for user root' });
  // The stamp has seconds only.
  expect(Date.parse(records[0]!.time)).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
  expect(Date.parse(records[0]!.time)).toBeLessThanOrEqual(Date.now());
});

const HANDLER = `
import logging, logging.handlers, sys
log = logging.getLogger('cinder.volume')
log.addHandler(logging.handlers.SysLogHandler(address=sys.argv[1]))
log.handlers[0].setFormatter(logging.Formatter('cinder-volume[%(process)d]: %(levelname)s %(message)s'))
for number in range(500): log.error('python line %d', number)
log.error('first\\nsecond \\u00e9')
`;

const python = wishBinary('python3');
test.skipIf(!python)('Python’s SysLogHandler: 500 lines without a pause, none lost, in order', async () => {
  const { status, stderr } = spawnSync(python!, ['-c', HANDLER, path], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  expect(stderr).toBe('');
  const records = await found('program:cinder-volume', 501);
  const texts = records.map(({ message }) => message.replace(/^ERROR /, ''));
  expect(texts.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, index) => `python line ${index}`));
  expect(texts[500]).toBe('first\nsecond é');
  expect(records[0]).toMatchObject({ host: hostname(), service: 'cinder', level: 'ERROR' });
  expect(await service.counted('messages.lost')).toBe(0);
});

const rsyslogd = needBinary('rsyslogd');
const MODULES = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib64/rsyslog', '/usr/lib/rsyslog'];
const omuxsock = needFile('omuxsock.so', MODULES);
test.skipIf(!rsyslogd || !omuxsock)('rsyslogd by omuxsock', async () => {
  const folder = temporaryFolder();
  const input = join(folder, 'app.log');
  writeFileSync(join(folder, 'state'), '');
  writeFileSync(input, Array.from({ length: 200 }, (_, index) => `relayed line ${index}\n`).join(''));
  writeFileSync(
    join(folder, 'rsyslog.conf'),
    `global(workDirectory="${folder}")
module(load="imfile" pollingInterval="1")
input(type="imfile" file="${input}" tag="neutron-server:" severity="warning" facility="local3")
$ModLoad omuxsock
$OMUxSockSocket ${path}
*.* :omuxsock:;RSYSLOG_TraditionalForwardFormat
`,
  );
  const relay = start(rsyslogd!, ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')]);
  try {
    const records = await found('program:neutron-server', 200);
    expect(records.at(-1)).toMatchObject({ service: 'neutron', level: 'WARNING', message: 'relayed line 199', transport: 'unix' });
  } finally {
    relay.signal('SIGTERM');
    await relay.ended;
  }
});

test('the start line, the ready file and the status name the path; the file is gone after the stop; a taken path ends a start', async () => {
  const own = join(temporaryFolder(), 'log');
  const one = await startService({ words: ['--unix', own] });
  await eventually(() => expect(one.program.out()).toContain(`unix ${own}`));
  expect(await one.status()).toMatchObject({
    receivers: expect.arrayContaining([expect.objectContaining({ receiver: 'unix', host: own })]),
  });
  const free = ['--http', '127.0.0.1:0', '--udp', 'off', '--tcp', 'off'];
  const second = await stacktrail(['serve', '--data', join(temporaryFolder(), 'data'), ...free, '--unix', own]).ended;
  expect(second).toMatchObject({ code: 2, err: expect.stringContaining(`cannot listen on UNIX ${own}: another program uses it`) });
  const relative = await stacktrail(['serve', '--data', join(temporaryFolder(), 'data'), ...free, '--unix', 'log']).ended;
  expect(relative).toMatchObject({ code: 2, err: expect.stringMatching(/--unix.*absolute path/) });
  await one.stop();
  expect(existsSync(own)).toBe(false);
});
