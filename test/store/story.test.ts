/**
 * Stories from a real store: what belongs together in the simulated cloud is told together, whatever spelling asks for it; the engine finds
 * what a plain look at every record finds; limits and unknown ids are said.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { limits } from '../../src/base/limits.ts';
import type { RenderedStory, StoryWant } from '../../src/model.ts';
import { openDays } from '../../src/store/days.ts';
import { entitySteps } from '../../src/store/entity.ts';
import { DaysReader } from '../../src/store/read.ts';
import { storySteps, tellStory } from '../../src/store/story.ts';
import { headsNear } from '../../src/store/story-nothing.ts';
import { CLOUD_START_US, cloudScene } from './cloud-scene.ts';
import { PlainFinder, run } from './plain-finder.ts';
import { withLimits } from './scene.ts';
import { newFolder } from './sealed.ts';

const cloud = cloudScene(9000, 7);
afterAll(() => cloud.close());

function tell(want: StoryWant, reader = cloud.reader): RenderedStory {
  return run(storySteps(reader, { missing: false, ...want }));
}

function seqsOf({ ndjson }: RenderedStory): number[] {
  return ndjson
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).seq);
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
    const records = story.ndjson
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
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
    const lines = tell({ id: instance }).ndjson.split('\n').slice(0, -1);
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

// ----------------------------------------------------------------------------------------------- own stores

const A = '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c';
const uuid = (number: number): string => `${String(number).padStart(8, 'a')}-5b1a-4bd3-a9b7-7bfe4e1f1d8c`;
const PROJECT = '0123456789abcdef0123456789abcdef';

function line(second: number, { request = '-', user = '- -', text = '', host = 'cmp01', level = 'INFO' }): string {
  const time = new Date(CLOUD_START_US / 1000 + second * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return `<14>Nov 20 00:00:00 ${host} nova-compute: ${time}.123 7 ${level} nova.compute.manager [None ${request} ${user} - - - -] ${text}`;
}

function storeOf(lines: readonly string[], { sealed = true } = {}): DaysReader {
  const folder = newFolder();
  const store = openDays({ folder });
  store.append(lines.map((text) => parse(text, { received: CLOUD_START_US, transport: 'udp', peer: '10.0.0.1', zone: 0 })));
  if (sealed) store.flush();
  store.close();
  return new DaysReader(folder);
}

const USER = `u1 ${PROJECT}`;

test('a request that touches others brings only the records that name the story', () => {
  const lines = [line(0, { request: `req-${uuid(1)}`, user: USER, text: `[instance: ${A}] Starting instance...` })];
  // nova's _sync_power_states: one request of nobody, all instances of the host.
  for (let number = 10; number < 30; number++)
    lines.push(line(number, { request: `req-${uuid(2)}`, text: `[instance: ${uuid(number)}] Synchronizing` }));
  lines.push(line(31, { request: `req-${uuid(2)}`, text: `[instance: ${A}] Synchronizing` }));
  lines.push(line(32, { request: `req-${uuid(2)}`, text: 'Running periodic task' }));
  for (const sealed of [true, false]) {
    const story = tell({ id: A }, storeOf(lines, { sealed }));
    expect(seqsOf(story)).toEqual([1, 22]);
    expect(story.head.requests.map(({ id, isShared }) => [id, isShared])).toEqual([
      [`req-${uuid(1)}`, undefined],
      [`req-${uuid(2)}`, true],
    ]);
  }
});

test('two boots at once do not mix, also where their lines take turns in one process', () => {
  const lines: string[] = [];
  for (let second = 0; second < 40; second++) {
    const which = second % 2;
    const request = `req-${uuid(which)}`;
    lines.push(line(second, { request, user: USER, text: second % 6 < 2 ? `[instance: ${uuid(50 + which)}] Claim` : 'Acquiring lock' }));
  }
  const reader = storeOf(lines);
  expect(seqsOf(tell({ id: uuid(50) }, reader))).toEqual(lines.flatMap((_, index) => (index % 2 === 0 ? [index + 1] : [])));
  expect(seqsOf(tell({ id: `req-${uuid(1)}` }, reader))).toEqual(lines.flatMap((_, index) => (index % 2 === 1 ? [index + 1] : [])));
});

test('a chain of calls is followed down and up', () => {
  const call = (from: number, to: number, second: number): string =>
    line(second, {
      request: `req-${uuid(from)}`,
      user: USER,
      text: `GET call to network for http://c:9696/ports used request id req-${uuid(to)}`,
    });
  const lines = [
    call(1, 2, 3),
    call(2, 3, 2),
    line(1, { request: `req-${uuid(3)}`, user: USER, text: 'deepest', host: 'net01' }),
    line(4, { request: `req-${uuid(9)}`, user: USER, text: 'another' }),
  ];
  const reader = storeOf(lines);
  for (const from of [1, 2, 3]) {
    const { head, ...story } = tell({ id: `req-${uuid(from)}` }, reader);
    expect(seqsOf({ head, ...story })).toEqual([3, 2, 1]);
    expect(head.edges).toEqual([
      { from: `req-${uuid(2)}`, to: `req-${uuid(3)}`, by: 'called', seq: 2 },
      { from: `req-${uuid(1)}`, to: `req-${uuid(2)}`, by: 'called', seq: 1 },
    ]);
    expect(head.requests.map(({ id, caller }) => [id, caller])).toEqual([
      [`req-${uuid(3)}`, `req-${uuid(2)}`],
      [`req-${uuid(2)}`, `req-${uuid(1)}`],
      [`req-${uuid(1)}`, undefined],
    ]);
  }
});

test('of an id with too many records the first, the last and the errors are told, and that others were left out', () => {
  const lines = Array.from({ length: 900 }, (_, second) =>
    line(second, { request: `req-${uuid(1)}`, user: USER, text: `[instance: ${A}] line`, level: second === 450 ? 'ERROR' : 'INFO' }),
  );
  const reader = storeOf(lines);
  const { head, ...story } = tell({ id: A, recordsMax: 300 }, reader);
  const seqs = seqsOf({ head, ...story });
  expect(seqs.length).toBeLessThanOrEqual(300);
  expect([seqs[0], seqs.at(-1)]).toEqual([1, 900]);
  expect(seqs).toContain(451);
  expect(head.firstError?.seq).toBe(451);
  expect(head.limits.map(({ what }) => what)).toContain('records');
});

test('an id of more records than may be read answers with both ends of it', () => {
  const lines = Array.from({ length: 4000 }, (_, second) => line(second, { request: `req-${uuid(1)}`, text: 'loop' }));
  const reader = storeOf(lines);
  const story = withLimits({ storyRecordsDefault: 100 }, () => tell({ id: `req-${uuid(1)}` }, reader));
  expect(story.count).toBeLessThanOrEqual(100);
  expect(story.head.limits.length).toBeGreaterThan(0);
  expect(limits.storyRecordsDefault).toBeGreaterThan(100);
});

describe('no story', () => {
  const reader = storeOf([line(0, { request: `req-${uuid(1)}`, user: USER, text: `[instance: ${A}] Starting` })]);
  const fresh = storeOf([line(0, { request: `req-${uuid(1)}`, user: USER, text: `[instance: ${A}] Starting` })], { sealed: false });
  const refused = (id: string, from = reader): unknown => {
    try {
      tell({ id }, from);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test.each([
    ['the beginning', A.slice(0, 13), A],
    ['a digit short at the end', A.slice(0, -1), A],
    ['two digits of the end changed places', '903b85d0-5b1a-4bd3-a9b7-7bfe4e1f1dc8', A],
    ['a wrong digit at the beginning', '803b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', A],
    ['a digit left out at the beginning', '93b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', A],
    ['two digits changed places at the beginning', '930b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', A],
    ['a letter for a digit', '9o3b85d0-5b1a-4bd3-a9b7-7bfe4e1f1d8c', A],
    ['a request', `req-${uuid(2).replace('aaaaaaa2', 'aaaaaaa7')}`, `req-${uuid(1)}`],
  ])('%s: the id is suggested', (_, asked, meant) => {
    for (const from of [reader, fresh])
      expect(refused(asked, from)).toMatchObject({ code: 'not-found', place: { text: asked, suggestion: meant } });
  });

  test('an id of nobody says where was looked', () => {
    const error = refused('11111111-2222-4333-8444-555555555555');
    expect(error).toMatchObject({ code: 'not-found' });
    expect((error as Error).message).toMatch(/looked at 1 records from 2026-11-20T00:00:00.123000Z to 2026-11-20T00:00:00.123000Z$/);
    expect((error as { place: object }).place).not.toHaveProperty('suggestion');
  });

  test.each([
    [PROJECT, `project:${PROJECT}`],
    [PROJECT.toUpperCase(), `project:${PROJECT}`],
  ])('%s is a project: a search is offered', (id, suggestion) => {
    expect(refused(id)).toMatchObject({ code: 'bad-argument', place: { suggestion } });
  });

  test.each(['hello', '', '12', 'instance-', 'x'.repeat(150)])('%j is no id', (id) => {
    expect(refused(id)).toMatchObject({ code: 'bad-argument' });
  });

  test('one mistake away from a beginning', () => {
    const heads = headsNear('903b85d05b1a');
    for (const head of ['803b85d0', '093b85d0', '9903b85d', '03b85d05', '903b85d1']) expect([...heads]).toContain(head);
    expect([...heads]).not.toContain('903b85d0');
  });
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
