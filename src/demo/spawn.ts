/**
 * The second half of a boot, on the compute: image, disk, interface, the guest's first signs of life, and neutron's
 * event that the port is wired. Lifecycle events come from libvirt, not from the user: they carry a request of nobody,
 * and only the instance's UUID ties them to the boot.
 */
import type { Boot } from './boot.ts';
import { runCommand } from './everyday.ts';
import { guestStarts } from './hypervisor.ts';
import { call, serve } from './rest.ts';
import { CONTROLLER, type Instance } from './world.ts';

/** The hypervisor: image, vif, the guest's life signs, neutron's event back to nova. */
export function spawn(birth: Boot): void {
  const { act, instance, compute } = birth;
  const spawnUs = act.atUs;
  compute.info('nova.virt.libvirt.driver', 'Creating image(s)');
  fetchImage(birth);
  compute.debug(
    'nova.virt.libvirt.driver',
    `Ensure instance console log exists: /var/lib/nova/instances/${instance.id}/console.log`,
    '_ensure_console_log_for_instance nova/virt/libvirt/driver.py:5038',
  );
  plugWaited(birth);
  plugged(birth);
  lifecycle(birth, 'Resumed');
  act.pass(5, 30);
  const bare = act.as(compute.worker, undefined, instance.id);
  bare.info('nova.virt.libvirt.driver', 'Instance spawned successfully.');
  compute.info('nova.compute.manager', `Took ${((act.atUs - spawnUs) / 1e6).toFixed(2)} seconds to spawn the instance on the hypervisor.`);
  act.pass(60, 200);
  compute.info('nova.compute.manager', `Took ${((act.atUs - birth.acceptedUs) / 1e6).toFixed(2)} seconds to build instance.`);
  const by = 'nova.compute.manager.ComputeManager.build_and_run_instance.<locals>._locked_do_build_and_run_instance';
  const held = ((act.atUs - birth.acceptedUs) / 1e6).toFixed(3);
  act
    .as(compute.worker, birth.context)
    .debug(
      'oslo_concurrency.lockutils',
      `Lock "${instance.id}" "released" by "${by}" :: held ${held}s`,
      'inner oslo_concurrency/lockutils.py:424',
    );
  act.meanwhile(() => firstLease(birth));
}

/** The interface is there and the guest is started, paused (nova starts it so, in order to wait); from here on nova waits for neutron. */
export function plugWaited(birth: Boot): void {
  const { act, instance, compute, context } = birth;
  act.as(compute.worker, context).info('os_vif', `Successfully plugged vif ${vif(instance)}`);
  act.meanwhile(() => guestStarts(act, instance));
  act.pass(200, 800);
  lifecycle(birth, 'Started');
  lifecycle(birth, 'Paused');
  compute.info('nova.compute.manager', 'During sync_power_state the instance has a pending task (spawning). Skip.');
}

export function fetchImage(birth: Boot): void {
  const { act, instance, context, compute } = birth;
  const base = `/var/lib/nova/instances/_base/${instance.image.cached}`;
  if (act.world.dice.oneIn(4)) {
    call(
      compute,
      { service: 'image' },
      { method: 'GET', path: `/v2/images/${instance.image.id}/file`, status: 200, bytes: instance.image.bytes, msMin: 800, msMax: 4000 },
    );
  }
  const bare = act.as(compute.worker, context);
  runCommand(
    bare,
    `/usr/bin/python3 -m oslo_concurrency.prlimit --as=1073741824 --cpu=30 -- env LC_ALL=C LANG=C qemu-img info ${base} --force-share --output=json`,
  );
  runCommand(
    bare,
    `qemu-img create -f qcow2 -o backing_file=${base},backing_fmt=raw /var/lib/nova/instances/${instance.id}/disk ${instance.flavor.diskGb}G`,
  );
}

function lifecycle(birth: Boot, what: 'Started' | 'Paused' | 'Resumed'): void {
  const { act } = birth;
  act.as(birth.compute.worker, act.ownRequest(), birth.instance.id).info('nova.compute.manager', `VM ${what} (Lifecycle Event)`);
  act.pass(20, 120);
}

/** The agent wires the port, neutron-server tells nova-api, nova-api tells the waiting compute. */
function plugged(birth: Boot): void {
  const { act, instance, compute } = birth;
  const { world } = act;
  const wiring = act.ownRequest();
  const agent = act.as(world.worker(`neutron-openvswitch-agent@${instance.compute}`), wiring);
  agent.info('neutron.agent.securitygroups_rpc', `Preparing filters for devices {'${instance.port}'}`);
  act.pass(200, 700);
  agent.info(
    'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    `Configuration for devices up ['${instance.port}'] and devices down [] completed.`,
  );
  const server = act.as(world.worker('neutron-server'), wiring);
  server.debug(
    'neutron.db.provisioning_blocks',
    `Provisioning complete for port ${instance.port} triggered by entity L2.`,
    'provisioning_complete neutron/db/provisioning_blocks.py:139',
  );
  act.pass(30, 120);
  const api = world.worker('nova-api');
  const notice = act.childRequest(wiring, act.serviceIdentity('neutron'));
  serve(
    act,
    { service: 'compute', context: notice, client: CONTROLLER, by: api },
    {
      method: 'POST',
      path: '/v2.1/os-server-external-events',
      status: 200,
      bytes: 380,
      inside: () => {
        const text = `Creating event network-vif-plugged:${instance.port} for instance ${instance.id} on ${instance.compute}`;
        act.as(api, notice).info('nova.api.openstack.compute.server_external_events', text);
      },
    },
  );
  const answer = `Nova event response: {'name': 'network-vif-plugged', 'server_uuid': '${instance.id}', 'tag': '${instance.port}', 'status': 'completed', 'code': 200}`;
  act.as(server.worker).info('neutron.notifiers.nova', answer);
  const told = act.as(compute.worker, notice, instance.id);
  told.debug(
    'nova.compute.manager',
    `Processing event network-vif-plugged-${instance.port}`,
    'external_instance_event nova/compute/manager.py:11110',
  );
  compute.debug(
    'nova.compute.manager',
    'Instance event wait completed in 1 seconds for network-vif-plugged',
    'wait_for_instance_event nova/compute/manager.py:579',
  );
}

/** The guest asks for its address, some seconds after its kernel started. */
function firstLease(birth: Boot): void {
  const { act, instance } = birth;
  const { tap } = instance.project;
  const dnsmasq = act.world.worker('dnsmasq-dhcp');
  act.pass(2500, 6000);
  const read = act.emit(
    dnsmasq,
    6,
    `read /var/lib/neutron/dhcp/${instance.project.network}/addn_hosts - ${act.world.instances.length} names`,
  );
  // It reads the names of the whole network, at once for all ports that have changed: no instance's and no request's story.
  read.instance = undefined;
  read.root = undefined;
  for (const [what, tail] of [
    ['DHCPDISCOVER', ''],
    ['DHCPOFFER', ''],
    ['DHCPREQUEST', ''],
    ['DHCPACK', ` host-${instance.ip.replaceAll('.', '-')}`],
  ]) {
    act.emit(dnsmasq, 6, `${what}(${tap}) ${what === 'DHCPDISCOVER' ? '' : `${instance.ip} `}${instance.mac}${tail}`);
    act.pass(0, 3);
  }
}

/** os-vif's rendering of a port. */
export function vif(instance: Instance): string {
  const { port, mac, project } = instance;
  return `VIFOpenVSwitch(active=False,address=${mac},bridge_name='br-int',has_traffic_filtering=True,id=${port},network=Network(${project.network}),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tap${port.slice(0, 11)}')`;
}
