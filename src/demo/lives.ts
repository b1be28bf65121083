/**
 * What happens to an instance after its birth: a volume is made and attached, at last it is deleted.
 * Texts are the format strings of nova, cinder, neutron and os-vif.
 */
import type { Act, RequestContext } from './act.ts';
import { boot } from './boot.ts';
import { guestStops } from './hypervisor.ts';
import { call, serve } from './rest.ts';
import { vif } from './spawn.ts';
import { CONTROLLER, type Instance } from './world.ts';

/** Bounds of the living: enough to show, few enough that their list costs nothing. */
const INSTANCES_MIN = 10;
const INSTANCES_MAX = 80;

/** Births and deaths in balance. */
export function bootOrDelete(act: Act): void {
  const { instances, dice } = act.world;
  const grow = instances.length < INSTANCES_MIN || (instances.length < INSTANCES_MAX && dice.fraction() < 0.55);
  const victim = grow ? undefined : act.world.someInstance(act.atUs);
  if (victim) remove(act, victim);
  else boot(act);
}

function remove(act: Act, instance: Instance): void {
  const { world } = act;
  world.forget(instance);
  act.note.kind = 'delete';
  act.note.ids = { instance: instance.id, port: instance.port, mac: instance.mac, ip: instance.ip, domain: instance.domain };
  act.subject = instance.id;
  const context = act.userRequest(instance.user, instance.project.id);
  const client = world.dice.pick(instance.project.clients);
  serve(act, { service: 'compute', context, client }, { method: 'DELETE', path: `/v2.1/servers/${instance.id}`, status: 204, bytes: 0 });
  act.pass(60, 200);
  const worker = world.worker(`nova-compute@${instance.compute}`);
  const compute = act.as(worker, context, instance.id);
  const seconds = (): string => (0.1 + world.dice.fraction()).toFixed(2);
  compute.info('nova.compute.manager', 'Terminating instance');
  compute.debug(
    'nova.compute.manager',
    'Start destroying the instance on the hypervisor.',
    '_shutdown_instance nova/compute/manager.py:3144',
  );
  act.pass(300, 1200);
  guestStops(act, instance);
  act.as(worker, act.ownRequest(), instance.id).info('nova.compute.manager', 'VM Stopped (Lifecycle Event)');
  act.as(worker, undefined, instance.id).info('nova.virt.libvirt.driver', 'Instance destroyed successfully.');
  act.as(worker, context).info('os_vif', `Successfully unplugged vif ${vif(instance)}`);
  const folder = `/var/lib/nova/instances/${instance.id}_del`;
  compute.info('nova.virt.libvirt.driver', `Deleting instance files ${folder}`);
  act.pass(20, 90);
  compute.info('nova.virt.libvirt.driver', `Deletion of ${folder} complete`);
  compute.info('nova.compute.manager', `Took ${seconds()} seconds to destroy the instance on the hypervisor.`);
  compute.debug('nova.network.neutron', 'deallocate_for_instance()', 'deallocate_for_instance nova/network/neutron.py:1805');
  unwire(act, instance, context);
  compute.info('nova.compute.manager', `Took ${seconds()} seconds to deallocate network for instance.`);
  call(
    compute,
    { service: 'placement', identity: act.serviceIdentity('nova') },
    { method: 'DELETE', path: `/allocations/${instance.id}`, status: 204, bytes: 0 },
  );
  act.as(worker, context).info('nova.scheduler.client.report', `Deleted allocations for instance ${instance.id}`);
}

function unwire(act: Act, instance: Instance, context: RequestContext): void {
  const compute = act.as(act.world.worker(`nova-compute@${instance.compute}`), context);
  const rest = { method: 'DELETE', path: `/v2.0/ports/${instance.port}`, status: 204, bytes: 0, msMin: 150, msMax: 500 };
  const deleted = call(compute, { service: 'network', identity: act.serviceIdentity('nova') }, rest);
  act.meanwhile(() => {
    act.pass(50, 300);
    const dhcp = act.as(act.world.worker('neutron-dhcp-agent'), deleted);
    dhcp.info(
      'neutron.agent.dhcp.agent',
      `Trigger reload_allocations for port id=${instance.port}, network_id=${instance.project.network}`,
    );
    const agent = act.as(act.world.worker(`neutron-openvswitch-agent@${instance.compute}`), act.ownRequest());
    agent.info('neutron.agent.securitygroups_rpc', `Remove device filter for {'${instance.port}'}`);
  });
}

