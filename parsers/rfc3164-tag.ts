/**
 * The tag of a BSD header: `name:`, `name[pid]:`, `name[pid]`, or the bare name of an OpenStack program.
 * Part of rfc3164.ts. Invariant: prose is no tag (`a:b` without a space is a path, a URL or CEF:0|, one word
 * is a sentence's first). Sources: RFC 3164 section 4.1.3, rsyslog's pmrfc3164 and its cut at 32 characters.
 */
import type { LogRecord } from '../src/model.ts';
import { addFlag, numberIn } from './header.ts';
import { interner } from './intern.ts';
import { isOpenStackProgram } from './service.ts';
import { CUT, cutAt } from './template.ts';

export const programs = interner(512);

/** Longest tag looked for; rsyslog's forwarding cuts at 32, RFC 5424 allows 48, real file paths reach 100. */
export const TAG_CHARS_MAX = 128;
/** rsyslog's forwarding cuts tags here, which may open a bracket and never close it. */
const TAG_CUT_CHARS = 32;

/** Forms by what `tagAt` found. */
export const TAGS = ['', '%g: ', '%g:', '%g[%p]: ', '%g[%p]:', '%g[%p] ', '%g ', ': ', '- '] as const;
export const NO_TAG = 0;
const COLON_SPACE = 1;
const COLON = 2;
const PID_COLON_SPACE = 3;
const PID_COLON = 4;
const PID_SPACE = 5;
export const BARE = 6;
const EMPTY = 7;
export const NIL = 8;
/** A tag that no form writes back: cut off, or with a pid that is no number. */
export const ODD_TAG = 9;
const CUT_TAG = 10;

/** End of the name that `tagAt` saw last, its pid or -1, and where the text behind the tag begins. */
export let nameEnd = 0;
let tagPid = -1;
let tagEnd = 0;

export function tagAt(text: string, at: number): number {
  const limit = Math.min(text.length, at + TAG_CHARS_MAX);
  tagPid = -1;
  nameEnd = at;
  for (let end = at; end < limit; end++) {
    const code = text.charCodeAt(end);
    if (code === 58) return colonTag(text, at, end);
    if (code === 91 && end > at) return pidTag(text, at, end);
    if (code === 32) return bareTag(text, at, end);
    if (end === at && (code === 91 || code === 123)) return NO_TAG;
  }
  return NO_TAG;
}

function colonTag(text: string, at: number, end: number): number {
  if (end + 1 < text.length && text.charCodeAt(end + 1) !== 32) return NO_TAG;
  nameEnd = end;
  tagEnd = Math.min(end + 2, text.length);
  if (end === at) return EMPTY;
  return end + 1 < text.length ? COLON_SPACE : COLON;
}

function bareTag(text: string, at: number, end: number): number {
  nameEnd = end;
  tagEnd = end + 1;
  if (end - at === 1 && text.charCodeAt(at) === 45) return NIL;
  return end > at && isOpenStackProgram(programs(text, at, end)) ? BARE : NO_TAG;
}

function pidTag(text: string, at: number, open: number): number {
  const limit = Math.min(text.length, open + 24);
  let close = open + 1;
  while (close < limit && text.charCodeAt(close) !== 93 && text.charCodeAt(close) !== 32) close++;
  nameEnd = open;
  tagPid = numberIn(text, open + 1, close);
  if (text.charCodeAt(close) !== 93) {
    tagEnd = close + 1;
    return tagPid >= 0 && close - at === TAG_CUT_CHARS && text.charCodeAt(close) === 32 ? CUT_TAG : NO_TAG;
  }
  const colon = text.charCodeAt(close + 1) === 58;
  const space = text.charCodeAt(close + (colon ? 2 : 1)) === 32;
  tagEnd = close + 1 + (colon ? 1 : 0) + (space ? 1 : 0);
  if (!colon && !space && tagEnd < text.length) return NO_TAG;
  if (tagPid < 0) return /^[\w:.-]+$/.test(text.slice(open + 1, close)) ? ODD_TAG : NO_TAG;
  if (colon) return space ? PID_COLON_SPACE : PID_COLON;
  return space ? PID_SPACE : ODD_TAG;
}

/** Sets what `tagAt` found at `at`; returns where the text behind it begins. */
export function setTag(text: string, at: number, record: LogRecord): number {
  if (nameEnd > at && !(nameEnd === at + 1 && text.charCodeAt(at) === 45)) {
    record.program = programs(text, at, nameEnd);
    cutAt[CUT.program] = at;
    if (tagPid >= 0) record.pid = tagPid;
    // A bracket left open: rsyslog's forwarding cut the tag.
    if (
      tagPid >= 0 &&
      text.charCodeAt(tagEnd - 1) === 32 &&
      tagEnd - 1 - at === TAG_CUT_CHARS &&
      text.charCodeAt(tagEnd - 2) !== 93 &&
      text.charCodeAt(tagEnd - 2) !== 58
    )
      addFlag(record, 'cut-tag');
  }
  return tagEnd;
}
