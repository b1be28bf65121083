/**
 * Numbers of access lines told from variables: whatever a server writes, and whatever numbers stand in it, the answer is that of the
 * whole record. Lines of each server that writes access lines, with odd numbers among the usual ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { marks, parse } from '../../parsers/index.ts';
import type { LogRecord } from '../../src/model.ts';
import { compile } from '../../src/query/match.ts';
import { parse as parseQuery } from '../../src/query/parse.ts';
import { DayFile } from '../../src/store/day-file.ts';
import { openDays } from '../../src/store/days.ts';
import { listDays } from '../../src/store/folder.ts';
import { slotMeasures } from '../../src/store/mark-measures.ts';
import { diceOf } from '../contract/records.ts';

const START_US = Date.UTC(2026, 10, 22, 9) * 1000;
const folder = mkdtempSync(join(tmpdir(), 'stacktrail-slots-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The usual, the smallest, the largest that marks take, and what they do not take whole. */
const STATUSES = ['200', '404', '500', '503', '99', '5', '1000', '2001'];
const BYTES = ['0', '7', '1893', '999999999999999', '12345678901234567'];
const SECONDS = ['0.0123', '2.5', '0.5', '31.7', '1234567890.5', '0.12345678901'];
const MILLIS = ['0', '12', '300', '5012'];

type Draw = (from: readonly string[]) => string;

const SERVERS: readonly ((draw: Draw, n: number) => string)[] = [
  (draw) =>
    `<134>Nov 22 09:00:00 ctl01 nova-api: 2026-11-22 09:00:00.123 2210 INFO nova.osapi_compute.wsgi.server [-] 10.0.0.7 "GET /v2.1/servers/detail HTTP/1.1" status: ${draw(STATUSES)} len: ${draw(BYTES)} time: ${draw(SECONDS)}`,
  (draw) =>
    `<134>Nov 22 09:00:00 ctl01 neutron-server: 2026-11-22 09:00:00.123 2210 INFO neutron.wsgi [-] 10.0.0.7,10.1.2.3 "POST /v2.0/ports HTTP/1.1" status: ${draw(STATUSES)}  len: ${draw(BYTES)} time: ${draw(SECONDS)}`,
  (draw) =>
    `<134>Nov 22 09:00:00 ctl01 glance-api: 2026-11-22 09:00:00.123 2210 INFO eventlet.wsgi.server [-] 10.0.0.7 - - [22/Nov/2026 09:00:00] "GET /v2/images HTTP/1.1" ${draw(STATUSES)} ${draw(BYTES)} ${draw(SECONDS)}`,
  (draw) =>
    `<134>Nov 22 09:00:00 ctl01 apache2[77]: 10.0.0.7 - - [22/Nov/2026:09:00:00 +0000] "GET /horizon/ HTTP/1.1" ${draw(STATUSES)} ${draw(BYTES)} "-" "Mozilla/5.0"`,
  (draw) =>
    `<134>Nov 22 09:00:00 ctl01 haproxy[77]: 10.0.0.7:4021 [22/Nov/2026:09:00:00.123] front back/ctl01 0/0/1/${draw(MILLIS)}/${draw(MILLIS)} ${draw(STATUSES)} ${draw(BYTES)} - - ---- 1/2/0/0/0 0/0 "GET /v3 HTTP/1.1"`,
  (draw) =>
    `<134>Nov 22 09:00:00 ctl01 keystone-wsgi-public: [pid: 4275|app: 0|req: 12/345] 10.0.0.7 () {64 vars in 1340 bytes} [Sun Nov 22 09:00:00 2026] POST /v3/auth/tokens => generated ${draw(BYTES)} bytes in ${draw(MILLIS)} msecs (HTTP/1.1 ${draw(STATUSES)}) 5 headers in 180 bytes (1 switches on core 0)`,
  (draw, n) =>
    `<134>Nov 22 09:00:00 ctl01 proxy-server: 10.0.0.7 10.0.0.8 22/Nov/2026/09/00/00 GET /v1/AUTH_a/c/o%3Fx HTTP/1.0 ${draw(STATUSES)} - swift tok - ${draw(BYTES)} - tx${n.toString(16).padStart(21, '0')}-0065f0a1b2 - ${draw(SECONDS)} - - 1.0 2.0 0`,
];

const QUERIES = [
  'status:>=500',
  'status:<100',
  'status:404',
  'status:5*',
  'status:/^2/',
  '-status:200',
  'bytes:>1000',
  'bytes:0',
  'bytes:<=7',
  'duration:>2',
  'duration:<0.05',
  'duration:0.5',
  'duration:>=0.012 duration:<=0.0123',
  'status:>999',
];

test('the answer is that of whole records, for every server and number', () => {
  let at = 0;
  const draw: Draw = (from) => {
    at = (at * 48_271 + 11) % 2_147_483_647;
    return from[at % from.length]!;
  };
  const records: LogRecord[] = [];
  for (let n = 0; n < 2100; n++) {
    const text = SERVERS[n % SERVERS.length]!(draw, n);
    records.push(parse(text, { received: START_US + n * 1000, transport: 'tcp', peer: '10.0.0.1', zone: 0 }));
  }
  const store = openDays({ folder, nowUs: () => START_US });
  const stored = store.append(records).records;
  store.flush();
  for (const text of QUERIES) {
    const filter = parseQuery(text);
    const matches = compile(filter, marks);
    const want = stored.filter(matches).map(({ seq }) => seq);
    const found = store.search({ filter, limit: 5000, direction: 'forward' }).records.map(({ seq }) => seq);
    expect(
      found.sort((a, b) => a - b),
      text,
    ).toEqual(want);
  }
  // They do find something: a test over nothing would prove nothing.
  for (const text of QUERIES.slice(0, 12)) expect(stored.filter(compile(parseQuery(text), marks)).length, text).toBeGreaterThan(10);
  store.close();
});

