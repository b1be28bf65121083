/**
 * The default text formats of OpenStack's services, Folsom 2012 to today:
 * `TIME [PID] LEVEL LOGGER [CONTEXT] [instance: U] message`, exception lines without a context, keystone's
 * old `TIME LEVEL [LOGGER] message`, devstack's lines without a time. Odd relatives are in oslo-odd.ts, the
 * bracket in oslo-context.ts, texts of several lines in lines.ts.
 *
 * Invariant: decided by position, never by searching for a level word: messages quote whole log lines.
 * An exception line has a form that begins with `~`; `isContinuation` needs nothing else.
 */
import type { LogRecord } from '../src/model.ts';
import { addFlag, isDigit } from './header.ts';
import { flat, interner } from './intern.ts';
import { ERROR_WORD, LEVEL_WORDS, levelWordAt, TRACE_WORD } from './levels.ts';
import { contextEnd, contextForm, contextKey, setContext } from './oslo-context.ts';
import { oddReader } from './oslo-odd.ts';
import { type Body, NO_FORM, NO_FORM_LOCAL, NOT_MINE } from './parser.ts';
import { serviceOfLogger } from './service.ts';
import { CUT, cutAt } from './template.ts';
import { BAD_STAMP, isoAt, MINUTE_US, NO_STAMP } from './time.ts';

const loggers = interner(2048);

const LOGGER_CHARS_MAX = 200;
/** `[instance: ` + 36 + `]`. */
const INSTANCE_HEAD = '[instance: ';
const INSTANCE_CHARS = 48;

const STAMPS = ['', '%t ', '%t.%s ', '%t,%s ', '%t,%s.%s ', '%t.%S '] as const;
const NO_TIME = 0;

/** What stands where the level is: the word, an alias, an exception prefix. */
const LEVEL_STYLES = ['%L', 'WARN', 'FATAL', 'NOTICE', 'ERROR', 'TRACE', '%R'] as const;
const PREFIX_ERROR = 4;
const PREFIX_TRACE = 5;
const ALIGNED = 6;

/** How the logger stands: `LOGGER `, `[LOGGER] `, not at all, or at the end of the text. */
const LOGGERS = ['%n ', '[%n] ', '', '%n'] as const;
const PLAIN_LOGGER = 0;
const BRACKETED_LOGGER = 1;
const NO_LOGGER = 2;
const LAST_LOGGER = 3;

/** The line being read; valid between the steps of one `read`. */
const line = {
  stamp: NO_TIME,
  micros: 0,
  pid: -1,
  word: -1,
  style: 0,
  logger: PLAIN_LOGGER,
  loggerStart: 0,
  loggerEnd: 0,
  context: 0,
  /** 1: no space behind the context, since the message is empty or begins with a newline and somebody trimmed the line. */
  tight: 0,
  instance: -1,
};

/** Forms by (stamp, pid, level, logger, instance) and then by the context's key. Senders cannot grow it without bound. */
const FORMS_MAX = 4096;
const forms: Map<number, string>[] = [];
let formCount = 0;

function formOf(): string {
  const head = (((line.stamp * 2 + (line.pid >= 0 ? 1 : 0)) * 8 + line.style) * 4 + line.logger) * 2 + (line.instance >= 0 ? 1 : 0);
  let byContext = forms[head];
  if (byContext === undefined) byContext = forms[head] = new Map();
  const key = line.context * 2 + line.tight;
  const known = byContext.get(key);
  if (known !== undefined) return known;
  const context = line.context === 0 ? '' : contextForm();
  if (context === undefined || formCount >= FORMS_MAX) return NO_FORM;
  formCount++;
  const prefix = line.style === PREFIX_ERROR || line.style === PREFIX_TRACE ? '~' : '';
  const first = `${prefix}${STAMPS[line.stamp]}${line.pid >= 0 ? '%p ' : ''}${LEVEL_STYLES[line.style]}`;
  const form = flat(
    `${first} ${LOGGERS[line.logger]}${context === '' ? '' : `${context}${line.tight === 1 ? '' : ' '}`}${line.instance >= 0 ? '[instance: %i] ' : ''}`,
  );
  byContext.set(key, form);
  return form;
}

/** Fraction behind the second; returns the index behind it, sets stamp and micros. */
function fractionAt(text: string, at: number): number {
  line.micros = 0;
  line.stamp = 1;
  const mark = text.charCodeAt(at);
  if (mark !== 46 && mark !== 44) return at;
  const millis = threeAt(text, at + 1);
  if (millis < 0) return at;
  line.micros = millis * 1000;
  line.stamp = mark === 46 ? 2 : 3;
  const next = text.charCodeAt(at + 4);
  if (mark === 44 && next === 46 && threeAt(text, at + 5) === millis) {
    line.stamp = 4;
    return at + 8;
  }
  if (mark === 46 && isDigit(next)) {
    const rest = threeAt(text, at + 4);
    if (rest < 0) return at;
    line.micros += rest;
    line.stamp = 5;
    return at + 7;
  }
  return at + 4;
}

