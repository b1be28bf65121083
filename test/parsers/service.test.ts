/** Services by program, logger, facility, in this order; the parsers' README against the tables of the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BODIES, ENVELOPES } from '../../parsers/index.ts';
import { PLACES } from '../../parsers/places.ts';
import { GUIDE_FACILITIES, isOpenStackProgram, serviceOf } from '../../parsers/service.ts';
import { isOddStructuredData, readStructuredData, structuredDataEnd } from '../../parsers/structured-data.ts';

describe('service', () => {
  test.each<[program: string | undefined, logger: string | undefined, facility: number | undefined, want: string | undefined]>([
    ['nova-compute', undefined, undefined, 'nova'],
    ['nova-api', 'oslo.messaging._drivers.impl_rabbit', 17, 'nova'],
    ['nova-placement-api', undefined, undefined, 'placement'],
    ['/usr/bin/glance-api', undefined, undefined, 'glance'],
    ['quantum-server', undefined, undefined, 'neutron'],
    ['neutron_ovn_metadata_agent', undefined, undefined, 'neutron'],
    ['nova-nova.compute.manager', undefined, undefined, 'nova'],
    ['proxy-server', undefined, 16, 'swift'],
    ['object-expirer', undefined, 16, 'swift'],
    ['journal', 'neutron.wsgi', 16, 'neutron'],
    ['root', undefined, 18, 'cinder'],
    ['python', 'glance_store.location', undefined, 'glance'],
    [undefined, 'quantum.agent', undefined, 'neutron'],
    [undefined, 'oslo.messaging._drivers.impl_rabbit', 19, 'keystone'],
    [undefined, undefined, 17, 'glance'],
    [undefined, undefined, 20, undefined],
    ['haproxy', undefined, 17, 'haproxy'],
    ['sudo', undefined, 16, undefined],
    ['kernel', undefined, 0, undefined],
    ['dnsmasq-dhcp', undefined, 3, 'dnsmasq'],
    [undefined, undefined, undefined, undefined],
  ])('%s, %s, facility %s: %s', (program, logger, facility, want) => {
    expect(serviceOf(program, logger, facility === undefined ? undefined : GUIDE_FACILITIES[facility])).toBe(want);
    expect(serviceOf(program, logger, facility === undefined ? undefined : GUIDE_FACILITIES[facility]), 'remembered').toBe(want);
  });

  test.each([
    ['nova-api', true],
    ['proxy-server', true],
    ['neutron-ovn-agent', true],
    ['nova', false],
    ['Use', false],
    ['sshd', false],
    ['haproxy', false],
  ])('%s may stand without a colon: %s', (name, want) => {
    expect(isOpenStackProgram(name)).toBe(want);
  });

  test('more names than are remembered change nothing', () => {
    for (let index = 0; index < 10_000; index++) expect(serviceOf(`made-up-${index}`, `made.up${index}`, undefined)).toBeUndefined();
    expect(serviceOf('nova-api', undefined, undefined)).toBe('nova');
  });
});

describe('structured data', () => {
  test.each([
    [
      '[a b="1" c="x\\]y\\"z\\\\"]',
      [
        {
          id: 'a',
          params: [
            ['b', '1'],
            ['c', 'x]y"z\\'],
          ],
        },
      ],
      false,
    ],
    [
      '[a b="1"][c]',
      [
        { id: 'a', params: [['b', '1']] },
        { id: 'c', params: [] },
      ],
      false,
    ],
    ['[a b="\\n" ]', [{ id: 'a', params: [['b', '\\n']] }], false],
    [
      '[a b="1" b="2"]',
      [
        {
          id: 'a',
          params: [
            ['b', '1'],
            ['b', '2'],
          ],
        },
      ],
      false,
    ],
    [
      '[a b="1"][a c="2"]',
      [
        { id: 'a', params: [['b', '1']] },
        { id: 'a', params: [['c', '2']] },
      ],
      true,
    ],
    ['[a b="x]y"]', [{ id: 'a', params: [['b', 'x]y']] }], true],
  ])('%s', (text, want, odd) => {
    expect(readStructuredData(text)).toEqual(want);
    expect(isOddStructuredData(text)).toBe(odd);
  });

  test.each([['-'], ['[]'], ['[a'], ['[a b]'], ['[a b=1]'], ['[a b="1]'], ['[ a]'], ['[a b="1"c="2"]']])('%s is none', (text) => {
    expect(structuredDataEnd(text, 0)).toBe(-1);
    expect(readStructuredData(text)).toEqual([]);
  });
});

describe('README', () => {
  const readme = readFileSync(new URL('../../parsers/README.md', import.meta.url), 'utf8');
  const rowsOf = (heading: string) =>
    (readme.split(`## ${heading}`)[1] ?? '')
      .split('\n## ')[0]!
      .split('\n')
      .flatMap((line) => /^\|((?: `[^`]+`)+) \|/.exec(line)?.[1]?.replaceAll('`', '').trim().split(' ') ?? []);

  test('lists the parsers in their order', () => {
    expect(rowsOf('The tables')).toEqual([...ENVELOPES, ...BODIES].map(({ name }) => name));
  });

  test('lists the places of forms', () => {
    expect(rowsOf('Forms').sort()).toEqual(
      Object.keys(PLACES)
        .map((place) => `%${place}`)
        .sort(),
    );
  });

  test('lists every flag that the parsers set', () => {
    const folder = new URL('../../parsers/', import.meta.url);
    const files = readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const set = files.flatMap((text) => [...text.matchAll(/addFlag\(record, '([^']+)'\)/g)].map((match) => match[1]!));
    expect(rowsOf('Flags').sort()).toEqual([...new Set([...set, 'truncated', 'lossy', 'incomplete', 'latin1'])].sort());
  });
});
