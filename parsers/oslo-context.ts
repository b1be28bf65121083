/**
 * The context bracket of an oslo line: `[-]`, `[req-… user project - - -]`, `[None req-… …]` and the other
 * shapes that releases and operators' formats have. Says where it ends, which form it has, and puts its values into a record.
 * Not here: whether a line without a context is a traceback line (oslo.ts).
 *
 * Invariant: a bracket whose values would not all find a place has no form (the record is kept raw).
 * `-`, `None` and nothing are absent values; the form remembers which of them it was.
 */
import type { LogRecord } from '../src/model.ts';
import { interner } from './intern.ts';
import { CUT, cutAt } from './template.ts';

const identities = interner(2048);

/** Longer brackets are somebody's list, not a context: eight ids of 64 digits fit. */
const BRACKET_CHARS_MAX = 700;
const TOKENS_MAX = 8;

/** Template places by number of identity fields. 5: until Yoga; 6: from Zed on; 1: Juno agents' lone `None`. */
const FIELDS = ['', 'u', 'uj', '', '', 'ujoUJ', 'ujoyUJ'] as const;
/** devstack's names come project first. */
const NAMES_SWAPPED = 'ju';

/** What a token is; its spelling where it is absent. */
const VALUE = 0;
const SPELLINGS = ['', '-', 'None', ''] as const;
const DASH = 1;
const NONE = 2;
const EMPTY = 3;

const starts = new Int32Array(TOKENS_MAX);
const ends = new Int32Array(TOKENS_MAX);
const kinds = new Int32Array(TOKENS_MAX);
let count = 0;
let requests = 0;
let swapped = false;

/** Key of the bracket `[-]`. */
const DASH_KEY = 1;
/** A context that no form describes. */
const ODD_KEY = 2;

/** Key of the bracket's shape after `contextEnd` found one: equal keys have equal forms. */
export let contextKey = 0;

/**
 * `from` is behind the `[`. Index of the `]` if this is a context, else -1. Afterwards `contextKey` and
 * `setContext` speak of this bracket.
 */
export function contextEnd(text: string, from: number, namesSwap: boolean): number {
  const first = text.charCodeAt(from);
  if (first === 45 && text.charCodeAt(from + 1) === 93) {
    contextKey = DASH_KEY;
    count = 0;
    return from + 1;
  }
  // r: req-…, N: None req-…, space: an empty global id, b: b'req-…', -: two absent ids, hex: glance's bare uuid
  if (first !== 114 && first !== 78 && first !== 32 && first !== 45 && !isBareUuid(text, from) && !text.startsWith("b'req-", from))
    return -1;
  const end = closeOf(text, from);
  if (end < 0) return -1;
  if (!split(text, from, end)) return -1;
  requests = requestCount(text);
  if (requests === NO_CONTEXT) return -1;
  swapped = namesSwap && requests > 0 && count - requests === 2 && areNames(text);
  contextKey = keyOf();
  return end;
}

function closeOf(text: string, from: number): number {
  // The common bracket is short: the search stops at its end; a hostile one is searched once.
  const end = text.indexOf(']', from);
  return end < 0 || end - from > BRACKET_CHARS_MAX ? -1 : end;
}

function split(text: string, from: number, end: number): boolean {
  count = 0;
  let at = from;
  for (;;) {
    if (count === TOKENS_MAX) return false;
    // One-character tokens (`-`) are too common to search for their end.
    let stop = at + 1;
    if (text.charCodeAt(stop) !== 32 && stop < end) {
      stop = text.indexOf(' ', at);
      if (stop < 0 || stop > end) stop = end;
    } else if (at === end || text.charCodeAt(at) === 32) stop = at;
    starts[count] = at;
    ends[count] = stop;
    kinds[count++] = kindOf(text, at, stop);
    if (stop >= end) return true;
    at = stop + 1;
  }
}

function kindOf(text: string, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return EMPTY;
  if (length === 1 && text.charCodeAt(start) === 45) return DASH;
  return length === 4 && text.charCodeAt(start) === 78 && text.startsWith('None', start) ? NONE : VALUE;
}

const NO_CONTEXT = -1;

