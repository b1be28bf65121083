/**
 * Syslog headers as OpenStack and its relays send them, years,
 * zones and impossible dates. What other parsers' suites expect is in cases.test.ts.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isContinuation, parse, write } from '../../parsers/index.ts';
import type { Given, LogRecord } from '../../src/model.ts';

const RECEIVED = Date.UTC(2026, 10, 22, 10) * 1000;
const given: Given = { received: RECEIVED, transport: 'udp', peer: '192.0.2.9', zone: 0 };
const BODY = '2014-05-01 10:00:00.000 2211 INFO nova.x [-] text';
const BODY_TIME = Date.UTC(2014, 4, 1, 10) * 1000;

const rows: [text: string, want: Partial<LogRecord>, kept?: 'raw'][] = [
  // Python's SysLogHandler: no time, no host, no tag.
  [`<134>${BODY}`, { host: '192.0.2.9', program: undefined, service: 'nova', time: BODY_TIME, facility: 16, severity: 6 }],
  [`<134>${BODY}\0`, { message: 'text', service: 'nova' }, 'raw'],
  [`<134>\ufeff${BODY}`, { message: 'text', facility: 16 }, 'raw'],
  ['<132>2026-11-22 08:24:11.548 26248 AUDIT nova.compute.manager [-] audit', { level: 'AUDIT', severity: 4 }],
  [`<134>nova-api ${BODY}`, { program: 'nova-api', host: '192.0.2.9', message: 'text' }],
  [`<134>keystone ${BODY}`, { program: 'keystone', service: 'keystone' }],
  [
    '<134>proxy-server Remote IP: 203.0.113.68 (txn: tx0a1b2c3d4e5f60718293a4b5c6d7e8f9)',
    { program: 'proxy-server', service: 'swift', format: 'swift', request: 'tx0a1b2c3d4e5f60718293a4b5c6d7e8f9', level: 'INFO' },
  ],
  ['<131>object-server: ERROR with Account server', { program: 'object-server', service: 'swift', level: 'ERROR' }],
  // glibc's syslog(): time and tag, no host.
  [`<131>Nov 22 08:24:11 nova-compute: ${BODY}`, { program: 'nova-compute', host: '192.0.2.9', service: 'nova' }],
  [`<134>Nov 22 08:56:33 : ${BODY}`, { program: undefined, host: '192.0.2.9', message: 'text' }],
  ['<134>Nov 22 10:00:00 nova-compute: Auditing locally', { level: 'INFO', service: 'nova', message: 'Auditing locally', format: 'plain' }],
  // rsyslog's forward formats.
  [`<134>May 16 00:00:00 cloud.example.com nova-api: ${BODY}`, { host: 'cloud.example.com', program: 'nova-api' }],
  [`<150>2016-05-05T17:09:23.290762+00:00 rdo-kilo journal: ${BODY}`, { host: 'rdo-kilo', program: 'journal', service: 'nova' }],
  [`<134>Sep  7 14:53:08 devstack01 ${BODY}`, { host: 'devstack01', program: undefined }],
  [`<134>Sep  7 14:53:08 ${BODY}`, { host: '192.0.2.9', program: undefined, message: 'text' }],
  [`<134>Sep  7 14:53:08 nova-api ${BODY}`, { host: '192.0.2.9', program: 'nova-api' }],
  // A UDP hop through rsyslog: what stands first became the host, or lost its hour to the tag.
  [
    `<134>Sep  7 14:53:08 ${BODY.replace('10:', '10: ')}`,
    { host: '192.0.2.9', program: undefined, time: BODY_TIME, pid: 2211, message: 'text' },
    'raw',
  ],
  ['<134>Sep  7 14:53:08 proxy-server 10.0.0.4 denied', { host: '192.0.2.9', program: 'proxy-server', service: 'swift' }],
  ['<134>Sep  7 14:53:08 proxy-server proxy-server: denied', { host: 'proxy-server', program: 'proxy-server', service: 'swift' }],
  ['<134>Sep  7 14:53:08 object-server sudo: text', { host: 'object-server', program: 'sudo', service: undefined }],
  [`<134>1 2017-05-16T00:00:00.008000+02:00 host nova-api - - -  ${BODY}`, { host: 'host', program: 'nova-api', message: 'text' }],
  [
    `<134>1 2017-05-16T00:00:00.008000+02:00 host 2014-05-01 - - -  ${BODY.slice(11)}`,
    { host: 'host', program: undefined, time: BODY_TIME, message: 'text' },
    'raw',
  ],
  [
    '<134>Sep  7 14:53:08 host neutron-openvswitch-agent[123456 2014-05-01 10:00:00.000 2211 INFO neutron.x [-] text',
    { program: 'neutron-openvswitch-agent', flags: 'cut-tag', service: 'neutron', message: 'text' },
    'raw',
  ],
  ['<13>Nov 22 09:00:00 h app: text\r\n', { host: 'h', message: 'text' }, 'raw'],
  // Years and zones around the stamp; what counts up, where a clock should be.
  ['<13>Feb  5 17:32:18 2024 h app: text', { host: 'h', program: 'app', time: Date.UTC(2024, 1, 5, 17, 32, 18) * 1000 }, 'raw'],
  ['<13>1990 Oct 22 10:52:01 TZ-6 h.example.org 10.1.2.32 sched[0]: text', { host: '192.0.2.9', program: undefined, time: RECEIVED }],
  ['<13>Nov 22 09:00:00 +0200 h app: text', { host: 'h', program: 'app', time: Date.UTC(2026, 10, 22, 7) * 1000 }, 'raw'],
  ['<13>Nov 22 09:00:00 UTC h app: text', { host: 'h', program: 'app', time: Date.UTC(2026, 10, 22, 9) * 1000 }, 'raw'],
  ['<13>Nov 22 09:00:00 10.0.0.99 app: text', { host: '10.0.0.99', program: 'app' }],
  ['<13>Nov 22 09:00:00 2024host app: text', { host: '2024host', program: 'app' }],
  [
    '<189>2024 Apr 11 10:02:08.123 CEST: %VSHD-5-CONFIG_I: text',
    { host: '192.0.2.9', program: '%VSHD-5-CONFIG_I', time: Date.UTC(2024, 3, 11, 10, 2, 8, 123) * 1000 },
    'raw',
  ],
  ['<189>643: 51w2d: %SYS-5-CONFIG_I: text', { host: '192.0.2.9', program: '%SYS-5-CONFIG_I', time: RECEIVED, message: 'text' }, 'raw'],
  ['<189>00:00:46: %LINK-3-UPDOWN: text', { host: '192.0.2.9', program: '%LINK-3-UPDOWN', time: RECEIVED, level: 'ERROR' }, 'raw'],
  [
    '<14>05/21/2017:10:00:00 GMT ns 0-PPE-0 : text',
    { host: 'ns', time: Date.UTC(2017, 4, 21, 10) * 1000, message: '0-PPE-0 : text' },
    'raw',
  ],
  ['<30>Nov 22 09:00:00 last message repeated 3 times', { host: '192.0.2.9', format: 'repeated', flags: 'no-tag repeated' }],
  [
    'Jun  9 15:50:06  tgtd: last message repeated 3 times',
    { program: 'tgtd', host: '192.0.2.9', message: 'last message repeated 3 times' },
  ],
  [
    '<30>Feb 27 22:01:36 mynode dnsmasq-dhcp[2438]: DHCPACK(br100) 192.168.100.3',
    { program: 'dnsmasq-dhcp', pid: 2438, service: 'dnsmasq', level: 'INFO' },
  ],
  [
    'May 26 20:44:32.276580 host cinder-volume[27348]: INFO cinder.x [-] m',
    { time: Date.UTC(2026, 4, 26, 20, 44, 32) * 1000 + 276580, program: 'cinder-volume', pid: 27348, level: 'INFO' },
  ],
  ['<46>May 06 10:05:03 host app: m', { program: 'app', time: Date.UTC(2027, 4, 6, 10, 5, 3) * 1000 }],
  // RFC 5424.
  [
    '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 ID47 [a@1 x="1"] text',
    {
      time: Date.UTC(2003, 7, 24, 12, 14, 15) * 1000 + 3,
      host: '192.0.2.1',
      pid: 8710,
      msgid: 'ID47',
      structuredData: '[a@1 x="1"]',
      message: 'text',
    },
  ],
  ['<165>1 - - - - - -', { host: '192.0.2.9', program: undefined, structuredData: undefined, message: '', time: RECEIVED }],
  ['<165>1 2003-08-24T05:14:15Z h a worker-3 - - text', { pid: undefined, message: 'text' }],
  ['<165>1 2003-08-24T05:14:15Z h a - - - \ufefftext', { message: 'text' }],
  [
    '<165>1 2003-08-24T05:14:15Z h a - - [x y] text',
    { host: 'h', program: 'a', structuredData: undefined, message: '[x y] text', flags: 'bad-sd' },
    'raw',
  ],
  ['<165>1 2003-13-24T05:14:15Z h a - - - text', { host: 'h', program: 'a', message: 'text', flags: 'bad-time', time: RECEIVED }, 'raw'],
  // Wrong and missing parts.
  [
    '<192>Jan  1 00:00:00 h m: msg',
    { facility: undefined, severity: undefined, message: '<192>Jan  1 00:00:00 h m: msg', flags: 'bad-pri' },
  ],
  ['<13hello world', { message: '<13hello world', flags: 'bad-pri' }],
  ['<013>Nov 22 08:24:11 h a: m', { facility: 1, severity: 5, message: 'm' }, 'raw'],
  ['<13>User logged in', { facility: 1, host: '192.0.2.9', program: undefined, message: 'User logged in' }],
  ['<13>Feb 31 00:00:00 h a: m', { host: 'h', program: 'a', time: RECEIVED, flags: 'bad-time', message: 'm' }, 'raw'],
  ['<13>Nov 22 25:00:00 h a: m', { host: 'h', time: RECEIVED, flags: 'bad-time' }, 'raw'],
  ['<13>Nov 22 08:24:11 h a: https://x', { program: 'a', message: 'https://x' }],
  ['<13>Nov 22 08:24:11 h see https://x', { program: undefined, message: 'see https://x', flags: 'no-tag' }],
  ['', { message: '', host: '192.0.2.9' }],
  ['<13>', { message: '', facility: 1 }],
];

describe('headers', () => {
  test.each(rows)('%j', (text, want, kept) => {
    const record = parse(text, given);
    for (const [name, value] of Object.entries(want)) expect(record[name as keyof LogRecord], name).toBe(value);
    expect(record.raw ?? write(record)).toBe(text);
    expect(record.raw !== undefined, 'kept raw').toBe(kept === 'raw');
  });
});

describe('the year of a stamp without one', () => {
  const at = (text: string) => Date.parse(text) * 1000;
  test.each([
    ['Dec 31 23:59:58', '2027-01-01T00:00:05Z', '2026-12-31T23:59:58Z'],
    ['Jan  1 00:00:02', '2026-12-31T23:59:58Z', '2027-01-01T00:00:02Z'],
    ['Jun  1 00:00:00', '2026-11-22T10:00:00Z', '2026-06-01T00:00:00Z'],
    ['Apr  1 00:00:00', '2026-11-22T10:00:00Z', '2027-04-01T00:00:00Z'],
    ['Feb 29 12:00:00', '2028-03-01T00:00:00Z', '2028-02-29T12:00:00Z'],
    ['Feb 29 12:00:00', '2027-02-01T00:00:00Z', '2028-02-29T12:00:00Z'],
    ['Feb 29 12:00:00', '2026-02-28T00:00:00Z', '2026-02-28T00:00:00Z'],
  ])('%s received %s is %s', (stamp, received, want) => {
    // In turn with another day, so that a remembered year would show.
    for (let turn = 0; turn < 2; turn++) {
      expect(new Date(parse(`<13>${stamp} h a: m`, { ...given, received: at(received) }).time / 1000).toISOString()).toBe(
        new Date(want).toISOString(),
      );
      parse('<13>Jul  4 00:00:00 h a: m', { ...given, received: at('2019-07-04T00:00:00Z') });
    }
  });

  test('is chosen by local time', () => {
    const record = parse('<13>Jan  1 05:29:00 h a: m', { ...given, received: at('2026-12-31T23:59:00Z'), zone: 330 });
    expect(record.time).toBe(at('2026-12-31T23:59:00Z'));
  });
});

describe('times out of range', () => {
  test.each([
    ['<13>2026-11-22T10:30:00Z h a: m', undefined],
    ['<13>2017-11-22T10:30:00Z h a: m', undefined],
    ['<13>2026-11-24T10:30:00Z h a: m', 'odd-time'],
    ['<13>1970-01-01T00:00:31Z h a: m', 'odd-time'],
  ])('%s: %s', (text, flags) => {
    expect(parse(text, given).flags).toBe(flags);
  });
});

test('every line of the Operations Guide has its time, logger, level and ids', () => {
  const file = new URL('../../fixtures/parsers/ops-guide-samples.log', import.meta.url);
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const records = lines.map((line) => parse(line, given));
  expect(lines.length).toBe(24);
  expect(records.map((record) => record.raw ?? write(record))).toEqual(lines);
  const oslo = records.filter(({ format }) => format === 'oslo');
  expect(oslo.map(({ level }) => level)).toEqual([
    'CRITICAL',
    'TRACE',
    'TRACE',
    'TRACE',
    'TRACE',
    'TRACE',
    'TRACE',
    'TRACE',
    'ERROR',
    'INFO',
    'INFO',
    'DEBUG',
  ]);
  expect(oslo.every(({ logger, time, received }) => logger !== undefined && time < received)).toBe(true);
  expect(records.filter(isContinuation).length).toBe(7);
  expect(records.map(({ service }) => service)).toEqual([
    ...Array(8).fill('cinder'),
    'nova',
    'nova',
    'nova',
    ...Array(5).fill('dnsmasq'),
    ...Array(4).fill(undefined),
    'nova',
    'swift',
    'swift',
    'swift',
  ]);
  expect(records.flatMap(({ request }) => request ?? [])).toEqual([
    'req-5c0a0d43-1e49-4c2e-9a07-5a3b4c0e8f11',
    'tx0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    'tx0a1b2c3d4e5f60718293a4b5c6d7e8fa',
  ]);
});
