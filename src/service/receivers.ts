/**
 * Starts the receivers that the settings ask for, and stops each once and in bounded time, so that a disk that hangs cannot hold up the end of the
 * service. Not here: receiving (receive/), followed files (followed-files.ts).
 */
import type { Address } from '../base/address.ts';
import type { Settings } from '../base/config.ts';
import type { Counters } from '../base/counters.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Ingest } from '../model.ts';
import { RECEIVERS, type Receiver, type ReceiverOptions, type StartReceiver, udpReceiver } from '../receive/receivers.ts';
import type { Gates } from './gates.ts';

/** Longest a stop waits for what a receiver has read to be on disk. */
const STOP_MS_MAX = 5000;
const WARN_EVERY_MS = 60_000;

interface Around {
  readonly ingest: Ingest;
  readonly counters: Counters;
  readonly gates: Gates;
  readonly log: Log;
  /** Notes what has to be taken down later. */
  readonly rising: { up(name: string, down: () => Promise<void>): void };
}

export async function startReceivers(settings: Settings, around: Around): Promise<Receiver[]> {
  const tls = tlsOf(settings);
  const wanted: [
    name: 'udp' | 'tcp' | 'tls' | 'relp' | 'unix',
    address: Address | undefined,
    start: StartReceiver,
    more?: Partial<ReceiverOptions>,
  ][] = [
    ['udp', settings.udp, udpReceiver(settings['udp.receiver'])],
    ['tcp', settings.tcp, RECEIVERS.tcp],
    ['tls', settings.tls, RECEIVERS.tls, tls],
    ['relp', settings.relp, RECEIVERS.relp, settings['relp.tls'] === 'on' ? tls : {}],
    ['unix', settings.unix, RECEIVERS.unix],
  ];
  const receivers: Receiver[] = [];
  for (const [name, address, start, more] of wanted) {
    if (address === undefined) continue;
    const warn = (text: string): void => around.log.limited(`${name} ${text.slice(0, 40)}`, WARN_EVERY_MS).warn(text, { receiver: name });
    const gate = name === 'unix' ? undefined : around.gates.of(name);
    const options = { address, warn, gate, recvBufferBytes: settings['udp.receiveBufferBytes'], ...more };
    const onLate = (): void =>
      around.log.warn('stopping takes too long; going on without the rest', { receiver: name, pendingBytes: around.ingest.pendingBytes });
    const receiver = { ...wrap(await start(options, around.ingest, around.counters), onLate), name };
    around.rising.up(`the ${name} receiver`, () => receiver.stop());
    receivers.push(receiver);
  }
  return receivers;
}

/** Certificates are asked for only where TLS is: a listener without them says what is missing. */
function tlsOf(settings: Settings): Partial<ReceiverOptions> {
  const { 'tls.certificate': certificate, 'tls.key': key, 'tls.ca': ca, 'tls.clients': clients, 'tls.names': names } = settings;
  if (certificate !== undefined && key !== undefined) return { tls: { certificate, key, ca, clients, names } };
  if (settings.tls === undefined && settings['relp.tls'] === 'off') return {};
  throw new CodedError('bad-setting', 'TLS needs a certificate and its key: give tls.certificate and tls.key, two PEM files');
}

/** The receiver under the listener's name; stopped once only, however often it is asked, and in bounded time. */
function wrap(receiver: Receiver, onLate: () => void): Receiver {
  let stopped: Promise<void> | undefined;
  return {
    name: receiver.name,
    address: receiver.address,
    status: () => receiver.status(),
    stop() {
      stopped ??= inTime(receiver.stop(), onLate);
      return stopped;
    },
  };
}

/** What a receiver read may wait for a disk that hangs: the stop goes on without it. */
export async function inTime(stopped: Promise<void>, onLate: () => void): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    onLate();
    late.resolve();
  }, STOP_MS_MAX);
  try {
    await Promise.race([stopped, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
