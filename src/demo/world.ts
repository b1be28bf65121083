/**
 * The cloud itself: its hosts and processes, its projects, networks and images, and the instances that
 * are alive. Everything is drawn from the dice, so that the same seed builds the same cloud.
 * Not here: what happens (the operations do that) and how a line is written (act.ts).
 * Facilities are the Operations Guide's (nova LOCAL0, glance LOCAL1, cinder LOCAL2, keystone LOCAL3);
 * swift also logs on LOCAL0, as its sample configuration does.
 */
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';

/** One process that logs. */
export interface Worker {
  host: string;
  program: string;
  pid: number;
  facility: number;
  transport: 'udp' | 'tcp';
  /** By how much the host's clock is ahead, µs. */
  skewUs: number;
  /** The pid belongs into the syslog tag; oslo's and swift's handlers put none there. */
  tagged: boolean;
}

export interface Project {
  id: string;
  users: string[];
  /** Where its users' clients come from. */
  clients: string[];
  network: string;
  /** First three numbers of its subnet. */
  prefix: string;
  /** DHCP port's device in the network node. */
  tap: string;
}

export interface Image {
  id: string;
  /** sha1 of the id: its name in the image cache. */
  cached: string;
  bytes: number;
}

export interface Instance {
  id: string;
  /** libvirt's name: `instance-0000002a`. */
  domain: string;
  project: Project;
  user: string;
  image: Image;
  flavor: Flavor;
  port: string;
  mac: string;
  ip: string;
  compute: string;
  volume: string | undefined;
  /** Simulated time from which it may be shown, attached to or deleted, µs. */
  readyUs: number;
}

export interface Flavor {
  id: string;
  vcpus: number;
  ramMb: number;
  diskGb: number;
}

export const CONTROLLER = '10.0.0.10';
export const COMPUTES = ['cmp01', 'cmp02'] as const;
export const STORAGE_NODES = ['sto01', 'sto02', 'sto03'] as const;
export const HOSTS = ['ctl01', ...COMPUTES, 'net01', ...STORAGE_NODES] as const;

const LOCAL0 = 16;
/** neutron and placement have no number in the guide's recipe; the next free ones. */
const [NOVA, GLANCE, CINDER, KEYSTONE, NEUTRON, PLACEMENT, SWIFT] = [LOCAL0, 17, 18, 19, 20, 21, LOCAL0] as const;
const [KERNEL, DAEMON] = [0, 3] as const;

/** program, hosts, facility, processes per host. The guide's clients forward by UDP (@), the controller and the storage nodes by TCP (@@). */
const PROGRAMS: readonly [string, readonly string[], number, number][] = [
  ['nova-api', ['ctl01'], NOVA, 4],
  ['nova-scheduler', ['ctl01'], NOVA, 2],
  ['nova-conductor', ['ctl01'], NOVA, 3],
  ['nova-compute', COMPUTES, NOVA, 1],
  ['placement-api', ['ctl01'], PLACEMENT, 2],
  ['neutron-server', ['ctl01'], NEUTRON, 3],
  ['neutron-openvswitch-agent', [...COMPUTES, 'net01'], NEUTRON, 1],
  ['neutron-dhcp-agent', ['net01'], NEUTRON, 1],
  ['neutron-l3-agent', ['net01'], NEUTRON, 1],
  ['glance-api', ['ctl01'], GLANCE, 3],
  ['cinder-api', ['ctl01'], CINDER, 2],
  ['cinder-scheduler', ['ctl01'], CINDER, 1],
  ['cinder-volume', ['sto01'], CINDER, 1],
  ['keystone-wsgi-public', ['ctl01'], KEYSTONE, 4],
  ['proxy-server', ['ctl01'], SWIFT, 3],
  ['account-server', STORAGE_NODES, SWIFT, 2],
  ['container-server', STORAGE_NODES, SWIFT, 2],
  ['object-server', STORAGE_NODES, SWIFT, 4],
  ['object-replicator', STORAGE_NODES, SWIFT, 1],
  ['dnsmasq-dhcp', ['net01'], DAEMON, 1],
  ['libvirtd', COMPUTES, DAEMON, 1],
  ['systemd-machined', COMPUTES, DAEMON, 1],
  ['ovs-vswitchd', COMPUTES, DAEMON, 1],
  ['kernel', HOSTS, KERNEL, 1],
  ['haproxy', ['ctl01'], 23, 1],
  ['CRON', HOSTS, 9, 1],
  ['systemd', HOSTS, DAEMON, 1],
  ['sshd', HOSTS, 10, 1],
  ['chronyd', HOSTS, DAEMON, 1],
  ['rabbitmq-server', ['ctl01'], DAEMON, 1],
  ['mariadbd', ['ctl01'], DAEMON, 1],
  ['apache2', ['ctl01'], 22, 1],
  ['smartd', STORAGE_NODES, DAEMON, 1],
];
/** Whose syslog tag carries no pid: oslo's and swift's handlers put none there, and the kernel has none. */
const UNTAGGED: ReadonlySet<number> = new Set([KERNEL, NOVA, GLANCE, CINDER, KEYSTONE, NEUTRON, PLACEMENT]);
const UDP_HOSTS: readonly string[] = [...COMPUTES, 'net01'];

const FLAVORS: readonly Flavor[] = [
  { id: 'm1.tiny', vcpus: 1, ramMb: 512, diskGb: 1 },
  { id: 'm1.small', vcpus: 1, ramMb: 2048, diskGb: 20 },
  { id: 'm1.medium', vcpus: 2, ramMb: 4096, diskGb: 40 },
  { id: 'm1.large', vcpus: 4, ramMb: 8192, diskGb: 80 },
];

