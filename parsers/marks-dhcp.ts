/**
 * What dnsmasq did with a lease: `DHCPACK(tap…) 10.1.0.3 fa:16:3e:… host` is the event `DHCPACK`. Address and MAC are ids like everybody's
 * (marks-ids.ts). Part of marks.ts. Source: dnsmasq's rfc2131.c and rfc3315.c, whose log_packet writes all of these.
 */
import type { EventMark, LogRecord } from '../src/model.ts';

const ACTION = /^\s{0,8}(?:\d{1,10} )?(DHCP[A-Z]{3,20}(?:-[A-Z]{3,20})?)\(/;

export function leaseOf({ format, message }: LogRecord): EventMark | undefined {
  const type = format === 'dnsmasq' ? ACTION.exec(message)?.[1] : undefined;
  return type === undefined ? undefined : { type };
}
