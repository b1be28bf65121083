/** Errors of a normal course are not what a story names first; addresses of hosts, clients and endpoints are nobody's. */
import { describe, expect, test } from 'vitest';
import { storyOf } from '../../src/report/story.ts';
import { askedId } from '../../src/report/story-id.ts';
import { StoryLinks } from '../../src/report/story-links.ts';
import { runOf } from '../../src/report/usual-run.ts';
import { pieces, type Said } from './pieces.ts';

const A = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c';
const PORT = '1db2af3f-99b2-4a24-8c1f-6b0d8c1f2a3b';
const COMPUTE = 'cmp nova-compute 3';
const LIBVIRT = 'cmp libvirtd 4';

function told(said: readonly Said[]) {
  const story = new StoryLinks(askedId(A)!);
  story.next();
  story.decide('instance');
  story.take(pieces(said));
  while (story.next().length > 0);
  return storyOf(story, { recordsMax: 1000, deskew: false, stats: { tookMs: 0, searches: 0, recordsScanned: 0 } }).head;
}

const begun: Said = { ms: 0, by: COMPUTE, request: 1, text: `[instance: ${A}] Starting instance...` };
const named: Said = { ms: 1, by: LIBVIRT, text: `Domain id=1 name='instance-0000001f' uuid=${A} is tainted: host-cpu` };
const ended = (ms: number): Said => ({
  ms,
  by: LIBVIRT,
  text: "internal error: End of file from qemu monitor (vm='instance-0000001f')",
  more: { level: 'ERROR' },
});
const destroyed = (ms: number): Said => ({ ms, by: COMPUTE, request: 2, text: `[instance: ${A}] Instance destroyed successfully.` });
const terminating: Said = { ms: 100_000, by: COMPUTE, request: 2, text: `[instance: ${A}] Terminating instance` };
const later: Said = { ms: 300_000, by: COMPUTE, request: 3, text: `[instance: ${A}] Failed to deallocate`, more: { level: 'ERROR' } };

describe('the end of a guest', () => {
  test.each<[what: string, said: readonly Said[], first: number | undefined]>([
    ['that nova ends', [begun, named, terminating, ended(101_000), destroyed(101_500)], undefined],
    ['that was asked for, a clean shutdown before', [begun, named, terminating, ended(160_000)], undefined],
    ['as libvirt writes it before nova, by the clock of another host', [begun, named, ended(101_000), destroyed(105_000)], undefined],
    ['that nova ends, and another error', [begun, named, terminating, ended(101_000), later], 5],
    ['by itself', [begun, named, ended(101_000)], 3],
    ['long before nova ends it', [begun, named, ended(20_000), terminating], 3],
    [
      'by itself, and then nova stops it',
      [
        begun,
        named,
        ended(101_000),
        { ms: 103_000, by: COMPUTE, text: `[instance: ${A}] Instance shutdown by itself. Calling the stop API.` },
        destroyed(104_000),
      ],
      3,
    ],
  ])('%s', (_, said, first) => {
    expect(told(said).firstError?.seq).toBe(first);
  });
});

test('a process that said no other error is none that failed', () => {
  const levels = (said: readonly Said[]) =>
    told(said)
      .spans.filter(({ program }) => program === 'libvirtd')
      .map(({ level }) => level);
  // Silent for half a minute and more between, so that the end of the guest is a span of its own.
  expect(levels([begun, named, terminating, ended(101_000), destroyed(101_500)])).toEqual(['INFO', undefined]);
  expect(levels([{ ...begun, ms: 95_000 }, { ...named, ms: 96_000 }, terminating, ended(101_000), destroyed(101_500)])).toEqual(['INFO']);
  expect(levels([{ ...begun, ms: 95_000 }, { ...named, ms: 96_000 }, ended(101_000)])).toEqual(['ERROR']);
});

test('a run with such an error has not failed, one with another has', () => {
  const record = { seq: 1, orderUs: 0, level: 'ERROR', service: 'libvirt', program: 'libvirtd' };
  expect(runOf('r', [{ ...record, text: 'internal error: End of file from qemu monitor' }]).isFailed).toBe(false);
  expect(runOf('r', [{ ...record, text: 'internal error: process exited' }]).isFailed).toBe(true);
  expect(runOf('r', [{ ...record, program: 'nova-compute', text: 'End of file from qemu monitor' }]).isFailed).toBe(true);
});

test('addresses of guests are told, those of clients, hosts and endpoints are not', () => {
  const head = told([
    { ...begun, text: `[instance: ${A}] plugged port ${PORT} with fixed ip 10.20.0.5` },
    { ms: 1, request: 1, text: `198.51.100.7 "GET /v2.1/servers/${A} HTTP/1.1" status: 200 len: 7 time: 0.1` },
    { ms: 2, by: COMPUTE, request: 1, text: 'Connecting to AMQP server on 10.0.0.10:5672' },
    { ms: 3, by: COMPUTE, request: 1, text: `[instance: ${A}] GET http://10.0.0.11/v2.0/ports` },
    { ms: 4, by: COMPUTE, request: 1, text: 'my own address is 10.0.0.12' },
  ]);
  expect(head.entities.filter(({ kind }) => kind === 'ip').map(({ id }) => id)).toEqual(['10.20.0.5']);
});

test('entities of a story are its own, not what stands in the same list', () => {
  const OTHER = '2fd11ba3-515a-4725-b240-a481359ed11f';
  const AGENT = 'cmp neutron-openvswitch-agent 5';
  const rule = (address: string): string => `-A INPUT -s ${address}/32 -p tcp --dports 5666 -j ACCEPT`;
  const head = told([
    { ...begun, text: `[instance: ${A}] plugged port ${PORT} with fixed ip 10.20.0.5` },
    { ms: 1, by: AGENT, request: 9, text: `\nCommand: ['sudo', 'iptables-save']\nExit code: 0\nStdout: '${PORT} ${rule('10.0.0.9')}'` },
    {
      ms: 2,
      by: AGENT,
      request: 9,
      text: `interfaces: ${PORT} vm ${A}, ${OTHER} instance: 456d8388-2014-4935-9af5-adeaca222a9b 10.20.0.77`,
    },
    {
      ms: 3,
      by: COMPUTE,
      request: 1,
      text: `[instance: ${A}] image: 416b44be-7ff1-47f6-83a8-41695be1dda6 network: f79e9acb-0e79-406e-9a65-aa43713b7294`,
    },
  ]);
  const kinds = head.entities.map(({ kind, id }) => `${kind} ${id}`).toSorted();
  expect(kinds).toEqual([
    'image 416b44be-7ff1-47f6-83a8-41695be1dda6',
    `instance ${A}`,
    'ip 10.20.0.5',
    'network f79e9acb-0e79-406e-9a65-aa43713b7294',
    `port ${PORT}`,
  ]);
});
