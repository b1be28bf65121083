/** The parsers understand everything that the simulated cloud says, in both headers. */
import { describe, expect, it } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { Cloud } from '../../src/demo/cloud.ts';
import { type Header, message } from '../../src/demo/wire.ts';

/** Local noon, so that the zone of this machine is the same for all lines. */
const START_US = new Date(2026, 2, 2, 12, 0, 0).getTime() * 1000;
const ZONE = -new Date(START_US / 1000).getTimezoneOffset();
const SWIFT = /^(proxy|account|container|object)-/;
const OPENSTACK = /^(?:nova|neutron|glance|cinder|keystone|placement|proxy|account|container|object)-/;
const SERVICES: Record<string, string> = { 'keystone-wsgi-public': 'keystone' };
const LEVELS: Record<number, string> = { 3: 'ERROR', 4: 'WARNING', 6: 'INFO', 7: 'DEBUG' };

describe.each<Header>(['rfc3164', 'rfc5424'])('%s', (header) => {
  const cloud = new Cloud({ seed: 9, startUs: START_US, linesPerSecond: 100 });
  const seen = Array.from({ length: 6000 }, () => {
    const event = cloud.next();
    const text = message(event, cloud.clock, { header, escape: 'by-host' });
    const received = START_US + event.atUs + 2000;
    return { event, text, record: parse(text, { received, transport: event.transport, peer: '192.0.2.1', zone: ZONE }) };
  });

  it('gives host, program, service, level', () => {
    for (const { event, record } of seen.filter((one) => OPENSTACK.test(one.event.program))) {
      const service = SWIFT.test(event.program) ? 'swift' : (SERVICES[event.program] ?? event.program.split('-')[0]);
      expect([record.host, record.program, record.service, record.level]).toEqual([
        event.host,
        event.program,
        service,
        LEVELS[event.severity],
      ]);
    }
  });

  it('knows every body of OpenStack', () => {
    const unknown = seen.filter(
      ({ record, event }) => record.format === 'plain' && OPENSTACK.test(event.program) && !event.text.startsWith('[pid: '),
    );
    expect(unknown.map(({ text }) => text)).toEqual([]);
  });

  it('reads pid, logger and the ids of the request', () => {
    const requests = seen.flatMap(({ record, text }) => {
      const found = /\[(None|req-\S+) (req-\S+) /.exec(text);
      return found && record.format === 'oslo' ? [{ found, record }] : [];
    });
    expect(requests.length).toBeGreaterThan(3000);
    for (const { found, record } of requests) {
      expect(record.request).toBe(found[2]);
      expect(record.globalRequest).toBe(found[1] === 'None' ? undefined : found[1]);
      expect(record.pid).toBeGreaterThan(0);
      expect(record.logger).toMatch(/^[\w.-]+$/);
    }
  });

  it('takes the time of the body, to the millisecond', () => {
    const times = seen.filter(({ record, event }) => record.format === 'oslo' && record.request !== undefined && event.severity !== 3);
    expect(times.length).toBeGreaterThan(3000);
    for (const { record, event } of times) expect(record.time).toBe(Math.floor((START_US + event.atUs) / 1000) * 1000);
  });
});
