/**
 * The exception of a record: class, text, the innermost frame of the service's own code, and what began it. Reads
 * tracebacks of Python, chained ones and groups, those that a remote service sent as the repr of a list; without a
 * traceback, the summary that oslo.log puts at the end of a line. Part of marks.ts.
 *
 * Invariant: of several tracebacks the one raised last counts, its cause is the first of its chain; patterns are anchored
 * per line and bounded, so linear. Source: Python's traceback module, oslo.log's formatter, oslo.messaging's RemoteError.
 */
import type { ExceptionMark, LogRecord } from '../src/model.ts';
import { isOwnFile } from './marks-frame.ts';

const HEAD = 'Traceback (most recent call last):';
/** A traceback of more lines than this is cut in the middle by somebody. */
const LINES_MAX = 20_000;
const LINE_CHARS_MAX = 2200;
/** Text behind this is not read: somebody logs megabytes. */
const TEXT_CHARS_MAX = 512 * 1024;

/** Trees of exception groups draw their margin: `  | `, `  + `. */
const GROUP_MARGIN = /^ {2,80}[|+] ?(?=\S)/;
const FRAME = /^[ \t|+]{0,80}File "([^"]{1,500})", line (\d{1,7}), in (\S{1,200})/;
const RAISED = /^((?:[A-Za-z_]\w{0,80}\.){0,8}[A-Za-z_]\w{0,120})(?:: ?(.*))?$/s;
const CHAINED = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** How oslo.messaging names what the other side raised. */
const REMOTE = /^Remote error: ((?:[A-Za-z_]\w{0,80}\.){0,8}[A-Za-z_]\w{0,120})(?: (.*))?$/s;
const REMOTE_SUFFIX = /_Remote(?=\.|$)/g;
/** `…: ConnectionRefusedError: [Errno 111] …` at the end, `Unhandled error: X: …` of a crash. */
const SUMMARY =
  /(?:^|: )((?:[A-Za-z_]\w{0,80}\.){0,8}(?:[A-Z]\w{0,100}(?:Error|Exception|Timeout|NotFound|Failure|Unauthorized|Forbidden|Conflict|Refused|Invalid|Exists|Interrupt|Exit)\w{0,40}|Unauthorized|Forbidden|NotFound|Timeout))(?:: (.{0,2000}))?$/;

interface Raised {
  class: string;
  message: string | undefined;
  frames: readonly string[];
}

export function exceptionOf(record: LogRecord): ExceptionMark | undefined {
  return foundIn(record)?.mark;
}

/** The frames are `file:line function`, outermost first; none without a traceback. */
export interface Found {
  readonly mark: ExceptionMark;
  readonly frames: readonly string[];
}

/** The exception with its traceback. */
export function foundIn(record: LogRecord): Found | undefined {
  const { message, level } = record;
  const at = message.indexOf(HEAD);
  if (at >= 0 && at < TEXT_CHARS_MAX) {
    const found = ofTracebacks(message.slice(at, TEXT_CHARS_MAX), message, at);
    if (found !== undefined) return found;
  }
  if (level !== 'ERROR' && level !== 'CRITICAL' && level !== 'WARNING' && level !== 'TRACE') return undefined;
  // A block whose first lines are lost: its frames and its end are there.
  const frame = at < 0 ? message.indexOf('  File "') : -1;
  return (frame < 0 ? undefined : ofLines(message.slice(frame, TEXT_CHARS_MAX).split('\n', LINES_MAX), [])) ?? ofSummary(message);
}

function ofTracebacks(text: string, message: string, at: number): Found | undefined {
  const isList = message[at - 1] === "'" || message[at - 1] === '"';
  return ofLines((isList ? linesOfList(text) : text).split('\n', LINES_MAX));
}

/** `['Traceback …:\n', u'  File …', …]` as the lines it is made of. */
function linesOfList(text: string): string {
  return text.replace(/\\n(?:['"](?:, u?['"]|\]))?/g, '\n');
}

/** Where the reading is: outside of tracebacks, among frames. */
function ofLines(lines: readonly string[], begun?: string[]): Found | undefined {
  let chain: Raised[] = [];
  let isChained = false;
  let frames = begun;
  for (const whole of lines) {
    const line = whole.length > LINE_CHARS_MAX ? whole.slice(0, LINE_CHARS_MAX) : whole;
    if (line.includes(HEAD) && (frames === undefined || !isListed(line))) frames = [];
    else if (frames === undefined) isChained ||= CHAINED.test(line.replace(GROUP_MARGIN, ''));
    else {
      const raised = raisedBy(line, frames);
      if (raised === undefined) continue;
      chain = isChained ? [...chain, raised] : [raised];
      isChained = false;
      frames = undefined;
    }
  }
  const last = chain.at(-1);
  return last === undefined ? undefined : markOf(last, chain[0]!);
}

/** The traceback of a remote service, quoted in the text of the exception. */
function isListed(line: string): boolean {
  const quote = line[line.indexOf(HEAD) - 1];
  return quote === "'" || quote === '"';
}

/** What the line behind the frames says was raised; frames are gathered meanwhile. */
function raisedBy(line: string, frames: string[]): Raised | undefined {
  const frame = FRAME.exec(line);
  if (frame !== null) {
    frames.push(`${frame[1]}:${frame[2]} ${frame[3]}`);
    return undefined;
  }
  const text = line.replace(GROUP_MARGIN, '');
  // Source lines and caret markers are indented; the exception stands at the margin, behind the last frame.
  if (frames.length === 0 || text === '' || text.startsWith(' ') || text.startsWith('\t')) return undefined;
  const raised = RAISED.exec(text);
  return raised === null ? undefined : { class: raised[1]!, message: raised[2], frames };
}

function culpritOf(frames: readonly string[]): string | undefined {
  return (
    frames.findLast((frame) => isOwnFile(frame) === 'own') ?? frames.findLast((frame) => isOwnFile(frame) === 'other') ?? frames.at(-1)
  );
}

function markOf(last: Raised, first: Raised): Found {
  const exception: ExceptionMark = { class: last.class.replace(REMOTE_SUFFIX, '') };
  if (last.message) exception.message = last.message;
  const culprit = culpritOf(last.frames);
  if (culprit !== undefined) exception.culprit = culprit;
  const cause = first === last ? remoteCause(last.message) : first;
  if (cause !== undefined) {
    exception.cause = { class: cause.class.replace(REMOTE_SUFFIX, '') };
    if (cause.message) exception.cause.message = cause.message;
  }
  return { mark: exception, frames: last.frames };
}

function remoteCause(message: string | undefined): { class: string; message: string | undefined } | undefined {
  const remote = message?.startsWith('Remote error: ') ? REMOTE.exec(message) : null;
  return remote === null ? undefined : { class: remote[1]!, message: remote[2] };
}

/** At the end of the first line; on the line behind it, when the message itself ended in a newline. */
function ofSummary(message: string): Found | undefined {
  const newline = message.indexOf('\n');
  const first = newline < 0 ? message : message.slice(0, newline);
  const second = newline < 0 || !message.startsWith(': ', newline + 1) ? '' : message.slice(newline + 1).split('\n', 1)[0]!;
  const match = SUMMARY.exec(tailOf(second)) ?? SUMMARY.exec(tailOf(first));
  if (match === null) return undefined;
  const raised: Raised = { class: match[1]!, message: match[2], frames: [] };
  return markOf(raised, raised);
}

function tailOf(line: string): string {
  // The dot: what is left of a word that was cut begins no line.
  return line.length > LINE_CHARS_MAX ? `.${line.slice(-LINE_CHARS_MAX)}` : line;
}
