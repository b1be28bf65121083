/**
 * `state.db`: what outlives days. Today the zones that were learned of hosts, the saved searches (saved.ts), the loss ledger (losses.ts) and
 * the error groups (errors.ts), spikes and snoozes (spikes.ts), who was told of them (told.ts); tokens get their table here when they come. Losing this file loses no record.
 */
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import type { ErrorAsk, LossAsk, SavedAsk, SpikeAsk, ToldAsk } from '../model.ts';
import { answerErrors, ERROR_SCHEMA, isErrorAsk } from './errors.ts';
import { STATE_FILE } from './folder.ts';
import { answerLosses, isLossAsk, LOSS_SCHEMA } from './losses.ts';
import { answerSaved, SAVED_SCHEMA } from './saved.ts';
import { answerSpikes, isSpikeAsk, SPIKE_SCHEMA } from './spikes.ts';
import { openSqlite, type Sqlite, storeError } from './sqlite.ts';
import { answerTold, isToldAsk, TOLD_SCHEMA } from './told.ts';

/** `user_version`: raise it when an old program could misread a new file. */
const FORMAT_VERSION = 1;

export interface State {
  /** [host, minutes east of UTC]. */
  zones(): [string, number][];
  keepZone(host: string, minutes: number): void;
  /** Saved searches, durable when it returns (saved.ts), losses (losses.ts), error groups (errors.ts), spikes and snoozes (spikes.ts). */
  saved(ask: SavedAsk | LossAsk | ErrorAsk | SpikeAsk | ToldAsk): unknown;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS zone(host TEXT PRIMARY KEY, minutes INTEGER NOT NULL, learnedUs INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version = ${FORMAT_VERSION};
`;

export function openState(folder: string): State {
  const file = join(folder, STATE_FILE);
  const database = openSqlite(file, 'write');
  try {
    checkFormat(database, file);
    database.exec(SCHEMA);
    database.exec(SAVED_SCHEMA);
    database.exec(LOSS_SCHEMA);
    database.exec(ERROR_SCHEMA);
    database.exec(SPIKE_SCHEMA);
    database.exec(TOLD_SCHEMA);
    // Written by the ingest thread between two lines: a flush of the disk for each host that is learned would hold it up.
    database.pragma('synchronous = NORMAL');
  } catch (error) {
    database.close();
    throw storeError(error, file);
  }
  return {
    zones: () => database.prepare('SELECT host, minutes FROM zone').raw().all() as [string, number][],
    keepZone(host, minutes) {
      database
        .prepare(
          'INSERT INTO zone(host, minutes, learnedUs) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET minutes = excluded.minutes, learnedUs = excluded.learnedUs',
        )
        .run(host, minutes, Date.now() * 1000);
    },
    saved(ask) {
      if (isErrorAsk(ask)) return answerErrors(database, ask);
      if (isSpikeAsk(ask)) return answerSpikes(database, ask);
      if (isToldAsk(ask)) return answerTold(database, ask);
      return isLossAsk(ask) ? answerLosses(database, ask) : answerSaved(database, ask);
    },
    close() {
      database.close();
    },
  };
}

function checkFormat(database: Sqlite, file: string): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version <= FORMAT_VERSION) return;
  const text = `${file} has format ${version}; this program knows formats up to ${FORMAT_VERSION}. Use a newer Stacktrail`;
  throw new CodedError('store-format', text);
}
