/**
 * What operators have: a real rsyslogd on every node, configured as the Operations Guide says, and the programs of
 * OpenStack behind it. Each message is found by its id with the right service, host, level, time and ids, whichever of
 * the guide's protocols carried it; and so it is when the same bytes come to our own port without a relay.
 * Wire bytes: what Python's SysLogHandler and glibc's syslog(3) send for the formats of the releases.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../src/base/public.ts';
import { parseStamp } from '../../src/base/time.ts';
import { needBinary } from '../need.ts';
import { openUdp, type Sender } from '../receive/senders.ts';
import { type Rsyslogd, startRsyslogd } from './rsyslogd.ts';
import { eventually, type RunningService, start, startService } from './service.ts';

const rsyslogd = needBinary('rsyslogd');
const logger = needBinary('logger');

const USER = '0481e16fe3d642039a6d72191d89c4d5';
const PROJECT = 'c6e21a95552c464d97c1e96851825dd7';

/** `UUID` and `TXN` in the texts are an id of their own per case and way. */
interface Case {
  readonly name: string;
  /** What `logger` is told before the text, or nothing: `text` is the datagram. */
  readonly logger?: readonly string[];
  readonly text: string;
  /** Without a time, it is that of sending, in seconds. */
  readonly want: Partial<PublicRecord>;
}

const LOGGER: Case[] = [
  ['local0', 'nova-api', 'nova'],
  ['local1', 'glance-api', 'glance'],
  ['local2', 'cinder-volume', 'cinder'],
  ['local3', 'keystone', 'keystone'],
].flatMap(([facility, program, service], index) => [
  {
    name: `logger ${facility}.info of ${program}`,
    logger: ['-p', `${facility}.info`, '-t', program!],
    text: 'hello from volume UUID',
    want: { service, program, level: 'INFO' as const, facility: 16 + index, severity: 6 },
  },
  {
    name: `logger ${facility}.err of a name that says nothing, with a pid`,
    logger: ['-p', `${facility}.err`, '-t', 'wrapper.sh', '--id=4711'],
    text: 'cannot reach UUID',
    want: { service, program: 'wrapper.sh', pid: 4711, level: 'ERROR' as const },
  },
]);

const BYTES: Case[] = [
  {
    name: 'SysLogHandler, Havana to Juno: no tag at all',
    text: `<134>2014-10-16 09:12:30.123 2211 INFO nova.osapi_compute.wsgi.server [req-UUID ${USER} ${PROJECT} - - -] 10.0.0.1 "GET /v2/${PROJECT}/servers HTTP/1.1" status: 200 len: 1893 time: 0.2478\0`,
    want: {
      service: 'nova',
      level: 'INFO',
      time: '2014-10-16T09:12:30.123000Z',
      pid: 2211,
      logger: 'nova.osapi_compute.wsgi.server',
      request: 'req-UUID',
      user: USER,
      project: PROJECT,
    },
  },
  {
    name: 'SysLogHandler, AUDIT comes as warning',
    text: '<132>2013-11-05 23:59:59.999 876 AUDIT nova.compute.manager [req-UUID demo demo] [instance: 903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c] Starting instance...\0',
    want: {
      service: 'nova',
      level: 'AUDIT',
      severity: 4,
      time: '2013-11-05T23:59:59.999000Z',
      request: 'req-UUID',
      instance: '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c',
    },
  },
  {
    name: 'SysLogHandler, Folsom: seconds only, no pid',
    text: '<134>2012-11-22 08:24:11 INFO nova.virt.libvirt.driver [req-UUID demo demo] Instance spawned\0',
    want: { service: 'nova', level: 'INFO', time: '2012-11-22T08:24:11.000000Z', request: 'req-UUID', logger: 'nova.virt.libvirt.driver' },
  },
  {
    name: 'SysLogHandler with use_syslog_rfc_format',
    text: `<158>keystone-all 2014-05-01 10:00:00.001 2211 WARNING keystone.common.wsgi [req-UUID ${USER} ${PROJECT} - - -] Authorization failed\0`,
    want: {
      service: 'keystone',
      program: 'keystone-all',
      level: 'WARNING',
      time: '2014-05-01T10:00:00.001000Z',
      pid: 2211,
      request: 'req-UUID',
    },
  },
  {
    name: 'swift since Icehouse',
    text: '<131>proxy-server: ERROR with Account server 10.0.0.9:6202/sdb re: Trying to HEAD /v1/AUTH_test: ConnectionTimeout (0.5s) (txn: TXN) (client_ip: 10.0.0.41)\0',
    want: { service: 'swift', program: 'proxy-server', level: 'ERROR', facility: 16, request: 'TXN' },
  },
  {
    name: 'swift until Havana: no colon',
    text: '<134>proxy-server 10.0.0.4 10.0.0.4 22/Nov/2013/08/24/11 GET /v1/AUTH_test/c/o HTTP/1.0 200 - curl - - 1024 - TXN - 0.0402 -\0',
    want: { service: 'swift', program: 'proxy-server', level: 'INFO', time: '2013-11-22T08:24:11.000000Z', request: 'TXN' },
  },
  {
    name: 'syslog(3), Mitaka and later: a traceback in one datagram',
    text: [
      `<131>Nov 22 08:24:11 nova-compute: 2016-05-31 23:42:23.364 4156 ERROR nova.compute.manager [req-UUID ${USER} ${PROJECT} - - -] boom`,
      '2016-05-31 23:42:23.364 4156 ERROR nova.compute.manager Traceback (most recent call last):',
      '2016-05-31 23:42:23.364 4156 ERROR nova.compute.manager   File "/usr/lib/python3/nova/virt/driver.py", line 7, in spawn',
      '2016-05-31 23:42:23.364 4156 ERROR nova.compute.manager ValueError: no such thing',
      '2016-05-31 23:42:23.364 4156 ERROR nova.compute.manager ',
    ].join('\n'),
    want: {
      service: 'nova',
      program: 'nova-compute',
      level: 'ERROR',
      time: '2016-05-31T23:42:23.364000Z',
      pid: 4156,
      request: 'req-UUID',
      exception: { class: 'ValueError', message: 'no such thing', culprit: '/usr/lib/python3/nova/virt/driver.py:7 spawn' },
      message: expect.stringMatching(
        /^boom\nTraceback \(most recent call last\):\n {2}File "[^"]+", line 7, in spawn\nValueError: no such thing/,
      ),
    },
  },
  {
    name: 'syslog(3), Zed and later: two request ids',
    text: `<142>Nov  2 08:24:11 glance-api: 2025-08-01 19:46:07.068 1 INFO glance.location [req-9c2b3c5e-1d3f-4e4d-8a70-0d3f2a1b9c11 req-UUID ${USER} ${PROJECT} - all default default] stored`,
    want: {
      service: 'glance',
      program: 'glance-api',
      level: 'INFO',
      time: '2025-08-01T19:46:07.068000Z',
      request: 'req-UUID',
      globalRequest: 'req-9c2b3c5e-1d3f-4e4d-8a70-0d3f2a1b9c11',
      systemScope: 'all',
    },
  },
];

