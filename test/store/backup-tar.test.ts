/**
 * A backup as one archive, plain and packed: what comes back is what was there, also through the system's own `tar`; what is cut, changed or not
 * ours is refused and leaves an empty folder. How files are copied: backup.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import type { BackupReport } from '../../src/store/backup.ts';
import { backupTar } from '../../src/store/backup-tar.ts';
import { openDays } from '../../src/store/days.ts';
import { restoreFolder } from '../../src/store/restore.ts';
import { smallDisk } from '../small-disk.ts';
import { Scene } from './scene.ts';
import { newFolder } from './sealed.ts';

/** Two days; the store is open and stays so. */
function twoDays(): Scene {
  const scene = new Scene();
  scene.append(120);
  scene.store.flush();
  scene.nowUs += 86_400_000_000;
  scene.append(90);
  return scene;
}

function backup(scene: Scene, to: string, goOn?: () => void): Promise<BackupReport> {
  return backupTar({ folder: scene.folder, to, nowMs: scene.nowUs / 1000, ...(goOn === undefined ? {} : { goOn }) });
}

async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
  } catch (error) {
    return isCoded(error) ? error.code : String(error);
  }
  return undefined;
}

async function expectRestored(scene: Scene, from: string): Promise<void> {
  const folder = join(newFolder(), 'restored');
  expect((await restoreFolder({ backup: from, folder })).lastSeq).toBe(scene.rows.length);
  const store = openDays({ folder, nowUs: () => scene.nowUs });
  scene.agrees(store);
  expect(store.append([{ ...scene.rows[0]! }]).firstSeq).toBe(scene.rows.length + 1);
  store.close();
}

/** The folder of an archive holds it and nothing else. */
function folderOf(archive: string): string[] {
  return readdirSync(join(archive, '..'));
}

test.each([
  ['b.tar', (bytes: Buffer) => bytes],
  ['b.tar.gz', gunzipSync],
  ['b.tgz', gunzipSync],
  ['b.tar.zst', zstdDecompressSync],
] as const)('%s: made while the store is open, again while it goes on, restored', async (name, unpack) => {
  const scene = twoDays();
  const to = join(newFolder(), name);
  const { manifest, copied, damages } = await backup(scene, to);
  expect([manifest.files.map(({ file }) => file), copied, damages]).toEqual([['2024-11-22.db', '2024-11-23.db'], 2, []]);
  // ustar: magic at 257 (POSIX.1-2001), so that every `tar` reads it.
  expect(unpack(readFileSync(to)).toString('latin1', 257, 262)).toBe('ustar');
  await expectRestored(scene, to);
  scene.append(40);
  await backup(scene, to);
  await expectRestored(scene, to);
  expect(folderOf(to)).toEqual([name]);
  scene.agrees();
  scene.store.close();
});

test('unpacked by the system’s tar it is a backup in a folder, and packed again by it still one', async () => {
  const scene = twoDays();
  const to = join(newFolder(), 'b.tar');
  await backup(scene, to);
  const folder = newFolder();
  execFileSync('tar', ['-xf', to, '-C', folder]);
  await expectRestored(scene, folder);
  const again = join(newFolder(), 'again.tar');
  execFileSync('tar', ['-cf', again, '-C', folder, '.']);
  await expectRestored(scene, again);
  scene.store.close();
});

test('given up in the middle: the archive before is as it was, and nothing is left beside it', async () => {
  const scene = twoDays();
  const to = join(newFolder(), 'b.tar');
  await backup(scene, to);
  const before = readFileSync(to);
  scene.append(10);
  let calls = 0;
  await expect(
    backup(scene, to, () => {
      if (++calls === 3) throw new Error('enough');
    }),
  ).rejects.toThrow('enough');
  expect(readFileSync(to).equals(before)).toBe(true);
  expect(folderOf(to)).toEqual(['b.tar']);
  scene.store.close();
});

const disk = smallDisk(join(newFolder(), 'disk'), 2);

// Full while a file is copied, and while the archive grows.
test.skipIf(!disk).each([40_000, 100_000, 140_000])(
  'a disk with %i bytes left: says so, the archive before is as it was',
  async (bytesLeft) => {
    const scene = twoDays();
    const to = join(disk!.folder, 'b.tar');
    await backup(scene, to);
    const before = readFileSync(to);
    const filler = join(disk!.folder, 'filler');
    const { bavail, bsize } = statfsSync(disk!.folder);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - bytesLeft));
    await expect(backup(scene, to)).rejects.toMatchObject({ code: 'disk-full', message: expect.stringContaining(disk!.folder) });
    expect(readFileSync(to).equals(before)).toBe(true);
    expect(folderOf(to).sort()).toEqual(['b.tar', 'filler']);
    rmSync(filler);
    await backup(scene, to);
    await expectRestored(scene, to);
    scene.store.close();
  },
);

test('what a killed run has left goes with the next', async () => {
  const scene = twoDays();
  const to = join(newFolder(), 'b.tar');
  mkdirSync(`${to}.making`);
  for (const name of ['copying-archive', 'copying-2024-11-22.db', 'backup.lock']) writeFileSync(join(`${to}.making`, name), '');
  await backup(scene, to);
  await expectRestored(scene, to);
  expect(folderOf(to)).toEqual(['b.tar']);
  scene.store.close();
});

test('a second one into the same archive at the same time is refused', async () => {
  const scene = twoDays();
  const to = join(newFolder(), 'b.tar');
  const both = await Promise.allSettled([backup(scene, to), backup(scene, to)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'store-busy' } });
  await expectRestored(scene, to);
  scene.store.close();
});

