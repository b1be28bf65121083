/**
 * Alerts by mail to a real SMTP server: what stands in the mails, that a server which refuses, is gone or never answers is asked again and holds
 * up nobody, and that neither secrets of lines nor the password are in mails or answers.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo as NetAddress, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { MailServer } from '../../src/base/mail.ts';
import type { Spike } from '../../src/model.ts';
import { eventually } from '../e2e/program.ts';
import { hook, receiver, scene, spike } from './alert-scene.ts';

const PASSWORD = 'tellnobody';

interface Mail {
  readonly to: readonly string[];
  readonly text: string;
}
interface Post {
  readonly mails: Mail[];
  readonly state: { refuses: boolean; asked: number };
  readonly at: () => MailServer;
  readonly port: number;
}

/** A mail server with a login; what it refuses, it refuses for now (RFC 5321 section 4.2.1: 4yz). */
async function post({ port = 0, password = PASSWORD } = {}): Promise<Post> {
  const mails: Mail[] = [];
  const state = { refuses: false, asked: 0 };
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    onAuth: (given, _session, done) =>
      given.username === 'ops' && given.password === PASSWORD
        ? done(null, { user: 'ops' })
        : done(new Error(`wrong: ${String(given.password)}`)),
    onMailFrom(_address, _session, done) {
      state.asked++;
      done(state.refuses ? Object.assign(new Error('try later'), { responseCode: 451 }) : null);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() });
        done(null, 'taken');
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => void server.close(resolve)));
  const address = server.server.address() as NetAddress;
  return { mails, state, port: address.port, at: () => mailServer(address.port, password) };
}

function mailServer(port: number, password = PASSWORD): MailServer {
  return { address: { host: '127.0.0.1', port }, tls: 'off', user: 'ops', password, from: 'Stacktrail <logs@example.org>' };
}

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as NetAddress;
  server.close();
  await once(server, 'close');
  return port;
}

const ops = receiver('mail', '', { to: ['ops@example.org', 'boss@example.org'] });
const subjectOf = ({ text }: Mail): string => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? '';

test('a spike that opens and its end are a mail each, to all, with evidence and a link and without secrets', async () => {
  const { mails, at } = await post();
  const { spikes, counters } = scene([ops], { mailServer: at });
  const one = spike({ title: 'Volume password=hunter3 is lost\r\nBcc: all@example.org' });
  spikes.push(one);
  await eventually(() => expect(mails).toHaveLength(1));
  const [mail] = mails;
  expect(mail!.to).toEqual(['ops@example.org', 'boss@example.org']);
  expect(subjectOf(mail!)).toMatch(/^\[FIRING\] Volume password=\*\*\* is lost/);
  expect(mail!.text).not.toMatch(/^Bcc:/m);
  expect(mail!.text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  for (const part of ['40 in 5 minutes', 't c01 nova ERROR password=***', 'https://logs.example.org/?q='])
    expect(body(mail!)).toContain(part);
  expect(body(mail!)).not.toMatch(/hunter|tellnobody/);
  spikes[0] = { ...one, until: new Date().toISOString() };
  await eventually(() => expect(mails).toHaveLength(2));
  expect(subjectOf(mails[1]!)).toMatch(/^\[RESOLVED\] Volume/);
  await eventually(() => expect(counters.read()['alerts.sent']).toBe(2));
});

/** Soft line breaks and `=3D` of quoted-printable away. */
function body({ text }: Mail): string {
  return text.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

test('a server that refuses for now is asked again, later each time, and hears of all once', async () => {
  const { mails, state, at } = await post();
  const { url, heard } = await hook();
  state.refuses = true;
  let nowUs = Date.now() * 1000;
  const { spikes, alerts, counters } = scene([ops, receiver('webhook', url)], {
    ...{ mailServer: at, clock: () => nowUs },
    times: { againMs: 1000, againMsMax: 4000, groupMs: 0 },
  });
  const failures = (): number => alerts.status()[0]!.failures;
  /** Everybody was looked at once more: the other receiver has heard of a new spike. */
  const looked = async (): Promise<Spike> => {
    const one = spike();
    spikes.push(one);
    await eventually(() => expect(JSON.stringify(heard)).toContain(one.title));
    return one;
  };
  const first = await looked();
  await eventually(() => expect(failures()).toBe(1));
  for (const [failed, waitMs] of [
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 4000],
  ] as const) {
    nowUs += waitMs * 1000 - 1000;
    await looked();
    expect([failures(), state.asked]).toEqual([failed, failed]);
    nowUs += 1000;
    await eventually(() => expect([failures(), state.asked]).toEqual([failed + 1, failed + 1]));
  }
  expect(alerts.status()).toMatchObject([{ answer: expect.stringMatching(/did not take the mail: .*451 try later/) }, {}]);
  state.refuses = false;
  nowUs += 4e6;
  const last = await looked();
  const times = ({ title }: Spike): number => mails.map(body).join().split(`FIRING: ${title}\r`).length - 1;
  await eventually(() => expect([times(first), times(last)]).toEqual([1, 1]));
  await eventually(() => expect(alerts.status()).toMatchObject([{ failures: 0, answer: expect.stringContaining('taken') }, {}]));
  expect(counters.read()['alerts.dropped'] ?? 0).toBe(0);
});

test('a server that is gone, or hangs, holds up no other receiver; when it is there again, it hears', async () => {
  const port = await deadPort();
  const sockets: Socket[] = [];
  // Takes connections and says nothing: no greeting, no end.
  const hanging = createServer((socket) => void sockets.push(socket));
  hanging.listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    hanging.close();
  });
  let at = mailServer((hanging.address() as NetAddress).port);
  const { url, heard } = await hook();
  const { spikes, alerts, end } = scene([ops, receiver('webhook', url)], { mailServer: () => at });
  const one = spike();
  spikes.push(one);
  await eventually(() => expect(JSON.stringify(heard)).toContain(one.title));
  // It was heard before its answer is.
  const wanted = [{ receiver: 'mail', failures: 0, answer: undefined }, { answer: expect.stringContaining('200') }];
  await eventually(() => expect(alerts.status()).toMatchObject(wanted));
  for (const socket of sockets) socket.destroy();
  at = mailServer(port);
  await eventually(() => expect(alerts.status()[0]!.failures).toBeGreaterThanOrEqual(2));
  await eventually(() => expect(alerts.status()[0]!.answer).toContain(`the mail server 127.0.0.1:${port} did not take the mail`));
  const { mails } = await post({ port });
  await eventually(() => expect(mails.map(body).join()).toContain(one.title));
  await end();
});

test('a wrong password is said, not shown', async () => {
  const { mails, at } = await post({ password: 'wrongsecret' });
  const { spikes, alerts } = scene([ops], { mailServer: at });
  spikes.push(spike());
  await eventually(() => expect(alerts.status()[0]!.failures).toBeGreaterThanOrEqual(1));
  expect(JSON.stringify(alerts.status())).not.toContain('wrongsecret');
  expect(JSON.stringify(await alerts.test())).toMatch(/"isTaken":false,"answer":"the mail server .* did not take the mail: .*\*\*\*/);
  expect(mails).toEqual([]);
});
