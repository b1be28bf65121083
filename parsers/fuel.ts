/**
 * Fuel 3 to 5 configured the services' logging so that a datagram is `nova-nova.compute.manager INFO: text` (from 3.2 on) or
 * `nova nova.compute.manager INFO text` (3.0): no time, no pid, no context. Where a relay took the first word for the program, that
 * is where the logger comes from.
 *
 * Source: the logging.conf of those releases (`nova-%(name)s %(levelname)s: %(message)s`).
 */
import type { LogRecord } from '../src/model.ts';
import { sharedForm } from './forms.ts';
import { interner } from './intern.ts';
import { LEVEL_WORDS, levelWordAt } from './levels.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { serviceOfLogger } from './service.ts';

const loggers = interner(256);

/** `nova-nova.x ` and `nova nova.x `; the logger has a dot, or it would be a program's name. */
const HEAD = /([a-z]{4,12})([- ])([a-z_]\w{0,60}\.[\w.]{1,140}) (?=[A-Z])/y;

function read(text: string, at: number, record: LogRecord): number {
  const first = text.charCodeAt(at);
  if (first >= 65 && first <= 90 && record.program !== undefined) return behindTag(text, at, record);
  if (!(first >= 97 && first <= 122)) return NOT_MINE;
  HEAD.lastIndex = at;
  const match = HEAD.exec(text);
  if (match === null) return NOT_MINE;
  const [, project, separator, logger] = match as unknown as [string, string, string, string];
  const end = HEAD.lastIndex;
  const word = levelWordAt(text, end);
  const mark = separator === '-' ? ': ' : ' ';
  if (word < 0 || serviceOfLogger(project) === undefined || !text.startsWith(mark, end + LEVEL_WORDS[word]!.word.length)) return NOT_MINE;
  record.logger = loggers(logger, 0, logger.length);
  return take(record, { word, head: `${project}${separator}%n `, mark, end });
}

/** `nova-nova.compute.manager` became the program: `INFO: text` is left. */
function behindTag(text: string, at: number, record: LogRecord): number {
  const program = record.program!;
  const dash = program.indexOf('-');
  if (dash < 0 || program.indexOf('.', dash) < 0) return NOT_MINE;
  const word = levelWordAt(text, at);
  if (word < 0 || serviceOfLogger(program.slice(0, dash)) === undefined) return NOT_MINE;
  if (!text.startsWith(': ', at + LEVEL_WORDS[word]!.word.length)) return NOT_MINE;
  record.logger = loggers(program, dash + 1, program.length);
  return take(record, { word, head: '', mark: ': ', end: at });
}

function take(record: LogRecord, { word, head, mark, end }: { word: number; head: string; mark: string; end: number }): number {
  const { word: spelled, level, alias } = LEVEL_WORDS[word]!;
  record.level = level;
  record.form = sharedForm(`${head}${alias ? spelled : '%L'}${mark}`);
  return end + spelled.length + mark.length;
}

export const fuel: Body = {
  name: 'fuel',
  say: 'what Fuel 3 to 5 made of oslo’s lines: `nova-nova.compute.manager INFO: text`',
  samples: [
    'Sep  7 14:53:08 node-3 nova-nova.compute.resource_tracker AUDIT: Auditing locally available compute resources',
    '<134>keystone-keystone.common.wsgi WARNING: Authorization failed. Invalid user / password from 10.0.0.4',
    '<134>nova nova.compute.manager INFO Updating host status',
    '<134>1 2014-05-02T10:00:00.000000+00:00 node-3 nova-nova.compute.manager - - - INFO: Updating bandwidth usage cache',
  ],
  read,
};
