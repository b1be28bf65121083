/**
 * Syslog over a Unix socket of datagrams, what syslog(3) of glibc, Python's SysLogHandler and rsyslog's omuxsock write to `/dev/log`. Its address is
 * a path, its port 0. These messages have no host: they are of this machine; their pid is in the tag (SO_PASSCRED would know it of a
 * stranger's text, too, but records have no place for a pid that the text contradicts).
 * The kernel drops nothing here: a sender waits, or is told that the queue (net.unix.max_dgram_qlen, 10 or more) is full.
 * Invariant: a socket file that somebody answers on is never taken; ours is gone when we stop.
 */
import { chmodSync, lstatSync, readlinkSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Counters } from '../base/counters.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Intake } from '../model.ts';
import { DatagramReader } from './datagram-reader.ts';
import { AF, type Libc, openLibc } from './libc.ts';
import type { Receiver, ReceiverOptions, ReceiverStatus } from './receiver.ts';
import { PATH_BYTES_MAX, unixAddress } from './socket-address.ts';
import { Warnings } from './warnings.ts';

/** More never queue: the kernel's default is 10, systemd's 512, which then takes more than one call. */
const SLOTS = 16;
/** Beyond the longest message: a trailer (LF, NUL), and a byte that tells that there was more. */
const TRAILER_BYTES = 4;
/** Every program of the machine may log, whoever runs it. */
const MODE = 0o666;

export async function startUnix(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  const path = options.address.host;
  const libc = await openLibc().catch((error: Error) => {
    throw isCoded(error) ? new CodedError(error.code, `unix ${path}: ${error.message}`) : error;
  });
  const { socket, inode } = listen(libc, path);
  const warnings = new Warnings('Unix socket', options.warn);
  const messageBytesMax = options.messageBytesMax ?? limits.messageBytesMax;
  const reader = new DatagramReader(
    {
      socket,
      libc,
      transport: 'unix',
      slots: SLOTS,
      slotBytes: messageBytesMax + TRAILER_BYTES,
      messageBytesMax,
      peer: path,
      hints: { host: hostname() },
      waits: true,
      onTrouble: (text) => warnings.add(`${path} is not read any more: ${text}; restart the service`),
    },
    intake,
    counters,
  );
  const takeAway = async (): Promise<void> => {
    if (inodeOf(path) === inode) unlinkSync(path);
  };
  let stopped: Promise<void> | undefined;
  return {
    name: 'unix',
    address: options.address,
    status: (): ReceiverStatus => ({ receiver: 'unix', transport: 'unix', ...options.address, warnings: warnings.texts }),
    stop: () => {
      stopped ??= reader.stop(takeAway);
      return stopped;
    },
  };
}

function listen(libc: Libc, path: string): { socket: number; inode: bigint | undefined } {
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) {
    throw new CodedError('bad-setting', `unix: ${path} is too long for a socket; ${PATH_BYTES_MAX} bytes are the most`);
  }
  makeRoom(libc, path);
  const socket = libc.socket(AF.unix);
  try {
    libc.bind(socket, unixAddress(path));
    chmodSync(path, MODE);
    return { socket, inode: inodeOf(path) };
  } catch (error) {
    libc.close(socket);
    throw bindError(error as NodeJS.ErrnoException, path);
  }
}

/** Takes away the socket file that a crash has left. Throws where it is no socket, or somebody answers on it. */
function makeRoom(libc: Libc, path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (there === undefined) return;
  if (there.isSymbolicLink()) {
    const text = `unix: ${path} is a link to ${readlinkSync(path)}, so another program (systemd-journald?) gets what is logged there; name another path`;
    throw new CodedError('port-busy', text);
  }
  if (!there.isSocket()) throw new CodedError('bad-setting', `unix: ${path} is there and is no socket; name another path`);
  const probe = libc.socket(AF.unix);
  try {
    // Only a socket that nobody has open refuses; one of streams (EPROTOTYPE) or with a full queue (EAGAIN) is alive.
    const trouble = libc.connect(probe, unixAddress(path));
    if (trouble === 'ENOENT') return;
    if (trouble !== 'ECONNREFUSED') {
      const text = `cannot listen on UNIX ${path}: another program uses it (ss -xlp src ${path} shows which); stop that one or choose another path`;
      throw new CodedError('port-busy', text);
    }
  } finally {
    libc.close(probe);
  }
  try {
    unlinkSync(path);
  } catch (error) {
    throw bindError(error as NodeJS.ErrnoException, path);
  }
}

function bindError(error: NodeJS.ErrnoException, path: string): CodedError {
  const why =
    { ENOENT: 'its folder is not there', EACCES: 'we may not write into its folder', EPERM: 'we may not write into its folder' }[
      error.code ?? ''
    ] ?? error.message;
  return new CodedError('bad-setting', `cannot listen on UNIX ${path}: ${why}; make the folder ours, or name another path`);
}

function inodeOf(path: string): bigint | undefined {
  return lstatSync(path, { throwIfNoEntry: false, bigint: true })?.ino;
}
