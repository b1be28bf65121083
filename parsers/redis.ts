/**
 * Redis and valkey, where services keep locks and tokens: `1:M 02 May 2023 10:00:00.123 * Ready to accept connections`. The number is the
 * pid (1 in a container), the letter the role, the mark the level. Source: the server's serverLogRaw.
 */
import type { Level, LogRecord } from '../src/model.ts';
import { numberIn } from './header.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { stamp, stampAt, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const HEAD = /(\d{1,9}):([A-Z]) (?=\d\d [A-Z])/y;
const MARKS: Readonly<Record<string, Level>> = { '.': 'DEBUG', '-': 'DEBUG', '*': 'INFO', '#': 'WARNING' };

function read(text: string, at: number, record: LogRecord): number {
  const first = text.charCodeAt(at);
  if (!(first >= 48 && first <= 57)) return NOT_MINE;
  HEAD.lastIndex = at;
  const match = HEAD.exec(text);
  if (match === null || !stampAt('redis', text, HEAD.lastIndex)) return NOT_MINE;
  const mark = text[stamp.end + 1] ?? '';
  const level = MARKS[mark];
  if (level === undefined || text.charCodeAt(stamp.end) !== 32 || text.charCodeAt(stamp.end + 2) !== 32) return NOT_MINE;
  const [, digits, role] = match as unknown as [string, string, string];
  record.time = stamp.wall - record.zone * MINUTE_US;
  record.level = level;
  // In a container the relay's tag names another pid than the server does.
  record.pid ??= numberIn(digits, 0, digits.length);
  record.form = stampedForm(String(record.pid) === digits ? `%p:${role} ` : `${digits}:${role} `, ` ${mark} `);
  return stamp.end + 3;
}

export const redis: Body = {
  name: 'redis',
  say: 'Redis and valkey',
  samples: ['1:M 02 May 2023 10:00:00.123 * Ready to accept connections', '7:S 02 May 2023 10:00:01.004 # Connection with master lost.'],
  read,
};
