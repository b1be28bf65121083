/**
 * `state.db`: what outlives days. Today the zones that were learned of hosts; tokens, saved searches, group states and
 * the loss ledger get their tables here when they come. Losing this file loses no record.
 */
import { join } from 'node:path';
import { STATE_FILE } from './folder.ts';
import { openSqlite, storeError } from './sqlite.ts';

export interface State {
  /** [host, minutes east of UTC]. */
  zones(): [string, number][];
  keepZone(host: string, minutes: number): void;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS zone(host TEXT PRIMARY KEY, minutes INTEGER NOT NULL, learnedUs INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta(key, value) VALUES ('format', '1');
`;

export function openState(folder: string): State {
  const file = join(folder, STATE_FILE);
  const database = openSqlite(file, 'write');
  try {
    database.exec(SCHEMA);
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
    close() {
      database.close();
    },
  };
}