/** cinder makes a volume, nova attaches it: two requests of the user, a chain of REST calls and RPC. */
export function attachVolume(act: Act): void {
  const instance = act.world.someInstance(act.atUs);
  if (!instance || instance.volume) return;
  const { world } = act;
  const volume = world.dice.uuid();
  instance.volume = volume;
  act.note.kind = 'attach volume';
  act.note.ids = { instance: instance.id, volume, project: instance.project.id };
  createVolume(act, instance, volume);
  act.pass(1500, 4000);
  act.subject = instance.id;
  const context = act.userRequest(instance.user, instance.project.id);
  const client = world.dice.pick(instance.project.clients);
  const api = act.as(world.worker('nova-api'), context);
  const path = `/v2.1/servers/${instance.id}/os-volume_attachments`;
  const look = { method: 'GET', path: `/v3/${instance.project.id}/volumes/${volume}`, status: 200 };
  const inside = (): void => void call(api, { service: 'volumev3' }, look);
  serve(act, { service: 'compute', context, client, by: api.worker }, { method: 'POST', path, status: 200, bytes: 194, inside });
  const compute = act.as(world.worker(`nova-compute@${instance.compute}`), context, instance.id);
  compute.info('nova.compute.manager', `Attaching volume ${volume} to /dev/vdb`);
  const attachment = world.dice.uuid();
  const rest = { method: 'PUT', path: `/v3/${instance.project.id}/attachments/${attachment}`, status: 200 };
  const updated = call(compute, { service: 'volumev3' }, rest);
  const cinder = act.as(world.worker('cinder-volume'), updated);
  cinder.info('cinder.volume.manager', `attachment_update completed successfully.`);
  compute.debug(
    'nova.virt.libvirt.guest',
    `attach device xml: <disk type="block" device="disk"><source dev="/dev/sdc"/><target dev="vdb" bus="virtio"/><serial>${volume}</serial></disk>`,
    'attach_device nova/virt/libvirt/guest.py:313',
  );
  act.pass(300, 1200);
  const completed = { method: 'POST', path: `/v3/${instance.project.id}/attachments/${attachment}/action`, status: 204, bytes: 0 };
  call(compute, { service: 'volumev3' }, completed);
}

function createVolume(act: Act, instance: Instance, volume: string): void {
  const { world } = act;
  const context = act.userRequest(instance.user, instance.project.id);
  serve(
    act,
    { service: 'volumev3', context, client: CONTROLLER },
    { method: 'POST', path: `/v3/${instance.project.id}/volumes`, status: 202 },
  );
  act.as(world.worker('cinder-api'), context).info('cinder.volume.api', 'Create volume request issued successfully.');
  act.pass(40, 150);
  const scheduler = act.as(world.worker('cinder-scheduler'), context);
  scheduler.debug('cinder.scheduler.base_filter', 'Filtering removed no hosts', 'get_filtered_objects cinder/scheduler/base_filter.py:127');
  act.pass(40, 150);
  const cinder = act.as(world.worker('cinder-volume'), context);
  const gigabytes = world.dice.pick([1, 10, 20, 50]);
  const specification = `{'status': 'creating', 'volume_name': 'volume-${volume}', 'volume_size': ${gigabytes}}`;
  cinder.info('cinder.volume.flows.manager.create_volume', `Volume ${volume}: being created as raw with specification: ${specification}`);
  act.pass(300, 1500);
  cinder.info('cinder.volume.flows.manager.create_volume', `Volume volume-${volume} (${volume}): created successfully`);
  cinder.info('cinder.volume.manager', 'Created volume successfully.');
}
