/**
 * The exception of a record: class, text, and the innermost frame of its traceback; without a traceback,
 * the summary that oslo.log puts at the end of a line. Part of marks.ts.
 *
 * Invariant: of several chained tracebacks the last one counts (it is the one that was raised); patterns are
 * anchored per line and bounded, so linear. Source: Python's traceback module, oslo.log's formatter.
 */
import type { ExceptionMark, LogRecord } from '../src/model.ts';

const TRACEBACK = 'Traceback (most recent call last):';
/** A traceback of more lines than this is cut in the middle by somebody. */
const LINES_MAX = 20_000;

const FRAME = /^[ \t|+]{0,80}File "([^"]{1,500})", line (\d{1,7}), in (\S{1,200})/;
const RAISED = /^((?:[A-Za-z_][\w]{0,80}\.){0,8}[A-Za-z_]\w{0,120})(?:: (.*))?$/s;
/** `…: ConnectionRefusedError: [Errno 111] …` at the end, `Unhandled error: X: …` of a crash. */
const SUMMARY =
  /(?:^|: )((?:[A-Za-z_]\w{0,80}\.){0,8}[A-Z]\w{0,100}(?:Error|Exception|Timeout|NotFound|Failure|Unauthorized|Forbidden|Conflict|Refused|Invalid|Exists|Interrupt|Exit)\w{0,40})(?:: (.{0,2000}))?$/;
/** Where a summary is looked for: at the end of the first line. */
const SUMMARY_CHARS_MAX = 2200;

export function exceptionOf(record: LogRecord): ExceptionMark | undefined {
  const at = record.message.lastIndexOf(TRACEBACK);
  if (at >= 0) return ofTraceback(record.message.slice(at + TRACEBACK.length).split('\n', LINES_MAX));
  if (record.level !== 'ERROR' && record.level !== 'CRITICAL' && record.level !== 'WARNING' && record.level !== 'TRACE') return undefined;
  return ofSummary(record.message);
}

function ofTraceback(lines: readonly string[]): ExceptionMark | undefined {
  let culprit: string | undefined;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!;
    const frame = FRAME.exec(line);
    if (frame !== null) {
      culprit = `${frame[1]}:${frame[2]} ${frame[3]}`;
      continue;
    }
    // Source lines and caret markers are indented; the exception stands at the margin, behind the last frame.
    if (culprit === undefined || line === '' || line.startsWith(' ') || line.startsWith('\t')) continue;
    const raised = RAISED.exec(line.length > SUMMARY_CHARS_MAX ? line.slice(0, SUMMARY_CHARS_MAX) : line);
    return raised === null ? undefined : mark(raised[1]!, raised[2], culprit);
  }
  return undefined;
}

function ofSummary(message: string): ExceptionMark | undefined {
  const newline = message.indexOf('\n');
  const line = newline < 0 ? message : message.slice(0, newline);
  const match = SUMMARY.exec(line.length > SUMMARY_CHARS_MAX ? line.slice(-SUMMARY_CHARS_MAX) : line);
  return match === null ? undefined : mark(match[1]!, match[2], undefined);
}

function mark(name: string, message: string | undefined, culprit: string | undefined): ExceptionMark {
  const exception: ExceptionMark = { class: name };
  if (message !== undefined && message !== '') exception.message = message;
  if (culprit !== undefined) exception.culprit = culprit;
  return exception;
}
