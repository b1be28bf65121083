/**
 * What goes wrong, as one table. Each happens twice in a run, because what was broken once is where the second break finds its victim. Between
 * them every sender sends some hundreds more: the number of what is missing is known to be missing only when others came behind it.
 */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../e2e/service.ts';
import type { SmallDisk } from '../small-disk.ts';
import { BATCH } from './sending.ts';
import type { World } from './world.ts';

export interface Disturbance {
  readonly name: string;
  /** Needs the small disk. */
  readonly isOfDisk?: boolean;
  /** What of a sender without answers was in the service's memory and sockets is gone with it, and nobody can report that but the numbers. */
  readonly isKill?: boolean;
  /** How often what is under way has to be sent again, at most. */
  readonly breaks: number;
  happen(world: World, around: { disk: SmallDisk | undefined; round: number }): Promise<void>;
}

/** Longer than any queue of the kernel lasts at this rate, shorter than any sender's patience. */
const PAUSE_MS = 1500;
/** Datagrams in a batch while nobody reads: more than the receive buffer holds (4 MiB where the system allows it). */
const FLOOD = 500;
/** So long the disk stays full once the service knows. */
const FULL_MS = 1000;
const DAY_MS = 86_400_000;
/** A day and a half ahead, then two days behind: over midnight each way, and into a day that was over. */
const CLOCKS_MS = [1.5 * DAY_MS, -2 * DAY_MS];

export const DISTURBANCES: readonly Disturbance[] = [
  { name: 'nothing', breaks: 0, happen: async () => {} },
  { name: 'broken connections', breaks: 1, happen: breakAll },
  {
    name: 'SIGSTOP, SIGCONT',
    breaks: 0,
    async happen(world) {
      const udp = world.sendings.find(({ transport }) => transport.name === 'udp')!;
      world.signal('SIGSTOP');
      udp.batch = FLOOD;
      await sleep(PAUSE_MS);
      udp.batch = BATCH;
      world.signal('SIGCONT');
    },
  },
  {
    name: 'clock jumps',
    breaks: 0,
    happen: async (world, { round }) => world.setClock(CLOCKS_MS[round % CLOCKS_MS.length]!),
  },
  {
    name: 'disk full',
    isOfDisk: true,
    // RELP and HTTP are turned away, once by what was under way.
    breaks: 1,
    async happen(world, { disk }) {
      const ballast = join(disk!.folder, 'ballast');
      fill(disk!.folder, ballast);
      await eventually(async () => {
        const states = await Promise.all(world.services.map(diskOf));
        if (states.some((state) => state !== 'full')) throw new Error(`the disk is not full: ${states}`);
      }, 30_000);
      await sleep(FULL_MS);
      rmSync(ballast);
    },
  },
  {
    name: 'kill -9',
    isKill: true,
    breaks: 1,
    async happen(world) {
      await world.kill();
      await world.restart();
    },
  },
];

/** For long runs: whatever comes, in no order. */
export function mixed(dice: { below(limit: number): number }, isDisk: boolean): Disturbance {
  const others = DISTURBANCES.filter(({ name, isOfDisk }) => name !== 'nothing' && (isDisk || !isOfDisk));
  return {
    name: 'all of these, mixed',
    isOfDisk: isDisk,
    isKill: true,
    breaks: 1,
    happen: (world, around) => others[dice.below(others.length)]!.happen(world, around),
  };
}

function fill(folder: string, ballast: string): void {
  const piece = Buffer.alloc(1024 * 1024, 1);
  for (;;) {
    const { bsize, bavail } = statfsSync(folder);
    if (bavail === 0) return;
    try {
      writeFileSync(ballast, piece.subarray(0, Math.min(piece.length, bsize * bavail)), { flag: 'a' });
    } catch (error) {
      // The service was faster.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

async function breakAll(world: World): Promise<void> {
  await Promise.all(world.sendings.map((sending) => sending.breakNext()));
}

async function diskOf(service: { status(): Promise<object> }): Promise<string> {
  return ((await service.status()) as { keeping: { disk: string } }).keeping.disk;
}
