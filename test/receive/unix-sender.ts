/**
 * A sender of datagrams to a Unix socket, which Node has not: libc by `koffi`, apart from the program's own door to it, so that a mistake there is
 * not repeated here. Real clients (logger, Python) are in test/e2e/unix.test.ts.
 */
import { setImmediate as turn } from 'node:timers/promises';
import koffi from 'koffi';
import type { Address } from '../../src/base/address.ts';
import type { Sender } from './senders.ts';

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK = 2 | 0o4000;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;

const libc = koffi.load(null);
const openSocket = libc.func('int socket(int, int, int)');
const connect = libc.func('connect', 'int', ['int', 'void *', 'uint32_t']);
const send = libc.func('send', 'int64_t', ['int', 'void *', 'uint64_t', 'int']);
const setsockopt = libc.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32_t']);
const close = libc.func('int close(int)');

/** Waits while the queue of the receiver is full, as a blocking sender would. */
export async function openUnix({ host: path }: Address): Promise<Sender> {
  const socket = openSocket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0) as number;
  // Longer than the longest message of the tests; the kernel doubles it.
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, Buffer.from(Int32Array.of(2 * 1024 * 1024).buffer), 4);
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)]);
  if (connect(socket, address, address.length) < 0) throw new Error(`connect ${path}: errno ${koffi.errno()}`);
  return {
    async send(...messages) {
      for (const message of messages) {
        const bytes = Buffer.from(message);
        while (send(socket, bytes, bytes.length, 0) < 0) {
          if (koffi.errno() !== koffi.os.errno.EAGAIN) throw new Error(`send: errno ${koffi.errno()}`);
          await turn();
        }
      }
    },
    close: async () => void close(socket),
  };
}

/** A socket that somebody has bound; without `close` its file stays, as after a crash. */
export function bindUnix(path: string, type: 'datagrams' | 'stream' = 'datagrams'): { close(): void } {
  const bind = libc.func('bind', 'int', ['int', 'void *', 'uint32_t']);
  const socket = openSocket(AF_UNIX, type === 'stream' ? 1 : 2, 0) as number;
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)]);
  if (bind(socket, address, address.length) < 0) throw new Error(`bind ${path}: errno ${koffi.errno()}`);
  return { close: () => void close(socket) };
}
