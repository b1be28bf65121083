/**
 * Backup and restore of a folder: what comes back is what was there, what is unchanged is not copied again, whatever is refused
 * leaves everything as it was. Under load and killed: test/crash/backup.test.ts.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import { type BackupReport, backupFolder } from '../../src/store/backup.ts';
import { openDays } from '../../src/store/days.ts';
import { listDays, ownFolder } from '../../src/store/folder.ts';
import { readManifest } from '../../src/store/manifest.ts';
import { restoreFolder } from '../../src/store/restore.ts';
import { openState } from '../../src/store/state.ts';
import { verifyFolder } from '../../src/store/verify.ts';
import { refusal } from '../contract/reading.ts';
import { continuationOf } from '../contract/records.ts';
import { Scene } from './scene.ts';
import { newFolder } from './sealed.ts';

const DAY_US = 86_400_000_000;

/** Three days with sealed and fresh records and a family across two of them; the store is open and stays so. */
function threeDays(): Scene {
  const scene = new Scene();
  const [parent] = scene.append(120);
  scene.store.flush();
  scene.append([continuationOf(parent!, 'zebra')]);
  for (let day = 0; day < 2; day++) {
    scene.nowUs += DAY_US;
    scene.append(80);
  }
  scene.append(30);
  const state = openState(scene.folder);
  state.keepZone('c01', 120);
  state.close();
  return scene;
}

function backup(scene: Scene, to: string): Promise<BackupReport> {
  return backupFolder({ folder: scene.folder, to, nowMs: scene.nowUs / 1000 });
}

async function refused(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
  } catch (error) {
    return isCoded(error) ? error.code : String(error);
  }
  return undefined;
}

function damagesOf(folder: string): unknown[] {
  const steps = verifyFolder({ folder });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.damages;
  }
}

/** A restored folder answers as the rows say. */
async function expectRestored(scene: Scene, from: string): Promise<void> {
  const folder = join(newFolder(), 'restored');
  const manifest = await restoreFolder({ backup: from, folder });
  expect(manifest.lastSeq).toBe(scene.rows.length);
  const store = openDays({ folder, nowUs: () => scene.nowUs });
  scene.agrees(store);
  expect(store.append([{ ...scene.rows[0]! }]).firstSeq).toBe(scene.rows.length + 1);
  store.close();
  const state = openState(folder);
  expect(state.zones()).toEqual([['c01', 120]]);
  state.close();
}

test('what comes back is what was there, while the store is open', async () => {
  const scene = threeDays();
  const to = join(newFolder(), 'backup');
  const report = await backup(scene, to);
  expect(report).toMatchObject({ copied: 4, damages: [], notes: [] });
  expect(report.manifest.files.map(({ file, firstSeq, lastSeq }) => [file, firstSeq, lastSeq])).toEqual([
    ['2024-11-22.db', 1, 121],
    ['2024-11-23.db', 122, 201],
    ['2024-11-24.db', 202, 311],
    ['state.db', undefined, undefined],
  ]);
  expect(damagesOf(to)).toEqual([]);
  await expectRestored(scene, to);
  scene.agrees();
  scene.store.close();
});

test('again: closed files are kept as they are, what was written is copied, what was dropped goes', async () => {
  const scene = threeDays();
  const to = newFolder();
  const first = await backup(scene, to);
  const inodes = new Map(first.manifest.files.map(({ file, stored }) => [file, statSync(join(to, stored)).ino]));
  scene.append(40);
  const second = await backup(scene, to);
  expect(second.copied).toBe(2);
  for (const { file, stored } of second.manifest.files)
    expect(statSync(join(to, stored)).ino === inodes.get(file)).toBe(file < '2024-11-24');
  await expectRestored(scene, to);
  rmSync(join(scene.folder, '2024-11-22.db'));
  const third = await backup(scene, to);
  expect(third.manifest.files.map(({ file }) => file)).toEqual(['2024-11-23.db', '2024-11-24.db', 'state.db']);
  // Nothing but what the manifest names, the manifest, and the lock.
  expect(readdirSync(to).sort()).toEqual([...third.manifest.files.map(({ stored }) => stored), 'backup.lock', 'manifest.json'].sort());
  scene.store.close();
});

test('what an interrupted backup has left is no part of it, and goes with the next', async () => {
  const scene = threeDays();
  const to = newFolder();
  const { manifest } = await backup(scene, to);
  writeFileSync(join(to, 'copying-2024-11-24.db'), 'half');
  writeFileSync(join(to, '2024-11-24.db.0123456789abcdef'), 'whole, and never named');
  writeFileSync(join(to, 'manifest.json.new'), '{');
  expect(readManifest(to)).toEqual(manifest);
  await expectRestored(scene, to);
  await backup(scene, to);
  expect(readdirSync(to).filter((name) => /copying|0123456789abcdef|\.new/.test(name))).toEqual([]);
  scene.store.close();
});

test('given up in the middle: the backup before is as it was', async () => {
  const scene = threeDays();
  const to = newFolder();
  await backup(scene, to);
  const before = scene.rows.length;
  scene.append(50);
  const manifest = readFileSync(join(to, 'manifest.json'), 'utf8');
  let files = 0;
  const options = { folder: scene.folder, to, nowMs: 0, onFile: () => void files++ };
  await expect(
    backupFolder({
      ...options,
      goOn: () => {
        if (files === 2) throw new Error('enough');
      },
    }),
  ).rejects.toThrow('enough');
  expect(readFileSync(join(to, 'manifest.json'), 'utf8')).toBe(manifest);
  expect(damagesOf(to)).toEqual([]);
  scene.rows.length = before;
  await expectRestored(scene, to);
  scene.store.close();
});

