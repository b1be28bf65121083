/** Where the fields of the query language lie in a block: dictionary columns, id columns, and where bare words look. */
import type { FieldName } from '../model.ts';
import type { DictionaryName, IdName } from './columns.ts';

/** Query fields that are dictionary columns. */
export const FIELD_COLUMNS: Partial<Record<FieldName, DictionaryName>> = {
  host: 'host',
  service: 'service',
  program: 'program',
  level: 'level',
  logger: 'logger',
  pid: 'pid',
  user: 'user',
  project: 'project',
  facility: 'facility',
  severity: 'severity',
  transport: 'transport',
  peer: 'peer',
  msgid: 'msgid',
  flags: 'flags',
  format: 'format',
};
export const FIELD_IDS: Partial<Record<FieldName, IdName>> = { request: 'request', global: 'globalRequest', instance: 'instance' };
/** Where bare words look, besides the message, the id columns and the structured data. */
export const WORD_COLUMNS = ['host', 'program', 'logger', 'user', 'project', 'msgid'] as const satisfies readonly DictionaryName[];
export const WORD_IDS = ['request', 'globalRequest', 'instance'] as const satisfies readonly IdName[];
