/**
 * A small file system of its own for tests of disks that fill up: in memory, which only root may mount; without that right the test is
 * skipped and says why. It goes after the tests around the call, or when the test process ends, however it ends (killed, or all tests filtered out): a
 * child that outlives it by a moment waits for the end of a pipe.
 *
 *   const disk = smallDisk(folder, 48);
 *   test.skipIf(!disk)('…', () => { … disk!.resize(64) … });
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterAll } from 'vitest';
import { needBinary } from './need.ts';

export interface SmallDisk {
  readonly folder: string;
  resize(sizeMib: number): void;
}

/** At `folder`, which is made. */
export function smallDisk(folder: string, sizeMib: number): SmallDisk | undefined {
  const mount = needBinary('mount');
  if (mount === undefined) return undefined;
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync(mount, ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    process.stderr.write('skipped: a disk that fills up needs the right to mount a small one\n');
    return undefined;
  }
  // A group of its own: Ctrl-C in a terminal reaches all of ours. Lazily: somebody may still have a file open there.
  const watch = spawn('sh', ['-c', 'cat >/dev/null; umount -l "$1" && rmdir "$1"', 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.unref();
  (watch.stdin as unknown as { unref(): void }).unref();
  afterAll(() => void execFileSync('umount', ['-l', folder]));
  return {
    folder,
    resize: (mib) => void execFileSync(mount, ['-o', `remount,size=${mib}m`, folder]),
  };
}
