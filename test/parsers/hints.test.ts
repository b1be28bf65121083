/** What the source of a line says of it, where the text does not. Never enters the exact text. */
import { expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import type { Given, Hints, LogRecord } from '../../src/model.ts';
import { exactText } from '../../src/store/merge.ts';

const RECEIVED_US = Date.UTC(2026, 10, 22, 12) * 1000;

function record(text: string, hints: Hints, given: Partial<Given> = {}): LogRecord {
  const one = parse(text, { received: RECEIVED_US, transport: 'import', peer: '/var/log/x.log', zone: 0, hints, ...given });
  expect(exactText(one)).toBe(text);
  return one;
}

const day = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date) * 1000;

test.each([
  ['Feb 10 16:19:17', day(2026, 11, 22), '2026-02-10'],
  ['Nov 21 16:19:17', day(2026, 11, 22), '2026-11-21'],
  // A clock or a zone ahead.
  ['Nov 23 00:30:00', day(2026, 11, 22), '2026-11-23'],
  ['Nov 25 16:19:17', day(2026, 11, 22), '2025-11-25'],
  ['Dec 31 23:59:59', day(2020, 1, 2), '2019-12-31'],
  ['Feb 29 12:00:00', day(2020, 6, 1), '2020-02-29'],
])('%s of a file that was last written at %d is of %s', (stamp, nearUs, want) => {
  const { time } = record(`${stamp} c01 sshd[1]: hi`, { nearUs });
  expect(new Date(time / 1000).toISOString().slice(0, 10)).toBe(want);
});

test('without a moment of its own a stamp is of the year nearest to arrival', () => {
  expect(new Date(record('Feb 10 16:19:17 c01 sshd[1]: hi', {}).time / 1000).getUTCFullYear()).toBe(2027);
});

const OSLO = '2026-11-22 10:00:00.000 7 INFO cinder.volume.manager [-] hi';

test.each<[text: string, hints: Hints, want: Partial<LogRecord>]>([
  [OSLO, {}, { host: undefined, program: undefined, service: 'cinder' }],
  [OSLO, { host: 'c07', program: 'cinder-volume' }, { host: 'c07', program: 'cinder-volume', service: 'cinder' }],
  // The program says more than a library's logger, as it does over syslog.
  [OSLO, { program: 'nova-compute' }, { program: 'nova-compute', service: 'nova' }],
  ['2026-11-22 10:00:00.000 7 INFO requests [-] hi', { service: 'nova' }, { service: 'nova' }],
  [OSLO, { service: 'nova' }, { service: 'cinder' }],
  ['no stamp at all', { host: 'c07', program: 'own', service: 'own' }, { host: 'c07', program: 'own', service: 'own', format: 'plain' }],
  [
    `<134>Nov 22 10:00:00 c01 nova-api: ${OSLO}`,
    { host: 'c07', program: 'x', service: 'x' },
    { host: 'c01', program: 'nova-api', service: 'nova' },
  ],
  ['nova-api 2026-11-22 10:00:00.000 7 INFO nova.x [-] hi', { program: 'x' }, { program: 'nova-api' }],
])('%s with %j', (text, hints, want) => expect(record(text, hints)).toMatchObject(want));

test('the path of a file is no host; the address of a sender is', () => {
  expect(record('text', {}).host).toBeUndefined();
  expect(record('text', {}, { transport: 'udp', peer: '10.0.0.9' }).host).toBe('10.0.0.9');
});
