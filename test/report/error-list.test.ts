/** Error groups as they are answered: states at their edges, the order, rules of the configuration, what is summed up. */
import { expect, test } from 'vitest';
import { formatTime } from '../../src/base/time.ts';
import type { ErrorRule, ErrorWant } from '../../src/model.ts';
import { type GroupRow, listErrors, QUIET_AFTER_US, SPARKLINE_STEPS } from '../../src/report/error-list.ts';
import { DistinctSet, RADIUS_SETS } from '../../src/report/radius.ts';

const END_US = Date.UTC(2026, 10, 22, 12) * 1000;
const HOUR_US = 3600e6;
const START_US = END_US - 24 * HOUR_US;
const WANT: ErrorWant = { startUs: START_US, endUs: END_US, rules: [], limit: 100 };

const place = (service: string, host: string, count: number) => ({
  ...{ service, host, count },
  steps: Array.from({ length: SPARKLINE_STEPS }, (_, step) => (step === 0 ? count : 0)),
});

function row(signature: string, change: Partial<GroupRow> = {}): GroupRow {
  const host = new DistinctSet();
  host.add(signature);
  return {
    ...{
      signature: signature.padEnd(16, '0'),
      title: `title ${signature}`,
      level: 'ERROR',
      parts: { by: 'shape', logger: 'nova.compute', shape: `shape ${signature}` },
    },
    ...{ firstUs: START_US - HOUR_US, lastUs: END_US, backUs: 0, total: 10, samples: [[7, 'nova', 'c01']], text: '' },
    radius: RADIUS_SETS.map((name) => (name === 'hosts' ? host : new DistinctSet()).bytes()),
    places: [place('nova', 'c01', 3)],
    ...change,
  };
}

const list = (rows: readonly GroupRow[], want: Partial<ErrorWant> = {}) =>
  listErrors(rows, { ...WANT, ...want }, { time: formatTime, known: () => undefined });
const titles = (rows: readonly GroupRow[], want: Partial<ErrorWant> = {}): string[] => list(rows, want).groups.map(({ title }) => title);

test.each<[what: string, change: Partial<GroupRow>, state: string]>([
  ['first seen at the beginning of the time', { firstUs: START_US }, 'new'],
  ['first seen just before', { firstUs: START_US - 1 }, 'ongoing'],
  ['new and already over', { firstUs: START_US, lastUs: START_US + 1 }, 'new'],
  ['came back within the time', { backUs: START_US }, 'regressed'],
  ['came back before it', { backUs: START_US - 1 }, 'ongoing'],
  ['came back, and is over again', { backUs: START_US, lastUs: START_US + 1 }, 'regressed'],
  ['silent for just an hour', { lastUs: END_US - QUIET_AFTER_US }, 'ongoing'],
  ['silent for longer', { lastUs: END_US - QUIET_AFTER_US - 1 }, 'quiet'],
])('%s: %s', (_what, change, state) => {
  expect(list([row('a', change)]).groups[0]?.state).toBe(state);
  expect(list([row('a', change)], { state: state as 'new' }).matched).toBe(1);
});

test('new ones first, then regressed, ongoing and quiet ones, each by count; no more than asked for', () => {
  const rows = [
    row('quiet', { lastUs: START_US }),
    row('few'),
    row('many', { places: [place('nova', 'c01', 9)] }),
    row('back', { backUs: START_US }),
    row('new', { firstUs: START_US, places: [place('nova', 'c01', 1)] }),
    row('nothing', { places: [] }),
  ];
  expect(titles(rows)).toEqual(['new', 'back', 'many', 'few', 'quiet'].map((one) => `title ${one}`));
  expect(list(rows, { limit: 2 })).toMatchObject({ matched: 5, groups: [{}, {}] });
  expect(titles(rows, { signature: 'ma' })).toEqual(['title many']);
});

