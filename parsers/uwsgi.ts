/**
 * uwsgi's own request lines: `[pid: 88185|app: 0|req: 1/1] 127.0.0.1 () {38 vars in 696 bytes} [Sun Mar 13 22:49:12 2016] POST /path => …`.
 * The text stays the message; the worker's pid and, without a header's, the time are read. Not here: the request (marks-http.ts).
 *
 * Source: uwsgi's default log format. Its other lines (`*** Starting uWSGI …`) are plain text.
 */
import type { LogRecord } from '../src/model.ts';
import { numberIn } from './header.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { LOCAL_IN_TEXT } from './places.ts';
import { stamp, stampAt } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const HEAD = '[pid: ';
/** Client, user and counts stand between the head and the date. */
const DATE_WITHIN_CHARS = 400;

function read(text: string, at: number, record: LogRecord): number {
  if (text.charCodeAt(at) !== 91 || !text.startsWith(HEAD, at)) return NOT_MINE;
  const pidEnd = text.indexOf('|', at);
  const pid = pidEnd < 0 ? -1 : numberIn(text, at + HEAD.length, pidEnd);
  if (pid < 0 || !text.startsWith('|app: ', pidEnd)) return NOT_MINE;
  const date = text.indexOf('} [', pidEnd);
  if (date < 0 || date - at > DATE_WITHIN_CHARS || !stampAt('ctime', text, date + 3)) return NOT_MINE;
  record.form = '';
  record.pid ??= pid;
  if (record.headerTime !== undefined) return at;
  record.time = stamp.wall - record.zone * MINUTE_US;
  record.form = LOCAL_IN_TEXT;
  return at;
}

export const uwsgi: Body = {
  name: 'uwsgi',
  say: 'request lines of uwsgi',
  samples: [
    '[pid: 88185|app: 0|req: 1/1] 127.0.0.1 () {38 vars in 696 bytes} [Sun Mar 13 22:49:12 2016] POST /update_metrics => generated 47 bytes in 129 msecs (HTTP/1.1 200) 9 headers in 378 bytes (1 switches on core 3)',
  ],
  read,
};
