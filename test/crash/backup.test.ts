/**
 * Backups of a service under load: each holds every record up to its last seq, exactly as the service has them. And backups that are
 * killed at any moment: the one before stays whole, the next one succeeds.
 * The moments come from a seed; what the machine does in between does not, so every run is another one.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openDays } from '../../src/store/days.ts';
import { readManifest } from '../../src/store/manifest.ts';
import { everything } from '../contract/reading.ts';
import { diceOf } from '../contract/records.ts';
import { type RunningService, stacktrail, startService, temporaryFolder } from '../e2e/service.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const LINES = 20_000;
const BODY_LINES = 250;
const KILLS = 12;

function linesOf(from: number): string {
  const start = '<131>1 2026-03-01T10:20:30Z c01 nova-compute - - - 2026-03-01 10:20:30.456 7 ERROR nova.compute ';
  return Array.from({ length: BODY_LINES }, (_, index) => {
    const number = from + index;
    const text = `${start}[req-5c0a0d43-1e49-4c2e-9a07-${String(number).padStart(12, '0')} a b - - -] number ${number}`;
    return number % 20 === 0 ? `${text}\n${start}Traceback (most recent call last):\n${start}KeyError: 'x'` : text;
  }).join('\n');
}

async function send(service: RunningService, signal: AbortSignal): Promise<void> {
  for (let from = 0; from < LINES && !signal.aborted; from += BODY_LINES) expect((await service.ingest(linesOf(from))).status).toBe(200);
}

/** Every record up to the backup's last seq is there, and is what the folder it came from has. */
async function expectWhole(backup: string, original: string): Promise<number> {
  const folder = join(temporaryFolder(), 'restored');
  expect(await stacktrail(['restore', backup, '--data', folder, '-q']).ended).toMatchObject({ code: 0, err: '' });
  const { lastSeq } = readManifest(backup);
  const restored = openDays({ folder });
  const rows = everything(restored, { limit: 1000 });
  expect(restored.status().lastSeq).toBe(lastSeq);
  restored.close();
  const whole = openDays({ folder: original });
  // Lines that came after the backup may have joined a record since: of those the text begins the same.
  const known = new Map(everything(whole, { limit: 1000 }).map((record) => [record.seq, record]));
  whole.close();
  let count = 0;
  for (const row of rows) {
    const same = known.get(row.seq);
    expect(same?.message.startsWith(row.message), `seq ${row.seq}`).toBe(true);
    expect([same?.time, same?.request, same?.host]).toEqual([row.time, row.request, row.host]);
    count += 1 + (row.more?.length ?? 0) / 2;
  }
  expect(count).toBe(lastSeq);
  return lastSeq;
}

test(`under load (seed ${SEED})`, async () => {
  const service = await startService();
  const ending = new AbortController();
  const sending = send(service, ending.signal);
  const backups: string[] = [];
  for (let round = 0; round < 3; round++) {
    const backup = join(temporaryFolder(), 'backup');
    expect(await stacktrail(['backup', backup, '--data', service.data]).ended).toMatchObject({ code: 0 });
    backups.push(backup);
  }
  await sending;
  ending.abort();
  expect((await service.stop()).code).toBe(0);
  let before = -1;
  for (const backup of backups) {
    const lastSeq = await expectWhole(backup, service.data);
    process.stderr.write(`backup up to seq ${lastSeq}\n`);
    expect(lastSeq).toBeGreaterThanOrEqual(before);
    before = lastSeq;
  }
});

test(`killed at any moment (seed ${SEED})`, async () => {
  const dice = diceOf(SEED);
  const service = await startService();
  const backup = join(temporaryFolder(), 'backup');
  for (let from = 0; from < LINES / 2; from += BODY_LINES) expect((await service.ingest(linesOf(from))).status).toBe(200);
  const startedMs = performance.now();
  expect((await stacktrail(['backup', backup, '--data', service.data]).ended).code).toBe(0);
  const tookMs = performance.now() - startedMs;
  let killed = 0;
  for (let round = 0; round < KILLS; round++) {
    const { lastSeq } = readManifest(backup);
    expect((await service.ingest(linesOf(LINES + round * BODY_LINES))).status).toBe(200);
    const program = stacktrail(['backup', backup, '--data', service.data]);
    await sleep(dice.below(Math.ceil(tookMs * 1.1)));
    program.signal('SIGKILL');
    const { signal } = await program.ended;
    if (signal === 'SIGKILL') killed++;
    // Either the one before or, where it was quick enough, the new one; never something in between.
    expect(readManifest(backup).lastSeq).toBeGreaterThanOrEqual(lastSeq);
    expect(await stacktrail(['verify', '--quick', '-q', '--data', backup]).ended).toMatchObject({ code: 0, out: '', err: '' });
  }
  process.stderr.write(`${killed} of ${KILLS} backups were killed\n`);
  expect(killed).toBeGreaterThan(KILLS / 4);
  expect(await stacktrail(['backup', backup, '--data', service.data]).ended).toMatchObject({ code: 0 });
  const { lastSeq } = await service.status();
  expect(readManifest(backup).lastSeq).toBe(lastSeq);
  expect((await service.stop()).code).toBe(0);
  await expectWhole(backup, service.data);
});
