/**
 * The stamp, level and pid that most programs of which nothing is known put in front of their lines: `2023-05-02 10:00:00,123 - name - INFO - text`,
 * `2023-05-02 10:00:00 +0000 [warn]: text` (fluentd), `[2023-05-02 10:00:00 +0000] [7] [INFO] text` (gunicorn of the amphora agent, skyline's API).
 *
 * Part of plain.ts: the text stays the message and no known format. Invariant: only where no header said a time, so that a line of
 * a file counts at its own moment; a date within or behind other text is no stamp. Source: python's logging, the programs named.
 */
import type { LogRecord } from '../src/model.ts';
import { isDigit, isoStampAt, numberIn, stampEnd, stampOffset } from './header.ts';
import { daemonLevel } from './levels.ts';
import { LOCAL_IN_TEXT } from './places.ts';
import { isWall, MINUTE_US, NO_STAMP } from './time.ts';

const BRACKET = 91;
/** A zone behind a space. */
const ZONE = / ([+-])(\d\d):?(\d\d)(?=[\s\]:]|$)/y;
/** What may stand behind a stamp: not a letter, which would make it part of a name. */
const BEHIND = /[\s,:|\]-]|$/y;
const LEVEL = /\]?(?:[ :|,-]{1,3}\[(\d{1,9})\])?(?: - ([A-Za-z_][\w.]{0,99}) -)?[ :|,-]{1,3}(\[?)([A-Za-z]{3,9})(?=[ :|\],-]|$)/y;

export function readDate(text: string, at: number, record: LogRecord): void {
  if (record.headerTime !== undefined) return;
  const from = text.charCodeAt(at) === BRACKET ? at + 1 : at;
  if (!isDigit(text.charCodeAt(from))) return;
  const wall = isoStampAt(text, from);
  if (wall === NO_STAMP || !isWall(wall)) return;
  const zone = matchAt(ZONE, text, stampEnd);
  const end = zone === undefined ? stampEnd : ZONE.lastIndex;
  if (matchAt(BEHIND, text, end) === undefined) return;
  record.time = wall - (zone === undefined ? (stampOffset ?? record.zone) : minutesOf(zone)) * MINUTE_US;
  if (zone === undefined && stampOffset === undefined) record.form = LOCAL_IN_TEXT;
  const [, pid, logger, bracket, word] = matchAt(LEVEL, text, end) ?? [];
  const level = word !== undefined && (bracket !== '' || word === word.toUpperCase()) ? daemonLevel(word) : undefined;
  if (level === undefined) return;
  record.level = level;
  if (pid !== undefined) record.pid ??= numberIn(pid, 0, pid.length);
  if (logger !== undefined) record.logger = logger;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function minutesOf([, sign, hours, minutes]: RegExpExecArray): number {
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
