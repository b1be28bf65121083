/** What belongs to a request's story because of the instance that it works on. */
import { describe, expect, it } from 'vitest';
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../../src/base/record.ts';
import type { LogRecord } from '../../src/model.ts';
import { StoryLinks } from '../../src/report/story-links.ts';
import { type Piece, pieceOf } from '../../src/report/story-piece.ts';

const INSTANCE = '903b85d0-bacc-4855-a206-10ed41d97f26';
const OTHER = '11111111-bacc-4855-a206-10ed41d97f26';
const PORT = '17a9c1d2-8c52-4d5c-9d3d-2f7f3d2b5a11';
const REQUEST = 'req-aaaaaaaa-0000-4000-8000-000000000001';
const OTHERS = 'req-bbbbbbbb-0000-4000-8000-000000000002';
const USER = { user: 'e1c2', project: 'f0aa' };

let seq = 0;
function piece(atMs: number, message: string, of: Partial<LogRecord> = {}): Piece {
  const record: LogRecord = { ...emptyRecord(0, 'udp', '10.0.0.1'), seq: ++seq, time: atMs * 1000, message, host: 'cmp01', ...of };
  const found = marks(record);
  return pieceOf(record, found, '{}');
}

/** The story of REQUEST when a store has these records. */
function told(all: readonly Piece[]): string[] {
  const story = new StoryLinks({ key: REQUEST.slice(4).replaceAll('-', ''), form: 'request' });
  story.decide('request');
  for (let round = 0; round < 9; round++) {
    const wanted = story.next();
    if (wanted.length === 0) break;
    for (const { key } of wanted)
      story.take(
        all.filter(
          (one) =>
            one.requestKey === key ||
            one.globalKey === key ||
            one.ids.some((id) => id.key === key) ||
            one.text.includes(`tap${key.slice(0, 8)}-${key.slice(8, 10)}`),
        ),
      );
  }
  return [...story.pieces.values()].filter((one) => story.why(one) !== undefined).map(({ text }) => text.split(' ', 2).join(' '));
}

const own = { request: REQUEST, service: 'nova', program: 'nova-compute', ...USER };
const access = (method: string, of: Partial<LogRecord> = {}, atMs = 0): Piece =>
  piece(atMs, `10.0.0.9 "${method} /v2.1/servers/${INSTANCE} HTTP/1.1" status: 202 len: 0 time: 0.1`, {
    ...own,
    program: 'nova-api',
    format: 'oslo',
    logger: 'nova.osapi_compute.wsgi.server',
    ...of,
  });
const guest = (atMs: number): Piece =>
  piece(atMs, `Domain id=7 name='instance-0000002a' uuid=${INSTANCE} is tainted: host-cpu`, { program: 'libvirtd' });
const machine = (atMs: number): Piece => piece(atMs, 'New machine qemu-7-instance-0000002a.', { program: 'systemd-machined' });

