/**
 * The table of verbs: name, words, flags, sentence, examples. `--help`, `help VERB` and the table in README.md are
 * made of it, and the flags are parsed by it, so that neither can say something else. A new verb is one file
 * and one row. The verbs' files are imported only when they run: `--help` must not wait for a server's imports.
 */
import { type Arguments, type Flag, settingFlags } from '../base/arguments.ts';
import { limits } from '../base/limits.ts';
import type { Shell } from './shell.ts';

export interface VerbRun {
  readonly arguments: Arguments;
  readonly shell: Shell;
}

export interface Example {
  readonly words: string;
  readonly does: string;
}

export interface Verb {
  readonly name: string;
  /** What stands behind the name in the usage line. */
  readonly words: string;
  /** More words than this are wrong use; absent: any number. */
  readonly wordsMax?: number;
  readonly say: string;
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  /** Resolves with the exit code: 0 found or done, 1 nothing found; throws coded errors, which exit with 2. */
  readonly load: () => Promise<{ run(given: VerbRun): Promise<number> }>;
}

const FILTER_FLAGS: readonly Flag[] = [
  { name: 'service', short: 's', value: 'NAME', say: 'only this service, as `service:NAME`; repeated or with commas: any of them' },
  { name: 'level', short: 'l', value: 'LEVEL', say: 'only this level, as `level:LEVEL`; `>=warning` for that and worse' },
  { name: 'host', value: 'NAME', say: 'only this host, as `host:NAME`; `c0*` for several' },
];

const SERVER_FLAGS: readonly Flag[] = [
  { name: 'url', value: 'URL', say: 'the server (STACKTRAIL_URL; else the one that runs here for this user, else http://127.0.0.1:5580)' },
  { name: 'token', value: 'TOKEN', say: 'API token (STACKTRAIL_TOKEN)' },
];

const QUIET_FLAG: Flag = { name: 'quiet', short: 'q', say: 'nothing on stderr but errors' };
const COLOR_FLAG: Flag = {
  name: 'color',
  value: 'auto|always|never',
  say: 'colour the levels (STACKTRAIL_COLOR; default auto: on a terminal without NO_COLOR)',
};

export const VERBS: readonly Verb[] = [
  {
    name: 'serve',
    words: '',
    wordsMax: 0,
    say: 'Run the service: receive, store and answer',
    flags: settingFlags([
      'data',
      'http',
      'udp',
      'tcp',
      'udp.receiver',
      'udp.receiveBufferBytes',
      'zone',
      'facilities',
      'log.level',
      'readyFile',
      'config',
    ]),
    examples: [
      { words: 'serve --data /var/lib/stacktrail', does: 'listen on the default ports' },
      { words: 'serve --udp off --tcp 127.0.0.1:0 --ready-file ready.json', does: 'TCP only, on a free port that ready.json names' },
    ],
    load: () => import('./serve.ts'),
  },
  {
    name: 'demo',
    words: '',
    wordsMax: 0,
    say: 'The service with a simulated OpenStack cloud that sends it real syslog; its data are removed at the end',
    flags: [
      { name: 'rate', value: 'LINES', say: 'lines a second (default 40)' },
      { name: 'seed', value: 'NUMBER', say: 'another cloud; the same number gives the same cloud (default 1)' },
      { name: 'duration', value: 'TIME', say: 'end after this time, such as `10m` (default: with Ctrl-C)' },
      { name: 'serve', say: 'run the service too (default); `--no-serve --to HOST:PORT` only sends' },
      { name: 'to', value: 'HOST:PORT', say: 'where to send with --no-serve, by UDP and TCP' },
      ...settingFlags(['data', 'http', 'udp', 'tcp', 'log.level']),
    ],
    examples: [
      { words: 'demo', does: 'prints the URL, and what to try next' },
      { words: 'demo --no-serve --to 10.0.0.9:5514 --rate 1000', does: 'a cloud for another server' },
    ],
    load: () => import('./demo.ts'),
  },
  {
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
  },
  {
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
  },
  {
    name: 'status',
    words: '',
    wordsMax: 0,
    say: 'Receivers, counters, losses with reasons, days and sizes',
    flags: [{ name: 'output', short: 'o', value: 'default|json', say: 'for people or for programs' }, QUIET_FLAG, ...SERVER_FLAGS],
    examples: [{ words: 'status', does: 'is everything arriving, and how much of it is kept' }],
    load: () => import('./status.ts'),
  },
  {
    name: 'help',
    words: '[VERB]',
    wordsMax: 1,
    say: 'The verbs, or one of them with its flags and examples',
    flags: [],
    examples: [{ words: 'help search', does: 'the same as search --help' }],
    load: () => import('./help.ts'),
  },
  {
    name: 'version',
    words: '',
    wordsMax: 0,
    say: 'The version of Stacktrail',
    flags: [],
    examples: [],
    load: () => import('./version.ts'),
  },
];
