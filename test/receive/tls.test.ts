/**
 * TLS: who may come and who may not; a handshake that fails is the trouble of that client only; a new certificate is taken up
 * without a restart, a wrong one leaves the old one in force. Certificates: fixtures/tls.
 */
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { startTls } from '../../src/receive/tcp-tls.ts';
import type { TlsOptions } from '../../src/receive/tls.ts';
import { Recorder, until } from './recorder.ts';
import { openTcp, openTls, tlsFile } from './senders.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const SERVER = { certificate: tlsFile('server.pem'), key: tlsFile('server.key') };
const WITH_CA = { ...SERVER, ca: tlsFile('ca.pem'), clients: 'require' } as const;
const fingerprintOf = (name: string): string => new X509Certificate(readFileSync(tlsFile(`${name}.pem`))).fingerprint256;

async function listen(tls: TlsOptions) {
  const intake = new Recorder();
  const counters = new Counters();
  const receiver = await startTls({ address: { host: '127.0.0.1', port: 0 }, tls }, intake, counters);
  cleanups.push(() => receiver.stop());
  return { intake, counters, receiver };
}

/** Can this client deliver? Under TLS 1.3 a refused one learns it after its own handshake. */
async function delivers(bed: Awaited<ReturnType<typeof listen>>, as?: string): Promise<boolean> {
  const refusedBefore = bed.counters.value('connections.refused', 'tls');
  const before = bed.intake.messages.length;
  const sender = await openTls(bed.receiver.address, as).catch(() => undefined);
  if (sender) {
    await sender.send('<134>from a client');
    cleanups.push(() => sender.close());
  }
  await until(() => bed.intake.messages.length > before || bed.counters.value('connections.refused', 'tls') > refusedBefore);
  return bed.intake.messages.length > before;
}

describe('who may come', () => {
  test.each<[string, TlsOptions, string | undefined, boolean]>([
    ['anybody', { ...SERVER, clients: 'none' }, undefined, true],
    ['a client of our CA', WITH_CA, 'node', true],
    ['not one without a certificate', WITH_CA, undefined, false],
    ['not one who signed its own', WITH_CA, 'stranger', false],
    ['one of that name', { ...WITH_CA, names: ['c01.example.org'] }, 'node', true],
    ['one whose name fits', { ...WITH_CA, names: ['*.EXAMPLE.org'] }, 'node', true],
    ['a wildcard is one label', { ...WITH_CA, names: ['*.org'] }, 'node', false],
    ['not one of another name', { ...WITH_CA, names: ['c02.example.org'] }, 'node', false],
    ['not one of that name whom nobody vouches for', { ...WITH_CA, names: ['c01.example.org'] }, 'stranger', false],
    ['one of that fingerprint, whoever signed it', { ...WITH_CA, names: [`SHA256:${fingerprintOf('stranger')}`] }, 'stranger', true],
    ['not one of another fingerprint', { ...WITH_CA, names: [`SHA256:${fingerprintOf('stranger')}`] }, 'node', false],
  ])('%s', async (_title, tls, as, may) => {
    const bed = await listen(tls);
    expect(await delivers(bed, as)).toBe(may);
    if (may) expect(bed.intake.messages[0]!.source).toEqual({ transport: 'tls', peer: '127.0.0.1' });
    else {
      expect(bed.counters.losses()).toMatchObject([{ reason: 'refused', source: '127.0.0.1', amount: 1 }]);
      expect(bed.receiver.status().warnings.join()).toContain('127.0.0.1 was refused');
    }
  });
});

test('plain text, half a handshake and noise disarm nothing', async () => {
  const bed = await listen(WITH_CA);
  for (const bytes of ['<134>plain syslog\n', '\x16\x03\x01', 'GET / HTTP/1.1\r\n\r\n', '\xff'.repeat(500)]) {
    const sender = await openTcp(bed.receiver.address);
    await sender.write(bytes);
    await sender.close();
  }
  await until(() => bed.counters.value('connections.refused', 'tls') === 4);
  expect(await delivers(bed, 'node')).toBe(true);
});

describe('certificates from files', () => {
  function files(): { folder: string; tls: TlsOptions } {
    const folder = mkdtempSync(join(tmpdir(), 'stacktrail-tls-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    for (const end of ['pem', 'key']) copyFileSync(tlsFile(`server.${end}`), join(folder, `server.${end}`));
    return { folder, tls: { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key'), clients: 'none' } };
  }

  /** Of the certificate that the server shows now. */
  async function shown(address: { host: string; port: number }): Promise<string> {
    const sender = await openTls(address);
    const { fingerprint256 } = sender.socket.getPeerCertificate();
    await sender.close();
    return fingerprint256;
  }

  test('are taken up when they change; wrong ones are told, and the old ones stay', async () => {
    const { folder, tls } = files();
    const bed = await listen(tls);
    expect(await shown(bed.receiver.address)).toBe(fingerprintOf('server'));
    for (const end of ['pem', 'key']) copyFileSync(tlsFile(`server2.${end}`), join(folder, `server.${end}`));
    while ((await shown(bed.receiver.address)) !== fingerprintOf('server2')) await sleep(50);
    writeFileSync(join(folder, 'server.pem'), 'no certificate');
    await until(() => bed.receiver.status().warnings.some((text) => text.includes('stays in force')));
    expect(await shown(bed.receiver.address)).toBe(fingerprintOf('server2'));
  });

  test.each([
    ['missing', (folder: string) => rmSync(join(folder, 'server.key')), /tls\.key: .*server\.key cannot be read/],
    ['of another key', (folder: string) => copyFileSync(tlsFile('node.key'), join(folder, 'server.key')), /no PEM certificate and its key/],
    ['no PEM', (folder: string) => writeFileSync(join(folder, 'server.pem'), 'hello'), /no PEM certificate and its key/],
  ])('%s: the start is refused with their path', async (_title, spoil, want) => {
    const { folder, tls } = files();
    spoil(folder);
    const start = startTls({ address: { host: '127.0.0.1', port: 0 }, tls }, new Recorder(), new Counters());
    await expect(start).rejects.toMatchObject({ code: 'bad-setting', message: expect.stringMatching(want) });
  });
});
