/**
 * Rows of the verbs that ask a running server: search, tail, trace, status. verbs.ts is the table.
 */
import type { Flag } from '../base/arguments.ts';
import { limits } from '../base/limits.ts';
import { COLOR_FLAG, FILTER_FLAGS, OUTPUT_FLAGS, QUIET_FLAG, SERVER_FLAGS, type Verb, ZONE_FLAG } from './verb.ts';

const PAGER_FLAG: Flag = {
  name: 'pager',
  say: 'on a terminal, page what is longer than the screen (default; STACKTRAIL_PAGER, PAGER, else less); `--no-pager` turns it off',
};

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
    {
      name: 'scope',
      value: 'process|host|service|request|instance|all',
      say: 'whose records those are (default process: same host, program and pid)',
    },
    ...OUTPUT_FLAGS,
    PAGER_FLAG,
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

export const trace: Verb = {
  name: 'trace',
  words: 'ID',
  wordsMax: 1,
  say: 'The story of an instance, request, swift transaction, volume, port, image, network, MAC or IP across all services: what went wrong first, who called whom, every record once',
  flags: [
    {
      name: 'output',
      short: 'o',
      value: 'text|json|html',
      say: 'for a terminal (default), as the API answers it, or one page for a bug report: `-o html > story.html`',
    },
    { name: 'full', say: 'all of it: records of DEBUG, repetitions one by one, whole tracebacks, who asked' },
    { name: 'limit', short: 'n', value: 'COUNT', say: `at most this many records (default ${limits.storyRecordsDefault})` },
    { name: 'deskew', say: 'order by times that are corrected by what is estimated of the clocks of hosts' },
    { name: 'missing', say: 'compare with runs of the same operation that went well (default); `--no-missing` saves the time' },
    { name: 'mask', say: 'secrets in log texts as `***` (default); `--no-mask` shows them' },
    ZONE_FLAG,
    PAGER_FLAG,
    COLOR_FLAG,
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'trace 903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', does: 'what happened to an instance, in every service' },
    { words: 'trace req-14126b62-e8bd-4b6a-9456-c8f492aaaa62 --full', does: 'a request with all that it caused' },
    { words: 'trace -z UTC -o html fa:16:3e:29:5a:71 > story.html', does: 'a page to attach to a bug report' },
  ],
  load: () => import('./trace.ts'),
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
