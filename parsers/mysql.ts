/**
 * MySQL and MariaDB: the error log of each generation, Galera's `WSREP:` lines with it.
 *
 *     2018-03-13T06:37:37.268209Z 0 [Warning] [MY-010068] [Server] text      MySQL from 5.7
 *     2023-01-02  3:04:05 0 [Note] WSREP: text                               MariaDB from 10.1, MySQL 5.6
 *     161109  9:25:42 [Warning] text, 161109 09:25:42 mysqld_safe text       before
 *     06:37:41 UTC - mysqld got signal 6 ;                                   a crash
 *
 * The thread and what follows it stay the message. Not here: the slow and the general log. Source: the servers' own formats.
 */
import type { LogRecord } from '../src/model.ts';
import { daemonLevel } from './levels.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { serviceOfProgram } from './service.ts';
import { isoStamp, stamp, stampAt, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

/** Behind a stamp of four digits' year: the thread and the level. */
const THREADED = / (?=\d{1,20} \[(Note|Warning|ERROR|System)\] )/y;
/** Behind a short one also the programs that write into the same file. */
const SHORT = / {1,2}(?=\[(Note|Warning|ERROR)\] |mysqld_safe |mysqld |InnoDB: |WSREP|Server )/y;
/** Without a stamp, where the program is known: journald and syslog_safe strip it. */
const BARE = /(?:\d{1,20} )?\[(Note|Warning|ERROR|System)\] /y;
const CRASH = /\d\d:\d\d:\d\d UTC - mysqld got (?:signal|exception) /y;

function read(text: string, at: number, record: LogRecord): number {
  const first = text.charCodeAt(at);
  const isDigit = first >= 48 && first <= 57;
  if (!isDigit && first !== 91) return NOT_MINE;
  const match = isDigit ? stamped(text, at) : null;
  if (match !== null) {
    record.time = stamp.wall - (stamp.offset ?? record.zone) * MINUTE_US;
    if (match[1] !== undefined) record.level = daemonLevel(match[1]);
    record.form = stampedForm('', match[0]);
    return stamp.end + match[0].length;
  }
  return withoutStamp(text, at, record);
}

function stamped(text: string, at: number): RegExpExecArray | null {
  const pattern = text.charCodeAt(at + 4) === 45 ? THREADED : SHORT;
  if (pattern === SHORT) {
    if (text.charCodeAt(at + 6) !== 32 || !stampAt('mysql', text, at)) return null;
  } else if (!(isoStamp(text, at) || stampAt('mariadb', text, at))) return null;
  pattern.lastIndex = stamp.end;
  return pattern.exec(text);
}

function withoutStamp(text: string, at: number, record: LogRecord): number {
  CRASH.lastIndex = at;
  BARE.lastIndex = at;
  const bare = record.program !== undefined && serviceOfProgram(record.program) === 'mysql' ? BARE.exec(text) : null;
  if (bare === null && !CRASH.test(text)) return NOT_MINE;
  record.level = bare === null ? 'CRITICAL' : daemonLevel(bare[1]!);
  record.form = '';
  return at;
}

export const mysql: Body = {
  name: 'mysql',
  say: 'error logs of MySQL and MariaDB of each generation, Galera',
  samples: [
    '2020-08-06T14:25:02.835618Z 0 [Note] [MY-012487] [InnoDB] DDL log recovery : begin',
    '2020-08-06T14:25:02.936146Z 0 [Warning] [MY-010068] [Server] CA certificate /var/mysql/sslinfo/cacert.pem is self signed.',
    '2023-01-02  3:04:05 0 [Note] WSREP: Shifting JOINED -> SYNCED (TO: 1205)',
    '2016-11-09 13:04:05 139637 [ERROR] WSREP: Failed to read from: wsrep_sst_rsync',
    '161109  9:25:42 [Warning] IP address 10.0.0.7 could not be resolved: Name or service not known',
    '161109 09:25:42 mysqld_safe Starting mysqld daemon with databases from /var/lib/mysql',
    '06:37:41 UTC - mysqld got signal 6 ;',
  ],
  read,
};
