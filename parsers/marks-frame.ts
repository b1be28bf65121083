/**
 * Whose code a frame of a traceback is in: the service's own, a library's, or somebody else's (a driver of a vendor,
 * an in-house plugin). Part of marks.ts: the culprit of an exception is the innermost frame of the service's own code.
 *
 * Invariant: decided by the path alone. What a service copied into itself (`nova/openstack/common/…` until 2015) is a
 * library's. Source: import names of the services, and of what stands in their requirements.
 */

/** Import names of services. */
const OWN = new Set(
  (
    'nova glance cinder keystone neutron quantum heat swift ironic ironic_python_agent ironic_inspector octavia placement designate ' +
    'barbican manila magnum sahara trove murano mistral aodh ceilometer gnocchi panko zun kuryr masakari senlin watcher blazar cyborg ' +
    'freezer solum congress karbor tacker vitrage zaqar cloudkitty adjutant storlets openstack_dashboard horizon ' +
    'neutron_dynamic_routing neutron_fwaas neutron_lbaas neutron_vpnaas networking_ovn networking_bgpvpn networking_sfc ' +
    'octavia_tempest_plugin ovn_octavia_provider'
  ).split(' '),
);
/** Behind these a path goes on with the import name. */
const PACKAGES = /\/(?:site|dist)-packages\/([\w.]{1,100})/;
/** A checkout: `/opt/stack/new/nova/nova/compute/manager.py`, `/opt/stack/nova/nova/…`. */
const CHECKOUT = /\/([\w-]{1,60})\/([a-z_]{1,60})\//g;
/** Python's own: `/usr/lib/python3.8/threading.py`, `<string>`, `<frozen importlib._bootstrap>`. */
const PYTHON = /\/python\d(?:\.\d{1,2})?\/[^/]{1,60}(?:\/|\.py)|^</;
const COPIED = '/openstack/common/';

/** `frame` begins with the path of the file. */
export function isOwnFile(frame: string): 'own' | 'library' | 'other' {
  const packaged = PACKAGES.exec(frame);
  if (frame.includes(COPIED)) return 'library';
  if (packaged !== null) return OWN.has(packaged[1]!) ? 'own' : 'library';
  for (const [, folder, name] of frame.matchAll(CHECKOUT)) if (folder === name && OWN.has(name!)) return 'own';
  if (PYTHON.test(frame)) {
    // Debian until 2012 and old RPMs have services beside the standard library.
    const beside = /\/python\d(?:\.\d{1,2})?\/([\w]{1,60})\//.exec(frame);
    return beside !== null && OWN.has(beside[1]!) ? 'own' : 'library';
  }
  return 'other';
}
