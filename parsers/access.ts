/**
 * Access lines of web servers in the common log format and its relatives: Apache (horizon, keystone, placement under mod_wsgi), nginx,
 * eventlet's without oslo in front, kolla's with a list of clients. The text stays the message; its time, which is that
 * of the request's beginning, counts where there is no header. Not here: method, path, status and so on (marks-http.ts, on reading).
 *
 * Invariant: known by its date in brackets with a quoted request behind it, near the beginning. Source: the servers' default formats.
 */
import type { LogRecord } from '../src/model.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { LOCAL_IN_TEXT } from './places.ts';
import { stamp, stampAt } from './stamps.ts';
import { MINUTE_US } from './time.ts';

/** Clients, identity and user stand before the date: a proxy's list of addresses may be long. */
const BRACKET_WITHIN_CHARS = 400;

function read(text: string, at: number, record: LogRecord): number {
  // `127.0.0.1 - - [` at least; the search ends at the next bracket, so that a text without any is passed over once.
  const open = text.indexOf('[', at);
  if (open < at + 6 || open - at > BRACKET_WITHIN_CHARS || text.charCodeAt(open + 3) !== 47 || text.charCodeAt(open + 7) !== 47)
    return NOT_MINE;
  if (!stampAt('access', text, open + 1) || !text.startsWith('] "', stamp.end)) return NOT_MINE;
  record.form = '';
  setAccessTime(record);
  return at;
}

/** The beginning of a request: the time of the line where no header says when it was written. */
export function setAccessTime(record: LogRecord): void {
  if (record.headerTime !== undefined) return;
  record.time = stamp.wall - (stamp.offset ?? record.zone) * MINUTE_US;
  if (stamp.offset === undefined) record.form = LOCAL_IN_TEXT;
}

export const access: Body = {
  name: 'access',
  say: 'access lines of Apache, nginx and eventlet',
  samples: [
    '192.168.202.254 - - [20/Jul/2009:22:59:26 +0000] "GET /vmw/cgi/tramp HTTP/1.0" 200 134 "-" "gPXE/0.9.7"',
    '10.112.81.15 - - [15/Feb/2013:06:00:31 +0000] "-" 400 0 "-" "-"',
    '10.0.0.7, 10.0.0.2 - - [02/May/2023:10:00:00 +0200] "GET /dashboard/project/ HTTP/1.1" 200 5120 183211 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
    '10.0.0.7 - admin [02/May/2023 10:00:00] "GET /v3/projects HTTP/1.1" 200 419 0.020062',
  ],
  read,
};
