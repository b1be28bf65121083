/**
 * Rows of the verbs that ask a running server: search, tail, status. verbs.ts is the table.
 */
import { limits } from '../base/limits.ts';
import { COLOR_FLAG, FILTER_FLAGS, OUTPUT_FLAGS, QUIET_FLAG, SERVER_FLAGS, type Verb } from './verb.ts';

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
      name: 'after-context',
      short: 'A',
      value: 'COUNT',
      say: 'also this many records after each that was found; `>` marks those that were',
    },
    { name: 'before-context', short: 'B', value: 'COUNT', say: 'also this many before it' },
    { name: 'context', short: 'C', value: 'COUNT', say: 'both' },
    { name: 'scope', value: 'process|host|service|all', say: 'whose records those are (default process: same host, program and pid)' },
    ...OUTPUT_FLAGS,
    {
      name: 'pager',
      say: 'on a terminal, page what is longer than the screen (default; STACKTRAIL_PAGER, PAGER, else less); `--no-pager` turns it off',
    },
    { name: 'stats', say: 'what the search cost, on stderr' },
    COLOR_FLAG,
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'search 903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', does: 'everything about an instance, request, volume, port …' },
    { words: "search --since 2h 'level:>=warning service:nova'", does: 'what went wrong in nova' },
    { words: 'search -n 0 -o jsonl --since yesterday \'"no valid host"\'', does: 'all of it, for a program' },
    { words: 'search -C 3 level:critical', does: 'with what the same process said before and after' },
    { words: "search 'status:>=500' --template '{time} {host} {http.status} {http.path}'", does: 'only what is asked for' },
  ],
  load: () => import('./search.ts'),
};

export const tail: Verb = {
  name: 'tail',
  words: '[QUERY]',
  say: 'Follow the cloud live; reconnects for ever, without loss or repeat. With --local: files of this machine, without a server',
  flags: [
    { name: 'lines', short: 'n', value: 'COUNT', say: 'begin with this many of the last (default 10)' },
    { name: 'follow', short: 'f', say: 'go on (default); `--no-follow` ends after the last lines' },
    ...FILTER_FLAGS,
    {
      name: 'include',
      short: 'i',
      value: 'REGEX',
      say: 'only records with a match in message, host, program, logger or ids; `/…/i` ignores case; repeated: any of them',
    },
    { name: 'exclude', short: 'e', value: 'REGEX', say: 'none with such a match' },
    { name: 'highlight', short: 'H', value: 'REGEX', say: 'mark what matches: bold and underlined, without colours as »…«' },
    { name: 'local', say: 'follow files of this machine, without a server: the words are files, rotation is followed' },
    { name: 'query', value: 'QUERY', say: 'the query, where the words are files' },
    ...OUTPUT_FLAGS,
    COLOR_FLAG,
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'tail', does: 'everything' },
    { words: 'tail -l ">=warning" -s nova,neutron', does: 'trouble in two services' },
    { words: "tail -i 'req-[0-9a-f]{8}' -e healthcheck -H 'timed.out'", does: 'picked and marked by regular expressions' },
    { words: 'tail --local /var/log/nova/*.log -l ">=warning"', does: 'files of this machine, tracebacks joined, without a server' },
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
