/** When the disk is low, full, and has room again; and what becomes of the file that is kept back. The disk is told, the files are real. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SpaceSetting } from '../../src/model.ts';
import { Disk, diskSpace } from '../../src/store/disk.ts';
import { ReserveFile } from '../../src/store/reserve.ts';
import { newFolder } from './sealed.ts';

const MIB = 1024 * 1024;
const TOTAL = 1000 * MIB;

/** A disk whose free space is said in MiB, without the reserve file: that takes of it. */
function diskOf(reserve: SpaceSetting | undefined): { disk: Disk; see: (freeMib: number) => string; fileMib: () => number } {
  const folder = newFolder();
  let free = 0;
  const fileBytes = (): number => statSync(join(folder, 'RESERVE'), { throwIfNoEntry: false })?.size ?? 0;
  const disk = new Disk(folder, reserve, () => ({ freeBytes: free - fileBytes(), totalBytes: TOTAL }));
  const see = (freeMib: number): string => {
    free = freeMib * MIB;
    return disk.look();
  };
  return { disk, see, fileMib: () => fileBytes() / MIB };
}

describe('states', () => {
  test.each<[name: string, reserve: SpaceSetting | undefined, seen: [freeMib: number, state: string, fileMib: number][]]>([
    [
      'low below the reserve, ok again with a little more; the file is made when it may be needed, given when nearly nothing is left',
      { bytes: 40 * MIB },
      [
        [500, 'ok', 0],
        [300, 'ok', 10],
        [51, 'ok', 10],
        [49, 'low', 10],
        [53, 'low', 10],
        [55, 'ok', 10],
        [13, 'low', 10],
        [12, 'low', 0],
        [30, 'low', 0],
        [45, 'ok', 0],
        [60, 'ok', 10],
        [500, 'ok', 10],
        [700, 'ok', 0],
      ],
    ],
    [
      'a part of the disk',
      { percent: 5 },
      [
        [100, 'ok', 12.5],
        [62, 'low', 12.5],
      ],
    ],
    [
      'the smaller of both',
      { percent: 50, bytes: 8 * MIB },
      [
        [20, 'ok', 2],
        [9, 'low', 2],
      ],
    ],
    [
      'no more than 16 MiB in the file',
      { bytes: 400 * MIB },
      [
        [900, 'ok', 16],
        [415, 'low', 16],
      ],
    ],
    [
      'low from the start: no file is made',
      { bytes: 40 * MIB },
      [
        [20, 'low', 0],
        [40, 'low', 0],
      ],
    ],
    [
      'no reserve',
      undefined,
      [
        [1, 'ok', 0],
        [0, 'ok', 0],
      ],
    ],
  ])('%s', (_name, reserve, seen) => {
    const { see, fileMib } = diskOf(reserve);
    for (const [freeMib, state, file] of seen) expect([freeMib, see(freeMib), fileMib()]).toEqual([freeMib, state, file]);
  });

  test('a refused commit: full, the file is given once; ok when there is room, also without a reserve', () => {
    const { disk, see, fileMib } = diskOf({ bytes: 40 * MIB });
    see(300);
    expect([disk.refused(), disk.state, fileMib()]).toEqual([true, 'full', 0]);
    expect([disk.refused(), disk.state]).toEqual([false, 'full']);
    expect([see(30), see(45)]).toEqual(['full', 'ok']);
    const bare = diskOf(undefined);
    bare.see(0);
    expect([bare.disk.refused(), bare.see(3), bare.see(4)]).toEqual([false, 'full', 'ok']);
  });

  test('another reserve takes effect with the next look', () => {
    const { disk, see, fileMib } = diskOf({ bytes: 40 * MIB });
    expect(see(100)).toBe('ok');
    disk.configure({ bytes: 200 * MIB });
    expect([see(100), disk.reserveBytes]).toEqual(['low', 200 * MIB]);
    disk.configure(undefined);
    expect([see(100), fileMib()]).toEqual(['ok', 0]);
  });
});

test('the file takes real space, and is gone when it is given', () => {
  const path = join(newFolder(), 'RESERVE');
  const file = new ReserveFile(path);
  expect([file.bytes, file.give()]).toEqual([0, false]);
  expect(file.take(3 * MIB + 5)).toBe(true);
  expect(file.bytes).toBe(3 * MIB + 5);
  expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(3 * MIB);
  expect([file.give(), file.bytes]).toEqual([true, 0]);
  expect(new ReserveFile('/proc/RESERVE').take(MIB)).toBe(false);
});

test('the real disk has numbers', () => {
  const { freeBytes, totalBytes } = diskSpace(newFolder());
  expect(freeBytes).toBeGreaterThan(0);
  expect(totalBytes).toBeGreaterThan(freeBytes);
});
