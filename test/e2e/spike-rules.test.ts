/**
 * Rules of `errors:` and spikes in a real service: what is ignored is no spike, what is merged is one, under the signature that the error groups
 * give it and with a link that finds its records; other rules hold after a reload. A store that ran long without an error is not young again
 * after a restart. Time is set forward; nothing waits for real minutes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EffectiveSettings, readSettings } from '../../src/base/config.ts';
import type { ErrorGroup, SpikeList } from '../../src/model.ts';
import { type Service, startService } from '../../src/service.ts';
import { eventually, temporaryFolder } from './service.ts';

const MINUTE_US = 60e6;
const START_US = Date.UTC(2026, 10, 20, 12) * 1000;
const QUIET_MINUTES = 90;

let config: string;
let folder: string;
let nowUs: number;
let service: Service;

async function start(): Promise<void> {
  const readAgain = (): EffectiveSettings => readSettings({ environment: { STACKTRAIL_CONFIG: config } });
  const effective = readAgain();
  service = await startService(effective.values, { effective, readAgain, clock: () => nowUs });
  // It looks from now on, not from where the time is set next.
  await eventually(async () => expect(Date.parse((await spikes()).watermark)).toBeGreaterThan(0));
}
beforeEach(async () => {
  folder = temporaryFolder();
  config = join(folder, 'c.yaml');
  nowUs = START_US;
  rules('');
  await start();
});
afterEach(() => service.stop());

function rules(text: string): void {
  writeFileSync(config, `data: ${join(folder, 'data')}\nhttp: 127.0.0.1:0\ntcp: off\nudp: off\nlog: {level: error}\n${text}`);
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${service.addresses.http!.port}/api/v1/${path}`);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}
const spikes = (): Promise<SpikeList> => ask('spikes?since=2026-01-01');

/** A minute since START_US is over and judged. */
async function judged(minute: number): Promise<void> {
  nowUs = START_US + (minute + 1) * MINUTE_US + 6e6;
  await eventually(async () => {
    expect(Date.parse((await spikes()).watermark) * 1000).toBeGreaterThan(START_US + minute * MINUTE_US);
  });
}

/** Errors of one minute, by their text. */
async function errors(minute: number, texts: readonly string[]): Promise<void> {
  const lines = texts.map((text, index) => {
    const clock = new Date(START_US / 1000 + minute * 60_000 + index * 1000).toISOString();
    return `<131>1 ${clock} cmp01 nova-compute 7 - - ${clock.slice(0, 10)} ${clock.slice(11, 23)} 7 ERROR nova.compute.manager [-] ${text}`;
  });
  const address = `http://127.0.0.1:${service.addresses.http!.port}/api/v1/ingest`;
  const sent = await fetch(address, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: `${lines.join('\n')}\n` });
  expect(sent.status).toBe(200);
  await ask('errors?since=2026-01-01&settled=true');
  await judged(minute);
}

const many = (count: number, text: (index: number) => string): string[] => Array.from({ length: count }, (_, index) => text(index));
const bad = [
  ...many(4, (index) => `Volume ${index} vanished from the shelf`),
  ...many(3, (index) => `Image ${index} has rotten bits inside`),
  ...many(9, (index) => `Chatter ${index} of a plugin nobody needs`),
];

const IGNORE = "errors:\n  - {name: chatter, ignore: {title: 'Chatter *'}}\n";
const BOTH = `${IGNORE}  - {name: storage, merge: {title: '* from the shelf'}}\n  - {name: rot, merge: {title: '*rotten*'}}\n`;
const TOGETHER = `${IGNORE}  - {name: storage, merge: {logger: nova.compute.manager}}\n`;

test.for([
  { name: 'without rules', text: '', want: ['Chatter <*> of a plugin nobody needs'] },
  { name: 'ignored', text: IGNORE, want: [] },
  { name: 'merged, each by itself', text: BOTH, want: [] },
  { name: 'merged together', text: TOGETHER, want: ['storage: Volume <*> vanished from the shelf'] },
])('five in a minute of what is $name', { timeout: 60_000 }, async ({ text, want }) => {
  rules(text);
  service.reload!();
  await judged(QUIET_MINUTES);
  await errors(QUIET_MINUTES + 1, bad);
  const { spikes: found } = await spikes();
  expect(found.map(({ title }) => title)).toEqual(want);
  const [spike] = found;
  if (spike === undefined || text === '') return;
  expect(spike).toMatchObject({ kind: 'new', observed: 7, count: 7, host: 'cmp01' });
  const group = await ask<ErrorGroup>(`errors/${spike.signature}?since=2026-11-20&until=2026-11-21`);
  expect(group).toMatchObject({ count: 7, parts: { rule: 'storage' } });
  const { query, from, to } = spike.link;
  const records = await ask<{ records: unknown[] }>(`search?${new URLSearchParams({ query, start: from, end: to })}`);
  expect(records.records).toHaveLength(7);
});

test('other rules while it runs: the spike of what is ignored now is over, what is merged anew is not told again', {
  timeout: 60_000,
}, async () => {
  await judged(QUIET_MINUTES);
  await errors(QUIET_MINUTES + 1, bad);
  expect((await spikes()).spikes).toMatchObject([{ title: 'Chatter <*> of a plugin nobody needs' }]);
  rules(TOGETHER);
  service.reload!();
  await eventually(async () => expect((await spikes()).spikes).toMatchObject([{ until: expect.any(String) }]));
  await errors(QUIET_MINUTES + 2, bad.slice(7));
  expect((await spikes()).spikes).toHaveLength(1);
  // As ever: what comes with the next error is told, under its new name.
  rules('');
  service.reload!();
  await errors(
    QUIET_MINUTES + 3,
    many(9, (index) => `Network ${index} has no gate`),
  );
  expect((await spikes()).spikes.map(({ title }) => title)).toContain('Network <*> has no gate');
});

test('a store that ran long without an error is not young again after a restart', { timeout: 60_000 }, async () => {
  await judged(QUIET_MINUTES);
  await service.stop();
  nowUs += 60e6;
  await start();
  await errors(QUIET_MINUTES + 3, bad.slice(0, 4).concat(bad.slice(0, 1)));
  expect((await spikes()).spikes).toMatchObject([{ kind: 'new', title: 'Volume <*> vanished from the shelf' }]);
});
