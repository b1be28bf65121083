/**
 * Sent = stored + reported lost: numbered messages over every way in, while the service is disturbed in every way, each at least twice in one run.
 * Where somebody answers (RELP, HTTP) and for files nothing is lost, and no more is there twice than was under way. Without an answer (UDP, TCP, TLS,
 * a Unix socket) every loss is reported; only what a killed process had in memory and sockets may be unaccounted for, and the numbers that
 * the messages carry report most of that, too. The table goes to stdout (`npm run test:conservation`, with `-- long` more rounds of each).
 */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { diceOf } from '../contract/records.ts';
import { temporaryFolder } from '../e2e/service.ts';
import { smallDisk } from '../small-disk.ts';
import { DISTURBANCES, type Disturbance, mixed } from './disturbances.ts';
import { FOOTNOTE, type Row, tableOf, wrongOf } from './table.ts';
import { World } from './world.ts';

const IS_LONG = process.env.TEST_WORDS === 'long';
const TIMES = IS_LONG ? 12 : 2;
/** A gap counts when 256 further messages came (ingest/gaps.ts). */
const BETWEEN = IS_LONG ? 1500 : 500;
/** A quarter of a minute where nobody else works; on a machine ten times overloaded a few minutes. */
const RUN_MS_MAX = IS_LONG ? 1_800_000 : 900_000;
/** All that a run stores, and as much again for its log. */
const DISK_MIB = IS_LONG ? 600 : 150;

const disk = smallDisk(join(temporaryFolder(), 'disk'), DISK_MIB);
const rows: Row[] = [];
afterAll(() => void process.stdout.write(`\n${tableOf(rows)}${FOOTNOTE}`));

async function run(disturbance: Disturbance): Promise<Row[]> {
  const world = new World(disturbance.isOfDisk ? { data: disk!.folder } : {});
  await world.start();
  await world.sendMore(BETWEEN);
  const times = disturbance.name === 'nothing' ? 0 : TIMES;
  for (let round = 0; round < times; round++) {
    await disturbance.happen(world, { disk, round });
    await world.sendMore(BETWEEN);
  }
  await world.end();
  const losses = await world.losses();
  const book = await world.read();
  const lost = (isMeant: (loss: { reason: string; source: string }) => boolean): number =>
    losses.filter(isMeant).reduce((sum, { amount }) => sum + amount, 0);
  const found = world.sendings.map(({ transport, sent }) => {
    const { name } = transport;
    const peer = transport.peer(world.places);
    const isTold = ({ reason, source }: { reason: string; source: string }): boolean =>
      source === peer || (name === 'udp' && reason === 'kernel-udp');
    const gaps = lost(({ reason, source }) => reason === 'gap' && source === `from-${name}`);
    return { transport, disturbance, times, sent, ...book.count(name, sent), told: transport.isAnswered ? 0 : lost(isTold), gaps };
  });
  expect(await world.stop()).toEqual([0, 0]);
  return found;
}

const seed = Number(process.env.SEED ?? 1);
const all = IS_LONG ? [...DISTURBANCES, mixed(diceOf(seed), disk !== undefined)] : DISTURBANCES;

test.each(all.map((disturbance) => ({ name: disturbance.name, disturbance })))(
  'sent = stored + reported lost: $name',
  async ({ disturbance }) => {
    // Said by smallDisk.
    if (disturbance.isOfDisk && disk === undefined) return;
    const found = await run(disturbance);
    rows.push(...found);
    expect(found.filter((row) => wrongOf(row) !== undefined).map((row) => `${row.transport.name}: ${wrongOf(row)}`)).toEqual([]);
  },
  RUN_MS_MAX,
);
