/**
 * Datagrams that the kernel dropped because the receive buffer of our socket was full: the last column of
 * /proc/net/udp and /proc/net/udp6 (Linux; proc(5)). Right inside containers, because the tables are those of
 * the network namespace. Elsewhere there is no such table: then `drops` is undefined, never 0.
 * Not here: drops for want of memory of all sockets together (/proc/net/snmp MemErrors).
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { type Address, formatAddress } from '../base/address.ts';
import type { Counters } from '../base/counters.ts';

/** Often enough for a rate that people can watch, seldom enough to cost nothing. */
const POLL_MS = 1000;
/** What the queue is charged for a datagram of 200 to 700 bytes (measured on the loopback; 832 for shorter ones): the kernel tells bytes, not datagrams. */
const LINE_CHARGE_BYTES = 1280;
const TABLES = ['/proc/net/udp', '/proc/net/udp6'] as const;

export interface SocketLine {
  readonly port: number;
  readonly inode: string;
  readonly drops: number;
  /** What waits to be read, with the kernel's own overhead. */
  readonly queueBytes: number;
}

/** The lines of such a table; what does not look like one is left out. */
export function readSocketTable(text: string): SocketLine[] {
  const lines: SocketLine[] = [];
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/\s+/);
    const port = /^[0-9A-F]+:([0-9A-F]{4})$/.exec(columns[1] ?? '')?.[1];
    const drops = columns[12];
    if (port === undefined || drops === undefined || !/^\d+$/.test(drops)) continue;
    const queue = /^[0-9A-F]+:([0-9A-F]+)$/.exec(columns[4]!)?.[1] ?? '0';
    lines.push({ port: Number.parseInt(port, 16), inode: columns[9]!, drops: Number(drops), queueBytes: Number.parseInt(queue, 16) });
  }
  return lines;
}

/** Watches one socket of this process and counts its drops as losses 'kernel-udp' of the listener. */
export class KernelDrops {
  readonly #port: number;
  readonly #source: string;
  readonly #counters: Counters;
  #inode: string | undefined;
  #seen = 0;
  #total: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(address: Address, counters: Counters) {
    this.#port = address.port;
    this.#source = `udp ${formatAddress(address)}`;
    this.#counters = counters;
  }

  /** Since the start; undefined where the kernel does not tell. */
  get drops(): number | undefined {
    return this.#total;
  }

  async start(pollMs = POLL_MS): Promise<void> {
    const sockets = (await socketLines()).filter((line) => line.port === this.#port);
    // Two programs may share a port on different addresses: ours is the one whose inode is among our files.
    const ours = sockets.length > 1 ? await ownInodes() : new Set<string>();
    const line = sockets.find((socket) => ours.has(socket.inode)) ?? sockets[0];
    if (line === undefined) return;
    this.#inode = line.inode;
    this.#count(line.drops);
    this.#timer = setInterval(() => void this.poll(), pollMs);
    this.#timer.unref();
  }

  async poll(): Promise<SocketLine | undefined> {
    if (this.#inode === undefined) return undefined;
    const line = (await socketLines()).find((socket) => socket.inode === this.#inode);
    if (line !== undefined) this.#count(line.drops);
    return line;
  }

  /** Counts the last drops, and what nobody has read and nobody will; call it while the socket is still open. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const left = (await this.poll())?.queueBytes ?? 0;
    if (left > 0) this.#counters.lose('kernel-udp', this.#source, Math.ceil(left / LINE_CHARGE_BYTES));
    this.#inode = undefined;
  }

  #count(drops: number): void {
    // The kernel's counter has 32 bits and wraps; half of that at once is a poll overtaken by a later one.
    const more = (drops - this.#seen) >>> 0;
    if (more > 0x7fff_ffff) return;
    this.#seen = drops;
    this.#total = (this.#total ?? 0) + more;
    if (more > 0) this.#counters.lose('kernel-udp', this.#source, more);
  }
}

async function socketLines(): Promise<SocketLine[]> {
  const texts = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => '')));
  return texts.flatMap(readSocketTable);
}

async function ownInodes(): Promise<Set<string>> {
  const inodes = new Set<string>();
  for (const file of await readdir('/proc/self/fd').catch(() => [])) {
    const target = await readlink(`/proc/self/fd/${file}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}
