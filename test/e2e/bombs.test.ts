/**
 * Bodies that are small on the wire and huge when they are unpacked: a running server refuses them, its memory stays under a bound, and it
 * takes what comes next. The bound is that of the bodies that may be unpacked at once, each of which zlib holds twice for a moment,
 * and what the collector has not taken back yet.
 */
import { readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { varint } from '../receive/protobuf-write.ts';
import { startService } from './service.ts';

/** Most memory that a process has ever had, in bytes. */
function peakBytes(pid: number): number {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

const ZEROS = Buffer.alloc(256 * 1024 * 1024);
const BOMBS = [
  ['/_bulk', 'gzip', zlib.gzipSync(ZEROS)],
  ['/api/v1/ingest', 'zstd', zlib.zstdCompressSync(ZEROS)],
  ['/v1/logs', 'deflate', zlib.deflateSync(ZEROS)],
  // A block of Snappy that announces 4 GiB.
  ['/loki/api/v1/push', 'identity', Buffer.concat([varint(2 ** 32 - 1), Buffer.alloc(100)])],
] as const;

test.skipIf(process.platform !== 'linux')('bombs cost no more than their bound', async () => {
  const service = await startService();
  // The first body makes the server load what every body needs.
  expect((await service.ingest('before')).status).toBe(200);
  const { pid } = service.program;
  const before = peakBytes(pid);
  const answers = await Promise.all(
    BOMBS.flatMap(([path, encoding, body]) =>
      Array.from({ length: 10 }, () => fetch(service.url + path, { method: 'POST', body, headers: { 'content-encoding': encoding } })),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([413]));
  expect(peakBytes(pid) - before).toBeLessThan(4 * limits.unpackedBytesMax);
  expect((await service.ingest('after')).status).toBe(200);
  expect((await service.search('')).map(({ message }) => message)).toEqual(['before', 'after']);
  await service.stop();
});
