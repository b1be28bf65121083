/** Zones of senders: learned from live lines, slowly; never from stamps that say theirs, from files, or from a queue that is replayed. */
import { describe, expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { Zones } from '../../src/ingest/zones.ts';
import type { LogRecord, Transport } from '../../src/model.ts';
import { exactText } from '../../src/store/merge.ts';

const MINUTE_US = 60_000_000;
const SECOND_US = 1_000_000;
const NOON_US = Date.UTC(2026, 2, 1, 12) * 1000;

/** Wall clock of a host `minutes` east of UTC, as oslo writes it. */
function stamp(timeUs: number, minutes: number): string {
  return new Date(timeUs / 1000 + minutes * 60_000).toISOString().replace('T', ' ').slice(0, 23);
}

class Listener {
  readonly learned: [string, number][] = [];
  readonly zones: Zones;
  nowUs = NOON_US;

  constructor(fixed?: number, configured?: Readonly<Record<string, string>>) {
    this.zones = new Zones(fixed, (host, minutes) => this.learned.push([host, minutes]), configured);
  }

  /** A line that was written `lateUs` ago by a host in this zone. */
  hear(minutes: number, some: { host?: string; lateUs?: number; transport?: Transport; text?: string } = {}): LogRecord {
    const { host = 'c01', lateUs = 0, transport = 'udp' } = some;
    this.nowUs += SECOND_US;
    const text = some.text ?? `<14>Mar  1 12:00:00 ${host} nova-api: ${stamp(this.nowUs - lateUs, minutes)} 1 INFO nova.api [-] hi`;
    const record = parse(text, { received: this.nowUs, transport, peer: '10.0.0.9', zone: this.zones.given });
    this.zones.apply(record);
    expect(exactText(record)).toBe(text);
    return record;
  }

  /** How far the record's time is from when it was heard, in minutes. */
  hearOff(minutes: number, some: Parameters<Listener['hear']>[1] = {}): number {
    const record = this.hear(minutes, some);
    return Math.round((record.time - this.nowUs) / MINUTE_US);
  }
}

test.each([0, 60, -300, 330, 345, -570, 840, -720])('a host %d minutes east of UTC is right from the third line on', (minutes) => {
  const listener = new Listener();
  expect([1, 2, 3, 4].map(() => listener.hearOff(minutes) + 0)).toEqual([minutes, minutes, 0, 0]);
  expect(listener.learned).toEqual(minutes === 0 ? [] : [['c01', minutes]]);
  expect(listener.hear(minutes).zone).toBe(minutes);
});

test.each(['Asia/Kolkata', 'America/Los_Angeles', 'UTC'])(
  'a program of this machine in %s is right at once, in another zone from the third line on',
  (name) => {
    const before = process.env.TZ;
    process.env.TZ = name;
    try {
      const here = -new Date(NOON_US / 1000).getTimezoneOffset();
      const listener = new Listener();
      const heard = (minutes: number, host: string) => [1, 2, 3].map(() => listener.hearOff(minutes, { host, transport: 'unix' }) + 0);
      expect(heard(here, 'vm')).toEqual([0, 0, 0]);
      expect(listener.learned).toEqual([]);
      expect(heard(here + 60, 'container')).toEqual([60, 60, 0]);
      expect(listener.learned).toEqual([['container', here + 60]]);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  },
);

test('each host has its own', () => {
  const listener = new Listener();
  for (let round = 0; round < 3; round++)
    for (const [host, minutes] of [
      ['a', 60],
      ['b', -60],
      ['c', 0],
    ] as const)
      listener.hear(minutes, { host });
  expect(listener.learned).toEqual([
    ['a', 60],
    ['b', -60],
  ]);
  expect(listener.hear(0, { host: 'c' }).zone).toBe(0);
});

describe('what is no evidence', () => {
  test.each<[name: string, some: Parameters<Listener['hear']>[1], minutes: number]>([
    ['a clock that is wrong by less than a zone', { lateUs: 7 * MINUTE_US }, 0],
    ['a clock that is wrong by more than any zone has', { lateUs: 0 }, 15 * 60],
    ['lines of a file', { transport: 'file' }, 60],
    ['lines of an import', { transport: 'import' }, 60],
    ['lines of HTTP', { transport: 'http' }, 60],
    ['a stamp with its zone', { text: '<14>1 2026-03-01T12:00:01.000+01:00 c01 nova-api 1 - - hi' }, 60],
    ['a stamp in UTC', { text: '<14>1 2026-03-01T11:00:01.000Z c01 nova-api 1 - - hi' }, 60],
    ['no stamp at all', { text: 'hi' }, 60],
  ])('%s', (_name, some, minutes) => {
    const listener = new Listener();
    const times = Array.from({ length: 30 }, () => listener.hear(minutes, some));
    expect(listener.learned).toEqual([]);
    expect(times.every(({ zone }) => zone === 0)).toBe(true);
  });

  test('a queue that is replayed: every lag for some lines, also multiples of a quarter of an hour', () => {
    const listener = new Listener();
    for (let round = 0; round < 5; round++) listener.hear(60);
    expect(listener.learned).toEqual([['c01', 60]]);
    // Two hours of lines within a minute, oldest first; then the host is live again.
    for (let index = 0; index < 50; index++) listener.hear(60, { lateUs: (120 - index * 2.4) * MINUTE_US });
    expect(listener.hearOff(60) + 0).toBe(0);
    expect(listener.learned).toEqual([['c01', 60]]);
  });

  test('a burst of lines that are late by one and the same hour, in less than a minute', () => {
    const listener = new Listener();
    for (let round = 0; round < 5; round++) listener.hear(60);
    for (let index = 0; index < 50; index++) listener.hear(60, { lateUs: 60 * MINUTE_US });
    expect(listener.learned).toEqual([['c01', 60]]);
  });
});

describe('a change', () => {
  test('needs ten lines and a minute: the end of daylight saving', () => {
    const listener = new Listener();
    for (let round = 0; round < 5; round++) listener.hear(120);
    const off = Array.from({ length: 70 }, () => listener.hearOff(60) + 0);
    expect(listener.learned).toEqual([
      ['c01', 120],
      ['c01', 60],
    ]);
    expect(off.indexOf(0)).toBe(60);
    expect(off.slice(60).every((minutes) => minutes === 0)).toBe(true);
  });

  test('is not made by a few lines over a long time', () => {
    const listener = new Listener();
    for (let round = 0; round < 5; round++) listener.hear(0);
    for (let round = 0; round < 9; round++) {
      listener.nowUs += 10 * MINUTE_US;
      listener.hear(60);
    }
    expect(listener.learned).toEqual([]);
    listener.nowUs += 10 * MINUTE_US;
    listener.hear(60);
    expect(listener.learned).toEqual([['c01', 60]]);
  });

  test('is given up when a line of the known zone comes in between', () => {
    const listener = new Listener();
    for (let round = 0; round < 100; round++) listener.hear(round % 7 === 0 ? 0 : 60);
    expect(listener.learned.length).toBeLessThanOrEqual(1);
    const calm = new Listener();
    for (let round = 0; round < 5; round++) calm.hear(0);
    for (let round = 0; round < 200; round++) calm.hear(round % 9 === 0 ? 0 : 60);
    expect(calm.learned).toEqual([]);
  });
});

test('a fixed zone is applied to all and never changed', () => {
  const listener = new Listener(60);
  expect(listener.zones.given).toBe(60);
  for (let round = 0; round < 20; round++) expect(listener.hearOff(120)).toBe(60);
  expect(listener.hear(60).zone).toBe(60);
  expect(listener.learned).toEqual([]);
});

test('a zone of the last run holds at once', () => {
  const listener = new Listener();
  listener.zones.load('c01', 60);
  expect(listener.hearOff(60) + 0).toBe(0);
  expect(listener.learned).toEqual([]);
});

test('the time of a header without a body time is corrected as well', () => {
  const listener = new Listener();
  const say = (): LogRecord => {
    const wall = new Date((listener.nowUs + SECOND_US) / 1000 + 3_600_000).toISOString();
    return listener.hear(60, { text: `<14>Mar  1 ${wall.slice(11, 19)} c01 dnsmasq[7]: hi` });
  };
  const [, , third] = [say(), say(), say()];
  expect(third!.time).toBe(listener.nowUs);
  expect(listener.learned).toEqual([['c01', 60]]);
});

test('a sender of made-up hosts neither keeps real ones from being learned nor makes them forgotten', () => {
  const listener = new Listener();
  const known = { host: 'c01' };
  for (let line = 0; line < 4; line++) listener.hear(120, known);
  for (let host = 0; host < 25_000; host++) listener.hear(0, { host: `made-up-${host}` });
  for (let line = 0; line < 4; line++) listener.hear(-300, { host: 'c02' });
  expect(listener.learned).toEqual([
    ['c01', 120],
    ['c02', -300],
  ]);
  expect([listener.hearOff(120, known), listener.hearOff(-300, { host: 'c02' })]).toEqual([0, 0]);
});

describe('zones of the configuration', () => {
  const CONFIGURED = { 'c0*': '+02:00', '10.0.0.*': '-05:00', '*': 'UTC' };

  test('hold from the first line on, for live lines and those of files; of several patterns the first', () => {
    const listener = new Listener(undefined, CONFIGURED);
    expect([listener.hearOff(120), listener.hearOff(120, { transport: 'file' }), listener.hearOff(120, { host: 'C07' })]).toEqual([
      0, 0, 0,
    ]);
    expect(listener.hearOff(120, { host: 'other' })).toBe(120);
    expect(listener.hear(120).zone).toBe(120);
    expect(listener.learned).toEqual([]);
  });

  test('win over the zone of all others, and over what was learned', () => {
    const listener = new Listener(60, { 'c0*': '+02:00' });
    expect([listener.hearOff(120), listener.hearOff(60, { host: 'other' })]).toEqual([0, 0]);
    const before = new Listener(undefined, { c01: '+02:00' });
    before.zones.load('c01', -300);
    expect(before.hearOff(120)).toBe(0);
  });

  test('a name is right in winter and in summer', () => {
    const listener = new Listener(undefined, { '*': 'Europe/Berlin' });
    expect([listener.hearOff(60), listener.hear(60).zone]).toEqual([0, 60]);
    listener.nowUs = Date.UTC(2026, 6, 1, 12) * 1000;
    expect([listener.hearOff(120), listener.hear(120).zone]).toEqual([0, 120]);
  });

  test('a sender without a name goes by its address', () => {
    const listener = new Listener(undefined, CONFIGURED);
    const record = listener.hear(0, { text: '2026-03-01 12:00:00.000 1 INFO nova.api [-] hi' });
    expect([record.host, record.zone, record.time]).toEqual(['10.0.0.9', -300, Date.UTC(2026, 2, 1, 17) * 1000]);
  });

  test.each([
    ['MariaDB', '<14>Mar  1 12:00:01 c01 mysqld: 2026-03-01  9:00:01 0 [Note] hi', -120],
    ['Apache', '<14>Mar  1 12:00:01 c01 apache2: [Sun Mar  1 10:00:01.500000 2026] [core:notice] [pid 1] hi', -120],
    ['nginx', '<14>Mar  1 12:00:01 c01 nginx: 2026/03/01 10:00:01 [error] 1#1: hi', -120],
    ["RabbitMQ's reports", '<14>Mar  1 12:00:01 c01 rabbit: =INFO REPORT==== 1-Mar-2026::10:00:01 ===#012hi', -120],
  ])('hold for local stamps of daemons: %s', (_name, text, minutes) => {
    const record = new Listener(undefined, { c01: '-02:00' }).hear(minutes, { text });
    expect(record.zone).toBe(-120);
    expect(record.time).toBeGreaterThan(Date.UTC(2026, 2, 1, 11) * 1000);
  });

  test('leave a stamp of a daemon that names its zone, also where it equals the header', () => {
    const text = '<14>Mar  1 12:00:01 c01 rabbit: 2026-03-01 12:00:01.000000+00:00 [info] <0.1.0> hi';
    expect(new Listener(undefined, { c01: '-02:00' }).hear(0, { text }).time).toBe(Date.UTC(2026, 2, 1, 12, 0, 1) * 1000);
  });

  test('stamps that say their zone are not touched', () => {
    const listener = new Listener(undefined, CONFIGURED);
    const record = listener.hear(0, { text: '<14>1 2026-03-01T12:00:01.000+01:00 c01 nova-api 1 - - hi' });
    expect(record.time).toBe(Date.UTC(2026, 2, 1, 11, 0, 1) * 1000);
  });
});

describe('texts that no form writes follow the zone of their host', () => {
  const NINE_US = Date.UTC(2024, 4, 2, 9) * 1000;
  test.each([
    ['a header of Cisco’s', '<189>105: c01: May  2 2024 10:00:00: %SYS-5-CONFIG_I: text', NINE_US],
    ['a header that names its zone', '<189>105: c01: May  2 2024 10:00:00 UTC: %SYS-5-CONFIG_I: text', NINE_US + 60 * MINUTE_US],
    ['a header with an ISO stamp without a zone', '<13>2024-05-02 10:00:00 c01 app: text', NINE_US],
    ['a header of RFC 5424 without a zone', '<13>1 2024-05-02T10:00:00 c01 app - - - text', NINE_US],
    [
      'oslo’s Fluent formatter',
      '<13>1 - c01 nova - - - {"message": "m", "time": "2024-05-02 10:00:00", "name": "nova.x", "level": "INFO"}',
      NINE_US,
    ],
    [
      'oslo’s JSON formatter, which says the moment',
      '<13>1 - c01 nova - - - {"message": "m", "asctime": "2024-05-02 10:00:00", "created": 1714644000.5, "name": "nova.x", "levelname": "INFO"}',
      NINE_US + 60 * MINUTE_US + SECOND_US / 2,
    ],
    [
      'oslo behind Apache’s stamp',
      '<13>1 - c01 k - - - 2024-05-02 10:00:00.000001 2024-05-02 10:00:00.000 7 INFO keystone.x [-] text',
      NINE_US,
    ],
    [
      'oslo in Apache’s error log',
      '<13>1 - c01 k - - - [Thu May 02 10:00:00 2024] [:error] [pid 7] 2024-05-02 10:00:00.000 7 INFO keystone.x [-] m',
      NINE_US,
    ],
    ['a line of no known format', '<13>1 - c01 app - - - 2024-05-02 10:00:00,000 - x - INFO - text', NINE_US],
    ['one that names its zone', '<13>1 - c01 app - - - 2024-05-02 10:00:00 +0000 [info]: text', NINE_US + 60 * MINUTE_US],
    ['eventlet’s access line', '<13>1 - c01 app - - - 10.0.0.1 - - [02/May/2024 10:00:00] "GET / HTTP/1.1" 200 1 0.1', NINE_US],
    [
      'uwsgi’s',
      '<13>1 - c01 app - - - [pid: 8|app: 0|req: 1/1] 10.0.0.1 () {3 vars in 6 bytes} [Thu May  2 10:00:00 2024] GET / => x',
      NINE_US,
    ],
    ['a context that no form describes', '<13>1 - c01 nova - - - 2024-05-02 10:00:00.000 7 INFO nova.x [req-1 a b c] text', NINE_US],
  ])('%s', (_name, text, timeUs) => {
    expect(new Listener(undefined, { c01: '+01:00' }).hear(60, { text }).time).toBe(timeUs);
  });
});
