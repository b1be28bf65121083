/**
 * Rows of the verbs that keep data - bring them in, check them, copy them. verbs.ts is the table.
 */
import { settingFlags } from '../base/arguments.ts';
import { QUIET_FLAG, SERVER_FLAGS, type Verb } from './verb.ts';

export const importFiles: Verb = {
  name: 'import',
  words: 'FILE…',
  say: 'Read log files, plain or packed (gzip, zstd, xz), folders, or `-` for stdin; goes on where it was, and takes no part twice',
  flags: [
    { name: 'host', value: 'NAME', say: 'host of lines that name none; without it they have none' },
    {
      name: 'program',
      value: 'NAME',
      say: 'program of lines without a syslog header (default: the name of the file, `nova-api` for nova-api.log.3.gz)',
    },
    { name: 'service', value: 'NAME', say: 'service of lines whose program and logger tell none' },
    { name: 'zone', value: 'OFFSET', say: 'zone of stamps without one, such as `+02:00` (default: the setting of the server, else UTC)' },
    { name: 'data', value: 'PATH', say: 'into this data folder, which no server may use; without it, into the server' },
    QUIET_FLAG,
    ...SERVER_FLAGS,
  ],
  examples: [
    { words: 'import /var/log/nova/nova-api.log*', does: 'a rotated set, oldest first' },
    { words: 'import --host c07 --zone +02:00 sosreport/var/log', does: 'all logs of a folder, from a host that keeps local time' },
    { words: 'import --data ./data old.log.xz', does: 'straight into a data folder, without a server' },
    { words: 'import - --program nova-compute', does: 'what comes in on stdin' },
  ],
  load: () => import('./import.ts'),
};

export const verify: Verb = {
  name: 'verify',
  words: '',
  wordsMax: 0,
  say: 'Check every block of a data folder or a backup, also while a server runs; a line for each damage, exit 1 if there is one',
  flags: [
    ...settingFlags(['data', 'config']),
    { name: 'quick', say: 'checksums and structure only; no record is decoded, no word is looked up' },
    { name: 'output', short: 'o', value: 'default|jsonl', say: 'a line for people, or one JSON object a line' },
    QUIET_FLAG,
  ],
  examples: [
    { words: 'verify --data /var/lib/stacktrail', does: 'every record against every checksum and the index' },
    { words: 'verify --data /backup/stacktrail', does: 'the same for a backup' },
  ],
  load: () => import('./verify.ts'),
};

export const backup: Verb = {
  name: 'backup',
  words: 'FOLDER|FILE',
  wordsMax: 1,
  say: 'Copy the data folder consistently, also while a server runs; run again, it does not copy closed files that it has already; FILE.tar, .tar.gz or .tar.zst: one archive',
  flags: [...settingFlags(['data', 'config']), QUIET_FLAG],
  examples: [
    { words: 'backup /backup/stacktrail --data /var/lib/stacktrail', does: 'everything up to one moment, checked after it was written' },
    {
      words: 'backup /backup/logs.tar --data /var/lib/stacktrail',
      does: 'the same as one file, which takes the place of the one before when it is whole',
    },
  ],
  load: () => import('./backup.ts'),
};

export const restore: Verb = {
  name: 'restore',
  words: 'BACKUP',
  wordsMax: 1,
  say: 'Make a data folder from a backup; all of it or nothing',
  flags: [{ name: 'data', value: 'PATH', say: 'the folder to make; it must be empty or new' }, QUIET_FLAG],
  examples: [{ words: 'restore /backup/stacktrail --data ./restored', does: 'then: stacktrail serve --data ./restored' }],
  load: () => import('./restore.ts'),
};
