/**
 * The body of `POST /ingest` as messages: plain lines as they are, NDJSON objects as one RFC 5424 message
 * each (`<PRI>1 TIME HOST PROGRAM PID - [json …] MESSAGE`), so that a single parser path serves all inputs.
 * Levels without a syslog severity of their own arrive as the nearest: AUDIT as INFO, TRACE as DEBUG.
 * Members that are none of ours go into the structured data `json`: nothing is dropped in silence.
 * Source: RFC 5424 sections 6.2 (header fields, their alphabet and lengths) and 6.3.3 (escapes).
 */
import { CodedError, type ErrorCode, isCoded } from '../base/errors.ts';
import { formatTime, parseStamp } from '../base/time.ts';
import { LEVELS, type Level } from '../model.ts';

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
  for (let start = 0; start < body.length; ) {
    let end = body.indexOf(LF, start);
    if (end < 0) end = body.length;
    const trimmed = end > start && body[end - 1] === CR ? end - 1 : end;
    if (trimmed > start) spans.push(start, trimmed);
    start = end + 1;
  }
  return { bytes: body, spans, errors: [] };
}

/** Good lines become messages, bad ones errors; neither costs the other. */
export function jsonMessages(body: Uint8Array): BodyMessages {
  const messages: Buffer[] = [];
  const spans: number[] = [];
  const errors: LineError[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  let length = 0;
  for (let start = 0; start < body.length; ) {
    let end = body.indexOf(LF, start);
    if (end < 0) end = body.length;
    line++;
    try {
      const message = messageOf(decoder, body.subarray(start, end));
      if (message !== undefined) {
        messages.push(message);
        spans.push(length, length + message.length);
        length += message.length;
      }
    } catch (error) {
      if (!isCoded(error)) throw error;
      errors.push({ line, code: error.code, message: error.message });
    }
    start = end + 1;
  }
  return { bytes: Buffer.concat(messages, length), spans, errors };
}

function messageOf(decoder: TextDecoder, bytes: Uint8Array): Buffer | undefined {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw bad('the line is not UTF-8');
  }
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(`the line is not JSON: ${(error as Error).message.slice(0, 100)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('the line is no JSON object like {"message":"…"}');
  return Buffer.from(encode(value as Record<string, unknown>));
}

// --------------------------------------------------------------------------- an object as an RFC 5424 message

/** RFC 5424: user-level; who names no facility gets none that means something. */
const FACILITY_USER = 1;
/** RFC 5424 notice: what relays assume where nothing is said (RFC 3164 section 4.3.3). */
const SEVERITY_UNSAID = 5;
const SEVERITIES: Record<Level, number> = { CRITICAL: 2, ERROR: 3, WARNING: 4, AUDIT: 6, INFO: 6, TRACE: 7, DEBUG: 7 };
const LEVEL_ALIASES: Record<string, Level> = {
  WARN: 'WARNING',
  ERR: 'ERROR',
  CRIT: 'CRITICAL',
  FATAL: 'CRITICAL',
  EMERG: 'CRITICAL',
  ALERT: 'CRITICAL',
  NOTICE: 'INFO',
};
/** PRINTUSASCII in the lengths of RFC 5424 section 6 for HOSTNAME; the others are let grow to it. */
const HEADER_WORD = /^[\x21-\x7e]{1,255}$/;
/** SD-NAME without its limit of 32. */
const MEMBER_NAME = /^[^\s="\]\x00-\x20\x7f-\uffff]{1,128}$/;
const OURS = new Set(['message', 'host', 'program', 'pid', 'time', 'level']);

/** Only a message: its text as it is, which may itself be syslog. Anything beside it: RFC 5424. */
function encode(object: Record<string, unknown>): string {
  const { message } = object;
  if (typeof message !== 'string') throw bad(message === undefined ? '"message" is missing' : '"message" is not a text');
  if (message === '') throw bad('"message" is empty');
  const names = Object.keys(object);
  if (names.length === 1) return message;
  const pri = FACILITY_USER * 8 + severityOf(object.level);
  const header = [timeOf(object.time), wordOf(object, 'host'), wordOf(object, 'program'), wordOf(object, 'pid')];
  return `<${pri}>1 ${header.join(' ')} - ${membersOf(object, names)} ${message}`;
}

function severityOf(level: unknown): number {
  if (level === undefined || level === null) return SEVERITY_UNSAID;
  const word = typeof level === 'string' ? level.toUpperCase() : '';
  const severity = SEVERITIES[(LEVEL_ALIASES[word] ?? word) as Level];
  if (severity === undefined) throw bad(`"level" is not one of ${LEVELS.join(', ')}`);
  return severity;
}

function timeOf(time: unknown): string {
  if (time === undefined || time === null) return '-';
  if (typeof time !== 'string' && typeof time !== 'number') throw bad('"time" is neither a text nor a number');
  try {
    return formatTime(parseStamp(String(time)));
  } catch (error) {
    throw isCoded(error) ? bad(`"time": ${error.message}`) : error;
  }
}

function wordOf(object: Record<string, unknown>, name: string): string {
  const value = object[name];
  if (value === undefined || value === null || value === '') return '-';
  const text = typeof value === 'string' || (name === 'pid' && typeof value === 'number') ? String(value) : undefined;
  if (text === undefined) throw bad(`"${name}" is not a text`);
  if (!HEADER_WORD.test(text)) throw bad(`"${name}" is not one word of at most 255 printable ASCII characters`);
  return text;
}

function membersOf(object: Record<string, unknown>, names: readonly string[]): string {
  let members = '';
  for (const name of names) {
    const value = object[name];
    if (OURS.has(name) || value === null) continue;
    if (!MEMBER_NAME.test(name)) throw bad('a member has a name that is not one word of at most 128 printable ASCII characters');
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    members += ` ${name}="${text.replace(/["\\\]]/g, '\\$&')}"`;
  }
  return members === '' ? '-' : `[json${members}]`;
}

function bad(message: string): CodedError {
  return new CodedError('bad-body', message);
}
