/** Log files that are followed: every line once, in order, however they are rotated, whatever happened while nobody looked. A real intake, real files. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { CodedError } from '../../src/base/errors.ts';
import type { StartedIngest } from '../../src/ingest/options.ts';
import { startIngest } from '../../src/ingest.ts';
import { Files, type FilesSettings } from '../../src/receive/files.ts';
import { markOf } from '../../src/receive/files-marks.ts';
import { diceOf } from '../contract/records.ts';
import { keptLines } from '../e2e/kept.ts';
import { eventually, temporaryFolder } from '../e2e/program.ts';

/** A line with a stamp, as long as real ones. */
const line = (text: string): string => `2026-03-01 10:20:30.123 7 INFO nova.compute.manager [-] ${text}\n`;

class Scene {
  readonly folder = temporaryFolder();
  readonly data = join(this.folder, 'data');
  readonly log = join(this.folder, 'logs', 'nova-api.log');
  readonly counters = new Counters();
  readonly warnings: string[] = [];
  settings: FilesSettings = { patterns: [join(this.folder, 'logs', '*.log')], from: 'start' };
  ingest!: StartedIngest;
  /** Stands between; a refusal is as good as any. */
  mayRefuse: () => boolean = () => false;
  files: Files | undefined;
  #wanted: string[] = [];

  async begin(): Promise<void> {
    mkdirSync(join(this.folder, 'logs'));
    this.ingest = await startIngest({ folder: this.data, zone: undefined, facilities: [], counters: this.counters });
  }

  up(): void {
    const { ingest } = this;
    const intake = {
      accept: (run: Parameters<StartedIngest['accept']>[0]) =>
        this.mayRefuse() ? Promise.reject(new CodedError('disk-full', 'no room')) : ingest.accept(run),
      positions: (sources: readonly string[]) => ingest.positions(sources),
      pendingBytes: 0,
      isReadOnly: false,
    };
    const warn = (text: string): number => this.warnings.push(text);
    this.files = new Files(this.settings, { ingest: intake, counters: this.counters, hints: () => ({ host: 'c01' }), warn });
  }

  async down(): Promise<void> {
    await this.files?.stop();
    this.files = undefined;
  }

  path(name: string): string {
    return join(this.folder, 'logs', name);
  }

  /** Appends lines that must be there once. */
  add(name: string, ...texts: readonly string[]): void {
    for (const text of texts) appendFileSync(this.path(name), line(text));
    this.wants(...texts);
  }

  wants(...texts: readonly string[]): void {
    this.#wanted.push(...texts.map((text) => line(text).trimEnd()));
  }

