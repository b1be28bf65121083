/**
 * Addresses to listen on or to send to, as settings write them, and addresses of peers as we show them.
 * Not here: name look-ups; whether a host exists is found out by whoever binds or connects.
 * Invariant: `parseAddress(formatAddress(a))` is `a`, for a host and port; the path of a socket is read by config-files.ts.
 */
import { isIP, isIPv4 } from 'node:net';
import { CodedError } from './errors.ts';

export interface Address {
  /** A name, an IP address, or the path of a Unix socket, whose port is 0. */
  readonly host: string;
  readonly port: number;
}

export interface AddressRules {
  /** Name of the setting, for the error text. */
  readonly setting?: string;
  /** What `:PORT` means. */
  readonly host?: string;
}

/** One label of a host name (RFC 1035 section 2.3.1, with the `_` that people use). */
const LABEL = /^[A-Za-z0-9_-]{1,63}$/;
/** Longest host name of DNS (RFC 1035 section 2.3.4). */
const HOST_CHARS_MAX = 253;
const PORT_MAX = 65_535;

/**
 * `HOST:PORT`, `:PORT`, `[IPv6]:PORT`, or `off` (undefined). Port 0 asks the system for a free one.
 * Throws CodedError 'bad-setting' that says what to write instead.
 */
export function parseAddress(text: string, rules: AddressRules = {}): Address | undefined {
  const trimmed = text.trim();
  if (trimmed === 'off') return undefined;
  const wrong = (why: string): never => {
    const setting = rules.setting === undefined ? 'The address' : `${rules.setting}:`;
    throw new CodedError('bad-setting', `${setting} ${JSON.stringify(text)} ${why}; write HOST:PORT, :PORT, [IPv6]:PORT or off`);
  };
  const colon = trimmed.lastIndexOf(':');
  if (colon < 0) return wrong(/^\d+$/.test(trimmed) ? `is a bare number; did you mean ":${trimmed}"?` : 'has no port');
  const port = parsePort(trimmed.slice(colon + 1)) ?? wrong(`has no port from 0 to ${PORT_MAX}`);
  const host = trimmed.slice(0, colon);
  if (host === '') return { host: rules.host ?? '0.0.0.0', port };
  if (host.startsWith('[') && host.endsWith(']')) {
    const inner = host.slice(1, -1);
    if (isIP(inner) !== 6) return wrong('has no IPv6 address in its brackets');
    return { host: inner, port };
  }
  if (isIP(host) === 6 || host.includes(':')) return wrong(`needs brackets around its IPv6 address: "[${host}]:${port}"`);
  if (!isHost(host)) return wrong(`has no valid host`);
  return { host, port };
}

function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= PORT_MAX ? port : undefined;
}

function isHost(host: string): boolean {
  if (isIPv4(host)) return true;
  // Digits and dots that are no IPv4 address are a typing error, never a name worth looking up.
  return host.length <= HOST_CHARS_MAX && !/^[\d.]+$/.test(host) && host.split('.').every((label) => LABEL.test(label));
}

/** `10.0.0.1:514`, `[::1]:514`; a path as it is. */
export function formatAddress(address: Address): string {
  if (address.host.startsWith('/')) return address.host;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** A peer as the record shows it: `::ffff:10.0.0.3` of a dual-stack socket is 10.0.0.3, `fe80::1%eth0` is fe80::1. */
export function plainPeer(address: string | undefined): string {
  if (address === undefined || address === '') return 'unknown';
  if (address.charCodeAt(0) === 0x3a && address.startsWith('::ffff:') && isIPv4(address.slice(7))) return address.slice(7);
  const percent = address.indexOf('%');
  return percent < 0 ? address : address.slice(0, percent);
}

/** Of listeners by name, as people read them. */
export function formatAddresses(addresses: Readonly<Record<string, Address>>): Record<string, string> {
  return Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, formatAddress(address)]));
}
