/**
 * Spikes and snoozes in `state.db`, for the thread that owns it. Spikes are taken together with the minute up to which everything has been
 * judged, and only where the last ones ended: a restart neither judges a minute twice nor leaves one out. What a spike is, only
 * report/spike-live.ts knows; here it is JSON with an id. Bounded: SPIKES_MAX and SNOOZES_MAX.
 */
import { CodedError } from '../base/errors.ts';
import type { Snooze, SpikeAsk, SpikesKept } from '../model.ts';
import { type Sqlite, storeError } from './sqlite.ts';

export const SPIKE_SCHEMA = `
CREATE TABLE IF NOT EXISTS spike(id TEXT PRIMARY KEY, sinceMinute INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spikeMark(one INTEGER PRIMARY KEY CHECK (one = 1), watermark INTEGER NOT NULL, memory TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS snooze(name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
`;

/** A kilobyte each; the board remembers as many. */
const SPIKES_MAX = 2000;
const SNOOZES_MAX = 500;

export function isSpikeAsk(ask: { readonly do: string }): ask is SpikeAsk {
  return ask.do === 'spikes' || ask.do === 'spikes-keep' || ask.do === 'snoozes' || ask.do === 'snooze' || ask.do === 'unsnooze';
}

/** Answers as `SpikeShelf` (model-spikes.ts) says of the method; throws coded errors. */
export function answerSpikes(database: Sqlite, ask: SpikeAsk): unknown {
  try {
    switch (ask.do) {
      case 'spikes':
        return read(database);
      case 'spikes-keep':
        return database.transaction(() => keep(database, ask))();
      case 'snoozes':
        return (database.prepare('SELECT body FROM snooze ORDER BY name').pluck().all() as string[]).map(
          (body) => JSON.parse(body) as Snooze,
        );
      case 'snooze':
        return snooze(database, ask.snooze);
      case 'unsnooze':
        return database.prepare('DELETE FROM snooze WHERE name = ?').run(ask.name).changes > 0;
    }
  } catch (error) {
    throw storeError(error, database.name);
  }
}

function read(database: Sqlite): SpikesKept {
  const mark = database.prepare('SELECT watermark, memory FROM spikeMark').get() as { watermark: number; memory: string } | undefined;
  const bodies = database.prepare('SELECT body FROM spike ORDER BY sinceMinute').pluck().all() as string[];
  return { watermark: mark?.watermark, memory: mark?.memory ?? '{}', bodies };
}

function keep(database: Sqlite, { from, watermark, memory, spikes }: Extract<SpikeAsk, { do: 'spikes-keep' }>): boolean {
  const at = database.prepare('SELECT watermark FROM spikeMark').pluck().get() as number | undefined;
  if (at !== from) return false;
  const put = database.prepare('INSERT OR REPLACE INTO spike(id, sinceMinute, body) VALUES (?, ?, ?)');
  for (const { id, sinceMinute, body } of spikes) put.run(id, sinceMinute, body);
  database
    .prepare(
      'INSERT INTO spikeMark(one, watermark, memory) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET watermark = excluded.watermark, memory = excluded.memory',
    )
    .run(watermark, memory);
  if (spikes.length > 0)
    database.prepare('DELETE FROM spike WHERE id NOT IN (SELECT id FROM spike ORDER BY sinceMinute DESC LIMIT ?)').run(SPIKES_MAX);
  return true;
}

function snooze(database: Sqlite, one: Snooze): boolean {
  const isNew = database.prepare('SELECT 1 FROM snooze WHERE name = ?').get(one.name) === undefined;
  if (isNew && Number(database.prepare('SELECT count(*) FROM snooze').pluck().get()) >= SNOOZES_MAX)
    throw new CodedError('too-many', `${SNOOZES_MAX} snoozes are kept already; delete one that nobody needs`);
  database.prepare('INSERT OR REPLACE INTO snooze(name, body) VALUES (?, ?)').run(one.name, JSON.stringify(one));
  return isNew;
}
