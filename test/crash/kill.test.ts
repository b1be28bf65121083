/**
 * kill -9 at random moments under load, again and again on one data folder. Whatever `POST /ingest` answered with 200 is
 * there after the next start, nothing is there twice (the client never sends again), and the start needs no repair step.
 * The moments come from a seed; what the machine does in between does not, so every run is another one.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Dice, diceOf } from '../contract/records.ts';
import { type RunningService, stacktrail, startService, temporaryFolder } from '../e2e/service.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const KILLS = 20;
/** Kills while the service starts, which has files to open and a log to read back. */
const EARLY_KILLS = 6;
/** Requests at once. */
const SENDERS = 4;
/** Long enough for some dozens of commits and a few sealed blocks. */
const UNDER_LOAD_MS_MAX = 700;
const STARTING_MS_MAX = 500;
const LINES_MAX = 400;

/** What the client knows: nothing but its own numbers and the answers. */
interface Book {
  readonly sent: Set<number>;
  readonly acknowledged: Set<number>;
}

/** Every third line is one of oslo's, every tenth ends with a traceback in messages of their own. */
function linesOf(numbers: readonly number[], round: number): string {
  const lines: string[] = [];
  for (const number of numbers) {
    const text = `round${round} number ${number} of volume_903b85d0-b6ab-4d2b-9be8-${String(number).padStart(12, '0')}`;
    const start = `<131>1 2026-03-01T10:20:30Z c0${number % 7} nova-compute - - - 2026-03-01 10:20:30.${String(number % 1000).padStart(3, '0')} ${number % 5} ERROR nova.compute `;
    if (number % 3 !== 0) lines.push(text);
    else lines.push(`${start}[req-5c0a0d43-1e49-4c2e-9a07-${String(number).padStart(12, '0')} a b - - -] ${text}`);
    if (number % 10 === 0) lines.push(`${start}Traceback (most recent call last):`, `${start}KeyError: 'x'`);
  }
  return lines.join('\n');
}

/** Posts one body after another until the connection breaks. */
async function send(service: RunningService, of: { book: Book; dice: Dice; round: number }): Promise<void> {
  const { book, dice, round } = of;
  for (;;) {
    const numbers = Array.from({ length: 1 + dice.below(LINES_MAX) }, (_, index) => book.sent.size + 1 + index);
    for (const number of numbers) book.sent.add(number);
    try {
      const { status } = await service.ingest(linesOf(numbers, round));
      expect(status).toBe(200);
      for (const number of numbers) book.acknowledged.add(number);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return;
    }
  }
}

/** The numbers that the service has, as often as it has them. */
async function found(service: RunningService, query: string): Promise<number[]> {
  const words = new URLSearchParams({ query, direction: 'forward' });
  const response = await fetch(`${service.url}/api/v1/search?${words}`, { headers: { accept: 'application/x-ndjson' } });
  expect(response.status).toBe(200);
  const numbers: number[] = [];
  for (const line of (await response.text()).split('\n')) {
    const number = /number (\d+) of/.exec(line);
    if (number) numbers.push(Number(number[1]));
  }
  return numbers;
}

function check(numbers: readonly number[], book: Book, isWanted: (number: number) => boolean): void {
  const there = new Set(numbers);
  expect(numbers.length, 'numbers that are there twice').toBe(there.size);
  expect(
    [...book.acknowledged].filter((number) => isWanted(number) && !there.has(number)),
    'acknowledged and lost',
  ).toEqual([]);
  expect(
    numbers.filter((number) => !book.sent.has(number)),
    'never sent',
  ).toEqual([]);
}

async function killedWhileStarting(data: string, dice: Dice): Promise<void> {
  const program = stacktrail(['serve', '--data', data, '--http', '127.0.0.1:0', '--udp', 'off', '--tcp', 'off']);
  await sleep(dice.below(STARTING_MS_MAX));
  program.signal('SIGKILL');
  expect((await program.ended).signal).toBe('SIGKILL');
}

test(`nothing acknowledged is lost, nothing is there twice (seed ${SEED})`, async () => {
  const dice = diceOf(SEED);
  const book: Book = { sent: new Set(), acknowledged: new Set() };
  const data = join(temporaryFolder(), 'data');
  let before = 0;
  for (let round = 0; round < KILLS; round++) {
    const service = await startService({ data });
    // At once, without waiting for anything: what the last round left is all there.
    const { store } = await service.status();
    check(await found(service, `round${round - 1}`), book, (number) => number > before);
    expect(store.lastSeq).toBeGreaterThanOrEqual(store.records);
    before = book.sent.size;
    const acknowledged = book.acknowledged.size;
    const senders = Array.from({ length: SENDERS }, () => send(service, { book, dice, round }));
    await sleep(dice.below(UNDER_LOAD_MS_MAX));
    const [ended] = await Promise.all([service.kill(), ...senders]);
    expect(ended.signal).toBe('SIGKILL');
    process.stderr.write(
      `kill ${round + 1}: ${book.sent.size - before} lines sent, ${book.acknowledged.size - acknowledged} acknowledged\n`,
    );
    if (round % Math.ceil(KILLS / EARLY_KILLS) === 0) await killedWhileStarting(data, dice);
  }
  expect(book.acknowledged.size).toBeGreaterThan(KILLS * 100);
  const service = await startService({ data });
  const numbers = await found(service, 'number');
  check(numbers, book, () => true);
  expect(numbers.length).toBeGreaterThanOrEqual(book.acknowledged.size);
  expect(numbers.length).toBeLessThanOrEqual(book.sent.size);
  const { records } = (await service.status()).store;
  expect(records).toBeGreaterThanOrEqual(numbers.length);
  // Every id finds its one record: the index is as whole as the records.
  for (let count = 0; count < 50; count++) {
    const number = numbers[dice.below(numbers.length)]!;
    expect(await found(service, `903b85d0-b6ab-4d2b-9be8-${String(number).padStart(12, '0')}`)).toEqual([number]);
  }
  const stopped = await service.stop();
  expect(stopped.code).toBe(0);
  const again = await startService({ data });
  expect((await found(again, 'number')).length).toBe(numbers.length);
  await again.stop();
});
