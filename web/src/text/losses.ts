/**
 * Losses in words for people: `120 datagrams dropped by the kernel`. Pure. The same words as src/base/loss-words.ts, whose code may not be imported
 * here; test/web/losses.test.ts holds the two together.
 */

import type { LossReason } from '../../../src/base/counters.ts';
import type { LossNote } from '../../../src/base/loss-words.ts';
import { visible } from './visible.ts';

export type { LossNote };

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

/** `datagrams dropped by the kernel`; a reason of a newer service is shown as it is. */
export function lossWords(reason: string, amount: number): string {
  const words = Object.hasOwn(WORDS, reason) ? WORDS[reason as LossReason] : undefined;
  return words === undefined ? visible(reason) : `${amount === 1 ? words[0] : words[1]} ${words[2]}`;
}

export function lossText({ reason, amount, source, sources }: LossNote): string {
  const others = sources > 1 ? ` and ${sources - 1} more` : '';
  return `lost: ${amount.toLocaleString('en-US')} ${lossWords(reason, amount)}, ${visible(source)}${others}`;
}
