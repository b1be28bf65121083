/**
 * An amount of disk space as a setting says it: bytes, a part of the file system, or both, of which the smaller counts
 * (`5%,512MiB`). Pure: how large the file system is, is given.
 */

import type { SpaceSetting } from '../model.ts';

/** In bytes, on a file system of this size. */
export function spaceBytes({ bytes, percent }: SpaceSetting, totalBytes: number): number {
  const part = percent === undefined ? Number.POSITIVE_INFINITY : Math.floor((totalBytes * percent) / 100);
  return Math.min(bytes ?? Number.POSITIVE_INFINITY, part);
}
