/**
 * HTTP access lines: method, path, status, bytes, seconds. Servers only: look-alikes that clients write
 * (urllib3, keystoneclient) are told by their logger. Part of marks.ts.
 *
 * Invariant: anchored patterns of bounded repetition over the first part of the text, so linear. Source:
 * the format strings of swift, eventlet, nova and oslo.service, requestlog, uwsgi, Apache, nginx, haproxy.
 * Blocks keep sums of what is told here: raise ENDPOINT_RULES (src/store/endpoint-sums.ts) when a line becomes something else.
 */
import type { HttpAccess, LogRecord } from '../src/model.ts';

/** An access line is one line; URLs of more than this are attacks. */
const LINE_CHARS_MAX = 16_384;

/**
 * `1.2.3.4,5.6.7.8 - - [date] "GET /path HTTP/1.1" 200 123 0.01`, with more clients or a virtual host in front, and nova's
 * `1.2.3.4 "…" status: 200 len: 123 time: 0.01`. Words before the quote without a date are prose.
 */
const QUOTED =
  /^(?:[^\s"[]{1,200} ){1,12}?(?:\[[^\]]{1,40}\] )?"([A-Z]{3,10}) ([^\s"]{1,8192})(?: HTTP\/[\d.]{1,3})?"(?: status:)? (\d{1,3})(?: {1,2}len:)? ?(\d{1,15}|-)?(.{0,200})/;
const DATED = /^(?:[^\s"[]{1,200} ){2,12}\[/;
const TIME = /(?:^|\s)time: (\d{1,9}(?:\.\d{1,9})?)/;
const SECONDS = /^ (\d{1,9}\.\d{1,9})(?:\s|$)/;
/** Microseconds: kolla's Apache behind the size, devstack's at the end. */
const MICROS = /^ (\d{1,15}) "/;
const MICROS_LAST = / (\d{1,15})\(us\)$/;
/** Referer, txn, agent, then seconds: the tail of swift's storage servers. */
const STORAGE_TAIL = /" (\d{1,9}\.\d{4})(?: |$)/;

const UWSGI =
  /^\[pid: \d{1,10}\|app: [^\]]{1,60}\] .{0,400}?\] ([A-Z]{3,10}) (\S{1,8192}) => generated (\d{1,15}) bytes (?:via \w{1,20}\(\) )?in (\d{1,12}) (msecs|micros) \([^)\s]{1,10} (\d{3})\)/;

/** haproxy's httplog and httpslog: timers, of which the last is the whole in milliseconds, status, bytes; a `+` says that it was logged before its end. */
const HAPROXY =
  /^\S{1,80} \[[^\]]{1,40}\] \S{1,200} \S{1,200} (?:-?\d{1,12}\/){4}\+?(-?\d{1,12}) (\d{3}) \+?(\d{1,15}) [^"]{0,8192}"([A-Z]{3,10}) ([^\s"]{1,8192})/;

/** Fields of swift's proxy access line, counted from the date. */
const PROXY_DATE = /^\d{2}\/[A-Z][a-z]{2}\/\d{4}\/\d{2}\/\d{2}\/\d{2}$/;

export function httpOf(record: LogRecord): HttpAccess | undefined {
  const { message } = record;
  if (record.logger !== undefined && /(?:connectionpool|client|session|urllib3)/.test(record.logger)) return undefined;
  const newline = message.indexOf('\n');
  // rsyslog's %msg% begins with a space of its own; in RFC 5424 it comes with the text.
  const line = message.slice(0, newline < 0 ? LINE_CHARS_MAX : Math.min(newline, LINE_CHARS_MAX)).trimStart();
  if (record.format === 'swift' && !line.includes('"')) return proxyLine(line);
  if (record.format === 'haproxy') return haproxy(line);
  if (line.includes('"')) return quoted(line);
  return line.startsWith('[pid: ') ? uwsgi(line) : undefined;
}

function access([method, path, status, bytes]: readonly (string | undefined)[]): HttpAccess {
  const http: HttpAccess = { method: method!, path: path!, status: Number(status) };
  if (bytes !== undefined && /^\d+$/.test(bytes)) http.bytes = Number(bytes);
  return http;
}

function quoted(line: string): HttpAccess | undefined {
  const match = QUOTED.exec(line);
  if (match === null) return undefined;
  const [whole, method, path, status, bytes, tail = ''] = match;
  // One client, then the quote; more words only with a date behind them.
  if (line.indexOf('"') !== line.indexOf(' ') + 1 && !DATED.test(line)) return undefined;
  const http = access([method, path, status, bytes]);
  const rest = tail + line.slice(whole.length);
  const seconds = TIME.exec(rest) ?? SECONDS.exec(tail) ?? STORAGE_TAIL.exec(rest);
  const micros = seconds === null ? (MICROS.exec(tail) ?? MICROS_LAST.exec(rest)) : null;
  if (seconds !== null) http.duration = Number(seconds[1]);
  else if (micros !== null) http.duration = Number(micros[1]) / 1e6;
  return http;
}

function haproxy(line: string): HttpAccess | undefined {
  const match = HAPROXY.exec(line);
  if (match === null) return undefined;
  const [, total, status, bytes, method, path] = match;
  const http = access([method, path, status, bytes]);
  // -1: the request was aborted before that.
  if (!total!.startsWith('-')) http.duration = Number(total) / 1000;
  return http;
}

function uwsgi(line: string): HttpAccess | undefined {
  const match = UWSGI.exec(line);
  if (match === null) return undefined;
  const [, method, path, bytes, time, unit, status] = match;
  return { ...access([method, path, status, bytes]), duration: Number(time) / (unit === 'msecs' ? 1e3 : 1e6) };
}

/** `client remote date METHOD path protocol status referer agent token received sent etag txn headers seconds …` */
function proxyLine(line: string): HttpAccess | undefined {
  const fields = line.split(' ', 24);
  const date = fields.findIndex((field, index) => index < 4 && PROXY_DATE.test(field));
  const [method, path, , status] = fields.slice(date + 1);
  if (date < 0 || method === undefined || path === undefined || status === undefined || !/^\d{1,3}$/.test(status)) return undefined;
  const http = access([method, path, status, fields[date + 9]]);
  const seconds = fields[date + 13];
  if (seconds !== undefined && /^\d{1,9}\.\d{1,9}$/.test(seconds)) http.duration = Number(seconds);
  return http;
}
