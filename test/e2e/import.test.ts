/**
 * `stacktrail import` as its users run it: real files, real archives, a real folder or server. Every line is there once,
 * whatever was done to the files in between. Ends by force are in import-killed.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needBinary } from '../need.ts';
import { keptLines, linesOfLog } from './kept.ts';
import { type Ended, type RunningService, stacktrail, start, startService, temporaryFolder } from './service.ts';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');
const xz = needBinary('xz');

const pack: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gz: (bytes) => gzipSync(bytes),
  zst: (bytes) => zstdCompressSync(bytes),
  ...(xz && { xz: (bytes: Buffer) => execFileSync(xz, ['-c'], { input: bytes, maxBuffer: 1e9 }) }),
};

/** An oslo log: every line another one, every tenth an error with the bare lines of a traceback. */
function log(from: number, to: number, day = '2026-03-01'): Buffer {
  const lines: string[] = [];
  for (let number = from; number < to; number++) {
    const clock = new Date(number * 1000).toISOString().slice(11, 19);
    const head = `${day} ${clock}.${String(number % 1000).padStart(3, '0')} 4711`;
    const request = `req-5c0a0d43-1e49-4c2e-9a07-${String(number).padStart(12, '0')}`;
    lines.push(
      `${head} ${number % 10 === 0 ? 'ERROR' : 'INFO'} nova.compute.manager [${request} - - - - -] number ${number} of volume ${number * 7919}`,
    );
    if (number % 10 === 0)
      lines.push('Traceback (most recent call last):', `  File "/x.py", line ${number}, in spawn`, `KeyError: '${number}'`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

class Scene {
  readonly folder = temporaryFolder();
  readonly data = join(this.folder, 'data');

  path(name: string): string {
    return join(this.folder, 'logs', name);
  }

  write(name: string, bytes: Buffer | string): string {
    mkdirSync(join(this.folder, 'logs'), { recursive: true });
    writeFileSync(this.path(name), bytes);
    return this.path(name);
  }

  import(...words: string[]): Promise<Ended> {
    return stacktrail(['import', '--data', this.data, ...words]).ended;
  }

  get kept(): string[] {
    return keptLines(this.data);
  }
}

/** How many lines it says. */
function imported({ err }: Ended): number {
  return Number(/imported ([\d,]+) lines?/.exec(err)?.[1]?.replaceAll(',', '') ?? -1);
}

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
    const bytes = log(0, 30_000);
    const whole = pack[kind]!(bytes);
    const path = scene.write(`x.log.${kind}`, whole.subarray(0, Math.round(whole.length * 0.7)));
    const broken = await scene.import(path, scene.write('y.log', log(90_000, 90_010)));
    expect(broken.code).toBe(2);
    expect(broken.err).toMatch(/the archive is damaged: .*; [\d,]+ lines taken/);
    expect(imported(broken)).toBeGreaterThan(10_000);
    const again = await scene.import(path);
    expect(again.code).toBe(2);
    expect(imported(again)).toBe(0);
    writeFileSync(path, whole);
    const rest = await scene.import(path);
    expect(rest.code).toBe(0);
    expect(imported(rest) + imported(broken)).toBe(39_013);
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

const mount = needBinary('mount');
/** Only root may; without that the test says so. */
function tmpfs(folder: string, size: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync(mount!, ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('skipped: a full disk needs a small file system, and this user may not mount one\n');
    return false;
  }
}

const small = join(temporaryFolder(), 'small');
const hasSmall = mount !== undefined && tmpfs(small, '60m');
afterAll(() => {
  if (hasSmall) execFileSync('umount', [small]);
});

test.skipIf(!hasSmall)('a disk that fills up ends the import with what is on it; with room it goes on from there', async () => {
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
}, 120_000);

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
