/**
 * Ceph's daemons: `2022-02-10T09:10:53.936+0000 7f8e071ead80 -1 auth: text`. The thread stays in the message, for it is what tells lines of
 * one task. The number behind it is the debug level of the line; -1 is what Ceph calls an error. Source: Ceph's Log::_flush.
 */
import type { LogRecord } from '../src/model.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { isoStamp, stamp, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const THREAD = / (?=[0-9a-f]{8,16} ([ -]\d|\d\d) )/y;
/** Up to this number a line is written by default. */
const INFO_MAX = 1;

function read(text: string, at: number, record: LogRecord): number {
  const first = text.charCodeAt(at);
  if (!(first >= 48 && first <= 57) || text.charCodeAt(at + 4) !== 45 || !isoStamp(text, at)) return NOT_MINE;
  THREAD.lastIndex = stamp.end;
  const match = THREAD.exec(text);
  if (match === null) return NOT_MINE;
  const number = Number(match[1]);
  record.time = stamp.wall - (stamp.offset ?? record.zone) * MINUTE_US;
  record.level = number < 0 ? 'ERROR' : number <= INFO_MAX ? 'INFO' : 'DEBUG';
  record.form = stampedForm('', ' ');
  return THREAD.lastIndex;
}

export const ceph: Body = {
  name: 'ceph',
  say: 'Ceph’s daemons',
  samples: [
    'Feb 10 09:10:53 compute4 ceph-osd[1078129]: 2022-02-10T09:10:53.936+0000 7f8e071ead80 -1 auth: unable to find a keyring on /var/lib/ceph/osd/ceph-0/keyring: (2) No such file or directory',
  ],
  read,
};
