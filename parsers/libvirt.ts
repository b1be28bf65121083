/**
 * libvirt and qemu: `2013-10-23 17:32:19.957+0000: 14069: error : func:418 : text` of the daemons, `…+0000: starting up libvirt version: …`
 * and `…Z qemu-kvm: text` of the log of one domain. The number is a thread's; it is the pid where nothing else says one.
 *
 * Source: virlog and qemu's error_report with a time stamp. Not here: the environment and arguments of a domain, which are bare lines.
 */
import type { LogRecord } from '../src/model.ts';
import { numberIn } from './header.ts';
import { daemonLevel } from './levels.ts';
import { type Body, NOT_MINE } from './parser.ts';
import { isoStamp, stamp, stampedForm } from './stamps.ts';
import { MINUTE_US } from './time.ts';

const DAEMON = /: (\d{1,9}): (debug|info|warning|error) : /y;
const DOMAIN = /: (?=starting up|shutting down|initiating migration|libvirt version: )/y;
/** Of a line that begins with qemu's own stamp and name, which is read as a header. */
const QEMU = /(warning|error|info): /y;

function read(text: string, at: number, record: LogRecord): number {
  if (record.program?.startsWith('qemu') === true) return qemuLine(text, at, record);
  const first = text.charCodeAt(at);
  if (!(first >= 48 && first <= 57) || text.charCodeAt(at + 4) !== 45 || !isoStamp(text, at)) return NOT_MINE;
  if (stamp.offset === undefined) return NOT_MINE;
  for (const pattern of [DAEMON, DOMAIN]) {
    pattern.lastIndex = stamp.end;
    const match = pattern.exec(text);
    if (match === null) continue;
    record.time = stamp.wall - stamp.offset * MINUTE_US;
    if (pattern === DAEMON) return daemonLine(match, record);
    record.form = stampedForm('', match[0]);
    return pattern.lastIndex;
  }
  return NOT_MINE;
}

function qemuLine(text: string, at: number, record: LogRecord): number {
  QEMU.lastIndex = at;
  const word = QEMU.exec(text)?.[1];
  if (word !== undefined) record.level = daemonLevel(word);
  record.form = '';
  return at;
}

/** The thread stands in the form as the pid; where the header knows another, it stays in the message. */
function daemonLine(match: RegExpExecArray, record: LogRecord): number {
  const [whole, digits, level] = match as unknown as [string, string, string];
  const end = match.index + whole.length;
  const thread = numberIn(digits, 0, digits.length);
  record.level = daemonLevel(level);
  record.pid ??= thread;
  const isPid = record.pid === thread;
  record.form = stampedForm('', isPid ? `: %p: ${level} : ` : ': ');
  return isPid ? end : end - whole.length + 2;
}

export const libvirt: Body = {
  name: 'libvirt',
  say: 'libvirt’s daemons, the log of a domain, qemu',
  samples: [
    '2013-10-23 17:32:19.957+0000: 14069: error : virNetTLSContextCheckCertDN:418 : Certificate [session] owner does not match the hostname',
    '2022-02-10 16:18:33.029+0000: shutting down, reason=migrated',
    '2022-02-10 16:18:31.313+0000: initiating migration',
    '2022-02-10T16:18:33.031019Z qemu-system-x86_64: terminating on signal 15 from pid 1074 (/usr/sbin/libvirtd)',
    "2022-02-10T16:14:03.678891Z qemu-system-x86_64: warning: host doesn't support requested feature: MSR(48FH).vmx-exit-load-perf-global-ctrl [bit 12]",
  ],
  read,
};