describe.skipIf(!rsyslogd || !logger)('a real rsyslogd', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  const clients = [
    { protocol: 'UDP', hostName: 'node-udp', transport: 'udp', number: 1 },
    { protocol: 'TCP', hostName: 'node-tcp', transport: 'tcp', number: 2 },
    { protocol: 'TCP with counted frames and real newlines', hostName: 'node-counted', transport: 'tcp', number: 3 },
  ] as const;

  describe.each(clients)('forwards over $protocol', ({ hostName, transport, number }) => {
    const from = new Date(Math.floor(Date.now() / 1000) * 1000);
    let relay: Rsyslogd;
    beforeAll(async () => {
      const { udp, tcp } = service;
      const forward = [`@${udp.host}:${udp.port}`, `@@${tcp.host}:${tcp.port}`, `@@(o)${tcp.host}:${tcp.port}`][number - 1];
      relay = await startRsyslogd({ path: rsyslogd!, hostName, forward: `*.* ${forward}`, keepsNewlines: number === 3 });
    });
    afterAll(() => relay.stop());

    test.each(LOGGER.map((one, index) => ({ ...one, index })))('$name', async ({ logger: words, text, want, index }) => {
      const ids = idsOf(number * 1000 + index);
      const ended = await start(logger!, ['-u', relay.socket, ...words!, withIds(text, ids)]).ended;
      expect(ended).toMatchObject({ code: 0, err: '' });
      await expectFound(service, { ids, from, want: { ...want, host: hostName, transport } });
    });

    test.each(BYTES.map((one, index) => ({ ...one, index })))('its log socket: $name', async ({ text, want, index }) => {
      const ids = idsOf(number * 1000 + 100 + index);
      await relay.unix.send(withIds(text, ids));
      await expectFound(service, { ids, from, want: { ...want, host: hostName, transport } });
    });

    // The relay takes the name of the peer for the host, and sometimes a part of the text; then we know no better than the peer.
    test.each(BYTES.map((one, index) => ({ ...one, index })))('its UDP port: $name', async ({ text, want, index }) => {
      const ids = idsOf(number * 1000 + 200 + index);
      await relay.udp.send(withIds(text, ids));
      await expectFound(service, { ids, from, want: { ...want, host: '127.0.0.1', transport } });
    });
  });
});

describe('without a relay', () => {
  let service: RunningService;
  let sender: Sender;
  beforeAll(async () => {
    service = await startService();
    sender = await openUdp(service.udp);
  });
  afterAll(async () => {
    await sender.close();
    await service.stop();
  });

  const from = new Date(Math.floor(Date.now() / 1000) * 1000);
  test.each(BYTES.map((one, index) => ({ ...one, index })))('our UDP port: $name', async ({ text, want, index }) => {
    const ids = idsOf(9000 + index);
    await sender.send(withIds(text, ids));
    await expectFound(service, { ids, from, want: { ...want, host: '127.0.0.1', transport: 'udp' } });
  });
});

interface Ids {
  readonly uuid: string;
  readonly txn: string;
}

function idsOf(number: number): Ids {
  const digits = number.toString().padStart(12, '0');
  return { uuid: `5c0a0d43-1e49-4c2e-9a07-${digits}`, txn: `tx4b41c78a8${digits}-005c48267b` };
}

function withIds(text: string, { uuid, txn }: Ids): string {
  return text.replaceAll('UUID', uuid).replaceAll('TXN', txn);
}

/** One record carries the id, and says what is wanted of it. */
async function expectFound(service: RunningService, of: { ids: Ids; from: Date; want: Partial<PublicRecord> }): Promise<void> {
  const { ids, from, want } = of;
  const id = want.request === 'TXN' ? ids.txn : ids.uuid;
  const records = await eventually(async () => {
    const found = await service.search(id);
    expect(found).not.toEqual([]);
    return found;
  });
  const { request, ...rest } = want;
  expect(records).toMatchObject([rest]);
  const [record] = records as [PublicRecord];
  if (request !== undefined) expect(record.request).toBe(withIds(request, ids));
  expect(record.ids?.map((one) => one.id)).toContain(request === undefined ? ids.uuid : withIds(request, ids));
  if (want.time !== undefined) return;
  expect(parseStamp(record.time)).toBeGreaterThanOrEqual(from.getTime() * 1000);
  expect(parseStamp(record.time)).toBeLessThanOrEqual(parseStamp(record.received));
}
