/**
 * Rows of the verbs that ask a running server: search, tail, status. verbs.ts is the table.
 */
import { limits } from '../base/limits.ts';
import { COLOR_FLAG, FILTER_FLAGS, QUIET_FLAG, SERVER_FLAGS, type Verb } from './verb.ts';

export const search: Verb = {
  name: 'search',
  words: 'QUERY',
  say: 'Find records; oldest first, the newest if there are too many',
  flags: [
    { name: 'since', also: ['from'], value: 'TIME', say: 'not before: `15m`, `2h`, `now-1h`, `yesterday 14:00`, RFC 3339, unix time' },
    { name: 'until', also: ['to'], value: 'TIME', say: 'before this time' },
    { name: 'limit', short: 'n', value: 'COUNT', say: `at most this many, 0 for all (default ${limits.searchLimitDefault})` },
    { name: 'direction', value: 'backward|forward', say: 'print the newest first, or take the oldest instead of the newest' },
    ...FILTER_FLAGS,
    {
      name: 'output',
      short: 'o',
      value: 'default|json|jsonl|raw',
      say: 'a line for people, one JSON array, JSON lines, or the text as it was received',
    },
    COLOR_FLAG,
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'search 903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', does: 'everything about an instance, request, volume, port …' },
    { words: "search --since 2h 'level:>=warning service:nova'", does: 'what went wrong in nova' },
    { words: 'search -n 0 -o jsonl --since yesterday \'"no valid host"\'', does: 'all of it, for a program' },
  ],
  load: () => import('./search.ts'),
};

export const tail: Verb = {
  name: 'tail',
  words: '[QUERY]',
  say: 'Follow the cloud live; reconnects for ever, without loss or repeat',
  flags: [
    { name: 'lines', short: 'n', value: 'COUNT', say: 'begin with this many of the last (default 10)' },
    { name: 'follow', short: 'f', say: 'go on (default); `--no-follow` ends after the last lines' },
    ...FILTER_FLAGS,
    { name: 'output', short: 'o', value: 'default|json|jsonl', say: 'a line for people, or one JSON object a line' },
    COLOR_FLAG,
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'tail', does: 'everything' },
    { words: 'tail -l ">=warning" -s nova,neutron', does: 'trouble in two services' },
  ],
  load: () => import('./tail.ts'),
};

export const status: Verb = {
  name: 'status',
  words: '',
  wordsMax: 0,
  say: 'Receivers, counters, losses with reasons, days and sizes',
  flags: [{ name: 'output', short: 'o', value: 'default|json', say: 'for people or for programs' }, QUIET_FLAG, ...SERVER_FLAGS],
  examples: [{ words: 'status', does: 'is everything arriving, and how much of it is kept' }],
  load: () => import('./status.ts'),
};
