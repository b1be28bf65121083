/**
 * Boots that go wrong, each at a step of its own: no host, no port binding, no image, a hypervisor that refuses, a port that is
 * never wired, no address.
 * The three wire shapes of a traceback take turns (one message with `#012`, one message a line, raw newlines):
 * a log service must make the same record of each.
 */
import type { Act, TracebackShape, Voice } from './act.ts';
import { acceptBoot, askScheduler, type Boot, build, candidates, claim, poll, schedule } from './boot.ts';
import { call } from './rest.ts';
import { fetchImage, plugWaited } from './spawn.ts';
import { bindingFailed, imageRefused, LIBVIRT_ERRORS, noValidHost, spawnFailed, vifTimeout } from './tracebacks.ts';

/** Most hosts escape, as rsyslog does by default; files followed line by line come next. */
const SHAPES: readonly TracebackShape[] = ['escaped', 'lines', 'escaped', 'lines', 'raw'];

export function bootWithoutHost(act: Act): void {
  const failed = acceptBoot(act, act.world.newInstance());
  const { instance, context, conductor } = failed;
  const scheduler = askScheduler(failed);
  candidates(failed, scheduler);
  act.note.outcome = 'failed';
  act.fault({ kind: 'no valid host', service: 'nova', host: scheduler.worker.host, step: 'schedule' });
  scheduler.info('nova.filters', `Filter ComputeFilter returned 0 hosts`);
  scheduler.info(
    'nova.filters',
    `Filtering removed all hosts for the request with instance ID '${instance.id}'. Filter results: ['AvailabilityZoneFilter: (start: 2, end: 2)', 'ComputeFilter: (start: 2, end: 0)']`,
  );
  act.pass(10, 40);
  const bare = act.as(conductor.worker, context);
  const message =
    'Failed to schedule instances: nova.exception_Remote.NoValidHost_Remote: No valid host was found. There are not enough hosts available.';
  bare.exception('nova.conductor.manager', message, { lines: noValidHost(), shape: act.world.dice.pick(SHAPES) });
  act.pass(20, 60);
  conductor.warning(
    'nova.scheduler.utils',
    'Failed to compute_task_build_instances: No valid host was found. There are not enough hosts available.: nova.exception_Remote.NoValidHost_Remote: No valid host was found.',
  );
  conductor.warning(
    'nova.scheduler.utils',
    'Setting instance to ERROR state.: nova.exception_Remote.NoValidHost_Remote: No valid host was found. There are not enough hosts available.',
  );
  poll(failed);
}

export function bootThatFailsToSpawn(act: Act): void {
  const { dice } = act.world;
  const failed = acceptBoot(act, act.world.newInstance());
  const { instance, compute } = failed;
  schedule(failed);
  build(failed);
  compute.info('nova.virt.libvirt.driver', 'Creating image(s)');
  fetchImage(failed);
  act.pass(300, 900);
  const error = dice.pick(LIBVIRT_ERRORS);
  act.fault({ kind: 'hypervisor refuses', service: 'nova', host: instance.compute, step: 'spawn' });
  giveUp(failed, { said: 'Instance failed to spawn: libvirt.libvirtError', error, lines: spawnFailed(error) });
}

/** neutron finds no mechanism driver that could bind the port: the instance never gets as far as an image. */
export function bootWithoutBinding(act: Act): void {
  const failed = acceptBoot(act, act.world.newInstance());
  const { instance, compute } = failed;
  schedule(failed);
  claim(failed);
  const segment = `{'id': '${act.world.dice.uuid()}', 'network_type': 'vxlan', 'physical_network': None, 'segmentation_id': 42, 'network_id': '${instance.project.network}'}`;
  const inside = (server: Voice): void => {
    act.fault({ kind: 'port binding failed', service: 'neutron', host: server.worker.host, step: 'network' });
    server.error(
      'neutron.plugins.ml2.managers',
      `Failed to bind port ${instance.port} on host ${instance.compute} for vnic_type normal using segments [${segment}]`,
    );
  };
  call(compute, { service: 'network' }, { method: 'POST', path: '/v2.0/ports', status: 201, msMin: 150, msMax: 600, inside });
  const error = `Binding failed for port ${instance.port}, please check neutron logs for more information.`;
  giveUp(failed, {
    said: 'Instance failed network setup after 1 attempt(s): nova.exception.PortBindingFailed',
    error,
    lines: bindingFailed(error),
  });
}

