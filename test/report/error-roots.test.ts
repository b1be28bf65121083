/** Error groups below the outage that caused them, and snoozes of groups: which group stands for all, what is folded, what is not. */
import { describe, expect, test } from 'vitest';
import type { ErrorGroup, OutageRoot, Snooze } from '../../src/model.ts';
import { rooted } from '../../src/report/error-roots.ts';

const HOUR_US = 3600e6;
const START_US = Date.UTC(2026, 10, 22) * 1000;
const END_US = START_US + 24 * HOUR_US;
const STEPS = 24;
const BROKER = 'ctl01:5672';

/** `at`: counts by hour of the day. */
function group(signature: string, at: Readonly<Record<number, number>>, change: Partial<ErrorGroup> = {}): ErrorGroup {
  const sparkline = Array.from({ length: STEPS }, (_, step) => at[step] ?? 0);
  const count = sparkline.reduce((sum, one) => sum + one, 0);
  return {
    ...{ signature, title: `title ${signature}`, parts: { by: 'shape' }, state: 'new', level: 'ERROR', count, total: count, sparkline },
    ...{
      firstSeen: '2026-11-21T00:00:00Z',
      lastSeen: '2026-11-22T23:59:00Z',
      services: [{ name: 'nova', count }],
      hosts: [{ name: 'c1', count }],
      samples: [],
    },
    radius: { hosts: 1, services: 1, requests: 0, instances: 0, projects: 0 },
    ...change,
  };
}

/** From 12:10 to 12:20. */
const outage: OutageRoot = {
  ...{ id: 'outage', kind: 'broker', address: BROKER, naming: ['lost'], complaining: ['lost', 'timeout'], caused: ['boom', 'lost'] },
  ...{ services: ['nova', 'cinder'], isEarly: false },
  ...{ sinceUs: START_US + 12 * HOUR_US + 600e6, untilUs: START_US + 12 * HOUR_US + 1200e6 },
};
const { untilUs: _over, ...goesOn } = outage;

function told(groups: readonly ErrorGroup[], { outages = [outage], snoozes = [] as Snooze[] } = {}): string[] {
  const of = { outages, snoozes, startUs: START_US, endUs: END_US, nowUs: END_US, spikeSignatures: new Map([['spike of boom', 'boom']]) };
  const { groups: found, below } = rooted(groups, of);
  return found.map(({ signature, dependency, folded, snoozedUntil }) =>
    [
      below.has(signature) ? `(${signature})` : signature,
      ...(dependency === undefined ? [] : [`root ${dependency}`]),
      ...(folded === undefined ? [] : [`folds ${folded.map((one) => `${one.signature} ${one.count}`).join(', ')}`]),
      ...(snoozedUntil === undefined ? [] : [`snoozed ${snoozedUntil.slice(0, 10)}`]),
    ].join(' '),
  );
}

describe('folding', () => {
  test.for<{ name: string; groups: ErrorGroup[]; outages?: OutageRoot[]; want: string[] }>([
    { name: 'no outage', groups: [group('lost', { 12: 9 })], outages: [], want: ['lost'] },
    {
      name: 'the largest that names the address stands for all, in its place',
      groups: [group('boom', { 12: 90 }), group('timeout', { 12: 30 }), group('other', { 12: 7 }), group('lost', { 12: 9 })],
      want: [`(boom) root ${BROKER}`, `(timeout) root ${BROKER}`, 'other', `lost root ${BROKER} folds boom 90, timeout 30`],
    },
    {
      name: 'where none names it, the largest that complains',
      groups: [group('boom', { 12: 90 }), group('timeout', { 12: 3 })],
      want: [`(boom) root ${BROKER}`, `timeout root ${BROKER} folds boom 90`],
    },
    { name: 'nobody that complains is asked for', groups: [group('boom', { 12: 9 })], want: [`boom root ${BROKER}`] },
    {
      name: 'what fails all day is not folded, nor is it the root',
      groups: [group('boom', { 3: 20, 12: 19 }), group('lost', { 12: 9 })],
      want: ['boom', `lost root ${BROKER}`],
    },
    {
      name: 'half of it is enough',
      groups: [group('boom', { 3: 20, 12: 20 }), group('lost', { 12: 9 })],
      want: [`(boom) root ${BROKER}`, `lost root ${BROKER} folds boom 40`],
    },
    {
      name: 'an outage that goes on',
      groups: [group('lost', { 12: 9, 23: 9 })],
      outages: [goesOn],
      want: [`lost root ${BROKER}`],
    },
    {
      name: 'two outages: each group once, below the newest that fits',
      groups: [group('lost', { 12: 9, 18: 9 }), group('boom', { 18: 5 }), group('timeout', { 12: 5 })],
      outages: [
        outage,
        { ...outage, id: 'later', address: 'ctl02:5672', sinceUs: START_US + 18 * HOUR_US, untilUs: START_US + 19 * HOUR_US },
      ],
      want: ['lost root ctl02:5672 folds boom 5', '(boom) root ctl02:5672', `timeout root ${BROKER}`],
    },
  ])('$name', ({ groups, outages = [outage], want }) => {
    expect(told(groups, { outages })).toEqual(want);
  });
});

