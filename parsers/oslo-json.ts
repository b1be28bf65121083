/**
 * One JSON object per line: oslo.log's JSONFormatter (`use_json`) and FluentFormatter, and the older incubator's. Message and traceback become the
 * message, as in the text formats; the text is kept raw, for a JSON object cannot be written back from a record.
 *
 * Invariant: known by its keys (`message`, `asctime`+`levelname` or `time`+`level`, `name`); any other JSON is plain text. A value of another type
 * than expected is passed over. Source: oslo.log's formatters.py (keys and their changes: context since 3.34, in `extra` before; hostname since 2.0).
 */
import type { LogRecord } from '../src/model.ts';
import { addFlag, isoStampAt, stampOffset } from './header.ts';
import { LEVEL_WORDS, levelWordAt } from './levels.ts';
import { type Body, NO_FORM, NO_FORM_LOCAL, NOT_MINE, OWN_MESSAGE } from './parser.ts';
import { BAD_STAMP, isWall, MINUTE_US } from './time.ts';

type Fields = Readonly<Record<string, unknown>>;

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/;

function read(text: string, at: number, record: LogRecord): number {
  if (text.charCodeAt(at) !== 123 || text.charCodeAt(text.length - 1) !== 125 || text.indexOf('"message"', at) < 0) return NOT_MINE;
  const fields = objectOf(text.slice(at));
  if (fields === undefined) return NOT_MINE;
  const message = textOf(fields.message);
  const logger = textOf(fields.name);
  const level = textOf(fields.levelname) ?? textOf(fields.level);
  const stamp = textOf(fields.asctime) ?? textOf(fields.time);
  if (message === undefined || logger === undefined || level === undefined || stamp === undefined) return NOT_MINE;
  record.form = NO_FORM;
  record.logger = logger;
  setLevel(level, record);
  setTime(stamp, fields.created, record);
  if (isCount(fields.process)) record.pid = fields.process;
  record.host ??= textOf(fields.hostname);
  const extra = isObject(fields.extra) ? fields.extra : {};
  setContext(isObject(fields.context) && Object.keys(fields.context).length > 0 ? fields.context : extra, record);
  setInstance([extra.instance, extra.instance_uuid, extra.resource_uuid, isObject(fields.context) && fields.context.resource_uuid], record);
  record.message = [message, ...traceback(fields.traceback)].join('\n');
  return OWN_MESSAGE;
}

function objectOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e9;
}

function setLevel(level: string, record: LogRecord): void {
  const index = levelWordAt(level, 0);
  if (index >= 0 && LEVEL_WORDS[index]!.word.length === level.length) record.level = LEVEL_WORDS[index]!.level;
}

/** `created` is seconds since 1970 and needs no zone; the Fluent formatter has only the stamp. */
function setTime(stamp: string, created: unknown, record: LogRecord): void {
  if (typeof created === 'number' && created > 0 && created < 1e11) {
    record.time = Math.round(created * 1e6);
    return;
  }
  const wall = isoStampAt(stamp, 0);
  if (isWall(wall)) {
    record.time = wall - (stampOffset ?? record.zone) * MINUTE_US;
    if (stampOffset === undefined) record.form = NO_FORM_LOCAL;
  }
  if (wall === BAD_STAMP) addFlag(record, 'bad-time');
}

/** Keys of oslo.context, newest names first: `tenant` until Train. */
function setContext(context: Fields, record: LogRecord): void {
  record.request = textOf(context.request_id);
  record.globalRequest = textOf(context.global_request_id);
  record.user = textOf(context.user_id) ?? textOf(context.user);
  record.project = textOf(context.project_id) ?? textOf(context.project) ?? textOf(context.tenant);
  record.domain = textOf(context.domain_id) ?? textOf(context.domain);
  record.systemScope = textOf(context.system_scope);
  record.userDomain = textOf(context.user_domain_id) ?? textOf(context.user_domain);
  record.projectDomain = textOf(context.project_domain_id) ?? textOf(context.project_domain);
}

/** `[instance: U] ` as text, or the bare id. */
function setInstance(values: readonly unknown[], record: LogRecord): void {
  for (const value of values) {
    const uuid = UUID.exec(textOf(value)?.slice(0, 200) ?? '');
    if (uuid === null) continue;
    record.instance = uuid[0];
    return;
  }
}

/** A text in oslo.log, a list of lines before. */
function traceback(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((line) => typeof line === 'string').map((line: string) => line.replace(/\n$/, ''));
  const text = textOf(value);
  return text === undefined ? [] : [text.replace(/\n$/, '')];
}

export const osloJson: Body = {
  name: 'oslo-json',
  say: 'oslo.log’s JSON and Fluent formatters',
  samples: [
    '{"message": "Instance spawned", "asctime": "2023-05-02 15:40:49", "name": "nova.virt.libvirt.driver", "msg": "Instance spawned", "args": [], "levelname": "INFO", "levelno": 20, "pathname": "/usr/lib/python3/dist-packages/nova/virt/libvirt/driver.py", "filename": "driver.py", "module": "driver", "lineno": 4321, "funcname": "spawn", "created": 1683042049.7712, "msecs": 771.2, "relative_created": 5123.1, "thread": 140234, "thread_name": "MainThread", "process_name": "MainProcess", "process": 25746, "traceback": null, "hostname": "cmp1", "error_summary": "", "context": {"user_id": "113d3a99c3da401fbd62cc2caa5b96d2", "project_id": "54fadb412c4e40cdbaed9335e4c35a9e", "request_id": "req-38101a0b-2096-447d-96ea-a692162415ae", "global_request_id": null, "system_scope": null, "user_domain": "default", "project_domain": "default"}, "extra": {"instance": "[instance: a015cf14-84bb-4156-a48d-7c4824ac7a9d] "}}',
    '{"message": "Connection failed", "time": "2023-05-02 15:40:49", "name": "oslo.messaging._drivers.impl_rabbit", "level": "ERROR", "filename": "impl_rabbit.py", "lineno": 702, "module": "impl_rabbit", "funcname": "on_error", "process_name": "MainProcess", "cmdline": ["/usr/bin/nova-compute"], "hostname": "cmp1", "traceback": "Traceback (most recent call last):\\n  File \\"/usr/lib/python3/dist-packages/amqp/transport.py\\", line 149, in _connect\\n    self.sock.connect(sa)\\nConnectionRefusedError: [Errno 111] ECONNREFUSED", "error_summary": "ConnectionRefusedError: [Errno 111] ECONNREFUSED", "context": {}, "extra": {}}',
  ],
  read,
};