/** glance cannot give the image. */
export function bootWithoutImage(act: Act): void {
  const failed = acceptBoot(act, act.world.newInstance());
  const { instance, compute } = failed;
  schedule(failed);
  build(failed);
  compute.info('nova.virt.libvirt.driver', 'Creating image(s)');
  const file = `/v2/images/${instance.image.id}/file`;
  const missing = `Image file /var/lib/glance/images/${instance.image.id} not found`;
  const inside = (glance: Voice): void => {
    act.fault({ kind: 'image store away', service: 'glance', host: glance.worker.host, step: 'image' });
    glance.error('glance.api.v2.image_data', `${missing}: glance_store.exceptions.NotFound: ${missing}`);
  };
  call(compute, { service: 'image' }, { method: 'GET', path: file, status: 404, bytes: 220, inside });
  const error = `Image ${instance.image.id} could not be found.`;
  giveUp(failed, { said: 'Instance failed to spawn: nova.exception.ImageNotFound', error, lines: imageRefused(error) });
}

/** The agent never wires the port, neutron never tells: nova waits its five minutes in vain. */
export function bootWithoutWiring(act: Act): void {
  const failed = acceptBoot(act, act.world.newInstance());
  const { instance, compute } = failed;
  schedule(failed);
  build(failed);
  compute.info('nova.virt.libvirt.driver', 'Creating image(s)');
  fetchImage(failed);
  plugWaited(failed);
  // vif_plugging_timeout of nova.conf.
  act.pass(300_000, 300_100);
  act.fault({ kind: 'port never wired', service: 'neutron', host: instance.compute, step: 'wire' });
  compute.warning(
    'nova.virt.libvirt.driver',
    `Timeout waiting for [('network-vif-plugged', '${instance.port}')] for instance with vm_state building and task_state spawning: eventlet.timeout.Timeout: 300 seconds`,
  );
  const error = 'Virtual Interface creation failed';
  giveUp(failed, { said: 'Instance failed to spawn: nova.exception.VirtualInterfaceCreateException', error, lines: vifTimeout(error) });
}

/** The subnet has no address left: the guest runs and asks in vain. */
export function noAddress(act: Act): void {
  const instance = act.world.someInstance(act.atUs);
  if (!instance) return;
  act.note.kind = 'no address';
  act.note.outcome = 'failed';
  act.note.ids = { instance: instance.id, mac: instance.mac };
  act.subject = instance.id;
  const dnsmasq = act.world.worker('dnsmasq-dhcp');
  act.fault({ kind: 'no address available', service: 'neutron', host: dnsmasq.host, step: 'dhcp' });
  for (let again = 0; again < 4; again++) {
    act.emit(dnsmasq, 4, `DHCPDISCOVER(${instance.project.tap}) ${instance.mac} no address available`);
    act.pass(3000, 9000);
  }
}

interface Cause {
  /** What nova-compute says in front of the error, up to the exception's class. */
  readonly said: string;
  readonly error: string;
  readonly lines: readonly string[];
}

/** The error at compute with its traceback; compute takes everything down again, conductor has nobody left to try. */
function giveUp(failed: Boot, { said, error, lines }: Cause): void {
  const { act, instance, compute, conductor } = failed;
  act.note.outcome = 'failed';
  compute.exception('nova.compute.manager', `${said}: ${error}`, { lines, shape: act.world.dice.pick(SHAPES) });
  compute.info('nova.compute.manager', 'Terminating instance');
  act.pass(50, 200);
  compute.info('nova.virt.libvirt.driver', 'Instance destroyed successfully.');
  call(
    compute,
    { service: 'network', identity: act.serviceIdentity('nova') },
    { method: 'DELETE', path: `/v2.0/ports/${instance.port}`, status: 204, bytes: 0 },
  );
  const seconds = (0.2 + act.world.dice.fraction()).toFixed(2);
  compute.info('nova.compute.manager', `Took ${seconds} seconds to deallocate network for instance.`);
  act.pass(30, 100);
  const reason = `Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance ${instance.id}.`;
  conductor.error(
    'nova.scheduler.utils',
    `Error from last host: ${instance.compute} (node ${instance.compute}): ['Traceback (most recent call last):\\n', 'nova.exception.RescheduledException: Build of instance ${instance.id} was re-scheduled: ${error}\\n']`,
  );
  conductor.warning(
    'nova.scheduler.utils',
    `Failed to compute_task_build_instances: ${reason}: nova.exception.MaxRetriesExceeded: ${reason}`,
  );
  conductor.warning('nova.scheduler.utils', `Setting instance to ERROR state.: nova.exception.MaxRetriesExceeded: ${reason}`);
  poll(failed);
}
