/**
 * What a cloud says all day without anything happening: clients that list and show, agents and computes
 * that look after themselves, leases that are renewed, logins that fail. Most lines of a real cloud are these.
 */
import type { Act, Voice } from './act.ts';
import { call, type RestCall, type ServiceType, serve, validateToken } from './rest.ts';
import { keystoneWorker } from './tokens.ts';
import { COMPUTES } from './world.ts';

const LISTS: readonly [ServiceType, string][] = [
  ['compute', '/v2.1/servers/detail'],
  ['compute', '/v2.1/servers/detail?limit=21&project_id=PROJECT'],
  ['compute', '/v2.1/flavors?is_public=None'],
  ['compute', '/v2.1/os-hypervisors/detail'],
  ['compute', '/v2.1/limits?reserved=1'],
  ['network', '/v2.0/ports?project_id=PROJECT'],
  ['network', '/v2.0/networks?shared=False&project_id=PROJECT'],
  ['network', '/v2.0/security-groups?project_id=PROJECT'],
  ['image', '/v2/images?limit=20&visibility=public'],
  ['volumev3', '/v3/PROJECT/volumes/detail?limit=21'],
];

export function list(act: Act): void {
  const { dice } = act.world;
  const project = dice.pick(act.world.projects);
  const context = act.userRequest(dice.pick(project.users), project.id);
  const [service, path] = dice.pick(LISTS);
  if (dice.oneIn(5)) validateToken(act, context);
  const client = dice.pick(project.clients);
  serve(act, { service, context, client }, { method: 'GET', path: path.replace('PROJECT', project.id), status: 200 });
}

export function show(act: Act): void {
  const { dice } = act.world;
  const instance = act.world.someInstance(act.atUs);
  if (!instance) return;
  const context = act.userRequest(instance.user, instance.project.id);
  const to = { service: 'compute', context, client: dice.pick(instance.project.clients) } as const;
  if (dice.oneIn(12)) {
    const missing = dice.uuid();
    const api = act.as(act.world.worker('nova-api'), context);
    api.info('nova.api.openstack.wsgi', `HTTP exception thrown: Instance ${missing} could not be found.`);
    serve(act, { ...to, by: api.worker }, { method: 'GET', path: `/v2.1/servers/${missing}`, status: 404, bytes: 111 });
    return;
  }
  act.note.ids = { instance: instance.id };
  act.subject = instance.id;
  const api = act.as(act.world.worker('nova-api'), context);
  const ports: RestCall = { method: 'GET', path: `/v2.0/ports?device_id=${instance.id}`, status: 200 };
  const inside = (): void => {
    if (dice.oneIn(3)) call(api, { service: 'network' }, ports);
  };
  const rest: RestCall = { method: 'GET', path: `/v2.1/servers/${instance.id}`, status: 200, msMin: 10, msMax: 60, inside };
  serve(act, { ...to, by: api.worker }, rest);
}

/** Once a minute and compute: the resource tracker and its locks (nova.compute.resource_tracker). */
export function audit(act: Act): void {
  const { dice } = act.world;
  const host = dice.pick(COMPUTES);
  const context = act.ownRequest();
  const compute = act.as(act.world.worker(`nova-compute@${host}`), context);
  const task = 'run_periodic_tasks oslo_service/periodic_task.py:210';
  compute.debug('oslo_service.periodic_task', 'Running periodic task ComputeManager.update_available_resource', task);
  act.pass(5, 20);
  lock(compute, { name: 'compute_resources', by: 'nova.compute.resource_tracker.ResourceTracker._update_available_resource' }, () => {
    const free = `Hypervisor resource view: name=${host} free_ram=${dice.between(2000, 30000)}MB free_disk=${(dice.fraction() * 900).toFixed(3)}GB free_vcpus=${dice.between(2, 30)}`;
    compute.debug(
      'nova.compute.resource_tracker',
      `${free} pci_devices=[]`,
      '_report_hypervisor_resource_view nova/compute/resource_tracker.py:1106',
    );
    act.pass(40, 300);
    const used = act.world.instances.filter((instance) => instance.compute === host);
    const ram = 512 + used.reduce((sum, instance) => sum + instance.flavor.ramMb, 0);
    const final = `Final resource view: name=${host} phys_ram=64290MB used_ram=${ram}MB phys_disk=915GB used_disk=${used.length * 20}GB total_vcpus=32 used_vcpus=${used.length} pci_stats=[]`;
    compute.debug('nova.compute.resource_tracker', final, '_report_final_resource_view nova/compute/resource_tracker.py:1175');
    const unchanged = `Inventory has not changed for provider ${act.world.computeIds[host]} based on inventory data: {'VCPU': {'total': 32}, 'MEMORY_MB': {'total': 64290}, 'DISK_GB': {'total': 915}}`;
    compute.debug('nova.scheduler.client.report', unchanged, 'set_inventory_for_provider nova/scheduler/client/report.py:940');
  });
}

