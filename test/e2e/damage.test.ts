/**
 * A service on a damaged folder: it starts, answers from what is whole, and says what is missing - in its log, in `status`, and
 * on stderr of whoever searches. `verify` names the same while the service runs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listDays } from '../../src/store/folder.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { stacktrail, startService, temporaryFolder } from './service.ts';

function lines(word: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `<14>Mar  1 10:20:30 c01 nova-api: ${word} number ${index}\n`).join('');
}

function change(data: string, sql: string): void {
  const database = openSqlite(join(data, listDays(data).at(-1)!.file), 'write');
  database.exec(sql);
  database.close();
}

test('a block, a fresh batch, a whole file', async () => {
  const data = join(temporaryFolder(), 'data');
  const first = await startService({ data });
  // The first is sealed as one block, the rest stays fresh.
  for (const [word, count] of [
    ['sealed', 8192],
    ['fresh', 50],
    ['spoiled', 30],
  ] as const)
    expect((await first.ingest(lines(word, count))).status).toBe(200);
  expect((await first.status()).store.records).toBe(8272);
  await first.stop();
  const whole = await stacktrail(['verify', '--data', data]).ended;
  expect(whole).toMatchObject({ code: 0, out: '' });
  expect(whole.err).toMatch(/8272 records in .*: nothing is damaged/);

  change(data, 'UPDATE part SET data = zeroblob(length(data)) WHERE id = 64 + 4');
  change(data, "UPDATE fresh SET body = x'0200000000' WHERE id = (SELECT max(id) FROM fresh)");
  const second = await startService({ data });
  expect(second.program.err()).toMatch(/fresh batch from seq 8243 on is damaged .*; it was set aside/);
  expect(await second.counted('store.damaged')).toBe(1);
  const { damaged } = (await second.status()).store as unknown as { damaged: string[] };
  expect(damaged).toEqual([expect.stringContaining('seqs 8243 to 8272')]);
  const answer = await second.run('search', '-n', '0', 'number');
  expect(answer.code).toBe(0);
  expect(answer.out.split('\n').filter((line) => line.includes('fresh number'))).toHaveLength(50);
  expect(answer.err).toMatch(/damaged.*block 1/);
  expect((await second.ingest(lines('new', 5))).status).toBe(200);
  const checked = await stacktrail(['verify', '--data', data, '-o', 'jsonl']).ended;
  expect(checked.code).toBe(1);
  expect(JSON.parse(checked.out)).toMatchObject({ block: 1, firstSeq: 1, lastSeq: 8192, what: 'its part 4 does not match its checksum' });
  expect(checked.err).toMatch(/seqs 8243 to 8272 was damaged and set aside earlier/);
  await second.stop();

  const file = listDays(data).at(-1)!.file;
  writeFileSync(join(data, file), 'no database any more'.repeat(1000));
  const third = await startService({ data });
  expect(third.program.err()).toMatch(new RegExp(`${file} is damaged and was renamed damaged-${file}`));
  const status = (await third.status()) as unknown as { keeping: { setAside: string[] }; store: { damaged: string[] } };
  expect(status.keeping.setAside).toEqual([`damaged-${file}`]);
  expect(status.store.damaged).toEqual([expect.stringContaining(`damaged-${file}`)]);
  expect((await third.ingest(lines('later', 5))).status).toBe(200);
  const later = await third.run('search', 'number');
  expect(later.out.split('\n').filter((line) => line.includes('later number'))).toHaveLength(5);
  expect(later.err).toContain(`damaged-${file}`);
  expect(await stacktrail(['verify', '--data', data, '-q']).ended).toMatchObject({ code: 0, out: '', err: '' });
  expect((await third.stop()).code).toBe(0);
});

test('backup and restore of a running service, as one would do it', async () => {
  const folder = temporaryFolder();
  const service = await startService();
  expect((await service.ingest(lines('kept', 300))).status).toBe(200);
  const backup = join(folder, 'backup');
  const made = await stacktrail(['backup', backup, '--data', service.data]).ended;
  expect(made).toMatchObject({ code: 0, out: '' });
  expect(made.err).toMatch(/2 files in .*, up to seq 300; copied 2 of them/);
  expect((await service.ingest(lines('after', 10))).status).toBe(200);
  const restored = join(folder, 'restored');
  expect(await stacktrail(['restore', backup]).ended).toMatchObject({ code: 2, err: expect.stringContaining('--data') });
  expect(await stacktrail(['restore', backup, '--data', service.data]).ended).toMatchObject({
    code: 2,
    err: expect.stringContaining('another process'),
  });
  expect((await stacktrail(['restore', backup, '--data', restored]).ended).code).toBe(0);
  const again = await startService({ data: restored });
  expect((await again.status()).store).toMatchObject({ records: 300, lastSeq: 300 });
  expect((await again.search('kept')).length).toBe(300);
  expect(await again.search('after')).toEqual([]);
  await Promise.all([again.stop(), service.stop()]);
});
