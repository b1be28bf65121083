/**
 * `stacktrail import` as its users run it: real files, real archives, a real folder. Every line is there once, whatever was
 * done to the files in between. Troubles, servers and the corpus are in import-trouble.test.ts, ends by force in test/crash.
 */
import { appendFileSync, readFileSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { imported, log, pack, Scene } from './import-scene.ts';
import { linesOfLog } from './kept.ts';
import { type Ended, start, startService } from './service.ts';

describe('a log', () => {
  test.each(['', ...Object.keys(pack)])('is there with every line, and once, also when it comes again (.%s)', async (kind) => {
    const scene = new Scene();
    const bytes = log(0, 5000);
    const path = scene.write(`nova-compute.log${kind && `.1.${kind}`}`, kind === '' ? bytes : pack[kind]!(bytes));
    const first = await scene.import(path);
    expect(first).toMatchObject({ code: 0, out: '' });
    expect(imported(first)).toBe(5000 + 3 * 500);
    const second = await scene.import(path);
    expect(second.code).toBe(0);
    expect(second.err).toMatch(/imported 0 lines of 1 file.*nothing new: all of it had been imported before/);
    expect(scene.kept).toEqual(linesOfLog(bytes));
  });

  test('is the same under another name, rotated and packed; what has been written since is new', async () => {
    const scene = new Scene();
    const path = scene.write('nova-compute.log', log(0, 1000));
    expect(imported(await scene.import(path))).toBe(1300);
    appendFileSync(path, log(1000, 1500));
    expect(imported(await scene.import(path))).toBe(650);
    // Rotated, then packed, and a new one in its place.
    appendFileSync(path, log(1500, 1600));
    renameSync(path, scene.path('nova-compute.log.1'));
    scene.write('nova-compute.log', log(1600, 1700));
    expect(imported(await scene.import(join(scene.folder, 'logs')))).toBe(260);
    for (const [kind, packed] of Object.entries(pack))
      scene.write(`other-name.${kind}`, packed(readFileSync(scene.path('nova-compute.log.1'))));
    const again = await scene.import(join(scene.folder, 'logs'));
    expect(imported(again)).toBe(0);
    expect(scene.kept).toEqual(linesOfLog(log(0, 1700)));
  });

  test('that only begins like another one is another one', async () => {
    const scene = new Scene();
    const head = log(0, 200);
    const [one, two] = [Buffer.concat([head, log(200, 300)]), Buffer.concat([head, log(700, 900)])];
    expect(imported(await scene.import(scene.write('a.log', one)))).toBe(390);
    expect(imported(await scene.import(scene.write('b.log.gz', gzipSync(two))))).toBe(520);
    expect(imported(await scene.import(scene.path('a.log'), scene.path('b.log.gz')))).toBe(0);
    expect(scene.kept).toEqual([...linesOfLog(one), ...linesOfLog(two)].sort());
  });

  test('from a pipe is one like any other', async () => {
    const scene = new Scene();
    const bytes = log(0, 300);
    const path = scene.write('x', gzipSync(bytes));
    const piped = (): Promise<Ended> =>
      start('sh', ['-c', `cat ${path} | ${process.execPath} src/launch.cjs import - --program nova-compute --data ${scene.data}`]).ended;
    expect(imported(await piped())).toBe(390);
    expect(imported(await piped())).toBe(0);
    expect(imported(await scene.import(path))).toBe(0);
    expect(scene.kept).toEqual(linesOfLog(bytes));
  });

  test('is read as it is: CRLF, no end, blank lines, zeros of a crash, Latin-1, and lines without end', async () => {
    const scene = new Scene();
    const most = 'x'.repeat(1024 * 1024);
    const text = `one\r\ntwo\r\n\r\n\n\0\0\0\0after a crash\nüml\xe4ut\n${most}${most}\n\ttab\nno end`;
    const path = scene.write('odd.log', Buffer.from(text, 'latin1'));
    const ended = await scene.import(path);
    expect(ended.code).toBe(0);
    expect(ended.err).toMatch(/imported 7 lines.*1\.0 MiB of lines longer than 1 MiB cut off/);
    appendFileSync(path, ' yet\nmore\n');
    expect(imported(await scene.import(path))).toBe(2);
    expect(scene.kept).toEqual(['one', 'two', 'after a crash', 'üml\xe4ut', most, '\ttab', 'no end', ' yet', 'more'].sort());
  });
});

test('a rotated set comes oldest first: a traceback that was rotated away from its record finds it', async () => {
  const scene = new Scene();
  const head = '2026-03-01 10:20:30.456 7 ERROR nova.compute.manager [req-5c0a0d43-1e49-4c2e-9a07-000000000001 - - - - -] it failed\n';
  scene.write('nova-compute.log.2.gz', gzipSync(log(0, 10)));
  scene.write('nova-compute.log.1', head);
  const last = scene.write('nova-compute.log', 'Traceback (most recent call last):\n  File "/x.py", line 1, in spawn\nKeyError: 1\n');
  await scene.import(last, scene.path('nova-compute.log.1'), scene.path('nova-compute.log.2.gz'));
  const service = await startService({ data: scene.data });
  const [record] = await service.search('req-5c0a0d43-1e49-4c2e-9a07-000000000001 "it failed"');
  expect(record).toMatchObject({
    message: 'it failed\nTraceback (most recent call last):\n  File "/x.py", line 1, in spawn\nKeyError: 1',
    transport: 'import',
    peer: last,
    program: 'nova-compute',
    service: 'nova',
  });
  await service.stop();
});

test('what the files do not say is said by flags and by the date of the file', async () => {
  const scene = new Scene();
  const path = scene.write(
    'own.log',
    'no stamp\nDec 31 23:00:00 c09 cron[1]: with a header\n2020-01-01 10:00:00.000 7 INFO own.thing [-] bare\n',
  );
  utimesSync(path, 1_577_880_000, 1_577_880_000);
  expect((await scene.import(path, '--host', 'c07', '--program', 'ironic-api', '--zone', '+02:00')).code).toBe(0);
  const service = await startService({ data: scene.data });
  const found = (await service.search('')).map(({ time, host, program, service: its, message }) => [time, host, program, its, message]);
  expect(found).toEqual([
    ['2019-12-31T21:00:00.000000Z', 'c09', 'cron', undefined, 'with a header'],
    ['2020-01-01T08:00:00.000000Z', 'c07', 'ironic-api', 'ironic', 'bare'],
    ['2020-01-01T12:00:00.000000Z', 'c07', 'ironic-api', 'ironic', 'no stamp'],
  ]);
  await service.stop();
});
