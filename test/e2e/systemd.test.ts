/**
 * What systemd hears of the real service: ready once it listens, the watchdog while its ingest thread answers, stopping at the end.
 * The notify socket is opened by Python here, because Node has no sockets of that kind. The unit file is checked by systemd's own tool.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../house/tables.ts';
import { wishBinary } from '../need.ts';
import { eventually, start, startService, temporaryFolder } from './service.ts';

const python = wishBinary('python3');
const notify = wishBinary('systemd-notify');
const analyze = wishBinary('systemd-analyze');

const LISTEN = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`;

describe.skipIf(python === undefined || notify === undefined)('told to systemd', () => {
  test('ready, the watchdog, stopping', async () => {
    const socket = join(temporaryFolder(), 'notify');
    const listener = start(python!, ['-c', LISTEN, socket]);
    await eventually(() => expect(listener.out()).toContain('bound'));
    const service = await startService({ environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '300000' } });
    await eventually(() => expect(listener.out()).toContain('READY=1'));
    expect(listener.out()).toMatch(/STATUS=udp .*http:\/\/127\.0\.0\.1:\d+/);
    await eventually(() => expect(listener.out().match(/WATCHDOG=1/g)?.length ?? 0).toBeGreaterThanOrEqual(2));
    expect((await service.stop()).code).toBe(0);
    await eventually(() => expect(listener.out()).toContain('STOPPING=1'));
    listener.signal('SIGKILL');
    await listener.ended;
  });

  test('a socket that is not there costs a sentence, not the service', async () => {
    const service = await startService({ environment: { NOTIFY_SOCKET: '/nonexistent/notify' } });
    await eventually(() => expect(service.program.err()).toContain('systemd was not told --ready'));
    expect((await service.ingest('<13>app: taken')).status).toBe(200);
    await service.stop();
  });
});

test.skipIf(analyze === undefined)('the unit file is right to the word', () => {
  // Its user and its program are not on this machine.
  const text = readFileSync(join(ROOT, 'config', 'stacktrail.service'), 'utf8');
  const path = join(temporaryFolder(), 'stacktrail.service');
  writeFileSync(path, text.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true').replace(/^User=.*$/m, 'User=root'));
  expect(execFileSync(analyze!, ['verify', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe('');
  expect(text).toMatch(/^Type=notify$[\s\S]*^NotifyAccess=all$/m);
});
