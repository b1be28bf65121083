/**
 * Stories from a real store: what belongs together in the simulated cloud is told together, whatever spelling asks for it; the engine finds
 * what a plain look at every record finds. Limits and ids of nobody: story-limits.test.ts.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { RenderedStory, StoryWant } from '../../src/model.ts';
import { entitySteps } from '../../src/store/entity.ts';
import { storySteps, tellStory } from '../../src/store/story.ts';
import { partsOf } from '../../src/store/story-render.ts';
import { cloudScene } from './cloud-scene.ts';
import { PlainFinder, run } from './plain-finder.ts';

const cloud = cloudScene(9000, 7);
afterAll(() => cloud.close());

function tell(want: StoryWant, reader = cloud.reader): RenderedStory {
  return run(storySteps(reader, { missing: false, ...want }));
}

function linesOf(story: RenderedStory): string[] {
  return [...partsOf(story)].join('').split('\n').slice(0, -1);
}

function seqsOf(story: RenderedStory): number[] {
  return linesOf(story).map((line) => JSON.parse(line).seq);
}

const boots = cloud.operations.filter(({ kind, outcome, isCut }) => kind === 'boot' && outcome === 'ok' && !isCut);
const boot = boots[0]!;

describe('the story of an instance', () => {
  test('has the records that really belong to it, and few others', () => {
    let [both, told, real] = [0, 0, 0];
    for (const [id, want] of cloud.instances) {
      if (want.size < 20) continue;
      const got = new Set(seqsOf(tell({ id })));
      told += got.size;
      real += want.size;
      both += got.intersection(want).size;
    }
    expect(real).toBeGreaterThan(2500);
    expect(both / told).toBeGreaterThanOrEqual(0.99);
    expect(both / real).toBeGreaterThanOrEqual(0.98);
  });

  test('tells each record once, in one order, with an id of it as the reason', () => {
    const story = tell({ id: boot.ids.instance! });
    const records = linesOf(story).map((line) => JSON.parse(line));
    expect(new Set(records.map(({ seq }) => seq)).size).toBe(story.count);
    // Stamps of whole seconds stand where they arrived; the others are in order, and so is each process.
    const exact = records.filter(({ time }) => !time.endsWith('.000000Z'));
    expect(exact.map(({ time }) => time)).toEqual(exact.map(({ time }) => time).sort());
    for (const [, own] of Map.groupBy(records, ({ host, program, pid }) => `${host} ${program} ${pid}`))
      expect(own.map(({ seq }) => seq)).toEqual(own.map(({ seq }) => seq).sort((a, b) => a - b));
    for (const { why, ids, message } of records) {
      const bare = why.id.replace('req-', '');
      const isNamed = ids.some(
        ({ id }: { id: string }) => id === why.id || id === bare || bare.startsWith(id) || id === bare.replaceAll('-', ''),
      );
      expect(isNamed, `${why.id} in ${message}`).toBe(true);
    }
  });

  test('knows its port, MAC, address and domain, and through what they came in', () => {
    const { head } = tell({ id: boot.ids.instance! });
    const entities = new Map(head.entities.map((entity) => [`${entity.kind} ${entity.id}`, entity]));
    for (const kind of ['port', 'mac', 'ip', 'domain'] as const) {
      const entity = entities.get(`${kind} ${boot.ids[kind]}`);
      expect(entity?.through?.seq, kind).toBeGreaterThan(0);
    }
    expect(head.entities[0]).toMatchObject({ kind: 'instance', id: boot.ids.instance });
  });

  test('reaches records that never print its id, in other services', () => {
    const { instance = '' } = boot.ids;
    const lines = linesOf(tell({ id: instance }));
    const services = new Set(lines.filter((line) => !line.includes(instance)).map((line) => JSON.parse(line).service));
    for (const service of ['neutron', 'glance', 'placement']) expect([...services]).toContain(service);
  });
});

describe('every spelling is the same id', () => {
  const { instance = '', domain = '', mac = '' } = boot.ids;
  const request = Object.keys(boot.requests)[0]!;
  test.each([
    [instance.toUpperCase(), instance],
    [instance.replaceAll('-', ''), instance],
    [` ${instance} `, instance],
    [request.slice(4), request],
    [request.toUpperCase(), request],
    [`req-${request}`, request],
    [mac.toUpperCase(), mac],
    [mac.replaceAll(':', '-'), mac],
    [domain.toUpperCase(), domain],
  ])('%s', (asked, canonical) => {
    const story = tell({ id: asked });
    expect(story.head.id).toBe(canonical);
    expect(seqsOf(story)).toEqual(seqsOf(tell({ id: canonical })));
  });
});

describe('the engine finds what a look at every record finds', () => {
  const failed = cloud.operations.find(({ kind, outcome }) => kind === 'boot' && outcome === 'failed')!;
  const migration = cloud.operations.find(({ kind }) => kind === 'live migration');
  const volume = cloud.operations.find(({ ids }) => ids.volume !== undefined)!;
  const { port, mac, ip, domain, instance } = boot.ids;
  const ids = [
    instance,
    port,
    mac,
    ip,
    domain,
    failed.ids.instance,
    migration?.ids.instance,
    volume.ids.volume,
    ...Object.keys(boot.requests),
  ];
  test.each(ids.filter((id) => id !== undefined))('%s', (id) => {
    const story = tell({ id });
    const plain = run(tellStory(new PlainFinder(cloud.plain), { id, missing: false }));
    expect(seqsOf(story)).toEqual(seqsOf(plain));
    expect(story.count).toBeGreaterThan(0);
    expect({ ...story.head, stats: null }).toEqual({ ...plain.head, stats: null });
  });
});

test('a failed boot names its first error', () => {
  for (const { ids, faults, outcome, kind } of cloud.operations) {
    if (kind !== 'boot' || outcome !== 'failed' || faults[0]?.kind !== 'hypervisor refuses') continue;
    const { firstError } = tell({ id: ids.instance! }).head;
    expect(firstError).toMatchObject({ level: 'ERROR', service: 'nova', host: faults[0].host, seq: faults[0].record });
    expect(firstError!.message).toContain('Instance failed to spawn');
  }
});

test('an entity says when and where it was, and what else stands there', () => {
  const { instance = '', port = '', project = '' } = boot.ids;
  const entity = run(entitySteps(cloud.reader, instance.toUpperCase()));
  expect(entity).toMatchObject({ id: instance, kind: 'instance' });
  expect(entity.services[0]).toMatchObject({ name: 'nova' });
  expect(entity.related.map(({ id }) => id)).toContain(port);
  expect(entity.related.map(({ id }) => id)).toContain(Object.keys(boot.requests)[0]!);
  expect(entity.shared).toContainEqual({ kind: 'project', id: project });
  expect(entity.firstSeen <= entity.lastSeen).toBe(true);
  const own = cloud.plain.search({ filter: { kind: 'id', id: instance.replaceAll('-', ''), text: '' }, limit: 9999, direction: 'forward' });
  expect(entity.records).toBe(own.records.length);
  expect(run(entitySteps(cloud.reader, project))).toMatchObject({ id: project, kind: 'project' });
});
