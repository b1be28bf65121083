/**
 * Saved searches in `state.db`, for the thread that owns it. Not here: what a good search is (api/saved.ts checks),
 * and how others ask (ingest.ts).
 * Invariant: what changed is on disk when a call returns, unlike the rest of this file (state.ts says why).
 */
import { CodedError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { SavedAsk, SavedSearch } from '../model.ts';
import { type Sqlite, storeError } from './sqlite.ts';

export const SAVED_SCHEMA = `
CREATE TABLE IF NOT EXISTS saved(name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
`;

/** Answers as `SavedSearches` (model.ts) says of the method named by `ask.do`; throws coded errors. */
export function answerSaved(database: Sqlite, ask: SavedAsk): SavedSearch[] | SavedSearch | boolean | undefined {
  try {
    switch (ask.do) {
      case 'list':
        return (database.prepare('SELECT body FROM saved ORDER BY name').pluck().all() as string[]).map(searchOf);
      case 'one':
        return one(database, ask.name);
      case 'keep':
        return durably(database, () => keep(database, ask.search));
      case 'drop':
        return durably(database, () => database.prepare('DELETE FROM saved WHERE name = ?').run(ask.name).changes > 0);
    }
  } catch (error) {
    throw storeError(error, database.name);
  }
}

function one(database: Sqlite, name: string): SavedSearch | undefined {
  const body = database.prepare('SELECT body FROM saved WHERE name = ?').pluck().get(name) as string | undefined;
  return body === undefined ? undefined : searchOf(body);
}

function keep(database: Sqlite, search: SavedSearch): boolean {
  const isNew = database.prepare('SELECT 1 FROM saved WHERE name = ?').get(search.name) === undefined;
  const count = Number(database.prepare('SELECT count(*) FROM saved').pluck().get());
  if (isNew && count >= limits.savedSearchesMax)
    throw new CodedError('too-many', `${limits.savedSearchesMax} searches are saved already; delete one that nobody needs`);
  database
    .prepare('INSERT INTO saved(name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body')
    .run(search.name, JSON.stringify(search));
  return isNew;
}

/** The write-ahead log is brought to disk before this returns (SQLite: synchronous = FULL in WAL mode). */
function durably<T>(database: Sqlite, change: () => T): T {
  const before = Number(database.pragma('synchronous', { simple: true }));
  database.pragma('synchronous = FULL');
  try {
    return change();
  } finally {
    database.pragma(`synchronous = ${before}`);
  }
}

function searchOf(body: string): SavedSearch {
  try {
    return JSON.parse(body) as SavedSearch;
  } catch {
    throw new CodedError('store-corrupt', 'a saved search cannot be read; delete it and save it again');
  }
}
