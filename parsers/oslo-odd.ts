/**
 * Relatives of the oslo line that begin differently: keystone's logging.conf `(logger): TIME LEVEL text`,
 * python's root format `LEVEL:logger:text`, Gnocchi's `TIME [PID] LEVEL logger: text`, colours of devstack around any of them, two time
 * stamps in a row (Apache's ErrorLogFormat). Slow path: regular expressions, sticky and of bounded repetition.
 *
 * Invariant: what is taken without a form that writes it back is kept raw. Source: the services' own format strings.
 */
import type { LogRecord } from '../src/model.ts';
import { sharedForm } from './forms.ts';
import { LEVEL_WORDS } from './levels.ts';
import { NOT_MINE, noFormFor } from './parser.ts';
import { ISO_CHARS, isoAt, isWall, MINUTE_US, NO_STAMP } from './time.ts';

type Read = (text: string, at: number, record: LogRecord) => number;

const LEVELS = LEVEL_WORDS.map((word) => word.word).join('|');
const KEYSTONE_CONF = new RegExp(`\\(([\\w.-]{1,200})\\): (\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d),(\\d{3}) (${LEVELS}) `, 'y');
const ROOT = new RegExp(`(${LEVELS}):([A-Za-z_][\\w.-]{0,199}):`, 'y');
/** daiquiri, which Gnocchi logs with: the process in brackets, the level filled up to eight columns. */
const DAIQUIRI = new RegExp(
  `(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d),(\\d{3}) \\[(\\d{1,9})\\] (${LEVELS})( {1,5})([A-Za-z_][\\w.-]{0,199}): `,
  'y',
);
/** `YYYY-MM-DD hh:mm:ss,mmm`. */
const MILLIS_CHARS = 23;
/** Apache's own stamp with microseconds and a space, before oslo's. */
const MICROS_CHARS = 8;

/** Tells the reader of oslo lines how to read the ones that are not ordinary; `read` is that reader itself. */
export function oddReader(read: Read): Read {
  return (text, at, record) => odd({ text, at, read }, record);
}

function odd({ text, at, read }: { text: string; at: number; read: Read }, record: LogRecord): number {
  const first = text.charCodeAt(at);
  if (first === 40) return keystoneConf(text, at, record);
  if (first >= 65 && first <= 90) return root(text, at, record);
  if (text.charCodeAt(at + MILLIS_CHARS + 1) === 91) return daiquiri(text, at, record);
  const inner = at + ISO_CHARS + MICROS_CHARS;
  if (
    text.charCodeAt(at + ISO_CHARS) === 46 &&
    text.charCodeAt(inner - 1) === 32 &&
    isoAt(text, at) !== NO_STAMP &&
    isoAt(text, inner) !== NO_STAMP
  ) {
    const message = secondStamp(text, inner) ? read(text, inner, record) : NOT_MINE;
    if (message !== NOT_MINE) record.form = noFormFor(record.form);
    return message;
  }
  return NOT_MINE;
}

/** Only one more stamp: a text of nothing but stamps may not recurse. */
function secondStamp(text: string, at: number): boolean {
  return isoAt(text, at + ISO_CHARS + MICROS_CHARS) === NO_STAMP;
}

function keystoneConf(text: string, at: number, record: LogRecord): number {
  KEYSTONE_CONF.lastIndex = at;
  const match = KEYSTONE_CONF.exec(text);
  if (match === null) return NOT_MINE;
  const second = isoAt(match[2]!, 0);
  if (!isWall(second)) return NOT_MINE;
  const word = LEVEL_WORDS.find((candidate) => candidate.word === match[4])!;
  record.time = second + Number(match[3]) * 1000 - record.zone * MINUTE_US;
  record.logger = match[1];
  record.level = word.level;
  record.form = `(%n): %t,%s ${word.alias ? word.word : '%L'} `;
  return KEYSTONE_CONF.lastIndex;
}

function daiquiri(text: string, at: number, record: LogRecord): number {
  DAIQUIRI.lastIndex = at;
  const match = DAIQUIRI.exec(text);
  if (match === null) return NOT_MINE;
  const [, stamp, millis, pid, spelled, spaces, logger] = match as unknown as string[];
  const second = isoAt(stamp!, 0);
  if (!isWall(second)) return NOT_MINE;
  const word = LEVEL_WORDS.find((candidate) => candidate.word === spelled)!;
  record.time = second + Number(millis) * 1000 - record.zone * MINUTE_US;
  record.pid = Number(pid);
  record.level = word.level;
  record.logger = logger;
  record.form = sharedForm(`%t,%s [%p] ${word.alias ? word.word : '%L'}${spaces}%n: `);
  return DAIQUIRI.lastIndex;
}

function root(text: string, at: number, record: LogRecord): number {
  ROOT.lastIndex = at;
  const match = ROOT.exec(text);
  if (match === null) return NOT_MINE;
  const word = LEVEL_WORDS.find((candidate) => candidate.word === match[1])!;
  record.logger = match[2];
  record.level = word.level;
  record.form = word.alias ? `${word.word}:%n:` : '%L:%n:';
  return ROOT.lastIndex;
}