/** Every listing of the table above by `program` or `program@host`. */
export class World {
  readonly dice: Dice;
  readonly clock: Clock;
  readonly projects: Project[] = [];
  readonly images: Image[] = [];
  readonly instances: Instance[] = [];
  readonly computeIds: Record<string, string> = {};
  /** Of nova and neutron themselves, in the service project. */
  readonly serviceUsers: { nova: string; neutron: string; cinder: string };
  readonly serviceProject: string;
  readonly #workers = new Map<string, Worker[]>();
  readonly #busyUntilUs = new Map<Worker, number>();
  #domains = 0x20;
  #addresses = 10;

  readonly #skewUs: Readonly<Record<string, number>>;

  constructor(dice: Dice, clock: Clock, skewUs: Readonly<Record<string, number>> = {}) {
    this.#skewUs = skewUs;
    this.dice = dice;
    this.clock = clock;
    this.serviceProject = dice.hex(32);
    this.serviceUsers = { nova: dice.hex(32), neutron: dice.hex(32), cinder: dice.hex(32) };
    for (const [program, hosts, facility, count] of PROGRAMS) this.#hire({ program, hosts, facility, count });
    for (const compute of COMPUTES) this.computeIds[compute] = dice.uuid();
    for (let index = 0; index < 4; index++) this.images.push({ id: dice.uuid(), cached: dice.hex(40), bytes: dice.between(2e7, 2e9) });
    for (let index = 0; index < 6; index++) this.projects.push(makeProject(dice, index));
    for (let index = 0; index < 14; index++) this.instances.push(this.newInstance());
  }

  #hire(post: { program: string; hosts: readonly string[]; facility: number; count: number }): void {
    const { program, facility } = post;
    for (const host of post.hosts) {
      const first = this.dice.between(1500, 60_000);
      const transport = UDP_HOSTS.includes(host) ? 'udp' : 'tcp';
      const workers: Worker[] = [];
      for (let index = 0; index < post.count; index++) {
        const skewUs = this.#skewUs[host] ?? 0;
        workers.push({ host, program, pid: first + index, facility, transport, skewUs, tagged: !UNTAGGED.has(facility) });
      }
      this.#workers.set(`${program}@${host}`, workers);
      this.#workers.set(program, [...(this.#workers.get(program) ?? []), ...workers]);
    }
  }

  /** A process of `nova-api`, or of `nova-compute@cmp01`. */
  worker(name: string): Worker {
    const workers = this.#workers.get(name);
    if (!workers) throw new Error(`BUG: the demo cloud has no ${name}`);
    return workers.length === 1 ? workers[0]! : this.dice.pick(workers);
  }

  /**
   * A process of uWSGI, which takes one request at a time: one that is idle, or the first to be, and from when on it is busy with this
   * one. Asked in the order of time, as operations begin.
   */
  idleWorker(name: string, atUs: number, busyUs: number): { worker: Worker; fromUs: number } {
    const workers = this.#workers.get(name) ?? [];
    const first = workers.indexOf(this.worker(name));
    const inTurn = workers.map((_, index) => workers[(first + index) % workers.length]!);
    const untilUs = (worker: Worker): number => Math.max(atUs, this.#busyUntilUs.get(worker) ?? 0);
    const idle = inTurn.reduce((best, worker) => (untilUs(worker) < untilUs(best) ? worker : best));
    const fromUs = untilUs(idle);
    this.#busyUntilUs.set(idle, fromUs + busyUs);
    return { worker: idle, fromUs };
  }

  /** An instance with all its ids; it belongs to nobody's list until the caller adds it. */
  newInstance(): Instance {
    const { dice } = this;
    const project = dice.pick(this.projects);
    this.#addresses = this.#addresses >= 250 ? 10 : this.#addresses + 1;
    return {
      id: dice.uuid(),
      domain: `instance-${(this.#domains++).toString(16).padStart(8, '0')}`,
      project,
      user: dice.pick(project.users),
      image: dice.pick(this.images),
      flavor: dice.pick(FLAVORS),
      port: dice.uuid(),
      mac: `fa:16:3e:${(dice.hex(8).match(/../g) ?? []).slice(1).join(':')}`,
      ip: `${project.prefix}.${this.#addresses}`,
      compute: dice.pick(COMPUTES),
      volume: undefined,
      readyUs: 0,
    };
  }

  /** One that lives at this time; undefined when all are still being built. */
  someInstance(atUs: number): Instance | undefined {
    const start = this.dice.between(0, Math.max(0, this.instances.length - 1));
    for (let step = 0; step < this.instances.length; step++) {
      const instance = this.instances[(start + step) % this.instances.length]!;
      if (instance.readyUs <= atUs) return instance;
    }
    return undefined;
  }

  forget(instance: Instance): void {
    const index = this.instances.indexOf(instance);
    if (index >= 0) this.instances.splice(index, 1);
  }
}

function makeProject(dice: Dice, index: number): Project {
  return {
    id: dice.hex(32),
    users: [dice.hex(32), dice.hex(32)],
    clients: [`192.0.2.${dice.between(10, 120)}`, `198.51.100.${dice.between(10, 120)}`],
    network: dice.uuid(),
    prefix: `10.20.${index}`,
    tap: `tap${dice.hex(8)}-${dice.hex(4).slice(2)}`,
  };
}