/** Seen in the outage only. */
const born = { firstSeen: '2026-11-22T12:09:00Z', lastSeen: '2026-11-22T12:24:00Z' };
const of = (...services: string[]): Partial<ErrorGroup> => ({ services: services.map((name) => ({ name, count: 1 })) });
test.for<[what: string, change: Partial<ErrorGroup>, isEarly: boolean, isBelow: boolean]>([
  ['in a service that complains', born, false, true],
  ['in all of them', { ...born, ...of('nova', 'cinder') }, false, true],
  ['also in another service', { ...born, ...of('nova', 'swift') }, false, false],
  ['in the dependency itself', { ...born, ...of('rabbitmq') }, false, true],
  ['before', { ...born, firstSeen: '2026-11-22T12:07:00Z' }, false, false],
  ['and long after', { ...born, lastSeen: '2026-11-22T12:26:00Z' }, false, false],
  ['after it', { ...born, firstSeen: '2026-11-22T12:21:00Z' }, false, false],
  ['in a young store', born, true, false],
  ['in a young store, in the dependency itself', { ...born, ...of('rabbitmq') }, true, true],
])('no spike, seen for the first time %s: %s', ([_what, change, isEarly, isBelow]) => {
  const [lost, rare] = told([group('lost', { 12: 9 }), group('rare', { 12: 1 }, change)], { outages: [{ ...outage, isEarly }] });
  expect([lost, rare]).toEqual(isBelow ? [`lost root ${BROKER} folds rare 1`, `(rare) root ${BROKER}`] : [`lost root ${BROKER}`, 'rare']);
});

test.for<[what: string, fits: Partial<Snooze>, isSnoozed: boolean]>([
  ['by signature', { signature: 'boom' }, true],
  ['another signature', { signature: 'lost' }, false],
  ['by service', { service: 'nova' }, true],
  ['by service and host, of which one is another', { service: 'nova', host: 'c2' }, false],
  ['by its root', { dependency: BROKER }, true],
  ['by the spike of the outage', { spike: 'outage' }, true],
  ['by its own spike', { spike: 'spike of boom' }, true],
  ['by the spike of another', { spike: 'spike of lost' }, false],
  ['one that is over', { signature: 'boom', until: '2026-11-22T23:59:59Z' }, false],
  ['one that says nothing', {}, false],
])('snoozed %s: %s', ([_what, fits, isSnoozed]) => {
  const snooze: Snooze = { name: 's', until: '2026-11-24T00:00:00Z', changed: '', ...fits };
  const earlier: Snooze = { ...snooze, until: snooze.until < '2026-11-23' ? snooze.until : '2026-11-23T01:00:00Z' };
  const [only] = told([group('boom', { 12: 9 })], { snoozes: [snooze, earlier] });
  expect(only).toBe(`boom root ${BROKER}${isSnoozed ? ' snoozed 2026-11-24' : ''}`);
});
