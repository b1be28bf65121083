/**
 * Every generation of the default text formats, the shapes of the context
 * bracket (section 2). Tracebacks are in traceback.test.ts. Lines are built from
 * the format strings of the releases, or are the real ones that the guide and public logs show.
 */
import { describe, expect, test } from 'vitest';
import { parse, write } from '../../parsers/index.ts';
import type { Given, LogRecord } from '../../src/model.ts';

const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };
const REQ = 'req-38101a0b-2096-447d-96ea-a692162415ae';
const GLOBAL = 'req-d6a41187-2495-46bf-a424-ab7195c0ecb1';
const USER = '113d3a99c3da401fbd62cc2caa5b96d2';
const PROJECT = '54fadb412c4e40cdbaed9335e4c35a9e';
const DOMAIN = 'c13f73c6835d43b1b7572644e5b3ae72';
const INSTANCE = 'a015cf14-84bb-4156-a48d-7c4824ac7a9d';

/** Parsed, and exact without raw text. */
function exact(text: string, with_: Given = given): LogRecord {
  const record = parse(text, with_);
  expect(record.raw, 'needs no raw text').toBeUndefined();
  expect(write(record)).toBe(text);
  return record;
}

const generations: [name: string, text: string, want: Partial<LogRecord>][] = [
  [
    'Essex, Folsom GA with context',
    `2012-07-05 22:00:30 INFO nova.rpc.amqp [${REQ} ${USER} ${PROJECT}] [instance: ${INSTANCE}] msg`,
    {
      level: 'INFO',
      logger: 'nova.rpc.amqp',
      request: REQ,
      user: USER,
      project: PROJECT,
      instance: INSTANCE,
      pid: undefined,
      message: 'msg',
    },
  ],
  [
    'Essex without context',
    '2013-01-08 16:43:13 AUDIT nova.compute.resource_tracker [-] Auditing',
    { level: 'AUDIT', logger: 'nova.compute.resource_tracker', message: 'Auditing', service: 'nova' },
  ],
  [
    'Essex DEBUG, pid only in the suffix',
    '2013-01-08 16:43:13 DEBUG nova.x [-] free ram (MB): 512 from (pid=24853) _report /opt/x.py:327',
    { level: 'DEBUG', pid: 24853 },
  ],
  [
    'Folsom 2012.2.4 default',
    '2013-02-25 20:26:33 6619 ERROR nova.openstack.common.rpc.common [-] AMQP',
    { pid: 6619, level: 'ERROR', time: Date.UTC(2013, 1, 25, 20, 26, 33) * 1000 },
  ],
  [
    'Grizzly context without pid',
    `2016-08-16 09:34:47.230 DEBUG nova.lockutils [${REQ} None None] Got semaphore`,
    { request: REQ, user: undefined, project: undefined, pid: undefined, time: Date.UTC(2016, 7, 16, 9, 34, 47, 230) * 1000 },
  ],
  [
    'Grizzly default with pid',
    "2016-08-16 09:34:47.680 5016 CRITICAL nova [-] 'module' object",
    { level: 'CRITICAL', pid: 5016, logger: 'nova' },
  ],
  [
    'Havana',
    `2014-09-25 23:54:37.721 4266 INFO nova.osapi_compute.wsgi.server [${REQ} ${USER} ${PROJECT}] 208.52.143.90 "GET /v2"`,
    { pid: 4266, user: USER, project: PROJECT },
  ],
  [
    'Icehouse to Yoga, five fields',
    `2017-05-16 00:00:00.008 25746 INFO nova.x [${REQ} ${USER} ${PROJECT} - - -] m`,
    { user: USER, project: PROJECT, domain: undefined },
  ],
  [
    'five fields, all of them',
    `2022-05-11 16:19:55.704 27285 INFO neutron.wsgi [${REQ} ${USER}${USER} ${PROJECT} ${DOMAIN} default ${DOMAIN}] m`,
    { user: USER + USER, domain: DOMAIN, userDomain: 'default', projectDomain: DOMAIN, service: 'neutron' },
  ],
  [
    'Zed, six fields',
    `2025-08-01 19:46:07.068 1 DEBUG sushy.resources.base [None ${REQ} - - - - - -] Received`,
    { request: REQ, globalRequest: undefined, pid: 1 },
  ],
  [
    'Zed with a global id',
    `2025-08-01 19:46:07.068 1 INFO nova.x [${GLOBAL} ${REQ} ${USER} ${PROJECT} - all default ${DOMAIN}] m`,
    { globalRequest: GLOBAL, request: REQ, user: USER, systemScope: 'all', userDomain: 'default', projectDomain: DOMAIN },
  ],
  [
    'two ids and five fields',
    `2023-06-11 15:39:28.361 1285214 INFO neutron.db [None ${REQ} ${USER} ${PROJECT} - default default] m`,
    { request: REQ, userDomain: 'default', projectDomain: 'default' },
  ],
  ['an empty global id', `2025-08-01 19:46:07.068 1 INFO nova.x [ ${REQ} - - - - - -] m`, { request: REQ, globalRequest: undefined }],
  [
    'Juno without user_identity',
    `2015-10-20 09:03:05.417 27920 INFO oslo.messaging._drivers.impl_rabbit [${REQ} ] Connecting`,
    { request: REQ },
  ],
  ['Juno nova', `2015-10-29 10:51:10.463 3404 INFO neutron.wsgi [${REQ} None] 10.12.27.30`, { request: REQ, user: undefined }],
  ['request id alone', `2015-10-29 10:51:10.463 3404 INFO nova.x [${REQ}] m`, { request: REQ }],
  [
    'glance until Juno, bare UUID',
    `2014-05-05 10:00:00.123 2211 INFO glance.wsgi.server [9c2b3c5e-1d3f-4e4d-8a70-0d3f2a1b9c11 ${USER} ${PROJECT} - - -] 10.0.0.1`,
    { request: '9c2b3c5e-1d3f-4e4d-8a70-0d3f2a1b9c11', user: USER, service: 'glance' },
  ],
  ["python 3 with b'req-…'", `2017-05-16 00:00:00.008 1 INFO nova.x [b'${REQ}' - - - - -] m`, { request: `b'${REQ}'` }],
  ['no user but a project', `2017-05-16 00:00:00.008 1 INFO nova.x [${REQ} - ${PROJECT} - - -] m`, { user: undefined, project: PROJECT }],
  [
    'devstack names, project first',
    `2016-05-26 20:44:32.276 1 INFO cinder.volume.manager [${REQ} tempest-Volumes-157 tempest-user] m`,
    { project: 'tempest-Volumes-157', user: 'tempest-user' },
  ],
  ['devstack 2012 names, user first', `2013-02-27 17:39:31 DEBUG nova.scheduler [${REQ} demo admin] m`, { user: 'demo', project: 'admin' }],
  [
    'devstack systemd, no time',
    `INFO nova.compute.claims [None ${REQ} admin demo] [instance: ${INSTANCE}] Attempting claim`,
    { level: 'INFO', project: 'admin', user: 'demo', instance: INSTANCE },
  ],
  [
    'keystone until Grizzly',
    '2013-04-12 09:15:02     INFO [keystone.common.wsgi] POST http://x',
    { level: 'INFO', logger: 'keystone.common.wsgi', message: 'POST http://x', service: 'keystone' },
  ],
  [
    'keystone, longest level',
    '2013-04-12 09:15:02 CRITICAL [keystone.common.wsgi] down',
    { level: 'CRITICAL', logger: 'keystone.common.wsgi' },
  ],
  [
    'keystone logging.conf',
    '(sqlalchemy.pool.QueuePool): 2021-04-28 16:37:00,355 DEBUG Connection being returned',
    { logger: 'sqlalchemy.pool.QueuePool', level: 'DEBUG', time: Date.UTC(2021, 3, 28, 16, 37, 0, 355) * 1000 },
  ],
  [
    'milliseconds twice',
    '2013-10-18 18:17:09,225.225 4466 INFO nova.compute.manager [-] x',
    { time: Date.UTC(2013, 9, 18, 18, 17, 9, 225) * 1000, pid: 4466 },
  ],
  ['comma milliseconds', '2016-01-01 12:00:00,123 INFO nova.x [-] m', { time: Date.UTC(2016, 0, 1, 12, 0, 0, 123) * 1000 }],
  [
    'comma milliseconds, no logger',
    '2016-01-01 12:00:00,123 WARN something is odd',
    { level: 'WARNING', logger: undefined, message: 'something is odd' },
  ],
  ['microseconds', '2016-01-01 12:00:00.123456 7 INFO nova.x [-] m', { time: Date.UTC(2016, 0, 1, 12, 0, 0, 123) * 1000 + 456 }],
  [
    'python before logging is set up',
    'ERROR:oslo.messaging._drivers.impl_rabbit:[5b326e3c] AMQP server on x',
    { level: 'ERROR', logger: 'oslo.messaging._drivers.impl_rabbit', message: '[5b326e3c] AMQP server on x' },
  ],
  [
    'connection id behind the context',
    '2017-05-16 00:00:00.008 1 ERROR oslo.messaging._drivers.impl_rabbit [-] [5b326e3c-d00c-4fd6-96ec-05d055b09cc5] AMQP',
    { instance: undefined, request: undefined, message: '[5b326e3c-d00c-4fd6-96ec-05d055b09cc5] AMQP' },
  ],
];

