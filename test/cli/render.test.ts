/** What a person sees of a record, and that nothing in it reaches the terminal as a command. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineOf, moreOf } from '../../src/base/line.ts';
import { publicRecord } from '../../src/base/public.ts';
import { statusText } from '../../src/cli/status-text.ts';
import type { LogRecord } from '../../src/model.ts';
import { recordOf } from '../api/parts.ts';

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'UTC';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const render = (change: Partial<LogRecord>, color = false) => lineOf(publicRecord(recordOf('hello', change), {}), { color });

test.each([
  [{}, '2026-11-22 08:24:11.000 c01        nova-compute   INFO     hello'],
  [
    { level: 'CRITICAL', program: 'neutron-openvswitch-agent', host: 'network-node-17' },
    '2026-11-22 08:24:11.000 network-node-17 neutron-openvswitch-agent CRITICAL hello',
  ],
  [{ program: undefined }, '2026-11-22 08:24:11.000 c01        nova           INFO     hello'],
  [
    { program: undefined, service: undefined, host: undefined, level: undefined },
    '2026-11-22 08:24:11.000 -          -              -        hello',
  ],
  [
    { request: 'req-903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c' },
    '2026-11-22 08:24:11.000 c01        nova-compute   INFO     [req-903b85d0…] hello',
  ],
  [{ request: 'tx0a1b2c3d4e5f60718293a-005f3a1b2c' }, '2026-11-22 08:24:11.000 c01        nova-compute   INFO     [tx0a1b2c3d…] hello'],
  [{ request: 'odd\x1bone' }, '2026-11-22 08:24:11.000 c01        nova-compute   INFO     [odd\\x1bone] hello'],
  [
    { message: 'Traceback\n  File "x"\tline 1\nKeyError' },
    '2026-11-22 08:24:11.000 c01        nova-compute   INFO     Traceback\n      File "x"\tline 1\n    KeyError',
  ],
  [
    { message: '\x1b[2J\x07red\r\u202eabc', host: 'c\x1b]0;x\x07' },
    '2026-11-22 08:24:11.000 c\\x1b]0;x\\x07 nova-compute   INFO     \\x1b[2J\\x07red\\r\\u202eabc',
  ],
  [{ message: '', level: 'ERROR' }, '2026-11-22 08:24:11.000 c01        nova-compute   ERROR'],
] as [Partial<LogRecord>, string][])('%j', (change, want) => {
  expect(render(change)).toBe(want);
});

test.each([
  ['CRITICAL', '\x1b[1;31mCRITICAL\x1b[0m'],
  ['ERROR', '\x1b[31mERROR   \x1b[0m'],
  ['WARNING', '\x1b[33mWARNING \x1b[0m'],
  ['INFO', ' INFO     '],
] as const)('%s in colour', (level, want) => {
  expect(render({ level }, true)).toContain(want);
  expect(render({ level }, false)).not.toContain('\x1b');
});

test('no field can hold what a terminal obeys', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = render({ message: text, host: text, program: text, request: text });
      expect(line).not.toMatch(/[^\P{Cc}\n\t]/u);
      expect(
        line
          .split('\n')
          .slice(1)
          .every((more) => more.startsWith('    ')),
      ).toBe(true);
    }),
  );
});

test('a continuation that came later is indented, and says whose it is when something stands between', () => {
  const record = publicRecord(recordOf('  File "x"\nKeyError', { of: 3 }), {});
  expect(moreOf(record, true)).toBe('      File "x"\n    KeyError');
  expect(moreOf(record, false)).toBe('    (more of 2026-11-22 08:24:11.000 c01 nova-compute)\n      File "x"\n    KeyError');
});

test('status for people', () => {
  const status = {
    version: '0.1.0',
    startedAt: Date.UTC(2026, 10, 22, 8) * 1000,
    store: {
      records: 1234567,
      bytes: 25 * 1024 * 1024,
      oldest: null,
      days: [
        { name: '2026-11-22', records: 12, bytes: 900 },
        { name: '2026-11-21\x1b', records: 1200, bytes: 2048 },
      ],
    },
    receivers: [
      { receiver: 'udp', port: 5514, warnings: ['small\x07 buffer'] },
      { receiver: 'tcp', port: 15514, warnings: [] },
    ],
    losses: [],
    counters: {},
  };
  expect(statusText('http://x', status)).toBe(
    [
      'http://x',
      '  version    0.1.0',
      '  startedAt  2026-11-22 08:00:00.000',
      '  store',
      '    records  1,234,567',
      '    bytes    25.0 MiB',
      '    oldest   -',
      '    days',
      '      name            records    bytes',
      '      2026-11-22           12      900',
      '      2026-11-21\\x1b    1,200  2.0 KiB',
      '  receivers',
      '    receiver   port',
      '    udp        5514',
      '      warnings: small\\x07 buffer',
      '    tcp       15514',
      '  losses     none',
      '  counters   none',
      '',
    ].join('\n'),
  );
});
