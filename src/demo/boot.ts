/**
 * An instance is born: one user's POST, and everything it causes in scheduler, conductor, compute, neutron,
 * glance, placement and dnsmasq. The request id of the POST crosses nova's processes over RPC; every REST call
 * gets an id of its own with the first one as its global id. The instance's UUID is what ties the rest.
 * Texts are the format strings of the services (nova, neutron, os-vif, glance); an operation may stop at `failBoot`
 * of failures.ts instead of ending well.
 */
import type { Act, RequestContext, Voice } from './act.ts';
import { lock } from './everyday.ts';
import { call, serve, validateToken } from './rest.ts';
import { spawn } from './spawn.ts';
import { COMPUTES, type Instance } from './world.ts';

/** One boot under way. */
export interface Boot {
  act: Act;
  instance: Instance;
  context: RequestContext;
  api: Voice;
  conductor: Voice;
  compute: Voice;
  acceptedUs: number;
}

export function boot(act: Act): void {
  const birth = acceptBoot(act, act.world.newInstance());
  schedule(birth);
  build(birth);
  spawn(birth);
  birth.instance.readyUs = act.atUs;
  act.world.instances.push(birth.instance);
  poll(birth);
}

/** nova-api: the POST, its look-ups at glance and neutron, and the answer 202. */
export function acceptBoot(act: Act, instance: Instance): Boot {
  const { world } = act;
  const { id, port, mac, ip, domain, image, project } = instance;
  act.note.kind = 'boot';
  act.note.ids = { instance: id, port, mac, ip, domain, image: image.id, network: project.network, project: project.id };
  act.subject = id;
  const context = act.userRequest(instance.user, instance.project.id);
  const api = act.as(world.worker('nova-api'), context, instance.id);
  const birth: Boot = {
    act,
    instance,
    context,
    api,
    conductor: act.as(world.worker('nova-conductor'), context, instance.id),
    compute: act.as(world.worker(`nova-compute@${instance.compute}`), context, instance.id),
    acceptedUs: act.atUs,
  };
  validateToken(act, context);
  const client = world.dice.pick(instance.project.clients);
  serve(
    act,
    { service: 'compute', context, client, by: api.worker },
    {
      method: 'POST',
      path: '/v2.1/servers',
      status: 202,
      bytes: world.dice.between(480, 520),
      inside: () => {
        call(api, { service: 'image' }, { method: 'GET', path: `/v2/images/${instance.image.id}`, status: 200, bytes: 1103 });
        call(api, { service: 'network' }, { method: 'GET', path: `/v2.0/networks?id=${instance.project.network}`, status: 200 });
        const bare = act.as(api.worker, context);
        bare.debug('nova.compute.api', 'Going to run 1 instances...', '_provision_instances nova/compute/api.py:1429');
        act.pass(20, 90);
        api.debug(
          'nova.compute.api',
          `block_device_mapping [BlockDeviceMapping(boot_index=0,device_type='disk',image_id=${instance.image.id},source_type='image')]`,
          '_bdm_validate_set_size_and_instance nova/compute/api.py:1677',
        );
        act.pass(10, 60);
      },
    },
  );
  return birth;
}

/** nova-conductor asks a scheduler, which begins. */
export function askScheduler({ act, instance, context }: Boot): Voice {
  act.pass(30, 90);
  const scheduler = act.as(act.world.worker('nova-scheduler'), context);
  scheduler.debug(
    'nova.scheduler.manager',
    `Starting to schedule for instances: ['${instance.id}']`,
    'select_destinations nova/scheduler/manager.py:163',
  );
  return scheduler;
}

/** The scheduler asks placement, and chooses. */
export function schedule(birth: Boot): void {
  const { act, instance, context, conductor } = birth;
  const scheduler = askScheduler(birth);
  act.pass(3, 10);
  candidates(birth, scheduler);
  for (const filter of ['ComputeFilter', 'ImagePropertiesFilter']) {
    scheduler.debug('nova.filters', `Filter ${filter} returned ${COMPUTES.length} host(s)`, 'get_filtered_objects nova/filters.py:102');
    act.pass(1, 3);
  }
  const other = COMPUTES.find((name) => name !== instance.compute)!;
  const { dice } = act.world;
  const state = `ram: ${dice.between(8000, 60000)}MB disk: ${dice.between(200, 900) * 1024}MB io_ops: 0 instances: ${dice.between(2, 20)}`;
  scheduler.debug(
    'nova.scheduler.manager',
    `Weighed [(${instance.compute}, ${instance.compute}) ${state}, (${other}, ${other}) ${state}]`,
    '_get_sorted_hosts nova/scheduler/manager.py:660',
  );
  scheduler.debug(
    'nova.scheduler.utils',
    `Attempting to claim resources in the placement API for instance ${instance.id}`,
    'claim_resources nova/scheduler/utils.py:1264',
  );
  call(
    scheduler,
    { service: 'placement', identity: act.serviceIdentity('nova') },
    { method: 'PUT', path: `/allocations/${instance.id}`, status: 204, bytes: 0 },
  );
  const claimed = act.as(scheduler.worker, context, instance.id);
  claimed.debug(
    'nova.scheduler.manager',
    `Selected host: (${instance.compute}, ${instance.compute}) ${state}`,
    '_consume_selected_host nova/scheduler/manager.py:529',
  );
  act.pass(10, 40);
  const selected = `Selected host: ${instance.compute}; Selected node: ${instance.compute}; Alternates: [('${other}', '${other}')]`;
  conductor.debug('nova.conductor.manager', selected, 'schedule_and_build_instances nova/conductor/manager.py:1743');
}

