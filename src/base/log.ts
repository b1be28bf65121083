/**
 * Stacktrail's own log: JSON lines on stderr, or one readable line each when stderr is a terminal. The
 * only door of the package `pino`. It is about this program, never a copy of the logs that pass
 * through. Secrets are struck out by name; nothing that was said may steer a terminal.
 */
import { pino } from 'pino';
import { visible } from './visible.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
  /** Says something at most once in `everyMs` for each key, with the number of times it was held back. */
  limited(key: string, everyMs: number): Log;
  /** The same log with fields on every line. */
  with(fields: LogFields): Log;
  /** Of this log and all that came of it. */
  setLevel(level: LogLevel): void;
}

/** Where lines go; a whole line with its \n per call. */
export interface LogSink {
  write(line: string): void;
}

export interface LogOptions {
  readonly level?: LogLevel;
  /** Readable lines instead of JSON; default: whether stderr is a terminal. */
  readonly pretty?: boolean;
  /** Default: file descriptor 2, written at once, from any thread. */
  readonly sink?: LogSink;
  /** µs; for `limited`. */
  readonly nowUs?: () => number;
}

const SECRETS = ['token', 'authorization', 'cookie', '"set-cookie"', 'password', 'secret'];
/** Fields, fields of fields (`headers.authorization`) and one level more; pino does not look deeper. */
const REDACTED = SECRETS.flatMap((name) => {
  const member = name.startsWith('"') ? `[${name}]` : `.${name}`;
  return [member.replace(/^\./, ''), `*${member}`, `*.*${member}`];
});

/** Keys of `limited`; more of them means that somebody made keys of foreign text. */
const LIMITED_KEYS_MAX = 1000;

type Speaker = ReturnType<typeof pino<never>>;
interface Shared {
  /** One for each `with`, which parts of the service call once. */
  readonly speakers: Speaker[];
  readonly nowUs: () => number;
  readonly heard: Map<string, { untilUs: number; heldBack: number }>;
}

export function createLog(options: LogOptions = {}): Log {
  const sink = options.sink ?? pino.destination({ dest: 2, sync: true });
  const pretty = options.pretty ?? process.stderr.isTTY === true;
  const speaker = pino(
    {
      level: options.level ?? 'info',
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: REDACTED,
    },
    pretty ? { write: (line: string) => sink.write(prettyLine(line)) } : sink,
  );
  return wrap(speaker, { speakers: [speaker], nowUs: options.nowUs ?? (() => Date.now() * 1000), heard: new Map() });
}

/** Says nothing; for tests and for parts that are used without a service. */
export const silentLog: Log = createLog({ level: 'silent', pretty: false, sink: { write() {} } });

function wrap(speaker: Speaker, shared: Shared): Log {
  return {
    debug: (text, fields) => speaker.debug(plain(fields), text),
    info: (text, fields) => speaker.info(plain(fields), text),
    warn: (text, fields) => speaker.warn(plain(fields), text),
    error: (text, fields) => speaker.error(plain(fields), text),
    with(fields) {
      const child = speaker.child(plain(fields));
      shared.speakers.push(child);
      return wrap(child, shared);
    },
    setLevel(level) {
      for (const one of shared.speakers) one.level = level;
    },
    limited: (key, everyMs) => limit({ speaker, shared, key, everyMs }),
  };
}

function limit(about: { speaker: Speaker; shared: Shared; key: string; everyMs: number }): Log {
  const { heard, nowUs } = about.shared;
  const say = (level: 'debug' | 'info' | 'warn' | 'error') => (text: string, fields?: LogFields) => {
    // What would not be written at this level must not use up the turn of a warning.
    if (!about.speaker.isLevelEnabled(level)) return;
    const now = nowUs();
    const last = heard.get(about.key);
    if (last !== undefined && now < last.untilUs) {
      last.heldBack++;
      return;
    }
    if (last === undefined && heard.size >= LIMITED_KEYS_MAX) forgetOver(heard, now);
    heard.delete(about.key);
    heard.set(about.key, { untilUs: now + about.everyMs * 1000, heldBack: 0 });
    about.speaker[level](plain(last?.heldBack ? { ...fields, heldBack: last.heldBack } : fields), text);
  };
  return { ...wrap(about.speaker, about.shared), debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

/** Makes room: those whose time is over, else the oldest. */
function forgetOver(heard: Shared['heard'], now: number): void {
  for (const [key, { untilUs }] of heard) if (untilUs <= now) heard.delete(key);
  const [oldest] = heard.keys();
  if (heard.size >= LIMITED_KEYS_MAX && oldest !== undefined) heard.delete(oldest);
}

/** Errors as text under any name: pino only knows `err`. Names that pino writes itself are moved aside. */
function plain(fields: LogFields | undefined): Record<string, unknown> {
  const answer: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields ?? {})) {
    const safe = name === 'level' || name === 'time' || name === 'msg' ? `${name}_` : name;
    answer[safe] = value instanceof Error ? (value.stack ?? value.message) : value;
  }
  return answer;
}

/** One JSON line of pino as `09:51:02.123 warn  text  port=5514 peer="10.0.0.3 x"`. */
export function prettyLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as { level: string; time: string; msg?: string };
  const pairs = Object.entries(fields).map(([name, value]) => `  ${oneLine(name)}=${prettyValue(value)}`);
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${oneLine(msg ?? '')}${pairs.join('')}\n`;
}

function prettyValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return oneLine(/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));
}

/** `visible` leaves newlines and tabs; here a foreign text must not begin a line that looks like ours. */
function oneLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
