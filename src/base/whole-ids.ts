/**
 * MACs and IPv4 addresses as one word of the index each, the same for writer and query. Their parts (`10`, `0`, `fa`) stand in nearly
 * every block, so that together they would open most. Not here: IPv6 addresses, whose parts are rare enough, and which words a block has (store/terms.ts).
 *
 * Invariant: a block that has the mark (WHOLE_IPS) has the word of every address that `query/ids.ts` finds in its texts; one word too many
 * only opens it in vain. Blocks of earlier programs lack the mark and are asked for the parts.
 */
import { MARKERS, SLOT } from './shape.ts';

export const WHOLE_MACS = 'mac_whole';
export const WHOLE_IPS = 'ip_whole';

const OCTETS = 4;
const OCTET_MAX = 255;
const WORD_DIGITS = 8;

/** Everything that may be an address: also a part of a longer run of numbers, which is none. */
const ADDRESSES = /\d{1,3}(?:\.\d{1,3}){3}/g;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Of a MAC with colons, in any case. */
export function macWord(mac: string): string {
  return `mac_${mac.toLowerCase().replaceAll(':', '')}`;
}

/** Of an address as one number. */
export function ipWord(address: number): string {
  return `ip_${address.toString(16).padStart(WORD_DIGITS, '0')}`;
}

/** An IPv4 address as one number; undefined for other texts. */
export function addressOf(text: string): number | undefined {
  if (!ADDRESS.test(text)) return undefined;
  return text.split('.').reduce<number | undefined>((all, octet) => joined(all, Number(octet)), 0);
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((bits) => (address >>> bits) & OCTET_MAX).join('.');
}

/** The addresses in a text, as numbers. */
export function* addressesIn(text: string): Generator<number> {
  for (const [found] of text.matchAll(ADDRESSES)) {
    const address = addressOf(found);
    if (address !== undefined) yield address;
  }
}

/** One octet more, or undefined where it is none. */
export function joined(address: number | undefined, octet: number): number | undefined {
  return address === undefined || octet > OCTET_MAX ? undefined : address * (OCTET_MAX + 1) + octet;
}

const NUMBER = MARKERS[SLOT.integer];
const TEXT = MARKERS[SLOT.text];
/** A MAC or the name of a device has taken an octet: `fa:16:3e:aa:bb:10.0.0.5`, `tapbaba8ae3-10.0.0.5`, `10.0.0.16:3e:aa:bb:cc:dd`. */
const TORN = new RegExp(`${TEXT}\\.${NUMBER}\\.${NUMBER}\\.[${NUMBER}${TEXT}]|${NUMBER}\\.${NUMBER}\\.${NUMBER}\\.${TEXT}`);

export interface AddressSlots {
  /** Slots with which four numbers joined by dots begin. */
  readonly runs: readonly number[];
  /** An address of a message may begin or end within another variable: only the message tells. */
  readonly isTorn: boolean;
}

/** Where addresses stand in the messages of a shape (base/shape.ts); told once per shape, so that lines without one cost nothing. */
export function addressSlots(shape: string): AddressSlots {
  const runs: number[] = [];
  let slot = 0;
  for (let at = 0; at < shape.length; at++) {
    const unit = shape.charCodeAt(at);
    if (unit < 1 || unit > MARKERS.length) continue;
    if (unit === SLOT.integer + 1 && isRunAt(shape, at)) runs.push(slot);
    slot++;
  }
  return { runs, isTorn: TORN.test(shape) };
}

/** Markers and dots in turn. */
function isRunAt(shape: string, at: number): boolean {
  for (let octet = 0; octet < OCTETS; octet++) {
    if (shape[at + octet * 2] !== NUMBER) return false;
    if (octet > 0 && shape[at + octet * 2 - 1] !== '.') return false;
  }
  return true;
}
