/** Stories from stores made for them: what is shared, what takes turns, chains of calls, too many records, and ids of nobody. */
import { describe, expect, test } from 'vitest';
import { parse } from '../../parsers/index.ts';
import { limits } from '../../src/base/limits.ts';
import type { RenderedStory, StoryWant } from '../../src/model.ts';
import { openDays } from '../../src/store/days.ts';
import { DaysReader } from '../../src/store/read.ts';
import { storySteps } from '../../src/store/story.ts';
import { headsNear } from '../../src/store/story-nothing.ts';
import { CLOUD_START_US } from './cloud-scene.ts';
import { run } from './plain-finder.ts';
import { withLimits } from './scene.ts';
import { newFolder } from './sealed.ts';

function tell(want: StoryWant, reader: DaysReader): RenderedStory {
  return run(storySteps(reader, { missing: false, ...want }));
}

function seqsOf({ ndjson }: RenderedStory): number[] {
  return ndjson
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).seq);
}

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

test('an error in the middle that was not read is looked for, and where the hole is, is said', () => {
  const lines = Array.from({ length: 900 }, (_, second) =>
    line(second, { request: `req-${uuid(1)}`, user: USER, text: 'loop', level: second === 450 || second === 460 ? 'ERROR' : 'INFO' }),
  );
  for (const sealed of [true, false]) {
    const { head, ...story } = tell({ id: `req-${uuid(1)}`, recordsMax: 100 }, storeOf(lines, { sealed }));
    const seqs = seqsOf({ head, ...story });
    expect([seqs[0], seqs.at(-1), seqs.includes(451), seqs.includes(461), seqs.length]).toEqual([1, 900, true, false, 99]);
    expect(head.firstError?.seq).toBe(451);
    expect(head.limits.map(({ what, text }) => `${what}: ${text}`)).toEqual([
      `records: req-${uuid(1)} has more records than were read: its oldest and its newest are here, those between 2026-11-20T00:00:48.123000Z and 2026-11-20T00:14:11.123000Z are not, but for errors that were found`,
    ]);
  }
});

test('of what everybody uses fewer records and requests are followed, unless more are asked for', () => {
  const lines = Array.from({ length: 60 }, (_, second) =>
    line(second, { request: `req-${uuid(second)}`, user: USER, text: `Creating image /v2/images/${A}` }),
  );
  const reader = storeOf(lines);
  withLimits({ storySharedRecordsDefault: 20, storySharedRequestsMax: 5 }, () => {
    const { head, count } = tell({ id: A }, reader);
    expect([head.kind, count]).toEqual(['image', 20]);
    expect([...new Set(head.limits.map(({ what }) => what))]).toEqual(['requests', 'records']);
    expect(tell({ id: A, recordsMax: 1000 }, reader)).toMatchObject({ count: 60, head: { limits: [] } });
  });
});

test('a network device is its port, where there is one', () => {
  const port = '1c3ca97a-10aa-4bd3-a9b7-7bfe4e1f1d8c';
  for (const sealed of [true, false]) {
    const reader = storeOf(
      [
        line(0, { request: `req-${uuid(1)}`, user: USER, text: `Successfully created port: ${port}` }),
        line(1, { text: 'tap1c3ca97a-10 up' }),
      ],
      { sealed },
    );
    expect(tell({ id: 'TAP1c3ca97a-10' }, reader)).toMatchObject({ count: 2, head: { id: port, kind: 'port' } });
    expect(() => tell({ id: 'tap1c3ca97a-11' }, reader)).toThrow(/no id that a story is told of/);
  }
});

test('a libvirt name leads to its instance', () => {
  const libvirt = `<28>Nov 20 00:00:01 cmp01 libvirtd[4]: Domain id=7 name='instance-0000001f' uuid=${A} is tainted: host-cpu`;
  const reader = storeOf([line(0, { request: `req-${uuid(1)}`, user: USER, text: `[instance: ${A}] Starting` }), libvirt]);
  expect(tell({ id: 'instance-0000001f' }, reader)).toMatchObject({ count: 2, head: { kind: 'domain', requests: [{ records: 1 }] } });
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

  test('an id that stands once, within a message of its own shape', () => {
    for (const sealed of [true, false]) {
      const from = storeOf([line(0, { text: `The one volume ${A} is odd` })], { sealed });
      expect(refused(`${A.slice(0, -1)}d`, from)).toMatchObject({ code: 'not-found', place: { suggestion: A } });
    }
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
