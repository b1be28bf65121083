/**
 * The log samples of the OpenStack Operations Guide (fixtures/SOURCES.md) through the real service, over UDP and over
 * TCP, with and without the PRI that a relay puts in front: no line is lost, and what the lines say is found.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../src/base/public.ts';
import { openTcp, openUdp } from '../receive/senders.ts';
import { eventually, type RunningService, startService } from './service.ts';

const LINES = readFileSync(new URL('../../fixtures/parsers/ops-guide-samples.log', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
/** local0.info, what the guide's configuration of nova gives. */
const PRI = '<134>';

const WAYS = [
  { way: 'UDP', pri: '' },
  { way: 'UDP', pri: PRI },
  { way: 'TCP', pri: '' },
  { way: 'TCP', pri: PRI },
] as const;

/** Every oslo record of the samples, in the order of its time, and nothing that its line does not say. */
const OSLO: Partial<PublicRecord>[] = [
  { time: '2012-12-19T12:10:59.000000Z', level: 'INFO', logger: 'nova.virt.libvirt.imagecache', host: 'dair-ua-c03' },
  { time: '2013-02-25T20:26:33.000000Z', level: 'ERROR', logger: 'nova.openstack.common.rpc.common', pid: 6619 },
  { time: '2013-02-25T21:05:51.000000Z', level: 'CRITICAL', logger: 'cinder', service: 'cinder', pid: 17409 },
  { time: '2013-02-26T09:51:31.000000Z', level: 'INFO', logger: 'nova.openstack.common.rpc.common', pid: 12427 },
  {
    time: '2013-02-27T17:39:31.000000Z',
    level: 'DEBUG',
    logger: 'nova.scheduler.ip_scheduler',
    pid: 4118,
    request: 'req-5c0a0d43-1e49-4c2e-9a07-5a3b4c0e8f11',
    user: 'demo',
    project: 'demo',
  },
];

const TRACE_LINES = LINES.filter((line) => / TRACE cinder/.test(line)).length;

describe.each(WAYS)('over $way, "$pri" in front', ({ way, pri }) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
    const sender = await (way === 'UDP' ? openUdp(service.udp) : openTcp(service.tcp));
    await sender.send(...LINES.map((line) => pri + line));
    await sender.close();
    await eventually(async () => expect(await stored(service)).toBe(LINES.length));
  });

  test('no line is lost: records and joined lines are as many as lines', async () => {
    expect(await service.counted('messages.received', way.toLowerCase())).toBe(LINES.length);
    // Lines that came in two commits are rows of their own on disk, and folded when they are found.
    expect(await stored(service)).toBe(LINES.length);
    expect(await service.search('')).toHaveLength(LINES.length - TRACE_LINES);
    expect((await service.status()).losses).toEqual([]);
  });

  test('every line is given back as it was sent', async () => {
    const { code, out } = await service.run('search', '-o', 'raw', '-n', '0', '');
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').sort()).toEqual(LINES.map((line) => pri + line).sort());
  });

  test('every oslo line has its time, logger, level and ids', async () => {
    const records = await service.search('format:oslo');
    expect(records).toMatchObject(OSLO);
    expect(records.filter((record) => record.request === undefined)).toHaveLength(OSLO.length - 1);
    expect(await service.search('5c0a0d43-1e49-4c2e-9a07-5a3b4c0e8f11')).toMatchObject([OSLO.at(-1)]);
  });

  test('the TRACE block is one record with the line that it belongs to', async () => {
    const [record] = await service.search('VolumeBackendAPIException');
    expect(record).toMatchObject({
      level: 'CRITICAL',
      exception: { class: 'VolumeBackendAPIException', culprit: expect.stringContaining('cinder/volume/driver.py:116') },
    });
    expect(record?.message.split('\n')).toHaveLength(TRACE_LINES + 1);
    expect(record?.message).toMatch(
      /^Bad or unexpected response .*\nTraceback \(most recent call last\):\n {2}File "\/usr\/bin\/cinder-volume"/,
    );
  });

  test('swift, dnsmasq and the switch are found too', async () => {
    expect(await service.search('tx0a1b2c3d4e5f60718293a4b5c6d7e8f9')).toMatchObject([{ service: 'swift', program: 'proxy-server' }]);
    expect(await service.search('service:swift')).toHaveLength(3);
    expect(await service.search('fa:16:3e:56:0b:6f')).toHaveLength(4);
    expect(await service.search('host:SW-1 program:Ebra')).toHaveLength(2);
  });
});

/** Lines that are on disk, as records or as part of one. */
async function stored(service: RunningService): Promise<number> {
  return (await service.counted('records.stored')) + (await service.counted('lines.joined'));
}