/** Leading tokens that are request ids: one, or two with the global one first; NO_CONTEXT where it is somebody's list. */
function requestCount(text: string): number {
  const first = isRequest(text, 0);
  const second = count > 1 && isRequest(text, 1);
  if (first) return second ? 2 : 1;
  if (kinds[0] === VALUE) return NO_CONTEXT;
  if (second) return 2;
  // Absent ids only: stock fields follow.
  if (kinds[1] !== VALUE && (count === 8 || count === 7)) return 2;
  if (count === 6) return 1;
  return count > 1 && areAbsent() ? 0 : NO_CONTEXT;
}

/** `[- - - - -]`, `[- -]`, `[None None]`: an identity of which nothing is known, in formats without a request id. */
function areAbsent(): boolean {
  for (let token = 0; token < count; token++) if (kinds[token] === VALUE) return false;
  return true;
}

function isRequest(text: string, token: number): boolean {
  const start = starts[token]!;
  if (kinds[token] !== VALUE) return false;
  const first = text.charCodeAt(start);
  if (first === 114) return text.charCodeAt(start + 3) === 45 && text.startsWith('req-', start);
  return (first === 98 && text.startsWith("b'req-", start)) || (ends[token]! - start === 36 && isBareUuid(text, start));
}

function isBareUuid(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 8) === 45 &&
    text.charCodeAt(at + 13) === 45 &&
    text.charCodeAt(at + 18) === 45 &&
    text.charCodeAt(at + 23) === 45 &&
    isHex(text.charCodeAt(at)) &&
    isHex(text.charCodeAt(at + 35))
  );
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
}

/** Neither of the two identities looks like an id: devstack prints names, project first (2012: user first). */
function areNames(text: string): boolean {
  for (let token = count - 2; token < count; token++) {
    const length = ends[token]! - starts[token]!;
    if (kinds[token] === VALUE && (length === 32 || length === 36 || length === 64) && isHex(text.charCodeAt(starts[token]!))) return false;
  }
  return kinds[count - 1] === VALUE || kinds[count - 2] === VALUE;
}

/** Token kinds two bits each, a stop bit above them, number of requests and the order of names: under 2^23. */
function keyOf(): number {
  const fields = count - requests;
  // Without a value there is nothing to place, so any number of fields has a form.
  if (requests > 0 && (fields === 3 || fields === 4 || fields > 6)) return ODD_KEY;
  let key = 1;
  for (let token = 0; token < count; token++) key = key * 4 + kinds[token]!;
  return 4 + ((key * 3 + requests) * 2 + (swapped ? 1 : 0));
}

/** The bracket's part of the form; undefined for the odd ones. */
export function contextForm(): string | undefined {
  if (contextKey === DASH_KEY) return '[-]';
  if (contextKey === ODD_KEY) return undefined;
  const parts: string[] = [];
  for (let token = 0; token < count; token++) parts.push(kinds[token] === VALUE ? `%${placeOf(token)}` : SPELLINGS[kinds[token]!]!);
  return `[${parts.join(' ')}]`;
}

function placeOf(token: number): string {
  if (token < requests) return requests === 2 && token === 0 ? 'G' : 'r';
  return (swapped ? NAMES_SWAPPED : FIELDS[count - requests]!)[token - requests]!;
}

/** Puts the values of the bracket that `contextEnd` found into the record. */
export function setContext(text: string, record: LogRecord): void {
  if (contextKey === DASH_KEY) return;
  const fields = contextKey === ODD_KEY ? 'uj' : swapped ? NAMES_SWAPPED : FIELDS[count - requests]!;
  for (let token = 0; token < count; token++) {
    if (kinds[token] !== VALUE) continue;
    const start = starts[token]!;
    const end = ends[token]!;
    if (token < requests) {
      if (requests === 2 && token === 0) record.globalRequest = text.slice(start, end);
      else {
        record.request = text.slice(start, end);
        cutAt[CUT.request] = start;
      }
    } else {
      const place = fields.charCodeAt(token - requests);
      setIdentity(place, identities(text, start, end), record);
      cutAt[place] = start;
    }
  }
}

function setIdentity(place: number, value: string, record: LogRecord): void {
  switch (place) {
    case 117 /* u */:
      record.user = value;
      break;
    case 106 /* j */:
      record.project = value;
      break;
    case 111 /* o */:
      record.domain = value;
      break;
    case 121 /* y */:
      record.systemScope = value;
      break;
    case 85 /* U */:
      record.userDomain = value;
      break;
    case 74 /* J */:
      record.projectDomain = value;
      break;
  }
}
