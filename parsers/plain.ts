/**
 * Text that no other body parser knows: the message is the text. Takes everything, so it stands last.
 * That is no error: Liberty's services, dnsmasq, kernel, sudo and switches send just this.
 */
import type { LogRecord } from '../src/model.ts';
import type { Body } from './parser.ts';

function read(_text: string, at: number, record: LogRecord): number {
  record.form = '';
  return at;
}

export const plain: Body = {
  name: 'plain',
  samples: [
    'DHCPDISCOVER(br100) fa:16:3e:56:0b:6f',
    'Auditing locally available compute resources for node cmp1',
    'last message repeated 3 times',
    'INFO is a word that prose may begin with',
    '',
  ],
  read,
};
