/** Rules of a site: which lines their patterns take, what the record says then, and that its exact text stays. */
import { expect, test } from 'vitest';
import { parse, write } from '../../parsers/index.ts';
import { siteReader } from '../../parsers/site.ts';
import { readSiteTime } from '../../parsers/site-time.ts';
import { readConfigText } from '../../src/base/config.ts';
import { formatTime } from '../../src/base/time.ts';
import type { Given, LogRecord } from '../../src/model.ts';

const RECEIVED = Date.UTC(2024, 2, 4, 12) * 1000;
const given = (yaml: string): Given => ({
  received: RECEIVED,
  transport: 'udp',
  peer: '10.0.0.1',
  zone: 0,
  site: siteReader(readConfigText(yaml, 'c.yaml').site),
});

const RULES = `
services: {billingd: billing, "acme-*": acme, nova-api: compute}
patterns:
  - name: bill
    program: billingd
    pattern: '^(?P<level>\\w+) invoice=\\d+ tenant=(?P<project>[0-9a-f]{32}) (?P<message>.*)$'
    samples: ['WARN invoice=1 tenant=243349698a7aad7bb43c282894530071 price missing']
  - name: whole
    program: billingd
    pattern: '^queue (drained|full)$'
    fields: {level: debug, logger: queue}
    samples: [queue full]
  - name: stamped
    program: 'acme-*'
    pattern: '^\\[(?P<time>[^\\]]+)\\] (?P<pid>\\d+) (?P<request>req-\\S+) (?P<instance>\\S+)'
    samples: ['[2024-03-04 08:00:00,123] 77 req-1 -']
  - name: anyone
    pattern: 'user=(?P<user>\\w+)'
    samples: [user=x]
`;

const HEAD = '<14>1 2024-03-04T08:00:00Z bill01';

test.each<[string, string, Partial<LogRecord>]>([
  [
    'a group as the message',
    `${HEAD} billingd 7 - - WARN invoice=1 tenant=${'a'.repeat(32)} price missing`,
    { format: 'site:bill', level: 'WARNING', project: 'a'.repeat(32), message: 'price missing', service: 'billing', pid: 7 },
  ],
  [
    'the space that rsyslog leaves',
    `${HEAD} billingd 7 - -  WARN invoice=1 tenant=${'a'.repeat(32)} x`,
    { format: 'site:bill', message: 'x' },
  ],
  [
    'escaped newlines',
    `${HEAD} billingd 7 - - WARN invoice=1 tenant=${'a'.repeat(32)} x#012  y`,
    { format: 'site:bill', message: 'x\n  y' },
  ],
  [
    'without a group message, all of it',
    `${HEAD} billingd 7 - - queue full`,
    { format: 'site:whole', level: 'DEBUG', logger: 'queue', message: 'queue full', raw: undefined, form: '' },
  ],
  [
    'time, pid and ids',
    `${HEAD} acme-api - - - [2024-03-04 07:59:58,5] 77 req-1 i-1 done`,
    {
      format: 'site:stamped',
      time: Date.UTC(2024, 2, 4, 7, 59, 58, 500) * 1000,
      pid: 77,
      request: 'req-1',
      instance: 'i-1',
      service: 'acme',
      message: '[2024-03-04 07:59:58,5] 77 req-1 i-1 done',
    },
  ],
  [
    'a time that is none: that of the header',
    `${HEAD} acme-api - - - [lunchtime] 77 req-1 i-1 done`,
    { format: 'site:stamped', time: Date.UTC(2024, 2, 4, 8) * 1000 },
  ],
  ['no program asked for: what nobody knows', `${HEAD} thing - - - login user=bob`, { format: 'site:anyone', user: 'bob' }],
  [
    'not what somebody knows',
    `${HEAD} nova-api - - - 2024-03-04 08:00:00.000 1 INFO nova.x [-] user=bob`,
    { format: 'oslo', user: undefined, service: 'compute' },
  ],
  ['a program of rules, a text of none', `${HEAD} billingd 7 - - hello`, { format: 'plain', service: 'billing', message: 'hello' }],
  ['another program', `${HEAD} otherd 7 - - queue full`, { format: 'plain', service: undefined }],
])('%s', (_name, line, want) => {
  const record = parse(line, given(RULES));
  expect(record).toMatchObject(want);
  expect(record.raw ?? write(record)).toBe(line);
});

