/**
 * The order of a story: time, then arrival - seq is the order in which each process was heard. Pure.
 *
 * Who stamps whole seconds only - dnsmasq, the kernel, whatever has no more than a syslog header - says less than the moment of its arrival, where that
 * lies in the same second. Told from the process, not from one record: one line in a thousand of the others ends in .000 as well.
 */
import type { Piece } from './story-piece.ts';
import { processOf } from './story-spans.ts';

const SECOND_US = 1_000_000;

export function inOrder(a: Piece, b: Piece): number {
  return a.orderUs - b.orderUs || a.seq - b.seq;
}

/** Sorted; the pieces of processes with coarse stamps know their place from here on. */
export function ordered(pieces: readonly Piece[]): Piece[] {
  for (const own of Map.groupBy(pieces, processOf).values()) {
    if (own.some(({ timeUs }) => timeUs % SECOND_US !== 0)) continue;
    for (const piece of own)
      if (piece.receivedUs > piece.timeUs && piece.receivedUs < piece.timeUs + SECOND_US) piece.orderUs = piece.receivedUs;
  }
  return [...pieces].sort(inOrder);
}
