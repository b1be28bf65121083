/** Rows of the verbs that tell of errors: errors, explain. verbs.ts is the table. */
import { COLOR_FLAG, QUIET_FLAG, SERVER_FLAGS, type Verb } from './verb.ts';

const FORM_FLAG = { name: 'output', short: 'o', value: 'default|json', say: 'for people or for programs' } as const;
const ZONE_FLAG = {
  name: 'timezone',
  short: 'z',
  value: 'ZONE',
  say: 'zone of times shown: `local` (default), `UTC`, `+02:00`, `Europe/Berlin`',
} as const;

export const errors: Verb = {
  name: 'errors',
  words: '[SIGNATURE]',
  wordsMax: 1,
  say: 'Error groups: what fails, since when, how often, and whom it hits; with a signature one of them, with samples and what to do',
  flags: [
    { name: 'since', also: ['from'], value: 'TIME', say: 'errors at or after this time (default 24h)' },
    { name: 'until', also: ['to'], value: 'TIME', say: 'before this time (default now)' },
    { name: 'service', short: 's', value: 'NAME', say: 'only what this service wrote' },
    { name: 'spikes', say: 'what is more than usual, new in a hurry, CRITICAL, or silent; an outage is one, with what it caused below it' },
    { name: 'new', say: 'only groups that were first seen in this time' },
    { name: 'state', value: 'new|regressed|ongoing|quiet', say: 'only groups of this state' },
    { name: 'folded', say: 'also groups that are folded below that of an outage, each by itself' },
    { name: 'limit', short: 'n', value: 'COUNT', say: 'at most this many groups (default 100)' },
    { name: 'wait', say: 'until everything that is stored by now is counted; else the last two seconds may be missing' },
    FORM_FLAG,
    ZONE_FLAG,
    COLOR_FLAG,
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'errors', does: 'what failed in the last day' },
    { words: 'errors --new --since 1h', does: 'what never failed before this hour' },
    { words: 'errors --spikes --since 2h', does: 'what to look at now, and why' },
    { words: 'errors -s nova --since yesterday -o json', does: 'for a program' },
    { words: 'errors 28c63adef692839d', does: 'one group: samples, blast radius, what to do' },
  ],
  load: () => import('./errors.ts'),
};

export const explain: Verb = {
  name: 'explain',
  words: 'TEXT or SIGNATURE',
  say: 'What a line of a log is known as, what to check, and which known errors and error groups are nearest; - reads stdin',
  flags: [
    { name: 'since', also: ['from'], value: 'TIME', say: 'compare with groups seen since (default 30d)' },
    FORM_FLAG,
    ZONE_FLAG,
    COLOR_FLAG,
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'explain "AMQP server on 10.0.0.5:5672 is unreachable: timed out"', does: 'known errors by what a service wrote' },
    { words: 'explain no valid host', does: 'by words' },
    { words: 'explain 28c63adef692839d', does: 'an error group' },
  ],
  load: () => import('./explain.ts'),
};
