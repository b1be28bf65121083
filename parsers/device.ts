/**
 * Switches and firewalls in the same stream: Cisco IOS, NX-OS, ASA, and Arista: `%LINEPROTO-5-UPDOWN: text`, Arista's with the agent in
 * front (`Ebra: %LINEPROTO-5-UPDOWN: …`). Where nothing stands before it, the header's rules make it the program. The digit is the severity, which is also the PRI's; what stands before it is the logger.
 *
 * The text stays the message. Source: the vendors' message guides; headers of such devices are rfc3164-odd.ts's.
 */
import type { LogRecord } from '../src/model.ts';
import { interner } from './intern.ts';
import { LEVEL_OF_SEVERITY } from './levels.ts';
import { type Body, NOT_MINE } from './parser.ts';

const facilities = interner(64);
const HEAD = /%([A-Z][A-Z0-9_]{1,40}(?:-[A-Z][A-Z0-9_]{1,40})?)-([0-7])-([A-Z0-9_]{1,60}): /y;
const PERCENT = 37;

function read(text: string, at: number, record: LogRecord): number {
  const { program } = record;
  const isTag = program !== undefined && program.charCodeAt(0) === PERCENT;
  if (!isTag && text.charCodeAt(at) !== PERCENT) return NOT_MINE;
  HEAD.lastIndex = isTag ? 0 : at;
  const match = HEAD.exec(isTag ? `${program}: ` : text);
  if (match === null) return NOT_MINE;
  record.level = LEVEL_OF_SEVERITY[Number(match[2])];
  record.logger = facilities(match[1]!, 0, match[1]!.length);
  record.form = '';
  return at;
}

export const device: Body = {
  name: 'device',
  say: 'Cisco and Arista: `%LINEPROTO-5-UPDOWN: text`',
  samples: [
    '<189>643: *Jan  8 19:46:03.295: %LINEPROTO-5-UPDOWN: Line protocol on Interface Loopback100, changed state to up',
    '<189>105: 000104: Mar 12 07:12:10: %SYS-5-CONFIG_I: Configured from console by console',
    '<165>Apr 15 2007 21:28:13: %PIX-6-302014: Teardown TCP connection 3977 for outside:128.0.0.5/80 to inside:10.0.0.187/2789',
    '<189>May  2 10:00:00 leaf-1 Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet12, changed state to down',
  ],
  read,
};
