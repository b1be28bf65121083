/** Archives: what they hold comes out whole, whatever they are cut into; of a damaged one what could be read. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { Damaged, packingOf, unpack } from '../../src/cli/import/archive.ts';
import { LogBytes, notText } from '../../src/cli/import/content.ts';
import { needBinary } from '../need.ts';

const folder = mkdtempSync(join(tmpdir(), 'stacktrail-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const xz = needBinary('xz');
const pack: Readonly<Record<string, ((bytes: Buffer) => Buffer) | undefined>> = {
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
  xz: xz ? (bytes) => execFileSync(xz, ['-c'], { input: bytes, maxBuffer: 1e9 }) : undefined,
};
const KINDS = Object.keys(pack).filter((name) => pack[name] !== undefined);

/** Every line another one, so that nothing packs to nothing. */
function log(lines: number, seed = 1): Buffer {
  let state = seed;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31);
  return Buffer.from(Array.from({ length: lines }, (_, index) => `line ${index} ${next().toString(36)} ${next().toString(36)}\n`).join(''));
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function taken(chunks: AsyncIterable<Buffer>): Promise<{ bytes: Buffer; trouble: string | undefined }> {
  const parts: Buffer[] = [];
  let trouble: string | undefined;
  try {
    for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    trouble = error.message;
  }
  return { bytes: Buffer.concat(parts), trouble };
}

describe.each(KINDS)('%s', (kind) => {
  const packed = (bytes: Buffer): Buffer => pack[kind]!(bytes);
  const whole = (bytes: Buffer, size = 65_536) => taken(unpack({ packing: packingOf(bytes) }, pieces(bytes, size)));
  const [one, two] = [log(1000), log(2000, 7)];

  test.each([1, 7, 4096, 1 << 20])('is known, and comes out whole in pieces of %d', async (size) => {
    expect(packingOf(packed(one))).toBe(kind);
    expect(await whole(packed(one), size)).toEqual({ bytes: one, trouble: undefined });
    expect(await whole(Buffer.concat([packed(one), packed(two)]), size)).toEqual({ bytes: Buffer.concat([one, two]), trouble: undefined });
    expect(await whole(Buffer.concat([packed(one), Buffer.alloc(512)]), size)).toEqual({ bytes: one, trouble: undefined });
    expect(await whole(packed(Buffer.alloc(0)), size)).toEqual({ bytes: Buffer.alloc(0), trouble: undefined });
  });

  test('that breaks off gives what is there, and says so', async () => {
    const archive = packed(Buffer.concat([one, two]));
    for (const end of [archive.length - 1, archive.length >> 1, 40]) {
      const { bytes, trouble } = await whole(archive.subarray(0, end));
      expect(trouble).toMatch(/end of file/);
      expect(Buffer.concat([one, two]).subarray(0, bytes.length).equals(bytes)).toBe(true);
    }
  });

  test('with something else behind it is told', async () => {
    expect((await whole(Buffer.concat([packed(one), Buffer.from('something else')]), 64)).trouble).toBeDefined();
  });

  test('with a flipped byte gives all in front of it that a file can give', async () => {
    const log9 = log(40_000, 9);
    const archive = packed(log9);
    archive[archive.length >> 1]! ^= 0x55;
    const path = join(folder, `damaged.${kind}`);
    writeFileSync(path, archive);
    const file = await LogBytes.open(path);
    const { bytes, trouble } = await taken(file.chunks());
    await file.close();
    expect(trouble).toBeDefined();
    const first = bytes.findIndex((byte, index) => byte !== log9[index]);
    // Blocks of zstd hold 128 KiB, and xz is checked by blocks of its own.
    expect(first < 0 ? bytes.length : first).toBeGreaterThan(log9.length / 2 - 256 * 1024);
  });

  test('is read from a pipe as from a file', async () => {
    const archive = packed(Buffer.concat([one, two]));
    const pipe = await LogBytes.open(pieces(archive, 1000));
    expect(pipe.packing).toBe(kind);
    expect(await taken(pipe.chunks())).toEqual({ bytes: Buffer.concat([one, two]), trouble: undefined });
  });
});

test.each([
  ['a log', log(100), undefined],
  ['nothing', Buffer.alloc(0), undefined],
  ['colours and tabs', Buffer.from('\x1b[31mERROR\x1b[0m\tnova\r\n'.repeat(50)), undefined],
  ['Latin-1', Buffer.from('Gerät nicht verfügbar: Überlauf\n'.repeat(50), 'latin1'), undefined],
  ['zeros that a crash left', Buffer.concat([Buffer.alloc(30_000), log(100)]), undefined],
  ['zeros between lines', Buffer.concat([log(10), Buffer.alloc(500), log(10)]), undefined],
  ['a tar archive', Buffer.concat([Buffer.alloc(257, 0x61), Buffer.from('ustar\0'), log(10)]), /^a tar archive; unpack it/],
  ['bzip2', Buffer.from('BZh91AY&SY'), /^a bzip2 archive.*bzcat/],
  ['a journal', Buffer.from('LPKSHHRH\0\0\0'), /journalctl/],
  ['SQLite', Buffer.from('SQLite format 3\0\0\0'), /SQLite/],
  ['UTF-16', Buffer.from('\ufefflog line', 'utf16le'), /iconv/],
  [
    'wtmp',
    Buffer.concat([Buffer.from([7, 0, 0, 0, 1, 2, 3, 4]), Buffer.from('pts/0'), Buffer.alloc(100), Buffer.from('root'), Buffer.alloc(300)]),
    /^no text$/,
  ],
  ['numbers', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256)), /^no text$/],
])('%s is told by its first bytes', (_name, bytes, want) => {
  if (want === undefined) expect(notText(bytes)).toBeUndefined();
  else expect(notText(bytes)).toMatch(want);
});