export function candidates(birth: Boot, scheduler: Voice): void {
  const { act, instance } = birth;
  const { vcpus, ramMb, diskGb } = instance.flavor;
  const path = `/allocation_candidates?limit=1000&resources=DISK_GB%3A${diskGb}%2CMEMORY_MB%3A${ramMb}%2CVCPU%3A${vcpus}&root_required=COMPUTE_IMAGE_TYPE_QCOW2`;
  call(scheduler, { service: 'placement', identity: act.serviceIdentity('nova') }, { method: 'GET', path, status: 200 });
}

/** nova-compute takes it: lock, claim, port. */
export function build(birth: Boot): void {
  claim(birth);
  createPort(birth);
}

/** Lock and claim, up to where the networks are built. */
export function claim(birth: Boot): void {
  const { act, instance, compute } = birth;
  act.pass(80, 250);
  const locked = act.as(compute.worker, birth.context);
  const by = 'nova.compute.manager.ComputeManager.build_and_run_instance.<locals>._locked_do_build_and_run_instance';
  locked.debug('oslo_concurrency.lockutils', `Acquiring lock "${instance.id}" by "${by}"`, 'inner oslo_concurrency/lockutils.py:405');
  locked.debug(
    'oslo_concurrency.lockutils',
    `Lock "${instance.id}" acquired by "${by}" :: waited 0.000s`,
    'inner oslo_concurrency/lockutils.py:410',
  );
  compute.debug('nova.compute.manager', 'Starting instance...', '_do_build_and_run_instance nova/compute/manager.py:2425');
  act.pass(30, 120);
  lock(locked, { name: 'compute_resources', by: 'nova.compute.resource_tracker.ResourceTracker.instance_claim' }, () => {
    compute.debug(
      'nova.virt.hardware',
      'Require both a host and instance NUMA topology to fit instance on host.',
      'numa_fit_instance_to_host nova/virt/hardware.py:2368',
    );
    compute.info('nova.compute.claims', `Claim successful on node ${instance.compute}`);
    act.pass(40, 160);
  });
  compute.debug(
    'nova.compute.manager',
    'Start building networks asynchronously for instance.',
    '_build_resources nova/compute/manager.py:2821',
  );
}

function createPort(birth: Boot): void {
  const { act, instance, compute } = birth;
  const port = call(compute, { service: 'network' }, { method: 'POST', path: '/v2.0/ports', status: 201, msMin: 150, msMax: 600 });
  compute.debug('nova.network.neutron', `Successfully created port: ${instance.port}`, '_create_port_minimal nova/network/neutron.py:550');
  const bound = call(
    compute,
    { service: 'network', identity: act.serviceIdentity('nova') },
    { method: 'PUT', path: `/v2.0/ports/${instance.port}`, status: 200, msMin: 200, msMax: 700 },
  );
  compute.debug('nova.network.neutron', `Successfully updated port: ${instance.port}`, '_update_port nova/network/neutron.py:588');
  act.meanwhile(() => {
    const dhcp = act.as(act.world.worker('neutron-dhcp-agent'), port);
    const trigger = `Trigger reload_allocations for port admin_state_up=True, allowed_address_pairs=[], binding:host_id=${instance.compute}, device_id=${instance.id}, device_owner=compute:nova, fixed_ips=[{'ip_address': '${instance.ip}'}], id=${instance.port}, mac_address=${instance.mac}, network_id=${instance.project.network}, status=DOWN`;
    dhcp.info('neutron.agent.dhcp.agent', trigger);
    act.pass(100, 400);
    act.as(dhcp.worker, bound).info('neutron.agent.dhcp.agent', `DHCP configuration for ports {'${instance.port}'} is completed`);
  });
}

/** The client asks every second or so until it is ACTIVE. */
export function poll(birth: Boot): void {
  const { act, instance } = birth;
  const endUs = act.atUs;
  const client = act.world.dice.pick(instance.project.clients);
  act.meanwhile(() => {
    act.atUs = birth.acceptedUs + 1_200_000;
    while (act.atUs < endUs + 1_000_000) {
      const context = act.userRequest(instance.user, instance.project.id);
      serve(
        act,
        { service: 'compute', context, client },
        { method: 'GET', path: `/v2.1/servers/${instance.id}`, status: 200, bytes: 1812 },
      );
      act.pass(1500, 2500);
    }
  });
}
