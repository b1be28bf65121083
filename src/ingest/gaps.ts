/**
 * Messages that a sender numbered and that never came: gaps in `meta sequenceId` of RFC 5424 (section 7.3.1), which syslog-ng and
 * others write. The number counts what one originator submits, so it is followed per peer and host, not per program.
 *
 * False alarms are worse than missed ones: datagrams that overtake each other fill their gap; a gap counts only when its sender went
 * on for a while; and where numbers run backwards (several originators behind one name, messages sent again) nothing counts until
 * they have been in order for long. Invariant: bounded in senders and in open gaps. Not here: what is done with the count.
 */
import type { LogRecord } from '../model.ts';

/** 300 bytes each. */
const SENDERS_MAX = 2000;
const OPEN_MAX = 16;
/** Datagrams overtake by a few places, never by so many. */
const LATE_MAX = 64;
/** A gap is real after so many further messages, or so much later. */
const SURE_AFTER = 256;
const SURE_AFTER_US = 30e6;
/** A sender that was out of order is trusted again after so many messages in order. */
const TRUST_AFTER = 1000;
/** A larger jump is another numbering, not a loss. */
const JUMP_MAX = 1_000_000;
const SEQUENCE_MAX = 2_147_483_647;
const SEQUENCE_ID = /\[meta (?:[^\]"]|"(?:[^"\\]|\\.)*")*?\bsequenceId="(\d{1,10})"/;

interface Sender {
  newest: number;
  /** Messages in order since the numbers last ran backwards; a new sender has done nothing wrong. */
  inOrder: number;
  open: { from: number; to: number; count: number; seen: number; sinceUs: number }[];
}

export class Gaps {
  readonly #senders = new Map<string, Sender>();

  /** Newest records before the start, in their order: what a sender numbered and we lost by a crash, or never heard while we were down, is missing from here on. */
  remember(records: readonly LogRecord[]): void {
    for (const record of records) this.note(record);
  }

  /** How many messages of this sender are missing that were not known to be. */
  note(record: LogRecord): number {
    const { structuredData } = record;
    if (structuredData === undefined || !structuredData.includes('sequenceId="')) return 0;
    const number = Number(SEQUENCE_ID.exec(structuredData)?.[1]);
    if (!(number >= 1 && number <= SEQUENCE_MAX)) return 0;
    const key = `${record.peer} ${record.host ?? ''}`;
    const sender = this.#senders.get(key);
    if (sender === undefined) {
      if (this.#senders.size >= SENDERS_MAX) this.#senders.delete(this.#senders.keys().next().value!);
      this.#senders.set(key, { newest: number, inOrder: TRUST_AFTER, open: [] });
      return 0;
    }
    return next(sender, number, record.received);
  }
}

function next(sender: Sender, number: number, receivedUs: number): number {
  const jump = number - sender.newest - 1;
  if (jump < 0) return behind(sender, number);
  sender.newest = number;
  if (jump > JUMP_MAX) return outOfOrder(sender);
  sender.inOrder++;
  const found = settled(sender, receivedUs);
  const isTrusted = sender.inOrder >= TRUST_AFTER && sender.open.length < OPEN_MAX;
  if (jump > 0 && isTrusted) sender.open.push({ from: number - jump, to: number - 1, count: jump, seen: 0, sinceUs: receivedUs });
  return found;
}

/** A number that is not the largest: late, begun anew, or of somebody else. */
function behind(sender: Sender, number: number): number {
  const gap = sender.open.find(({ from, to }) => number >= from && number <= to);
  if (gap !== undefined && gap.count > 0 && sender.newest - number <= LATE_MAX) {
    gap.count--;
    return 0;
  }
  sender.newest = number;
  if (number === 1) return 0;
  return outOfOrder(sender);
}

function outOfOrder(sender: Sender): number {
  sender.inOrder = 0;
  sender.open = [];
  return 0;
}

/** What of the open gaps is sure by now. */
function settled(sender: Sender, nowUs: number): number {
  let missing = 0;
  for (const gap of sender.open) gap.seen++;
  while (sender.open.length > 0) {
    const [first] = sender.open;
    if (first!.seen < SURE_AFTER && nowUs - first!.sinceUs < SURE_AFTER_US) break;
    missing += first!.count;
    sender.open.shift();
  }
  return missing;
}
