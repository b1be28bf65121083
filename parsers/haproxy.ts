/**
 * haproxy: access lines (tcplog, httplog, httpslog), state of servers, its start. The text stays the message; the level words of its start and,
 * without a syslog header, the moment of accepting are read. Not here: the request (marks-http.ts). Source: haproxy's default log formats.
 */
import type { LogRecord } from '../src/model.ts';
import { setAccessTime } from './access.ts';
import { daemonLevel } from './levels.ts';
import { named } from './named.ts';
import { stampAt } from './stamps.ts';

/** `[NOTICE] 034/093834 (23543) : New worker`, since 2.4 `[WARNING]  (7) : text`. */
const LEVEL = /\[(ALERT|WARNING|NOTICE|INFO|DEBUG)\] {1,4}(?:\d{3}\/\d{6} )?\(\d{1,9}\) : /y;
/** An IPv6 address and a port stand before the date. */
const DATE_WITHIN_CHARS = 60;

function more(text: string, at: number, record: LogRecord): void {
  LEVEL.lastIndex = at;
  const word = text.charCodeAt(at) === 91 ? LEVEL.exec(text)?.[1] : undefined;
  if (word !== undefined) record.level = daemonLevel(word);
  const open = text.indexOf(' [', at);
  if (open >= 0 && open - at < DATE_WITHIN_CHARS && stampAt('access', text, open + 2)) setAccessTime(record);
}

export const haproxy = named({
  name: 'haproxy',
  say: 'access lines (tcplog, httplog, httpslog), states of servers',
  programs: ['haproxy', 'haproxy-systemd-wrapper'],
  samples: [
    'Feb 25 16:20:12 192.168.4.2 haproxy[7]: 87.183.41.77:50186 [25/Feb/2019:16:20:11.910] prod_http_in~ bk_ktest_kt/nginx_sonst 0/0/0/236/236 200 4586 - - ---- 4/4/3/3/0 0/0 {Mozilla/5.0} {} "GET /portal/?Script=934&lehrer=77798 HTTP/1.1"',
    'Feb 25 16:20:15 192.168.4.2 haproxy[7]: 95.216.197.33:56224 [25/Feb/2019:16:20:10.111] prod_http_in/sktst2: SSL handshake failure',
    'Feb 25 16:19:38 192.168.4.2 haproxy[1]: Proxy prod_http_in started.',
    'Feb  4 09:38:34 ctl1 haproxy[23543]: [NOTICE] 034/093834 (23543) : New worker #1 (23544) forked',
  ],
  more,
});
