/**
 * Live migration: an instance moves to the other compute while it runs. The request crosses api, conductor, scheduler and both
 * computes by RPC; neutron binds the port a second time, and its agents wire it there. The longest of the stories,
 * with lines of one request on two hosts at once. Texts are nova's format strings.
 */
import type { Act, RequestContext, Voice } from './act.ts';
import { guestStarts, guestStops } from './hypervisor.ts';
import { call, serve, validateToken } from './rest.ts';
import { vif } from './spawn.ts';
import { COMPUTES, CONTROLLER, type Instance } from './world.ts';

interface Move {
  act: Act;
  instance: Instance;
  context: RequestContext;
  to: string;
  source: Voice;
  destination: Voice;
  startUs: number;
}

export function liveMigration(act: Act): void {
  const { world } = act;
  const instance = world.someInstance(act.atUs);
  if (!instance) return;
  act.note.kind = 'live migration';
  act.note.ids = { instance: instance.id, port: instance.port, mac: instance.mac, ip: instance.ip, domain: instance.domain };
  act.subject = instance.id;
  const to = COMPUTES.find((name) => name !== instance.compute)!;
  const context = act.userRequest(instance.user, instance.project.id);
  validateToken(act, context);
  const client = world.dice.pick(instance.project.clients);
  const api = world.worker('nova-api');
  serve(
    act,
    { service: 'compute', context, client, by: api },
    { method: 'POST', path: `/v2.1/servers/${instance.id}/action`, status: 202, bytes: 0 },
  );
  const voice = (compute: string): Voice => act.as(world.worker(`nova-compute@${compute}`), context, instance.id);
  const move: Move = { act, instance, context, to, source: voice(instance.compute), destination: voice(to), startUs: act.atUs };
  prepare(move);
  copy(move);
  arrive(move);
  instance.compute = to;
  instance.readyUs = act.atUs;
}

function prepare({ act, instance, context, to, destination }: Move): void {
  const conductor = act.as(act.world.worker('nova-conductor'), context, instance.id);
  act.pass(40, 200);
  conductor.debug(
    'nova.conductor.tasks.live_migrate',
    `Calling destination(${to}) to check requirements`,
    '_call_livem_checks_on_host nova/conductor/tasks/live_migrate.py:373',
  );
  const resources = `/allocation_candidates?limit=1000&resources=DISK_GB%3A${instance.flavor.diskGb}%2CMEMORY_MB%3A${instance.flavor.ramMb}%2CVCPU%3A${instance.flavor.vcpus}`;
  call(conductor, { service: 'placement', identity: act.serviceIdentity('nova') }, { method: 'GET', path: resources, status: 200 });
  act.pass(60, 250);
  destination.debug(
    'nova.compute.manager',
    `destination check data is LibvirtLiveMigrateData(block_migration=False,disk_over_commit=False,instance_relative_path='${instance.id}',is_shared_block_storage=True)`,
    'check_can_live_migrate_destination nova/compute/manager.py:8602',
  );
  act.pass(60, 250);
  call(conductor, { service: 'network' }, { method: 'POST', path: `/v2.0/ports/${instance.port}/bindings`, status: 201 });
  destination.debug(
    'nova.virt.libvirt.driver',
    `Creating instance directory: /var/lib/nova/instances/${instance.id}`,
    'pre_live_migration nova/virt/libvirt/driver.py:10871',
  );
  destination.debug(
    'nova.virt.libvirt.driver',
    'Plugging VIFs before live migration.',
    '_pre_live_migration_plug_vifs nova/virt/libvirt/driver.py:10829',
  );
  act.as(destination.worker, context).info('os_vif', `Successfully plugged vif ${vif(instance)}`);
  destination.debug(
    'nova.compute.manager',
    'pre_live_migration data is LibvirtLiveMigrateData(bdms=[],serial_listen_addr=None,supported_perf_events=[])',
    'pre_live_migration nova/compute/manager.py:8871',
  );
}

function copy({ act, instance, source }: Move): void {
  const total = instance.flavor.ramMb * 1024 * 1024;
  let left = total;
  for (let second = 0, downtime = 50; left > 0 && second < 12; second += 2) {
    const percent = Math.round((left / total) * 100);
    source.info(
      'nova.virt.libvirt.driver',
      `Migration running for ${second} secs, memory ${percent}% remaining (bytes processed=${total - left}, remaining=${left}, total=${total}); disk 100% remaining (bytes processed=0, remaining=0, total=0).`,
    );
    if (second % 4 === 0)
      source.info('nova.virt.libvirt.migration', `Increasing downtime to ${downtime} ms after ${second} sec elapsed time`);
    downtime += 45;
    left -= Math.floor(total * (0.2 + act.world.dice.fraction() * 0.3));
    act.pass(1900, 2100);
  }
}

function arrive({ act, instance, context, to, source, destination, startUs }: Move): void {
  const { world } = act;
  source.info('nova.virt.libvirt.driver', 'Migration operation has completed');
  source.info('nova.compute.manager', '_post_live_migration() is started..');
  const activated = call(
    source,
    { service: 'network', identity: act.serviceIdentity('nova') },
    { method: 'PUT', path: `/v2.0/ports/${instance.port}/bindings/${to}/activate`, status: 200 },
  );
  act.meanwhile(() => {
    guestStarts(act, { ...instance, compute: to });
    act.as(destination.worker, act.ownRequest(), instance.id).info('nova.compute.manager', 'VM Resumed (Lifecycle Event)');
    const agent = act.as(world.worker(`neutron-openvswitch-agent@${to}`), act.ownRequest());
    agent.info('neutron.agent.securitygroups_rpc', `Preparing filters for devices {'${instance.port}'}`);
  });
  unplugged(act, instance, activated);
  act.as(source.worker, context).info('os_vif', `Successfully unplugged vif ${vif(instance)}`);
  guestStops(act, instance);
  act.as(source.worker, act.ownRequest(), instance.id).info('nova.compute.manager', 'VM Stopped (Lifecycle Event)');
  destination.info('nova.compute.manager', 'Post operation of migration started');
  act.pass(100, 400);
  call(
    destination,
    { service: 'network', identity: act.serviceIdentity('nova') },
    { method: 'GET', path: `/v2.0/ports?device_id=${instance.id}`, status: 200 },
  );
  const seconds = ((act.atUs - startUs) / 1e6).toFixed(2);
  source.info('nova.compute.manager', `Took ${seconds} seconds for pre_live_migration on destination host ${to}.`);
  source.info('nova.compute.manager', `Migrating instance to ${to} finished successfully.`);
}

/** neutron reports the port's old place, which nova did not wait for: a warning in every healthy migration. */
function unplugged(act: Act, instance: Instance, activated: RequestContext): void {
  const { world } = act;
  const notice = act.childRequest(activated, act.serviceIdentity('neutron'));
  const api = world.worker('nova-api');
  const text = `Creating event network-vif-unplugged:${instance.port} for instance ${instance.id} on ${instance.compute}`;
  const inside = (): void => act.as(api, notice).info('nova.api.openstack.compute.server_external_events', text);
  serve(
    act,
    { service: 'compute', context: notice, client: CONTROLLER, by: api },
    { method: 'POST', path: '/v2.1/os-server-external-events', status: 200, bytes: 380, inside },
  );
  act
    .as(world.worker(`nova-compute@${instance.compute}`), notice, instance.id)
    .warning(
      'nova.compute.manager',
      `Received unexpected event network-vif-unplugged-${instance.port} for instance with vm_state active and task_state migrating.`,
    );
}