/** oslo.concurrency's three DEBUG lines around a lock. */
export function lock(voice: Voice, about: { name: string; by: string }, inside: () => void): void {
  const { act } = voice;
  const logger = 'oslo_concurrency.lockutils';
  voice.debug(logger, `Acquiring lock "${about.name}" by "${about.by}"`, 'inner oslo_concurrency/lockutils.py:405');
  act.pass(0, 2);
  const waited = act.world.dice.fraction() / 100;
  voice.debug(
    logger,
    `Lock "${about.name}" acquired by "${about.by}" :: waited ${waited.toFixed(3)}s`,
    'inner oslo_concurrency/lockutils.py:410',
  );
  const startUs = act.atUs;
  inside();
  const held = (act.atUs - startUs) / 1e6;
  voice.debug(
    logger,
    `Lock "${about.name}" "released" by "${about.by}" :: held ${held.toFixed(3)}s`,
    'inner oslo_concurrency/lockutils.py:424',
  );
}

const TASKS = [
  '_heal_instance_info_cache',
  '_poll_rebooting_instances',
  '_poll_volume_usage',
  '_sync_scheduler_instance_info',
  '_check_instance_build_time',
];

export function periodic(act: Act): void {
  const { dice } = act.world;
  const compute = act.as(act.world.worker('nova-compute'), act.ownRequest());
  const task = dice.pick(TASKS);
  compute.debug(
    'oslo_service.periodic_task',
    `Running periodic task ComputeManager.${task}`,
    'run_periodic_tasks oslo_service/periodic_task.py:210',
  );
  if (task !== '_heal_instance_info_cache') return;
  act.pass(2, 8);
  compute.debug('nova.compute.manager', 'Starting heal instance info cache', '_heal_instance_info_cache nova/compute/manager.py:9929');
  const instance = act.world.someInstance(act.atUs);
  if (!instance) return;
  act.pass(60, 200);
  const healed = act.as(compute.worker, act.ownRequest(), instance.id);
  const info = `Updating instance_info_cache with network_info: [{"id": "${instance.port}", "address": "${instance.mac}", "network": {"id": "${instance.project.network}", "bridge": "br-int"}, "type": "ovs", "active": true}]`;
  healed.debug('nova.network.neutron', info, 'update_instance_cache_with_nw_info nova/network/neutron.py:116');
  healed.debug(
    'nova.compute.manager',
    'Updated the network info_cache for instance',
    '_heal_instance_info_cache nova/compute/manager.py:9996',
  );
}

/** Nobody renews a lease that was just given: clients wait for half of its time, a day in neutron. */
const RENEWED_AFTER_US = 60_000_000;

/** A lease is renewed: dnsmasq, the only speaker here whose tag carries a pid. */
export function lease(act: Act): void {
  const instance = act.world.someInstance(act.atUs - RENEWED_AFTER_US);
  if (!instance) return;
  act.note.ids = { instance: instance.id, mac: instance.mac, ip: instance.ip };
  act.subject = instance.id;
  const dnsmasq = act.world.worker('dnsmasq-dhcp');
  act.emit(dnsmasq, 6, `DHCPREQUEST(${instance.project.tap}) ${instance.ip} ${instance.mac}`);
  act.pass(0, 1);
  act.emit(dnsmasq, 6, `DHCPACK(${instance.project.tap}) ${instance.ip} ${instance.mac} host-${instance.ip.replaceAll('.', '-')}`);
}

