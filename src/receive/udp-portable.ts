/**
 * The UDP receiver by the npm package `syslog-server`; this file is its only door. For where Node's dgram is
 * not wanted; what it cannot do is made up for here or said:
 *   a busy port leaves its start() unsettled: the port is tried first, and the wait is bounded;
 *   one instance a process, IPv4 only: refused with a clear error; no receive buffer to set;
 *   bytes that are not UTF-8 become U+FFFD: such messages are flagged `lossy` (those that were sent with it, too).
 */
import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';
import SyslogServer from 'syslog-server';
import type { Counters } from '../base/counters.ts';
import { CodedError } from '../base/errors.ts';
import type { Intake } from '../model.ts';
import { Datagrams } from './datagrams.ts';
import { KernelDrops } from './kernel-drops.ts';
import { DRAIN_DATAGRAMS_MS_MAX, listenError, type Receiver, type ReceiverOptions, type ReceiverStatus, readOn } from './receiver.ts';

/** Binding is a local system call; one that takes this long will never end. */
const START_MS_MAX = 2000;

/** The package keeps its socket in a module variable: a second instance would take the first one's. */
let inUse = false;

export async function startUdpPortable(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  if (isIPv6(options.address.host)) {
    throw new CodedError('bad-setting', 'the receiver syslog-server listens on IPv4 only; use udp.receiver dgram for IPv6');
  }
  if (inUse) throw new CodedError('bad-setting', 'the receiver syslog-server can listen on one port only; use udp.receiver dgram for more');
  inUse = true;
  try {
    return await start(options, intake, counters);
  } catch (error) {
    inUse = false;
    throw error;
  }
}

async function start(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  const address = { host: options.address.host, port: await tryPort(options) };
  const server = new SyslogServer();
  const datagrams = new Datagrams(intake, counters, options);
  const warnings: string[] = [];
  server.on('message', ({ message, host }: { message: string; host: string }) => {
    datagrams.add(Buffer.from(message, 'utf8'), host, message.includes('\ufffd') ? 'lossy' : undefined);
  });
  await listen(server, address);
  server.on('error', (error: Error) => {
    const text = `UDP: ${error.message}`;
    if (warnings.includes(text)) return;
    warnings.push(text);
    options.warn?.(text);
  });
  const drops = new KernelDrops(address, counters);
  await drops.start(options.pollMs);

  const stop = async (): Promise<void> => {
    await readOn(() => datagrams.taken, DRAIN_DATAGRAMS_MS_MAX);
    await drops.stop();
    await server.stop();
    inUse = false;
    await datagrams.stop();
  };
  let stopped: Promise<void> | undefined;
  return {
    name: 'syslog-server',
    address,
    status: (): ReceiverStatus => ({
      receiver: 'syslog-server',
      transport: 'udp',
      ...address,
      kernelDrops: drops.drops,
      warnings: [...warnings],
    }),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Binds and frees the port once: a busy one is found out here, and port 0 gets its number. */
async function tryPort(options: ReceiverOptions): Promise<number> {
  const { host, port } = options.address;
  const socket = dgram.createSocket('udp4');
  const bound = await new Promise<number>((resolve, reject) => {
    socket.once('error', (error) => reject(listenError(error, options.address, 'udp')));
    socket.bind({ address: host, port, exclusive: true }, () => resolve(socket.address().port));
  }).catch((error: unknown) => {
    socket.close();
    throw error;
  });
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return bound;
}

function listen(server: SyslogServer, address: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      server.off('error', fail);
      reject(listenError(error, address, 'udp'));
    };
    const timer = setTimeout(() => fail(new Error('it did not begin to listen')), START_MS_MAX);
    server.once('error', fail);
    server.start({ address: address.host, port: address.port, exclusive: true }).then(() => {
      clearTimeout(timer);
      server.off('error', fail);
      resolve();
    }, fail);
  });
}
