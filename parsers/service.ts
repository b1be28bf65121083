/**
 * Which OpenStack service a record is of: by program name first, then by logger, then by the facility
 * that the Operations Guide gives to it. Not a parser: reads no text, only names.
 *
 * Invariant: a well-known foreign daemon never becomes an OpenStack service by its facility (haproxy logs
 * on local1, which is glance's). Sources: the console scripts of each project, the guide's rsyslog
 * chapter (nova LOCAL0, glance LOCAL1, cinder LOCAL2, keystone LOCAL3), swift's server names.
 */

const LOCAL0 = 16;
/** Services by facility number, as the Operations Guide gives them; the setting `facilities` gives others. */
export const GUIDE_FACILITIES: readonly (string | undefined)[] = Object.assign([] as (string | undefined)[], {
  [LOCAL0]: 'nova',
  [LOCAL0 + 1]: 'glance',
  [LOCAL0 + 2]: 'cinder',
  [LOCAL0 + 3]: 'keystone',
});

/** First part of a program name or logger -> service. */
const SERVICES: ReadonlyMap<string, string> = new Map<string, string>([
  ...[
    'nova glance cinder keystone swift neutron placement heat horizon ironic octavia ceilometer gnocchi aodh panko trove sahara',
    'barbican designate magnum manila murano mistral zaqar watcher senlin congress tacker freezer masakari vitrage zun kuryr',
    'cyborg blazar cloudkitty monasca tempest',
  ].flatMap((names) => names.split(' ').map((name): [string, string] => [name, name])),
  ['glance_store', 'glance'],
  ['openstack_dashboard', 'horizon'],
  ['openstack_auth', 'horizon'],
  ['amphora', 'octavia'],
  ...['ironic_inspector', 'ironic_lib', 'ironic_python_agent'].map((name): [string, string] => [name, 'ironic']),
  ...['quantum', 'neutron_lib', 'networking_ovn', 'networking_ovs', 'neutron_lbaas', 'neutron_fwaas', 'neutron_vpnaas'].map(
    (name): [string, string] => [name, 'neutron'],
  ),
]);

/** Whole program names whose first part does not say it. Swift's servers print no logger. */
const PROGRAMS: ReadonlyMap<string, string | null> = new Map<string, string | null>([
  ['nova-placement-api', 'placement'],
  ...['proxy', 'account', 'container', 'object'].map((server): [string, string] => [`${server}-server`, 'swift']),
  ...['account', 'container', 'object'].flatMap((server) =>
    ['replicator', 'auditor', 'updater'].map((role): [string, string] => [`${server}-${role}`, 'swift']),
  ),
  ...[
    'account-reaper',
    'object-expirer',
    'object-reconstructor',
    'object-relinker',
    'container-sync',
    'container-sharder',
    'container-reconciler',
  ].map((name): [string, string] => [name, 'swift']),
  // Daemons beside OpenStack: a service of their own where operators ask for it …
  ...Object.entries({
    dnsmasq: 'dnsmasq dnsmasq-dhcp dnsmasq-tftp dnsmasq-script',
    openvswitch: 'ovs-vsctl ovs-vswitchd ovsdb-server ovs-ofctl ovs-appctl ovs-dpctl ovsdb-client ovsdb-tool ovs-ctl ovs',
    ovn: 'ovn-controller ovn-northd ovn-nbctl ovn-sbctl ovn-appctl ovn-ic ovsdb-server-nb ovsdb-server-sb ovn-bgp-agent',
    libvirt: 'libvirtd virtqemud virtlogd virtlockd virtproxyd virtnodedevd virtsecretd libvirt-guests qemu-kvm qemu-system-x86_64 qemu',
    rabbitmq: 'rabbitmq rabbitmq-server rabbit beam.smp',
    mysql: 'mysql mysqld mysqld_safe mariadb mariadbd mariadb-server galera garbd',
    haproxy: 'haproxy haproxy-systemd-wrapper',
    keepalived: 'keepalived Keepalived Keepalived_vrrp Keepalived_healthcheckers keepalived_vrrp keepalived_healthcheckers',
    redis: 'redis redis-server redis-sentinel valkey valkey-server',
    ceph: 'ceph-osd ceph-mon ceph-mgr ceph-mds radosgw ceph-volume',
    apache: 'apache apache2 httpd',
    nginx: 'nginx',
  }).flatMap(([service, names]) => names.split(' ').map((name): [string, string] => [name, service])),
  ...'memcached radvd conntrackd tgtd iscsid multipathd'.split(' ').map((name): [string, string] => [name, name]),
  // … and none at all for the machine itself.
  ...[
    'kernel sudo su sshd sshd-session systemd systemd-logind systemd-journald cron CRON crond anacron rsyslogd syslogd syslog-ng',
    'ntpd chronyd dbus dbus-daemon NetworkManager polkitd puppet puppet-agent chef-client dhclient dockerd containerd',
    'snmpd postfix auditd audispd logrotate rtkit-daemon nrpe xinetd init agetty login irqbalance smartd',
  ].flatMap((names) => names.split(' ').map((name): [string, null] => [name, null])),
]);