export function failedLogin(act: Act): void {
  const { dice } = act.world;
  const client = dice.pick(dice.pick(act.world.projects).clients);
  const keystone = act.as(keystoneWorker(act), act.ownRequest());
  const text = `Authorization failed. The request you have made requires authentication. from ${client}`;
  keystone.warning(
    'keystone.server.flask.application',
    `${text}: keystone.exception.Unauthorized: The request you have made requires authentication.`,
  );
}

/** The agents of neutron and cinder, and the image cache. */
export function agents(act: Act): void {
  const { dice } = act.world;
  const speech = dice.pick(AGENT_LINES);
  const worker = act.world.worker(speech.program);
  const voice = act.as(worker, speech.own ? act.ownRequest() : undefined);
  if (speech.where) voice.debug(speech.logger, speech.text(act), speech.where);
  else voice.info(speech.logger, speech.text(act));
}

const AGENT_LINES: readonly { program: string; logger: string; own: boolean; where?: string; text: (act: Act) => string }[] = [
  {
    program: 'neutron-openvswitch-agent',
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    own: true,
    where: 'loop_count_and_wait neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py:2400',
    text: (act) =>
      `Agent rpc_loop - iteration:${Math.floor(act.atUs / 2e6)} completed. Processed ports statistics: {'regular': {'added': 0, 'updated': 0, 'removed': 0}}. Elapsed:${(act.world.dice.fraction() / 10).toFixed(3)}`,
  },
  {
    program: 'neutron-dhcp-agent',
    logger: 'neutron.agent.dhcp.agent',
    own: true,
    text: () => 'Synchronizing state',
  },
  {
    program: 'neutron-l3-agent',
    logger: 'neutron.agent.linux.utils',
    own: false,
    where: 'execute neutron/agent/linux/utils.py:149',
    text: (act) =>
      `Running command (rootwrap daemon): ['ip', 'netns', 'exec', 'qrouter-${act.world.dice.pick(act.world.projects).network}', 'iptables-save', '-t', 'raw']`,
  },
  {
    program: 'nova-compute',
    logger: 'nova.virt.libvirt.imagecache',
    own: true,
    text: (act) => {
      const image = act.world.dice.pick(act.world.images);
      return `image ${image.id} at (/var/lib/nova/instances/_base/${image.cached}): checking`;
    },
  },
  {
    program: 'cinder-volume',
    logger: 'cinder.volume.drivers.lvm',
    own: true,
    where: `_update_volume_stats cinder/volume/drivers/lvm.py:196`,
    text: () => 'Updating volume stats',
  },
  {
    program: 'nova-scheduler',
    logger: 'nova.scheduler.host_manager',
    own: true,
    where: 'sync_instance_info nova/scheduler/host_manager.py:818',
    text: (act) => `Successfully synced instances from host '${act.world.dice.pick(COMPUTES)}'.`,
  },
  {
    program: 'neutron-server',
    logger: 'neutron.db.agents_db',
    own: true,
    where: `_log_heartbeat neutron/db/agents_db.py:327`,
    text: (act) => `Agent heartbeat received from ${act.world.dice.pick(COMPUTES)} (Open vSwitch agent)`,
  },
];

/** A command as oslo.concurrency's processutils reports it. */
export function runCommand(voice: Voice, command: string): void {
  const logger = 'oslo_concurrency.processutils';
  voice.debug(logger, `Running cmd (subprocess): ${command}`, 'execute oslo_concurrency/processutils.py:395');
  const { act } = voice;
  const startUs = act.atUs;
  act.pass(15, 120);
  const seconds = ((act.atUs - startUs) / 1e6).toFixed(3);
  voice.debug(logger, `CMD "${command}" returned: 0 in ${seconds}s`, 'execute oslo_concurrency/processutils.py:438');
}
