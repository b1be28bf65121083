/**
 * The loss ledger in `state.db`: one row per reason, source and ten minutes, so that a flood is one row and a restart forgets
 * nothing. Bounded: beyond ROWS_MAX the oldest rows go. Not here: who counts (base/counters.ts), when it is written (service/ledger.ts).
 * A power cut may take the newest seconds (state.ts says why).
 */
import type { LossAsk, LossEntry } from '../model.ts';
import { type Sqlite, storeError } from './sqlite.ts';

export const LOSS_SCHEMA = `
CREATE TABLE IF NOT EXISTS loss(
  bucket INTEGER NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, amount INTEGER NOT NULL, firstAt INTEGER NOT NULL, lastAt INTEGER NOT NULL,
  PRIMARY KEY (bucket, reason, source)
) WITHOUT ROWID;
`;

/** Fine enough to see which minute of a night it was, with firstAt and lastAt beside it. */
const BUCKET_US = 10 * 60 * 1e6;
/** 100 bytes each: 5 MB. One source that loses all the time takes 144 rows a day; a thousand of them are remembered for over eight hours. */
const ROWS_MAX = 50_000;
/** Sources that one answer names: as many as are counted apart. */
const ANSWER_ROWS_MAX = 2000;

export function isLossAsk(ask: { readonly do: string }): ask is LossAsk {
  return ask.do === 'lose' || ask.do === 'losses';
}

export function answerLosses(database: Sqlite, ask: LossAsk, rowsMax = ROWS_MAX): LossEntry[] | undefined {
  try {
    if (ask.do === 'losses') return read(database, ask.sinceUs);
    keep(database, ask.losses, rowsMax);
    return undefined;
  } catch (error) {
    throw storeError(error, database.name);
  }
}

function keep(database: Sqlite, losses: readonly LossEntry[], rowsMax: number): void {
  const insert = database.prepare(`INSERT INTO loss(bucket, reason, source, amount, firstAt, lastAt) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET amount = amount + excluded.amount, firstAt = min(firstAt, excluded.firstAt), lastAt = max(lastAt, excluded.lastAt)`);
  const write = database.transaction(() => {
    for (const { reason, source, amount, firstAt, lastAt } of losses)
      insert.run(Math.floor(lastAt / BUCKET_US), reason, source, amount, firstAt, lastAt);
    const more = Number(database.prepare('SELECT count(*) FROM loss').pluck().get()) - rowsMax;
    if (more > 0)
      database.prepare('DELETE FROM loss WHERE bucket <= (SELECT bucket FROM loss ORDER BY bucket LIMIT 1 OFFSET ?)').run(more - 1);
  });
  write();
}

function read(database: Sqlite, sinceUs: number): LossEntry[] {
  return database
    .prepare(
      `SELECT reason, source, sum(amount) AS amount, min(firstAt) AS firstAt, max(lastAt) AS lastAt FROM loss
       WHERE bucket >= ? AND lastAt >= ? GROUP BY reason, source ORDER BY max(lastAt) DESC, reason, source LIMIT ${ANSWER_ROWS_MAX}`,
    )
    .all(Math.floor(sinceUs / BUCKET_US), sinceUs) as LossEntry[];
}
