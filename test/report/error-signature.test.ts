/** Signatures: what must be one error and what must not, through the real parsers. */
import { expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { foundIn } from '../../parsers/marks-exception.ts';
import { ownFrames } from '../../parsers/marks-own-frames.ts';
import { signatureOf } from '../../src/report/error-signature.ts';

const AT = Date.UTC(2026, 10, 22, 8, 24, 12) * 1000;

function signed(line: string, host = 'cmp01') {
  const record = parse(`<131>Nov 22 08:24:11 ${host} nova-compute: ${line}`, {
    received: AT,
    transport: 'tcp',
    peer: '192.0.2.1',
    zone: 0,
  });
  const found = foundIn(record);
  return signatureOf(record, found && { mark: found.mark, ...ownFrames(found.frames) });
}

interface Trace {
  readonly folder?: string;
  readonly line?: number;
  readonly inner?: string;
  readonly raised?: string;
  readonly pid?: number;
}
const SITE = '/usr/lib/python3/dist-packages';

function trace({
  folder = SITE,
  line = 100,
  inner = 'launch',
  raised = 'libvirt.libvirtError: internal error',
  pid = 7,
}: Trace = {}): string {
  return [
    `2026-11-22 08:24:11.548 ${pid} ERROR nova.compute.manager [req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c u p - - -] Instance failed to spawn`,
    'Traceback (most recent call last):',
    `  File "${folder}/nova/compute/manager.py", line ${line}, in _build`,
    '    self.driver.spawn(context)',
    `  File "${folder}/nova/virt/libvirt/guest.py", line ${line + 60}, in ${inner}`,
    '    return self._domain.createWithFlags(flags)',
    '  File "/usr/lib/python3/dist-packages/libvirt.py", line 1409, in createWithFlags',
    "    raise libvirtError('x')",
    raised,
  ].join('#012');
}

test('of a traceback: the class and the frames of the own code, without lines and folders', () => {
  expect(signed(trace())).toMatchObject({
    title: 'libvirt.libvirtError: internal error',
    parts: {
      by: 'exception',
      exception: 'libvirt.libvirtError',
      frames: ['nova/virt/libvirt/guest.py launch', 'nova/compute/manager.py _build'],
      logger: 'nova.compute.manager',
    },
  });
  expect(signed(trace()).signature).toMatch(/^[0-9a-f]{16}$/);
});

test.each<[what: string, other: Trace, host?: string]>([
  ['another version of the file', { line: 777 }],
  ['a restart', { pid: 4242 }],
  ['another host', {}, 'cmp02.example.org'],
  ['another distribution', { folder: '/opt/venvs/nova/lib/python3.11/site-packages' }],
  ['a checkout', { folder: '/opt/stack/nova' }],
  ['another text of the exception', { raised: 'libvirt.libvirtError: domain 5f2d1c3b-1a2b-4c3d-8e4f-0a1b2c3d4e5f is gone' }],
  ['the same error from a remote service', { raised: 'libvirt.libvirtError_Remote: internal error' }],
])('one error: %s', (_what, other, host) => {
  expect(signed(trace(other), host).signature).toBe(signed(trace()).signature);
});

test.each<[what: string, other: Trace]>([
  ['another exception', { raised: 'OSError: [Errno 28] No space left on device' }],
  ['another place', { inner: 'resume' }],
])('another error: %s', (_what, other) => {
  expect(signed(trace(other)).signature).not.toBe(signed(trace()).signature);
});

const line = (text: string, logger = 'nova.compute.manager', request = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c'): string =>
  `2026-11-22 08:24:11.548 7 ERROR ${logger} [req-${request} u p - - -] ${text}`;

test('without a traceback: the logger and the constant text', () => {
  const one = signed(line('Volume 5f2d1c3b-1a2b-4c3d-8e4f-0a1b2c3d4e5f on cmp01 is lost'));
  expect(one.parts).toEqual({ by: 'shape', logger: 'nova.compute.manager', shape: 'Volume <*> on <*> is lost' });
  const same = signed(
    line('Volume 00000000-1a2b-4c3d-8e4f-0a1b2c3d4e5f on cmp02 is lost', undefined, '00000000-5b1a-4bd3-a9b7-7bfe4e1f1d8c'),
    'cmp02',
  );
  expect(same.signature).toBe(one.signature);
  const others = [
    line('Volume 5f2d1c3b-1a2b-4c3d-8e4f-0a1b2c3d4e5f on cmp01 is back'),
    line('Volume x on cmp01 is lost', 'nova.api'),
    line(''),
  ];
  expect(new Set([one, ...others.map((text) => signed(text))].map(({ signature }) => signature)).size).toBe(4);
});

test('a summary at the end of a line is no traceback', () => {
  expect(signed(line('Cannot connect: ConnectionRefusedError: [Errno 111]')).parts.by).toBe('shape');
});

test('frames of a driver of a vendor stand where no code of the service is; else the innermost with the logger', () => {
  const vendor = trace({ folder: '/opt/vendor/driver' });
  expect(signed(vendor).parts.frames).toEqual(
    ['driver/nova/virt/libvirt/guest.py launch', 'driver/nova/compute/manager.py _build'].map((one) =>
      expect.stringContaining(one.split('/').at(-1)!),
    ),
  );
  const foreign = (logger: string): string =>
    `${line('broken', logger)}#012Traceback (most recent call last):#012  File "${SITE}/eventlet/hub.py", line 7, in run#012    x()#012KeyError: 'x'`;
  expect(signed(foreign('a')).parts).toMatchObject({ by: 'exception', frames: ['eventlet/hub.py run'] });
  expect(signed(foreign('a')).signature).not.toBe(signed(foreign('b')).signature);
});

test('titles are one line of bounded length', () => {
  const { title } = signed(line(`word ${'and so on '.repeat(500)}`));
  expect(title.length).toBeLessThanOrEqual(200);
  expect(title).not.toContain('\n');
});
