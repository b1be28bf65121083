/**
 * nginx's error log: `2023/05/02 10:00:00 [error] 29#29: *1 connect() failed …`. Process, thread and connection stay in the message.
 * Its access lines are in access.ts. Source: nginx's ngx_log.
 */
import type { LogRecord } from '../src/model.ts';
import { numberIn } from './header.ts';
import { daemonLevel } from './levels.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { stamp, stampAt, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const LEVEL = / \[(debug|info|notice|warn|error|crit|alert|emerg)\] (?=(\d{1,9})#\d{1,9}: )/y;

function read(text: string, at: number, record: LogRecord): number {
  if (text.charCodeAt(at + 4) !== 47 || text.charCodeAt(at + 7) !== 47 || !stampAt('nginx', text, at)) return NOT_MINE;
  LEVEL.lastIndex = stamp.end;
  const match = LEVEL.exec(text);
  if (match === null) return NOT_MINE;
  record.time = stamp.wall - record.zone * MINUTE_US;
  record.level = daemonLevel(match[1]!);
  record.pid ??= numberIn(match[2]!, 0, match[2]!.length);
  record.form = stampedForm('', match[0]);
  return LEVEL.lastIndex;
}

export const nginx: Body = {
  name: 'nginx',
  say: 'nginx’s error log',
  samples: [
    '2023/05/02 10:00:00 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.7, server: _, request: "GET /v3 HTTP/1.1", upstream: "http://10.0.0.2:5000/v3", host: "cloud.example.com"',
  ],
  read,
};