test('a group as it is answered', () => {
  const [group] = list([row('a', { places: [place('nova', 'c01', 3), place('neutron', 'c02', 5), place('', '', 1)] })]).groups;
  expect(group).toMatchObject({
    ...{ signature: 'a000000000000000', state: 'ongoing', count: 9, total: 10, samples: [7], lastSeen: '2026-11-22T12:00:00.000000Z' },
    services: [
      { name: 'neutron', count: 5 },
      { name: 'nova', count: 3 },
    ],
    hosts: [
      { name: 'c02', count: 5 },
      { name: 'c01', count: 3 },
    ],
    radius: { hosts: 1, services: 0, requests: 0, instances: 0, projects: 0 },
  });
  expect(group!.sparkline[0]).toBe(9);
  expect(group!.radius.approximate).toBeUndefined();
});

test('of one service: only what it wrote', () => {
  const rows = [row('a', { places: [place('nova', 'c01', 3), place('neutron', 'c02', 5)] }), row('b')];
  expect(list(rows, { service: 'neutron' }).groups).toMatchObject([{ count: 5, services: [{ name: 'neutron' }] }]);
});

// ------------------------------------------------------------------------------------------- rules

const rule = (does: ErrorRule['does'], match: ErrorRule['match'], more: Partial<ErrorRule> = {}): ErrorRule => ({
  name: 'r',
  does,
  match,
  place: 'c:1:1',
  ...more,
});

test('ignored groups are gone, the first rule that fits decides', () => {
  const rows = [row('a'), row('b')];
  expect(titles(rows, { rules: [rule('ignore', { shape: '*a' })] })).toEqual(['title b']);
  expect(titles(rows, { rules: [rule('ignore', { shape: '*a', logger: 'glance*' })] })).toHaveLength(2);
  expect(titles(rows, { rules: [rule('merge', { shape: '* a' }), rule('ignore', { shape: '*' }, { name: 's' })] })).toEqual(['title a']);
  expect(titles(rows, { rules: [rule('ignore', { frame: '*' })] })).toHaveLength(2);
  expect(titles(rows, { rules: [rule('ignore', { level: 'ERROR' })] })).toHaveLength(0);
  expect(titles([row('.+')], { rules: [rule('ignore', { title: 'title ..' })] })).toHaveLength(1);
});

test('merged groups are one, under a signature of their own that lasts', () => {
  const one = row('a', { firstUs: START_US - 9, lastUs: END_US - 5, total: 4, level: 'CRITICAL', samples: [[9, 'nova', 'c01']] });
  const two = row('b', { firstUs: START_US - 3, lastUs: END_US - 1, total: 6, places: [place('neutron', 'c02', 5)] });
  const merged = list([one, two, row('c')], {
    rules: [rule('merge', { shape: 'shape ?' }), rule('merge', { title: '*a' }), rule('merge', { title: '*b' })],
  });
  expect(merged.groups).toHaveLength(2);
  const [group] = merged.groups;
  expect(group).toMatchObject({
    count: 8,
    total: 10,
    level: 'CRITICAL',
    firstSeen: formatTime(START_US - 9),
    lastSeen: formatTime(END_US - 1),
    samples: [9, 7],
  });
  expect(group).toMatchObject({ radius: { hosts: 2 }, parts: { rule: 'r' } });
  const alone = list([two], { rules: [rule('merge', { title: '*b' })] }).groups[0]!;
  expect(alone.signature).toBe(group!.signature);
  expect(list([two, one], { rules: [rule('merge', { title: '*' })], signature: group!.signature }).matched).toBe(1);
});

test('split by service or host: the counts of each, with the samples that are its own', () => {
  const whole = row('a', {
    places: [place('nova', 'c01', 3), place('neutron', 'c02', 5)],
    samples: [
      [9, 'neutron', 'c02'],
      [7, 'nova', 'c01'],
    ],
  });
  const groups = list([whole], { rules: [rule('split', { title: '*' }, { by: 'service' })] }).groups;
  expect(groups.map(({ title, count, samples }) => [title, count, samples])).toEqual([
    ['title a (neutron)', 5, [9]],
    ['title a (nova)', 3, [7]],
  ]);
  expect(new Set(groups.map(({ signature }) => signature)).size).toBe(2);
  expect(list([whole], { rules: [rule('split', { title: '*' }, { by: 'host' })] }).groups[0]!.title).toBe('title a (c02)');
});
