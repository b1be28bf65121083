/** Which settings can change while the service runs, and what a change comes to; the file system's part is test/e2e/reload. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { SETTINGS, type Setting } from '../../config/keys.ts';
import { type EffectiveSettings, readSettings } from '../../src/base/config.ts';
import { LiveSettings } from '../../src/base/live-settings.ts';
import { createLog } from '../../src/base/log.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'stacktrail-live-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

test('the settings that can change while the service runs', () => {
  expect(SETTINGS.filter((one: Setting) => one.live).map((one) => one.name)).toEqual(
    expect.arrayContaining(['log.level', 'zone', 'zones', 'facilities', 'retention.age', 'retention.size', 'disk.reserve']),
  );
  for (const name of ['data', 'http', 'udp', 'tcp']) expect(SETTINGS.find((one) => one.name === name)).not.toHaveProperty('live');
});

test('reload: flags still win, equal files change nothing, a check that fails refuses, settings that are not live stay', async () => {
  const path = join(FOLDER, 'c.yaml');
  const write = (text: string): void => writeFileSync(path, text);
  write('zone: +01:00\nlog.level: warn\n');
  const read = (): EffectiveSettings => readSettings({ flag: (name) => ({ config: path, 'log-level': 'error' })[name] });
  const applied: EffectiveSettings[] = [];
  const lines: string[] = [];
  let isWrong = false;
  const live = new LiveSettings(path, {
    started: read(),
    read,
    check: () => {
      if (isWrong) throw new Error('no such rule');
    },
    apply: (next) => applied.push(next),
    log: createLog({ pretty: false, sink: { write: (line) => lines.push(line) } }),
  });
  try {
    live.reload();
    write('zone: +01:00\nlog.level: debug\n');
    live.reload();
    expect(applied).toEqual([]);
    write('zone: +02:00\nudp: off\n');
    live.reload();
    expect(applied).toHaveLength(1);
    expect(applied[0]!.values).toMatchObject({ zone: 120, udp: { port: 5514 }, 'log.level': 'error' });
    expect(live.status().needsRestart).toEqual([`udp (${path}:2:1)`]);
    isWrong = true;
    write('zone: +03:00\n');
    live.reload();
    live.reload();
    expect(live.status()).toMatchObject({ refused: 'no such rule', needsRestart: [`udp (${path}:2:1)`] });
    expect(lines.filter((line) => line.includes('no such rule'))).toHaveLength(1);
    isWrong = false;
    live.reload();
    expect(applied.at(-1)!.values.zone).toBe(180);
    expect(live.status()).toEqual({ path, readUs: expect.any(Number), needsRestart: [] });
  } finally {
    await live.close();
  }
});

test('a file that is being written is read when it has rested: what half of it says is never in force', async () => {
  const path = join(FOLDER, 'slow.yaml');
  const write = (text: string): void => writeFileSync(path, text);
  write('zone: +01:00\nlog.level: warn\n');
  const read = (): EffectiveSettings => readSettings({ flag: (name) => ({ config: path })[name] });
  const zones: unknown[] = [];
  const live = new LiveSettings(path, {
    started: read(),
    read,
    check: () => undefined,
    apply: ({ values }) => zones.push(values.zone),
    log: createLog({ pretty: false, sink: { write: () => undefined } }),
  });
  try {
    // An empty file is in order, and so is each line of this one. Longer than a second: it is also looked at without a hint.
    const texts = ['', 'zone: +02:00\n', 'zone: +02:00\nlog', 'zone: +02:00\nlog.level: error\n'];
    for (let turn = 0; turn < 24; turn++) {
      write(texts[turn % texts.length]!);
      await sleep(60);
    }
    write('zone: +03:00\nlog.level: error\n');
    await expect.poll(() => zones, { timeout: 30_000 }).toEqual([180]);
    await sleep(400);
    expect(zones).toEqual([180]);
  } finally {
    await live.close();
  }
});
