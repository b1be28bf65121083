/**
 * What only an engine with an index adds to a story: which usual step did not come, what went wrong first, and the access lines of
 * servers that print no request. From a real store with some minutes of the simulated cloud.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { StoryWant } from '../../src/model.ts';
import { operationName } from '../../src/report/operation-name.ts';
import type { StoryHead } from '../../src/report/story.ts';
import { keyOf } from '../../src/report/story-id.ts';
import { compareRun } from '../../src/report/usual-compare.ts';
import type { RunStep } from '../../src/report/usual-run.ts';
import { DaysReader } from '../../src/store/read.ts';
import { storySteps } from '../../src/store/story.ts';
import { StoryFinder } from '../../src/store/story-find.ts';
import { learnNext } from '../../src/store/usual-later.ts';
import { gatherRuns, type Template, usualCourse } from '../../src/store/usual-runs.ts';
import { cloudScene } from './cloud-scene.ts';
import { run } from './plain-finder.ts';
import { withLimits } from './scene.ts';

const cloud = cloudScene(24_000, 5);
afterAll(() => cloud.close());

/** However busy the machine is: here the answer counts, not its time. */
const PATIENT = { storyMsMax: 60_000, storyUsualMsMax: 60_000, storyUsualFailedMsMax: 60_000 };

/** The second answer, where the first says that what is usual is being learned. */
function tell(want: StoryWant): { head: StoryHead; records: Record<string, unknown>[] } {
  return withLimits(PATIENT, () => {
    const first = tellOnce(want);
    if (!first.head.limits.some(({ what }) => what === 'usual')) return first;
    learnAll();
    return tellOnce(want);
  });
}

/** What a query worker does when nobody asks. */
function learnAll(): void {
  for (let steps = learnNext(cloud.reader); steps !== undefined; steps = learnNext(cloud.reader)) run(steps);
}

function tellOnce(want: StoryWant): { head: StoryHead; records: Record<string, unknown>[] } {
  const { head, ndjson } = run(storySteps(cloud.reader, want));
  const records = ndjson.split('\n').filter((line) => line !== '');
  return { head: head as StoryHead, records: records.map((line) => JSON.parse(line)) };
}

const boots = cloud.operations.filter(({ kind, isCut }) => kind === 'boot' && !isCut);
const failed = (fault: string): (typeof boots)[number] | undefined => boots.find(({ faults }) => faults[0]?.kind === fault);

describe('what a story names first', () => {
  it.each([
    ['port never wired', { state: 'missing', service: 'neutron', program: 'neutron-openvswitch-agent' }],
    ['port binding failed', { state: 'error', service: 'neutron' }],
    ['image store away', { state: 'error', service: 'glance' }],
    ['hypervisor refuses', { state: 'error', service: 'nova' }],
    ['no valid host', { state: 'error', service: 'nova' }],
  ])('of a boot that failed because of: %s', (fault, want) => {
    const boot = failed(fault);
    expect(boot, 'the cloud has such a boot').toBeDefined();
    expect(tell({ id: boot!.ids.instance! }).head.firstFault).toMatchObject(want);
  });

  it('is the same when the request is asked for, and is not looked for when nobody wants it', () => {
    const boot = failed('port never wired')!;
    const request = Object.entries(boot.requests).toSorted(([, a], [, b]) => b.length - a.length)[0]![0];
    expect(tell({ id: request }).head.firstFault).toMatchObject({ state: 'missing', service: 'neutron' });
    const bare = tell({ id: request, missing: false }).head;
    expect(bare.missing).toBeUndefined();
    expect(bare.firstFault).toMatchObject({ state: 'error', service: 'nova' });
  });

  it('is told of what was learned when nobody waited', () => {
    const reader = new DaysReader(cloud.folder);
    const good = boots.find(({ outcome }) => outcome === 'ok')!;
    const usual = (): readonly string[] => {
      const { head } = run(storySteps(reader, { id: good.ids.instance! }));
      return head.limits.flatMap(({ what, text }) => (what === 'usual' ? [text] : []));
    };
    expect(usual()).toEqual([expect.stringMatching(/POST \/v2\.1\/servers .*is being learned: ask again/)]);
    expect(usual(), 'not within the question').toHaveLength(1);
    for (let steps = learnNext(reader); steps !== undefined; steps = learnNext(reader)) run(steps);
    expect(usual()).toEqual([]);
    expect(learnNext(reader)).toBeUndefined();
    reader.close();
  });

  it('is nothing where nothing is missing', () => {
    const good = boots.filter(({ outcome }) => outcome === 'ok').slice(0, 20);
    expect(good.length).toBe(20);
    const missing = good.filter(({ ids }) => tell({ id: ids.instance! }).head.missing !== undefined);
    expect(missing.length).toBeLessThanOrEqual(1);
  });
});

describe('requests that share a path', () => {
  const migrations = cloud.operations.filter(({ kind, outcome, isCut }) => kind === 'live migration' && outcome === 'ok' && !isCut);
  const courses = (id: string): string[] => (tell({ id }).head.missing ?? []).map(({ operation }) => operation);

  it('are compared with those that did the same: of a migration, whose port was unplugged, no step of a plugged one is missed', () => {
    expect(migrations.length).toBeGreaterThan(10);
    for (const { ids } of migrations) expect(courses(ids.instance!).filter((operation) => /action|events/.test(operation))).toEqual([]);
  });

  it('are compared at all: of an event that nova-compute never hears of, that is missing', () => {
    const { head } = tell({ id: migrations.at(-1)!.ids.instance!, missing: false });
    const event = head.requests.findLast(({ operation }) => operation?.endsWith('network-vif-unplugged'));
    expect(event, 'the event has a name').toBeDefined();
    const [gathered] = run(gatherRuns(new StoryFinder(cloud.reader), [keyOf(event!.id)], () => false))!;
    const access = gathered!.own.find(({ http }) => http !== undefined) as Template['access'];
    const course = run(usualCourse(cloud.reader, { request: '', access, name: operationName(access.http, gathered!.own) }, Infinity))!;
    expect(course.runs).toBeGreaterThan(5);
    const unusual = (steps: readonly RunStep[]): unknown =>
      compareRun({ operation: '', course, run: { ...gathered!.run, steps }, knownUntilUs: Infinity })?.steps.map(({ program }) => program);
    const { steps } = gathered!.run;
    expect(unusual(steps)).toBeUndefined();
    expect(unusual(steps.filter(({ program }) => program !== 'nova-compute'))).toContain('nova-compute');
  });
});

describe('an access line without a request', () => {
  const tokens = cloud.operations.filter(({ kind, isCut }) => kind === 'token' && !isCut);

  it('is in the story of the request that its worker served', () => {
    expect(tokens.length).toBeGreaterThan(20);
    let told = 0;
    for (const { requests } of tokens) {
      const { records } = tell({ id: Object.keys(requests)[0]!, missing: false });
      const lines = records.filter(({ format }) => format === 'uwsgi');
      expect(lines.length).toBeLessThanOrEqual(1);
      if (lines[0] === undefined) continue;
      told++;
      expect(lines[0].http).toMatchObject({ method: 'POST', path: '/v3/auth/tokens', status: 201 });
    }
    // Two requests at once in one worker, which uWSGI never has, but the simulated cloud now and then: their lines are nobody's.
    expect(told).toBeGreaterThan(tokens.length * 0.7);
  });
});
