/** Who stopped sending: by his own usual pauses, bounded, live transports only. */
import { expect, test } from 'vitest';
import { emptyRecord } from '../../src/base/record.ts';
import { Heard, type HostHeard, silentStatus } from '../../src/ingest/heard.ts';
import type { Transport } from '../../src/model.ts';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const NOON_US = Date.UTC(2026, 2, 1, 12) * 1000;

const record = (host: string, atUs: number, transport: Transport = 'udp') => ({ ...emptyRecord(atUs, transport, '10.0.0.9'), host });

/** A host that speaks at these seconds; what is told at the end. */
function heardOf(seconds: readonly number[], host = 'c01'): HostHeard[] {
  const heard = new Heard();
  for (const second of seconds) heard.note(record(host, NOON_US + second * SECOND_US));
  return heard.due(NOON_US) ?? [];
}

const everySecond = Array.from({ length: 60 }, (_, index) => index);
const hourly = [0, 3600, 7200];
const bursts = [0, 1, 2, 600, 601, 602, 1200, 1201, 1202];

test.each<[string, readonly number[], silentMinutes: number, isSilent: boolean]>([
  ['every second, then 4 minutes', everySecond, 4, false],
  ['every second, then 6 minutes', everySecond, 6, true],
  ['every hour, then 9 hours', hourly, 9 * 60, false],
  ['every hour, then 11 hours', hourly, 11 * 60, true],
  ['bursts every ten minutes, then an hour', bursts, 60, false],
  ['bursts every ten minutes, then two hours', bursts, 120, true],
  ['heard once', [0], 6, true],
])('%s', (_, seconds, minutes, isSilent) => {
  const lastUs = NOON_US + seconds.at(-1)! * SECOND_US;
  const { watched, hosts } = silentStatus(heardOf(seconds), lastUs + minutes * MINUTE_US);
  expect(watched).toBe(1);
  expect(hosts.map(({ host }) => host)).toEqual(isSilent ? ['c01'] : []);
  if (isSilent) expect(hosts[0]).toMatchObject({ lastAt: lastUs, silentSeconds: minutes * 60 });
});

test('whoever fell silent last stands first; imports say nothing of now; made-up hosts push out the oldest', () => {
  const heard = new Heard();
  heard.note(record('early', NOON_US));
  heard.note(record('late', NOON_US + MINUTE_US));
  heard.note(record('old', NOON_US, 'file'));
  const told = heard.due(NOON_US)!;
  expect(silentStatus(told, NOON_US + 60 * MINUTE_US).hosts.map(({ host }) => host)).toEqual(['late', 'early']);
  expect(heard.due(NOON_US + SECOND_US)).toBeUndefined();
  for (let index = 0; index < 3000; index++) heard.note(record(`h${index}`, NOON_US));
  expect(heard.due(NOON_US + MINUTE_US)).toHaveLength(2000);
  expect(heard.due(NOON_US + 2 * MINUTE_US), 'no news').toBeUndefined();
});
