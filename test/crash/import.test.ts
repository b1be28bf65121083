/**
 * kill -9 of an importer, and of the server that it imports into, at moments all over the import. The same words again go
 * on, until nothing is left; then every line is there once. The moments come from a seed, what the machine does does not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DaysReader } from '../../src/store/read.ts';
import { diceOf } from '../contract/records.ts';
import { keptLines, linesOfLog } from '../e2e/kept.ts';
import { type Program, stacktrail, startService, temporaryFolder } from '../e2e/service.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const KILLS = 6;
/** Of a part of 1 MiB, what is on disk of it; kills come after so many of them. */
const LINES = 100_000;
const LINES_A_PART = 9000;

function log(lines: number): Buffer {
  const texts = Array.from({ length: lines }, (_, number) => {
    const line = `2026-03-01 10:20:30.${String(number % 1000).padStart(3, '0')} 7 INFO nova.compute [-] number ${number} ${'of a log '.repeat(number % 9)}`;
    return number % 50 === 0
      ? `${line}\nTraceback (most recent call last):\n  File "/x.py", line ${number}, in x\nKeyError: ${number}`
      : line;
  });
  return Buffer.from(`${texts.join('\n')}\n`);
}

interface Logs {
  readonly words: string[];
  readonly want: string[];
}

/** A rotated set of three, one of them packed. */
function logsIn(folder: string): Logs {
  mkdirSync(join(folder, 'logs'));
  const all = log(LINES);
  const [one, two] = [all.indexOf('\n', all.length / 3) + 1, all.indexOf('\n', (all.length * 2) / 3) + 1];
  const parts = [all.subarray(0, one), all.subarray(one, two), all.subarray(two)];
  writeFileSync(join(folder, 'logs/nova-compute.log.2.gz'), gzipSync(parts[0]!));
  writeFileSync(join(folder, 'logs/nova-compute.log.1'), parts[1]!);
  writeFileSync(join(folder, 'logs/nova-compute.log'), parts[2]!);
  return { words: ['import', join(folder, 'logs')], want: linesOfLog(all) };
}

/** Waits until there is as much as that, or the importer is done. */
async function until(importer: Program, isReached: () => boolean | Promise<boolean>): Promise<void> {
  let isOver = false;
  const over = importer.ended.then(() => {
    isOver = true;
  });
  while (!isOver && !(await isReached())) await Promise.race([sleep(5), over]);
}

/** Records in a folder that somebody writes, as far as they can be seen. */
function recordsIn(data: string): number {
  try {
    const reader = new DaysReader(data);
    const { records } = reader.status();
    reader.close();
    return records;
  } catch {
    return 0;
  }
}

test(`a killed importer into a folder (seed ${SEED})`, async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const { words, want } = logsIn(folder);
  const dice = diceOf(SEED);
  let kills = 0;
  for (let round = 0; round < KILLS; round++) {
    const before = recordsIn(data);
    const more = dice.below(2 * LINES_A_PART);
    const importer = stacktrail([...words, '--data', data]);
    await until(importer, () => recordsIn(data) > before + more);
    importer.signal('SIGKILL');
    if ((await importer.ended).signal === 'SIGKILL') kills++;
  }
  const last = await stacktrail([...words, '--data', data]).ended;
  expect(last.code).toBe(0);
  process.stderr.write(`${kills} kills; then ${last.err}`);
  expect(kills).toBeGreaterThan(0);
  expect(keptLines(data)).toEqual(want);
});

test(`a killed importer into a server, and a killed server (seed ${SEED})`, async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const { words, want } = logsIn(folder);
  const dice = diceOf(SEED + 1);
  let service = await startService({ data });
  for (let round = 0; round < KILLS; round++) {
    const { records: before } = (await service.status()).store;
    const more = dice.below(2 * LINES_A_PART);
    const importer = service.begin(...words);
    await until(importer, async () => (await service.status()).store.records > before + more);
    if (round % 2 === 0) {
      importer.signal('SIGKILL');
      await importer.ended;
      continue;
    }
    await service.kill();
    const ended = await importer.ended;
    if (ended.code !== 0) expect(ended.err).toMatch(/the same import again goes on from here|no server answers/);
    service = await startService({ data });
  }
  const last = await service.run(...words);
  expect(last.code).toBe(0);
  process.stderr.write(`then ${last.err}`);
  expect((await service.stop()).code).toBe(0);
  expect(keptLines(data)).toEqual(want);
});
