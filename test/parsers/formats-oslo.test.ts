/**
 * Oslo's rarer lines: Fuel, devstack's colours, its JSON and Fluent formatters, names in front of a line. A table of (line, fields); each line
 * must come back exactly from its forms, unless the row says that it is kept raw. Ordinary lines: oslo.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { isContinuation, parse } from '../../parsers/index.ts';
import { exact, given } from './pieces.ts';
import { check, KEPT_RAW, REQ, type Row, us } from './rows.ts';

describe('oslo in other clothes', () => {
  test.each<Row>([
    [
      'Fuel since 3.2',
      '<134>nova-nova.compute.manager AUDIT: text',
      { format: 'fuel', logger: 'nova.compute.manager', level: 'AUDIT', service: 'nova', message: 'text' },
    ],
    [
      'Fuel 3.0',
      '<134>quantum quantum.agent.dhcp_agent WARN text',
      { format: 'fuel', logger: 'quantum.agent.dhcp_agent', level: 'WARNING', service: 'neutron', message: 'text' },
    ],
    [
      'Fuel behind a tag',
      '<134>1 2014-05-02T10:00:00Z n nova-nova.compute.manager - - - INFO: text',
      { format: 'fuel', logger: 'nova.compute.manager', level: 'INFO', message: 'text' },
    ],
    [
      'Gnocchi’s',
      '2018-03-13 06:37:37,268 [7] WARNING  gnocchi.storage: text',
      { format: 'oslo', pid: 7, level: 'WARNING', logger: 'gnocchi.storage', time: us('2018-03-13T06:37:37.268Z'), message: 'text' },
    ],
    [
      'a container’s',
      '2023-05-02T12:00:00.123456789+02:00 stderr F 2023-05-02 10:00:00.123 7 INFO nova.x [-] text',
      { envelope: 'shipped', format: 'oslo', host: given.peer, pid: 7, message: 'text', time: us('2023-05-02T10:00:00.123Z') },
      KEPT_RAW,
    ],
    [
      'a part of a container’s',
      '2023-05-02T12:00:00.123456789+02:00 stdout P text',
      { envelope: 'shipped', format: 'plain', flags: 'cut', message: 'text', time: us('2023-05-02T10:00:00.123456Z') },
      KEPT_RAW,
    ],
    [
      'horizon’s under Apache',
      '[Tue Mar 28 03:56:00.804140 2017] [wsgi:error] [pid 43:tid 13] [remote 10.0.0.7:52] INFO openstack_auth.forms Login successful',
      {
        format: 'apache',
        service: 'horizon',
        level: 'INFO',
        pid: 43,
        message: 'Login successful',
        time: us('2017-03-28T03:56:00.804140Z'),
      },
      KEPT_RAW,
    ],
    [
      'python’s root format under Apache',
      '[Tue Mar 28 03:56:00.804140 2017] [wsgi:error] [pid 43:tid 13] WARNING:py.warnings:text',
      { format: 'apache', level: 'WARNING', logger: 'py.warnings', pid: 43, time: us('2017-03-28T03:56:00.804140Z'), message: 'text' },
      KEPT_RAW,
    ],
    [
      'no request id in the format',
      '2016-10-20 09:03:05.417 27 ERROR ironic.x [- - - - -] text',
      { format: 'oslo', level: 'ERROR', logger: 'ironic.x', message: 'text' },
    ],
    [
      'an empty message',
      `2016-10-20 09:03:05.417 27 DEBUG neutronclient.client [${REQ} - - - - -]`,
      { format: 'oslo', request: REQ, message: '' },
    ],
    [
      'a message that begins with a newline, trimmed',
      '2016-10-20 09:03:05.417 27 DEBUG neutronclient.client [-]#012REQ: curl',
      { format: 'oslo', message: '\nREQ: curl' },
    ],
    [
      'devstack in colours',
      `2013-09-27 18:22:39.805 \x1b[00;36mINFO nova.x [\x1b[01;36m${REQ} \x1b[00;36mdemo admin\x1b[00;36m] \x1b[01;35m[instance: a015cf14-84bb-4156-a48d-7c4824ac7a9d] \x1b[00;36mtext\x1b[00m`,
      {
        format: 'oslo',
        level: 'INFO',
        request: REQ,
        project: 'demo',
        user: 'admin',
        instance: 'a015cf14-84bb-4156-a48d-7c4824ac7a9d',
        message: 'text',
      },
    ],
    [
      'devstack under systemd, through rsyslog',
      `<30>May 26 20:44:32 u c-vol[27]: #033[00;36mINFO cinder.x [#033[01;36mNone ${REQ} #033[00;36mdemo admin#033[00;36m] #033[01;35m#033[00;36mtext#033[00m`,
      { format: 'oslo', level: 'INFO', request: REQ, user: 'admin', message: 'text', pid: 27 },
    ],
    [
      'spaces in front',
      `<134>1 2016-10-20T09:03:05Z h nova-api - - -   2016-10-20 09:03:05.417 27 INFO nova.x [-] text`,
      { format: 'oslo', message: 'text', pid: 27 },
    ],
    [
      'two stamps of Apache',
      `2016-09-30 08:35:41.980174 2016-09-30 08:35:41.979 28 INFO keystone.x [${REQ} - - - - -] text`,
      { format: 'oslo', request: REQ, time: us('2016-09-30T08:35:41.979Z'), message: 'text' },
      KEPT_RAW,
    ],
    [
      'a file name in front',
      'nova-compute.log.1.2017-05-17_12:02:35 2017-05-16 00:00:00.008 29 INFO nova.x [-] text',
      { envelope: 'shipped', program: 'nova-compute', format: 'oslo', message: 'text', service: 'nova' },
    ],
    [
      "grep's path in front",
      '/var/log/nova/nova-api.log:2017-05-16 00:00:00.008 29 INFO nova.x [-] text',
      { envelope: 'shipped', program: 'nova-api', pid: 29 },
    ],
    [
      'a sender in front of the PRI',
      'ctl-01 <172>2014-09-23T07:37:03.649535+00:00 ctl-01 2014-09-23 07:37:03.649 86 AUDIT cinder.x [-] text',
      { envelope: 'shipped', host: 'ctl-01', facility: 21, format: 'oslo', message: 'text' },
      KEPT_RAW,
    ],
    [
      'a French month',
      'août 19 11:08:37 nlaptop symphorien[4961]: test',
      { host: 'nlaptop', program: 'symphorien', headerTime: us('2026-08-19T11:08:37Z') },
      KEPT_RAW,
    ],
  ])('%s', (...row) => check(row));

  test('an exception line in colours belongs to the record before', () => {
    const line = '\x1b[01;31m2013-09-27 18:22:39.805 TRACE nova.x \x1b[01;35m\x1b[00m  File "x"';
    const record = exact(line);
    expect(isContinuation(record)).toBe(true);
    expect(record).toMatchObject({ logger: 'nova.x', level: 'TRACE', message: '  File "x"', raw: undefined });
  });
});

describe("oslo.log's JSON", () => {
  const json = (fields: object) =>
    JSON.stringify({ message: 'boom', asctime: '2023-05-02 15:40:49', name: 'nova.x', levelname: 'ERROR', ...fields });
  const context = {
    request_id: REQ,
    global_request_id: null,
    user_id: 'u',
    user: 'u',
    project_id: 'p',
    system_scope: 'all',
    user_domain: 'default',
    project_domain: 'd',
  };

  test.each<Row>([
    [
      'created wins over asctime',
      json({ created: 1683042049.7712, process: 7, hostname: 'cmp1' }),
      { time: 1683042049771200, pid: 7, host: 'cmp1', level: 'ERROR', logger: 'nova.x', service: 'nova' },
      KEPT_RAW,
    ],
    [
      'context',
      json({ context }),
      { request: REQ, globalRequest: undefined, user: 'u', project: 'p', systemScope: 'all', userDomain: 'default', projectDomain: 'd' },
      KEPT_RAW,
    ],
    ['context in extra, until 3.33', json({ extra: { request_id: REQ, tenant: 't' } }), { request: REQ, project: 't' }, KEPT_RAW],
    [
      'an instance',
      json({ extra: { instance: '[instance: a015cf14-84bb-4156-a48d-7c4824ac7a9d] ' } }),
      { instance: 'a015cf14-84bb-4156-a48d-7c4824ac7a9d' },
      KEPT_RAW,
    ],
    [
      'a traceback',
      json({ traceback: 'Traceback (most recent call last):\nKeyError: 1\n' }),
      { message: 'boom\nTraceback (most recent call last):\nKeyError: 1' },
      KEPT_RAW,
    ],
    [
      'a traceback in lines',
      json({ traceback: ['Traceback (most recent call last):\n', 'KeyError: 1\n'] }),
      { message: 'boom\nTraceback (most recent call last):\nKeyError: 1' },
      KEPT_RAW,
    ],
    [
      'the Fluent formatter',
      '{"message": "m", "time": "2023-05-02 15:40:49", "name": "nova.x", "level": "INFO", "context": {}, "extra": {}}',
      { message: 'm', level: 'INFO', time: us('2023-05-02T15:40:49Z') },
      KEPT_RAW,
    ],
    ['a wrong date', json({ asctime: '2023-02-30 15:40:49' }), { flags: 'bad-time', message: 'boom' }, KEPT_RAW],
    [
      'values of other types',
      json({ process: 'x', hostname: 3, context: [], traceback: 5, extra: null }),
      { pid: undefined, message: 'boom' },
      KEPT_RAW,
    ],
  ])('%s', (...row) => {
    check(row);
    expect(parse(row[1], given).format).toBe('oslo-json');
  });

  test.each(['{"message": "m"}', '{"message": 1, "asctime": "x", "name": "n", "levelname": "INFO"}', '{"message": "m", ', '{}}'])(
    '%s is plain text',
    (text) => {
      expect(exact(text).format).toBe('plain');
    },
  );
});

test.each([
  '2016-09-30 08:35:41.980174 2016-09-30 08:35:41.979 2819 ERROR keystone.common.wsgi   File "x.py"',
  '[Fri Sep 30 08:35:41.980174 2016] [wsgi:error] [pid 2819:tid 1] 2016-09-30 08:35:41.979 2819 ERROR keystone.common.wsgi   File "x.py"',
])('a line of a traceback behind Apache’s stamp joins its record: %s', (line) => {
  expect(isContinuation(exact(line))).toBe(true);
});
