/** `maintenance:` of a configuration: what is taken, when it holds, and where a mistake is. */
import { describe, expect, test } from 'vitest';
import { readConfigText } from '../../src/base/config.ts';
import { maintenanceOf } from '../../src/report/maintenance.ts';

const read = (text: string) => readConfigText(`maintenance:\n${text}`, 'c.yaml').site.maintenance ?? [];
const us = (time: string): number => Date.parse(time) * 1000;

describe('holds', () => {
  const weekly = "  - {name: backup, days: [sun, Wednesday], at: '23:30', for: 2h, zone: Europe/Berlin, hosts: ['db*']}";
  const once = '  - {name: move, from: 2026-12-01T20:00:00+01:00, to: 2026-12-02T02:00:00+01:00, services: [nova]}';
  test.for([
    // Sunday 22 November, 23:30 in Berlin is 22:30 UTC; in July 21:30.
    { text: weekly, at: '2026-11-22T22:30:00Z', service: 'nova', host: 'db1', want: 'backup' },
    { text: weekly, at: '2026-11-22T22:29:00Z', service: 'nova', host: 'db1', want: undefined },
    { text: weekly, at: '2026-11-23T00:29:00Z', service: 'nova', host: 'db1', want: 'backup' },
    { text: weekly, at: '2026-11-23T00:30:00Z', service: 'nova', host: 'db1', want: undefined },
    { text: weekly, at: '2026-07-05T21:30:00Z', service: 'nova', host: 'db1', want: 'backup' },
    { text: weekly, at: '2026-11-25T22:45:00Z', service: '', host: 'db22', want: 'backup' },
    { text: weekly, at: '2026-11-24T22:45:00Z', service: '', host: 'db22', want: undefined },
    { text: weekly, at: '2026-11-22T22:45:00Z', service: 'nova', host: 'c1', want: undefined },
    { text: once, at: '2026-12-01T19:00:00Z', service: 'nova', host: 'c1', want: 'move' },
    { text: once, at: '2026-12-02T01:00:00Z', service: 'nova', host: 'c1', want: undefined },
    { text: once, at: '2026-12-01T19:00:00Z', service: 'glance', host: 'c1', want: undefined },
  ])('$at $service $host: $want', ({ text, at, service, host, want }) => {
    expect(maintenanceOf(read(text))(us(at), service, host)).toBe(want);
  });
});

describe('is refused with its place', () => {
  test.for([
    { text: '  name: x', want: 'c.yaml:2:3: maintenance is a list' },
    { text: "  - {name: x, at: '02:00', for: 2h, dyas: [sun]}", want: 'c.yaml:2:37: dyas is no part of a window; did you mean days?' },
    { text: "  - {at: '02:00', for: 2h}", want: 'a window without name' },
    { text: '  - {name: x}', want: 'either once, with from and to, or every week' },
    { text: "  - {name: x, at: '25:00', for: 2h}", want: 'c.yaml:2:19: at is a time of the day' },
    { text: "  - {name: x, at: '02:00', for: 2 hours}", want: 'for is a duration' },
    { text: "  - {name: x, at: '02:00', for: 8d}", want: 'at most 7d' },
    { text: "  - {name: x, at: '02:00', for: 2h, days: [someday]}", want: 'c.yaml:2:44: someday is no day' },
    { text: "  - {name: x, at: '02:00', for: 2h, zone: Europe/Berln}", want: 'Berln' },
    { text: '  - {name: x, from: 2026-12-01, to: 2026-12-02}', want: 'from is a time like' },
    { text: '  - {name: x, from: 2026-12-02T00:00:00Z, to: 2026-12-01T00:00:00Z}', want: 'to is not later than from' },
    { text: "  - {name: x, at: '02:00', for: 2h}\n  - {name: x, at: '03:00', for: 2h}", want: 'c.yaml:3:5: a second window x' },
  ])('$text', ({ text, want }) => {
    expect(() => read(text)).toThrow(want);
  });
});
