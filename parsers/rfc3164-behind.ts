/**
 * What stands behind a stamp tells whose stamp it is: a header's (host and tag follow), or that of the line itself (oslo's pid and level, a
 * daemon's thread, prose). Part of rfc3164.ts. Invariant: without a PRI prose never becomes a host, so an ISO date alone makes no header.
 *
 * Source: rsyslog's file formats (ISO with a zone, host, tag), oslo's `%(isotime)s`, MySQL's and Ceph's lines, files of programs that nobody knows.
 */
import { isDigit } from './header.ts';
import { LEVEL_WORDS, levelWordAt } from './levels.ts';
import { NO_TAG, nameEnd, tagAt } from './rfc3164-tag.ts';
import { dateAt } from './time.ts';

/** Longest pid, in digits. */
const PID_CHARS_MAX = 10;

/** `[PID ]LEVEL ` at `at`: a line of oslo whose stamp is in front of it; neither is a host. */
export function isLevelAt(text: string, at: number): boolean {
  let from = at;
  while (from < at + PID_CHARS_MAX && isDigit(text.charCodeAt(from))) from++;
  if (from > at && text.charCodeAt(from++) !== 32) return false;
  const word = levelWordAt(text, from);
  return word >= 0 && text.charCodeAt(from + LEVEL_WORDS[word]!.word.length) === 32;
}

/** devstack's colour stands between stamp and level: ESC, or what rsyslog makes of it. */
function isColour(text: string, at: number): boolean {
  return text.charCodeAt(at) === 27 || text.startsWith('#033[', at);
}

/** Is `YYYY-MM-DD hh:mm:ss`, which ends at `end`, the stamp of a body (oslo's pid or level follows) rather than of a header? */
export function isBodyStamp(text: string, end: number): boolean {
  let at = end;
  while (text.charCodeAt(at) === 32) at++;
  return isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === 91 || isColour(text, at) || isLevelAt(text, at);
}

/** Behind the stamp of a daemon's own line, where a header would have its host: MySQL's thread and level, Ceph's thread and number. */
const DAEMON = / (?:\d{1,20} \[[A-Z]|[0-9a-f]{8,16} (?:[ -]\d|\d\d) )/y;
const HOST = /[A-Za-z0-9](?:[\w.:/-]{0,253}\w)? {1,2}/y;
/** Program, pid, message id and the beginning of structured data: RFC 5424 in a file, where the PRI is left out. */
const WITHOUT_PRI = /[A-Za-z][\w./-]{0,47} (?:\d{1,9}|-) [\w.-]{1,32} (?:[-[]| )/y;
/** What tells a host from a word, where the stamp is not one of rsyslog's. */
const HOST_MARK = /[\d.-]/;

/** Do host and tag, a host and a date, or (behind rsyslog's stamp, which names its zone) a tag alone follow the stamp that ends at `end`? */
export function isHeaderBehind(text: string, end: number, zoned: boolean): boolean {
  const at = end + 1;
  if (dateAt(text, at)) return true;
  if (matches(DAEMON, text, end)) return false;
  if (isLevelAt(text, at)) return true;
  HOST.lastIndex = at;
  const host = HOST.exec(text)?.[0];
  if (host !== undefined) {
    const next = at + host.length;
    if (dateAt(text, next)) return true;
    if (zoned && matches(WITHOUT_PRI, text, next)) return true;
    if (isTag(text, next)) return zoned || text.charCodeAt(nameEnd) === 91 || HOST_MARK.test(host);
  }
  return zoned && isTag(text, text.charCodeAt(at) === 32 ? at + 1 : at);
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** A tag that begins as names do; `(udev-worker)[123]:` is one too. */
function isTag(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  const isName = (first >= 65 && first <= 90) || (first >= 97 && first <= 122) || first === 95 || first === 37;
  if (!isName && first !== 40) return false;
  return tagAt(text, at) !== NO_TAG && (isName || text.charCodeAt(nameEnd) === 91);
}