/** Formats that only one daemon writes: what says the service where no name does, as in a file that was moved. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['swift', 'swift'],
  ['ovs', 'openvswitch'],
  ['rabbitmq', 'rabbitmq'],
  ['mysql', 'mysql'],
  ['libvirt', 'libvirt'],
  ['ceph', 'ceph'],
  ['redis', 'redis'],
  ['apache', 'apache'],
  ['nginx', 'nginx'],
]);

export function serviceOfFormat(format: string): string | undefined {
  return format === 'oslo' ? undefined : FORMATS.get(format);
}

/** Names seen -> service; null says "certainly none", undefined "this name does not tell". */
const programCache = new Map<string, string | null | undefined>();
const loggerCache = new Map<string, string | undefined>();
/** Distinct names remembered; a sender that makes up names starts the tables anew. */
const NAMES_MAX = 4096;

/** `byFacility`: the service of the record's facility, where that says one. */
export function serviceOf(program: string | undefined, logger: string | undefined, byFacility: string | undefined): string | undefined {
  if (program !== undefined) {
    const service = serviceOfProgram(program);
    if (service !== undefined) return service ?? undefined;
  }
  if (logger !== undefined) {
    const service = serviceOfLogger(logger);
    if (service !== undefined) return service;
  }
  return byFacility;
}

/** The service of a program name, null for a known daemon without one, undefined where the name does not tell (journal, root, python). */
export function serviceOfProgram(program: string): string | null | undefined {
  if (programCache.has(program)) return programCache.get(program);
  if (programCache.size >= NAMES_MAX) programCache.clear();
  const service = lookUpProgram(program);
  programCache.set(program, service);
  return service;
}

function lookUpProgram(program: string): string | null | undefined {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const known = PROGRAMS.get(name);
  if (known !== undefined) return known;
  return SERVICES.get(/^[A-Za-z]+(?:_[A-Za-z]+)*/.exec(name)?.[0] ?? '') ?? SERVICES.get(/^[a-z]+/.exec(name)?.[0] ?? '');
}

export function serviceOfLogger(logger: string): string | undefined {
  if (loggerCache.has(logger)) return loggerCache.get(logger);
  if (loggerCache.size >= NAMES_MAX) loggerCache.clear();
  const dot = logger.indexOf('.');
  const service = SERVICES.get(dot < 0 ? logger : logger.slice(0, dot));
  loggerCache.set(logger, service);
  return service;
}

/** A name that may stand for a program without a colon behind it: the binaries of OpenStack and swift's servers. */
export function isOpenStackProgram(name: string): boolean {
  const service = serviceOfProgram(name);
  if (typeof service !== 'string') return false;
  return (
    (PROGRAMS.has(name) && (service === 'swift' || service === 'placement')) || (/^[a-z]+-[a-z0-9-]+$/.test(name) && SERVICES.has(service))
  );
}

/** One of swift's servers and daemons by its whole name. */
export function isSwiftProgram(name: string): boolean {
  return PROGRAMS.get(name) === 'swift';
}
