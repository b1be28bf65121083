/**
 * The table of receivers: name -> what starts it. Adding one is a file, a line here and nothing else; the
 * contract suite (test/receive/receivers.test.ts) picks it up by itself. Not here: which of them a setting asks for
 * beyond `udp.receiver`, addresses, the order of starting (service.ts).
 */
import { CodedError } from '../base/errors.ts';
import type { StartReceiver } from './receiver.ts';
import { startRelp } from './relp.ts';
import { startTcp } from './tcp.ts';
import { startTls } from './tcp-tls.ts';
import { startUdp } from './udp.ts';
import { startUdpAuto, startUdpBatch } from './udp-batch.ts';
import { startUdpPortable } from './udp-portable.ts';
import { startUnix } from './unix.ts';

export { Connections, Gate } from './admission.ts';
export type { Receiver, ReceiverOptions, ReceiverStatus, StartReceiver } from './receiver.ts';

export const RECEIVERS = {
  tcp: startTcp,
  tls: startTls,
  relp: startRelp,
  unix: startUnix,
  batch: startUdpBatch,
  dgram: startUdp,
  'syslog-server': startUdpPortable,
} as const satisfies Record<string, StartReceiver>;
export type ReceiverName = keyof typeof RECEIVERS;

/** Values of the setting `udp.receiver`; `auto` is the fastest one that works here. */
export const UDP_RECEIVERS = {
  auto: startUdpAuto,
  batch: startUdpBatch,
  dgram: startUdp,
  'syslog-server': startUdpPortable,
} as const satisfies Record<string, StartReceiver>;

/** The receiver for `udp.receiver`. Throws CodedError 'bad-setting' for a word that is none of them. */
export function udpReceiver(setting: string): StartReceiver {
  if (!Object.hasOwn(UDP_RECEIVERS, setting)) {
    throw new CodedError('bad-setting', `udp.receiver: ${JSON.stringify(setting)} is none of ${Object.keys(UDP_RECEIVERS).join(', ')}`);
  }
  return UDP_RECEIVERS[setting as keyof typeof UDP_RECEIVERS];
}
