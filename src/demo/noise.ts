/**
 * The rest of the machines: cron, ssh, systemd, time, haproxy, RabbitMQ, MariaDB, the dashboard. Lines that an OpenStack log is
 * full of and that no operation causes; a log service must read them and must not link them to anything.
 * Texts are the programs' own formats: haproxy's HTTP log, RabbitMQ's and MariaDB's server logs, Apache's combined log.
 */
import type { Act } from './act.ts';
import { uptime } from './hypervisor.ts';
import { CONTROLLER } from './world.ts';

const [ERROR, WARNING, INFO] = [3, 4, 6] as const;

interface Noise {
  readonly program: string;
  readonly severity: number;
  text(act: Act): string;
}

const NOISE: readonly (readonly [weight: number, noise: Noise])[] = [
  [30, { program: 'haproxy', severity: INFO, text: haproxy }],
  [12, { program: 'CRON', severity: INFO, text: () => '(root) CMD (   cd / && run-parts --report /etc/cron.hourly)' }],
  [10, { program: 'systemd', severity: INFO, text: session }],
  [8, { program: 'sshd', severity: INFO, text: login }],
  [6, { program: 'chronyd', severity: INFO, text: (act) => `Selected source 192.0.2.${act.world.dice.between(1, 9)} (ntp.example.org)` }],
  [10, { program: 'rabbitmq-server', severity: INFO, text: rabbit }],
  [3, { program: 'mariadbd', severity: WARNING, text: mariadb }],
  [12, { program: 'apache2', severity: INFO, text: dashboard }],
  [
    4,
    {
      program: 'kernel',
      severity: WARNING,
      text: (act) =>
        `[${uptime(act)}] perf: interrupt took too long (${act.world.dice.between(2500, 9000)} > 2500), lowering kernel.perf_event_max_sample_rate to 50000`,
    },
  ],
  [
    2,
    {
      program: 'smartd',
      severity: WARNING,
      text: (act) =>
        `Device: /dev/sd${'abcd'[act.world.dice.between(0, 3)]} [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from 66 to ${act.world.dice.between(58, 70)}`,
    },
  ],
  [1, { program: 'libvirtd', severity: ERROR, text: () => 'End of file while reading data: Input/output error' }],
];
const WEIGHT_SUM = NOISE.reduce((sum, [weight]) => sum + weight, 0);

export function noise(act: Act): void {
  const { world } = act;
  act.note.kind = 'noise';
  const chosen = weighted(world.dice.fraction() * WEIGHT_SUM);
  act.emit(world.worker(chosen.program), chosen.severity, chosen.text(act));
}

function weighted(at: number): Noise {
  let end = 0;
  for (const [weight, one] of NOISE) {
    end += weight;
    if (at < end) return one;
  }
  return NOISE[0]![1];
}

function haproxy(act: Act): string {
  const { dice, clock } = act.world;
  const [name, path] = dice.pick([
    ['nova_api', '/v2.1/'],
    ['keystone', '/v3'],
    ['glance_api', '/healthcheck'],
    ['neutron_server', '/'],
  ] as const);
  const ms = dice.between(1, 60);
  return `${CONTROLLER}:${dice.between(33_000, 60_000)} [${clock.haproxy(act.atUs)}] ${name}_front ${name}_back/ctl01 0/0/1/${ms}/${ms + 1} 200 ${dice.between(200, 900)} - - ---- ${dice.between(3, 60)}/2/0/0/0 0/0 "GET ${path} HTTP/1.1"`;
}

function session(act: Act): string {
  const number = act.world.dice.between(100, 9999);
  return act.world.dice.oneIn(2) ? `Started Session ${number} of User root.` : `session-${number}.scope: Deactivated successfully.`;
}

function login(act: Act): string {
  const { dice } = act.world;
  const from = `198.51.100.${dice.between(2, 250)} port ${dice.between(33_000, 60_000)}`;
  if (dice.oneIn(3)) return `Failed password for invalid user admin from ${from} ssh2`;
  return `Accepted publickey for stack from ${from} ssh2: ED25519 SHA256:${dice.hex(40)}`;
}

function rabbit(act: Act): string {
  const { dice, clock } = act.world;
  const process = `<0.${dice.between(700, 40_000)}.0>`;
  const peer = `10.0.0.${dice.between(11, 40)}:${dice.between(33_000, 60_000)} -> ${CONTROLLER}:5672`;
  const text = dice.oneIn(4)
    ? `[warning] ${process} closing AMQP connection ${process} (${peer} - nova-compute:${dice.between(2000, 9000)}:${dice.uuid()}, vhost: '/', user: 'openstack'):\nclient unexpectedly closed TCP connection`
    : `[info] ${process} accepting AMQP connection ${process} (${peer})`;
  return `${clock.rfc3339(act.atUs).replace('T', ' ')} ${text}`;
}

function mariadb(act: Act): string {
  const { dice, clock } = act.world;
  const service = dice.pick(['nova', 'neutron', 'cinder', 'keystone', 'glance']);
  const stamp = clock.stamp(act.atUs).slice(0, 19).replace(/ 0/, '  ');
  return `${stamp} ${dice.between(1000, 90_000)} [Warning] Aborted connection ${dice.between(1000, 90_000)} to db: '${service}' user: '${service}' host: '${CONTROLLER}' (Got timeout reading communication packets)`;
}

function dashboard(act: Act): string {
  const { dice, clock } = act.world;
  const path = dice.pick([
    '/horizon/project/',
    '/horizon/project/instances/',
    '/horizon/auth/login/?next=/horizon/',
    '/horizon/api/nova/servers/',
  ]);
  const status = path.includes('login') ? 302 : 200;
  return `${dice.pick(dice.pick(act.world.projects).clients)} - - [${clock.clf(act.atUs)}] "GET ${path} HTTP/1.1" ${status} ${dice.between(500, 9000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"`;
}