function threeAt(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48;
  const b = text.charCodeAt(at + 1) - 48;
  const c = text.charCodeAt(at + 2) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 && c >= 0 && c <= 9 ? a * 100 + b * 10 + c : -1;
}

/** `PID ` if there is one; returns the index behind it, or -1 where digits are something else. */
function pidAt(text: string, at: number): number {
  line.pid = -1;
  if (!isDigit(text.charCodeAt(at))) return at;
  let pid = 0;
  let end = at;
  for (; end < at + 10 && isDigit(text.charCodeAt(end)); end++) pid = pid * 10 + text.charCodeAt(end) - 48;
  if (text.charCodeAt(end) !== 32) return -1;
  line.pid = pid;
  return end + 1;
}

/** `LEVEL`, maybe right-aligned in eight columns; returns the index behind it, or -1. */
function levelAt(text: string, at: number): number {
  let start = at;
  while (start < at + 4 && text.charCodeAt(start) === 32) start++;
  line.word = levelWordAt(text, start);
  if (line.word < 0) return -1;
  const end = start + LEVEL_WORDS[line.word]!.word.length;
  if (text.charCodeAt(end) !== 32) return -1;
  line.style = LEVEL_WORDS[line.word]!.alias ? line.word - 6 : 0;
  if (start > at) {
    if (end - at !== 8 || line.style !== 0) return -1;
    line.style = ALIGNED;
  }
  return end;
}

/** The logger at `at` and what follows it; returns where the message begins, or -1 where a line without a time is no log line. */
function loggerAt(text: string, at: number): number {
  line.context = 0;
  line.tight = 0;
  line.instance = -1;
  if (text.charCodeAt(at) === 91 && line.pid < 0) return bracketedLogger(text, at);
  const space = text.indexOf(' ', at);
  const end = space < 0 ? text.length : space;
  const isName = end - at <= LOGGER_CHARS_MAX && end > at;
  line.loggerStart = at;
  line.loggerEnd = end;
  line.logger = PLAIN_LOGGER;
  const next = end + 1;
  if (isName && text.charCodeAt(next) === 91) {
    const close = contextEnd(text, next + 1, line.stamp > 1 || line.stamp === NO_TIME);
    if (close >= 0) {
      line.context = contextKey;
      line.tight = text.charCodeAt(close + 1) === 32 ? 0 : 1;
      return line.tight === 1 ? close + 1 : instanceAt(text, close + 2);
    }
  }
  const named = isName ? withoutContext(text, at, end) : -1;
  // Without a time, prose may begin with a level word: only a logger of OpenStack tells an exception line.
  if (line.stamp === NO_TIME) return named === PREFIX_LINE && isOurs(text, at, end) ? exceptionLine(text, next) : -1;
  if (named === PREFIX_LINE) return exceptionLine(text, next);
  if (named === RECORD_LINE) {
    if (space < 0) line.logger = LAST_LOGGER;
    return space < 0 ? end : instanceAt(text, next);
  }
  line.logger = NO_LOGGER;
  return at;
}

const PREFIX_LINE = 1;
const RECORD_LINE = 2;

/** No context follows: is text[at, end) a logger at all, and of an exception line or of a custom format? -1 is neither. */
function withoutContext(text: string, at: number, end: number): number {
  const dotted = text.indexOf('.', at);
  const hasDot = dotted > at && dotted < end - 1;
  const prefix = line.style === 0 && (line.word === ERROR_WORD || line.word === TRACE_WORD);
  if (!hasDot && !prefix) return -1;
  const name = loggers(text, at, end);
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) return -1;
  if (!prefix) return RECORD_LINE;
  if (hasDot || serviceOfLogger(name) !== undefined || text.startsWith('Traceback (', end + 1) || text.startsWith('  ', end + 1))
    return PREFIX_LINE;
  return -1;
}

function isOurs(text: string, at: number, end: number): boolean {
  return text.startsWith('oslo', at) || serviceOfLogger(loggers(text, at, end)) !== undefined;
}

function exceptionLine(text: string, at: number): number {
  line.style = line.word === ERROR_WORD ? PREFIX_ERROR : PREFIX_TRACE;
  if (at > text.length) {
    line.logger = LAST_LOGGER;
    return text.length;
  }
  return instanceAt(text, at);
}

