/**
 * Rows of the verbs that run the service: serve, demo. verbs.ts is the table.
 */
import { settingFlags } from '../base/arguments.ts';
import type { Verb } from './verb.ts';

export const serve: Verb = {
  name: 'serve',
  words: '',
  wordsMax: 0,
  say: 'Run the service: receive, store and answer',
  flags: settingFlags([
    'data',
    'http',
    'http.hosts',
    'udp',
    'tcp',
    'relp',
    'relp.tls',
    'tls',
    'tls.certificate',
    'tls.key',
    'tls.ca',
    'tls.clients',
    'tls.names',
    'unix',
    'udp.receiver',
    'udp.receiveBufferBytes',
    'files',
    'files.from',
    'http.allow',
    'udp.allow',
    'tcp.allow',
    'tls.allow',
    'relp.allow',
    'connections.max',
    'connections.perPeer',
    'connections.partialTimeout',
    'retention.age',
    'retention.size',
    'disk.reserve',
    'zone',
    'zones',
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
};

export const demo: Verb = {
  name: 'demo',
  words: '',
  wordsMax: 0,
  say: 'The service with a simulated OpenStack cloud that sends it real syslog; its data are removed at the end',
  flags: [
    { name: 'rate', value: 'LINES', say: 'lines a second (default 40)' },
    { name: 'seed', value: 'NUMBER', say: 'another cloud; the same number gives the same cloud (default 1)' },
    { name: 'duration', value: 'TIME', say: "end after this much of the cloud's time, such as `10m` (default: with Ctrl-C)" },
    {
      name: 'speed',
      value: 'FACTOR',
      say: "seconds of the cloud's life in a second (default 1); a faster one begins in the past (a week ago, or --duration) and catches up with now",
    },
    { name: 'rhythm', say: 'busy by day, quiet at night and on weekends (default with --speed)' },
    { name: 'truth', value: 'FILE', say: 'what really happened, as JSON lines: each operation with its ids, records and faults' },
    { name: 'serve', say: 'run the service too (default); `--no-serve --to HOST:PORT` only sends' },
    { name: 'to', value: 'HOST:PORT', say: 'where to send with --no-serve, by UDP and TCP' },
    ...settingFlags(['data', 'http', 'udp', 'tcp', 'log.level']),
  ],
  examples: [
    { words: 'demo', does: 'prints the URL, and what to try next' },
    { words: 'demo --no-serve --to 10.0.0.9:5514 --rate 1000', does: 'a cloud for another server' },
  ],
  load: () => import('./demo.ts'),
};
