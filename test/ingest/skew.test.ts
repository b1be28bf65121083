/** The clocks of senders: medians that single late lines do not move, of live lines only, bounded, told now and then. */
import { expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { clocksStatus, Skew } from '../../src/ingest/skew.ts';
import type { Transport } from '../../src/model.ts';

const SECOND_US = 1_000_000;
const NOON_US = Date.UTC(2026, 2, 1, 12) * 1000;

class Listener {
  readonly skew = new Skew();
  nowUs = NOON_US;

  /** A line a second; written `lateUs` before it arrives. */
  hear(lateUs: number, some: { host?: string; transport?: Transport; zone?: number; text?: string } = {}): void {
    const { host = 'c01', transport = 'udp', zone = 0 } = some;
    this.nowUs += SECOND_US;
    const stamp = new Date((this.nowUs - lateUs) / 1000 + zone * 60_000).toISOString().replace('T', ' ').slice(0, 23);
    const text = some.text ?? `<14>Mar  1 12:00:00 ${host} nova-api: ${stamp} 1 INFO nova.api [-] hi`;
    this.skew.note(parse(text, { received: this.nowUs, transport, peer: '10.0.0.9', zone }));
  }

  told(): Record<string, number> {
    this.nowUs += 10 * SECOND_US;
    return Object.fromEntries(this.skew.due(this.nowUs) ?? []);
  }
}

test('the median of how much later lines arrive than they say', () => {
  const listener = new Listener();
  for (const late of [2, 2, 900, 2, 1, 2, -40]) listener.hear(late * SECOND_US);
  expect(listener.told()).toEqual({ c01: 2 * SECOND_US });
});

test('a clock that is ahead is negative; each host has its own', () => {
  const listener = new Listener();
  for (let round = 0; round < 5; round++) {
    listener.hear(-3 * SECOND_US, { host: 'a' });
    listener.hear(0, { host: 'b' });
  }
  expect(listener.told()).toEqual({ a: -3 * SECOND_US, b: 0 });
});

test.each<[name: string, some: Parameters<Listener['hear']>[1]]>([
  ['lines of a file', { transport: 'file' }],
  ['lines of an import', { transport: 'import' }],
  ['lines of HTTP', { transport: 'http' }],
  ['lines without a time', { text: 'hi' }],
])('%s say nothing', (_name, some) => {
  const listener = new Listener();
  for (let round = 0; round < 9; round++) listener.hear(7 * SECOND_US, some);
  expect(listener.told()).toEqual({});
});

test('two lines are not enough, and many of one second are one', () => {
  const listener = new Listener();
  for (let round = 0; round < 2; round++) listener.hear(SECOND_US);
  expect(listener.told()).toEqual({});
  for (let round = 0; round < 50; round++) {
    listener.nowUs -= SECOND_US;
    listener.hear(SECOND_US);
  }
  expect(listener.told()).toEqual({ c01: SECOND_US });
});

test('a new zone begins anew: what was measured before was the zone', () => {
  const listener = new Listener();
  for (let round = 0; round < 5; round++) listener.hear(-3600 * SECOND_US);
  expect(listener.told()).toEqual({ c01: -3600 * SECOND_US });
  for (let round = 0; round < 3; round++) listener.hear(SECOND_US, { zone: 60 });
  expect(listener.told()).toEqual({ c01: SECOND_US });
});

test('it forgets what is longer ago than a minute of lines', () => {
  const listener = new Listener();
  for (let round = 0; round < 100; round++) listener.hear(60 * SECOND_US);
  for (let round = 0; round < 40; round++) listener.hear(SECOND_US);
  expect(listener.told()).toEqual({ c01: SECOND_US });
});

test('it is told only when it is time and something is new', () => {
  const listener = new Listener();
  for (let round = 0; round < 5; round++) listener.hear(0);
  expect(listener.skew.due(listener.nowUs)).toEqual([['c01', 0]]);
  expect(listener.skew.due(listener.nowUs + 60 * SECOND_US)).toBeUndefined();
  listener.hear(0);
  expect(listener.skew.due(listener.nowUs)).toBeUndefined();
  expect(listener.skew.due(listener.nowUs + 5 * SECOND_US)).toEqual([['c01', 0]]);
});

test('made-up hosts push out the oldest and take no more room', () => {
  const listener = new Listener();
  for (let host = 0; host < 5000; host++) for (let round = 0; round < 3; round++) listener.hear(0, { host: `h${host}` });
  const told = Object.keys(listener.told());
  expect(told).toHaveLength(2000);
  expect(told.at(-1)).toBe('h4999');
});

test('the status names the worst, in seconds', () => {
  const hosts = Array.from({ length: 150 }, (_, index): [string, number] => [`h${index}`, (index % 2 === 0 ? 1 : -1) * index * 1_000_000]);
  const { watched, skewSeconds } = clocksStatus(hosts);
  expect([watched, Object.keys(skewSeconds).length]).toEqual([150, 100]);
  expect(Object.entries(skewSeconds)[0]).toEqual(['h149', -149]);
  expect(clocksStatus([['a', 1_234_567]]).skewSeconds).toEqual({ a: 1.235 });
});