describe('formats by release', () => {
  test.each(generations)('%s', (_name, text, want) => {
    const record = exact(text);
    expect(record.format).toBe('oslo');
    expect(record).toMatchObject(Object.fromEntries(Object.entries(want).filter(([, value]) => value !== undefined)));
    for (const [name, value] of Object.entries(want))
      if (value === undefined) expect(record[name as keyof LogRecord], name).toBeUndefined();
  });

  test.each(generations)('%s, inside a syslog header', (_name, text) => {
    for (const head of ['<134>May 16 00:00:00 host nova-api: ', '<134>', '<134>1 2017-05-16T00:00:00.008000+00:00 host nova-api - - - ']) {
      expect(exact(head + text)).toMatchObject({ format: 'oslo', facility: 16, severity: 6, message: parse(text, given).message });
    }
  });

  test('local time becomes UTC by the zone of the source', () => {
    const record = exact('2017-05-16 00:00:00.008 1 INFO nova.x [-] m', { ...given, zone: 330 });
    expect(record.time).toBe(Date.UTC(2017, 4, 15, 18, 30, 0, 8) * 1000);
    expect(record.zone).toBe(330);
  });

  test('an impossible date leaves the header its time and is flagged', () => {
    const record = parse('<134>2017-05-16T00:00:00Z h nova-api: 2017-02-30 00:00:00.008 1 INFO nova.x [-] m', given);
    expect(record).toMatchObject({ time: Date.UTC(2017, 4, 16) * 1000, level: 'INFO', logger: 'nova.x', message: 'm', flags: 'bad-time' });
  });

  const coloured = `2013-09-27 18:22:39.805 \x1b[01;31mERROR nova.x [\x1b[01;36m${REQ} \x1b[00;36mdemo admin\x1b[01;31m] \x1b[01;35m\x1b[01;31mboom\x1b[00m`;
  test.each([
    ['as escapes', coloured],
    ['as rsyslog writes them', coloured.replaceAll('\x1b', '#033')],
  ])('colours %s', (_name, text) => {
    const record = parse(text, given);
    expect(record).toMatchObject({ format: 'oslo', level: 'ERROR', logger: 'nova.x', request: REQ, message: 'boom', raw: undefined });
    expect(write(record)).toBe(text);
  });

  test('a colour reset at the end is no part of the message', () => {
    const record = exact('2017-05-16 00:00:00.008 1 INFO nova.x [-] m\x1b[00m');
    expect(record).toMatchObject({ message: 'm', raw: undefined });
  });

  test.each([
    ['inside the message', '2013-09-27 18:22:39.805 INFO nova.x [-] one \x1b[01;31mtwo\x1b[00m three'],
    ['inside a value', '2013-09-27 18:22:39.805 INFO no\x1b[01;31mva.x [-] one'],
    [
      'devstack debug suffix',
      'DEBUG nova.x [\x1b[00;36m-\x1b[00;32m] \x1b[01;35m\x1b[00;32mone \x1b[00;33m{{(pid=27788) f /opt/x.py:1}}\x1b[00m\x1b[00m',
    ],
  ])('a colour %s is kept raw', (_name, text) => {
    expect(parse(text, given)).toMatchObject({ format: 'oslo', raw: text });
  });
});
