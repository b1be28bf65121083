/** A story to show, made by hand from few words: the shape that GET /api/v1/trace answers. */
import type { Story, StoryRecord, StoryRequest, StorySpan } from '../../src/model.ts';

export const START = '2026-11-22T08:24:11.000000Z';
const START_MS = Date.parse(START);

export function at(ms: number): string {
  return new Date(START_MS + ms).toISOString().replace('Z', '000Z');
}

export const BOOT = 'req-903b85d0-dbd8-4a29-97a6-1b1a7a5d1c1b';
export const IMAGE = 'req-14126b62-e8bd-4b6a-9456-c8f492aaaa62';
export const INSTANCE = 'd7c488fc-e169-4c04-b244-c1f82e8e0aac';

export interface Words {
  seq: number;
  ms: number;
  program?: string;
  host?: string;
  level?: string;
  request?: string;
  message?: string;
  span?: number;
  why?: StoryRecord['why'];
}

export function recordOf({ ms, why, ...words }: Words): StoryRecord {
  return {
    time: at(ms),
    received: at(ms),
    transport: 'udp',
    peer: '10.0.0.3',
    service: 'nova',
    host: 'ctl01',
    program: 'nova-api',
    level: 'INFO',
    message: 'something',
    ...words,
    why: why ?? { id: INSTANCE, kind: 'instance' },
  };
}

export function spanOf(span: number, words: Partial<StorySpan> & { from?: number; to?: number }): StorySpan {
  const { from = 0, to = from, ...rest } = words;
  return {
    ...{ span, service: 'nova', program: 'nova-api', host: 'ctl01', level: 'INFO', records: 1, seq: span + 1 },
    ...{ start: at(from), end: at(to), durationMs: to - from, selfMs: to - from },
    ...rest,
  };
}

export function requestOf(id: string, words: Partial<StoryRequest> = {}): StoryRequest {
  return {
    ...{ id, services: ['nova'], hosts: ['ctl01'], start: START, end: START, durationMs: 0, records: 1, outcome: 'ok' },
    ...words,
  };
}

/** Of the first record to the last. */
export function storyOf(words: Partial<Story> = {}): Story {
  const records = words.records ?? [];
  const [start, end] = [records[0]?.time, records.at(-1)?.time];
  const span = start === undefined || end === undefined ? {} : { start, end, durationMs: Date.parse(end) - Date.parse(start) };
  return {
    ...{ id: INSTANCE, kind: 'instance', requests: [], entities: [], spans: [], gaps: [], edges: [], skew: [], deskewed: false },
    ...{ limits: [], stats: { tookMs: 1, searches: 1, recordsScanned: 1 } },
    ...span,
    ...words,
    records,
  };
}

const TRACEBACK = [
  'Instance failed to spawn: libvirt.libvirtError: internal error: qemu died',
  'Traceback (most recent call last):',
  ...Array.from({ length: 20 }, (_, index) => `  File "/usr/lib/python3/nova/virt/${index}.py", line ${index}, in spawn`),
  'libvirt.libvirtError: internal error: qemu died',
].join('\n');

/** A boot that fails: nova-api asks glance, nova-compute cannot spawn, a client polls meanwhile. */
export function failedBoot(): Story {
  const compute = { program: 'nova-compute', host: 'cmp02', request: BOOT, span: 2 };
  const polls = [3, 4, 5].map((poll) => `req-${String(poll).repeat(8)}-dbd8-4a29-97a6-1b1a7a5d1c1b`);
  const poll = { level: 'INFO', message: `10.0.0.9 "GET /v2.1/servers/${INSTANCE} HTTP/1.1" status: 200 time: 0.04` };
  const records = [
    recordOf({ seq: 1, ms: 0, request: BOOT, span: 0, message: '10.0.0.9 "POST /v2.1/servers HTTP/1.1" status: 202 time: 0.2' }),
    recordOf({ seq: 2, ms: 40, level: 'DEBUG', request: BOOT, span: 0, message: `GET call to image used request id ${IMAGE}` }),
    recordOf({ seq: 3, ms: 41, level: 'DEBUG', request: BOOT, span: 0, message: 'block_device_mapping []' }),
    recordOf({ seq: 4, ms: 45, program: 'glance-api', request: IMAGE, span: 1, message: '"GET /v2/images/31eb08b2" 200' }),
    recordOf({ seq: 5, ms: 400, ...compute, message: 'Creating image(s)' }),
    recordOf({ seq: 6, ms: 1000, request: polls[0]!, span: 3, ...poll }),
    recordOf({ seq: 7, ms: 2000, request: polls[1]!, span: 4, ...poll }),
    recordOf({ seq: 8, ms: 3000, request: polls[2]!, span: 5, ...poll }),
    recordOf({ seq: 9, ms: 15_400, ...compute, level: 'ERROR', message: TRACEBACK }),
    recordOf({
      seq: 10,
      ms: 15_500,
      program: 'dnsmasq-dhcp',
      host: 'net01',
      span: 6,
      message: 'DHCPRELEASE fa:16:3e:29:5a:71',
      why: mac(),
    }),
  ];
  return storyOf({
    records,
    requests: [
      requestOf(BOOT, { operation: 'POST /v2.1/servers', outcome: 'failed', user: 'u1', project: 'p1', records: 5 }),
      requestOf(IMAGE, { operation: 'GET /v2/images/{id}', caller: BOOT }),
      ...polls.map((id) => requestOf(id, { operation: 'GET /v2.1/servers/{id}' })),
    ],
    spans: [
      spanOf(0, { request: BOOT, to: 41, records: 3 }),
      spanOf(1, { request: IMAGE, parent: 0, program: 'glance-api', service: 'glance', from: 45, seq: 4 }),
      spanOf(2, { request: BOOT, parent: 0, program: 'nova-compute', host: 'cmp02', from: 400, to: 15_400, level: 'ERROR', seq: 5 }),
      ...polls.map((request, index) => spanOf(3 + index, { request, from: 1000 * (index + 1), seq: 6 + index })),
      spanOf(6, { program: 'dnsmasq-dhcp', service: 'dnsmasq', host: 'net01', from: 15_500, seq: 10 }),
    ],
    entities: [
      { kind: 'instance', id: INSTANCE, records: 9 },
      { kind: 'mac', id: 'fa:16:3e:29:5a:71', records: 1, through: { id: INSTANCE, seq: 5 } },
    ],
    gaps: [{ afterSeq: 8, beforeSeq: 9, durationMs: 12_400 }],
    edges: [{ from: BOOT, to: IMAGE, by: 'called', seq: 2 }],
    // As the engine cuts it: the record has all of it.
    firstError: {
      seq: 9,
      time: at(15_400),
      level: 'ERROR',
      program: 'nova-compute',
      host: 'cmp02',
      request: BOOT,
      message: TRACEBACK.slice(0, 100),
    },
  });
}

function mac(): StoryRecord['why'] {
  return { id: 'fa:16:3e:29:5a:71', kind: 'mac' };
}
