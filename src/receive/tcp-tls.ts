/** Syslog over TLS (RFC 5425): the lines of tcp.ts inside the connections of tls.ts. Port 6514 is the usual one. */
import type { Counters } from '../base/counters.ts';
import { CodedError } from '../base/errors.ts';
import type { Intake } from '../model.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';
import { startStream } from './stream.ts';
import { syslogLines } from './tcp.ts';

export function startTls(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  if (options.tls === undefined)
    return Promise.reject(new CodedError('bad-setting', 'tls needs a certificate: give tls.certificate and tls.key'));
  return startStream({ name: 'tls', transport: 'tls', converse: syslogLines }, options, { intake, counters });
}
