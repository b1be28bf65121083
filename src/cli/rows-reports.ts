/** Rows of the verbs that tell somebody else: check, report, alerts. verbs.ts is the table. */
import { settingFlags } from '../base/arguments.ts';
import { QUIET_FLAG, SERVER_FLAGS, type Verb } from './verb.ts';

export const check: Verb = {
  name: 'check',
  words: '',
  wordsMax: 0,
  say: 'Plugin for Nagios and Icinga: counts errors, or what a query finds; exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN',
  flags: [
    { name: 'host', short: 'H', also: ['hostname'], value: 'HOST', say: 'where the server runs (default: as --url says)' },
    { name: 'port', short: 'p', value: 'PORT', say: 'its HTTP port (default 5580)' },
    {
      name: 'warning',
      short: 'w',
      value: 'RANGE',
      say: 'WARNING where the count is not in `10`, `10:`, `~:10`, `10:20`, or is in `@10:20`',
    },
    { name: 'critical', short: 'c', value: 'RANGE', say: 'CRITICAL, the same' },
    { name: 'timeout', short: 't', value: 'SECONDS', say: 'no answer within this time is UNKNOWN (default 10)' },
    { name: 'since', also: ['from'], value: 'TIME', say: 'count what happened since (default 5m)' },
    { name: 'query', value: 'QUERY', say: 'count the records that this finds (default: of level ERROR and worse)' },
    { name: 'verbose', short: 'v', say: 'of each error group also signature, hosts, and what it is known as' },
    { name: 'version', short: 'V', say: 'which version this is' },
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'check -H logs.example.org -w 10 -c 30', does: 'more than 10 errors in five minutes are a warning' },
    { words: 'check -w 0 -c 5 --since 15m --query \'service:nova "no valid host"\'', does: 'one is a warning, six are critical' },
    { words: "check -c 1: --since 10m --query 'host:ctl01 service:nova'", does: 'critical when a host says nothing any more' },
  ],
  load: () => import('./check.ts'),
};

export const report: Verb = {
  name: 'report',
  words: '',
  wordsMax: 0,
  say: 'What happened in a time: errors that are new, back, grown or over, who writes most, latencies of the APIs, losses, capacity',
  flags: [
    { name: 'since', also: ['from'], value: 'TIME', say: 'from this time (default 24h)' },
    { name: 'until', also: ['to'], value: 'TIME', say: 'to this time (default now)' },
    {
      name: 'output',
      short: 'o',
      value: 'text|md|html|json',
      say: 'for a terminal, a ticket, a browser (one page without scripts), or a program',
    },
    { name: 'mail-to', value: 'ADDRESS,…', say: 'hand it to the mail server instead of printing it' },
    { name: 'wait', say: 'until everything that is stored by now is counted; else the last two seconds may be missing' },
    { name: 'timezone', short: 'z', value: 'ZONE', say: 'zone of times shown: `local` (default), `UTC`, `+02:00`, `Europe/Berlin`' },
    ...settingFlags(['smtp', 'smtp.tls', 'smtp.user', 'smtp.password', 'smtp.from', 'config']),
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'report', does: 'the last day' },
    { words: 'report --since 7d -o html > week.html', does: 'a page to keep' },
    { words: 'report --since yesterday --until today -o html --mail-to ops@example.org', does: 'by mail' },
  ],
  load: () => import('./report.ts'),
};

export const alerts: Verb = {
  name: 'alerts',
  words: '[test]',
  wordsMax: 1,
  say: 'Receivers of alerts, and what each answered last; `alerts test` sends a test alert to all of them: exit 2 where one does not take it',
  flags: [{ name: 'output', short: 'o', value: 'default|json', say: 'for people or for programs' }, QUIET_FLAG, ...SERVER_FLAGS],
  examples: [
    { words: 'alerts', does: 'how they are doing' },
    { words: 'alerts test', does: 'whether they would hear of it' },
  ],
  load: () => import('./alerts.ts'),
};
