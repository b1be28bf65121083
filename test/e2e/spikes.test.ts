/**
 * An outage of RabbitMQ in the simulated cloud, over the wire into a real service: one spike with the broker named within two minutes of its
 * beginning, closed afterwards; it survives a restart. The time by which minutes are judged is the cloud's: nothing waits for real minutes.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../src/base/config.ts';
import { Cloud } from '../../src/demo/cloud.ts';
import { message } from '../../src/demo/wire.ts';
import { CONTROLLER } from '../../src/demo/world.ts';
import type { ErrorGroup, Spike, SpikeList } from '../../src/model.ts';
import { type Service, startService } from '../../src/service.ts';
import { eventually, temporaryFolder } from './service.ts';

const MINUTE_US = 60e6;
/** A whole minute of this day's noon. */
const START_US = Math.floor(Date.UTC(2026, 10, 20, 12) / 60_000) * MINUTE_US;
const HISTORY = 90;
const BROKER = `${CONTROLLER}:5672`;

interface ErrorAnswer {
  readonly groups: readonly ErrorGroup[];
  readonly matched: number;
}

/** Lines of the cloud by minute since START_US. */
function linesOf(
  seed: number,
  { weights, fromMinute, minutes, only }: { weights: Record<string, number>; fromMinute: number; minutes: number; only?: number },
): Map<number, string[]> {
  const cloud = new Cloud({ seed, startUs: START_US + fromMinute * MINUTE_US, linesPerSecond: only === undefined ? 2 : 60, weights });
  const lines = new Map<number, string[]>();
  for (let event = cloud.next(), count = 0; event.atUs < minutes * MINUTE_US && count < (only ?? Infinity); event = cloud.next(), count++) {
    const minute = fromMinute + Math.floor(event.atUs / MINUTE_US);
    lines.set(minute, [...(lines.get(minute) ?? []), message(event, cloud.clock, { header: 'rfc3164', escape: 'always' })]);
  }
  return lines;
}

test('the broker is away: one spike within two minutes, with all else below it; it closes, and a restart knows it', {
  timeout: 120_000,
}, async () => {
  let nowUs = START_US;
  const settings = defaultSettings({
    data: join(temporaryFolder(), 'data'),
    ...{ http: { host: '127.0.0.1', port: 0 }, udp: undefined, tcp: undefined },
    zone: -new Date(START_US / 1000).getTimezoneOffset(),
    'log.level': 'error',
  });
  let service: Service = await startService(settings, { clock: () => nowUs });
  const api = (path: string): string => `http://127.0.0.1:${service.addresses.http!.port}/api/v1/${path}`;
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(api(path))).json()) as T;
  const spikes = (more = ''): Promise<SpikeList> => ask(`spikes?since=2026-01-01${more}`);
  /** All of these minutes are sent, counted, and judged. */
  const live = async (lines: ReadonlyMap<number, string[]>, from: number, until: number): Promise<void> => {
    const body = Array.from({ length: until - from }, (_, index) => lines.get(from + index) ?? []).flat();
    if (body.length > 0) {
      const sent = await fetch(api('ingest'), { method: 'POST', headers: { 'content-type': 'text/plain' }, body: `${body.join('\n')}\n` });
      expect(sent.status, await sent.text()).toBe(200);
      await ask('errors?since=2026-01-01&settled=true');
    }
    nowUs = START_US + until * MINUTE_US + 6e6;
    await eventually(async () =>
      expect(Date.parse((await spikes()).watermark) * 1000).toBeGreaterThanOrEqual(START_US + until * MINUTE_US),
    );
  };

  const calm = { 'broker outage': 0, 'no address': 0 };
  const usual = linesOf(7, { weights: calm, fromMinute: 0, minutes: HISTORY });
  await live(usual, 0, HISTORY);
  expect((await spikes('&open=true')).spikes).toEqual([]);

  // Nothing but the outage: its first operations, an hour and a half later.
  const outage = linesOf(8, { weights: { ...only('broker outage') }, fromMinute: HISTORY, minutes: 30, only: 250 });
  let found: Spike | undefined;
  for (let minute = HISTORY; minute < HISTORY + 2 && found === undefined; minute++) {
    await live(outage, minute, minute + 1);
    found = (await spikes()).spikes.find(({ dependency }) => dependency !== undefined);
  }
  expect(found).toMatchObject({ dependency: { kind: 'broker', address: BROKER }, title: `Message broker ${BROKER} is away or refuses` });
  expect(Date.parse(found!.found) * 1000 - (START_US + HISTORY * MINUTE_US)).toBeLessThanOrEqual(2 * MINUTE_US + 6e6);
  expect(found!.dependency!.services.length).toBeGreaterThanOrEqual(2);
  expect(found!.evidence.length).toBeGreaterThan(0);
  const [line] = found!.evidence;
  expect(await ask(`records/${line}`)).toMatchObject({ seq: line });

  await live(outage, HISTORY + 1, HISTORY + 30);
  await live(new Map(), HISTORY + 30, HISTORY + 60);
  const { spikes: told } = await spikes();
  const during = told.filter(({ since }) => Date.parse(since) * 1000 >= START_US + (HISTORY - 1) * MINUTE_US);
  expect(during).toMatchObject([{ id: found!.id, until: expect.any(String) }]);

  // The groups of the outage are one, with the others below it; asked for, each is there.
  const range = `since=${during[0]!.since}&until=${during[0]!.until}`;
  const { groups, matched } = await ask<ErrorAnswer>(`errors?${range}`);
  const [head, ...heads] = groups.filter(({ folded }) => folded !== undefined);
  expect(heads).toEqual([]);
  expect(head).toMatchObject({ dependency: BROKER, known: { name: expect.stringMatching(/amqp|rpc/) } });
  const each = await ask<ErrorAnswer>(`errors?${range}&folded=true`);
  expect(each.matched - matched).toBe(head!.folded!.length);
  expect(each.groups.filter(({ dependency }) => dependency === BROKER)).toHaveLength(head!.folded!.length + 1);
  const below = head!.folded![0]!.signature;
  expect(groups.map(({ signature }) => signature)).not.toContain(below);
  expect(await ask<ErrorGroup>(`errors/${below}?${range}`)).toMatchObject({ dependency: BROKER });

  const snoozed = await fetch(api('snoozes/rabbit'), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dependency: BROKER, until: '2h' }),
  });
  expect(snoozed.status).toBe(201);
  expect(await ask<ErrorGroup>(`errors/${below}?${range}`)).toMatchObject({ snoozedUntil: expect.any(String) });
  await service.stop();
  service = await startService(settings, { clock: () => nowUs });
  await eventually(async () => {
    const [again] = (await spikes()).spikes.filter(({ id }) => id === found!.id);
    expect(again).toMatchObject({ until: during[0]!.until, count: during[0]!.count, snoozedUntil: expect.any(String) });
  });
  await service.stop();
});

/** Weights under which the cloud does nothing else. */
function only(name: string): Record<string, number> {
  const rest = [
    'list',
    'show',
    'swift request',
    'swift listing',
    'periodic task',
    'agents',
    'lease',
    'audit',
    'boot or delete',
    'noise',
    'token',
    'token check',
  ];
  const more = [
    'attach volume',
    'live migration',
    'image upload',
    'failed login',
    'replication',
    'broker blink',
    'boot without host',
    'failing spawn',
  ];
  const last = ['boot without binding', 'boot without image', 'boot without wiring', 'no address'];
  return { ...Object.fromEntries([...rest, ...more, ...last].map((one) => [one, 0])), [name]: 1 };
}
