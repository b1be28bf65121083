/**
 * Bench `import`: lines a second of `stacktrail import`, from the start of its process to its end: all lines durable and
 * searchable then. One plain file and the same in a gzip archive, each straight into an empty folder, and the plain one into
 * a server. Beside them the same corpus over one TCP connection (bench `ingest`'s way), because that is the goal.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { feed } from './feed.ts';
import type { Bench, Figures } from './run.ts';
import { makeFolder } from './service.ts';

const MAIN = path.join(import.meta.dirname, '../../src/main.ts');

export const importing: Bench = async ({ corpus, ours, msMax }) => {
  const folder = makeFolder();
  const packed = path.join(folder, 'corpus.log.gz');
  await pipeline(createReadStream(corpus.file, { end: corpus.bytes - 1 }), createGzip({ level: 1 }), createWriteStream(packed));
  // Of a corpus that is longer than asked for, as many lines as the others get.
  const plain = path.join(folder, 'corpus.log');
  await pipeline(createReadStream(corpus.file, { end: corpus.bytes - 1 }), createWriteStream(plain));
  const figures: Figures = {};
  const into = async (name: string, words: readonly string[]): Promise<void> => {
    const seconds = await timed([...words], corpus.lines);
    figures[`${name}LinesPerSecond`] = corpus.lines / seconds;
  };
  await into('folder', ['--data', path.join(folder, 'one'), plain]);
  await into('folderGzip', ['--data', path.join(folder, 'two'), packed]);
  const server = await ours.start(path.join(folder, 'server'));
  await into('server', ['--url', `http://${server.http.host}:${server.http.port}`, plain]);
  await server.stop();
  const other = await ours.start(path.join(folder, 'tcp'));
  figures.tcpLinesPerSecond = corpus.lines / (await feed(other, corpus, msMax)).seconds;
  await other.stop();
  rmSync(folder, { recursive: true, force: true });
  return { ours: figures, peers: {}, notes: ['1 round'] };
};

/** Seconds of a whole import; lines that it does not account for are an error. */
async function timed(words: readonly string[], lines: number): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...process.execArgv, MAIN, 'import', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - startedMs) / 1000;
  const imported = Number(/imported ([\d,]+) lines/.exec(err)?.[1]?.replaceAll(',', ''));
  if (code !== 0 || imported !== lines) throw new Error(`import ended with ${code} and ${imported} of ${lines} lines:\n${err}`);
  return seconds;
}