describe('refused', () => {
  test.each<[name: string, code: string, prepare: (scene: Scene, to: string) => string]>([
    ['below the data folder', 'bad-argument', (scene) => join(scene.folder, 'b.tar')],
    [
      'over another file',
      'store-foreign',
      (_scene, to) => {
        writeFileSync(to, 'my thesis');
        return to;
      },
    ],
    [
      'over another archive',
      'store-foreign',
      (_scene, to) => {
        execFileSync('tar', ['-cf', to, '-C', newFolder(), '.']);
        return to;
      },
    ],
    [
      'where others keep things under the name of its folder',
      'store-foreign',
      (_scene, to) => {
        mkdirSync(`${to}.making`);
        writeFileSync(join(`${to}.making`, 'thesis.txt'), '');
        return to;
      },
    ],
  ])('backup: %s', async (_name, code, prepare) => {
    const scene = twoDays();
    const to = prepare(scene, join(newFolder(), 'b.tar'));
    const before = existsSync(to) ? readFileSync(to, 'latin1') : undefined;
    expect(await codeOf(() => backup(scene, to))).toBe(code);
    expect(existsSync(to) ? readFileSync(to, 'latin1') : undefined).toBe(before);
    scene.agrees();
    scene.store.close();
  });

  test('backup: of what is no data folder', async () => {
    const to = join(newFolder(), 'b.tar');
    expect(await codeOf(() => backupTar({ folder: newFolder(), to, nowMs: 0 }))).toBe('store-foreign');
    expect(folderOf(to)).toEqual([]);
  });

  /** What is done to an archive, and what is said of it. */
  const SPOILT: readonly [name: string, spoil: (path: string) => void, says: RegExp][] = [
    ['empty', (path) => truncateSync(path), /cut off, or is no backup/],
    ['no archive', (path) => writeFileSync(path, 'my thesis '.repeat(1000)), /no whole archive/],
    ['cut within a header', (path) => truncateSync(path, 100), /ends 412 bytes too early/],
    ['cut within a file', (path) => truncateSync(path, 5000), /too early/],
    ['cut before its manifest', (path) => truncateSync(path, manifestAt(path)), /cut off, or is no backup/],
    ['cut within its manifest', (path) => truncateSync(path, manifestAt(path) + 600), /too early/],
    ['a changed byte in a file', (path) => change(path, 512 + 9000), /does not match its checksum/],
    ['a changed byte in a header', (path) => change(path, 3), /no whole archive/],
    ['a changed byte in its manifest', (path) => change(path, manifestAt(path) + 512), /cannot be read/],
    ['without one of its files', (path) => repack(path, (folder) => rmSync(join(folder, oneOf(folder)))), /is missing/],
    ['with another file', (path) => repack(path, (folder) => writeFileSync(join(folder, 'x.sh'), '')), /"x.sh" does not belong there/],
    [
      'with a file that is called like ours',
      (path) => repack(path, (folder) => writeFileSync(join(folder, '2024-11-21.db.0123456789abcdef'), '')),
      /does not name/,
    ],
    ['a file that leads elsewhere', (path) => rename(path, '../etc.db'), /"\.\.\/etc\.db" does not belong there/],
    ['a file with an absolute name', (path) => rename(path, '/tmp/a.db'), /"\/tmp\/a\.db" does not belong there/],
  ];

  test.each(SPOILT)('restore: %s', async (_name, spoil, says) => {
    const scene = twoDays();
    const archive = join(newFolder(), 'b.tar');
    await backup(scene, archive);
    scene.store.close();
    spoil(archive);
    const folder = newFolder();
    const failed = await restoreFolder({ backup: archive, folder }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'store-corrupt', message: expect.stringMatching(says) });
    expect(readdirSync(folder).filter((name) => name !== 'LOCK')).toEqual([]);
  });

  test.each(['b.tar.gz', 'b.tar.zst'])('restore: %s cut anywhere', async (name) => {
    const scene = twoDays();
    const archive = join(newFolder(), name);
    await backup(scene, archive);
    scene.store.close();
    const whole = readFileSync(archive);
    const folder = newFolder();
    for (const part of [1, 3, 10, 100, whole.length >> 1, whole.length - 200]) {
      writeFileSync(archive, whole.subarray(0, part));
      expect(await codeOf(() => restoreFolder({ backup: archive, folder }))).toBe('store-corrupt');
      expect(readdirSync(folder).filter((one) => one !== 'LOCK')).toEqual([]);
    }
    writeFileSync(archive, whole);
    expect(await codeOf(() => restoreFolder({ backup: archive, folder }))).toBeUndefined();
  });
});

/** Where the header of the manifest begins: the archive's last name. */
function manifestAt(path: string): number {
  const at = readFileSync(path).lastIndexOf('manifest.json\0');
  expect(at % 512).toBe(0);
  return at;
}

function change(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

function oneOf(folder: string): string {
  return readdirSync(folder).find((name) => name.startsWith('2024'))!;
}

/** By the system's tar, the manifest last again. */
function repack(path: string, spoil: (folder: string) => void): void {
  const folder = newFolder();
  execFileSync('tar', ['-xf', path, '-C', folder]);
  spoil(folder);
  const names = readdirSync(folder).filter((name) => name !== 'manifest.json');
  execFileSync('tar', ['-cf', path, '-C', folder, ...names, 'manifest.json']);
  expect(statSync(path).size).toBeGreaterThan(0);
}

/** Gives the first file another name; the header's checksum is right (POSIX.1-2001: the sum of its bytes, its own field as spaces). */
function rename(path: string, name: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0, 0, 100);
  bytes.write(name, 0);
  bytes.fill(' ', 148, 156);
  const sum = bytes.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  writeFileSync(path, bytes);
}
