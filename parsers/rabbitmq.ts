/**
 * RabbitMQ: `2022-02-04 09:52:20.868 [info] <0.8.0> text` (3.7 and 3.8), the same with microseconds and a zone (from 3.9), and
 * until 3.6 `=ERROR REPORT==== 7-Jun-2015::03:42:28 ===` with the text in the lines that follow.
 *
 * The Erlang process stays in the message: it is what tells one connection's lines. A report line that came without its text is kept as it is.
 * Source: the broker's own formats (error_logger, lager, its console and file handlers).
 */
import type { LogRecord } from '../src/model.ts';
import { daemonLevel } from './levels.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { isoStamp, stamp, stampAt, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const LEVEL =
  / \[(debug|info|notice|warning|error|critical|alert|emergency)\] (?=<\d{1,10}\.\d{1,10}\.\d{1,10}>|emulator | ?lager_file_backend )/y;
const REPORT = /=(INFO|WARNING|ERROR|CRASH|SUPERVISOR|PROGRESS) REPORT==== /y;
const REPORT_LEVELS: Readonly<Record<string, LogRecord['level']>> = {
  INFO: 'INFO',
  PROGRESS: 'INFO',
  WARNING: 'WARNING',
  ERROR: 'ERROR',
  CRASH: 'ERROR',
  SUPERVISOR: 'ERROR',
};
const REPORT_END = ' ===';

function read(text: string, at: number, record: LogRecord): number {
  const first = text.charCodeAt(at);
  if (first === 61) return report(text, at, record);
  if (!(first >= 48 && first <= 57) || text.charCodeAt(at + 10) !== 32 || !isoStamp(text, at)) return NOT_MINE;
  LEVEL.lastIndex = stamp.end;
  const match = LEVEL.exec(text);
  if (match === null) return NOT_MINE;
  setTime(record);
  record.level = daemonLevel(match[1]!);
  record.form = stampedForm('', ` [${match[1]}] `);
  return LEVEL.lastIndex;
}

function report(text: string, at: number, record: LogRecord): number {
  REPORT.lastIndex = at;
  const match = REPORT.exec(text);
  if (match === null || !stampAt('report', text, REPORT.lastIndex) || !text.startsWith(REPORT_END, stamp.end)) return NOT_MINE;
  record.level = REPORT_LEVELS[match[1]!];
  const end = stamp.end + REPORT_END.length;
  const behind = text.startsWith('\n', end) ? '%l' : text.startsWith('#012', end) ? '#012' : undefined;
  if (behind === undefined) {
    // A relay's stamp knows the zone better than this line, which stays the message.
    if (record.headerTime === undefined) setTime(record);
    record.form = '';
    return at;
  }
  setTime(record);
  record.form = stampedForm(match[0], `${REPORT_END}${behind}`);
  return end + (behind === '%l' ? 1 : 4);
}

function setTime(record: LogRecord): void {
  record.time = stamp.wall - (stamp.offset ?? record.zone) * MINUTE_US;
}

export const rabbitmq: Body = {
  name: 'rabbitmq',
  say: 'reports until 3.6, lines since 3.7',
  samples: [
    '2022-02-04 09:52:57.780 [info] <0.258.0> ra: meta data store initialised. 0 record(s) recovered',
    '2025-01-01 02:35:35.906159+00:00 [error] <0.20881.847> operation none caused a channel exception precondition_failed: delivery acknowledgement on channel 1 timed out.',
    '=ERROR REPORT==== 7-Jun-2015::03:42:28 ===\nclosing AMQP connection <0.9012.1> (10.0.0.5:40512 -> 10.0.0.2:5672):\n{heartbeat_timeout,running}',
    '=INFO REPORT==== 12-Nov-2014::23:00:01 ===',
  ],
  read,
};