  /** What is wanted so far has come. */
  async come(): Promise<void> {
    await eventually(() => expect(this.counters.value('messages.received', 'file')).toBe(this.#wanted.length));
  }

  async end(): Promise<void> {
    await this.come().catch(() => undefined);
    await this.down();
    await this.ingest.stop();
    expect(keptLines(this.data)).toEqual(this.#wanted.sort());
  }
}

type Act = (scene: Scene) => Promise<void> | void;

const rename: Act = ({ log }) => renameSync(log, `${log}.1`);
const copyTruncate: Act = ({ log }) => {
  copyFileSync(log, `${log}.1`);
  truncateSync(log);
};
const shift: Act = ({ log }) => renameSync(`${log}.1`, `${log}.2`);
const up: Act = (scene) => scene.up();
const down: Act = (scene) => scene.down();
const come: Act = (scene) => scene.come();
const adding =
  (name: string) =>
  (...texts: readonly string[]): Act =>
  (scene) =>
    scene.add(name, ...texts);
const add = adding('nova-api.log');
const old = adding('nova-api.log.1');
const old2 = adding('nova-api.log.2');
const other = adding('other.log');
const otherRenamed: Act = (scene) => {
  if (existsSync(scene.path('other.log.1'))) renameSync(scene.path('other.log.1'), scene.path('other.log.2'));
  renameSync(scene.path('other.log'), scene.path('other.log.1'));
};
/** What was in it is in a copy, the file itself is empty and renamed. */
const emptied: readonly Act[] = [copyTruncate, shift, rename];

test.each<[string, ...Act[]]>([
  ['there before, grown, and created later', add('a'), up, come, add('b', 'c'), (scene) => scene.add('other.log', 'd'), come],
  ['renamed and created', add('a'), up, come, add('b'), rename, add('c')],
  ['renamed, and still written', add('a'), up, come, rename, old('late'), add('b'), come, old('later')],
  ['renamed, and not created', add('a'), up, come, add('b'), rename, old('c')],
  ['removed and created', add('a'), up, come, ({ log }) => unlinkSync(log), add('b')],
  ['renamed while nobody looked', add('a'), up, come, down, add('b'), rename, add('c'), up],
  ['renamed twice while nobody looked', add('a'), up, come, down, add('b'), rename, add('c'), shift, rename, add('d'), up],
  ['renamed, and not created, while nobody looked', add('a'), up, come, down, add('b'), rename, up],
  ['rotated before anybody looked', ({ log }) => writeFileSync(`${log}.1`, line('before')), add('a'), up],
  ['removed and created while nobody looked', add('a'), up, come, down, ({ log }) => unlinkSync(log), add('b'), up],
  [
    'renamed while it is empty, and written late while nobody looked',
    add('a'),
    up,
    come,
    ...emptied,
    add('b'),
    come,
    down,
    old('late'),
    up,
  ],
  [
    'the same, and younger ones are read first',
    add('a'),
    up,
    come,
    down,
    ...emptied,
    add('b'),
    up,
    come,
    down,
    shift,
    old2('late'),
    rename,
    add('c'),
    up,
  ],
  [
    'renamed before anybody saw its set',
    add('a'),
    up,
    come,
    other('d'),
    otherRenamed,
    other('e'),
    come,
    down,
    otherRenamed,
    other('f'),
    up,
  ],
  [
    'written again after it was read to its end',
    add('a', 'b'),
    up,
    come,
    down,
    rename,
    add('c'),
    up,
    come,
    old('late'),
    come,
    shift,
    old2('later'),
  ],
  ['copied and truncated', add('a', 'b'), up, come, copyTruncate, add('c')],
  ['copied and truncated while nobody looked', add('a'), up, come, down, add('b'), copyTruncate, add('c'), up],
  ['begun and copied before anybody read it', add('a'), up, come, down, rename, shift, add('b'), copyTruncate, add('c'), up],
  ['the same, and twice', add('a'), up, come, down, add('b'), copyTruncate, shift, add('c'), copyTruncate, add('d', 'e'), up],
  ['truncated, and longer than before', add('a'), up, come, down, ({ log }) => truncateSync(log), add('b', 'c'), up],
  ['truncated, and the same again', add('a'), up, come, ({ log }) => truncateSync(log), seen('files.truncated'), add('a')],
  ['two files with the same lines', add('a', 'b'), (scene) => scene.add('other.log', 'a', 'b'), up],
  ['renamed, and the same lines again', add('a'), up, come, rename, add('a')],
  ['stopped and started', add('a'), up, come, down, up, add('b'), come, down, add('c'), up],
  [
    'rotated names are meant, too',
    (scene) => {
      scene.settings = { ...scene.settings, patterns: [scene.path('nova-api.log*')] };
    },
    ...[add('a'), up, come, add('b'), rename, add('c'), come, old('late'), come, shift, copyTruncate, add('d'), come],
    ...[down, add('e'), ({ log }: Scene) => unlinkSync(`${log}.1`), copyTruncate, add('f'), up],
  ],
  [
    'half a line, and its other half',
    add('a'),
    ({ log }) => appendFileSync(log, line('half').slice(0, -3)),
    up,
    come,
    ({ log }) => appendFileSync(log, line('half').slice(-3)),
    (scene) => scene.wants('half'),
  ],
  [
    'from the end: what was there is not wanted, what comes is, also while nobody looks',
    (scene) => {
      scene.settings = { ...scene.settings, from: 'end' };
      writeFileSync(scene.log, line('not wanted'));
    },
    ...[up, seen('files.begun'), marked, add('a'), come, (scene: Scene) => scene.add('other.log', 'b'), come, down, rename, add('c')],
    ...[(scene: Scene) => scene.add('third.log', 'd'), up],
  ],
  [
    'a log that is zeros first, as a writer that does not append leaves it',
    add('a', 'b'),
    ...[up, come, ({ log }: Scene) => writeFileSync(log, Buffer.concat([Buffer.alloc(3_000_000), Buffer.from(line('c'))]))],
    (scene) => scene.wants('c'),
  ],
  ['a path that is not there yet', only, up, add('a')],
])('%s', async (_name, ...acts) => {
  const scene = new Scene();
  await scene.begin();
  for (const act of acts) await act(scene);
  await scene.end();
});

function seen(counter: 'files.truncated' | 'files.begun'): Act {
  return ({ counters }) => eventually(() => expect(counters.value(counter)).toBeGreaterThan(0));
}

function only(scene: Scene): void {
  scene.settings = { ...scene.settings, patterns: [scene.log] };
}

/** The first look is over, and on disk. */
function marked({ ingest, settings, files }: Scene): Promise<void> {
  return eventually(async () => {
    expect(files!.status().behindBytes).toBe(0);
    expect((await ingest.positions([markOf(settings.patterns[0]!)])).length).toBe(1);
  });
}

test('an intake that refuses every third part costs nothing', async () => {
  const scene = new Scene();
  const dice = diceOf(7);
  await scene.begin();
  for (let number = 0; number < 3; number++) scene.add('nova-api.log', `before ${number}`);
  scene.mayRefuse = () => dice.below(3) === 0;
  scene.up();
  for (let number = 0; number < 4; number++) {
    scene.add('nova-api.log', `line ${number}`);
    scene.add(`other-${number % 3}.log`, `other ${number}`);
    if (number % 2 === 0) await scene.come();
  }
  await scene.end();
});

test('records know their host, their file and its program; binary files are told once and left', async () => {
  const scene = new Scene();
  await scene.begin();
  writeFileSync(scene.path('wtmp.log'), readFileSync(process.execPath).subarray(0, 10_000));
  scene.add('nova-api.log', 'a');
  scene.up();
  await scene.come();
  await eventually(() => expect(scene.warnings).toEqual([`${scene.path('wtmp.log')} is a program`]));
  expect(scene.files!.status()).toMatchObject({
    followed: 1,
    troubled: 1,
    troubles: [{ why: 'is a program' }],
    behindBytes: expect.any(Number),
  });
  rmSync(scene.path('wtmp.log'));
  await scene.end();
});

test('new patterns hold at once; a missing folder is told once', async () => {
  const scene = new Scene();
  await scene.begin();
  scene.settings = { ...scene.settings, patterns: [join(scene.folder, 'none', '*.log')] };
  scene.up();
  await eventually(() => expect(scene.warnings).toEqual([`${join(scene.folder, 'none')} is not there`]));
  scene.add('nova-api.log', 'a');
  scene.files!.configure({ patterns: [scene.log], from: 'start' });
  await scene.end();
  expect(scene.warnings).toHaveLength(1);
});
