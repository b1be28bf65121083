/**
 * Rows of the verbs that work without a server and without data: parse, config, completion. verbs.ts is the table.
 */
import { SETTINGS } from '../../config/keys.ts';
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
    ...settingFlags(['zone', 'zones', 'facilities', 'config']),
  ],
  examples: [
    { words: 'parse /var/log/nova/nova-api.log --program nova-api', does: 'each record with its parser, fields, ids and exact form' },
    { words: 'parse --stats /var/log/syslog', does: 'how much of a file is understood, and what is not' },
    { words: 'parse --config site.yaml sample.log', does: 'try patterns of your own before the service has them' },
  ],
  load: () => import('./parse.ts'),
};

export const config: Verb = {
  name: 'config',
  words: '[check [FILE]]',
  wordsMax: 2,
  say: 'The settings as they hold here, each with where it came from; `check` says whether a file is right',
  flags: [
    { name: 'output', short: 'o', value: 'yaml|json', say: 'YAML that is a configuration again (default), or JSON' },
    ...settingFlags(SETTINGS.map((setting) => setting.name)),
  ],
  examples: [
    { words: 'config --config /etc/stacktrail.yaml', does: 'what the service would use, and why' },
    { words: 'config check /etc/stacktrail.yaml', does: 'exit 0 when it is right, else 2 with the place of the mistake' },
  ],
  load: () => import('./config.ts'),
};

export const completion: Verb = {
  name: 'completion',
  words: 'bash|zsh|fish',
  wordsMax: 1,
  say: 'Completion of verbs, flags and their words for your shell',
  flags: [],
  examples: [
    { words: 'completion bash', does: 'in ~/.bashrc: eval "$(stacktrail completion bash)"' },
    { words: 'completion fish', does: 'into ~/.config/fish/completions/stacktrail.fish' },
  ],
  load: () => import('./completion.ts'),
};
