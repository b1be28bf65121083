/**
 * Losses in one line for people: `120 datagrams dropped by the kernel`. Not here: what the reasons are and what to do about them (counters.ts).
 */
import type { LossReason } from './counters.ts';
import { visible } from './visible.ts';

/** One, several, and what became of them. */
const WORDS: Readonly<Record<LossReason, readonly [one: string, several: string, fate: string]>> = {
  'kernel-udp': ['datagram', 'datagrams', 'dropped by the kernel'],
  'truncated-bytes': ['byte', 'bytes', 'cut off messages over the limit'],
  gap: ['message', 'messages', "that never came, by the sender's numbers"],
  empty: ['message', 'messages', 'without content'],
  'file-truncated': ['byte', 'bytes', 'of a file truncated before they were read'],
  'disk-full': ['message', 'messages', 'not stored: the disk is full or low'],
  overloaded: ['message', 'messages', 'dropped: too much waits for the disk'],
  refused: ['connection', 'connections', 'refused'],
  'not-allowed': ['connection or datagram', 'connections or datagrams', 'from outside the allow list'],
  'partial-timeout': ['message', 'messages', 'that did not arrive whole in time'],
  'body-too-large': ['push', 'pushes', 'refused: too large'],
  internal: ['message', 'messages', 'lost by an error of Stacktrail'],
};

/** What was lost for one reason since the last word of it, over all sources. */
export interface LossNote {
  readonly reason: string;
  readonly amount: number;
  /** The one that lost most, and how many there are with it. */
  readonly source: string;
  readonly sources: number;
}

/** Safe to look at, whatever the source calls itself; a reason of a newer server is shown as it is. */
export function lossText({ reason, amount, source, sources }: LossNote): string {
  const words = Object.hasOwn(WORDS, reason) ? WORDS[reason as LossReason] : undefined;
  const what = words === undefined ? visible(reason) : `${amount === 1 ? words[0] : words[1]} ${words[2]}`;
  const others = sources > 1 ? ` and ${sources - 1} more` : '';
  return `lost: ${amount.toLocaleString('en-US')} ${what}, ${visible(source)}${others}`;
}
