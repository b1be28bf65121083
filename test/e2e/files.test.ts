/** A real service that follows files: with imports of the same files, new patterns while it runs, logrotate itself where it is installed. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptLines } from './kept.ts';
import { eventually, type RunningService, startService, temporaryFolder } from './service.ts';

const line = (number: number): string =>
  `2026-03-01 10:20:30.${String(number % 1000).padStart(3, '0')} 7 INFO nova.compute [-] number ${number}\n`;
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => line(from + index)).join('');
const records = async (service: RunningService): Promise<number> => (await service.status()).store.records;

function scene() {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logs'));
  return { folder, log: join(folder, 'logs', 'nova-api.log'), data: join(folder, 'data') };
}

test('what was imported is not followed again, and what was followed is not imported again', async () => {
  const { log, data, folder } = scene();
  writeFileSync(log, lines(0, 300));
  let service = await startService({ data });
  expect((await service.run('import', log)).code).toBe(0);
  await service.stop();
  appendFileSync(log, lines(300, 320));
  service = await startService({ data, words: ['--files', join(folder, 'logs/*.log')] });
  await eventually(async () => expect(await records(service)).toBe(320));
  const again = await service.run('import', log);
  expect(again.err).toContain('imported 0 lines');
  const [record] = await service.search('"number 319"');
  expect(record).toMatchObject({ host: hostname(), program: 'nova-api', service: 'nova', transport: 'file', peer: log });
  expect((await service.stop()).code).toBe(0);
  expect(keptLines(data)).toEqual(lines(0, 320).trimEnd().split('\n').sort());
});

test('new patterns of the configuration hold at once; the status tells of troubles', async () => {
  const { log, folder } = scene();
  const config = join(folder, 'c.yaml');
  writeFileSync(config, `files: [${folder}/none/*.log]\n`);
  const service = await startService({ words: ['--config', config] });
  const files = async () => ((await service.status()) as unknown as { files: object }).files;
  await eventually(async () =>
    expect(await files()).toMatchObject({ followed: 0, troubles: [{ path: `${folder}/none`, why: 'is not there' }] }),
  );
  writeFileSync(log, lines(0, 3));
  writeFileSync(config, `files:\n  - ${log}\n`);
  await eventually(async () => expect(await records(service)).toBe(3));
  await eventually(async () => expect(await files()).toMatchObject({ patterns: 1, followed: 1, behindBytes: 0, troubled: 0 }));
  await eventually(async () => expect(await service.counted('messages.received', 'file')).toBe(3));
  expect((await service.run('status')).out).toMatch(/files\n +patterns +1\n +followed +1/);
});

test('logrotate', async ({ skip }) => {
  const { log, data, folder } = scene();
  try {
    execFileSync('logrotate', ['--version'], { stdio: 'ignore' });
  } catch {
    process.stdout.write('skipped: logrotate is not installed\n');
    skip();
  }
  const service = await startService({ data, words: ['--files', join(folder, 'logs/*.log')] });
  let written = 0;
  for (const [round, how] of ['create', 'copytruncate', 'create', 'copytruncate'].entries()) {
    appendFileSync(log, lines(written, written + 50));
    written += 50;
    const rules = join(folder, `rules-${round}`);
    writeFileSync(rules, `${log} {\n rotate 9\n ${how}\n}\n`, { mode: 0o600 });
    execFileSync('logrotate', ['--force', '--state', join(folder, 'state'), rules]);
  }
  appendFileSync(log, lines(written, written + 50));
  await eventually(async () => expect(await records(service)).toBe(written + 50));
  expect((await service.stop()).code).toBe(0);
  expect(keptLines(data)).toEqual(
    lines(0, written + 50)
      .trimEnd()
      .split('\n')
      .sort(),
  );
});
