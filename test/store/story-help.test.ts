/**
 * What only an engine with an index adds to a story: which usual step did not come, what went wrong first, and the access lines of
 * servers that print no request. From a real store with some minutes of the simulated cloud.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { StoryWant } from '../../src/model.ts';
import type { StoryHead } from '../../src/report/story.ts';
import { storySteps } from '../../src/store/story.ts';
import { cloudScene } from './cloud-scene.ts';
import { run } from './plain-finder.ts';
import { withLimits } from './scene.ts';

const cloud = cloudScene(24_000, 5);
afterAll(() => cloud.close());

/** However busy the machine is: here the answer counts, not its time. */
const PATIENT = { storyMsMax: 60_000, storyUsualMsMax: 60_000, storyUsualFailedMsMax: 60_000 };

function tell(want: StoryWant): { head: StoryHead; records: Record<string, unknown>[] } {
  const { head, ndjson } = withLimits(PATIENT, () => run(storySteps(cloud.reader, want)));
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

  it('is nothing where nothing is missing', () => {
    const good = boots.filter(({ outcome }) => outcome === 'ok').slice(0, 20);
    expect(good.length).toBe(20);
    const missing = good.filter(({ ids }) => tell({ id: ids.instance! }).head.missing !== undefined);
    expect(missing.length).toBeLessThanOrEqual(1);
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
