/**
 * `stacktrail import` where something is in its way: what is no log, damaged archives, a full disk, a server, another importer.
 * And all of the corpus, where it is there: no line lost, nothing twice.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallDisk } from '../small-disk.ts';
import { imported, log, pack, Scene } from './import-scene.ts';
import { keptLines, linesOfLog } from './kept.ts';
import { type RunningService, stacktrail, startService, temporaryFolder } from './service.ts';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');

describe('what cannot be taken', () => {
  test('costs only itself, is told, and makes exit 2; in a folder it is left out', async () => {
    const scene = new Scene();
    const good = scene.write('good.log', log(0, 10));
    const program = scene.write('program.bin', readFileSync(process.execPath).subarray(0, 50_000));
    const tar = scene.write('logs.tar', Buffer.concat([Buffer.alloc(257, 0x61), Buffer.from('ustar\0'), Buffer.alloc(200)]));
    const named = await scene.import(scene.path('nothing.log'), program, tar, good);
    expect(named.code).toBe(2);
    expect(named.err).toContain(`${scene.path('nothing.log')} is not there`);
    expect(named.err).toContain(`${program} is a program`);
    expect(named.err).toMatch(/logs\.tar is a tar archive; unpack it/);
    expect(imported(named)).toBe(13);
    const folder = await scene.import(join(scene.folder, 'logs'));
    expect(folder).toMatchObject({ code: 0 });
    expect(folder.err).toMatch(/2 that are no log left out/);
    expect(scene.kept).toEqual(linesOfLog(log(0, 10)));
  });

  test.each(Object.keys(pack))('of an archive that breaks off comes later, from a whole one (%s)', async (kind) => {
    const scene = new Scene();
    const bytes = log(0, 12_000);
    const whole = pack[kind]!(bytes);
    const path = scene.write(`x.log.${kind}`, whole.subarray(0, Math.round(whole.length * 0.7)));
    const broken = await scene.import(path, scene.write('y.log', log(90_000, 90_010)));
    expect(broken.code).toBe(2);
    expect(broken.err).toMatch(/the archive is damaged: .*; [\d,]+ lines taken/);
    expect(imported(broken)).toBeGreaterThan(4000);
    const again = await scene.import(path);
    expect(again.code).toBe(2);
    expect(imported(again)).toBe(0);
    writeFileSync(path, whole);
    const rest = await scene.import(path);
    expect(rest.code).toBe(0);
    expect(imported(rest) + imported(broken)).toBe(15_613);
    expect(scene.kept).toEqual([...linesOfLog(bytes), ...linesOfLog(log(90_000, 90_010))].sort());
  });

  test.each([
    [[], /import needs files/],
    [['x.log', '--zone', 'auto'], /--zone is an offset/],
    [['x.log', '--zone', 'Berlin'], /zone/],
    [['x.log', '--host', 'a b'], /--host is one word/],
    [['x.log', '--url', 'http://127.0.0.1:1'], /either --data or --url/],
  ])('%j is refused', async (words, want) => {
    const ended = await new Scene().import(...words);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(want);
  });
});

const small = join(temporaryFolder(), 'small');
const hasSmall = smallDisk(small, 60) !== undefined;

test.skipIf(!hasSmall)(
  'a disk that fills up ends the import with what is on it; with room it goes on from there',
  async () => {
    const scene = new Scene();
    // What nothing can pack: 20 MB stay 15.
    const noise = (): string => randomBytes(375).toString('base64');
    const bytes = Buffer.from(Array.from({ length: 40_000 }, (_, number) => `number ${number} ${noise()}\n`).join(''));
    const path = scene.write('x.log', bytes);
    const data = join(small, 'data');
    // Room for some parts of the log, not for all.
    const words = ['import', '--data', data, path];
    writeFileSync(join(small, 'filler'), Buffer.alloc(48 * 1024 * 1024));
    const full = await stacktrail(words).ended;
    expect(full.code).toBe(2);
    expect(full.err).toMatch(/stopped: .*(full|free).*; the same import again goes on from here/);
    rmSync(join(small, 'filler'));
    const rest = await stacktrail(words).ended;
    expect(rest.err).not.toContain('stopped');
    // What was on its way at the end may be on disk without having been answered.
    expect(imported(full)).toBeGreaterThan(0);
    expect(imported(rest)).toBeGreaterThan(0);
    expect(imported(full) + imported(rest)).toBeLessThanOrEqual(40_000);
    expect(keptLines(data)).toEqual(linesOfLog(bytes));
  },
  120_000,
);

describe('into a server', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  test('every line once, counted, in order; two importers of the same log share it', async () => {
    const scene = new Scene();
    const bytes = log(0, 30_000);
    const path = scene.write('nova-compute.log', bytes);
    const both = await Promise.all([service.run('import', path), service.run('import', path, '-q')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both[1]!.err).toBe('');
    expect(imported(await service.run('import', path))).toBe(0);
    const { records } = (await service.status()).store;
    expect(records).toBe(30_000);
    const ended = await service.run('search', '-n', '0', '-o', 'raw', '');
    expect(linesOfLog(ended.outBytes)).toEqual(linesOfLog(bytes));
  });

  test('--data of a folder that it owns is refused with what to do instead', async () => {
    const scene = new Scene();
    const ended = await stacktrail(['import', '--data', service.data, scene.write('x.log', log(0, 1))]).ended;
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/a server uses the data folder .*; leave --data out to import into that server/);
  });

  test('that is not there: exit 2 with one sentence', async () => {
    const scene = new Scene();
    const ended = await stacktrail(['import', '--url', 'http://127.0.0.1:1', scene.write('x.log', log(0, 1))]).ended;
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/no server answers at http:\/\/127\.0\.0\.1:1/);
  });
});

const hasCorpus = existsSync(CORPUS);
if (!hasCorpus) process.stderr.write('skipped: ../shared/corpus is not here\n');

test.skipIf(!hasCorpus)(
  'every file of the corpus: no line is lost, and the second import adds nothing',
  async () => {
    const scene = new Scene();
    const files = readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(CORPUS, name)).isFile());
    const contents = files.map((name) => {
      const bytes = readFileSync(join(CORPUS, name));
      return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    });
    const first = await scene.import(CORPUS);
    expect(first.code).toBe(0);
    const distinct = new Map(contents.map((bytes) => [bytes.toString('latin1'), bytes]));
    const want = [...distinct.values()].flatMap(linesOfLog).sort();
    expect(want.length).toBeGreaterThan(100_000);
    expect(scene.kept).toEqual(want);
    const second = await scene.import(CORPUS);
    expect(second).toMatchObject({ code: 0 });
    expect(imported(second)).toBe(0);
    // Under other names, and packed otherwise, too.
    mkdirSync(join(scene.folder, 'logs'));
    files.slice(0, 20).forEach((name, index) => {
      if (name.endsWith('.gz')) copyFileSync(join(CORPUS, name), scene.path(`renamed-${index}`));
      else scene.write(`renamed-${index}.gz`, gzipSync(readFileSync(join(CORPUS, name))));
    });
    expect(imported(await scene.import(join(scene.folder, 'logs')))).toBe(0);
  },
  120_000,
);
