/**
 * Lines that begin with an ISO date and no PRI, as files of any program have them: whose the stamp is, what is a host behind it and what is
 * prose, and which moment a line of no known format counts at. Headers with a PRI: headers.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { isContinuation, parse, write } from '../../parsers/index.ts';
import type { LogRecord } from '../../src/model.ts';
import { given } from './pieces.ts';
import { check, type Row, us } from './rows.ts';

const AT = us('2024-05-02T10:00:00Z');
const PLAIN = { envelope: 'bare', format: 'plain', headerTime: undefined, flags: undefined } satisfies Partial<LogRecord>;

describe('a header', () => {
  test.each<Row>([
    ['of rsyslog', '2024-05-02T10:00:00.000000+00:00 ctl1 nova-api[12]: text', { host: 'ctl1', program: 'nova-api', pid: 12 }],
    ['of rsyslog, no pid', '2024-05-02T10:00:00+00:00 ctl1 kernel: text', { host: 'ctl1', program: 'kernel', message: 'text' }],
    [
      'of rsyslog, the date taken for a tag',
      '2024-05-02T12:00:00+02:00 ctl1 2024-05-02 10:00:00.000 7 INFO nova.x [-] text',
      { host: 'ctl1', program: undefined, pid: 7, format: 'oslo', message: 'text' },
    ],
    [
      'of RFC 5424, without a PRI',
      '2024-05-02T10:00:00.000Z c1.example.com NSX 3106 - [abc@6876 comp="edge"] text',
      { host: 'c1.example.com', message: 'NSX 3106 - [abc@6876 comp="edge"] text', flags: 'no-tag' },
    ],
    ['without a host', '2024-05-02T10:00:00Z nova-api: text', { program: 'nova-api', message: 'text' }],
    ['with a name in parentheses', '2024-05-02T10:00:00Z c1 (udev-worker)[12]: text', { host: 'c1', program: '(udev-worker)', pid: 12 }],
    ['of a stamp without a zone', '2024-05-02 10:00:00 ctl1 nova-api[12]: text', { host: 'ctl1', program: 'nova-api' }],
  ])('%s', (...row) => {
    check(row);
    expect(parse(row[1], given)).toMatchObject({ envelope: 'rfc3164', headerTime: expect.any(Number) });
  });
});

describe('oslo’s isotime', () => {
  test.each<Row>([
    ['a record', '2024-05-02T12:00:00.123456+02:00 7 INFO heat.x [-] text', { pid: 7, level: 'INFO', logger: 'heat.x', message: 'text' }],
    ['no zone, no pid', '2024-05-02T10:00:00.123456 INFO heat.x [-] text', { level: 'INFO', logger: 'heat.x', service: 'heat' }],
    ['with a PRI', '<134>2024-05-02T10:00:00.123456Z 7 WARNING heat.x [-] text', { pid: 7, level: 'WARNING', message: 'text' }],
    ['a traceback', '2024-05-02T10:00:00.123456Z 7 ERROR heat.x   File "x.py"', { pid: 7, level: 'ERROR', message: '  File "x.py"' }],
  ])('%s', (...row) => {
    check(row);
    const record = parse(row[1], given);
    expect(record).toMatchObject({ format: 'oslo', host: given.peer, time: AT + 123_456, flags: undefined });
    expect(isContinuation(record)).toBe(row[0] === 'a traceback');
  });
});

describe('prose behind a date is no host', () => {
  test.each([
    '2024-05-02 10:00:00 Starting the service',
    '2024-05-02 10:00:00 Error connecting: refused',
    '2024-05-02 10:00:00 Error: refused',
    '2024-05-02T10:00:00Z Starting the service',
    '2024-05-02 10:00:00.000000 Traceback (most recent call last):',
    "2024-05-02 10:00:00.000000 mod_wsgi (pid=4343): Exception occurred processing WSGI script '/x'.",
    '2024-05-02 10:00:00 +0000 fluent.info: {"pid":7}',
    '2024-05-02 12:00:00 +02:00 text',
    '2024-05-02T10:00:00.000:com.root:text',
    '2024-05-02 10:00:00',
  ])('%s', (text) => {
    const record = parse(text, { ...given, transport: 'import', peer: '/x.log' });
    expect(record).toMatchObject({ ...PLAIN, time: AT, message: text, host: undefined, program: undefined, level: undefined });
    expect(record.raw).toBeUndefined();
    expect(write(record)).toBe(text);
  });
});

describe('level, pid and logger of lines of no known format', () => {
  test.each<[string, Partial<LogRecord>]>([
    ['2024-05-02 10:00:00,000 - octavia.x - INFO - text', { level: 'INFO', logger: 'octavia.x' }],
    ['2024-05-02 10:00:00 +0000 [warn]: #0 text', { level: 'WARNING' }],
    ['[2024-05-02 10:00:00 +0000] [7] [INFO] Starting gunicorn', { level: 'INFO', pid: 7 }],
    ['2024-05-02 10:00:00.000 | ERROR    | skyline.main:run:48 - text', { level: 'ERROR' }],
    ['2024-05-02 10:00:00,000:DEBUG:text', { level: 'DEBUG' }],
    ['2024-05-02 10:00:00 info text', { level: undefined }],
    ['2024-05-02 10:00:00 [stdout] text', { level: undefined }],
  ])('%s', (text, want) => {
    expect(parse(text, given)).toMatchObject({ ...PLAIN, ...want, time: AT, message: text });
  });
});

test.each([
  ['2024-05-02T10:00:00FOO text', 'a zone that is none'],
  ['2024-02-30 10:00:00 text', 'a day that is none'],
  ['10:00:00 text', 'no date'],
  ['text of 2024-05-02 10:00:00', 'a date within'],
])('%s counts when it came: %s', (text) => {
  expect(parse(text, given)).toMatchObject({ time: given.received, message: text });
});

test('a date in a text behind a header is not its time', () => {
  const record = parse('<13>Nov 22 09:00:00 c app: 2024-05-02 10:00:00 is when the certificate ends', given);
  expect(record.time).toBe(us('2026-11-22T09:00:00Z'));
});

test.each([
  ['<domain type="kvm">', undefined],
  ['</domain>', undefined],
  ['<192>Jan  1 00:00:00 h m: text', 'bad-pri'],
])('in a file, %s is flagged %s', (text, flags) => {
  expect(parse(text, { ...given, transport: 'import', peer: '/x.log' }).flags).toBe(flags);
  expect(parse(text, given).flags).toBe('bad-pri');
});
