/** Reports when they are due, on a clock of the test: of the right time, to a real mail server, a real HTTP server and a folder; tried again, given up. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { createLog } from '../../src/base/log.ts';
import type { MailServer } from '../../src/base/mail.ts';
import type { Report, ReportPlan, ReportRange, TellReceiver } from '../../src/model.ts';
import { makeReport } from '../../src/report/report.ts';
import { ReportTimes } from '../../src/service/report-times.ts';
import { eventually } from '../e2e/program.ts';
import { newFolder } from '../store/sealed.ts';

const mails: string[] = [];
const posts: { path: string; body: { type: string; text: string; report: Report } }[] = [];
const state = { status: 200 };
const smtp = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, _session, done) {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    stream.on('end', () => {
      mails.push(text);
      done();
    });
  },
});
const http = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    posts.push({ path: request.url!, body: JSON.parse(body) });
    response.writeHead(state.status).end();
  });
});

beforeAll(async () => {
  smtp.listen(0, '127.0.0.1');
  http.listen(0, '127.0.0.1');
  await Promise.all([once(smtp.server, 'listening'), once(http, 'listening')]);
});
afterAll(() => {
  http.closeAllConnections();
  http.close();
  smtp.close(() => undefined);
});

const folder = newFolder();
const receivers = (): TellReceiver[] => {
  const base = { to: [], headers: {}, alerts: false, resolved: true, place: 'x' };
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return [
    { ...base, name: 'ops', kind: 'mail', target: '', to: ['ops@example.org'] },
    { ...base, name: 'hook', kind: 'webhook', target: `${url}/hook` },
    { ...base, name: 'chat', kind: 'slack', target: `${url}/chat` },
    { ...base, name: 'archive', kind: 'file', target: folder },
  ];
};
const plan = (more: Partial<ReportPlan> = {}): ReportPlan => ({
  ...{ name: 'daily', cron: '0 7 * * *', zone: 'Europe/Berlin', spanUs: 86_400e6, form: 'html', place: 'x' },
  to: ['ops', 'hook', 'chat', 'archive'],
  ...more,
});

function scene() {
  // Before seven o'clock of the day on which the clocks are put forward.
  const clock = { ms: Date.UTC(2026, 2, 28, 12) };
  const ranges: ReportRange[] = [];
  const counters = new Counters();
  const mailServer: MailServer = {
    address: { host: '127.0.0.1', port: (smtp.server.address() as AddressInfo).port },
    ...{ tls: 'auto', user: undefined, password: undefined, from: 'logs@example.org' },
  };
  const times = new ReportTimes({
    make: async (range) => {
      ranges.push(range);
      return reportIn(range);
    },
    url: () => 'https://logs.example.org',
    sendWith: { mailServer: () => mailServer },
    ...{ log: createLog({ level: 'silent' }), counters, nowMs: () => clock.ms, againMs: [5, 5] },
  });
  return { clock, ranges, counters, times };
}

function reportIn(range: ReportRange): Report {
  const none = {
    levels: [],
    services: [],
    hosts: [],
    programs: [],
    hostErrors: [],
    programErrors: [],
    groups: [],
    groupsBefore: [],
    losses: [],
    silent: [],
    damaged: [],
  };
  return makeReport({
    ...none,
    ...{ range, madeUs: range.endUs, records: 1234, recordsBefore: 0, endpoints: { endpoints: [], lines: 0, oneOf: 1 } },
    store: { records: 0, bytes: 0, days: [] },
    keeping: { freeBytes: 0, reserveBytes: 0, bytesMax: undefined, ageMaxHours: undefined },
  });
}

test('at seven in Berlin, in summer and in winter, to everybody whom it names', async () => {
  const { clock, ranges, counters, times } = scene();
  times.configure([plan()], receivers());
  expect(times.status()).toEqual([{ name: 'daily', next: '2026-03-29T05:00:00.000Z' }]);
  times.look();
  clock.ms = Date.UTC(2026, 2, 29, 5, 0, 1);
  times.look();
  times.look();
  await eventually(() => expect(counters.read()['reports.sent']).toBe(4));
  await times.close();
  expect(times.status()).toEqual([{ name: 'daily', next: '2026-03-30T05:00:00.000Z' }]);
  expect(ranges).toEqual([{ startUs: Date.UTC(2026, 2, 28, 5) * 1000, endUs: Date.UTC(2026, 2, 29, 5) * 1000 }]);
  expect(readdirSync(folder)).toEqual(['daily-2026-03-29T0500Z.html']);
  const html = readFileSync(join(folder, 'daily-2026-03-29T0500Z.html'), 'utf8');
  // In Berlin the day before ended an hour later.
  expect(html).toContain('<h1>Stacktrail report, 2026-03-28 06:00 to 2026-03-29 07:00 (Europe/Berlin)</h1>');
  const [hook, chat] = ['/hook', '/chat'].map((path) => posts.find((post) => post.path === path)!.body);
  expect(hook).toMatchObject({
    version: 1,
    type: 'report',
    name: 'daily',
    report: { records: 1234 },
    text: expect.stringContaining('1,234 records'),
  });
  expect(chat!.text).toMatch(/^\*Stacktrail daily\*, .*\n.*1,234 records\n<https:\/\/logs\.example\.org\|/);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatch(/^Subject: Stacktrail daily: 0 errors/m);
  expect(mails[0]).toMatch(/^Content-Type: text\/html/m);
});

test('tried again, then given up and counted; one that is refused for good is given up at once', async () => {
  for (const [status, asked] of [
    [503, 3],
    [404, 1],
  ] as const) {
    posts.length = 0;
    state.status = status;
    const { clock, counters, times } = scene();
    times.configure([plan({ to: ['hook', 'gone'] })], receivers());
    clock.ms = Date.UTC(2026, 2, 29, 5);
    times.look();
    await eventually(() => expect(counters.read()['reports.failed']).toBe(2));
    expect(posts).toHaveLength(asked);
    await times.close();
  }
});

test('a changed plan has a new time, one that goes is not sent, and the end waits for nobody', async () => {
  const { clock, ranges, times } = scene();
  times.configure([plan(), plan({ name: 'other', cron: '0 8 * * *' })], receivers());
  times.configure([plan({ cron: '30 6 * * *' })], receivers());
  expect(times.status()).toEqual([{ name: 'daily', next: '2026-03-29T04:30:00.000Z' }]);
  times.configure([], receivers());
  clock.ms = Date.UTC(2026, 2, 30);
  times.look();
  expect([times.status(), ranges]).toEqual([[], []]);
  await times.close();
});
