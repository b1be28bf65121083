/**
 * Syslog over UDP (RFC 5426), read many datagrams a call by recvmmsg(2) in a thread of its own: the main thread sees whole buffers, and a busy one
 * costs no datagrams. Also `auto`: this where it works, else Node's dgram (udp.ts). Linux on x64 and arm64; figures in test/bench/RESULTS.md.
 * Invariant: as udp.ts - the kernel's drops are counted, and a receive buffer smaller than asked for is reported with its remedy.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Address } from '../base/address.ts';
import type { Counters } from '../base/counters.ts';
import { CodedError, isCoded } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Intake } from '../model.ts';
import { DatagramReader } from './datagram-reader.ts';
import { KernelDrops } from './kernel-drops.ts';
import { AF, type Libc, openLibc, SystemError } from './libc.ts';
import { listenError, type Receiver, type ReceiverOptions, type ReceiverStatus, type StartReceiver } from './receiver.ts';
import { internetAddress, portOf } from './socket-address.ts';
import { bufferWarning, RECV_BUFFER_BYTES, startUdp } from './udp.ts';
import { Warnings } from './warnings.ts';

/** A call costs about a microsecond besides its datagrams: 256 make that nothing. */
const SLOTS = 256;
/** UDP's length field. */
const DATAGRAM_BYTES_MAX = 65_536;

/** Throws CodedError 'not-here' where libc cannot be called. */
export async function startUdpBatch(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  const libc = await openLibc();
  const { socket, address } = await bind(libc, options.address);
  const warnings = new Warnings('UDP', options.warn);
  const asked = options.recvBufferBytes ?? RECV_BUFFER_BYTES;
  const granted = libc.receiveBuffer(socket, asked);
  if (granted < asked) warnings.add(bufferWarning(asked, granted));
  const drops = new KernelDrops(address, counters);
  await drops.start(options.pollMs);
  const reader = new DatagramReader(
    {
      socket,
      libc,
      transport: 'udp',
      slots: SLOTS,
      slotBytes: DATAGRAM_BYTES_MAX,
      messageBytesMax: options.messageBytesMax ?? limits.messageBytesMax,
      gate: options.gate,
      waits: false,
      onTrouble: (text) =>
        warnings.add(`datagrams are not read any more: ${text}; restart the service, with udp.receiver dgram if it comes again`),
    },
    intake,
    counters,
  );
  let stopped: Promise<void> | undefined;
  return {
    name: 'batch',
    address,
    status: (): ReceiverStatus => ({
      receiver: 'batch',
      transport: 'udp',
      ...address,
      kernelDrops: drops.drops,
      bufferBytesAsked: asked,
      bufferBytesGranted: granted,
      warnings: warnings.texts,
    }),
    stop: () => {
      stopped ??= reader.stop(() => drops.stop());
      return stopped;
    },
  };
}

/** The first where libc can be called, else the second, with a warning that says why and what is worse then. */
export function firstThatWorks(first: StartReceiver, second: StartReceiver): StartReceiver {
  return async (options, intake, counters) => {
    try {
      return await first(options, intake, counters);
    } catch (error) {
      if (!isCoded(error) || error.code !== 'not-here') throw error;
      const receiver = await second(options, intake, counters);
      const warning = `UDP: read datagram by datagram (${receiver.name}), so bursts are dropped sooner: ${error.message}`;
      options.warn?.(warning);
      return { ...receiver, status: () => ({ ...receiver.status(), warnings: [warning, ...receiver.status().warnings] }) };
    }
  };
}

export const startUdpAuto = firstThatWorks(startUdpBatch, startUdp);

async function bind(libc: Libc, wanted: Address): Promise<{ socket: number; address: Address }> {
  const { host, port } = wanted;
  let socket: number | undefined;
  try {
    const resolved = isIP(host) === 0 ? (await lookup(host)).address : host;
    socket = libc.socket(isIP(resolved) === 6 ? AF.inet6 : AF.inet);
    libc.probe(socket);
    libc.bind(socket, internetAddress({ host: resolved, port }));
    return { socket, address: { host, port: portOf(libc.name(socket)) } };
  } catch (error) {
    if (socket !== undefined) libc.close(socket);
    if (error instanceof SystemError && (error.code === 'ENOSYS' || error.code === 'EAFNOSUPPORT')) {
      throw new CodedError('not-here', `UDP in batches: ${error.message}; udp.receiver dgram does without`);
    }
    throw listenError(error, wanted, 'udp');
  }
}
