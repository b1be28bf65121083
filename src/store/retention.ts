/**
 * Which closed day files retention drops, and how one is dropped. Pure but for `dropFile`. Not here: when it is looked
 * for, and what is said of it (keep.ts).
 */
import { rmSync } from 'node:fs';

/** A file that is not written any more. */
export interface ClosedFile {
  readonly file: string;
  /** With its log. */
  readonly bytes: number;
  /** Nothing in it arrived later, µs. */
  readonly closedUs: number;
}

export interface RetentionLimits {
  readonly nowUs: number;
  /** Of the whole folder, as it is now. */
  readonly bytes: number;
  readonly ageUs: number | undefined;
  readonly bytesMax: number | undefined;
}

export type DropReason = 'age' | 'size';

export interface Due {
  readonly file: string;
  readonly reason: DropReason;
}

/** `closed`: oldest first. Always a beginning of it: what is kept has no gaps. */
export function dueFiles(closed: readonly ClosedFile[], limits: RetentionLimits): Due[] {
  const due: Due[] = [];
  let { bytes } = limits;
  for (const one of closed) {
    const isOld = limits.ageUs !== undefined && one.closedUs + limits.ageUs < limits.nowUs;
    const isTooMuch = limits.bytesMax !== undefined && bytes > limits.bytesMax;
    if (!isOld && !isTooMuch) break;
    due.push({ file: one.file, reason: isOld ? 'age' : 'size' });
    bytes -= one.bytes;
  }
  return due;
}

/** Steps in which a limit is kept: a file holds at most this part of it, so that a drop takes no more than that. */
const PARTS = 8;
/** However small the limits are, a file holds some blocks, and some minutes. */
const FILE_BYTES_MIN = 2 * 1024 * 1024;
const FILE_SPAN_US_MIN = 600e6;

export function rollLimitsOf({ ageUs, bytesMax }: Pick<RetentionLimits, 'ageUs' | 'bytesMax'>): {
  fileBytesMax: number;
  fileSpanUs: number;
} {
  return {
    fileBytesMax: Math.max(FILE_BYTES_MIN, (bytesMax ?? Number.POSITIVE_INFINITY) / PARTS),
    fileSpanUs: Math.max(FILE_SPAN_US_MIN, (ageUs ?? Number.POSITIVE_INFINITY) / PARTS),
  };
}

/** The file first: a log without its file is swept away at the next start, a file without its log would be half a day. */
export function dropFile(path: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
}
