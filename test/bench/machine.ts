/**
 * What benches measure with: the machine's own description, medians and percentiles, and what Linux says of a
 * process (/proc/PID) and of a folder. Not here: what is measured.
 */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface Machine {
  cpu: string;
  cores: number;
  memoryMiB: number;
  platform: string;
}

export function machine(): Machine {
  const cpus = os.cpus();
  const memoryMiB = Math.round(os.totalmem() / 2 ** 20);
  return { cpu: cpus[0]?.model ?? 'unknown', cores: cpus.length, memoryMiB, platform: `${os.platform()} ${os.release()} ${os.arch()}` };
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank; NaN for nothing. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

/** A number as reports show it: three digits that say something. */
export function rounded(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number(value.toFixed(Math.min(digits, 6)));
}

/** Blocks on disk of everything below a folder, as `du` counts. Files that vanish meanwhile count nothing. */
export function diskBytes(folder: string): number {
  let bytes = 0;
  for (const entry of entriesOf(folder)) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) bytes += diskBytes(file);
    else bytes += fileBlocks(file) * 512;
  }
  return bytes;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function fileBlocks(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.blocks ?? 0;
}

/** Largest resident size so far, of the whole process; NaN where there is no /proc. */
export function peakRssMiB(pid: number): number {
  const found = /^VmHWM:\s+(\d+) kB/m.exec(procFile(pid, 'status'));
  return found ? Number(found[1]) / 1024 : Number.NaN;
}

/** User and system time of all its threads, in seconds; NaN where there is no /proc. */
export function cpuSeconds(pid: number): number {
  const text = procFile(pid, 'stat');
  // The second field is the name in parentheses and may hold spaces; user and system time are the 14th and 15th.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Clock ticks are 1/100 s on every Linux that Node runs on.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
