/**
 * kill -9 of a service that follows files, again and again, while they are written and rotated in every way, also while it is down:
 * at the end every line is there once. The moments come from a seed, what the machine does does not.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { diceOf } from '../contract/records.ts';
import { keptLines } from '../e2e/kept.ts';
import { eventually, type RunningService, startService, temporaryFolder } from '../e2e/service.ts';
import { Writer } from '../receive/files-writer.ts';

/** 50 and 77 are two that once lost lines: what was rotated around a kill, and written by the old name after that. 1005 has the other pattern. Half a minute each. */
const USUAL = [50, 77, 1005];
/** `SEED=300 SEEDS=20` takes others. */
const FIRST = process.env.SEED;
const SEEDS = FIRST === undefined ? USUAL : Array.from({ length: Number(process.env.SEEDS ?? 1) }, (_, index) => Number(FIRST) + index);
const KILLS = 8;
const CATCH_UP_MS = 180_000;

async function received(service: RunningService): Promise<{ records: number; behindBytes: number }> {
  const { store, files } = (await service.status()) as unknown as { store: { records: number }; files: { behindBytes: number } };
  return { records: store.records, behindBytes: files.behindBytes };
}

test.each(SEEDS.map((seed) => ({ seed, pattern: seed % 3 === 0 ? '*.log*' : '*.log' })))(
  'killed while following (seed $seed, $pattern)',
  async ({ seed, pattern }) => {
    const folder = temporaryFolder();
    const data = join(folder, 'data');
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    const dice = diceOf(seed);
    const writer = new Writer(logs);
    const start = (): Promise<RunningService> => startService({ data, words: ['--files', join(logs, pattern)] });
    let service = await start();
    // What was rotated before the first look is nobody's.
    for (let number = 0; number < 3; number++) writer.write(`nova-${number}.log`, 1);
    await eventually(async () => expect((await received(service)).records).toBe(writer.written.length), CATCH_UP_MS);
    for (let kills = 0; kills < KILLS; kills++) {
      // Actions and not milliseconds: how far the service gets meanwhile is the machine's.
      for (let acts = dice.below(60); acts >= 0; acts--) {
        writer.act(dice);
        await sleep(dice.below(30));
      }
      if (dice.below(2) === 0)
        await eventually(async () => expect((await received(service)).records).toBe(writer.written.length), CATCH_UP_MS);
      if (dice.below(4) > 0) await service.kill();
      else expect((await service.stop()).code).toBe(0);
      for (let acts = dice.below(40); acts > 0; acts--) writer.act(dice);
      service = await start();
    }
    await eventually(
      async () => expect(await received(service)).toEqual({ records: writer.written.length, behindBytes: 0 }),
      CATCH_UP_MS,
    ).catch(() => undefined);
    expect((await service.stop()).code).toBe(0);
    expect(keptLines(data)).toEqual([...writer.written].sort());
  },
);