test('without rules there is nothing to ask', () => {
  expect(given('log.level: info').site).toBeUndefined();
});

const one = (pattern: string, sample: string, more = ''): string =>
  `patterns:\n  - name: a\n    pattern: '${pattern}'\n    samples: ['${sample}']\n${more}`;

test.each<[string, RegExp]>([
  [one('^x', 'y'), /^c\.yaml:4:15: the pattern a does not match this sample: y$/],
  [one('^(?P<level>\\w+)', 'LOUD'), /^c\.yaml:4:15: "LOUD" is no level \(pattern a\)$/],
  [one('^(?P<time>.+)$', 'noon'), /"noon" is no time/],
  [one('^(?P<pid>.+)$', 'x1'), /"x1" is no pid/],
  [one('x', 'x', '    fields: {level: loud}\n'), /^c\.yaml:3:14: "loud" is no level/],
  [
    one('x', 'x', '  - name: b\n    pattern: xy\n    samples: [xy]\n'),
    /^c\.yaml:7:15: this sample of b is taken by a, which stands before it$/,
  ],
])('%j is refused', (yaml, want) => {
  expect(() => given(yaml)).toThrow(expect.objectContaining({ code: 'bad-setting', message: expect.stringMatching(want) }));
});

test.each<[string, string | undefined]>([
  ['2024-03-04T08:00:00Z', '2024-03-04T08:00:00.000000Z'],
  ['2024-03-04 08:00:00.25', '2024-03-04T07:00:00.250000Z'],
  ['2024-03-04 08:00:00,123456789', '2024-03-04T07:00:00.123456Z'],
  ['2024-03-04T08:00:00.5-02:30', '2024-03-04T10:30:00.500000Z'],
  ['1709539200', '2024-03-04T08:00:00.000000Z'],
  ['1709539200.25', '2024-03-04T08:00:00.250000Z'],
  ['1709539200250', '2024-03-04T08:00:00.250000Z'],
  ['1709539200250001', '2024-03-04T08:00:00.250001Z'],
  ['04/Mar/2024:08:00:00 +0000', '2024-03-04T08:00:00.000000Z'],
  ['04/Mar/2024 08:00:00', '2024-03-04T07:00:00.000000Z'],
  ['04-Mar-2024 08:00:00', '2024-03-04T07:00:00.000000Z'],
  ['Mar  4 08:00:00', '2024-03-04T07:00:00.000000Z'],
  ['2024-02-30 08:00:00', undefined],
  ['2024-03-04 08:00:00 noon', undefined],
  ['04/Mrz/2024:08:00:00', undefined],
  ['170953920', undefined],
  ['', undefined],
])('the stamp %j, an hour east of UTC', (text, want) => {
  const time = readSiteTime(text, { received: RECEIVED, zone: 60 });
  expect(time === undefined ? undefined : formatTime(time)).toBe(want);
});

test('10,000 random texts and 64 KiB of one letter are read without a throw, and stay', () => {
  const about = given(RULES);
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const pieces = [
    HEAD,
    ' billingd ',
    ' acme-x ',
    '7 - - ',
    'WARN invoice=',
    '[2024',
    '#012',
    '\n',
    'tenant=',
    'user=',
    'é',
    '\x00',
    'queue full',
    ' ',
  ];
  for (let count = 0; count < 10_000; count++) {
    const line = Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join('');
    const record = parse(line, about);
    expect(record.raw ?? write(record)).toBe(line);
  }
  const long = `${HEAD} billingd 7 - - ${'W'.repeat(64 * 1024)}`;
  expect(parse(long, about).format).toBe('plain');
});
