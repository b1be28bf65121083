/** Log files, archives of them, and `stacktrail import` into a folder: what the tests of importing share. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { needBinary } from '../need.ts';
import { keptLines } from './kept.ts';
import { type Ended, stacktrail, temporaryFolder } from './service.ts';

const xz = needBinary('xz');

export const pack: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gz: (bytes) => gzipSync(bytes),
  zst: (bytes) => zstdCompressSync(bytes),
  ...(xz && { xz: (bytes: Buffer) => execFileSync(xz, ['-c'], { input: bytes, maxBuffer: 1e9 }) }),
};

/** An oslo log: every line another one, every tenth an error with the bare lines of a traceback. */
export function log(from: number, to: number, day = '2026-03-01'): Buffer {
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

export class Scene {
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
export function imported({ err }: Ended): number {
  return Number(/imported ([\d,]+) lines?/.exec(err)?.[1]?.replaceAll(',', '') ?? -1);
}
