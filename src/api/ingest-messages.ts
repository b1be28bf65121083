/**
 * The body of `POST /ingest` as messages: plain lines as they are, lines of NDJSON checked and as they are, too: the parsers
 * read what an object says (parsers/item.ts), so that the record keeps the exact text. Refused are lines that are no object, or
 * whose members of our own names (`host`, `program`, `pid`, `time`, `level`) cannot be what they say: a script wants to hear of that.
 */
import { CodedError, type ErrorCode, isCoded } from '../base/errors.ts';
import { ITEM_BOUNDS, jsonExcess } from '../base/json-limits.ts';
import { parseStamp } from '../base/time.ts';
import { LEVELS } from '../model.ts';

export interface LineError {
  /** Line of the body, from 1. */
  line: number;
  code: ErrorCode;
  message: string;
}

export interface BodyMessages {
  readonly bytes: Uint8Array;
  /** start0, end0, start1, end1 … into `bytes`. */
  readonly spans: number[];
  readonly errors: LineError[];
}

const LF = 0x0a;
const CR = 0x0d;

/** Non-empty lines of a body; CR LF counts as LF. */
export function plainMessages(body: Uint8Array): BodyMessages {
  const spans: number[] = [];
  for (const { start, end } of linesOf(body)) if (end > start) spans.push(start, end);
  return { bytes: body, spans, errors: [] };
}

/** Good lines become messages, bad ones errors; neither costs the other. */
export function jsonMessages(body: Uint8Array): BodyMessages {
  const spans: number[] = [];
  const errors: LineError[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  for (const { start, end } of linesOf(body)) {
    line++;
    try {
      if (isObjectLine(decoder, body.subarray(start, end))) spans.push(start, end);
    } catch (error) {
      if (!isCoded(error)) throw error;
      errors.push({ line, code: error.code, message: error.message });
    }
  }
  return { bytes: body, spans, errors };
}

export interface Line {
  readonly start: number;
  /** Without LF or CR LF. */
  readonly end: number;
}

export function* linesOf(body: Uint8Array): Generator<Line> {
  for (let start = 0; start < body.length; ) {
    let end = body.indexOf(LF, start);
    if (end < 0) end = body.length;
    yield { start, end: end > start && body[end - 1] === CR ? end - 1 : end };
    start = end + 1;
  }
}

/** False for a blank line. Throws `bad-body`. */
function isObjectLine(decoder: TextDecoder, bytes: Uint8Array): boolean {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw bad('the line is not UTF-8');
  }
  if (text.trim() === '') return false;
  check(objectOf(text, 'line'));
  return true;
}

/** Throws `bad-body`; `what` names the text in the error. */
export function objectOf(text: string, what: string): Record<string, unknown> {
  const excess = jsonExcess(text, ITEM_BOUNDS);
  if (excess !== undefined) throw bad(`the ${what} is too much: ${excess}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(`the ${what} is not JSON: ${(error as Error).message.slice(0, 100)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`the ${what} is no JSON object like {"message":"…"}`);
  return value as Record<string, unknown>;
}

const LEVEL_WORDS: ReadonlySet<string> = new Set([...LEVELS, 'WARN', 'ERR', 'CRIT', 'FATAL', 'EMERG', 'ALERT', 'NOTICE']);
/** What other clients call the text; who names none of them has forgotten it. */
const MESSAGE_NAMES = ['message', 'Message', 'MESSAGE', 'msg', 'Payload', 'payload', 'log', 'body', 'line', 'short_message'];
const WORD = /^[\x21-\x7e]{1,255}$/;

function check(object: Record<string, unknown>): void {
  const name = MESSAGE_NAMES.find((one) => Object.hasOwn(object, one));
  if (name === undefined) throw bad('"message" is missing');
  const message = object[name];
  if (name === 'message' && typeof message !== 'string') throw bad('"message" is not a text');
  if (message === '') throw bad(`"${name}" is empty`);
  checkLevel(object.level);
  checkTime(object.time);
  for (const word of ['host', 'program', 'pid']) checkWord(object, word);
}

function checkLevel(level: unknown): void {
  if (level === undefined || level === null || typeof level === 'number') return;
  if (typeof level !== 'string' || !LEVEL_WORDS.has(level.toUpperCase())) throw bad(`"level" is not one of ${LEVELS.join(', ')}`);
}

function checkTime(time: unknown): void {
  if (time === undefined || time === null) return;
  if (typeof time !== 'string' && typeof time !== 'number') throw bad('"time" is neither a text nor a number');
  try {
    parseStamp(String(time));
  } catch (error) {
    throw isCoded(error) ? bad(`"time": ${error.message}`) : error;
  }
}

/** An object as host is that of the Elastic Common Schema. */
function checkWord(object: Record<string, unknown>, name: string): void {
  const value = object[name];
  if (value === undefined || value === null || value === '' || typeof value === 'object') return;
  const text = typeof value === 'string' || (name === 'pid' && typeof value === 'number') ? String(value) : undefined;
  if (text === undefined) throw bad(`"${name}" is not a text`);
  if (!WORD.test(text)) throw bad(`"${name}" is not one word of at most 255 printable ASCII characters`);
}

function bad(message: string): CodedError {
  return new CodedError('bad-body', message);
}
