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
import { openDays } from '../../src/store/days.ts';

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