test('damaged originals: the rest is kept, the damage is named', async () => {
  const scene = threeDays();
  scene.store.close();
  writeFileSync(join(scene.folder, '2024-11-22.db'), 'no database any more'.repeat(500));
  const to = newFolder();
  const { damages, manifest } = await backup(scene, to);
  expect(damages).toEqual([expect.objectContaining({ file: '2024-11-22.db' })]);
  expect(manifest.files).toHaveLength(4);
  const folder = newFolder();
  await restoreFolder({ backup: to, folder });
  expect(readFileSync(join(folder, '2024-11-22.db'), 'utf8')).toMatch(/^no database/);
});

test('verify names what is damaged in a backup, and checks the rest', async () => {
  const scene = threeDays();
  const to = newFolder();
  await backup(scene, to);
  scene.store.close();
  writeFileSync(join(to, storedOf(to, '2024-11-23.db')), 'no database');
  rmSync(join(to, storedOf(to, 'state.db')));
  expect(damagesOf(to)).toEqual([
    { file: '2024-11-23.db', what: expect.stringMatching(/has 11 bytes instead of \d+/) },
    { file: '2024-11-24.db', firstSeq: 122, lastSeq: 201, what: 'records before this file are missing' },
    { file: 'state.db', what: expect.stringMatching(/is missing/) },
  ]);
});

describe('refused', () => {
  test.each<[name: string, code: string, prepare: (scene: Scene, to: string) => { folder?: string; to?: string }]>([
    ['no data folder', 'store-foreign', () => ({ folder: newFolder() })],
    ['a folder that is not there', 'store-foreign', (scene) => ({ folder: join(scene.folder, 'nosuch') })],
    ['into the data folder', 'bad-argument', (scene) => ({ to: scene.folder })],
    ['below the data folder', 'bad-argument', (scene) => ({ to: join(scene.folder, 'backup') })],
    [
      'a folder with other things',
      'store-foreign',
      (_scene, to) => {
        writeFileSync(join(to, 'thesis.txt'), '');
        return {};
      },
    ],
    [
      'a backup of a newer version',
      'store-format',
      (_scene, to) => {
        writeFileSync(join(to, 'manifest.json'), '{"version":9,"files":[]}');
        return {};
      },
    ],
  ])('backup: %s', async (_name, code, prepare) => {
    const scene = threeDays();
    const to = newFolder();
    const given = { folder: scene.folder, to, ...prepare(scene, to) };
    const before = readdirSync(scene.folder).filter((name) => name !== 'backup');
    expect(await refused(() => backupFolder({ ...given, nowMs: 0 }))).toBe(code);
    expect(readdirSync(scene.folder).filter((name) => name !== 'backup')).toEqual(before);
    scene.agrees();
    scene.store.close();
  });

  test('a second one into the same folder at the same time', async () => {
    const scene = threeDays();
    const to = newFolder();
    const both = await Promise.allSettled([backup(scene, to), backup(scene, to)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'store-busy' } });
    await expectRestored(scene, to);
    scene.store.close();
  });

  test.each<[name: string, code: string, spoil: (to: string, folder: string) => void]>([
    ['a missing file', 'store-corrupt', (to) => rmSync(join(to, storedOf(to, '2024-11-23.db')))],
    [
      'a changed byte',
      'store-corrupt',
      (to) => {
        const path = join(to, storedOf(to, '2024-11-23.db'));
        const bytes = readFileSync(path);
        bytes[9000]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
    ['a manifest that is none', 'store-corrupt', (to) => writeFileSync(join(to, 'manifest.json'), '{"files":7}')],
    [
      'a name that leads elsewhere',
      'store-corrupt',
      (to) => {
        const manifest = readFileSync(join(to, 'manifest.json'), 'utf8');
        writeFileSync(join(to, 'manifest.json'), manifest.replace('"file": "state.db"', '"file": "../state.db"'));
      },
    ],
    ['no manifest', 'not-found', (to) => rmSync(join(to, 'manifest.json'))],
    ['a folder that is not empty', 'store-foreign', (_to, folder) => writeFileSync(join(folder, 'notes.txt'), '')],
  ])('restore: %s', async (_name, code, spoil) => {
    const scene = threeDays();
    const to = newFolder();
    await backup(scene, to);
    scene.store.close();
    const folder = newFolder();
    spoil(to, folder);
    const before = readdirSync(folder);
    expect(await refused(() => restoreFolder({ backup: to, folder }))).toBe(code);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('restore: into a folder that a server owns', async () => {
    const scene = threeDays();
    const to = newFolder();
    await backup(scene, to);
    expect(await refused(() => restoreFolder({ backup: to, folder: scene.folder }))).toBe('store-busy');
    scene.agrees();
    scene.store.close();
    expect(await refused(() => restoreFolder({ backup: to, folder: scene.folder }))).toBe('store-foreign');
  });
});

test('a restore that was interrupted is nobody’s data folder, and can be run again', async () => {
  const scene = threeDays();
  const to = newFolder();
  await backup(scene, to);
  scene.store.close();
  const folder = newFolder();
  mkdirSync(join(folder, '.restoring'));
  writeFileSync(join(folder, '2024-11-21.db'), 'of another backup');
  expect(await refused(() => ownFolder(folder))).toBe('store-foreign');
  await restoreFolder({ backup: to, folder });
  expect(listDays(folder).map(({ file }) => file)).toEqual(['2024-11-22.db', '2024-11-23.db', '2024-11-24.db']);
  expect(refusal(() => ownFolder(folder).release())).toBeUndefined();
});

function storedOf(to: string, file: string): string {
  return readManifest(to).files.find((entry) => entry.file === file)!.stored;
}
