/** What rules of the configuration make of a minute before it is judged: counts, complaints, CRITICAL, titles, and under which name a hurry is one. */
import { expect, test } from 'vitest';
import type { ErrorRule, GroupParts } from '../../src/model.ts';
import { mergedSignature, splitSignature } from '../../src/report/error-rules.ts';
import { type RawFacts, SpikeRules } from '../../src/report/spike-rules.ts';
import { spikeList } from '../../src/report/spike-view.ts';
import { DAY, Play } from './spike-play.ts';

const parts = (shape: string): GroupParts => ({ by: 'shape', logger: 'nova.compute', shape });
const FACTS: Readonly<Record<string, RawFacts>> = {
  a: { title: 'disk of <*> is lost for good', level: 'ERROR', parts: parts('disk of <*> is lost for good'), samples: [[1, 'nova', 'c1']] },
  b: { title: 'disk of <*> is full of dust', level: 'CRITICAL', parts: parts('disk of <*> is full of dust'), samples: [[3, 'nova', 'c2']] },
  c: { title: 'broker is away', level: 'ERROR', parts: parts('broker is away'), samples: [[2, 'cinder', 'c1']] },
};
const MINUTE = {
  counts: [
    ['a', 'nova', 'c1', 2],
    ['a', 'nova', 'c2', 1],
    ['b', 'nova', 'c1', 4],
    ['c', 'cinder', 'c1', 5],
  ] as const,
  complaints: [{ kind: 'broker' as const, address: 'ctl01:5672', signature: 'c', service: 'cinder', host: 'c1', count: 5 }],
  critical: new Set(['b']),
  facts: (signature: string) => FACTS[signature],
};
const rule = (does: ErrorRule['does'], match: ErrorRule['match'], by?: 'service' | 'host'): ErrorRule => ({
  ...{ name: 'disks', does, match, place: 'c.yaml:1:1' },
  ...(by === undefined ? {} : { by }),
});
const disks = mergedSignature('disks');

test.for<{ name: string; rules: ErrorRule[]; counts: string[]; complaints?: string[]; critical?: string[] }>([
  {
    name: 'no rule',
    rules: [],
    counts: ['a nova c1 2', 'a nova c2 1', 'b nova c1 4', 'c cinder c1 5'],
  },
  {
    name: 'ignored: it neither counts, nor complains, nor is critical',
    rules: [rule('ignore', { shape: '*' })],
    counts: [],
    complaints: [],
    critical: [],
  },
  {
    name: 'ignored by level',
    rules: [rule('ignore', { level: 'CRITICAL' })],
    counts: ['a nova c1 2', 'a nova c2 1', 'c cinder c1 5'],
    critical: [],
  },
  {
    name: 'merged: one series, also at each place',
    rules: [rule('merge', { title: 'disk of*' })],
    counts: [`${disks} nova c1 6`, `${disks} nova c2 1`, 'c cinder c1 5'],
    critical: [disks],
  },
  {
    name: 'what complains keeps complaining when it is merged',
    rules: [rule('merge', { title: 'broker*' })],
    counts: ['a nova c1 2', 'a nova c2 1', 'b nova c1 4', `${disks} cinder c1 5`],
    complaints: [disks],
  },
  {
    name: 'split by host',
    rules: [rule('split', { signature: 'a' }, 'host')],
    counts: [`${splitSignature('a', 'c1')} nova c1 2`, `${splitSignature('a', 'c2')} nova c2 1`, 'b nova c1 4', 'c cinder c1 5'],
  },
  {
    name: 'the first rule that fits decides',
    rules: [rule('split', { signature: 'c' }, 'service'), { ...rule('ignore', { logger: 'nova.*' }), name: 'rest' }],
    counts: [`${splitSignature('c', 'cinder')} cinder c1 5`],
    complaints: [splitSignature('c', 'cinder')],
    critical: [],
  },
])('$name', ({ rules, counts, complaints = ['c'], critical = ['b'] }) => {
  const ruled = new SpikeRules(rules).apply(MINUTE);
  expect(ruled.counts.map((one) => one.join(' '))).toEqual(counts);
  expect(ruled.complaints.map(({ signature }) => signature)).toEqual(complaints);
  expect([...ruled.critical]).toEqual(critical);
});

test.for<{ name: string; rules: ErrorRule[]; want: string | undefined }>([
  { name: 'no rule', rules: [], want: 'a' },
  { name: 'ignored', rules: [rule('ignore', { shape: 'disk*' })], want: undefined },
  { name: 'merged', rules: [rule('merge', { shape: 'disk*' })], want: disks },
  { name: 'split', rules: [rule('split', { shape: 'disk*' }, 'host')], want: 'a' },
])('a hurry, $name', ({ rules, want }) => {
  expect(new SpikeRules(rules).hurries('a', FACTS.a!)).toBe(want);
});

test('what is said of merged and split groups; no host is a host of no name', () => {
  const merged = new SpikeRules([rule('merge', { title: 'disk of*' })]).apply(MINUTE).facts(disks)!;
  expect(merged).toMatchObject({ title: 'disks: disk of <*> is full of dust', level: 'CRITICAL' });
  expect(merged.samples.map(([seq]) => seq)).toEqual([3, 1]);
  const split = new SpikeRules([rule('split', { signature: 'a' }, 'host')]);
  const facts = split.apply({ ...MINUTE, counts: [...MINUTE.counts, ['a', 'nova', '', 1]] }).facts;
  expect(['c1', ''].map((host) => facts(splitSignature('a', host))?.title)).toEqual([
    'disk of <*> is lost for good (c1)',
    'disk of <*> is lost for good (no host)',
  ]);
});

test('the link of a spike of merged groups looks for the texts of its members, not for the name of the rule', () => {
  const rules = new SpikeRules([rule('merge', { title: 'disk of*' })]);
  const play = new Play().run(DAY).run(1, () => {
    const { counts, facts } = rules.apply({ ...MINUTE, counts: MINUTE.counts.slice(0, 3), complaints: [] });
    return { counts, change: { facts } };
  });
  const [spike] = spikeList(play.board.spikes, { startUs: 0, endUs: Number.MAX_SAFE_INTEGER }, { snoozes: [], nowUs: play.minute * 60e6 });
  expect(spike).toMatchObject({ signature: disks, observed: 7, link: { query: 'service:nova ("is full of dust" OR "is lost for good")' } });
});
