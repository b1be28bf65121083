/**
 * Operations that go wrong: no host for a boot, a hypervisor that refuses, a message broker that is away.
 * The three wire shapes of a traceback take turns (one message with `#012`, one message a line, raw newlines):
 * a log service must make the same record of each.
 */
import type { Act, TracebackShape } from './act.ts';
import { acceptBoot, askScheduler, build, candidates, poll, schedule } from './boot.ts';
import { call } from './rest.ts';
import { fetchImage } from './spawn.ts';
import { LIBVIRT_ERRORS, noValidHost, replyTimeout, spawnFailed } from './tracebacks.ts';
import { CONTROLLER } from './world.ts';

/** Most hosts escape, as rsyslog does by default; files followed line by line come next. */
const SHAPES: readonly TracebackShape[] = ['escaped', 'lines', 'escaped', 'lines', 'raw'];

export function bootWithoutHost(act: Act): void {
  const failed = acceptBoot(act, act.world.newInstance());
  const { instance, context, conductor } = failed;
  const scheduler = askScheduler(failed);
  candidates(failed, scheduler);
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
  const { instance, compute, conductor } = failed;
  schedule(failed);
  build(failed);
  compute.info('nova.virt.libvirt.driver', 'Creating image(s)');
  fetchImage(failed);
  act.pass(300, 900);
  const error = dice.pick(LIBVIRT_ERRORS);
  compute.exception('nova.compute.manager', `Instance failed to spawn: libvirt.libvirtError: ${error}`, {
    lines: spawnFailed(error),
    shape: dice.pick(SHAPES),
  });
  compute.info('nova.compute.manager', 'Terminating instance');
  act.pass(50, 200);
  compute.info('nova.virt.libvirt.driver', 'Instance destroyed successfully.');
  call(
    compute,
    { service: 'network', identity: act.serviceIdentity('nova') },
    { method: 'DELETE', path: `/v2.0/ports/${instance.port}`, status: 204, bytes: 0 },
  );
  compute.info('nova.compute.manager', `Took ${(0.2 + dice.fraction()).toFixed(2)} seconds to deallocate network for instance.`);
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

/** Who loses the broker, with the port of its connection. */
const BROKER_CLIENTS = [
  'nova-compute@cmp01',
  'nova-compute@cmp02',
  'nova-conductor',
  'nova-scheduler',
  'neutron-server',
  'neutron-openvswitch-agent@cmp01',
  'cinder-volume',
];

/** RabbitMQ is away for some seconds: every service says so, tries again and comes back (oslo.messaging's impl_rabbit). */
export function brokerOutage(act: Act): void {
  const { dice } = act.world;
  const logger = 'oslo.messaging._drivers.impl_rabbit';
  const broker = `${CONTROLLER}:5672`;
  const refused = '[Errno 111] ECONNREFUSED';
  const tries = dice.between(1, 3);
  for (const name of BROKER_CLIENTS) {
    act.meanwhile(() => {
      act.pass(0, 900);
      const voice = act.as(act.world.worker(name), act.ownRequest());
      const connection = `[${dice.uuid()}]`;
      voice.info(logger, `A recoverable connection/channel error occurred, trying to reconnect: [Errno 104] Connection reset by peer`);
      for (let attempt = 1; attempt <= tries; attempt++) {
        const sleep = attempt * 2 - 1;
        voice.error(
          logger,
          `${connection} AMQP server on ${broker} is unreachable: ${refused}. Trying again in ${sleep} seconds.: ConnectionRefusedError: ${refused}`,
        );
        act.pass(sleep * 1000, sleep * 1000 + 60);
      }
      voice.info(
        logger,
        `${connection} Reconnected to AMQP server on ${broker} via [amqp] client with port ${dice.between(33_000, 60_000)}.`,
      );
    });
  }
  act.pass(1000, 4000);
  const agent = act.as(act.world.worker('neutron-openvswitch-agent@cmp02'), act.ownRequest());
  const timeout = `oslo_messaging.exceptions.MessagingTimeout: Timed out waiting for a reply to message ID ${dice.hex(32)}`;
  agent.exception('neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent', `Failed reporting state!: ${timeout}`, {
    lines: replyTimeout(timeout),
    shape: dice.pick(SHAPES),
  });
}

/** One connection blinks. */
export function brokerBlink(act: Act): void {
  const voice = act.as(act.world.worker('nova-compute'), act.ownRequest());
  voice.warning(
    'oslo.messaging._drivers.impl_rabbit',
    'Unexpected error during heartbeat thread processing, retrying...: ConnectionResetError: [Errno 104] Connection reset by peer',
  );
  act.pass(900, 1200);
  const { dice } = act.world;
  voice.error(
    'oslo.messaging._drivers.impl_rabbit',
    `[${dice.uuid()}] AMQP server on ${CONTROLLER}:5672 is unreachable: timed out. Trying again in 1 seconds.: socket.timeout: timed out`,
  );
  act.pass(1000, 1100);
  voice.info(
    'oslo.messaging._drivers.impl_rabbit',
    `[${dice.uuid()}] Reconnected to AMQP server on ${CONTROLLER}:5672 via [amqp] client with port ${dice.between(33_000, 60_000)}.`,
  );
}
