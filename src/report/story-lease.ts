/**
 * Which of dnsmasq's lines are a request's work. A guest that starts asks anew (DISCOVER, SOLICIT) and then takes what was offered; a guest that
 * runs renews what it has (REQUEST, RENEW) all day, whatever requests work on it. So an exchange belongs to a request when it begins with asking anew,
 * and the request has made the guest or has just started it. Everything else that dnsmasq says - DHCPRELEASE, DHCPNAK - is left to its time. Pure.
 *
 * Source: RFC 2131, 4.3.2 and 4.4 (INIT, INIT-REBOOT, RENEWING); RFC 8415, 18.2; what dnsmasq's rfc2131.c and rfc3315.c print.
 */
import { keysOfKind, type Piece } from './story-piece.ts';

export interface Leases {
  /** The guest starts meanwhile, from this time on. */
  readonly startedUs: number;
  /** MAC -> when it asked anew. */
  readonly askedUs: ReadonlyMap<string, readonly number[]>;
}

const ANEW = /^DHCP(?:DISCOVER|OFFER|SOLICIT|ADVERTISE)\(/;
const TAKES = /^DHCP(?:REQUEST|ACK|REPLY|RENEW|REBIND|CONFIRM)\(/;
/** Of libvirt, systemd-machined, kernel, Open vSwitch. */
const STARTS = /^New machine |^Domain id=.* is tainted|: entered promiscuous mode|: added interface /;
/** What is taken was offered just before: clients wait a second or two for offers, and ask anew where none comes. */
const TAKEN_US = 5_000_000;
/** Stamps of whole seconds. */
const COARSE_US = 1_000_000;

/** From what programs without a request say meanwhile. `isMade`: the request has made the guest. */
export function leasesOf(pieces: readonly Piece[], isMade: boolean): Leases {
  let startedUs = isMade ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const askedUs = new Map<string, number[]>();
  for (const piece of pieces) {
    if (STARTS.test(piece.text)) startedUs = Math.min(startedUs, piece.orderUs);
    else if (ANEW.test(piece.text))
      for (const mac of keysOfKind(piece, 'mac')) askedUs.set(mac, [...(askedUs.get(mac) ?? []), piece.orderUs]);
  }
  return { startedUs, askedUs };
}

/** Part of an exchange. */
export function isLease({ text }: Piece): boolean {
  return ANEW.test(text) || TAKES.test(text);
}

export function isOfLease(piece: Piece, { startedUs, askedUs }: Leases): boolean {
  if (!isLease(piece)) return true;
  if (piece.orderUs + COARSE_US < startedUs) return false;
  if (ANEW.test(piece.text)) return true;
  return keysOfKind(piece, 'mac').some((mac) =>
    (askedUs.get(mac) ?? []).some((us) => us <= piece.orderUs + COARSE_US && piece.orderUs - us <= TAKEN_US),
  );
}
