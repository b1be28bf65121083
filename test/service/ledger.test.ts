/** The ledger between counting and state.db: what cannot be written stays counted, nothing is counted twice, nobody waits for ever. */
import { expect, test } from 'vitest';
import { Counters, LOSS_REASONS, LOSS_REMEDIES } from '../../src/base/counters.ts';
import type { LossBook, LossEntry } from '../../src/model.ts';
import { Ledger } from '../../src/service/ledger.ts';

/** A book in memory that can refuse, or fall silent. */
class Book implements LossBook {
  readonly kept: LossEntry[] = [];
  trouble: 'none' | 'full' | 'silent' = 'none';

  async #obey(): Promise<void> {
    if (this.trouble === 'full') throw new Error('no room');
    if (this.trouble === 'silent') await new Promise(() => {});
  }

  async lose(losses: readonly LossEntry[]): Promise<void> {
    await this.#obey();
    this.kept.push(...losses);
  }

  async losses(sinceUs: number): Promise<LossEntry[]> {
    if (this.trouble === 'silent') await this.#obey();
    return this.kept.filter((entry) => entry.lastAt >= sinceUs);
  }
}

/** Writes only when somebody asks. */
const NEVER_MS = 2 ** 30;

test('every reason has a remedy', () => {
  expect(Object.keys(LOSS_REMEDIES).toSorted()).toEqual(Object.keys(LOSS_REASONS).toSorted());
});

test('what a full disk refuses stays counted, and is written once there is room', async () => {
  const [counters, book] = [new Counters(), new Book()];
  const ledger = new Ledger(counters, book, NEVER_MS);
  counters.lose('empty', 'c01', 2);
  expect(await ledger.since(0)).toMatchObject([{ reason: 'empty', source: 'c01', amount: 2, remedy: LOSS_REMEDIES.empty }]);
  book.trouble = 'full';
  counters.lose('empty', 'c01', 3);
  counters.lose('disk-full', 'c02');
  const amounts = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await ledger.since(0)).map(({ reason, source, amount }) => [`${reason} ${source}`, amount]));
  expect(await amounts()).toEqual({ 'empty c01': 5, 'disk-full c02': 1 });
  book.trouble = 'none';
  expect(await amounts()).toEqual({ 'empty c01': 5, 'disk-full c02': 1 });
  await ledger.close();
  expect(book.kept.reduce((sum, entry) => sum + entry.amount, 0)).toBe(6);
  expect(counters.unkeptLosses()).toEqual([]);
});

test('what is lost last is written at the end', async () => {
  const [counters, book] = [new Counters(), new Book()];
  const ledger = new Ledger(counters, book, NEVER_MS);
  counters.lose('overloaded', 'c01', 7);
  await ledger.close();
  expect(book.kept).toMatchObject([{ reason: 'overloaded', amount: 7 }]);
});

test('a thread that does not answer: what this process has counted', async () => {
  const [counters, book] = [new Counters(), new Book()];
  book.trouble = 'silent';
  const ledger = new Ledger(counters, book, NEVER_MS);
  counters.lose('empty', 'c01');
  expect(await ledger.since(0)).toMatchObject([{ reason: 'empty', source: 'c01', amount: 1 }]);
});
