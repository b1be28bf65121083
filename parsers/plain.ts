/**
 * Text that no other body parser knows: the message is the text. Takes everything, so it stands last.
 * That is no error: Liberty's services, systemd, sudo and cron send just this.
 */
import type { LogRecord } from '../src/model.ts';
import { readDate } from './dated.ts';
import type { Body } from './parser.ts';

function read(text: string, at: number, record: LogRecord): number {
  record.form = '';
  readDate(text, at, record);
  return at;
}

export const plain: Body = {
  name: 'plain',
  say: 'any other text',
  samples: [
    'pam_unix(sudo:session): session opened for user root by (uid=0)',
    'Auditing locally available compute resources for node cmp1',
    'DIGEST-MD5 client step 2',
    '{"level": "info", "msg": "JSON of somebody else"}',
    'INFO is a word that prose may begin with',
    '2023-05-02 10:00:00 +0000 [warn]: #0 detached forwarding server',
    '',
  ],
  read,
};