describe('the story of a request', () => {
  it('has what programs without requests say of its instance meanwhile, by its UUID and its domain', () => {
    const all = [access('DELETE'), piece(900, 'Terminating', { ...own, instance: INSTANCE }), guest(500), machine(600)];
    expect(told(all)).toEqual(expect.arrayContaining(['Domain id=7', 'New machine', 'Terminating']));
  });

  it('knows the domain from its start, long before', () => {
    const all = [guest(-90_000_000), access('DELETE'), machine(50), piece(100, 'Terminating', { ...own, instance: INSTANCE })];
    expect(told(all)).toEqual(expect.arrayContaining(['New machine']));
    expect(told(all)).not.toContain('Domain id=7');
  });

  it('knows the domain from what nova says of the guest in another request, also afterwards', () => {
    const xml = piece(90_000_000, `End _get_guest_xml xml=<domain type="kvm"> <uuid>${INSTANCE}</uuid> <name>instance-0000002a</name>`, {
      ...own,
      request: OTHERS,
      instance: INSTANCE,
    });
    const all = [access('DELETE'), machine(50), piece(100, 'Terminating', { ...own, instance: INSTANCE }), xml];
    expect(told(all)).toContain('New machine');
    expect(told(all)).not.toContain('End _get_guest_xml');
    expect(told(all.slice(0, 3))).not.toContain('New machine');
  });

  const nothing: [name: string, all: () => Piece[]][] = [
    ['a request that only looks', () => [access('GET'), guest(50)]],
    ['long afterwards', () => [access('DELETE'), guest(60_000)]],
    ['before it', () => [access('DELETE'), guest(-500)]],
    ['a request with several instances', () => [access('DELETE'), piece(10, `and ${OTHER}`, { ...own, instance: OTHER }), guest(50)]],
    ['a request of nobody', () => [{ ...access('DELETE'), user: undefined }, guest(50)]],
  ];
  it.each(nothing)('has nothing of it for %s', (_, all) => {
    expect(told(all())).not.toContain('Domain id=7');
  });

  const restarted = (seconds: number, text: string, program: string): Piece => piece(seconds * 1000, text, { program });
  const lease = (atMs: number, what: string): Piece =>
    piece(atMs, `DHCP${what}(tap0c12a0f6-4a) 10.20.0.7 fa:16:3e:7c:d1:80`, { program: 'dnsmasq-dhcp', format: 'dnsmasq' });
  const made = (): Piece[] => [
    piece(0, '10.0.0.9 "POST /v2.1/servers HTTP/1.1" status: 202 len: 0 time: 0.1', {
      ...own,
      program: 'nova-api',
      logger: 'nova.osapi_compute.wsgi.server',
    }),
    piece(500, `Updating instance_info_cache with network_info: [{"id": "${PORT}", "address": "fa:16:3e:7c:d1:80"}]`, {
      ...own,
      instance: INSTANCE,
    }),
  ];
  const others = (atMs: number): Piece => access('DELETE', { request: OTHERS }, atMs);
  const meanwhile: [name: string, all: () => Piece[], want: string[], never: string[]][] = [
    [
      'who stamps whole seconds, and came after the beginning',
      () => [
        ...[piece(300, 'Begin', { ...own, instance: INSTANCE })],
        { ...access('DELETE'), orderUs: 400_000, timeUs: 400_000 },
        guest(0),
      ],
      ['Domain id=7'],
      [],
    ],
    [
      'not who stamps whole seconds and came before it',
      () => [
        guest(0),
        { ...access('DELETE'), orderUs: 400_000, timeUs: 400_000 },
        piece(500, 'Terminating', { ...own, instance: INSTANCE }),
      ],
      [],
      ['Domain id=7'],
    ],
    [
      'nothing more when another request has begun to change the instance',
      () => [
        ...made(),
        guest(600),
        others(2_000),
        restarted(3, `Domain id=8 name='instance-0000002a' uuid=${INSTANCE} is tainted: x`, 'libvirtd'),
      ],
      ['Domain id=7'],
      ['Domain id=8'],
    ],
    [
      'the first lease of a guest that it made',
      () => [...made(), lease(2_001, 'DISCOVER'), lease(2_002, 'OFFER'), lease(2_003, 'REQUEST'), lease(2_004, 'ACK')],
      ['DHCPDISCOVER(tap0c12a0f6-4a) 10.20.0.7', 'DHCPACK(tap0c12a0f6-4a) 10.20.0.7'],
      [],
    ],
    ['no renewal', () => [...made(), lease(2_003, 'REQUEST'), lease(2_004, 'ACK')], [], ['DHCPACK(tap0c12a0f6-4a) 10.20.0.7']],
    [
      'no lease of a guest that it did not start',
      () => [access('DELETE'), made()[1]!, lease(501, 'DISCOVER')],
      [],
      ['DHCPDISCOVER(tap0c12a0f6-4a) 10.20.0.7'],
    ],
    [
      'the lease of a guest that it started again',
      () => [access('POST'), made()[1]!, guest(502), lease(801, 'DISCOVER'), lease(802, 'ACK')],
      ['DHCPDISCOVER(tap0c12a0f6-4a) 10.20.0.7', 'DHCPACK(tap0c12a0f6-4a) 10.20.0.7'],
      [],
    ],
  ];
  it.each(meanwhile)('has meanwhile: %s', (_, all, want, never) => {
    const texts = told(all());
    expect(texts).toEqual(expect.arrayContaining(want));
    for (const text of never) expect(texts).not.toContain(text);
  });

  it('has nothing of what other requests do with the instance', () => {
    const poll = piece(300, 'polled', { ...own, request: OTHERS, instance: INSTANCE });
    expect(told([access('DELETE'), poll, guest(400)])).not.toContain('polled');
  });

  it('knows the port from what nova says in it, also where the instance is not named', () => {
    const all = [
      access('DELETE'),
      piece(100, `Successfully created port: ${PORT}`, own),
      piece(200, `[1.2] tap${PORT.slice(0, 11)}: left promiscuous mode`, { program: 'kernel' }),
    ];
    expect(told(all)).toContain('[1.2] tap17a9c1d2-8c:');
  });
});
