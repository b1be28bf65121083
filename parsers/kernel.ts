/**
 * The kernel: `[ 1104.120685] br100: port 1(eth0) entering forwarding state`. The number is time since boot, which is no date, and stays
 * in the message; time and level are the header's. Its own priority (`<4>[…]`) is the PRI that relays send on. Source: printk.
 */
import { named } from './named.ts';

export const kernel = named({
  name: 'kernel',
  say: 'the kernel',
  programs: ['kernel'],
  samples: [
    'Feb 10 00:00:19 compute4 kernel: [ 4931.803472] audit: type=1400 audit(1644451219.767:432): apparmor="DENIED" operation="file_lock"',
    '<7>2014-09-30T16:45:23.480213+00:00 compute-01 kernel: tapab017477-23: no IPv6 routers present',
    'Sep 13 00:58:45 Tim-Stacks-iMac kernel[0]: AirParrot device perform power state change 0 -> 1',
  ],
});
