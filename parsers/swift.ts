/**
 * Swift's lines: no time, level or pid in the text, but a transaction id, and in access lines a time in
 * GMT. Known by the program (proxy-server, object-server …); the text stays the message as it is.
 * Not here: the fields of access lines (marks-http.ts, on reading).
 *
 * Invariant: the text is never altered, the form is empty. Source: the services' own format strings (proxy_logging
 * 1.7.4 … 2.36, storage servers' access lines, transaction ids since 1.9.0).
 */
import type { LogRecord } from '../src/model.ts';
import { isDigit } from './header.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { serviceOfProgram } from './service.ts';
import { clockAt, isWall, monthAt, SECOND_US, wallOf } from './time.ts';

/** `tx` + 21 hex + `-` + 10 hex seconds + free suffix, or (until 1.8.0) `tx` + 32 hex. */
const TXN = /tx(?:[0-9a-f]{21}-[0-9a-f]{10}[^\s)"\],]{0,64}|[0-9a-f]{32}(?![0-9a-f]))/;
/** ` start end ` of proxy access lines since 1.11.0: epoch with nine digits. */
const END_TIME = / \d{10}\.\d{9} (\d{10})\.(\d{6})\d{3}(?: |$)/;

/** How far into the text the date of an access line may begin: behind two addresses. */
const DATE_WITHIN_CHARS = 120;

function read(text: string, at: number, record: LogRecord): number {
  if (record.program === undefined || serviceOfProgram(record.program) !== 'swift') return NOT_MINE;
  record.form = '';
  const txn = text.indexOf('tx', at);
  if (txn >= 0) {
    const match = TXN.exec(txn === at ? text.slice(at) : text.slice(txn));
    if (match !== null) record.request = match[0];
  }
  const time = accessTime(text, at);
  // A header of the same second knows its microseconds; the line does not.
  if (time !== undefined && Math.floor(record.time / SECOND_US) * SECOND_US !== time) record.time = time;
  return at;
}

/** UTC µs of `dd/Mon/yyyy/hh/mm/ss` (proxy) or `dd/Mon/yyyy:hh:mm:ss +0000` (storage) near the start. */
function accessTime(text: string, at: number): number | undefined {
  const slash = text.indexOf('/', at);
  if (slash < 0 || slash - at > DATE_WITHIN_CHARS) return undefined;
  const month = monthAt(text, slash + 1);
  if (month === 0 || text.charCodeAt(slash + 4) !== 47 || !isDigit(text.charCodeAt(slash - 1))) return undefined;
  const mark = text.charCodeAt(slash + 9);
  if (mark !== 47 && mark !== 58) return undefined;
  const clock = clockAt(text.slice(slash + 10, slash + 18).replaceAll('/', ':'), 0);
  const wall = wallOf({ year: Number(text.slice(slash + 5, slash + 9)), month, day: Number(text.slice(slash - 2, slash)) }, clock);
  if (!isWall(wall)) return undefined;
  if (mark === 58) return text.startsWith(' +0000]', slash + 18) ? wall : undefined;
  const end = END_TIME.exec(text.slice(slash));
  return end === null ? wall : Number(end[1]) * SECOND_US + Number(end[2]);
}

export const swift: Body = {
  name: 'swift',
  say: 'proxy, account, container and object servers, access lines of all versions',
  samples: [
    'proxy-server: 127.0.0.1 127.0.0.1 09/Jun/2014/15/41/42 HEAD /v1/AUTH_2023/glance HTTP/1.0 404 - client MIIVVgYJKoZI... - - - txa20e2bfc81d14cc7babd7-005395d5b6 - 0.2402 - - 1402328502.550486088 1402328502.790656090',
    'container-server: 127.0.0.1 - - [09/Jun/2014:15:41:42 +0000] "PUT /sdb1/154/AUTH_2023/glance" 201 - "-" "txf8fd3c035f524658baf48-005395d5b6" "proxy-server 32605" 0.0092 "-"',
    'proxy-server Remote IP: 203.0.113.68 (txn: tx0a1b2c3d4e5f60718293a4b5c6d7e8f9)',
    'object-server: Beginning replication run',
  ],
  read,
};
