/**
 * Rows of the verbs that work without a server and without data: parse, config, completion. verbs.ts is the table.
 */
import { settingFlags } from '../base/arguments.ts';
import { COLOR_FLAG, type Verb } from './verb.ts';

export const parse: Verb = {
  name: 'parse',
  words: '[FILE]',
  wordsMax: 1,
  say: 'What each line of a file or of stdin becomes, and which parser took it; needs no server, keeps nothing',
  flags: [
    { name: 'stats', say: 'only counts: lines by envelope and body parser, unknown lines with their commonest shapes, joined, flagged' },
    { name: 'join', say: 'lines of a traceback become one record, as they will in the store (default); `--no-join` shows each by itself' },
    { name: 'host', value: 'NAME', say: 'of lines that name no host' },
    { name: 'program', value: 'NAME', say: 'of lines that name no program' },
    { name: 'service', value: 'NAME', say: 'of lines that name no service' },
    { name: 'received', value: 'TIME', say: 'when the lines came: decides the year of stamps without one (default now)' },
    { name: 'output', short: 'o', value: 'default|json|jsonl', say: 'for people, one JSON array, or one JSON object a record' },
    COLOR_FLAG,
    ...settingFlags(['zone', 'facilities', 'config']),
  ],
  examples: [
    { words: 'parse /var/log/nova/nova-api.log --program nova-api', does: 'each record with its parser, fields, ids and exact form' },
    { words: 'parse --stats /var/log/syslog', does: 'how much of a file is understood, and what is not' },
    { words: 'parse --config site.yaml sample.log', does: 'try patterns of your own before the service has them' },
  ],
  load: () => import('./parse.ts'),
};