/** keystone until Grizzly: the bracket behind the level holds the logger. */
function bracketedLogger(text: string, at: number): number {
  const close = text.indexOf(']', at);
  if (
    close < 0 ||
    close - at > LOGGER_CHARS_MAX ||
    text.charCodeAt(close + 1) !== 32 ||
    !/^[A-Za-z_][\w.-]*$/.test(text.slice(at + 1, close))
  ) {
    line.logger = NO_LOGGER;
    return at;
  }
  line.logger = BRACKETED_LOGGER;
  line.loggerStart = at + 1;
  line.loggerEnd = close;
  return close + 2;
}

function instanceAt(text: string, at: number): number {
  if (
    text.charCodeAt(at) === 91 &&
    text.charCodeAt(at + 47) === 93 &&
    text.charCodeAt(at + 19) === 45 &&
    text.charCodeAt(at + 34) === 45 &&
    text.startsWith(INSTANCE_HEAD, at)
  ) {
    line.instance = at + INSTANCE_HEAD.length;
    return at + INSTANCE_CHARS + (text.charCodeAt(at + INSTANCE_CHARS) === 32 ? 1 : 0);
  }
  return Math.min(at, text.length);
}

function read(text: string, at: number, record: LogRecord): number {
  let pos = at;
  const second = isoAt(text, at);
  line.stamp = NO_TIME;
  line.pid = -1;
  if (second !== NO_STAMP) {
    pos = fractionAt(text, at + 19);
    if (text.charCodeAt(pos) !== 32) return NOT_MINE;
    pos = pidAt(text, pos + 1);
    if (pos < 0) return readOdd(text, at, record);
  } else if (isDigit(text.charCodeAt(at))) {
    // `%(isotime)s` is read as a header's stamp: what it left begins with the pid.
    pos = pidAt(text, at);
    if (pos < 0) return NOT_MINE;
  }
  const level = levelAt(text, pos);
  if (level < 0) return readOdd(text, at, record);
  const message = loggerAt(text, level + 1);
  if (message < 0) return NOT_MINE;
  commit(text, record, second);
  return message;
}

const readOdd = oddReader(read);

function commit(text: string, record: LogRecord, second: number): void {
  record.form = second === BAD_STAMP ? NO_FORM : formOf();
  if (record.form === NO_FORM && line.stamp !== NO_TIME && second !== BAD_STAMP) record.form = NO_FORM_LOCAL;
  if (second === BAD_STAMP) addFlag(record, 'bad-time');
  else if (line.stamp !== NO_TIME) record.time = second + line.micros - record.zone * MINUTE_US;
  if (line.pid >= 0) record.pid = line.pid;
  record.level = LEVEL_WORDS[line.word]!.level;
  if (line.logger !== NO_LOGGER) {
    record.logger = loggers(text, line.loggerStart, line.loggerEnd);
    cutAt[CUT.logger] = line.loggerStart;
  }
  if (line.context !== 0) setContext(text, record);
  if (line.instance >= 0) {
    record.instance = text.slice(line.instance, line.instance + 36);
    cutAt[CUT.instance] = line.instance;
  }
}

export const oslo: Body = {
  name: 'oslo',
  say: 'the text formats of OpenStack’s services, Essex to 2026: with and without pid and milliseconds, every context bracket, exception lines, keystone’s old style, Gnocchi’s, devstack’s colours, journald’s',
  samples: [
    '2013-01-08 16:43:13 AUDIT nova.compute.resource_tracker [-] Auditing locally available compute resources',
    '2013-02-25 20:26:33 6619 ERROR nova.openstack.common.rpc.common [-] AMQP server on localhost:5672 is unreachable',
    '2013-04-12 09:15:02     INFO [keystone.common.wsgi] POST http://10.0.0.1:5000/v2.0/tokens',
    '2013-10-18 18:17:09,225.225 4466 INFO nova.compute.manager [-] no date format',
    '2022-02-04 10:21:58.881 284971 ERROR nova.compute.manager Traceback (most recent call last):',
    '2023-06-11 15:39:28.361 1285214 INFO neutron.db.l3_dvr_db [None req-d6a41187-2495-46bf-a424-ab7195c0ecb1 - - - - -] Floating IP',
    'INFO nova.compute.claims [None req-d6a41187-2495-46bf-a424-ab7195c0ecb1 admin admin] Attempting claim on node',
    '2018-03-13 06:37:37,268 [7] INFO     gnocchi.service: Gnocchi version 4.2.0',
    '(sqlalchemy.orm.mapper.Mapper): 2021-04-27 06:25:32,122 INFO (User|user) Identified primary key columns',
  ],
  read,
};
