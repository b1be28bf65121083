/**
 * Networks as settings write them (`10.0.0.0/8`, `2001:db8::/32`, one address alone), and whether a peer is in one of them.
 * Not here: names (a list that depends on DNS lets in whoever controls it). Pure but for Node's own list of addresses.
 * Invariant: IPv4 in IPv6 (`::ffff:10.0.0.1`) is IPv4 on both sides. Source: RFC 4632 (CIDR), RFC 4291 section 2.5.5.2.
 */
import { BlockList, isIP } from 'node:net';
import { plainPeer } from './address.ts';

export interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
}

/** Undefined: it is none. Bits of the host may be set, as `ip addr` shows them. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text);
  if (match === null) return undefined;
  const address = plainPeer(match[1]!);
  const version = isIP(address);
  if (version === 0) return undefined;
  const bitsMax = version === 4 ? 32 : 128;
  // Of an IPv4 address in IPv6 spelling the first 96 bits are said.
  const shift = address !== match[1] && version === 4 ? 96 : 0;
  const bits = match[2] === undefined ? bitsMax : Number(match[2]) - shift;
  return bits < 0 || bits > bitsMax ? undefined : { address, family: version === 4 ? 'ipv4' : 'ipv6', bits };
}

/** What `has` answers for a text of settings whose networks are all good; undefined: for everybody. */
export class Networks {
  readonly #list = new BlockList();

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const network = parseNetwork(text);
      if (network === undefined) throw new Error(`BUG: ${JSON.stringify(text)} is no network`);
      this.#list.addSubnet(network.address, network.bits, network.family);
    }
  }

  /** `peer` as `plainPeer` gives it; what is no address is in no network. */
  has(peer: string): boolean {
    const version = isIP(peer);
    return version !== 0 && this.#list.check(peer, version === 4 ? 'ipv4' : 'ipv6');
  }
}
