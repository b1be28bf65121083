/**
 * sockaddr structures of Linux (ip(7), ipv6(7), unix(7)) <-> hosts, ports and paths. Not here: names, plain peers (base/address.ts).
 *
 *   sockaddr_in   family u16 native, port u16 big-endian, address 4
 *   sockaddr_in6  family, port, flow 4, address 16, scope u32 native
 *   sockaddr_un   family, path, NUL
 */
import { isIPv6, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Address } from '../base/address.ts';
import { AF } from './libc.ts';

/** sun_path, with its NUL. */
export const PATH_BYTES_MAX = 107;

export function unixAddress(path: string): Buffer {
  const bytes = Buffer.from(path, 'utf8');
  const address = Buffer.alloc(2 + bytes.length + 1);
  address.writeUInt16LE(AF.unix);
  bytes.copy(address, 2);
  return address;
}

/** `host` is an IP address. */
export function internetAddress({ host, port }: Address): Buffer {
  const [plain, scope = ''] = host.split('%') as [string, string?];
  const is6 = isIPv6(plain);
  const address = Buffer.alloc(is6 ? 28 : 16);
  address.writeUInt16LE(is6 ? AF.inet6 : AF.inet);
  address.writeUInt16BE(port, 2);
  if (!is6) {
    address.set(plain.split('.').map(Number), 4);
    return address;
  }
  for (const [index, group] of groupsOf(plain).entries()) address.writeUInt16BE(group, 8 + index * 2);
  address.writeUInt32LE(scopeOf(scope), 24);
  return address;
}

/** Eight groups of an address that `isIPv6` knows. */
function groupsOf(text: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  let plain = text;
  if (dotted) {
    const [a, b, c, d] = dotted.slice(1).map(Number) as [number, number, number, number];
    plain = `${text.slice(0, dotted.index)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const [head = '', tail] = plain.split('::');
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return read(head);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function scopeOf(name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  return networkInterfaces()[name]?.find((one) => one.family === 'IPv6')?.scopeid ?? 0;
}

/** As Node writes it, without the scope; undefined for a family that is none of the internet's. */
export function hostOf(address: Buffer): string | undefined {
  const family = address.length < 16 ? 0 : address.readUInt16LE(0);
  if (family === AF.inet) return `${address[4]}.${address[5]}.${address[6]}.${address[7]}`;
  if (family !== AF.inet6 || address.length < 24) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(8 + index * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${address[20]}.${address[21]}.${address[22]}.${address[23]}`;
  }
  return SocketAddress.parse(`[${groups.map((group) => group.toString(16)).join(':')}]:0`)?.address;
}

export function portOf(address: Buffer): number {
  return address.readUInt16BE(2);
}
