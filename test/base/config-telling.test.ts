/** `receivers:` and `reports:` of a configuration: what is read, and that each mistake is refused with its place, without telling a secret. */
import { expect, test } from 'vitest';
import { readConfigText } from '../../src/base/config.ts';

const RECEIVERS = `receivers:
  - name: oncall
    webhook: https://hooks.example.org/s3cret/
    headers: {Authorization: Bearer x}
    resolved: off
  - name: ops
    mail: [a@example.org, 'B <b@example.org>']
  - {name: am, alertmanager: 'http://127.0.0.1:9093'}
  - {name: archive, file: /var/lib/stacktrail/reports}
`;
const REPORTS = `reports:
  - name: daily
    cron: 0 7 * * mon-fri
    timezone: Europe/Berlin
    to: [ops, archive]
  - {name: week, cron: '@weekly', since: 7d, to: oncall, form: json}
`;

test.each([RECEIVERS + REPORTS, REPORTS + RECEIVERS])('receivers and reports in any order', (text) => {
  const { site } = readConfigText(text, 'c.yaml');
  expect(site.receivers).toMatchObject([
    {
      name: 'oncall',
      kind: 'webhook',
      target: 'https://hooks.example.org/s3cret',
      headers: { authorization: 'Bearer x' },
      alerts: true,
      resolved: false,
    },
    { name: 'ops', kind: 'mail', to: ['a@example.org', 'B <b@example.org>'], alerts: true, resolved: true },
    { name: 'am', kind: 'alertmanager', target: 'http://127.0.0.1:9093' },
    { name: 'archive', kind: 'file', target: '/var/lib/stacktrail/reports', alerts: false },
  ]);
  expect(site.reports).toMatchObject([
    { name: 'daily', cron: '0 7 * * mon-fri', zone: 'Europe/Berlin', spanUs: 86_400e6, to: ['ops', 'archive'], form: 'html' },
    { name: 'week', zone: 'UTC', spanUs: 7 * 86_400e6, to: ['oncall'], form: 'json' },
  ]);
});

const report = (more: string): string => `${RECEIVERS}reports:\n  - name: r\n    to: ops\n${more}`;
test.each([
  [report('    cron: 61 7 * * *'), 'c.yaml:13:11: the cron expression of r: Invalid value for minute: 61'],
  [report('    cron: 0 7 * *'), 'c.yaml:13:11: the cron expression of r: '],
  [report('    cron: 0 0 30 2 *'), 'c.yaml:13:11: the cron expression of r: it never comes'],
  [report("    cron: '* * * * * *'"), 'c.yaml:13:11: the cron expression of r: it comes more than once a minute'],
  [report('    cron: 0 7 * * *\n    timezone: Europe/Berln'), 'c.yaml:14:15: '],
  [report('    cron: 0 7 * * *\n    since: soon'), 'c.yaml:14:12: "soon" is no time like 24h'],
  [report('    cron: 0 7 * * *\n    form: pdf'), 'c.yaml:14:11: "pdf" is not one of text, md, html, json'],
  [report('    corn: 0 7 * * *'), 'c.yaml:13:5: corn is no part of a report; did you mean cron?'],
  [report(''), 'the report r has no cron'],
  [
    `${RECEIVERS}reports:\n  - {name: r, cron: 0 7 * * *, to: opss}`,
    'the report r goes to opss, and there is no such receiver; did you mean ops?',
  ],
  [`${RECEIVERS}reports:\n  - {name: r, cron: 0 7 * * *, to: am}`, 'an Alertmanager takes no reports'],
  ['receivers:\n  - {name: a, webhook: s3cret}', 'c.yaml:2:24: webhook is no URL'],
  ['receivers:\n  - {name: a, webhook: "https://x", slack: "https://s3cret"}', 'c.yaml:2:5: the receiver a is one of'],
  ['receivers:\n  - {name: a}', 'and not none'],
  ['receivers:\n  - {webhook: "https://s3cret"}', 'c.yaml:2:5: a receiver without a name'],
  ['receivers:\n  - {name: a, mail: nobody}', 'c.yaml:2:21: "nobody" is no address of a mailbox'],
  ['receivers:\n  - {name: a, mail: "a@b.c\\nBcc: x@y.z"}', 'is no address of a mailbox'],
  ['receivers:\n  - {name: a, file: reports}', 'c.yaml:2:21: file is the absolute path'],
  ['receivers:\n  - {name: a, file: /x, alerts: maybe}', '"maybe" is neither on nor off'],
  ['receivers:\n  - {name: a, slack: "https://x", headers: {Host: y}}', '"Host" is no header that can be set'],
  ['receivers:\n  - {name: a, slack: "https://x", headers: {X-A: "s3cret\\nX: y"}}', 'the header X-A is one line of ASCII'],
  ['receivers:\n  - {name: a, file: /x}\n  - {name: a, file: /y}', 'c.yaml:3:12: a second receiver a'],
  ['receivers: x', 'receivers is a list'],
])('%j', (text, says) => {
  expect(() => readConfigText(text, 'c.yaml')).toThrow(
    expect.objectContaining({ code: 'bad-setting', message: expect.stringContaining(says) }),
  );
  expect(() => readConfigText(text, 'c.yaml')).not.toThrow(expect.objectContaining({ message: expect.stringContaining('s3cret') }));
});
