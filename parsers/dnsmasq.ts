/**
 * dnsmasq, of neutron's DHCP agent or nova-network: `DHCPACK(tap…) 10.1.0.3 fa:16:3e:… host` and its other lines. The text stays the
 * message; address, MAC and what was done with them are marks, read when the record is. Source: dnsmasq's rfc2131.c texts.
 */
import { named } from './named.ts';

export const dnsmasq = named({
  name: 'dnsmasq',
  say: 'DHCP and DNS of neutron’s agents and nova-network',
  programs: ['dnsmasq', 'dnsmasq-dhcp', 'dnsmasq-tftp', 'dnsmasq-script'],
  samples: [
    'Jun  9 15:50:06 devstack dnsmasq-dhcp[10676]: DHCPRELEASE(br100) 10.1.0.3 fa:16:3e:d7:29:d1 unknown lease',
    'Jun  9 15:50:06 devstack dnsmasq[10676]: DHCP, static leases only on 10.1.0.2, lease time 1d',
  ],
});
