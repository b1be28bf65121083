/**
 * TLS with the client that the field uses: a real rsyslogd (its gtls driver) with a certificate of its own; and RELP inside TLS.
 * The settings reach the listeners, a service without a certificate says what is missing.
 */
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { expect, test } from 'vitest';
import { needBinary, needFile } from '../need.ts';
import { OFFER } from '../receive/relp-client.ts';
import { tlsFile } from '../receive/senders.ts';
import { startRsyslogd } from './rsyslogd.ts';
import { eventually, stacktrail, startService, temporaryFolder } from './service.ts';

const rsyslogd = needBinary('rsyslogd');
const MODULES = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib/rsyslog', '/usr/lib64/rsyslog'];
const gtls = needFile('lmnsd_gtls.so', MODULES);

const ENDS = ['--tls-certificate', tlsFile('server.pem'), '--tls-key', tlsFile('server.key'), '--tls-ca', tlsFile('ca.pem')];
const STRICT = [...ENDS, '--tls-clients', 'require', '--tls-names', '*.example.org'];

const forward = (port: number): string => `*.* action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp"
  streamDriver="gtls" streamDriverMode="1" streamDriverAuthMode="x509/name" streamDriverPermittedPeers="localhost"
  streamDriver.CAFile="${tlsFile('ca.pem')}" streamDriver.certFile="${tlsFile('node.pem')}" streamDriver.keyFile="${tlsFile('node.key')}"
  action.resumeRetryCount="-1")`;

test.skipIf(rsyslogd === undefined || gtls === undefined)('rsyslogd delivers over TLS with its certificate', async () => {
  const service = await startService({ words: ['--tls', '127.0.0.1:0', ...STRICT] });
  const { port } = JSON.parse(readFileSync(service.readyFile, 'utf8')).tls as { port: number };
  const client = await startRsyslogd({ path: rsyslogd!, hostName: 'c01', forward: forward(port) });
  await client.udp.send('<134>Nov 22 09:00:00 c01 nova-api: inside TLS');
  const [record] = await eventually(async () => {
    const found = await service.search('"inside TLS"');
    expect(found).toHaveLength(1);
    return found;
  });
  expect(record).toMatchObject({ transport: 'tls', host: 'c01', program: 'nova-api', service: 'nova' });
  await client.stop();
  await service.stop();
});

test('no session tickets: a sender that never reads would be reset by its own kernel, and what it sent last be lost', async () => {
  const service = await startService({ words: ['--tls', '127.0.0.1:0', ...ENDS] });
  const { port } = JSON.parse(readFileSync(service.readyFile, 'utf8')).tls as { port: number };
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    ca: readFileSync(tlsFile('ca.pem')),
    servername: 'localhost',
    minVersion: 'TLSv1.3',
  });
  let tickets = 0;
  socket.on('session', () => {
    tickets++;
  });
  socket.resume();
  socket.write('<134>one way\n');
  await eventually(async () => expect(await service.search('"one way"')).toHaveLength(1));
  // Tickets would have come before anything could be read.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await service.stop();
  await closed;
  expect(tickets).toBe(0);
});

test('RELP inside TLS', async () => {
  const service = await startService({ relp: '127.0.0.1:0', words: ['--relp-tls', 'on', ...STRICT] });
  const own = { cert: readFileSync(tlsFile('node.pem')), key: readFileSync(tlsFile('node.key')) };
  const socket = tls.connect({ ...service.relp, ca: readFileSync(tlsFile('ca.pem')), servername: 'localhost', ...own });
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  socket.write(`1 open ${OFFER.length} ${OFFER}\n2 syslog 17 <134>relp in TLS!\n`);
  await eventually(() => expect(said).toContain('2 rsp 6 200 OK'));
  expect(await service.search('"relp in TLS"')).toMatchObject([{ transport: 'relp' }]);
  socket.destroy();
  await service.stop();
});

test('without a certificate the service says what is missing', async () => {
  const words = ['serve', '--data', temporaryFolder(), '--http', 'off', '--udp', 'off', '--tcp', 'off', '--tls', '127.0.0.1:0'];
  expect(await stacktrail(words).ended).toMatchObject({ code: 2, err: expect.stringMatching(/give tls\.certificate and tls\.key/) });
});
