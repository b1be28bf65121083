/**
 * The calls of libc that Node does not make: sockets of datagrams read many at a time (recvmmsg(2)), and Unix ones at all. The only
 * door to `koffi`, which calls C from JavaScript through prebuilt binaries. Numbers and layouts are those of Linux on x64 and arm64 (64 bits,
 * little-endian; both agree). Not here: what is done with a datagram (datagram-thread.ts).
 * Invariant: a system call that fails throws a `SystemError` with errno's name, or says so in its answer; memory handed to the kernel is
 * ours as long as the object lives.
 */
import { CodedError } from '../base/errors.ts';

export const AF = { unix: 1, inet: 2, inet6: 10 } as const;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;

/** sockaddr_un, the longest of those we use. */
export const ADDRESS_BYTES = 110;
/** struct mmsghdr: a msghdr of 56 bytes, the length that came, padding. */
const HEADER_BYTES = 64;
const IOVEC_BYTES = 16;

/** What libc has for us; each takes and gives plain numbers, memory as Buffers. */
interface Calls {
  socket(family: number, type: number, protocol: number): number;
  bind(socket: number, address: Uint8Array, length: number): number;
  connect(socket: number, address: Uint8Array, length: number): number;
  getsockname(socket: number, address: Uint8Array, length: Uint8Array): number;
  setsockopt(socket: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockopt(socket: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  recvmmsg(socket: number, headers: Uint8Array, count: number, flags: number, timeout: null): number;
  poll(wanted: Uint8Array, count: number, timeoutMs: number): number;
  eventfd(initial: number, flags: number): number;
  write(descriptor: number, bytes: Uint8Array, length: number): number;
  close(descriptor: number): number;
}

const SIGNATURES: Readonly<Record<keyof Calls, readonly [result: string, ...takes: string[]]>> = {
  socket: ['int', 'int', 'int', 'int'],
  bind: ['int', 'int', 'void *', 'uint32_t'],
  connect: ['int', 'int', 'void *', 'uint32_t'],
  getsockname: ['int', 'int', 'void *', 'void *'],
  setsockopt: ['int', 'int', 'int', 'int', 'void *', 'uint32_t'],
  getsockopt: ['int', 'int', 'int', 'int', 'void *', 'void *'],
  recvmmsg: ['int', 'int', 'void *', 'uint32_t', 'int', 'void *'],
  poll: ['int', 'void *', 'uint64_t', 'int'],
  eventfd: ['int', 'uint32_t', 'int'],
  write: ['int64_t', 'int', 'void *', 'uint64_t'],
  close: ['int', 'int'],
};

/** A system call failed; `code` as Node names it. */
export class SystemError extends Error {
  readonly code: string;

  constructor(call: string, code: string) {
    super(`${call} ${code}`);
    this.name = 'SystemError';
    this.code = code;
  }
}

/** What the package offers of itself, as far as it is used. */
interface Foreign {
  load(path: null): { func(name: string, result: string, takes: string[]): unknown };
  address(memory: Uint8Array): bigint;
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

type Load = () => Promise<{ default: unknown }>;

/** Loads once a thread. Throws CodedError 'not-here' where the platform or the package's binary is missing. */
export async function openLibc(load: Load = () => import('koffi'), platform = `${process.platform} ${process.arch}`): Promise<Libc> {
  if (platform !== 'linux x64' && platform !== 'linux arm64') {
    throw new CodedError('not-here', `this works on Linux on x64 and arm64 only, and this is ${platform}`);
  }
  try {
    return new Libc((await load()).default as Foreign);
  } catch (error) {
    const why = (error as Error).message.split('\n')[0];
    throw new CodedError(
      'not-here',
      `the package koffi cannot be loaded here (${why}); install with optional dependencies: npm install --include=optional`,
    );
  }
}

export class Libc {
  readonly #calls: Calls;
  readonly #foreign: Foreign;
  readonly #names: ReadonlyMap<number, string>;

  constructor(foreign: Foreign) {
    const library = foreign.load(null);
    const found = Object.entries(SIGNATURES).map(([name, [result, ...takes]]) => [name, library.func(name, result, takes)]);
    this.#calls = Object.fromEntries(found) as Calls;
    this.#foreign = foreign;
    this.#names = new Map(Object.entries(foreign.os.errno).map(([name, number]) => [number, name]));
  }

  /** Of datagrams; closed by `close`. */
  socket(family: number): number {
    return this.#good('socket', this.#calls.socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }

  bind(socket: number, address: Uint8Array): void {
    this.#good('bind', this.#calls.bind(socket, address, address.length));
  }

  /** Answers errno's name, undefined when somebody is there. */
  connect(socket: number, address: Uint8Array): string | undefined {
    return this.#calls.connect(socket, address, address.length) < 0 ? this.#errno() : undefined;
  }

  /** The sockaddr that the socket is bound to. */
  name(socket: number): Buffer {
    const address = Buffer.alloc(ADDRESS_BYTES);
    const length = u32(address.length);
    this.#good('getsockname', this.#calls.getsockname(socket, address, length));
    return address.subarray(0, length.readUInt32LE(0));
  }

  /** Asks for a receive buffer, beyond net.core.rmem_max where we have CAP_NET_ADMIN; answers what was granted. */
  receiveBuffer(socket: number, bytes: number): number {
    const { setsockopt, getsockopt } = this.#calls;
    if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, u32(bytes), 4) < 0) setsockopt(socket, SOL_SOCKET, SO_RCVBUF, u32(bytes), 4);
    const [value, length] = [u32(0), u32(4)];
    this.#good('getsockopt', getsockopt(socket, SOL_SOCKET, SO_RCVBUF, value, length));
    // Linux answers with the double of what counts (socket(7)).
    return value.readUInt32LE(0) / 2;
  }

  /** Something that can be polled; `wake` makes it readable. */
  waker(): number {
    return this.#good('eventfd', this.#calls.eventfd(0, SOCK_NONBLOCK | SOCK_CLOEXEC));
  }

  wake(waker: number): void {
    const one = Buffer.alloc(8);
    one[0] = 1;
    this.#calls.write(waker, one, one.length);
  }

  close(descriptor: number): void {
    this.#calls.close(descriptor);
  }

  /** Room for `count` datagrams of at most `bytes` each, with the addresses of their senders. */
  slots(count: number, bytes: number): Slots {
    return new Slots(count, bytes, (memory) => this.#foreign.address(memory));
  }

  /** Reads what is there, at most all slots; answers how many came: 0 for nothing now. */
  receive(socket: number, slots: Slots): number {
    slots.reset();
    const came = this.#calls.recvmmsg(socket, slots.headers, slots.count, MSG_DONTWAIT | MSG_TRUNC, null);
    if (came >= 0) return came;
    const code = this.#errno();
    // An ICMP error is of no datagram of ours; EINTR and EAGAIN: the next poll tells.
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR' || code === 'ECONNREFUSED') return 0;
    throw new SystemError('recvmmsg', code);
  }

  /** Throws where the kernel has no recvmmsg: asks for no datagram at all. */
  probe(socket: number): void {
    this.#good('recvmmsg', this.#calls.recvmmsg(socket, Buffer.alloc(HEADER_BYTES), 0, MSG_DONTWAIT, null));
  }

  /** Waits until one of them can be read, at most so long. */
  poll(descriptors: readonly number[], timeoutMs: number): void {
    const wanted = Buffer.alloc(8 * descriptors.length);
    for (const [index, descriptor] of descriptors.entries()) {
      wanted.writeInt32LE(descriptor, index * 8);
      wanted.writeInt16LE(POLLIN, index * 8 + 4);
    }
    if (this.#calls.poll(wanted, descriptors.length, timeoutMs) < 0 && this.#errno() !== 'EINTR') {
      throw new SystemError('poll', this.#errno());
    }
  }

  #good(call: string, answer: number): number {
    if (answer < 0) throw new SystemError(call, this.#errno());
    return answer;
  }

  #errno(): string {
    const number = this.#foreign.errno();
    return this.#names.get(number) ?? `errno ${number}`;
  }
}

/** Memory for one recvmmsg: each slot a datagram and the address that it came from. Pages that no datagram touches cost nothing. */
export class Slots {
  readonly count: number;
  readonly bytes: number;
  readonly headers: Buffer;
  readonly #vectors: Buffer;
  readonly #data: Buffer;
  readonly #addresses: Buffer;

  constructor(count: number, bytes: number, address: (memory: Uint8Array) => bigint) {
    this.count = count;
    this.bytes = bytes;
    this.headers = Buffer.alloc(count * HEADER_BYTES);
    this.#vectors = Buffer.alloc(count * IOVEC_BYTES);
    this.#data = Buffer.allocUnsafeSlow(count * bytes);
    this.#addresses = Buffer.alloc(count * ADDRESS_BYTES);
    const [data, addresses, vectors] = [address(this.#data), address(this.#addresses), address(this.#vectors)];
    for (let index = 0; index < count; index++) {
      this.#vectors.writeBigUInt64LE(data + BigInt(index * bytes), index * IOVEC_BYTES);
      this.#vectors.writeBigUInt64LE(BigInt(bytes), index * IOVEC_BYTES + 8);
      const header = index * HEADER_BYTES;
      // msg_name, msg_namelen, msg_iov, msg_iovlen, msg_control, msg_controllen, msg_flags; then msg_len.
      this.headers.writeBigUInt64LE(addresses + BigInt(index * ADDRESS_BYTES), header);
      this.headers.writeBigUInt64LE(vectors + BigInt(index * IOVEC_BYTES), header + 16);
      this.headers.writeBigUInt64LE(1n, header + 24);
    }
  }

  /** The kernel overwrites the lengths of addresses. */
  reset(): void {
    for (let at = 8; at < this.headers.length; at += HEADER_BYTES) this.headers.writeUInt32LE(ADDRESS_BYTES, at);
  }

  /** Length of datagram `index` as it was sent, which may be more than the slot holds. */
  length(index: number): number {
    return this.headers.readUInt32LE(index * HEADER_BYTES + 56);
  }

  /** Its bytes, as far as they are there; overwritten by the next `receive`. */
  datagram(index: number): Buffer {
    const start = index * this.bytes;
    return this.#data.subarray(start, start + Math.min(this.bytes, this.length(index)));
  }

  /** The sockaddr of its sender. */
  address(index: number): Buffer {
    const start = index * ADDRESS_BYTES;
    return this.#addresses.subarray(start, start + Math.min(ADDRESS_BYTES, this.headers.readUInt32LE(index * HEADER_BYTES + 8)));
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
