/** The simulated cloud: deterministic, ordered, and consistent in its ids across services. */
import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../src/demo/act.ts';
import { Cloud } from '../../src/demo/cloud.ts';
import { Dice } from '../../src/demo/dice.ts';

const START_US = Date.UTC(2026, 2, 2) * 1000;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const OSLO = new RegExp(
  `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\d+ (DEBUG|INFO|WARNING|ERROR) [\\w.-]+ \\[(-|(None|req-${UUID}) req-${UUID}( [0-9a-f]{32}| -){2} - - (default default|- -))\\] \\S`,
);

function events(seed: number, count: number): CloudEvent[] {
  const cloud = new Cloud({ seed, startUs: START_US, linesPerSecond: 100 });
  return Array.from({ length: count }, () => cloud.next());
}
const MANY = events(7, 40_000);
/** OpenStack's own handlers; swift has a format of its own, and keystone's access lines are uWSGI's. */
const isOslo = (event: CloudEvent): boolean =>
  /^(nova|neutron|glance|cinder|keystone|placement)-/.test(event.program) && !event.text.startsWith('[pid: ');
const isContinuation = (event: CloudEvent): boolean =>
  / \d+ ERROR \S+ (\[instance: \S+\] )?(Traceback| {2}|\S+(Error|Exception|Timeout|Remote|Host|Empty|Failed|NotFound):?|During|$)/.test(
    event.text.slice(23),
  ) && !/\[(None |req-)/.test(event.text.slice(0, 130));

describe('the run of events', () => {
  it('is the same for the same seed and another for another', () => {
    expect(events(3, 3000)).toEqual(events(3, 3000));
    expect(events(3, 50)).not.toEqual(events(4, 50));
  });

  it('never goes back in time', () => {
    for (let index = 1; index < MANY.length; index++) expect(MANY[index]!.atUs).toBeGreaterThanOrEqual(MANY[index - 1]!.atUs);
  });

  it('keeps to the asked rate within a tenth', () => {
    const seconds = MANY.at(-1)!.atUs / 1e6;
    expect(MANY.length / seconds).toBeGreaterThan(90);
    expect(MANY.length / seconds).toBeLessThan(110);
  });

  it('speaks with all the services, levels and both transports', () => {
    const programs = new Set(MANY.map((event) => event.program));
    for (const name of ['nova-api', 'nova-scheduler', 'nova-conductor', 'nova-compute', 'placement-api', 'neutron-server'])
      expect(programs).toContain(name);
    for (const name of ['neutron-openvswitch-agent', 'neutron-dhcp-agent', 'glance-api', 'cinder-api', 'cinder-volume'])
      expect(programs).toContain(name);
    for (const name of ['keystone-wsgi-public', 'proxy-server', 'account-server', 'container-server', 'object-server'])
      expect(programs).toContain(name);
    expect(new Set(MANY.map((event) => event.severity))).toEqual(new Set([3, 4, 6, 7]));
    expect(programs).toContain('rabbitmq-server');
    for (const name of ['haproxy', 'mariadbd', 'libvirtd', 'kernel', 'ovs-vswitchd', 'apache2', 'dnsmasq-dhcp'])
      expect(programs).toContain(name);
    expect(new Set(MANY.map((event) => event.transport))).toEqual(new Set(['udp', 'tcp']));
  });

  it.each([
    ['nova-api', 16],
    ['glance-api', 17],
    ['cinder-volume', 18],
    ['keystone-wsgi-public', 19],
    ['proxy-server', 16],
  ])('logs %s on facility %i, as the guide says', (program, facility) => {
    const own = MANY.filter((event) => event.program === program);
    expect(own.length).toBeGreaterThan(10);
    expect(new Set(own.map((event) => event.facility))).toEqual(new Set([facility]));
  });
});

describe('the lines', () => {
  it('are oslo lines with the bracket of Zed and later, or continuations of a traceback', () => {
    const wrong = MANY.filter((event) => isOslo(event) && !OSLO.test(event.text) && !isContinuation(event));
    expect(wrong.map((event) => event.text)).toEqual([]);
  });

  it('have 22 fields at the swift proxy', () => {
    const access = MANY.filter((event) => event.program === 'proxy-server' && event.severity === 6);
    expect(access.length).toBeGreaterThan(100);
    for (const event of access) {
      const fields = event.text.split(' ');
      expect(fields).toHaveLength(22);
      expect(fields[13]).toMatch(/^tx[0-9a-f]{21}-[0-9a-f]{10}$/);
    }
  });

  it('hold tracebacks in every wire shape', () => {
    const tracebacks = MANY.filter((event) => event.text.includes('Traceback (most recent call last):') && event.severity === 3);
    const kinds = new Set(tracebacks.map(shapeOf));
    expect(kinds).toEqual(new Set(['one message', 'raw newlines', 'a line each', 'swift']));
  });
});

function shapeOf(event: CloudEvent): string {
  if (event.text.includes('#012Traceback')) return 'swift';
  if (!event.text.includes('\n')) return 'a line each';
  return event.rawNewlines ? 'raw newlines' : 'one message';
}

describe('ids', () => {
  const booted = MANY.filter(
    (event) => event.program === 'nova-compute' && event.text.includes('Took') && event.text.endsWith('seconds to build instance.'),
  );

  it.each(['nova-api', 'nova-conductor', 'nova-scheduler', 'nova-compute', 'neutron-server', 'neutron-dhcp-agent', 'placement-api'])(
    'of every booted instance appear at %s',
    (program) => {
      expect(booted.length).toBeGreaterThan(5);
      const text = MANY.filter((event) => event.program === program)
        .map((event) => event.text)
        .join('\n');
      for (const event of booted) expect(text).toContain(/\[instance: (\S+)\]/.exec(event.text)![1]!);
    },
  );

  it('of the request cross nova over RPC, and REST as the global id', () => {
    // A few boots are enough: each looks through all events.
    for (const event of booted.slice(0, 8)) {
      const [, global, local] = /\[(\S+) (req-\S+) /.exec(event.text)!;
      const programs = new Set(MANY.filter((other) => other.text.includes(` ${local} `)).map((other) => other.program));
      for (const name of ['nova-api', 'nova-scheduler', 'nova-conductor', 'nova-compute']) expect(programs).toContain(name);
      const passed = global === 'None' ? local! : global!;
      const beyond = new Set(MANY.filter((other) => other.text.includes(`[${passed} `)).map((other) => other.program));
      for (const name of ['neutron-server', 'glance-api', 'placement-api', 'keystone-wsgi-public']) expect(beyond).toContain(name);
    }
  });

  it('are named to the caller: each `used request id` belongs to a line of the other service', () => {
    const edges = MANY.slice(0, 20_000).flatMap((event) => /used request id (req-\S+)/.exec(event.text)?.[1] ?? []);
    expect(edges.length).toBeGreaterThan(50);
    const served = new Set(
      MANY.flatMap(
        (event) => /^\S+ \S+ \d+ INFO (?:neutron\.wsgi|eventlet|placement|cinder)\S* \[\S+ (req-\S+)/.exec(event.text)?.[1] ?? [],
      ),
    );
    for (const id of edges) expect(served).toContain(id);
  });

  it('of a swift transaction are at the proxy and at a storage server', () => {
    const ids = (name: RegExp): Set<string> =>
      new Set(MANY.filter((event) => name.test(event.program)).flatMap((event) => event.text.match(/tx[0-9a-f]{21}-[0-9a-f]{10}/g) ?? []));
    const proxy = ids(/^proxy-/);
    const storage = ids(/^(account|container|object)-/);
    expect([...storage].filter((id) => proxy.has(id)).length).toBeGreaterThan(storage.size * 0.99);
  });

  it('know the first instance, whose boot comes first', () => {
    const cloud = new Cloud({ seed: 5, startUs: START_US, linesPerSecond: 40 });
    const texts = Array.from({ length: 60 }, () => cloud.next().text);
    expect(texts.some((text) => text.includes(`[instance: ${cloud.firstInstance}]`))).toBe(true);
  });
});

describe('dice', () => {
  it('throw version 4 UUIDs, none twice', () => {
    const dice = new Dice(1);
    const ids = Array.from({ length: 20_000 }, () => dice.uuid());
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(new RegExp(`^${UUID}$`));
  });
});
