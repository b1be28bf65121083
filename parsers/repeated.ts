/**
 * Relays that count instead of repeating: `last message repeated 3 times` (sysklogd, rsyslog until 6), `message repeated 3 times: [ text]` (rsyslog
 * from 7), syslog-ng's `Last message 'text' repeated 3 times, suppressed by syslog-ng on host`. Such a line stays a record of its own with
 * the flag `repeated`; what is in the brackets is read as the body that it is, so that a search for its ids finds the count too.
 *
 * Invariant: the text stays the message. A bracket may have been cut (rsyslog cuts at 800 bytes) or not closed.
 */
import type { LogRecord } from '../src/model.ts';
import { addFlag } from './header.ts';
import { oslo } from './oslo.ts';
import { ovs } from './ovs.ts';
import { type Body, NOT_MINE } from './parser.ts';

const LAST = /(?:--- )?last message repeated \d{1,9} times?(?: ---)?/y;
const MESSAGE = /message repeated \d{1,9} times: \[ ?/y;
const SUPPRESSED = /Last message '[^\n]{0,120}' repeated \d{1,9} times, suppressed by syslog-ng on /y;

function read(text: string, at: number, record: LogRecord): number {
  const first = text.charCodeAt(at);
  // l, m, L and the dashes of older daemons.
  if (first !== 108 && first !== 109 && first !== 76 && first !== 45) return NOT_MINE;
  const pattern = first === 109 ? MESSAGE : first === 76 ? SUPPRESSED : LAST;
  pattern.lastIndex = at;
  if (!pattern.test(text)) return NOT_MINE;
  const inner = pattern.lastIndex;
  if (first === 109) readInner(text, inner, record);
  addFlag(record, 'repeated');
  record.form = '';
  return at;
}

function readInner(text: string, at: number, record: LogRecord): void {
  const { time, msgid } = record;
  if (oslo.read(text, at, record) === NOT_MINE) ovs.read(text, at, record);
  // The count is said when the last of them has come; what repeats has its own time in its text.
  record.time = time;
  record.msgid = msgid;
}

export const repeated: Body = {
  name: 'repeated',
  say: 'relays that count instead of repeating: `last message repeated 3 times`',
  samples: [
    'Jun  9 15:50:06  tgtd: last message repeated 3 times',
    'Mar 24 14:26:01 --- last message repeated 2 times ---',
    'Feb 10 13:48:15 compute4 ovs-appctl: message repeated 2 times: [ ovs|00001|daemon_unix|WARN|/var/run/openvswitch/ovs-monitor-ipsec.pid: open: No such file or directory]',
    "May  2 10:00:00 ctl1 syslog-ng[812]: Last message 'ERROR nova.x [-] Conn' repeated 14 times, suppressed by syslog-ng on ctl1",
  ],
  read,
};
