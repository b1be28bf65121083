/**
 * Rows of the verbs that keep data - bring them in, check them, copy them. verbs.ts is the table.
 */
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
