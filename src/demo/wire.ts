/**
 * An event as the bytes that the host's rsyslog forwards: the traditional forward format
 * `<PRI>Mmm dd hh:mm:ss host tag: text` or RSYSLOG_SyslogProtocol23Format (RFC 5424), and the framings of
 * TCP (RFC 6587). Control characters become `#ooo`, as rsyslog does on receiving unless told otherwise.
 */
import type { CloudEvent } from './act.ts';
import type { Clock } from './clock.ts';

export type Header = 'rfc3164' | 'rfc5424';
export type Framing = 'lf' | 'octet';

/**
 * One message without its framing. `escape: 'always'` also escapes the newlines of hosts that would send them raw:
 * for LF framing, where a raw one would cut the message in two.
 */
export function message(event: CloudEvent, clock: Clock, form: { header: Header; escape: 'always' | 'by-host' }): string {
  const pri = event.facility * 8 + event.severity;
  const raw = event.rawNewlines === true && form.escape === 'by-host';
  const text = raw || !CONTROLS.test(event.text) ? event.text : event.text.replace(EVERY_CONTROL, octal);
  if (form.header === 'rfc5424') {
    // rsyslog's %msg% keeps the space that followed the tag, hence two of them.
    return `<${pri}>1 ${clock.rfc3339(event.stampUs)} ${event.host} ${event.program} ${event.pid ?? '-'} - -  ${text}`;
  }
  const tag = event.pid === undefined ? event.program : `${event.program}[${event.pid}]`;
  return `<${pri}>${clock.header(event.stampUs)} ${event.host} ${tag}: ${text}`;
}

/** With its framing, as it goes into a TCP stream. */
export function framed(text: string, framing: Framing): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (framing === 'octet') return Buffer.concat([Buffer.from(`${bytes.length} `, 'latin1'), bytes]);
  return Buffer.concat([bytes, LF]);
}

const LF = Buffer.from('\n', 'latin1');
const CONTROLS = /[\x00-\x1f\x7f]/;
const EVERY_CONTROL = /[\x00-\x1f\x7f]/g;

function octal(character: string): string {
  return `#${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
