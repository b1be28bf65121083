/**
 * The message broker is away, for a blink or for long. An outage is a storm: every process loses its connection and tries again,
 * later and later; requests that need an answer over RPC fail after their time; agents are late with their reports.
 * One cause, hundreds of lines in all services. Texts are oslo.messaging's impl_rabbit and RabbitMQ's own.
 */
import type { Act, TracebackShape } from './act.ts';
import { serve } from './rest.ts';
import { replyTimeout } from './tracebacks.ts';
import { CONTROLLER } from './world.ts';

const LOGGER = 'oslo.messaging._drivers.impl_rabbit';
const BROKER = `${CONTROLLER}:5672`;
const REFUSED = '[Errno 111] ECONNREFUSED';
const SHAPES: readonly TracebackShape[] = ['escaped', 'lines', 'raw'];

/** Who talks over the broker, and how many of its processes. */
const CLIENTS: readonly (readonly [program: string, processes: number])[] = [
  ['nova-compute@cmp01', 1],
  ['nova-compute@cmp02', 1],
  ['nova-conductor', 3],
  ['nova-scheduler', 2],
  ['nova-api', 2],
  ['neutron-server', 3],
  ['neutron-openvswitch-agent@cmp01', 1],
  ['neutron-openvswitch-agent@cmp02', 1],
  ['neutron-dhcp-agent', 1],
  ['neutron-l3-agent', 1],
  ['cinder-volume', 1],
  ['cinder-scheduler', 1],
];
/** Who reports its state, and says so when nobody takes the report. */
const REPORTERS = ['neutron-openvswitch-agent@cmp01', 'neutron-openvswitch-agent@cmp02', 'neutron-dhcp-agent', 'neutron-l3-agent'] as const;

export function brokerOutage(act: Act): void {
  const { dice } = act.world;
  act.note.kind = 'broker outage';
  act.note.outcome = 'failed';
  const tries = dice.between(3, 7);
  act.fault({ kind: 'broker away', service: 'rabbitmq', host: 'ctl01', step: 'connect', dependency: BROKER });
  act.emit(
    act.world.worker('rabbitmq-server'),
    3,
    `${act.world.clock.rfc3339(act.atUs).replace('T', ' ')} [error] <0.213.0> Supervisor rabbit_sup: child terminated with reason: killed`,
  );
  for (const [program, processes] of CLIENTS)
    for (let index = 0; index < processes; index++) act.meanwhile(() => reconnect(act, program, tries));
  act.meanwhile(() => failedRequests(act, tries));
  act.meanwhile(() => lateReports(act));
}

function reconnect(act: Act, program: string, tries: number): void {
  const { dice } = act.world;
  act.pass(0, 900);
  const voice = act.as(act.world.worker(program), act.ownRequest());
  const connection = `[${dice.uuid()}]`;
  voice.info(LOGGER, `A recoverable connection/channel error occurred, trying to reconnect: [Errno 104] Connection reset by peer`);
  for (let attempt = 1; attempt <= tries; attempt++) {
    // interval_start 1, interval_step 2, interval_max 30 of oslo.messaging.
    const sleep = Math.min(attempt * 2 - 1, 30);
    voice.error(
      LOGGER,
      `${connection} AMQP server on ${BROKER} is unreachable: ${REFUSED}. Trying again in ${sleep} seconds.: ConnectionRefusedError: ${REFUSED}`,
    );
    act.pass(sleep * 1000, sleep * 1000 + 60);
  }
  voice.info(LOGGER, `${connection} Reconnected to AMQP server on ${BROKER} via [amqp] client with port ${dice.between(33_000, 60_000)}.`);
}

/** Users go on asking: what needs an answer of the conductor ends with 500. */
function failedRequests(act: Act, tries: number): void {
  const { world } = act;
  for (let index = 0; index < tries; index++) {
    act.pass(1000, 6000);
    const project = world.dice.pick(world.projects);
    const context = act.userRequest(world.dice.pick(project.users), project.id);
    const api = act.as(world.worker('nova-api'), context);
    const error = `oslo_messaging.exceptions.MessagingTimeout: Timed out waiting for a reply to message ID ${world.dice.hex(32)}`;
    const inside = (): void =>
      api.exception('nova.api.openstack.wsgi', `Unexpected exception in API method: ${error}`, {
        lines: replyTimeout(error),
        shape: world.dice.pick(SHAPES),
      });
    const client = world.dice.pick(project.clients);
    serve(
      act,
      { service: 'compute', context, client, by: api.worker },
      { method: 'POST', path: '/v2.1/servers', status: 500, bytes: 216, inside },
    );
  }
}

function lateReports(act: Act): void {
  const { dice } = act.world;
  for (const program of REPORTERS) {
    act.pass(800, 4000);
    const agent = act.as(act.world.worker(program), act.ownRequest());
    const timeout = `oslo_messaging.exceptions.MessagingTimeout: Timed out waiting for a reply to message ID ${dice.hex(32)}`;
    const logger = program.startsWith('neutron-openvswitch')
      ? 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent'
      : 'neutron.agent.dhcp.agent';
    agent.exception(logger, `Failed reporting state!: ${timeout}`, { lines: replyTimeout(timeout), shape: dice.pick(SHAPES) });
  }
}

/** One connection blinks. */
export function brokerBlink(act: Act): void {
  act.note.kind = 'broker blink';
  act.fault({ kind: 'broker blinks', service: 'nova', host: '', step: 'heartbeat', dependency: BROKER });
  const voice = act.as(act.world.worker('nova-compute'), act.ownRequest());
  voice.warning(
    LOGGER,
    'Unexpected error during heartbeat thread processing, retrying...: ConnectionResetError: [Errno 104] Connection reset by peer',
  );
  act.pass(900, 1200);
  const { dice } = act.world;
  voice.error(
    LOGGER,
    `[${dice.uuid()}] AMQP server on ${BROKER} is unreachable: timed out. Trying again in 1 seconds.: socket.timeout: timed out`,
  );
  act.pass(1000, 1100);
  voice.info(
    LOGGER,
    `[${dice.uuid()}] Reconnected to AMQP server on ${BROKER} via [amqp] client with port ${dice.between(33_000, 60_000)}.`,
  );
}
