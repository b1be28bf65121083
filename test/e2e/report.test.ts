/**
 * Reports of a real service: what is new, grown and over between two times, who writes, how the APIs are, in every form over HTTP and in the terminal,
 * and by mail to a real mail server with TLS and a password.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model.ts';
import { type RunningService, stacktrail, startService } from './service.ts';

let service: RunningService;
const RANGE = ['--since', '2026-11-21', '--until', '2026-11-22', '-z', 'UTC', '--wait'];
const QUERY = 'since=2026-11-21T00:00:00Z&until=2026-11-22T00:00:00Z&settled=true';

function line(day: number, second: number, level: string, message: string, host = 'c01'): string {
  const clock = new Date(Date.UTC(2026, 10, day, 12) + second * 1000).toISOString();
  return `<131>1 ${clock} ${host} nova-compute 7 - - ${clock.slice(0, 10)} ${clock.slice(11, 23)} 7 ${level} nova.compute.manager [-] ${message}`;
}
function access(second: number, status: number, seconds: number): string {
  const clock = new Date(Date.UTC(2026, 10, 21, 12) + second * 1000).toISOString();
  const id = `903b85d0-5b1a-4bd3-a9b7-${String(second).padStart(12, '0')}`;
  return `<134>1 ${clock} ctl01 nova-api 7 - - ${clock.slice(0, 10)} ${clock.slice(11, 23)} 7 INFO nova.osapi_compute.wsgi.server [-] 10.0.0.1 "GET /v2.1/servers/${id} HTTP/1.1" status: ${status} len: 10 time: ${seconds}`;
}

beforeAll(async () => {
  service = await startService({ words: ['--http-url', 'https://logs.example.org/'] });
  const several = (amount: number, make: (index: number) => string): string[] => Array.from({ length: amount }, (_, index) => make(index));
  const lines = [
    ...several(5, (index) => line(20, index, 'ERROR', `Volume ${index} is lost`)),
    ...several(6, (index) => line(20, index, 'ERROR', `Image ${index} is bad`)),
    ...several(30, (index) => line(21, index, 'ERROR', `Volume ${index} is lost`, `c0${index % 2}`)),
    ...several(4, (index) => line(21, index, 'CRITICAL', `<b>Unhandled</b> password=hunter2 ${index}`)),
    ...several(40, (index) => access(index, index === 0 ? 503 : 200, (index + 1) / 100)),
    ...several(100, (index) => line(21, index, 'INFO', `Claim ${index} ok`)),
  ];
  expect((await service.ingest(lines.join('\n'))).status).toBe(200);
});
afterAll(() => service.stop());

async function get(form: string): Promise<{ text: string; type: string | null; policy: string | null }> {
  const response = await fetch(`${service.url}/api/v1/report?${QUERY}&form=${form}`);
  expect(response.status).toBe(200);
  return {
    text: await response.text(),
    type: response.headers.get('content-type'),
    policy: response.headers.get('content-security-policy'),
  };
}

test('JSON holds what was sent, against the day before', async () => {
  const report = JSON.parse((await get('json')).text) as Report;
  const told = Object.fromEntries(
    Object.entries(report.groups).map(([kind, { top }]) => [kind, top.map(({ title, count, before }) => [title, count, before])]),
  );
  expect(told).toEqual({
    new: [['<b>Unhandled</b> password=<*>', 4, 0]],
    back: [],
    grown: [['Volume <*> is lost', 30, 5]],
    steady: [],
    over: [['Image <*> is bad', 0, 6]],
  });
  expect(report).toMatchObject({
    records: 174,
    recordsBefore: 11,
    errors: 34,
    errorsBefore: 11,
    services: [{ name: 'nova', records: 174, errors: 34 }],
  });
  expect(report.talkers.hosts.map(({ name, records, errors }) => [name, records, errors])).toEqual([
    ['c01', 119, 19],
    ['ctl01', 40, 0],
    ['c00', 15, 15],
  ]);
  expect(report.endpoints).toMatchObject([
    { endpoint: 'GET /v2.1/servers/{id}', service: 'nova', count: 40, clientErrors: 0, serverErrors: 1, errorRate: 0.025, maxMs: 400 },
  ]);
  expect(Math.abs(report.endpoints[0]!.p50Ms! - 200)).toBeLessThanOrEqual(2);
  expect(report.capacity).toMatchObject({ records: 185, freeBytes: expect.any(Number) });
});

test.each([
  ['text', 'text/plain', 'NEW ERRORS: 1 GROUP, 4 ERRORS'],
  ['md', 'text/markdown', '## New errors: 1 group, 4 errors'],
  ['html', 'text/html', '<h2>New errors: 1 group, 4 errors</h2>'],
])('%s', async (form, type, says) => {
  const got = await get(form);
  expect(got.type).toContain(type);
  expect(got.text).toContain(says);
  expect(got.text).not.toContain('hunter2');
  if (form === 'html') {
    expect(got.policy).toMatch(/^default-src 'none';.*sandbox$/);
    expect(got.text).toContain(
      'href="https://logs.example.org/?q=level%3Acritical+service%3A%22nova%22&amp;from=2026-11-21T00%3A00%3A00.000000Z',
    );
    expect(got.text).not.toContain('<b>');
  }
});

test('in the terminal; wrong use is said', async () => {
  const text = await service.run('report', ...RANGE);
  expect([text.code, text.err]).toEqual([0, '']);
  expect(text.out).toMatch(
    /^Stacktrail report, 2026-11-21 00:00 to 2026-11-22 00:00 \(UTC\)\n34 errors \(\+209 %\) · 1 new, 0 back, 1 grown, 1 over · 174 records\n/,
  );
  expect(JSON.parse((await service.run('report', ...RANGE, '-o', 'json')).out)).toMatchObject({ errors: 34 });
  for (const [words, says] of [
    [['-o', 'pdf'], '--output is one of text, md, html, json'],
    [['--since', '2d', '--until', '3d'], 'until is not later than since'],
    [['--since', '400d'], 'a year at most'],
    [['--mail-to', 'nobody'], '--mail-to: "nobody" is no address'],
    [['--mail-to', 'a@example.org'], 'there is no mail server'],
  ] as const) {
    const { code, err } = await service.run('report', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
  }
});

describe('by mail', () => {
  const mails: { from: string; to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'ops' && password === 'tellnobody' ? done(null, { user: 'ops' }) : done(new Error(`no such login ${password}`)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
        });
        done(null, 'taken');
      });
    },
  });
  const port = (): number => (server.server.address() as AddressInfo).port;
  const mailed = (password: string, ...words: string[]) =>
    stacktrail(['report', ...RANGE, '--url', service.url, '--smtp', `127.0.0.1:${port()}`, '--smtp-user', 'ops', ...words], {
      STACKTRAIL_SMTP_PASSWORD: password,
      // The server's certificate is made up.
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    }).ended;

  beforeAll(async () => {
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
  });
  afterAll(() => new Promise<void>((resolve) => void server.close(resolve)));

  test('with the text, and the page as HTML and to keep', async () => {
    const ended = await mailed(
      'tellnobody',
      '-o',
      'html',
      '--mail-to',
      'a@example.org,B <b@example.org>',
      '--smtp-from',
      'Logs <logs@example.org>',
    );
    expect([ended.code, ended.out, ended.err]).toEqual([0, '', expect.stringContaining('mailed to a@example.org, B <b@example.org>: 250')]);
    const [mail] = mails.splice(0);
    expect([mail!.from, mail!.to]).toEqual(['logs@example.org', ['a@example.org', 'b@example.org']]);
    expect(mail!.text).toMatch(/^Subject: Stacktrail report, 2026-11-21 00:00 to 2026-11-22 00:00 \(UTC\)\r$/m);
    expect(mail!.text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail!.text).toMatch(/^Content-Type: text\/html/m);
    expect(mail!.text).toMatch(/filename=report\.html/);
    expect(mail!.text).not.toContain('hunter2');
  });

  test('a wrong password and a server that is not there are said, and the password is not', async () => {
    const wrong = await mailed('wrongsecret', '--mail-to', 'a@example.org');
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('did not take the mail')]);
    expect(wrong.err).not.toContain('wrongsecret');
    const gone = await stacktrail(['report', ...RANGE, '--url', service.url, '--smtp', '127.0.0.1:1', '--mail-to', 'a@example.org']).ended;
    expect([gone.code, gone.err]).toEqual([2, expect.stringContaining('the mail server 127.0.0.1:1 did not take the mail')]);
    expect(mails).toEqual([]);
  });
});
