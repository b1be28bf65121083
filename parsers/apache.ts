/**
 * Apache's error log (horizon, keystone, nova, placement under mod_wsgi): `[Tue Mar 28 03:56:00.804140 2017] [core:notice] [pid 4343:tid …] text`,
 * in old servers `[Tue Mar 28 03:56:00 2017] [error] [client 10.0.0.1] text`. The module is the logger; where a service's own oslo line
 * follows, that one is read, and the text is kept raw.
 *
 * Source: httpd's default ErrorLogFormat. Not here: access lines (access.ts), the ErrorLogFormat `%{cu}t %M` (oslo-odd.ts).
 */
import type { LogRecord } from '../src/model.ts';
import { numberIn } from './header.ts';
import { interner } from './intern.ts';
import { daemonLevel } from './levels.ts';
import { oslo } from './oslo.ts';
import { type Body, NO_FORM_LOCAL, NOT_MINE } from './parser.ts';
import { stamp, stampAt, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const modules = interner(64);

const LEVEL = /\] \[(?:([a-z]\w{0,40})?:)?(emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\] /y;
const PROCESS = /(?:\[pid (\d{1,9})[^\]]{0,40}\] )?(?:\[(?:client|remote) [^\]]{1,80}\] )?/y;
const DJANGO = /(DEBUG|INFO|WARNING|ERROR|CRITICAL) ([a-z_]\w{1,60}(?:\.\w{1,60}){1,8}) /y;

function read(text: string, at: number, record: LogRecord): number {
  if (text.charCodeAt(at) !== 91 || text.charCodeAt(at + 4) !== 32 || !stampAt('ctime', text, at + 1)) return NOT_MINE;
  LEVEL.lastIndex = stamp.end;
  const match = LEVEL.exec(text);
  if (match === null) return NOT_MINE;
  const { wall, form } = stamp;
  const start = LEVEL.lastIndex;
  PROCESS.lastIndex = start;
  const [, pid] = PROCESS.exec(text)!;
  const [, module, level] = match as unknown as [string, string | undefined, string];
  // The text is this server's from here on. A service's own line may have no time (python's root format).
  record.time = wall - record.zone * MINUTE_US;
  if (pid !== undefined) record.pid ??= numberIn(pid, 0, pid.length);
  const inner = oslo.read(text, PROCESS.lastIndex, record);
  if (inner !== NOT_MINE) {
    record.form = `${record.form.startsWith('~') ? '~' : ''}${NO_FORM_LOCAL}`;
    return inner;
  }
  const django = djangoLine(text, PROCESS.lastIndex, record);
  if (django !== NOT_MINE) return django;
  record.level = daemonLevel(level);
  if (module !== undefined) record.logger = modules(module, 0, module.length);
  stamp.form = form;
  record.form = stampedForm('[', module === undefined ? match[0] : `] [%n:${level}] `);
  return start;
}

/** Horizon's own format, the words of python's level and logger: `INFO openstack_auth.forms Login successful`. */
function djangoLine(text: string, at: number, record: LogRecord): number {
  DJANGO.lastIndex = at;
  const match = DJANGO.exec(text);
  if (match === null) return NOT_MINE;
  record.level = daemonLevel(match[1]!);
  record.logger = modules(match[2]!, 0, match[2]!.length);
  record.form = NO_FORM_LOCAL;
  return DJANGO.lastIndex;
}

export const apache: Body = {
  name: 'apache',
  say: 'Apache’s error log, with a service’s own line in it (mod_wsgi)',
  samples: [
    '[Tue Oct 26 17:27:20.477742 2021] [proxy:error] [pid 29484:tid 140230740928256] (111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:8981 (localhost) failed',
    '[Tue Mar 28 03:56:00.804140 2017] [wsgi:error] [pid 4343:tid 139992054929536] [remote 10.0.0.7:52114] 2017-03-28 03:56:00.804 4343 INFO keystone.common.wsgi [req-328c2c0a-4b0f-44d1-9e0c-0c5d1b6a7e11 - - - - -] POST http://10.0.0.10:5000/v3/auth/tokens',
    '[Tue Mar 28 03:56:00.804140 2017] [wsgi:error] [pid 4343:tid 139992054929536] [remote 10.0.0.7:52114] INFO openstack_auth.forms Login successful for user "admin" using domain "default", remote address 10.0.0.7.',
    '[Fri May 02 09:15:02 2014] [error] [client 10.0.0.1] File does not exist: /var/www/favicon.ico',
  ],
  read,
};
