/**
 * Syslog over UDP (RFC 5426) by Node's own dgram. The handler does almost nothing, because Node makes one
 * system call a datagram and every microsecond spent here is a datagram dropped there; datagrams.ts does the rest.
 * Invariant: the kernel's drops are counted, and a receive buffer smaller than asked for is reported with its remedy.
 */
import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Counters } from '../base/counters.ts';
import type { Intake } from '../model.ts';
import { Datagrams } from './datagrams.ts';
import { KernelDrops } from './kernel-drops.ts';
import { DRAIN_DATAGRAMS_MS_MAX, listenError, type Receiver, type ReceiverOptions, type ReceiverStatus, readOn } from './receiver.ts';

/** About 100 ms of 300-byte datagrams at 150 k/s, each charged with the kernel's own overhead. */
export const RECV_BUFFER_BYTES = 8 * 1024 * 1024;

export async function startUdp(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  const { host } = options.address;
  const socket = dgram.createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
  const datagrams = new Datagrams(intake, counters, options);
  socket.on('message', (bytes, peer) => datagrams.add(bytes, peer.address));
  await bind(socket, options);
  const address = { host, port: socket.address().port };
  const warnings: string[] = [];
  const warn = (text: string): void => {
    if (warnings.includes(text)) return;
    warnings.push(text);
    options.warn?.(text);
  };
  socket.on('error', (error) => warn(`UDP: ${error.message}`));
  const asked = options.recvBufferBytes ?? RECV_BUFFER_BYTES;
  const granted = askForBuffer(socket, asked);
  if (granted !== undefined && granted < asked) warn(`UDP: ${bufferWarning(asked, granted)}`);
  const drops = new KernelDrops(address, counters);
  await drops.start(options.pollMs);

  const stop = async (): Promise<void> => {
    await readOn(() => datagrams.taken, DRAIN_DATAGRAMS_MS_MAX);
    await drops.stop();
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    await datagrams.stop();
  };
  let stopped: Promise<void> | undefined;
  return {
    name: 'dgram',
    address,
    status: (): ReceiverStatus => ({
      receiver: 'dgram',
      transport: 'udp',
      ...address,
      kernelDrops: drops.drops,
      bufferBytesAsked: asked,
      bufferBytesGranted: granted,
      warnings: [...warnings],
    }),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function bind(socket: dgram.Socket, options: ReceiverOptions): Promise<void> {
  const { host, port } = options.address;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(listenError(error, options.address, 'udp'));
    };
    socket.once('error', fail);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', fail);
      resolve();
    });
  });
}

/** Bytes of payload and overhead that the kernel grants; Linux answers with the double of what counts (socket(7)). */
function askForBuffer(socket: dgram.Socket, bytes: number): number | undefined {
  try {
    socket.setRecvBufferSize(bytes);
  } catch {
    // Other systems refuse what is above their limit instead of cutting it; what is granted tells.
  }
  try {
    const size = socket.getRecvBufferSize();
    return process.platform === 'linux' ? size / 2 : size;
  } catch {
    return undefined;
  }
}

export function bufferWarning(asked: number, granted: number): string {
  const remedy = process.platform === 'linux' ? `sysctl -w net.core.rmem_max=${asked}` : `raise the system's limit to ${asked}`;
  return `the kernel grants a receive buffer of ${granted} bytes instead of ${asked}, so bursts are dropped sooner; ${remedy}`;
}