/** What a cloud writes, each server with numbers of its own; paths with ids, ports and versions that come in all lengths. */
const REGULAR: Readonly<Record<string, (dice: ReturnType<typeof diceOf>) => string>> = {
  nova: (dice) =>
    `<134>Nov 22 09:00:00 ctl01 nova-api: 2026-11-22 09:00:00.123 2210 INFO nova.osapi_compute.wsgi.server [-] 10.0.${dice.below(256)}.7 "GET /v2.1/servers/${dice.uuid()} HTTP/1.1" status: ${200 + dice.below(304)} len: ${dice.below(90_000)} time: ${dice.next().toFixed(7)}`,
  glance: (dice) =>
    `<134>Nov 22 09:00:00 ctl01 glance-api: 2026-11-22 09:00:00.123 2210 INFO eventlet.wsgi.server [-] 10.0.0.7 - - [22/Nov/2026 09:00:${10 + dice.below(50)}] "GET /v2/images/${dice.hex(8)} HTTP/1.1" ${dice.pick(['200', '404', '503'])} ${dice.below(9000)} ${(dice.next() * 40).toFixed(6)}`,
  apache: (dice) =>
    `<134>Nov 22 09:00:00 ctl01 apache2[77]: 10.0.0.7 - - [22/Nov/2026:09:00:00 +0000] "GET /horizon/${dice.hex(3)}7 HTTP/1.1" 200 ${dice.below(1e6)} "-" "Mozilla/5.0"`,
  haproxy: (dice) =>
    `<134>Nov 22 09:00:00 ctl01 haproxy[77]: 10.0.0.7:${dice.below(65_536)} [22/Nov/2026:09:00:00.123] front back/ctl01 0/0/1/${dice.below(900)}/${dice.below(5000)} ${200 + dice.below(300)} ${dice.below(70_000)} - - ---- 1/2/0/0/0 0/0 "GET /v3 HTTP/1.1"`,
  keystone: (dice) =>
    `<134>Nov 22 09:00:00 ctl01 keystone-wsgi-public: [pid: ${dice.below(32_768)}|app: 0|req: ${dice.below(99)}/345] 10.0.0.7 () {64 vars in 1340 bytes} [Sun Nov 22 09:00:00 2026] POST /v3/auth/tokens => generated ${dice.below(7000)} bytes in ${dice.below(800)} msecs (HTTP/1.1 ${dice.pick(['201', '401'])}) 5 headers in 180 bytes (1 switches on core 0)`,
  swift: (dice) =>
    `<134>Nov 22 09:00:00 ctl01 proxy-server: 10.0.0.7 10.0.0.8 22/Nov/2026/09/00/00 GET /v1/AUTH_a/c/o${dice.below(4000)} HTTP/1.0 ${dice.pick(['200', '404'])} - swift tok - ${dice.below(5e6)} - tx${dice.hex(21)}-0065f0a1b2 - ${dice.next().toFixed(4)} - - 1.0 2.0 0`,
  prose: (dice) => `<134>Nov 22 09:00:00 ctl01 nova-api: waited ${dice.below(9000)} "GET" status: 200 len: ${dice.below(99)} time: 0.5`,
  // Its logger says that a client wrote it.
  client: (dice) =>
    `<134>Nov 22 09:00:00 ctl01 nova-compute: 2026-11-22 09:00:00.123 2210 INFO urllib3.connectionpool [-] 10.0.0.7 "GET /v2.1 HTTP/1.1" status: ${200 + dice.below(304)} len: ${dice.below(900)} time: ${dice.next().toFixed(7)}`,
};

/** Some come now and then only, so that a block has both. */
const ODD = ['1000', '99', '007', '12345678901234567', '9999999999.5', '1.5.3', '0x1f', '-'];

test.each<[name: string, oddShare: number, toldShare: number]>([
  ['usual numbers', 0, 0.6],
  ['now and then an odd one', 0.002, 0],
])('%s of whole shapes are those of whole records', (name, oddShare, toldShare) => {
  const dice = diceOf(11);
  const inFolder = join(folder, name);
  const store = openDays({ folder: inFolder, nowUs: () => START_US });
  const records = Array.from({ length: 8000 }, (_, n) => {
    let text = dice.pick(Object.values(REGULAR))(dice);
    if (dice.next() < oddShare) text = text.replace(/\d+(?!.*\d)|(?<=status: )\d+|(?<=" )\d+/, dice.pick(ODD));
    return parse(text, { received: START_US + n * 1000, transport: 'tcp', peer: '10.0.0.1', zone: 0 });
  });
  store.append(records);
  store.flush();
  const file = new DayFile(join(inFolder, listDays(inFolder)[0]!.file), 'read');
  let [told, numbers] = [0, 0];
  for (const row of file.blocks()) {
    const block = file.block(row);
    for (const measure of ['status', 'bytes', 'duration'] as const) {
      const read = slotMeasures(measure, block);
      for (let index = 0; index < block.count; index++) {
        const value = read(index);
        if (value === undefined) continue;
        const want = marks(block.record(index), 'http').http?.[measure];
        expect(value, block.message(index)).toBe(want ?? Number.NaN);
        told++;
        if (want !== undefined) numbers++;
      }
    }
  }
  expect(told / 3 / 8000).toBeGreaterThan(toldShare);
  if (oddShare === 0) expect(numbers / 3 / 8000).toBeGreaterThan(0.5);
  file.close();
  store.close();
});
