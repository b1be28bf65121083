/**
 * Which receiver was told of which spike, in `state.db`, for the thread that owns it: so that a restart neither repeats nor forgets an alert. Not here:
 * when somebody is told (service/alerts.ts). Bounded: what is older than the caller's `sinceUs` goes with each write.
 */
import type { ToldAsk, ToldSpike } from '../model.ts';
import { type Sqlite, storeError } from './sqlite.ts';

export const TOLD_SCHEMA = `
CREATE TABLE IF NOT EXISTS told(
  receiver TEXT NOT NULL, spike TEXT NOT NULL, isOver INTEGER NOT NULL, atUs INTEGER NOT NULL, PRIMARY KEY (receiver, spike)
) WITHOUT ROWID;
`;

export function isToldAsk(ask: { readonly do: string }): ask is ToldAsk {
  return ask.do === 'told-list' || ask.do === 'told-keep';
}

/** Answers as `ToldBook` (model-telling.ts) says of the method; throws coded errors. */
export function answerTold(database: Sqlite, ask: ToldAsk): unknown {
  try {
    if (ask.do === 'told-list') {
      const rows = database.prepare('SELECT receiver, spike, isOver, atUs FROM told').raw().all() as [string, string, number, number][];
      return rows.map(([receiver, spike, isOver, atUs]): ToldSpike => ({ receiver, spike, isOver: isOver === 1, atUs }));
    }
    const keep = database.prepare(
      'INSERT INTO told(receiver, spike, isOver, atUs) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET isOver = excluded.isOver, atUs = excluded.atUs',
    );
    return database.transaction(() => {
      for (const { receiver, spike, isOver, atUs } of ask.told) keep.run(receiver, spike, isOver ? 1 : 0, atUs);
      database.prepare("DELETE FROM told WHERE atUs < ? AND isOver = 1 AND spike <> ''").run(ask.sinceUs);
    })();
  } catch (error) {
    throw storeError(error, database.name);
  }
}
