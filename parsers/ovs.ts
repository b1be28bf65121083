/**
 * Open vSwitch and OVN: `2022-02-10T16:09:19.414Z|00118|bridge|INFO|text` in files, `ovs|00001|vsctl|ERR|text` over syslog, the
 * thread behind the module (`ofproto_dpif_upcall(handler12)`). The module is the logger, the message number the msgid.
 *
 * Source: the daemons' default patterns of vlog (`%D{%Y-%m-%dT%H:%M:%S.###Z}|%05N|%c%T|%p|%m`).
 */
import type { LogRecord } from '../src/model.ts';
import { daemonLevel } from './levels.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { isoStamp, stamp, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const SYSLOG_HEAD = /ov[sn]\|/y;
const FIELDS = /\|?(\d{5,10})\|([\w-]{1,80})(\([\w-]{1,40}\))?\|(EMER|ERR|WARN|INFO|DBG)\|/y;
/** `YYYY-MM-DDThh:mm:ss.mmmZ`. */
const STAMP_CHARS = 24;

function read(text: string, at: number, record: LogRecord): number {
  const first = text.charCodeAt(at);
  SYSLOG_HEAD.lastIndex = at;
  const bare = first === 111 && SYSLOG_HEAD.test(text);
  if (!bare && (text.charCodeAt(at + STAMP_CHARS) !== 124 || text.charCodeAt(at + 10) !== 84 || !isoStamp(text, at))) return NOT_MINE;
  FIELDS.lastIndex = bare ? at + 4 : at + STAMP_CHARS;
  const match = FIELDS.exec(text);
  if (match === null) return NOT_MINE;
  const [, number, module, thread = '', level] = match;
  record.level = daemonLevel(level!);
  record.logger = module;
  if (!bare) record.time = stamp.wall - (stamp.offset ?? record.zone) * MINUTE_US;
  else {
    stamp.form = `${text.slice(at, at + 3)}`;
  }
  // A header of RFC 5424 may have said a msgid already, and its form writes it.
  const numbered = record.msgid === undefined;
  if (numbered) record.msgid = number;
  record.form = stampedForm('', numbered ? `%v%q%v%n${thread}%v${level}%v` : '%v');
  return numbered ? FIELDS.lastIndex : FIELDS.lastIndex - match[0].length + 1;
}

export const ovs: Body = {
  name: 'ovs',
  say: 'Open vSwitch and OVN, in files and over syslog',
  samples: [
    '2022-02-10T16:09:19.414Z|00118|bridge|INFO|bridge br-int: added interface ha-550dc175-c0 on port 3',
    '2022-02-10T16:09:29.498Z|00121|connmgr|INFO|br-tun<->tcp:127.0.0.1:6633: 8 flow_mods in the 6 s starting 10 s ago (8 adds)',
    'ovs|00001|db_ctl_base|ERR|no key "dpdk-init" in Open_vSwitch record "." column other_config',
    '2023-05-02T10:00:00.123Z|00005|ofproto_dpif_upcall(handler12)|WARN|upcall_cb failure: ukey installation fails',
  ],
  read,
};
